"""`make quality`: measures everything, prints it beside the baselines, and writes the accuracy card.

    python tests/quality [--raise]

The card is not written when a figure is below its floor. `--raise` also raises floors to what was measured; lowering
one is an edit of `floors.toml` by hand, with its reason beside it.
Exit codes: 0 written; 1 a figure is below its floor; 2 the corpora are not there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from card import floors, labelled, measured, speed, table
from card.measured import Skipped
from rich.console import Console

from reports import rules
from reports.rules import accuracy
from reports.rules.accuracy import Card, Measure

SHARED = Path(os.environ.get("UNMET_SHARED") or Path(__file__).parents[3] / "shared")


def main(argv: list[str]) -> int:
    out, err = Console(width=None if sys.stdout.isatty() else table.WIDTH), Console(stderr=True)
    ruleset = rules.default()
    found: list[Measure] = []
    skipped: list[Skipped] = []
    with err.status("measuring") as status:
        for each in _all(ruleset):
            if isinstance(each, Measure):
                found.append(each)
            else:
                skipped.append(each)
            status.update(f"measured {each.name}")
    out.print(f"rules {ruleset.version}; every figure is best at 1\n", highlight=False)
    known = floors.load()
    table.show(out, found, skipped, known)
    if not _corpora().is_dir():
        out.print(f"{_corpora()}: not there; the card stays as it is")
        return 2
    with err.status("timing"):
        ours, plain, texts = speed.ratio(_corpora(), ruleset)
    holds = "yes" if ours <= speed.MOST * plain else "NO"
    out.print(
        f"time to read {texts:,} reviews: {ours:.1f} s, VADER alone {plain:.1f} s (best of {speed.RUNS}):"
        f" {ours / plain:.2f} times as long, may be {speed.MOST}: {holds}",
        highlight=False,
    )
    low = floors.below(found, known)
    for line in low:
        out.print(f"below its floor: {line}", highlight=False)
    if low:
        out.print("The card is not written. Mend what fell, or lower the floor by hand and say why in floors.toml.")
        return 1
    _written(out, Card(ruleset.version, tuple(found)))
    if "--raise" in argv:
        floors.FILE.write_text(floors.raised(floors.FILE.read_text("utf-8"), found), "utf-8")
    return 0


def _all(ruleset: rules.Rules) -> Iterator[Measure | Skipped]:
    yield from labelled.measured(ruleset, beside=True)
    if _corpora().is_dir():
        yield from measured.measured(_corpora(), ruleset, beside=True)


def _corpora() -> Path:
    return SHARED / "corpora"


def _written(out: Console, card: Card) -> None:
    """Writes the card and says which figures moved since the last one."""
    before = accuracy.load()
    old = {m.name: m.value for m in before.measures} if before else {}
    accuracy.CARD.write_text(accuracy.dump(card), "utf-8")
    moved = [
        f"{m.name} {old[m.name]:.3f} → {m.value:.3f}"
        for m in card.measures
        if m.name in old and abs(m.value - old[m.name]) >= 0.0005
    ]
    since = f" (the last card: rules {before.rules})" if before else ""
    line = f"{accuracy.CARD.name} written{since}; moved: {', '.join(moved) or 'nothing'}"
    out.print(line, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
