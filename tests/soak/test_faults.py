"""Sites that misbehave: what is well is collected, what is not is told by its name. `make soak` at full size."""

import pytest
from hard import faults


@pytest.mark.parametrize("kind", faults.EXPECTED)
def test_a_fault_alone_is_told_by_its_name_and_the_next_night_makes_up_for_it(kind):
    told = faults.alone(kind, pages=4)
    assert told.wrong == []
    assert told.reviews == 2 * 4 * faults.PER_PAGE


@pytest.mark.parametrize("kind", faults.PASSING)
def test_a_fault_that_passes_costs_nothing(kind):
    assert faults.alone(kind, pages=3, lasting=False).wrong == []


def test_faults_of_every_kind_at_once_cost_no_other_listing_anything():
    told = faults.mixed(30, pages=3)
    assert told.wrong == []
    assert told.reviews == 30 * 3 * faults.PER_PAGE
    assert told.most_sent < 20_000_000, "a stream without an end was read on and on"
