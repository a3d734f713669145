"""The null market: reviews dealt out at random among pretend rivals. Nothing differs, so nothing may be said to."""

from __future__ import annotations

from dataclasses import dataclass

from reports.weighing.momentum import split

from .claims import claimed, trends
from .material import Pool, dated, parted

RIVALS = ("amber", "beryl", "coral", "dune")


@dataclass(frozen=True)
class Null:
    """In how many of `splits` something was claimed that is not so."""

    pool: str
    reviews: int
    splits: int
    worse: int
    flank: int
    more: int
    people: int
    """In loyalty, or in what complaints are about and what moves people."""
    difference: int
    """Any of these."""
    trend: int
    """On random dates, of any kind: gaps, months, crowds, what is new."""
    undated: int
    """A trend where no review has a date."""


def null(pool: Pool, splits: int, draws: int = 50, seed: int = 1) -> Null:
    """Deals a pool out so many times."""
    counts = dict.fromkeys(("worse", "flank", "more", "people", "difference", "trend", "undated"), 0)
    for number in range(splits):
        evidence = parted(pool, RIVALS, seed * 100_000 + number)
        told = claimed(evidence, RIVALS, draws)
        counts["undated"] += bool(trends(evidence, told, RIVALS, split(evidence)))
        moved, parts = dated(evidence, seed * 100_000 + number)
        counts["trend"] += bool(trends(moved, told, RIVALS, parts))
        kinds = {"worse": told.worse, "flank": told.flanks, "more": told.more}
        people = [*told.loyalty, *told.tiers]
        for kind, found in kinds.items():
            counts[kind] += bool(found)
        counts["people"] += bool(people)
        counts["difference"] += any(kinds.values()) or bool(people)
    return Null(pool.name, len(parted(pool, RIVALS, 0).reviews), splits, **counts)
