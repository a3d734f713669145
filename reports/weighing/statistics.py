"""Intervals and tests for proportions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

Z95 = NormalDist().inv_cdf(0.975)


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


def difference(k1: int, n1: int, k2: int, n2: int) -> tuple[float, float, float]:
    """p1 - p2 with Newcombe's hybrid score 95 % interval (Newcombe 1998, method 10): (difference, low, high)."""
    p1, p2 = k1 / n1, k2 / n2
    low1, high1 = wilson(k1, n1)
    low2, high2 = wilson(k2, n2)
    d = p1 - p2
    return d, d - math.hypot(p1 - low1, high2 - p2), d + math.hypot(high1 - p1, p2 - low2)


def more_often(k1: int, n1: int, k2: int, n2: int) -> float:
    """One-sided p-value that p1 > p2: pooled z test with continuity correction; 1.0 where a side is empty."""
    if n1 == 0 or n2 == 0:
        return 1.0
    pooled = (k1 + k2) / (n1 + n2)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    if error == 0:
        return 1.0
    gap = k1 / n1 - k2 / n2 - (1 / n1 + 1 / n2) / 2
    return 1 - NormalDist().cdf(gap / error)


def discoveries(p_values: Sequence[float], rate: float = 0.05) -> list[bool]:
    """Which tests stand when at most `rate` of those that stand may be false (Benjamini and Hochberg 1995)."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    passed = 0
    for place, i in enumerate(order, start=1):
        if p_values[i] <= rate * place / len(p_values):
            passed = place
    standing = set(order[:passed])
    return [i in standing for i in range(len(p_values))]


def exact(k1: int, n1: int, k2: int, n2: int) -> float:
    """One-sided p-value that p1 > p2 by Fisher's exact test; it holds where counts are too small for `more_often`."""
    whole, total = k1 + k2, n1 + n2
    if n1 == 0 or n2 == 0 or k1 * n2 <= k2 * n1:
        return 1.0
    all_ways = _log_ways(total, n1)
    tail = (
        math.exp(_log_ways(whole, k) + _log_ways(total - whole, n1 - k) - all_ways)
        for k in range(k1, min(whole, n1) + 1)
        if n1 - k <= total - whole
    )
    return min(1.0, math.fsum(tail))


def stratified(strata: Sequence[tuple[int, int, int, int]]) -> tuple[float, float]:
    """Exact one-sided p-values that p1 > p2, and that p1 < p2, within strata of (k1, n1, k2, n2).

    The conditional test for 2 x 2 tables with a common odds ratio (Cox 1970; Mehta, Patel and Gray 1985): the sum of
    the k1, given all margins, is a sum of independent hypergeometric variables. A mix of strata that differs between
    the two sides is no difference. Both are 1.0 where no stratum has both sides.
    """
    ways = np.ones(1)
    least = observed = 0
    for k1, n1, k2, n2 in strata:
        low, high = max(0, k1 + k2 - n2), min(k1 + k2, n1)
        if low == high:
            continue
        logs = [_log_ways(k1 + k2, k) + _log_ways(n1 + n2 - k1 - k2, n1 - k) for k in range(low, high + 1)]
        part = np.exp(np.array(logs) - _log_ways(n1 + n2, n1))
        ways = np.convolve(ways, part / part.sum())
        least += low
        observed += k1
    at = observed - least
    return min(1.0, float(ways[at:].sum())), min(1.0, float(ways[: at + 1].sum()))


def _log_ways(n: int, k: int) -> float:
    """Logarithm of the binomial coefficient."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
