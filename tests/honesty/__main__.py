"""`make honesty`: whether reports keep their word, at full size; prints Markdown tables. Some minutes.

    python tests/honesty [RUNS]

Reviews are invented (the demo's) and, where the public corpora lie beside the project, real ones. Exit codes: 0 every
bound holds; 1 one does not, and its line says so.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from trials import material
from trials.gap import RATES, SIZES, planted_gap, unthemed_gap
from trials.loss import loss
from trials.material import Pool
from trials.null import RIVALS, null
from trials.tables import BROKEN, gap_row, gaps_table, loss_table, null_table, unthemed_table

SHARED = Path(os.environ.get("UNMET_SHARED") or Path(__file__).parents[3] / "shared")
RUNS = 200
PLANTED_RUNS = 4
"""One run in so many is enough for each line of the planted gap, of which there are two dozen."""
UNTHEMED_RUNS = 20
MOST_OFTEN = 8
"""Reviews are drawn anew from a small pool; more often than this, its own sentences recur like complaints."""


def main(argv: Sequence[str]) -> int:
    """Prints every table; says on stderr what is under way."""
    runs = int(argv[0]) if argv else RUNS
    pools = [material.invented()]
    if (SHARED / "corpora").is_dir():
        pools += [material.real(SHARED, name) for name in material.CORPORA]
    else:
        _say(f"{SHARED}/corpora is not there: invented reviews only")
    nulls, gaps, unthemed, losses = [], [], [], []
    for pool in pools:
        _say(f"null market: {pool.name}")
        nulls.append(null(pool, runs))
    for pool in _largest(pools):
        for size, rate in itertools.product(SIZES, RATES):
            _say(f"planted gap: {rate:.0%} of {size} in {pool.name}")
            gaps.append(gap_row(planted_gap(pool, rate, size, max(1, runs // PLANTED_RUNS))))
            if size * len(RIVALS) <= MOST_OFTEN * len(material.keys(pool)):
                unthemed.append(unthemed_gap(pool, rate, size, max(1, runs // UNTHEMED_RUNS)))
    for pool in _markets(pools[0]):
        _say(f"loss: {pool.name}")
        losses.append(loss(pool, runs))
    tables = [null_table(nulls), gaps_table(gaps), unthemed_table(unthemed), loss_table(losses)]
    sys.stdout.write("\n\n".join(tables) + "\n")
    return int(any(BROKEN in table for table in tables))


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _largest(pools: list[Pool]) -> list[Pool]:
    """The invented reviews, and the largest real pool."""
    return [pools[0], *sorted(pools[1:], key=lambda pool: pool.evidence.reviews.height)[-1:]]


def _markets(invented: Pool) -> list[Pool]:
    """Whole markets: the demo's, and the real ones."""
    corpora = (SHARED / "corpora").is_dir()
    return [invented, *([material.real_market(SHARED, name) for name in material.MARKETS] if corpora else [])]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
