"""The hungry crowd: how pressing a gap is to those who complain of it, and whether they become more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from reports.weighing.evidence import Evidence
from reports.weighing.momentum import Split
from reports.weighing.statistics import TRENDS, Proportion, difference, discoveries, more_often

LEAST_COMPLAINTS = 10
"""Complaining reviews that either part needs before its hunger is compared."""


@dataclass(frozen=True)
class Crowd:
    """Those who complain about a theme at the rivals or wish for it."""

    theme: str
    urgent: Proportion
    """Of the complaining reviews: some sign of urgency."""
    leaving: Proportion
    """The author has left or is about to."""
    hungry: Proportion
    """Either."""
    recent: Proportion | None
    """Hungry reviews among those that complain lately; None where no trend may be told or either part is too small."""
    before: Proportion | None
    change: tuple[float, float, float] | None
    """Recent share minus the one before, with its 95 % interval."""
    verdict: str | None
    """`growing` or `calming` beyond chance (`statistics.TRENDS`) over all themes, else `steady`."""
    hungrier: bool
    """Whether its complaints are more often hungry than those about the other gaps (false discovery rate 5 %)."""


def crowds(evidence: Evidence, themes: Sequence[str], rivals: Sequence[str], parts: Split | None) -> list[Crowd]:
    """One for each theme, in the order given; `parts` is None where no trend may be told."""
    said = evidence.statements.filter(
        pl.col("complains") & pl.col("competitor").is_in(list(rivals)) & pl.col("theme").is_in(list(themes))
    ).with_columns(hungry=(pl.col("urgency").fill_null(0) > 0) | pl.col("churn").fill_null(value=False))
    stands = {t: said.filter(pl.col("theme") == t) for t in themes}
    split = {t: _split(stands[t], parts) for t in themes}
    moved = [t for t in themes if split[t] is not None]
    p_moved = []
    for theme in moved:
        recent, before = split[theme] or (Proportion(0, 0), Proportion(0, 0))
        sides = (recent.k, recent.n, before.k, before.n)
        p_moved.append(2 * min(more_often(*sides), more_often(*sides[2:], *sides[:2])))
    beyond = dict(zip(moved, discoveries(p_moved, TRENDS), strict=True))
    everyone = (int(said["hungry"].sum()), said.height)
    p_more = []
    for theme in themes:
        k, n = int(stands[theme]["hungry"].sum()), stands[theme].height
        p_more.append(more_often(k, n, everyone[0] - k, everyone[1] - n))
    more = dict(zip(themes, discoveries(p_more), strict=True))
    return [_crowd(t, stands[t], split[t], beyond.get(t, False), more[t]) for t in themes]


def _crowd(
    theme: str, said: pl.DataFrame, split: tuple[Proportion, Proportion] | None, beyond: bool, hungrier: bool
) -> Crowd:
    n = said.height
    change = None
    verdict = None
    if split is not None:
        change = difference(split[0].k, split[0].n, split[1].k, split[1].n)
        verdict = ("growing" if change[0] > 0 else "calming") if beyond else "steady"
    return Crowd(
        theme=theme,
        urgent=Proportion(said.filter(pl.col("urgency") > 0).height, n),
        leaving=Proportion(said.filter("churn").height, n),
        hungry=Proportion(int(said["hungry"].sum()), n),
        recent=split[0] if split else None,
        before=split[1] if split else None,
        change=change,
        verdict=verdict,
        hungrier=hungrier,
    )


def _split(said: pl.DataFrame, parts: Split | None) -> tuple[Proportion, Proportion] | None:
    if parts is None:
        return None
    recent = said.filter(pl.col("written").is_between(parts.recent, parts.end, closed="right"))["hungry"]
    before = said.filter(pl.col("written").is_between(parts.before, parts.recent, closed="right"))["hungry"]
    if min(recent.len(), before.len()) < LEAST_COMPLAINTS:
        return None
    return Proportion(int(recent.sum()), recent.len()), Proportion(int(before.sum()), before.len())
