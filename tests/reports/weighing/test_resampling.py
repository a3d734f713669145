"""The bootstrap over whole reviews, and what rests on it: ranks, intervals and planks."""

from __future__ import annotations

import numpy as np
import polars as pl

from reports.weighing.cells import cells
from reports.weighing.evidence import Evidence, Window
from reports.weighing.opportunity import opportunities
from reports.weighing.planks import plank
from reports.weighing.resampling import resample

Review = tuple[float | None, dict[str, str]]
"""Stars, and what it says of each theme: `-` complains, `+` praises, `?` neither."""


def evidence(of: dict[str, list[Review]]) -> Evidence:
    reviews = [(who, f"{who}{i}", stars, True, True) for who, held in of.items() for i, (stars, _) in enumerate(held)]
    said = [
        (who, f"{who}{i}", theme, "-" in how, False, "+" in how, stars)
        for who, held in of.items()
        for i, (stars, says) in enumerate(held)
        for theme, how in says.items()
    ]
    return Evidence(
        Window(None, None),
        pl.DataFrame(reviews, schema=["competitor", "key", "stars", "counted", "is_read"], orient="row"),
        pl.DataFrame(
            said, schema=["competitor", "key", "theme", "complains", "wishes", "praises", "stars"], orient="row"
        ),
        pl.DataFrame(),
    )


BOTH: Review = (1.0, {"a": "-", "b": "-"})
QUIET: Review = (5.0, {})


def test_themes_of_the_same_reviews_move_together():
    drawn = resample(evidence({"x": [BOTH] * 20 + [QUIET] * 80}), ["a", "b"], ["x"]).of["x"]
    assert (drawn.complains[:, 0] == drawn.complains[:, 1]).all()
    assert drawn.complains[:, 0].std() > 3


def test_the_draws_are_those_of_as_many_reviews_with_replacement():
    mixed = [(2.0, {"a": "-+"})] * 30 + [(4.5, {"a": "+"})] * 20 + [(None, {"b": "?"})] * 50
    drawn = resample(evidence({"x": mixed}), ["a", "b"], ["x"], draws=4000).of["x"]
    assert (drawn.read == 100).all()
    assert abs(drawn.rated.mean() - 50) < 0.5
    means = [each[:, 0].mean() for each in (drawn.speaks, drawn.complains, drawn.praises, drawn.stars_complains)]
    assert np.allclose(means, [50, 30, 50, 30 * 200], rtol=0.02)
    # a binomial's spread: sqrt(100 x 0.3 x 0.7)
    assert abs(drawn.complains[:, 0].std() - 4.58) < 0.2
    assert (drawn.complains[:, 1] == 0).all()
    assert (drawn.speaks[:, 0] + drawn.speaks[:, 1] == 100).all()


def test_a_rivals_draws_hang_on_its_own_reviews_alone_and_come_out_alike_every_time():
    mine: list[Review] = [BOTH] * 5 + [QUIET] * 20
    alone = resample(evidence({"x": mine}), ["a", "b"], ["x"]).of["x"]
    beside = resample(evidence({"w": [BOTH] * 9, "x": mine[::-1]}), ["a", "b"], ["w", "x"]).of["x"]
    assert (alone.complains == beside.complains).all()
    assert (alone.stars == beside.stars).all()


def test_no_reviews_draw_nothing():
    drawn = resample(evidence({"x": [BOTH]}), ["a"], ["x", "none"]).of["none"]
    assert (drawn.read.sum(), drawn.speaks.shape) == (0, (1000, 1))


def ranked(held: list[Review], themes: list[str]) -> dict[str, int]:
    whole = evidence({"x": held})
    table = cells(whole, themes, ["x"], ["x"])
    return {o.theme: o.place for o in opportunities(table, themes, ["x"], resample(whole, themes, ["x"]))}


def test_what_is_said_by_the_same_reviews_and_some_more_is_ahead_though_the_intervals_overlap():
    # drawn apart, 40 and 34 of 200 could not be told from each other
    nested = [BOTH] * 34 + [(1.0, {"a": "-"})] * 6 + [QUIET] * 160
    apart = [(1.0, {"a": "-"})] * 40 + [(1.0, {"b": "-"})] * 34 + [QUIET] * 126
    assert ranked(nested, ["a", "b"]) == {"a": 1, "b": 2}
    assert ranked(apart, ["a", "b"]) == {"a": 1, "b": 1}


def planked(held: list[Review]):
    whole = evidence({"x": held})
    themes = ["a", "b", "c"]
    return plank(cells(whole, themes, ["x"], ["x"]), "x", themes, resample(whole, themes, ["x"]))


def test_the_plank_says_what_it_costs_and_how_sure_that_is():
    found = planked([(1.0, {"a": "-"})] * 30 + [(4.0, {"b": "-"})] * 12 + [(5.0, {})] * 60)
    assert found is not None
    # (30 + 12 x 4 + 60 x 5) / 102 = 3.71; without the thirty: 348 / 72 = 4.83
    assert found.cell.theme == "a"
    assert round(found.cell.stars_without or 0, 2) == 4.83
    assert found.without_low < 4.83 < found.without_high
    assert 0.7 < found.drag_low < (found.cell.drag or 0) < found.drag_high < 1.6
    assert found.ties == ()


def test_two_themes_that_cost_about_as_much_are_a_tie():
    found = planked([(1.0, {"a": "-"})] * 16 + [(1.0, {"b": "-"})] * 15 + [(5.0, {})] * 60)
    assert found is not None
    assert (found.cell.theme, found.ties) == ("a", ("b",))


def test_what_costs_nothing_beyond_chance_is_no_plank():
    assert planked([(3.0, {"a": "-"})] * 12 + [(1.0, {}), (5.0, {})] * 7) is None
    assert planked([(1.0, {"a": "-"})] * 9 + [(5.0, {})] * 60) is None


def test_many_distinct_reviews_are_drawn_in_blocks_with_the_same_spread():
    # 3,000 patterns: stars in hundredths tell them apart, and a fifth complains
    held: list[Review] = [(1 + i / 1000, {"a": "-"} if i % 5 == 0 else {}) for i in range(3000)]
    drawn = resample(evidence({"x": held}), ["a"], ["x"], draws=4000).of["x"]
    assert abs(drawn.complains.mean() - 600) < 2
    assert abs(drawn.complains.std() / np.sqrt(3000 * 0.2 * 0.8) - 1) < 0.06
    mean = drawn.stars / drawn.rated / 100
    assert abs(mean.std() / (np.std([stars for stars, _ in held]) / np.sqrt(3000)) - 1) < 0.06
