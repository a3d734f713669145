"""Ulwick's opportunity score, from reviews instead of a survey, with a seeded bootstrap interval.

opportunity = importance + max(importance - satisfaction, 0)     (Ulwick, Harvard Business Review, January 2002)

Ulwick asks customers for importance and satisfaction, each 0..10. Here both come from what customers wrote unasked:

importance   = 10 sqrt(s / s_max), s the share of reviews that speak of the theme, mean over rivals, s_max that of the
               theme spoken of most. The square root evens out the spread of a proportion and keeps a few loud themes
               from pressing all others to zero.
satisfaction = 10 (praise + 1) / (praise + complaints + 2), mean over rivals that anybody speaks of.

Every rival weighs the same, so that one with many reviews does not drown the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reports.weighing.cells import Cell
from reports.weighing.resampling import DRAWS, SEED, Floats, Resampled

__all__ = ["CERTAIN", "DRAWS", "SEED", "Opportunity", "opportunities"]

BOUNDS = (0.025, 0.975)
"""Quantiles of the draws between which an interval lies."""
CERTAIN = 0.95
"""Two themes are told apart when one is ahead of the other in at least this share of the draws."""


@dataclass(frozen=True)
class Opportunity:
    """One theme's score in the market, 0..20, with the 95 % interval of the bootstrap."""

    theme: str
    importance: float
    satisfaction: float
    score: float
    low: float
    high: float
    share: float
    """Reviews that complain or wish, mean of the rivals' shares, 0..1, with its 95 % interval."""
    share_low: float
    share_high: float
    place: int
    """Rank by `low`; themes that cannot be told apart share one."""


def opportunities(
    cells: dict[tuple[str, str], Cell], themes: list[str], rivals: list[str], resampled: Resampled
) -> list[Opportunity]:
    """The themes that anybody speaks of, best first (by lower bound, then score, then slug)."""
    themes = [t for t in themes if any(cells[r, t].speaks.k for r in rivals)]
    if not themes:
        return []
    table = [[cells[r, t] for t in themes] for r in rivals]
    read = np.array([[row[0].speaks.n for row in table]], dtype=np.float64)
    speaks, complains, praises = (
        np.array([[[getattr(cell, side).k for cell in row] for row in table]], dtype=np.float64)
        for side in ("speaks", "complains", "praises")
    )
    importance, satisfaction = (part[0] for part in _parts(speaks, complains, praises, read))
    score = _score(importance, satisfaction)
    share = _shares(complains, read)[0]
    draws, shares = _draws(resampled, themes, rivals)
    low, high = np.quantile(draws, BOUNDS, axis=0)
    share_low, share_high = np.quantile(shares, BOUNDS, axis=0)
    order = sorted(range(len(themes)), key=lambda i: (-round(float(low[i]), 9), -round(float(score[i]), 9), themes[i]))
    places = _places(draws, order)
    return [
        Opportunity(
            themes[i], float(importance[i]), float(satisfaction[i]), float(score[i]), float(low[i]), float(high[i]),
            float(share[i]), float(share_low[i]), float(share_high[i]), places[i],
        )
        for i in order
    ]  # fmt: skip


def _shares(counts: Floats, read: Floats) -> Floats:
    """Mean over the rivals of the shares of their read reviews, draws x themes; counts are draws x rivals x themes."""
    size = read[..., None]
    shares: Floats = np.divide(counts, size, out=np.zeros(counts.shape), where=size > 0).mean(axis=1)
    return shares


def _parts(speaks: Floats, complains: Floats, praises: Floats, read: Floats) -> tuple[Floats, Floats]:
    """Importance and satisfaction, each draws x themes; counts are draws x rivals x themes, `read` draws x rivals."""
    share = _shares(speaks, read)
    most = share.max(axis=1, keepdims=True)
    importance = 10 * np.sqrt(np.divide(share, most, out=np.zeros(share.shape), where=most > 0))
    content = 10 * (praises + 1) / (praises + complains + 2)
    heard = speaks > 0
    satisfaction = np.divide(
        (content * heard).sum(axis=1), heard.sum(axis=1), out=np.full(share.shape, 5.0), where=heard.any(axis=1)
    )
    return importance, satisfaction


def _score(importance: Floats, satisfaction: Floats) -> Floats:
    result: Floats = importance + np.maximum(importance - satisfaction, 0)
    return result


def _draws(resampled: Resampled, themes: list[str], rivals: list[str]) -> tuple[Floats, Floats]:
    """Scores and shares of complaints in resampled markets, each draws x themes."""
    places = [resampled.themes.index(theme) for theme in themes]
    of = [resampled.of[rival] for rival in rivals]
    read = np.stack([drawn.read for drawn in of], axis=1)
    speaks, complains, praises = (
        np.stack([getattr(drawn, side)[:, places] for drawn in of], axis=1)
        for side in ("speaks", "complains", "praises")
    )
    return _score(*_parts(speaks, complains, praises, read)), _shares(complains, read)


def _places(draws: Floats, order: list[int]) -> dict[int, int]:
    """Rank of each theme; it shares the rank above while the leader of that rank is not certainly ahead of it."""
    places: dict[int, int] = {}
    leader, rank = order[0], 1
    for position, i in enumerate(order, start=1):
        ahead = float((draws[:, leader] > draws[:, i]).mean())
        if i != leader and ahead >= CERTAIN:
            leader, rank = i, position
        places[i] = rank
    return places
