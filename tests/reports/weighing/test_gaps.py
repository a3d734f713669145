"""What a gap says of those who complain."""

from __future__ import annotations

import polars as pl

from reports import rules
from reports.weighing import gaps


def test_a_use_does_not_say_who_somebody_is() -> None:
    segments = [["teachers", "for-school"], ["for-school", "seniors"], ["for-school", "teachers"], ["teachers"], []]
    complaining = pl.DataFrame(
        {"key": ["a", "b", "c", "d", "e"], "segments": segments},
        schema={"key": pl.String, "segments": pl.List(pl.String)},
    )
    told = gaps._who(complaining, rules.default())
    assert told[0] == ("teachers", 3)
    assert "for-school" not in dict(told)
