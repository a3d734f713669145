"""What kind of need a market's complaints are: three tiers of a product, what moves customers, and what would close it.

It works, it is pleasant, it is loved: a gap in the first is another bet than a gap in the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import polars as pl

from reports.rules import Rules
from reports.rules.tables import Lever, Stage, Tier
from reports.weighing.evidence import Evidence
from reports.weighing.kano import Kano, kano
from reports.weighing.loyalty import EXPECTED
from reports.weighing.statistics import DIFFERENCES, Proportion, discoveries, more_often

TIERS: tuple[str, ...] = get_args(Tier)


@dataclass(frozen=True)
class Level:
    """One tier of one product."""

    tier: str
    mentions: Proportion
    """Of its mentions with a theme those whose first theme is of this tier. Mentions of one review hang together, so
    the interval is too narrow; only the share is told."""
    complains: Proportion
    """Of its reviews that speak of the tier those with a complaint or a wish about it."""
    praises: Proportion


@dataclass(frozen=True)
class Standing:
    """One product in its three tiers."""

    competitor: str
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Share:
    """Of one product's complaining reviews those that say one thing."""

    competitor: str
    reviews: Proportion
    more: bool = False
    """Whether more often than at the other rivals together (`statistics.DIFFERENCES`)."""


@dataclass(frozen=True)
class Move:
    """One answer to one question about complaining reviews."""

    question: str
    """`lever`: what would close it; `stage`: where in the journey; `motive`: why; `need`: need or want."""
    answer: str
    rivals: Proportion
    """Of the complaining reviews of all rivals; a review may give several answers, or none."""
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Tiers:
    """Everything above."""

    standings: tuple[Standing, ...]
    kano: tuple[Kano, ...]
    moves: tuple[Move, ...]
    """By question, then most reviews first; answers that nobody gives are left out."""


def tiers(evidence: Evidence, competitors: Sequence[str], rivals: Sequence[str], rules: Rules) -> Tiers:
    """The tiers of each competitor, the Kano reading of each theme, and what moves the rivals' customers."""
    return Tiers(
        standings=tuple(_standings(evidence, competitors, rules)),
        kano=tuple(kano(evidence, [theme.slug for theme in rules.themes], rivals)),
        moves=tuple(_moves(evidence, competitors, rivals, rules)),
    )


def _standings(evidence: Evidence, competitors: Sequence[str], rules: Rules) -> list[Standing]:
    mentions = evidence.mentions.select("competitor", "tier").drop_nulls("tier").group_by("competitor", "tier").len()
    told = {(who, tier): n for who, tier, n in mentions.iter_rows()}
    counted = (
        _of_themes(evidence.statements, {theme.slug: theme.tier for theme in rules.themes})
        .group_by("competitor", "key", "answer")
        .agg(pl.col("complains", "praises").any())
        .group_by("competitor", "answer")
        .agg(pl.len().alias("n"), pl.col("complains", "praises").sum())
    )
    rows = {(r["competitor"], r["answer"]): r for r in counted.iter_rows(named=True)}
    empty = {"n": 0, "complains": 0, "praises": 0}
    found = []
    for who in competitors:
        whole = sum(told.get((who, tier), 0) for tier in TIERS)
        levels = []
        for tier in TIERS:
            row = rows.get((who, tier), empty)
            levels.append(
                Level(
                    tier=tier,
                    mentions=Proportion(told.get((who, tier), 0), whole),
                    complains=Proportion(row["complains"], row["n"]),
                    praises=Proportion(row["praises"], row["n"]),
                )
            )
        found.append(Standing(who, tuple(levels)))
    return found


def _of_themes(statements: pl.DataFrame, answers: Mapping[str, str]) -> pl.DataFrame:
    """The statements with the `answer` that their theme gives."""
    return statements.with_columns(
        answer=pl.col("theme").replace_strict(dict(answers), default=None, return_dtype=pl.String)
    )


def _moves(evidence: Evidence, competitors: Sequence[str], rivals: Sequence[str], rules: Rules) -> list[Move]:
    kinds = pl.col("kinds")
    complaining = evidence.mentions.select("competitor", "key", "kinds", "motive", "need_level").filter(
        pl.any_horizontal(kinds.list.contains(kind) for kind in ("complaint", "bug", "request"))
    )
    complained = evidence.statements.filter("complains")
    levers = _of_themes(complained, {theme.slug: theme.lever for theme in rules.themes})
    stages = _of_themes(complained, {theme.slug: theme.stage for theme in rules.themes})
    questions = {
        "lever": (levers, get_args(Lever)),
        "stage": (stages, get_args(Stage)),
        "motive": (complaining.rename({"motive": "answer"}), tuple(rules.motives)),
        "need": (complaining.rename({"need_level": "answer"}), tuple(rules.need_levels)),
    }
    totals = dict(complaining.group_by("competitor").agg(pl.col("key").n_unique()).iter_rows())
    n = sum(totals.get(who, 0) for who in rivals)
    found = []
    for question, (said, answers) in questions.items():
        counted = said.drop_nulls("answer").group_by("competitor", "answer").agg(pl.col("key").n_unique())
        held = {(who, answer): k for who, answer, k in counted.iter_rows()}
        moves = [
            Move(
                question,
                answer,
                Proportion(sum(held.get((who, answer), 0) for who in rivals), n),
                tuple(Share(who, Proportion(held.get((who, answer), 0), totals.get(who, 0))) for who in competitors),
            )
            for answer in answers
        ]
        found += sorted((m for m in moves if any(s.reviews.k for s in m.shares)), key=lambda m: -m.rivals.k)
    return _compared(found, rivals)


def _compared(moves: list[Move], rivals: Sequence[str]) -> list[Move]:
    """Marks what a rival's complaining reviews say more often than those of the other rivals together."""
    tested, p_values = [], []
    for place, move in enumerate(moves):
        for share in move.shares:
            here, n = share.reviews, move.rivals.n - share.reviews.n
            # chosen by all rivals together: choosing by one's own count would prefer those that are high by chance
            if share.competitor in rivals and n and move.rivals.k * min(here.n, n) >= EXPECTED * move.rivals.n:
                tested.append((place, share.competitor))
                p_values.append(more_often(here.k, here.n, move.rivals.k - here.k, n))
    standing = {key for key, stands in zip(tested, discoveries(p_values, DIFFERENCES), strict=True) if stands}
    return [
        replace(move, shares=tuple(replace(s, more=(place, s.competitor) in standing) for s in move.shares))
        for place, move in enumerate(moves)
    ]
