"""Kano reading of each theme, from the stars that complaints cost and praise earns.

Kano (1984) asks customers twice; where only ratings and comments are at hand, the standard way is penalty-reward
contrast analysis (Brandt 1987, "A procedure for identifying value-enhancing service components using penalty/reward
analysis"; Matzler and Sauerwein 2002): the overall rating is regressed on two dummies a theme, complains and praises.

    stars = rival + sum over themes (reward * praises - penalty * complains) + error

Complaint and praise without a theme ("great app") are entered as one theme more, so that all others are held against
reviews that say nothing rather than against those full of praise.

That tells penalty and reward in stars. Stars end at five, though, and where most ratings are there already, praise has
no room to add: every theme would look like a must-be. So the two are compared, and categories read, on the odds of a
better rating, which have no ceiling (`reports.weighing.ordered`); tested by z, false discovery rate 5 % over all.

What a mention does is judged here from its text alone: elsewhere stars help to tell a complaint, and would prove
themselves. A review's tone colours all that it says, so the sizes are upper bounds; the asymmetry is what is read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reports.reading import judging
from reports.reading.signals import GENERAL
from reports.weighing import ordered
from reports.weighing.evidence import Evidence
from reports.weighing.ordered import Design, Fit
from reports.weighing.statistics import Z95, discoveries

LEAST = 20
"""Rated reviews that complain, and as many that praise, which a theme needs to be read."""
LEAST_ENTERED = 5
"""What fewer reviews say of a theme is left out of the regression."""
SMALL = 1.5
"""A theme is indifferent when neither side can move the odds of a better rating by a larger factor (95 % bounds)."""

_NORMAL = NormalDist()

Floats = NDArray[np.float64]


class Category(StrEnum):
    """What a theme does to satisfaction."""

    MUST_BE = "must-be"
    """Complaints move the odds of a better rating down by more than praise moves them up."""
    PERFORMANCE = "performance"
    """Both move them, and neither by more than the other beyond chance: the better, the more satisfied."""
    ATTRACTIVE = "attractive"
    """Praise moves them up by more than complaints move them down."""
    INDIFFERENT = "indifferent"
    """Neither moves the odds of a better rating by more than `SMALL`."""
    UNCLEAR = "unclear"
    """Enough reviews, but what they show could be chance."""
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True)
class Effect:
    """What one side of a theme does to the rating."""

    size: float
    error: float
    """Its standard error."""

    @property
    def low(self) -> float:
        """Lower bound of the 95 % interval."""
        return self.size - Z95 * self.error

    @property
    def high(self) -> float:
        """Upper bound of the 95 % interval."""
        return self.size + Z95 * self.error


@dataclass(frozen=True)
class Kano:
    """One theme."""

    theme: str
    category: Category
    complains: int
    """Rated reviews of rivals whose text complains of it."""
    praises: int
    penalty: Effect | None
    """Stars that a complaint costs, all else that the review speaks of held equal; None where too few say so."""
    reward: Effect | None
    """Stars that praise earns."""


SIDES = ("complains", "praises")


def kano(evidence: Evidence, themes: Sequence[str], rivals: Sequence[str]) -> list[Kano]:
    """The themes that anybody complains of or praises, in the order given."""
    facts = evidence.reviews.select("key", "competitor", "stars", "counted", "is_read")
    rated = facts.filter(
        pl.col("counted") & pl.col("is_read") & pl.col("stars").is_not_null() & pl.col("competitor").is_in(list(rivals))
    ).sort("key")
    said = _said(evidence.mentions, rated)
    sizes = {(theme, side): n for theme, side, n in said.group_by("theme", "side").len().iter_rows()}
    counts = {theme: (sizes.get((theme, SIDES[0]), 0), sizes.get((theme, SIDES[1]), 0)) for theme in themes}
    columns = [
        (theme, side) for theme in (*themes, GENERAL) for side in SIDES if sizes.get((theme, side), 0) >= LEAST_ENTERED
    ]
    read = [theme for theme in themes if min(counts[theme]) >= LEAST]
    told: dict[str, tuple[Category, Effect, Effect]] = {}
    if read:
        design = _design(rated, said, columns)
        odds = ordered.odds(design)
        told = _told(ordered.least_squares(design), odds, columns, read) if odds else {}
    insufficient = (Category.INSUFFICIENT, None, None)
    found = []
    for theme in themes:
        if any(counts[theme]):
            category, penalty, reward = told.get(theme, insufficient)
            found.append(Kano(theme, category, *counts[theme], penalty, reward))
    return found


def _said(mentions: pl.DataFrame, rated: pl.DataFrame) -> pl.DataFrame:
    """One row a rated review, theme and side: key, theme, side; by the text alone."""
    logit = pl.col("complaint").clip(0.0001, 0.9999)
    logit = (logit / (1 - logit)).log()
    text = judging.probability(logit - judging.STARS_IN_MENTION * judging.by_stars())
    asks = pl.col("kinds").list.contains("request")
    sides = {
        "complains": text >= judging.COMPLAINS,
        "praises": (text <= judging.PRAISES) & (pl.col("sentiment") > 0) & ~asks,
    }
    mine = mentions.select("key", "complaint", "stars", "kinds", "sentiment", "themes").filter(
        pl.col("key").is_in(rated["key"].implode())
    )
    parts = [mine.filter(holds).select("key", theme="themes", side=pl.lit(side)) for side, holds in sides.items()]
    return pl.concat(parts).explode("theme").unique()


def _design(rated: pl.DataFrame, said: pl.DataFrame, columns: list[tuple[str, str]]) -> Design:
    place = pl.DataFrame(
        [(theme, side, i) for i, (theme, side) in enumerate(columns)],
        schema={"theme": pl.String, "side": pl.String, "at": pl.Int64},
        orient="row",
    )
    marks = said.join(place, on=["theme", "side"], how="inner").group_by("key").agg(pl.col("at").sort())
    kinds = (
        rated.select("key", "competitor", "stars")
        .join(marks, on="key", how="left")
        .with_columns(pl.col("at").fill_null(pl.lit([], dtype=pl.List(pl.Int64))))
        .with_columns(kind=pl.col("at").cast(pl.List(pl.String)).list.join(" "))
        .group_by("competitor", "kind", "stars")
        .agg(pl.col("at").first(), pl.len().alias("n"))
        .sort("competitor", "kind", "stars")
    )
    rivals = sorted(kinds["competitor"].unique())
    whole = np.zeros((kinds.height, len(columns) + len(rivals)))
    marked = kinds.select("at").with_row_index("row").explode("at").drop_nulls()
    whole[marked["row"].to_numpy(), marked["at"].to_numpy()] = 1
    of = kinds["competitor"].replace_strict({rival: i for i, rival in enumerate(rivals)}, return_dtype=pl.Int64)
    whole[np.arange(kinds.height), len(columns) + of.to_numpy()] = 1
    return Design(whole, len(columns), kinds["stars"].to_numpy(), kinds["n"].cast(pl.Float64).to_numpy())


def _told(
    stars: Fit, odds: Fit, columns: list[tuple[str, str]], read: list[str]
) -> dict[str, tuple[Category, Effect, Effect]]:
    """The category of each theme that is read, with its penalty and its reward."""
    place = {column: i for i, column in enumerate(columns)}
    sides, p_values = {}, []
    for theme in read:
        at = [place[theme, side] for side in SIDES]
        penalty, reward = _effects(stars, at)
        moves = _effects(odds, at)
        spread = odds.covariance[at[0], at[0]] + odds.covariance[at[1], at[1]] + 2 * odds.covariance[at[0], at[1]]
        lean = (moves[0].size - moves[1].size) / max(float(spread), 1e-12) ** 0.5
        sides[theme] = penalty, reward, moves, lean
        p_values += [*(1 - _NORMAL.cdf(each.size / each.error) for each in moves), 2 * (1 - _NORMAL.cdf(abs(lean)))]
    stands = discoveries(p_values)
    return {
        theme: (_category(moves, lean, stands[3 * i : 3 * i + 3]), penalty, reward)
        for i, (theme, (penalty, reward, moves, lean)) in enumerate(sides.items())
    }


def _effects(fit: Fit, at: list[int]) -> tuple[Effect, Effect]:
    """What the complaint takes and what the praise gives, both positive where they are what one expects."""
    costs, earns = (float(fit.coefficients[i]) for i in at)
    errors = [max(float(fit.covariance[i, i]), 1e-12) ** 0.5 for i in at]
    return Effect(-costs, errors[0]), Effect(earns, errors[1])


def _category(moves: tuple[Effect, Effect], lean: float, stands: list[bool]) -> Category:
    """`stands`: whether the cost, the gain, and their difference are beyond chance."""
    costs, earns, differ = stands
    if max(max(each.high, -each.low) for each in moves) <= math.log(SMALL):
        return Category.INDIFFERENT
    if differ and (costs if lean > 0 else earns):
        return Category.MUST_BE if lean > 0 else Category.ATTRACTIVE
    return Category.PERFORMANCE if costs and earns else Category.UNCLEAR
