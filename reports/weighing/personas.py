"""Persona matrix: who says what they are, what hurts them, what moves them, and whom to serve first.

Who somebody is counts only where they say so. Those who do write longer reviews than those who do not, and long reviews
complain of more; so each group is compared with the other reviewers who say who they are, never with all. A device is
named to describe a fault rather than oneself: those who name one and no more are a group, but not among those others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import polars as pl

from reports.reading.signals import GENERAL
from reports.rules import Rules, Segment
from reports.weighing import cells
from reports.weighing.cells import FAILS_FROM
from reports.weighing.evidence import Evidence
from reports.weighing.opportunity import Opportunity, opportunities
from reports.weighing.resampling import resample
from reports.weighing.statistics import Proportion, difference, discoveries, more_often

KINDS = ("segment", "demographic", "use")
LEAST = 3
"""A cell of the matrix that fewer reviews fill stays empty."""
ENOUGH = 30
"""Read reviews that a group needs to be served first."""
ENOUGH_TO_SCORE = 50
"""Read reviews that a group needs to have opportunities of its own."""
HELD = frozenset({"android-users", "iphone-users"})
"""Devices: what somebody holds is not who they are."""
MOST_SCORED = 5
POOL = "rivals"

Cell = tuple[str | None, str | None, str | None, str | None]
"""Segment, demographic, use and theme of a cell of the matrix."""


@dataclass(frozen=True)
class Hurt:
    """A theme that a group complains about."""

    theme: str
    reviews: Proportion
    """Of the group's reviews."""
    apart: int
    """Those that complain of it in another sentence than the one that says who they are: "as a paying subscriber" is
    about subscriptions whatever hurts."""
    more: bool = False
    """Whether `apart` is more often than the others who say who they are complain of it, and at least `FAILS_FROM`
    times, beyond chance (Fisher's test, false discovery rate 5 %)."""


@dataclass(frozen=True)
class Persona:
    """Reviewers of the rivals who say the same of themselves."""

    segment: Segment
    complains: Proportion
    """Of the group's reviews those with a complaint or a wish."""
    apart: int
    """Those that complain in another sentence than the one that says who they are."""
    others: Proportion
    """Complaining reviews of the others who say who they are."""
    price: Proportion
    """Price sensitivity: of the complaining reviews those that complain because of price."""
    motives: tuple[tuple[str, int], ...]
    """(motive, complaining reviews that name it), most first."""
    hurts: tuple[Hurt, ...]
    """Most reviews first."""
    also: dict[str, tuple[tuple[str, int], ...]]
    """What they say of themselves besides: kind -> (slug, reviews), at least `LEAST`, most first."""
    scores: tuple[Opportunity, ...] | None
    """The group's best opportunities among the themes that at least `FAILS_FROM` of its reviews complain about; None
    where fewer than `ENOUGH_TO_SCORE` were read."""
    more: bool = False
    """Whether it complains more often than `others` by `apart`, beyond chance (false discovery rate 5 %)."""

    @property
    def stands_out(self) -> bool:
        """Whether it complains more than others, of anything or of one theme."""
        return self.more or any(hurt.more for hurt in self.hurts)


@dataclass(frozen=True)
class Combination:
    """A cell of the matrix: reviews whose authors say all of this; None where the cell leaves it open."""

    segment: str | None
    demographic: str | None
    use: str | None
    theme: str | None
    """Complained about; None for all their reviews."""
    reviews: int


@dataclass(frozen=True)
class Personas:
    """The groups of a market."""

    reviews: Proportion
    """Of the rivals' read reviews those whose authors say who they are."""
    groups: tuple[Persona, ...]
    """Most reviews first."""
    first: tuple[str, ...]
    """Slugs of the groups to serve first, of those that stand out and have `ENOUGH` reviews: the one with the highest
    lower bound of its complaining share, and those that cannot be told apart from it."""
    combinations: tuple[Combination, ...]


