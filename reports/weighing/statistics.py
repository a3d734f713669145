"""Intervals and tests for proportions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Z95 = NormalDist().inv_cdf(0.975)
FALSE = 0.05
"""The share of the claims of one kind that may be false (Benjamini and Hochberg); where nothing is true, it is the
chance that anything is claimed."""
DIFFERENCES = FALSE / 4
"""The same for each of four families of differences between rivals: themes, pain points, loyalty and tiers. Together
they claim one where there is none in at most 5 % of reports."""
TRENDS = FALSE / 5
"""For each of five families of trends: gaps, parts of time, versions, how hungry a crowd is, and what is new."""
NEGLIGIBLE = 1e-15
"""Probabilities below this are left out of sums."""


@dataclass(frozen=True)
class Proportion:
    """k of n, with its Wilson 95 % interval; share and bounds are None when n is 0."""

    k: int
    n: int

    @property
    def share(self) -> float | None:
        """k / n."""
        return self.k / self.n if self.n else None

    @property
    def low(self) -> float | None:
        """Lower bound of the interval."""
        return wilson(self.k, self.n)[0] if self.n else None

    @property
    def high(self) -> float | None:
        """Upper bound of the interval."""
        return wilson(self.k, self.n)[1] if self.n else None


def wilson(k: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Wilson score interval of a proportion (Wilson 1927): 0 <= low <= k/n <= high <= 1; n must be positive."""
    if not 0 <= k <= n or n == 0:
        raise ValueError(f"{k} of {n} is no proportion")
    p = k / n
    middle = p + z * z / (2 * n)
    spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if k == 0 else (middle - spread) / scale
    high = 1.0 if k == n else (middle + spread) / scale
    return max(0.0, low), min(1.0, high)


def z_together(many: int) -> float:
    """z of as many two-sided intervals that hold all at once with 95 % (Bonferroni); `Z95` for a single one."""
    return NormalDist().inv_cdf(1 - FALSE / 2 / max(many, 1))


def difference(k1: int, n1: int, k2: int, n2: int) -> tuple[float, float, float]:
    """p1 - p2 with Newcombe's hybrid score 95 % interval (Newcombe 1998, method 10): (difference, low, high)."""
    p1, p2 = k1 / n1, k2 / n2
    low1, high1 = wilson(k1, n1)
    low2, high2 = wilson(k2, n2)
    d = p1 - p2
    return d, d - math.hypot(p1 - low1, high2 - p2), d + math.hypot(high1 - p1, p2 - low2)


def difference_within(strata: Sequence[tuple[int, int, int, int]]) -> float:
    """p1 - p2 within strata of (k1, n1, k2, n2): the Mantel-Haenszel risk difference (Greenland and Robins 1985).

    Each stratum weighs n1 n2 / (n1 + n2); 0.0 where no stratum has both sides.
    """
    weights = [n1 * n2 / (n1 + n2) if n1 and n2 else 0.0 for _, n1, _, n2 in strata]
    parts = (w * (k1 / n1 - k2 / n2) for w, (k1, n1, k2, n2) in zip(weights, strata, strict=True) if w)
    return math.fsum(parts) / math.fsum(weights) if any(weights) else 0.0


def more_often(k1: int, n1: int, k2: int, n2: int) -> float:
    """One-sided p-value that p1 > p2: Fisher's exact test; 1.0 where a side is empty."""
    return stratified([(k1, n1, k2, n2)])[0]


def stratified(strata: Sequence[tuple[int, int, int, int]]) -> tuple[float, float]:
    """Exact one-sided p-values that p1 > p2, and that p1 < p2, within strata of (k1, n1, k2, n2).

    The conditional test of 2 x 2 tables with a common odds ratio (Cox 1970; Mehta, Patel and Gray 1985): given all
    margins, the sum of the k1 is a sum of independent hypergeometric variables. What differs only because one side has
    more reviews of some stratum is no difference. Both are 1.0 where no stratum has both sides.
    """
    ways = np.ones(1)
    least = observed = 0
    for k1, n1, k2, n2 in strata:
        low, part = _hypergeometric(k1 + k2, n1, n1 + n2)
        if n1 and n2 and part.size > 1:
            # what is too improbable to matter would only make the convolution long
            kept = np.flatnonzero(part > NEGLIGIBLE)
            ways = np.convolve(ways, part[kept[0] : kept[-1] + 1])
            least += low + int(kept[0])
            observed += k1
    if ways.size == 1:
        return 1.0, 1.0
    at = observed - least
    # far out, what was cut off above bounds the p-value
    more = float(ways[max(at, 0) :].sum()) if at < ways.size else NEGLIGIBLE
    less = float(ways[: at + 1].sum()) if at >= 0 else NEGLIGIBLE
    return min(1.0, more), min(1.0, less)


def _hypergeometric(whole: int, drawn: int, total: int) -> tuple[int, NDArray[np.float64]]:
    """Of `drawn` out of `total`, how many are among the `whole` marked: the least, and the probability of each from it.

    From the ratios of neighbours, summed as logarithms from the least on, so that no factorial is needed.
    """
    low, high = max(0, drawn + whole - total), min(whole, drawn)
    x = np.arange(low, high, dtype=np.float64)
    ratios = (whole - x) * (drawn - x) / ((x + 1) * (total - whole - drawn + x + 1))
    logs = np.concatenate([[0.0], np.cumsum(np.log(ratios))])
    ways = np.exp(logs - logs.max())
    return low, ways / ways.sum()


def at_least(k: int, n: int, share: float) -> float:
    """P(X >= k) for a binomial variable of n and `share` (0 < share < 1): the exact p-value that p > share."""
    if k <= 0:
        return 1.0
    if k > n:
        return 0.0
    x = np.arange(0, n, dtype=np.float64)
    logs = np.concatenate([[0.0], np.cumsum(np.log((n - x) / (x + 1)))]) + np.arange(n + 1) * (
        math.log(share) - math.log1p(-share)
    )
    ways = np.exp(logs - logs.max())
    return min(1.0, float(ways[k:].sum() / ways.sum()))


def discoveries(p_values: Sequence[float], rate: float = FALSE) -> list[bool]:
    """Which tests stand when at most `rate` of those that stand may be false (Benjamini and Hochberg 1995)."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    passed = 0
    for place, i in enumerate(order, start=1):
        if p_values[i] <= rate * place / len(p_values):
            passed = place
    standing = set(order[:passed])
    return [i in standing for i in range(len(p_values))]
