"""The size of a survey and its line, against sums done by hand."""

from __future__ import annotations

import pytest

from reports.weighing.sampling import at_least, sample


@pytest.mark.parametrize(
    ("k", "n", "p", "chance"),
    [(0, 3, 0.5, 1.0), (2, 3, 0.5, 0.5), (3, 3, 0.5, 0.125), (4, 3, 0.5, 0.0), (1, 2, 0.2, 0.36)],
)
def test_the_chance_of_so_many_or_more(k: int, n: int, p: float, chance: float) -> None:
    assert at_least(k, n, p) == pytest.approx(chance)


def test_a_sample_holds_both_errors_and_none_smaller_does() -> None:
    found = sample(0.2, 0.4)
    assert at_least(found.pursue_from, found.n, 0.2) == pytest.approx(found.wrongly_pursued)
    assert 1 - at_least(found.pursue_from, found.n, 0.4) == pytest.approx(found.wrongly_dropped)
    assert max(found.wrongly_pursued, found.wrongly_dropped) <= 0.05
    for n in range(1, found.n):
        assert all(at_least(k, n, 0.2) > 0.05 or 1 - at_least(k, n, 0.4) > 0.05 for k in range(n + 2))


def test_shares_that_lie_closer_need_more_people() -> None:
    assert sample(0.2, 0.3).n > 3 * sample(0.2, 0.4).n


def test_shares_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="no two shares"):
        sample(0.4, 0.4)