def personas(evidence: Evidence, rivals: Sequence[str], rules: Rules) -> Personas:
    """The groups that at least one review of a rival belongs to."""
    evidence = _pooled(evidence, rivals)
    people = _people(evidence)
    read = evidence.reviews.filter(pl.col("counted") & pl.col("is_read")).height
    evidence = _among(evidence, people["key"])  # few say who they are, and only these are looked at again and again
    known = {segment.slug: segment for segment in rules.segments}
    sizes = Counter(slug for slugs in people["slugs"] for slug in slugs if slug in known)
    order = sorted(sizes, key=lambda slug: (-sizes[slug], slug))
    complaints = _complaints(evidence)
    groups = [_persona(evidence, people, complaints, known[slug], known, rules) for slug in order]
    groups = _compared(groups, people, complaints)
    combined = tuple(_combinations(people, complaints, known))
    return Personas(Proportion(people.height, read), tuple(groups), _first(groups), combined)


def _pooled(evidence: Evidence, rivals: Sequence[str]) -> Evidence:
    """The rivals' reviews as those of one product: a group has too few at each to weigh them apart."""

    def pooled(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(pl.col("competitor").is_in(list(rivals))).with_columns(competitor=pl.lit(POOL))

    return replace(
        evidence,
        reviews=pooled(evidence.reviews.select("competitor", "key", "stars", "counted", "is_read")),
        statements=pooled(evidence.statements),
        mentions=pooled(evidence.mentions.select("competitor", "key", "kinds", "themes", "motive", "segments")),
    )


def _among(evidence: Evidence, keys: pl.Series) -> Evidence:
    """The evidence of some reviews."""
    own = pl.col("key").is_in(keys.implode())
    return replace(
        evidence,
        reviews=evidence.reviews.filter(own),
        statements=evidence.statements.filter(own),
        mentions=evidence.mentions.filter(own),
    )


def _complains() -> pl.Expr:
    return pl.any_horizontal(pl.col("kinds").list.contains(kind) for kind in ("complaint", "bug", "request"))


def _people(evidence: Evidence) -> pl.DataFrame:
    """One row a review whose author says who they are: key, `slugs` in order, `complains`, `personal` unless all that
    is said is a device."""
    named = evidence.mentions.select("key", "segments").filter(pl.col("segments").list.len() > 0)["key"]
    return (
        evidence.mentions.select("key", "kinds", "segments")
        .filter(pl.col("key").is_in(named.unique().implode()))
        .with_columns(complains=_complains())
        .group_by("key")
        .agg(pl.col("segments").explode().drop_nulls().unique().sort().alias("slugs"), pl.col("complains").any())
        .filter(pl.col("slugs").list.len() > 0)
        .with_columns(personal=pl.col("slugs").list.set_difference(sorted(HELD)).list.len() > 0)
        .sort("key")
    )


def _complaints(evidence: Evidence) -> pl.DataFrame:
    """One row a complaining mention and theme: key, theme, motive, and the segments that the mention names."""
    said = evidence.mentions.filter(_complains())
    return said.select("key", pl.col("themes").alias("theme"), "motive", "segments").explode("theme")


def _persona(
    evidence: Evidence,
    people: pl.DataFrame,
    complaints: pl.DataFrame,
    segment: Segment,
    known: dict[str, Segment],
    rules: Rules,
) -> Persona:
    inside = pl.col("slugs").list.contains(segment.slug)
    mine, rest = people.filter(inside), people.filter(~inside & pl.col("personal"))
    said = complaints.filter(pl.col("key").is_in(mine["key"].implode()))
    motives = _counted(said, "motive")
    complaining = mine.filter("complains").height
    hurts = _counted(said.filter(pl.col("theme") != GENERAL), "theme")
    elsewhere = said.filter(~pl.col("segments").list.contains(segment.slug))
    apart = dict(_counted(elsewhere, "theme"))
    beside = Counter(slug for slugs in mine["slugs"] for slug in slugs if slug in known and slug != segment.slug)
    also = {
        kind: tuple(
            (slug, n)
            for slug, n in sorted(beside.items(), key=lambda pair: (-pair[1], pair[0]))
            if known[slug].kind == kind and n >= LEAST
        )
        for kind in KINDS
    }
    return Persona(
        segment=segment,
        complains=Proportion(complaining, mine.height),
        apart=elsewhere["key"].n_unique(),
        others=Proportion(rest.filter("complains").height, rest.height),
        price=Proportion(dict(motives).get("price", 0), complaining),
        motives=motives,
        hurts=tuple(Hurt(theme, Proportion(k, mine.height), apart.get(theme, 0)) for theme, k in hurts),
        also=also,
        scores=_scores(evidence, mine, rules) if mine.height >= ENOUGH_TO_SCORE else None,
    )


def _counted(said: pl.DataFrame, column: str) -> tuple[tuple[str, int], ...]:
    """How many reviews say each value, most first."""
    counted = Counter(said.select("key", column).drop_nulls().unique()[column].to_list())
    return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _scores(evidence: Evidence, mine: pl.DataFrame, rules: Rules) -> tuple[Opportunity, ...]:
    """The formula of the market over the group's own reviews, all rivals together."""
    part = _among(evidence, mine["key"])
    themes = [theme.slug for theme in rules.themes]
    table = cells.cells(part, themes, [POOL], [POOL])
    ranked = opportunities(table, themes, [POOL], resample(part, themes, [POOL]))
    return tuple(o for o in ranked if table[POOL, o.theme].complains.k >= FAILS_FROM)[:MOST_SCORED]


def _compared(groups: list[Persona], people: pl.DataFrame, complaints: pl.DataFrame) -> list[Persona]:
    """Marks the groups that complain more than the other reviewers who say who they are, and what about."""
    said = complaints.filter(pl.col("theme") != GENERAL)
    said = said.join(people.filter("personal").select("key", "slugs"), on="key", how="inner")
    tested, p_values = [], []
    for group in groups:
        here, rest = group.complains, group.others
        beside = dict(_counted(said.filter(~pl.col("slugs").list.contains(group.segment.slug)), "theme"))
        if here.n >= ENOUGH:
            tested.append((group.segment.slug, ""))
            p_values.append(more_often(group.apart, here.n, rest.k, rest.n))
        apart = {hurt.theme: hurt.apart for hurt in group.hurts}
        # chosen by both sides together: choosing by the group's own count would prefer those that are high by chance
        for theme in sorted(apart.keys() | beside.keys()):
            k, others = apart.get(theme, 0), beside.get(theme, 0)
            if here.n >= FAILS_FROM and k + others >= FAILS_FROM:
                tested.append((group.segment.slug, theme))
                p_values.append(more_often(k, here.n, others, rest.n))
    standing = {key for key, stands in zip(tested, discoveries(p_values), strict=True) if stands}
    return [
        replace(
            group,
            more=(group.segment.slug, "") in standing,
            hurts=tuple(
                replace(h, more=h.apart >= FAILS_FROM and (group.segment.slug, h.theme) in standing)
                for h in group.hurts
            ),
        )
        for group in groups
    ]


def _first(groups: list[Persona]) -> tuple[str, ...]:
    fit = [g for g in groups if g.stands_out and g.complains.n >= ENOUGH and g.segment.slug not in HELD]
    fit.sort(key=lambda g: (-(g.complains.low or 0), g.segment.slug))
    told = []
    for group in fit:
        best, here = fit[0].complains, group.complains
        # they overlap where people say both, which makes this interval too wide: a tie too many, never one too few
        if group is fit[0] or difference(best.k, best.n, here.k, here.n)[1] <= 0:
            told.append(group.segment.slug)
    return tuple(told)


def _combinations(people: pl.DataFrame, complaints: pl.DataFrame, known: dict[str, Segment]) -> Iterator[Combination]:
    """Every cell that at least `LEAST` reviews fill and that names somebody, most reviews first."""
    specific = complaints.filter(pl.col("theme") != GENERAL)
    hurts = dict(specific.group_by("key").agg(pl.col("theme").unique()).iter_rows())
    counted: Counter[Cell] = Counter()
    for key, slugs in people.select("key", "slugs").iter_rows():
        segments, demographics, uses = (
            [None, *(s for s in slugs if s in known and known[s].kind == kind)] for kind in KINDS
        )
        themes = [None, *hurts.get(key, [])]
        counted.update(cell for cell in product(segments, demographics, uses, themes) if any(cell[:3]))
    for cell, n in sorted(counted.items(), key=lambda pair: (-pair[1], [part or "" for part in pair[0]])):
        if n >= LEAST:
            yield Combination(*cell, reviews=n)
