"""The planted gap: complaints of a new kind mixed into one rival, and whether a report finds, names and ranks it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from statistics import median

from .claims import claimed
from .material import Pool, drawn, keys, planted
from .null import RIVALS

THEME = "storage"
"""What the invented complaints with a theme are about."""
RATES = (0.01, 0.02, 0.05, 0.10)
SIZES = (300, 1_000, 5_000)


@dataclass(frozen=True)
class Planted:
    """How often, of `runs`, complaints planted as `rate` of one rival's `size` reviews were found."""

    pool: str
    rate: float
    size: int
    runs: int
    gap: int
    """The theme is a gap, and this rival fails at it."""
    worse: int
    """This rival is said to have more of it than the others."""
    found: int
    """Either."""
    flank: int
    """It is named an open flank: one rival fails where others do not."""
    named: int
    """A pain point that is about it is said to be more at this rival."""
    rank: float | None
    """Median rank among the gaps where it is one."""
    counted: float
    """Median share of the planted complaints that the report counts under the theme."""


def planted_gap(pool: Pool, rate: float, size: int, runs: int, draws: int = 200) -> Planted:
    """Plants the themed complaints into the first of four rivals, whose reviews are all drawn from one pool."""
    seeds, texts = keys(pool), planted("themed")
    culprit = RIVALS[0]
    counts: Counter[str] = Counter()
    ranks, counted = [], []
    for run in range(runs):
        rng = random.Random(f"{pool.name} {rate} {size} {run}")
        many = round(rate * size)
        parts = [(pool, rng.choices(seeds, k=size - many), culprit), (texts, rng.choices(keys(texts), k=many), culprit)]
        parts += [(pool, rng.choices(seeds, k=size), rival) for rival in RIVALS[1:]]
        evidence = drawn(parts)
        told = claimed(evidence, RIVALS, draws=draws)
        cell = told.cells[culprit, THEME]
        places = [i for i, (o, _) in enumerate(told.gaps, start=1) if o.theme == THEME]
        gap, worse = bool(places) and cell.fails, cell.worse
        if gap:
            ranks.append(places[0])
        counts["gap"] += gap
        counts["worse"] += worse
        counts["found"] += gap or worse
        counts["flank"] += THEME in told.flanks
        counts["named"] += any(who == culprit and "storage" in name for who, name in told.more)
        heard = evidence.statements.filter("complains", theme=THEME, competitor=culprit)
        counted.append(heard["key"].str.starts_with("1-").sum() / many)
    named = {name: counts[name] for name in ("gap", "worse", "found", "flank", "named")}
    return Planted(pool.name, rate, size, runs, **named, rank=median(ranks) if ranks else None, counted=median(counted))
