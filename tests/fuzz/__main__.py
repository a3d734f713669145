"""Mutated input through all that reads what others wrote: pages, market files, exports, archives. `make fuzz` runs it.

Nothing may come of it but what was asked for or an error of our own, of one line, within a second of processor time.
Every mutation follows from the seed, the name of what is mutated and its number, so a finding is run again with
`python tests/fuzz --only NAME --from NUMBER --count 1`.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

import files
import pages
from mutating import SEED, SLOWEST, say


def main() -> None:
    """Prints a table a kind of input; ends with 1 when anything escaped."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--only", help="a page's, a file's or a source's name; pages, invented, recorded, files")
    arguments.add_argument("--from", dest="first", type=int, default=0)
    arguments.add_argument("--count", type=int, default=int(os.environ.get("FUZZ", "10000")), help="each kind")
    told = arguments.parse_args()
    started = time.process_time()
    say(f"seed {SEED}; no input may take more than {SLOWEST:g} s")
    escaped = files.tables(told.only, told.first, told.count) + pages.tables(told.only, told.first, told.count)
    say(f"\n{escaped} escaped; {time.process_time() - started:.0f} s of processor time")
    sys.exit(escaped > 0)


if __name__ == "__main__":
    main()
