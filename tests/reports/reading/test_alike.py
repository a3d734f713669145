"""Reviews that say the same are read once, and each gets what was read. All sentences are invented."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
from polars.testing import assert_frame_equal

from reports import rules
from reports.reading.alike import alike
from reports.reading.read import read
from reports.rules.corrections import Correction, Corrections

SCHEMA = {"key": pl.String, "title": pl.String, "body": pl.String, "language": pl.String, "stars": pl.Float64}
ROWS = [
    ("a", None, "It crashes. I love the colours.", None, 1.0),
    ("b", None, "good", None, 5.0),
    ("c", None, "It crashes. I love the colours.", None, 1.0),
    ("d", None, "It crashes. I love the colours.", None, 5.0),
    ("e", "good", "good", None, 5.0),
    ("f", None, None, None, None),
    ("g", None, "good", None, 5.0),
    ("h", None, None, None, None),
    ("i", None, "good", "de", 5.0),
]
REVIEWS = pl.DataFrame(ROWS, schema=SCHEMA, orient="row")


def test_repeats_are_those_that_agree_in_text_stars_and_language() -> None:
    found = alike(REVIEWS, apart=pl.col("key") == "g")
    assert found.once["key"].to_list() == ["a", "b", "d", "e", "f", "g", "i"]
    assert found.number.tolist() == [0, 1, 0, 2, 3, 4, 5, 4, 6]
    said = pl.DataFrame({"review": [0, 0, 1, 3, 5, 5], "text": ["p", "q", "r", "s", "t", "u"]})
    assert found.all_of(said, "review").rows() == [
        (0, "p"), (0, "q"), (1, "r"), (2, "p"), (2, "q"), (4, "s"), (6, "t"), (6, "u"),
    ]  # fmt: skip


def test_each_review_reads_as_it_would_alone() -> None:
    whole = read(REVIEWS, rules.default())
    alone = [read(part, rules.default()) for part in REVIEWS.iter_slices(1)]
    assert_frame_equal(whole.reviews, pl.concat([each.reviews for each in alone]))
    assert_frame_equal(whole.mentions, pl.concat([each.mentions for each in alone]))


def test_a_correction_is_of_one_review_and_not_of_those_like_it() -> None:
    corrections = Corrections(reviews=(Correction("c", themes=("price",)),))
    found = read(REVIEWS, replace(rules.default(), corrections=corrections)).reviews
    themes = dict(found.select("key", "themes").iter_rows())
    assert themes["c"] == ["price"]
    assert themes["a"] == themes["d"] != ["price"]


def test_chinese_reviews_come_last_and_each_gets_its_own() -> None:
    rows = [
        ("a", None, "慢", None, 1.0),
        ("b", None, "slow", None, 1.0),
        ("c", "差", None, None, 1.0),
        ("d", None, "慢", None, 1.0),
    ]
    found = alike(pl.DataFrame(rows, schema=SCHEMA, orient="row"), apart=pl.lit(False))
    assert found.once["key"].to_list() == ["b", "a", "c"]
    assert found.number.tolist() == [1, 0, 2, 1]


def test_nothing_has_no_repeats() -> None:
    found = alike(REVIEWS.clear(), apart=pl.lit(False))
    assert (found.once.height, len(found.number)) == (0, 0)
