"""Pain points that recur: which customers name, at which rivals, how often, and where more often than elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from reports.reading.signals import GENERAL
from reports.rules import Rules
from reports.weighing.cells import worse_than_others
from reports.weighing.evidence import Evidence
from reports.weighing.statistics import Proportion

LEAST = 3
"""What fewer reviews of a market name is said, but does not recur."""


@dataclass(frozen=True)
class Named:
    """How often one competitor's customers name a pain point."""

    competitor: str
    reviews: Proportion
    """Of the read reviews; each counts once, however often it says so."""
    more: bool = False
    """Whether more often than at the other rivals (`statistics.DIFFERENCES`)."""


@dataclass(frozen=True)
class Pain:
    """A pain point that recurs in a market."""

    name: str
    themes: tuple[str, ...]
    """Where it belongs: what the rules say of it, else the themes of most of its reviews, else `general`."""
    reviews: int
    """Of all rivals."""
    rivals: tuple[Named, ...]
    """The rivals whose customers name it, most reviews first."""
    ours: tuple[Named, ...]
    """Our own product, where its customers name it too."""
    newest: datetime | None
    exact: bool = True
    """Whether it says what fails; "does not work" does not."""


def pains(evidence: Evidence, competitors: list[str], rivals: list[str], rules: Rules) -> list[Pain]:
    """The pain points that at least `LEAST` reviews of rivals name, most reviews first, then by name."""
    said = _said(evidence)
    read = evidence.reviews.select("competitor", "counted", "is_read").filter("counted", "is_read")
    totals = dict(read.group_by("competitor").len().iter_rows())
    counts = {(name, who): k for name, who, k in said.group_by("pain_point", "competitor").len().iter_rows()}
    of_rivals = said.filter(pl.col("competitor").is_in(rivals))
    recurring = of_rivals.group_by("pain_point").agg(pl.len(), pl.col("written").max()).filter(pl.col("len") >= LEAST)
    table = {
        (name, who): Named(who, Proportion(counts.get((name, who), 0), totals.get(who, 0)))
        for name in recurring["pain_point"]
        for who in competitors
    }
    table = _compared(table, rivals)
    themes = _themes(of_rivals, rules)
    vague = {point.name for point in rules.pains.points if point.fallback}
    found = [
        Pain(
            name=name,
            themes=themes[name],
            reviews=reviews,
            rivals=_naming(table, name, rivals),
            ours=_naming(table, name, [who for who in competitors if who not in rivals]),
            newest=newest,
            exact=name not in vague,
        )
        for name, reviews, newest in recurring.iter_rows()
    ]
    return sorted(found, key=lambda pain: (-pain.reviews, pain.name))


def of_theme(found: list[Pain], theme: str) -> list[Pain]:
    """Those that belong to a theme in their order, those that say what fails first."""
    return sorted((pain for pain in found if theme in pain.themes), key=lambda pain: not pain.exact)


def _said(evidence: Evidence) -> pl.DataFrame:
    """One row a counted review and pain point: competitor, key, pain_point, written and its mentions' themes."""
    named = evidence.mentions.select("competitor", "key", "pain_point", "written", "themes").drop_nulls("pain_point")
    return named.group_by("competitor", "key", "pain_point").agg(
        pl.col("written").first(), pl.col("themes").explode().unique()
    )


def _naming(table: dict[tuple[str, str], Named], name: str, competitors: list[str]) -> tuple[Named, ...]:
    naming = [table[name, who] for who in competitors if table[name, who].reviews.k]
    return tuple(sorted(naming, key=lambda named: (-named.reviews.k, named.competitor)))


def _themes(said: pl.DataFrame, rules: Rules) -> dict[str, tuple[str, ...]]:
    """The themes of each pain point, in the order of the rules."""
    known, told = [theme.slug for theme in rules.themes], rules.pains.themes()
    counted = said.explode("themes").group_by("pain_point", "themes").len()
    held = {(name, theme): n for name, theme, n in counted.iter_rows()}
    found = {}
    for name, n in said.group_by("pain_point").len().iter_rows():
        belongs = tuple(theme for theme in told.get(name, ()) if theme in known)
        mostly = tuple(theme for theme in known if 2 * held.get((name, theme), 0) > n)
        found[name] = belongs or mostly or (GENERAL,)
    return found


def _compared(table: dict[tuple[str, str], Named], rivals: list[str]) -> dict[tuple[str, str], Named]:
    """Marks where a rival's customers name a pain point more often than those of the other rivals."""
    said: dict[str, dict[str, Proportion]] = {}
    for (name, who), named in sorted(table.items()):
        if who in rivals:
            said.setdefault(name, {})[who] = named.reviews
    more = [(name, who) for who, name in worse_than_others(said)]
    return table | {key: Named(key[1], table[key].reviews, more=True) for key in more}
