"""What a gap says of those who complain."""

from __future__ import annotations

import polars as pl

from reports import rules
from reports.weighing import gaps
from reports.weighing.cells import Cell
from reports.weighing.opportunity import Opportunity
from reports.weighing.statistics import Proportion


def test_neither_a_use_nor_a_device_says_who_somebody_is() -> None:
    segments = [["teachers", "for-school"], ["for-school", "iphone-users"], ["for-school", "teachers", "iphone-users"],
                ["teachers", "iphone-users"], []]  # fmt: skip
    complaining = pl.DataFrame(
        {"key": ["a", "b", "c", "d", "e"], "segments": segments},
        schema={"key": pl.String, "segments": pl.List(pl.String)},
    )
    told = gaps._who(complaining, rules.default())
    assert told == [("teachers", 3)]


def test_a_theme_that_is_no_gap_leaves_no_hole_among_the_places() -> None:
    ranks = {"a": 1, "b": 1, "pleases": 1, "c": 4, "pleases too": 5, "d": 5, "e": 5}
    ranked = [Opportunity(theme, 5, 5, 5, 4, 6, 0.1, 0.05, 0.2, place) for theme, place in ranks.items()]
    cells = {
        (rival, theme): Cell(
            rival, theme, Proportion(50, 90), Proportion(40, 90), Proportion(5, 90), 0, 0, 1.0, None, None,
            fails="pleases" not in theme,
        )
        for rival in ("x", "y")
        for theme in ranks
    }  # fmt: skip
    places = [(gap.theme, gap.place) for gap, _ in gaps.openings(cells, ranked, ["x", "y"])]
    assert places == [("a", 1), ("b", 1), ("c", 3), ("d", 4), ("e", 4)]
