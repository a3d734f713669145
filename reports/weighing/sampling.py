"""How many people a survey must ask, and from how many answers on it says yes."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """A survey that tells a share of `many` from one of `few`, wrong either way in at most `error` of such surveys."""

    n: int
    """People to ask."""
    pursue_from: int
    """So many who are in need, or more, speak for `many`; fewer for `few`."""
    few: float
    many: float
    error: float
    wrongly_pursued: float
    """The chance of `pursue_from` or more when the share is `few`."""
    wrongly_dropped: float
    """The chance of fewer when the share is `many`."""


def at_least(k: int, n: int, p: float) -> float:
    """The chance of k or more of n, each with chance p: the upper tail of the binomial distribution, summed exactly."""
    return math.fsum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(max(k, 0), n + 1))


def sample(few: float, many: float, error: float = 0.05) -> Sample:
    """The smallest survey that tells the two shares apart; 0 < few < many < 1."""
    if not 0 < few < many < 1:
        raise ValueError(f"{few} and {many} are no two shares to tell apart")
    n = 1
    while True:
        line = next((k for k in range(n + 1) if at_least(k, n, few) <= error), n + 1)
        wrongly_dropped = 1 - at_least(line, n, many)
        if wrongly_dropped <= error:
            return Sample(n, line, few, many, error, at_least(line, n, few), wrongly_dropped)
        n += 1
