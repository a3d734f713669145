"""`make bench`: how long things take, as Markdown tables on standard output. Numbers are printed, never asserted.

Usage: python tests/benchmarks [RUNS]
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import reading
import weighing

ROOT = Path(__file__).parents[2]
CORPORA = ROOT.parent / "shared" / "corpora"
RUNS = 5


def main() -> None:
    """Prints every table."""
    if not CORPORA.is_dir():
        sys.exit(f"{CORPORA}: no such folder; the benchmarks need the public corpora beside the project")
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    for part in (reading, weighing):
        for line in part.tables(CORPORA, runs):
            print(line, flush=True)


if __name__ == "__main__":
    main()
