"""No figure below its floor, and a card that says what is measured with the rules as they are."""

import pytest
from card import floors
from card.measured import Skipped

from reports import rules
from reports.rules import accuracy

FLOORS = floors.load()
CARD = accuracy.load()


@pytest.fixture
def now(request):
    """Measures one figure now."""

    def of(name):
        found = request.getfixturevalue("shipped" if name.startswith("labelled/") else "measured")
        assert name in found, f"nothing measures {name}"
        if isinstance(found[name], Skipped):
            pytest.skip(f"{name}: {found[name].why}")
        return found[name]

    return of


@pytest.mark.parametrize("name", FLOORS)
def test_no_figure_is_below_its_floor(name, now):
    assert now(name).value >= FLOORS[name]


@pytest.mark.parametrize("name", FLOORS)
def test_the_card_says_what_is_measured(name, now):
    fresh, told = now(name), {m.name: m for m in CARD.measures}[name]
    assert (told.texts, told.unread) == (fresh.texts, fresh.unread), "run `make quality`"
    assert told.value == pytest.approx(fresh.value, abs=0.0005), "run `make quality`"


def test_the_card_is_of_these_rules():
    assert CARD.rules == rules.default().version, "the card was measured with other rules: run `make quality`"


def test_no_figure_of_the_card_is_below_its_floor():
    assert floors.below(CARD.measures, FLOORS) == []


def test_every_claim_of_the_card_has_a_floor():
    assert {m.name for m in CARD.claims} <= set(FLOORS)
