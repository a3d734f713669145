"""Whether complaints about a theme grow: the recent part of the window against the part before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from reports.weighing.evidence import Evidence
from reports.weighing.statistics import difference

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

    @property
    def verdict(self) -> str:
        """`rising` or `falling` where the 95 % interval excludes no change, else `steady`."""
        return "rising" if self.low > 0 else "falling" if self.high < 0 else "steady"


def split(evidence: Evidence) -> Split | None:
    """The last 90 days against the 90 before, or two halves of a shorter stretch; None where there is no stretch."""
    dates = evidence.reviews.filter(pl.col("counted") & pl.col("is_read"))["written"].drop_nulls()
    first, end = dates.min(), evidence.window.end
    if not isinstance(first, datetime) or end is None or end - first < timedelta(days=LEAST_DAYS):
        return None
    part = min(timedelta(days=RECENT_DAYS), (end - first) / 2)
    return Split(end - 2 * part, end - part, end)


def momentum(evidence: Evidence, theme: str, rivals: list[str], parts: Split | None) -> Momentum | None:
    """How the complaints about a theme at the rivals moved; None where either part has too few reviews."""
    if parts is None:
        return None
    ours = pl.col("competitor").is_in(rivals)
    reviews = evidence.reviews.filter(ours & pl.col("counted") & pl.col("is_read"))
    complaints = evidence.statements.filter(ours & (pl.col("theme") == theme) & pl.col("complains"))
    recent = pl.col("written").is_between(parts.recent, parts.end, closed="right")
    before = pl.col("written").is_between(parts.before, parts.recent, closed="right")
    n1, n2 = reviews.filter(recent).height, reviews.filter(before).height
    if min(n1, n2) < LEAST_REVIEWS:
        return None
    k1, k2 = complaints.filter(recent).height, complaints.filter(before).height
    return Momentum(k1, n1, k2, n2, *difference(k1, n1, k2, n2))
