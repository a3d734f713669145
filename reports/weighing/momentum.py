"""Whether complaints about a theme grow: the recent part of the window against the part before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from reports.weighing.evidence import Evidence
from reports.weighing.statistics import TRENDS, difference, discoveries, stratified

RECENT_DAYS = 90
LEAST_DAYS = 28
"""A shorter stretch of reviews has no before and after."""
LEAST_REVIEWS = 30
"""Read and dated reviews that either part needs."""


@dataclass(frozen=True)
class Split:
    """Where the recent part begins, and where the part before it begins."""

    before: datetime
    recent: datetime
    end: datetime


@dataclass(frozen=True)
class Momentum:
    """Share of reviews that complain, recent against before; shares and bounds 0..1."""

    recent_k: int
    recent_n: int
    before_k: int
    before_n: int
    change: float
    low: float
    high: float
    """The 95 % interval of this change alone."""
    stands: bool
    """Whether it is a change beyond chance at each rival taken by itself and all together, among all themes looked at
    (`statistics.TRENDS`)."""

    @property
    def verdict(self) -> str:
        """`rising` or `falling` where the change stands, else `steady`."""
        return ("rising" if self.change > 0 else "falling") if self.stands else "steady"


def split(evidence: Evidence) -> Split | None:
    """The last 90 days against the 90 before, or two halves of a shorter stretch; None where there is no stretch."""
    dates = (
        evidence.reviews.select("written", "counted", "is_read").filter("counted", "is_read")["written"].drop_nulls()
    )
    first, end = dates.min(), evidence.window.end
    if not isinstance(first, datetime) or end is None or end - first < timedelta(days=LEAST_DAYS):
        return None
    part = min(timedelta(days=RECENT_DAYS), (end - first) / 2)
    return Split(end - 2 * part, end - part, end)


def momenta(
    evidence: Evidence, themes: Sequence[str], rivals: Sequence[str], parts: Split | None
) -> dict[str, Momentum]:
    """How the complaints about each theme at the rivals moved; empty where either part has too few reviews.

    Tested within rivals, two-sided, by the exact conditional test: more reviews of an unhappier rival are no trend.
    """
    if parts is None:
        return {}
    part = (
        pl.when(pl.col("written").is_between(parts.recent, parts.end, closed="right"))
        .then(pl.lit("recent"))
        .when(pl.col("written").is_between(parts.before, parts.recent, closed="right"))
        .then(pl.lit("before"))
    )
    ours = pl.col("competitor").is_in(list(rivals))
    facts = evidence.reviews.select("competitor", "written", "counted", "is_read")
    reviews = facts.filter(ours & pl.col("counted") & pl.col("is_read")).select("competitor", part=part)
    sizes = {(who, when): n for who, when, n in reviews.drop_nulls().group_by("competitor", "part").len().iter_rows()}
    if min(sum(n for (_, when), n in sizes.items() if when == side) for side in ("recent", "before")) < LEAST_REVIEWS:
        return {}
    said = evidence.statements.filter(ours & pl.col("complains")).select("theme", "competitor", part=part).drop_nulls()
    counts = {(theme, who, when): k for theme, who, when, k in said.group_by(said.columns).len().iter_rows()}
    tables = {
        theme: [
            (
                counts.get((theme, who, "recent"), 0), sizes.get((who, "recent"), 0),
                counts.get((theme, who, "before"), 0), sizes.get((who, "before"), 0),
            )
            for who in rivals
        ]
        for theme in themes
    }  # fmt: skip
    within = {theme: stratified(table) for theme, table in tables.items()}
    stands = dict(zip(themes, discoveries([2 * min(within[theme]) for theme in themes], TRENDS), strict=True))
    found = {}
    for theme, table in tables.items():
        k1, n1, k2, n2 = (sum(column) for column in zip(*table, strict=True))
        change = difference(k1, n1, k2, n2)
        more, less = within[theme]
        alike = change[0] > 0 if more < less else change[0] < 0
        found[theme] = Momentum(k1, n1, k2, n2, *change, stands=stands[theme] and alike)
    return found
