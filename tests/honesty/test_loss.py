"""Half of one rival's reviews gone, at random: what is claimed stays within its interval."""

import pytest
from trials import material
from trials.loss import loss
from trials.tables import credible

RUNS = 8


def test_losing_half_of_a_rivals_reviews_moves_no_claim():
    result = loss(material.invented(), RUNS, seed=3)
    assert result.turned == 0
    assert credible(result.scores, RUNS), result
    assert result.moved <= 0.02 * result.claims, result


def test_nor_among_real_reviews(shared):
    if not (shared / "corpora").is_dir():
        pytest.skip("no corpora among the shared data")
    result = loss(material.real_market(shared, "note apps"), RUNS, seed=3)
    assert result.turned == 0
    assert credible(result.scores, RUNS), result
    assert result.moved <= 0.02 * result.claims, result
