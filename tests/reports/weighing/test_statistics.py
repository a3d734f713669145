"""Intervals and tests against published and independently computed values."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.weighing.statistics import (
    Proportion,
    at_least,
    difference,
    difference_within,
    discoveries,
    more_often,
    stratified,
    wilson,
    z_together,
)


def test_wilson_gives_the_published_interval():
    # Newcombe 1998, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


def test_difference_gives_the_published_interval():
    # Newcombe 1998 (differences), method 10: 56/70 - 48/80
    assert difference(56, 70, 48, 80) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert difference(9, 10, 3, 10) == pytest.approx((0.6, 0.1705, 0.8090), abs=5e-5)


@settings(derandomize=True, deadline=None)
@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share(kn):
    k, n = kn
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1


@pytest.mark.parametrize(("k", "n"), [(1, 0), (-1, 5), (6, 5)])
def test_what_is_no_proportion_is_refused(k, n):
    with pytest.raises(ValueError, match="is no proportion"):
        wilson(k, n)


def test_a_proportion_of_nothing_has_no_share():
    assert (Proportion(0, 0).share, Proportion(0, 0).low, Proportion(0, 0).high) == (None, None, None)


def test_more_often_is_one_sided():
    assert more_often(30, 100, 10, 100) < 0.001
    assert more_often(10, 100, 30, 100) > 0.999
    assert more_often(10, 100, 10, 100) > 0.5
    assert more_often(0, 0, 5, 10) == 1.0
    assert more_often(0, 10, 0, 10) == 1.0


def test_fisher_by_hand():
    # the lady tasting tea (Fisher 1935): all four cups right is 1 of 70 ways, three or more 17
    assert more_often(4, 4, 0, 4) == pytest.approx(1 / 70)
    assert more_often(3, 4, 1, 4) == pytest.approx(17 / 70)
    assert more_often(0, 4, 4, 4) == pytest.approx(1.0)
    assert more_often(0, 0, 3, 9) == pytest.approx(1.0)
    # where groups are large, it agrees with the z test
    assert more_often(330, 3000, 270, 3000) == pytest.approx(more_often(330, 3000, 270, 3000), rel=0.05)


def test_discoveries_follow_benjamini_and_hochberg():
    # the example of their paper (1995, section 4): fifteen tests, the first four stand at q = 0.05
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1,
    ]
    assert discoveries(p) == [True] * 4 + [False] * 11
    assert discoveries([]) == []
    assert discoveries([0.04, 0.04]) == [True, True]


def test_false_discoveries_stay_rare_when_nothing_differs():
    import random

    rng = random.Random(7)
    false = 0
    for _ in range(200):
        tests = []
        for _ in range(30):
            k1 = sum(rng.random() < 0.1 for _ in range(200))
            k2 = sum(rng.random() < 0.1 for _ in range(200))
            tests.append(more_often(k1, 200, k2, 200))
        false += any(discoveries(tests))
    assert false / 200 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 200)


def test_fishers_tea():
    # eight cups, four with milk first; three of the four found: (16 + 1) / 70 (Fisher 1935, The Design of Experiments)
    assert more_often(3, 4, 1, 4) == pytest.approx(17 / 70)
    assert more_often(4, 4, 0, 4) == pytest.approx(1 / 70)
    assert more_often(0, 4, 4, 4) == 1.0
    assert more_often(3, 0, 1, 4) == 1.0


def test_within_strata_a_mix_is_no_difference():
    # Simpson's paradox: 60 of 200 against 30 of 200, yet one in two of the first stratum and one in ten of the second
    strata = [(50, 100, 10, 20), (10, 100, 18, 180)]
    more, less = stratified(strata)
    assert min(more, less) > 0.3
    assert difference_within(strata) == pytest.approx(0.0)
    assert more_often(60, 200, 28, 200) < 0.001
    assert stratified([(50, 100, 0, 0)]) == (1.0, 1.0)


def test_exact_p_values_hold_what_they_promise():
    # two pairs of tables, all that can happen: a p-value of at most 5 % comes up in at most 5 % of them
    total = 0.0
    for x in range(6):
        for y in range(5):
            ways = math.comb(12, x) * math.comb(18, 5 - x) / math.comb(30, 5)
            ways *= math.comb(9, y) * math.comb(9, 4 - y) / math.comb(18, 4)
            if stratified([(x, 12, 5 - x, 18), (y, 9, 4 - y, 9)])[0] <= 0.05:
                total += ways
    assert 0 < total <= 0.05


def test_at_least_is_the_binomial_tail():
    assert at_least(5, 5, 0.5) == pytest.approx(1 / 32)
    assert at_least(1, 100, 0.01) == pytest.approx(1 - 0.99**100)
    assert (at_least(0, 9, 0.5), at_least(10, 9, 0.5)) == (1.0, 0.0)


def test_intervals_that_hold_at_once_are_wider_the_more_they_are() -> None:
    assert z_together(1) == z_together(0) == pytest.approx(1.959964, abs=1e-6)
    assert z_together(8) == pytest.approx(2.734369, abs=1e-6)  # the quantile at 1 - 0.025 / 8
