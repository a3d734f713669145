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
from numpy.typing import NDArray

from reports.weighing.cells import Cell

DRAWS = 1000
SEED = 20260101
CERTAIN = 0.95
"""Two themes are told apart when one is ahead of the other in at least this share of the draws."""

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Opportunity:
    """One theme's score in the market, 0..20, with the 90 % interval of the bootstrap."""

    theme: str
    importance: float
    satisfaction: float
    score: float
    low: float
    high: float
    place: int
    """Rank by `low`; themes that cannot be told apart share one."""


def opportunities(cells: dict[tuple[str, str], Cell], themes: list[str], rivals: list[str]) -> list[Opportunity]:
    """The themes that anybody speaks of, best first (by lower bound, then score, then slug)."""
    themes = [t for t in themes if any(cells[r, t].speaks.k for r in rivals)]
    if not themes:
        return []
    n = np.array([[cells[r, t].speaks.n for t in themes] for r in rivals])
    complains = np.array([[cells[r, t].complains.k for t in themes] for r in rivals])
    praises = np.array([[cells[r, t].praises.k for t in themes] for r in rivals])
    torn = np.array([[cells[r, t].torn for t in themes] for r in rivals])
    speaks = np.array([[cells[r, t].speaks.k for t in themes] for r in rivals])
    importance, satisfaction = _parts(speaks[None], complains[None], praises[None], n[None])
    score = _score(importance, satisfaction)[0]
    draws = _draws(n, speaks, complains, praises, torn)
    low, high = np.quantile(draws, [0.05, 0.95], axis=0)
    order = sorted(range(len(themes)), key=lambda i: (-round(float(low[i]), 9), -round(float(score[i]), 9), themes[i]))
    places = _places(draws, order)
    return [
        Opportunity(
            themes[i], float(importance[0, i]), float(satisfaction[0, i]), float(score[i]),
            float(low[i]), float(high[i]), places[i],
        )
        for i in order
    ]  # fmt: skip


def _parts(speaks: Counts, complains: Counts, praises: Counts, n: Counts) -> tuple[Floats, Floats]:
    """Importance and satisfaction, each draws x themes; the inputs are draws x rivals x themes."""
    share = np.divide(speaks, n, out=np.zeros(speaks.shape), where=n > 0).mean(axis=1)
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


def _draws(n: Counts, speaks: Counts, complains: Counts, praises: Counts, torn: Counts) -> Floats:
    """Scores of resampled markets, draws x themes: each rival's reviews drawn anew with replacement."""
    rng = np.random.default_rng(SEED)
    neutral = speaks - (complains + praises - torn)
    counts = np.stack([complains - torn, praises - torn, torn, neutral, n - speaks], axis=-1).astype(np.float64)
    size = np.maximum(n, 1)[..., None]
    weights = np.where(n[..., None] > 0, counts / size, np.array([0, 0, 0, 0, 1.0]))
    drawn = rng.multinomial(n, weights, size=(DRAWS, *n.shape))
    only_complains, only_praises, both, quiet = (drawn[..., i] for i in range(4))
    importance, satisfaction = _parts(
        only_complains + only_praises + both + quiet, only_complains + both, only_praises + both, n[None]
    )
    return _score(importance, satisfaction)


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
