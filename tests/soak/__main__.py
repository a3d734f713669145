"""`make soak`: nights that go wrong, at full size; prints Markdown tables. Hours on a busy machine, less with fewer.

    python tests/soak [PART ...] [MINUTES]

PART: faults, long, kill, twice, full, gone; all when none is named. MINUTES bounds `kill` and `twice`, each. Exit
codes: 0 all is as it must be; 1 something is not, and its line says so.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from hard import faults, kill, long, servers, twice
from hard.kill import Result
from hard.nights import Nights, nights

PARTS = ("faults", "long", "kill", "twice", "full", "gone")
KILLS, TWICE, NIGHTS, LISTINGS, PAGES = 200, 50, 100, 50, 20
FULL = (300, 1_000, 3_000, 10_000, 30_000, 100_000)
"""Bytes beyond which no file grows, what the run says among them: it must have room for its line."""


def main(argv: Sequence[str]) -> int:
    """Prints a table a part as it is done; says on stderr what is under way."""
    told = [each for each in argv if each not in PARTS]
    if len(told) > 1 or not all(each.isdecimal() for each in told):
        sys.exit(f"{told[0]}: no such part; there are {', '.join(PARTS)}, and a number of minutes")
    minutes = next(map(float, told), float("inf"))
    parts = [part for part in PARTS if part in argv] or list(PARTS)
    wrong: list[str] = []
    for part, table in (("faults", _faults), ("long", _long)):
        if part in parts:
            _tell(part, table(wrong))
    cut = [part for part in ("kill", "twice", "full", "gone") if part in parts]
    if cut:
        with ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            env = stack.enter_context(servers.server(home / "prefect"))
            at = stack.enter_context(nights(home, env | {"PREFECT_LOGGING_TO_API_ENABLED": "false"}))
            _tell("nights cut off", _cut(cut, at, minutes * 60, wrong))
    for line in wrong:
        sys.stdout.write(f"- {line}\n")
    return int(bool(wrong))


def _tell(name: str, lines: Iterator[str]) -> None:
    sys.stderr.write(f"{name}\n")
    for line in lines:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    sys.stdout.write("\n")


def _faults(wrong: list[str]) -> Iterator[str]:
    yield "## Twelve kinds of misbehaviour, a night with them and a night without\n"
    yield "| kind | listings | requests | reviews | told in the ledger as | wrong | seconds |"
    yield "|---|--:|--:|--:|---|--:|--:|"
    runs = [(kind, lambda kind=kind: faults.alone(kind, PAGES)) for kind in faults.EXPECTED]
    runs += [(f"{k}, once", lambda kind=k: faults.alone(kind, PAGES, lasting=False)) for k in faults.PASSING]
    runs += [("all at once", lambda: faults.mixed(LISTINGS, PAGES))]
    for name, run in runs:
        told = run()
        wrong += [f"{name}: {line}" for line in told.wrong]
        as_ = faults.EXPECTED[name][0] if name in faults.EXPECTED else "its kind" if "all" in name else "end"
        yield (
            f"| {name} | {told.listings} | {told.requests:,} | {told.reviews:,} | {as_} | {len(told.wrong)}"
            f" | {told.seconds:.1f} |"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield f"\nPeak memory of the process, sites included: {peak:,.0f} MiB."


def _long(wrong: list[str]) -> Iterator[str]:
    yield f"## {NIGHTS} nights on end\n"
    yield (
        "| night | reviews | processor, mean of ten nights (s) | resident (MiB) | tables (MiB) | logs (MiB) |"
        " archive (MiB) | files |"
    )
    yield "|--:|--:|--:|--:|--:|--:|--:|--:|"
    with tempfile.TemporaryDirectory() as home:
        for night, result in long.nights(Path(home), NIGHTS):
            if night.number % 10 == 0:
                mean = sum(n.processor for n in result.nights[-10:]) / 10
                yield (
                    f"| {night.number} | {night.reviews:,} | {mean:.2f} | {night.resident:,.0f} | {night.tables:.2f}"
                    f" | {night.logs:.2f} | {night.archive:.2f} | {night.files:,} |"
                )
    wrong += result.wrong
    moved = ", ".join(f"{cause} {count:,}" for cause, count in sorted(result.moved.items()))
    yield f"\nReports that said otherwise than it was: {len(result.wrong)} of {NIGHTS - 1}. Reviews moved: {moved}."


def _cut(parts: Sequence[str], at: Nights, seconds: float, wrong: list[str]) -> Iterator[str]:
    yield f"## Nights over {len(at.site.listings)} listings that are cut off, and a normal run after each\n"
    yield f"An undisturbed night takes {at.seconds:.1f} s here.\n"
    yield "| what | nights | cut off | wrong after the next run | how far they had got | seconds |"
    yield "|---|--:|--:|--:|---|--:|"
    work = {
        "kill": lambda: kill.killed(at, KILLS, until=time.monotonic() + seconds),
        "twice": lambda: twice.twice(at, TWICE, until=time.monotonic() + seconds),
        "full": lambda: kill.full(at, FULL),
        "gone": lambda: servers.gone(at),
    }
    for part in parts:
        result: Result = work[part]()
        wrong += result.wrong
        where = ", ".join(f"{name} {count}" for name, count in result.where.most_common())
        yield (
            f"| {result.kind} | {result.nights} | {result.cut} | {len(result.wrong)} | {where} | {result.seconds:.0f} |"
        )


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[2])]
    from flows import quiet

    quiet.hush()
    sys.exit(main(sys.argv[1:]))
