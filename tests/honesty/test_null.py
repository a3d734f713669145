"""Where nothing differs and nothing moves, reports say so. `make honesty` does the same at full size."""

import numpy as np
import pytest
from trials import material
from trials.null import null
from trials.tables import credible

from reports.weighing.cells import Cell, _failing
from reports.weighing.statistics import Proportion

SPLITS = 12


def bounded(result):
    assert credible(result.difference, result.splits), result
    assert credible(result.trend, result.splits), result
    assert result.undated == 0


def test_invented_reviews_dealt_out_at_random_differ_nowhere():
    bounded(null(material.invented(), SPLITS, seed=7))


def test_real_reviews_dealt_out_at_random_differ_nowhere(shared):
    if not (shared / "corpora").is_dir():
        pytest.skip("no corpora among the shared data")
    bounded(null(material.real(shared, "note app"), SPLITS, seed=7))


def test_a_bound_that_is_broken_is_noticed():
    # before differences and trends were tested properly, of 100 splits of these reviews all had one and 30 the other
    assert not credible(12, SPLITS)
    assert not credible(4, SPLITS)
    assert not credible(13, 100)
    assert credible(5, 100)


def test_where_half_of_those_who_speak_complain_nobody_fails():
    rng = np.random.default_rng(11)
    wrong = 0
    for _ in range(200):
        cells = {}
        for theme in range(40):
            speaks = int(rng.integers(0, 60))
            complains = int(rng.binomial(speaks, 0.5))
            cells["rival", str(theme)] = Cell(
                "rival", str(theme), Proportion(speaks, 1000), Proportion(complains, 1000), Proportion(0, 1000),
                0, 0, None, None, None,
            )  # fmt: skip
        wrong += any(cell.fails for cell in _failing(cells).values())
    assert credible(wrong, 200), wrong
