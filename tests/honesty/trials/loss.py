"""Loss: half of one rival's reviews are gone, at random. No claim may move beyond its interval."""

from __future__ import annotations

import random
from dataclasses import dataclass

from reports.weighing.statistics import Proportion, wilson, z_together

from .claims import Claims, claimed
from .material import Pool, drawn, keys


@dataclass(frozen=True)
class Loss:
    """In how many of `runs` a claim moved further than its interval let expect."""

    pool: str
    runs: int
    scores: int
    """The opportunity of a gap left the interval printed beside it."""
    shares: int
    """A share of complaints of a gap at the rival left the interval printed beside it."""
    turned: int
    """A rival is said to have more than the others, whose share was not above the mean of the others before."""
    any: int
    claims: int
    """Numbers with an interval, in all runs."""
    moved: int
    """Those of them that left their intervals."""


def loss(pool: Pool, runs: int, draws: int = 400, seed: int = 1) -> Loss:
    """Takes half of the reviews of one rival of a pool after the other, at random."""
    rivals = pool.competitors
    whole = {rival: keys(pool, rival) for rival in rivals}
    before = claimed(drawn([(pool, whole[rival], rival) for rival in rivals]), rivals, draws=draws)
    tally = dict.fromkeys(("scores", "shares", "turned", "any", "claims", "moved"), 0)
    for run in range(runs):
        rng = random.Random(seed * 100_000 + run)
        poorer = rivals[run % len(rivals)]
        kept = whole | {poorer: sorted(rng.sample(whole[poorer], k=len(whole[poorer]) // 2))}
        after = claimed(drawn([(pool, kept[rival], rival) for rival in rivals]), rivals, draws=draws)
        scores = _scores(before, after)
        shares = _shares(before, after, poorer)
        turned = any(not _above(before, *key, rivals) for key in after.worse)
        tally["scores"] += any(scores)
        tally["shares"] += any(shares)
        tally["turned"] += turned
        tally["any"] += any(scores) or any(shares) or turned
        tally["claims"] += len(scores) + len(shares)
        tally["moved"] += sum(scores) + sum(shares)
    return Loss(pool.name, runs, **tally)


def _scores(before: Claims, after: Claims) -> list[bool]:
    """For each gap that is still one: whether its score left the interval of the poorer report."""
    held = {opportunity.theme: opportunity.score for opportunity, _ in before.gaps}
    return [not o.low <= held[o.theme] <= o.high for o, _ in after.gaps if o.theme in held]


def _shares(before: Claims, after: Claims, rival: str) -> list[bool]:
    """For each gap: whether the share of complaints at the rival left the interval of the poorer report."""
    return [
        not _holds(after.cells[rival, o.theme].complains, before.cells[rival, o.theme].complains.share, len(after.gaps))
        for o, _ in after.gaps
    ]


def _holds(said: Proportion, share: float | None, gaps: int) -> bool:
    """Whether the interval that a report with so many gaps prints of a share holds another share."""
    if share is None or not said.n:
        return True
    low, high = wilson(said.k, said.n, z_together(gaps))
    return low <= share <= high


def _above(claims: Claims, rival: str, theme: str, rivals: list[str]) -> bool:
    others = [claims.cells[other, theme].complains.share or 0.0 for other in rivals if other != rival]
    return (claims.cells[rival, theme].complains.share or 0.0) > sum(others) / len(others)
