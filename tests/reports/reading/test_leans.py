"""Leans by numbers are those that the definition by terms gives. All sentences are invented."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from reports import rules
from reports.reading import cues, leans, terms
from reports.rules.learned import Learned

WEIGHTS = Learned(
    pl.DataFrame(
        {
            "term": ["bad", "not bad", "^ bad", "so not bad", "^ so not", "slow", "!!", "5", "x y z w", "ad", "not"],
            "complaint": [233, -301, 57, 119, 7, 101, 19, 3, 999, 0, 31],
            "request": [0, 11, 0, -13, 5, 0, 0, 0, 999, 409, 1],
        }
    ),
    {},
)
WORDS = st.sampled_from("bad not so slow add 5 !! odd x y z w ^ 味道 '' ,".split())
MENTIONS = st.lists(st.tuples(st.integers(0, 3), st.lists(WORDS, max_size=7).map(" ".join)), min_size=0, max_size=9)


def pieces(mentions: list[tuple[int, str]]) -> pl.DataFrame:
    frame = pl.DataFrame(mentions, schema={"review": pl.UInt32, "text": pl.String}, orient="row")
    return frame.sort("review", maintain_order=True).with_row_index("row").with_columns(cues.plain())


def by_terms(mentions: pl.DataFrame, learned: Learned) -> pl.DataFrame:
    tokens = terms.tokens(mentions)
    known = terms.known(tokens, learned.terms)
    for by, prefix in (("row", "_lean_"), ("review", "_whole_")):
        lean = terms.lean(tokens, known, by)
        lean = lean.rename({name: prefix + name for name in lean.columns if name != by})
        mentions = mentions.join(lean, on=by, how="left", maintain_order="left")
    return mentions.with_columns(pl.col("^_(lean|whole)_.*$").fill_null(0.0))


@pytest.fixture(autouse=True, scope="module")
def _small() -> Iterator[None]:
    """So few mentions are read in several parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leans, "_AT_ONCE", 4)
        yield


@given(MENTIONS)
def test_leans_are_those_of_the_terms(mentions: list[tuple[int, str]]) -> None:
    # nearly: Polars divides a frame of one row, which leaving out texts without words may make, in another way
    said = pieces(mentions)
    assert_frame_equal(leans.add(said, WEIGHTS), by_terms(said, WEIGHTS), rel_tol=1e-14, abs_tol=0)


def test_the_learned_terms_lean_as_they_are_defined() -> None:
    said = [
        (0, "I love it, best notes app ever!!"),
        (0, "But it keeps crashing since the update, please fix this."),
        (1, "Please add a dark mode. It would be great to have one"),
        (2, ""),
        (3, "waste of time, waste of money"),
        (3, "😡😡 1000"),
    ]
    learned = rules.default().learned
    found = leans.add(pieces(said), learned)
    assert_frame_equal(found, by_terms(pieces(said), learned), check_exact=True)
    assert found["_lean_complaint"].n_unique() > 3


@pytest.mark.parametrize("term", [[], ["bad"], ["bad bad bad"]])
def test_few_terms_are_enough(term: list[str]) -> None:
    columns = {"term": term, "complaint": [1] * len(term), "request": [2] * len(term)}
    kinds = {"term": pl.String, "complaint": pl.Int64, "request": pl.Int64}
    few = Learned(pl.DataFrame(columns, schema=kinds), {})
    said = pieces([(0, "bad bad bad"), (1, "fine")])
    assert_frame_equal(leans.add(said, few), by_terms(said, few), check_exact=True)
