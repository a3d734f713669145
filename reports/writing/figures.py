"""Numbers as the document holds them."""

from __future__ import annotations

from typing import Any

from reports.weighing.statistics import Proportion

Document = dict[str, Any]


def rounded(value: float | None, digits: int = 2) -> float | None:
    """A number short enough to read, and never minus nought; None stays None."""
    return None if value is None else round(value, digits) + 0.0


def proportion(p: Proportion) -> Document:
    """k of n, the share and its 95 % bounds, 0..1."""
    bounds = {name: rounded(value, 4) for name, value in (("share", p.share), ("low", p.low), ("high", p.high))}
    return {"k": p.k, "n": p.n, **bounds}
