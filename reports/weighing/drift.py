"""Whether customers complain more or less of a theme than before: newly written reviews against those that counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from reports.weighing.evidence import Evidence
from reports.weighing.statistics import Proportion, difference, discoveries, stratified

LEAST_WRITTEN = 20
"""Newly written, read reviews below which nothing is said to grow or fade."""
LEAST_COMPLAINTS = 5
"""Complaints about a theme, before and newly written together, below which it is not tested."""


@dataclass(frozen=True)
class Drift:
    """What newly written reviews say of a theme beside those that counted before, all read by today's rules."""

    theme: str
    written: Proportion
    before: Proportion
    change: float
    low: float
    high: float
    verdict: str
    """`grown` or `faded` where the interval excludes no change and a test within listings stands at a false discovery
    rate of 5 %, else `steady`."""


def drifts(facts: pl.DataFrame, evidence: Evidence, rivals: Sequence[str]) -> tuple[Drift, ...]:
    """Newly written reviews against those that counted then and count still."""
    facts_now = evidence.reviews.select("key", "listing", "competitor", "counted", "is_read")
    read = facts_now.filter(pl.col("counted") & pl.col("is_read") & pl.col("competitor").is_in(list(rivals)))
    sides = read.select("key", "listing").join(
        facts.select(
            "key",
            fresh=~pl.col("was_held") & (pl.col("gained_by") == "written"),
            kept=pl.col("was_counted") & (pl.col("digest") == pl.col("digest_now")),
        ),
        on="key",
    )
    totals = _by_listing(sides, sides.select("key", "listing").with_columns(theme=pl.lit(""))).get("", {})
    fresh_n, kept_n = sum(f for f, _ in totals.values()), sum(k for _, k in totals.values())
    if fresh_n < LEAST_WRITTEN or kept_n < LEAST_WRITTEN:
        return ()
    complaints = evidence.statements.filter("complains").select("key", "theme")
    found, p_values = [], []
    for theme, said in sorted(_by_listing(sides, complaints.join(sides.select("key", "listing"), on="key")).items()):
        fresh, kept = sum(f for f, _ in said.values()), sum(k for _, k in said.values())
        if fresh + kept < LEAST_COMPLAINTS:
            continue
        strata = [(*said.get(place, (0, 0)), *totals[place]) for place in sorted(totals)]
        found.append((theme, Proportion(fresh, fresh_n), Proportion(kept, kept_n)))
        p_values.append(min(1.0, 2 * min(stratified([(k1, n1, k2, n2) for k1, k2, n1, n2 in strata]))))
    told = []
    for (theme, fresh_of, kept_of), stands in zip(found, discoveries(p_values), strict=True):
        change, low, high = difference(fresh_of.k, fresh_of.n, kept_of.k, kept_of.n)
        verdict = "grown" if stands and low > 0 else "faded" if stands and high < 0 else "steady"
        told.append(Drift(theme, fresh_of, kept_of, change, low, high, verdict))
    return tuple(sorted(told, key=lambda d: (d.verdict == "steady", -abs(d.change), d.theme)))


def _by_listing(sides: pl.DataFrame, said: pl.DataFrame) -> dict[str, dict[str, tuple[int, int]]]:
    """Theme -> listing -> newly written and kept reviews that say so."""
    rows = said.join(sides.select("key", "fresh", "kept"), on="key").group_by("theme", "listing")
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for theme, listing, fresh, kept in rows.agg(pl.col("fresh").sum(), pl.col("kept").sum()).iter_rows():
        found.setdefault(theme, {})[listing] = (fresh, kept)
    return found
