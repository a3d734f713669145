"""Results of trials as Markdown tables, with the bound that each must keep."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .gap import Planted, Unthemed
from .loss import Loss
from .null import Null

BROKEN = "**broken**"
MOST_FALSE = 0.05
LEAST_FOUND = 0.90
PROMISED = (0.05, 1_000)
"""Rate and size at which a planted gap must be found."""


def share(k: int, n: int) -> str:
    """`3 of 200 (1.5 %)`."""
    return f"{k} of {n} ({100 * k / n:.1f} %)"


def kept(false: int, runs: int) -> bool:
    """Whether at most 5 % of the runs went wrong."""
    return false <= MOST_FALSE * runs


def credible(false: int, runs: int) -> bool:
    """Whether few runs speak against at most 5 % going wrong: more would come by chance in fewer than 1 % of trials."""
    ways = (math.comb(runs, k) * MOST_FALSE**k * (1 - MOST_FALSE) ** (runs - k) for k in range(false, runs + 1))
    return math.fsum(ways) >= 0.01


def verdict(false: int, runs: int) -> str:
    """`kept` where at most 5 % went wrong, else broken."""
    return "kept" if kept(false, runs) else BROKEN


def null_table(rows: Sequence[Null]) -> str:
    """Differences and trends claimed where there are none."""
    lines = [
        [
            row.pool,
            f"{row.reviews:,}",
            *(
                share(k, row.splits)
                for k in (row.worse, row.flank, row.more, row.people, row.difference, row.trend, row.undated)
            ),
            BROKEN if row.undated else verdict(max(row.difference, row.trend), row.splits),
        ]
        for row in rows
    ]
    head = "Reviews of|n|Worse|Open flank|Pain point|Loyalty, tiers|Any difference|Trend|Trend, undated|At most 5 %"
    return _table(head, lines)


def gaps_table(rows: Sequence[list[str]]) -> str:
    """What became of planted complaints."""
    head = "Reviews of|Each rival|Planted|Read as such|Found|As a gap|Marked worse|Open flank|Named|Rank|Found 9 in 10"
    return _table(head, rows)


def gap_row(row: Planted) -> list[str]:
    """One line of it."""
    promised = (row.rate, row.size) == PROMISED
    held = ("kept" if row.found >= LEAST_FOUND * row.runs else BROKEN) if promised else "–"
    return [
        row.pool,
        f"{row.size:,}",
        f"{100 * row.rate:g} %",
        f"{100 * row.counted:.0f} %",
        *(f"{100 * k / row.runs:.0f} %" for k in (row.found, row.gap, row.worse, row.flank, row.named)),
        "–" if row.rank is None else f"{row.rank:g}",
        held,
    ]


def unthemed_table(rows: Sequence[Unthemed]) -> str:
    """What became of planted complaints that no theme holds."""
    lines = [
        [
            row.pool,
            f"{row.size:,}",
            f"{100 * row.rate:g} %",
            f"{100 * row.complains:.0f} %",
            f"{100 * row.found / row.runs:.0f} %",
            row.phrase or "–",
        ]
        for row in rows
    ]
    return _table("Reviews of|Each rival|Planted|Read as a complaint|Found|Named", lines)


def loss_table(rows: Sequence[Loss]) -> str:
    """What moved when half of one rival's reviews were gone."""
    lines = [
        [
            row.pool,
            *(share(k, row.runs) for k in (row.scores, row.shares, row.turned, row.any)),
            share(row.moved, row.claims),
            verdict(row.any, row.runs),
        ]
        for row in rows
    ]
    return _table("Market|A score|A share|A difference turned|Any|Of all intervals|At most 5 %", lines)


def _table(head: str, rows: Sequence[Sequence[str]]) -> str:
    names = head.split("|")
    rule = ["---", *["--:"] * (len(names) - 1)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (names, rule, *rows))
