"""The card as a table for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from card.measured import Skipped
from reports.rules.accuracy import Measure

WIDTH = 180


def show(
    console: Console, measures: Iterable[Measure], skipped: Iterable[Skipped], floors: Mapping[str, float]
) -> None:
    """Prints a line a figure: beside it the baselines of this run, what must be reached, and whether it is."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for head in ("set / question", "figure"):
        table.add_column(head, no_wrap=True)
    for head in ("texts", "not read"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("baselines, this run")
    for head in ("unmet", "floor", "must reach"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("holds?", no_wrap=True)
    for m in measures:
        others = ", ".join(f"{name} {value:.3f}" for name, value in m.baselines.items()) or "none"
        figures = [_number(m.value), _number(floors.get(m.name)), _number(m.target)]
        table.add_row(m.name, _figure(m), f"{m.texts:,}", f"{m.unread:,}", others, *figures, _holds(m))
    console.print(table)
    for each in skipped:
        console.print(f"{each.name}: not measured, {each.why}", markup=False, soft_wrap=True)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _figure(measure: Measure) -> str:
    if measure.figure == "precision":
        return f"precision at recall {measure.parts['recall']:.2f}"
    return measure.figure


def _holds(measure: Measure) -> str:
    if measure.learned:
        return "seen before: no claim"
    if measure.target is None:
        return ""
    return "yes" if measure.value >= measure.target else "NO"
