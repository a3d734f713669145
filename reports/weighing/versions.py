"""What changed with an app version: complaints of its users against those of the versions before it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reports.weighing.evidence import Evidence
from reports.weighing.statistics import TRENDS, difference, discoveries, more_often

LEAST_REVIEWS = 15
"""Read reviews that a version, and those before it together, must have."""
LEAST_COMPLAINTS = 5
"""Complaints about a theme on both sides together."""
NEWEST = 5
"""So many versions of a rival, the newest with enough reviews, are looked at."""
LATER_Z = 3.09
"""How clearly a version's reviews must be later than those before it: one in a thousand by chance."""


@dataclass(frozen=True)
class Turn:
    """A theme that is complained about more, or less, with a version than with those before it."""

    competitor: str
    version: str
    since: date
    """Its first review."""
    theme: str
    k: int
    n: int
    before_k: int
    before_n: int
    change: float
    low: float
    high: float
    """Difference of the shares with its 95 % interval."""

    @property
    def rose(self) -> bool:
        """More complaints than before, rather than fewer."""
        return self.change > 0


@dataclass(frozen=True)
class Versions:
    """What could be compared, and what came of it."""

    compared: tuple[tuple[str, str, int], ...]
    """Competitor, version and its read reviews, the newest first; empty where reviews name too few versions."""
    turns: tuple[Turn, ...]
    """What stands at the false discovery rate `statistics.TRENDS`, the largest change first."""


NO_VERSIONS = Versions((), ())


def versions(evidence: Evidence, themes: Sequence[str], rivals: Sequence[str]) -> Versions:
    """The newest versions of each rival against those before them.

    Names do not order versions (`10.2`, `2024-b`, a new scheme after a takeover): their reviews do. A version comes
    after another when its reviews are later on the whole, and is compared only where that is beyond chance by a rank
    sum test; two that are used side by side are never called old and new.
    """
    read = evidence.reviews.select("competitor", "key", "version", "written", "counted", "is_read")
    read = read.filter("counted", "is_read").drop_nulls(["version", "written"])
    complaints = evidence.statements.filter("complains").select("competitor", "key", "theme")
    compared: list[tuple[str, str, int]] = []
    found: list[Turn] = []
    p_values: list[float] = []
    for rival in rivals:
        mine = read.filter(pl.col("competitor") == rival)
        said = complaints.join(mine.select("competitor", "key", "version"), on=["competitor", "key"])
        counts = {(v, t): k for v, t, k in said.group_by("version", "theme").len().iter_rows()}
        for version, n, since, earlier in _comparable(mine):
            before_n = sum(earlier.values())
            compared.append((rival, version, n))
            for theme in themes:
                k = counts.get((version, theme), 0)
                before_k = sum(counts.get((v, theme), 0) for v in earlier)
                if k + before_k < LEAST_COMPLAINTS:
                    continue
                found.append(
                    Turn(rival, version, since, theme, k, n, before_k, before_n, *difference(k, n, before_k, before_n))
                )
                p_values.append(2 * min(more_often(k, n, before_k, before_n), more_often(before_k, before_n, k, n)))
    turns = [turn for turn, stands in zip(found, discoveries(p_values, TRENDS), strict=True) if stands]
    turns.sort(key=lambda t: (-abs(t.change), t.competitor, t.version, t.theme))
    return Versions(tuple(compared), tuple(turns))


def _comparable(mine: pl.DataFrame) -> list[tuple[str, int, date, dict[str, int]]]:
    """Version, its reviews, its first day, and the reviews of each version before it; the newest first."""
    ordered = (
        mine.group_by("version")
        .agg(pl.len(), pl.col("written").dt.timestamp().mean().alias("mean"), pl.col("written").min().alias("first"))
        .sort("mean", "version")
    )
    times = {v: t.to_numpy() for v, t in _times(mine).items()}
    found: list[tuple[str, int, date, dict[str, int]]] = []
    for place in range(ordered.height - 1, 0, -1):
        version, n, _, first = ordered.row(place)
        earlier = dict(ordered.head(place).select("version", "len").iter_rows())
        if n < LEAST_REVIEWS or sum(earlier.values()) < LEAST_REVIEWS:
            continue
        if _later(times[version], np.concatenate([times[v] for v in earlier])) >= LATER_Z:
            found.append((version, n, first.date(), earlier))
        if len(found) == NEWEST:
            break
    return found


def _times(mine: pl.DataFrame) -> dict[str, pl.Series]:
    """Version -> when its reviews were written, in microseconds."""
    rows = mine.select("version", pl.col("written").dt.timestamp())
    return {str(version): part["written"] for (version,), part in rows.group_by("version")}


def _later(times: NDArray[np.int64], others: NDArray[np.int64]) -> float:
    """z of the rank sum test (Mann and Whitney 1947) that `times` are later than `others`; ties share their ranks."""
    n, m = len(times), len(others)
    everything = np.sort(np.concatenate([times, others]))
    below = np.searchsorted(everything, times, side="left")
    up_to = np.searchsorted(everything, times, side="right")
    ranks = (below + up_to + 1) / 2
    u = float(ranks.sum()) - n * (n + 1) / 2
    return (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
