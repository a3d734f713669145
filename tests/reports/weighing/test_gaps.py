"""What a gap says of those who complain."""

from __future__ import annotations

import polars as pl

from reports import rules
from reports.weighing import gaps


def test_neither_a_use_nor_a_device_says_who_somebody_is() -> None:
    segments = [["teachers", "for-school"], ["for-school", "iphone-users"], ["for-school", "teachers", "iphone-users"],
                ["teachers", "iphone-users"], []]  # fmt: skip
    complaining = pl.DataFrame(
        {"key": ["a", "b", "c", "d", "e"], "segments": segments},
        schema={"key": pl.String, "segments": pl.List(pl.String)},
    )
    told = gaps._who(complaining, rules.default())
    assert told == [("teachers", 3)]
