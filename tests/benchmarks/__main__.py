"""`make bench`: how long things take, as Markdown tables on standard output. Numbers are printed, never asserted.

Usage: python tests/benchmarks [RUNS] [TABLE ...]

TABLE is one or more of reading, weighing, collecting, starting and increment; all of them when none is named.
"""

from __future__ import annotations

import sys
from pathlib import Path

import flows  # noqa: F401 - sets what the command sets before Polars is loaded; the measured processes inherit it

sys.path.insert(0, str(Path(__file__).parent))
import collecting
import increment
import reading
import starting
import weighing

ROOT = Path(__file__).parents[2]
CORPORA = ROOT.parent / "shared" / "corpora"
RUNS = 5
TABLES = {
    "reading": reading.tables,
    "weighing": weighing.tables,
    "collecting": collecting.tables,
    "starting": starting.tables,
    "increment": increment.tables,
}
WITHOUT_CORPORA = {"collecting", "starting"}


def main(arguments: list[str]) -> None:
    """Prints the tables that are named, or every one."""
    runs = int(arguments.pop(0)) if arguments and arguments[0].isdecimal() else RUNS
    named = arguments or list(TABLES)
    unknown = [name for name in named if name not in TABLES]
    if unknown:
        sys.exit(f"{unknown[0]}: no such table; there are {', '.join(TABLES)}")
    if not CORPORA.is_dir() and not set(named) <= WITHOUT_CORPORA:
        sys.exit(f"{CORPORA}: no such folder; the benchmarks need the public corpora beside the project")
    for name in named:
        for line in TABLES[name](CORPORA, runs):
            print(line, flush=True)
        print(flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
