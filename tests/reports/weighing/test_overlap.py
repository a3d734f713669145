"""The same reviews under several gaps."""

from __future__ import annotations

import polars as pl

from reports.weighing.overlap import shared
from reports.weighing.statistics import Proportion


def test_a_review_under_two_gaps_is_shared_by_both() -> None:
    rows = [
        ("a", "1", "support", True), ("a", "1", "price", True), ("a", "2", "support", True),
        ("a", "3", "price", True), ("a", "3", "speed", True),  # speed is no gap
        ("a", "4", "support", True), ("a", "4", "price", False),  # praises the price
        ("ours", "5", "support", True), ("ours", "5", "price", True),
    ]  # fmt: skip
    statements = pl.DataFrame(rows, schema=["competitor", "key", "theme", "complains"], orient="row")
    assert shared(statements, ["support", "price", "fees"], ["a"]) == {
        "support": Proportion(1, 3), "price": Proportion(1, 2), "fees": Proportion(0, 0), "": Proportion(1, 4),
    }  # fmt: skip
