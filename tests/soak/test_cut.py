"""Nights that are cut off, and two at once, in short and without Prefect; `make soak` runs many, with it."""

import os

import pytest
from hard import kill, twice
from hard.forks import PLAIN
from hard.nights import nights


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    """A market of twenty listings with a night behind it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("UNMET_", "PREFECT_"))}
    with nights(tmp_path_factory.mktemp("nights"), clean, PLAIN) as made:
        yield made


def test_after_a_night_that_was_killed_the_next_run_makes_up_for_it(at):
    result = kill.killed(at, 2)
    assert result.wrong == []
    assert result.nights == 2


def test_after_a_full_disk_the_next_run_makes_up_for_it(at):
    result = kill.full(at, [20_000])
    assert result.wrong == []
    assert result.cut == 1


def test_of_two_at_once_one_says_that_the_other_is_running(at):
    result = twice.twice(at, 1)
    assert result.wrong == []
