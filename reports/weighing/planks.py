"""The shortest plank of each competitor: the theme whose complaining reviews cost it most stars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reports.weighing.cells import Cell
from reports.weighing.opportunity import CERTAIN
from reports.weighing.resampling import Drawn, Floats, Resampled

PLANK_FROM = 10
"""Complaining reviews that a theme needs to be called a competitor's shortest plank."""


@dataclass(frozen=True)
class Plank:
    """A competitor's shortest plank; stars with the 95 % intervals of the bootstrap."""

    cell: Cell
    drag_low: float
    drag_high: float
    without_low: float
    without_high: float
    """Of the mean stars without the reviews that complain about it."""
    ties: tuple[str, ...]
    """Other themes that may as well be the shortest: it costs more stars than they in fewer than 95 % of the draws."""


def plank(table: dict[tuple[str, str], Cell], competitor: str, themes: list[str], resampled: Resampled) -> Plank | None:
    """The theme that costs a competitor most stars; None where none costs it any beyond chance, or too few complain."""
    held = [table[competitor, theme] for theme in themes]
    drawn = resampled.of[competitor]
    short = []
    for cell in held:
        if cell.complains.k >= PLANK_FROM and cell.drag is not None and cell.drag > 0:
            drag, without = _stars(drawn, resampled.themes.index(cell.theme))
            drag_low, drag_high = np.quantile(drag, [0.025, 0.975])
            if drag_low > 0:
                short.append((cell, drag, without, float(drag_low), float(drag_high)))
    if not short:
        return None
    cell, drag, without, low, high = max(short, key=lambda s: (s[0].drag or 0.0, s[0].theme))
    ties = [other for other, theirs, *_ in short if other is not cell and float((drag > theirs).mean()) < CERTAIN]
    least, most = np.quantile(without, [0.025, 0.975])
    return Plank(
        cell, low, high, float(least), float(most),
        tuple(other.theme for other in sorted(ties, key=lambda c: (-(c.drag or 0.0), c.theme))),
    )  # fmt: skip


def _stars(drawn: Drawn, theme: int) -> tuple[Floats, Floats]:
    """What a theme costs and the mean stars without it, in each draw."""
    rest = drawn.rated - drawn.rated_complains[:, theme]
    mean = drawn.stars / np.maximum(drawn.rated, 1) / 100
    without = (drawn.stars - drawn.stars_complains[:, theme]) / np.maximum(rest, 1) / 100
    return without - mean, without
