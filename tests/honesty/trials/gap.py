"""The planted gap: complaints of a new kind mixed into one rival, and whether a report finds, names and ranks it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from statistics import median

import polars as pl

from reports.weighing.emerging import emerging
from reports.weighing.evidence import Evidence

from .claims import claimed
from .material import Pool, drawn, keys, planted
from .null import RIVALS

THEME = "storage"
"""What the invented complaints with a theme are about."""
SUBJECT = "parrot"
"""What those without a theme are about."""
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


@dataclass(frozen=True)
class Unthemed:
    """The same for complaints that no theme holds."""

    pool: str
    rate: float
    size: int
    runs: int
    found: int
    """The report shows their subject among what no theme holds."""
    phrase: str | None
    """Under which name, most often."""
    complains: float
    """Share of the planted reviews that are read as complaints or wishes."""


def planted_gap(pool: Pool, rate: float, size: int, runs: int, draws: int = 200) -> Planted:
    """Plants the themed complaints into the first of four rivals, whose reviews are all drawn from one pool."""
    culprit = RIVALS[0]
    counts: Counter[str] = Counter()
    ranks, counted = [], []
    for run in range(runs):
        evidence, many = _market(pool, "themed", rate, size, run)
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


def unthemed_gap(pool: Pool, rate: float, size: int, runs: int) -> Unthemed:
    """Plants the complaints that no theme holds into the first of four rivals."""
    phrases: Counter[str] = Counter()
    for run in range(runs):
        evidence, _ = _market(pool, "unthemed", rate, size, run)
        cries = emerging(evidence, RIVALS, None, set()).cries
        phrases.update([cry.phrase for cry in cries if any(SUBJECT in p for p in (cry.phrase, *cry.variants))][:1])
    kinds = planted("unthemed").evidence.mentions.select("key", pl.col("kinds")).explode("kinds")
    heard = kinds.filter(pl.col("kinds").is_in(["complaint", "bug", "request"]))["key"].n_unique()
    name = phrases.most_common(1)[0][0] if phrases else None
    return Unthemed(pool.name, rate, size, runs, phrases.total(), name, heard / len(keys(planted("unthemed"))))


def _market(pool: Pool, kind: str, rate: float, size: int, run: int) -> tuple[Evidence, int]:
    """A market of four rivals with planted complaints at the first, and how many; their keys begin with `1-`."""
    rng = random.Random(f"{pool.name} {rate} {size} {run}")
    seeds, texts, many = keys(pool), planted(kind), round(rate * size)
    culprit, *others = RIVALS
    parts = [(pool, rng.choices(seeds, k=size - many), culprit), (texts, rng.choices(keys(texts), k=many), culprit)]
    return drawn(parts + [(pool, rng.choices(seeds, k=size), rival) for rival in others]), many
