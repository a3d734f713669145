"""Words, phrases and the lean of learned terms."""

import polars as pl
import pytest

from reports.reading import cues, terms

WEIGHTS = pl.DataFrame(
    {"term": ["bad", "not bad", "^ ad", "slow"], "complaint": [200, -300, 50, 100], "request": [0, 0, 400, 0]}
)


def pieces(*texts: str, review: list[int] | None = None) -> pl.DataFrame:
    columns = {"review": review or range(len(texts)), "text": texts}
    frame = pl.DataFrame(columns, schema={"review": pl.UInt32, "text": pl.String})
    return frame.with_row_index("row").with_columns(cues.plain())


def test_words_and_phrases_of_a_mention():
    found = terms.tokens(pieces("Don't ADD… 5 ads!! 😡"))
    assert found.words["term"].to_list() == ["dont", "ad", "5", "ads", "!!", "😡"]
    assert found.phrases["term"].to_list() == [
        *("^ dont", "dont ad", "ad 5", "5 ads", "ads !!", "!! 😡"),
        *("^ dont ad", "dont ad 5", "ad 5 ads", "5 ads !!", "ads !! 😡"),
    ]


def test_no_phrase_reaches_over_the_end_of_a_mention():
    found = terms.tokens(pieces("Good.", "Bad.", review=[0, 0]))
    assert found.phrases["term"].to_list() == ["^ god", "^ bad"]


@pytest.mark.parametrize(
    ("written", "folded"),
    [("sooooo goooood", "so god"), ("can’t", "cant"), ("1000 !!", "1000 !!"), ("été", "été"), ("", "")],
)
def test_runs_of_a_letter_are_written_once(written, folded):
    assert (
        terms.tokens(pieces(written)).words["term"].str.join(" ").to_list()
        == terms.tokens(pieces(folded)).words["term"].str.join(" ").to_list()
    )


def test_the_lean_is_the_sum_over_distinct_terms_by_the_root_of_the_number_of_words():
    found = terms.tokens(pieces("not bad, bad bad", "slow", "nothing known", "…"))
    told = terms.lean(found, terms.known(found, WEIGHTS), "row")
    assert told.to_dict(as_series=False) == {
        "row": [0, 1, 2],
        "complaint": [(2.00 - 3.00) / 2, 1.00, 0.0],
        "request": [0.0, 0.0, 0.0],
    }


def test_a_review_leans_as_all_its_mentions_together():
    found = terms.tokens(pieces("add slow", "slow bad", review=[7, 7]))
    told = terms.lean(found, terms.known(found, WEIGHTS), "review")
    assert told.rows() == [(7, (0.50 + 1.00 + 2.00) / 2, 4.00 / 2)]


def test_nothing_to_read_is_no_error():
    found = terms.tokens(pieces())
    assert terms.lean(found, terms.known(found, WEIGHTS), "row").height == 0
