"""What is planted is found. `make honesty` prints the whole table of docs/honesty.md."""

import polars as pl
from trials import material
from trials.gap import SUBJECT, planted_gap, unthemed_gap
from trials.tables import LEAST_FOUND

RUNS = 10


def test_fifty_complaints_of_a_new_kind_among_a_thousand_reviews_are_found():
    result = planted_gap(material.invented(), 0.05, 1_000, RUNS)
    assert result.found >= LEAST_FOUND * RUNS, result
    assert result.named >= LEAST_FOUND * RUNS, result


def test_a_complaint_that_no_theme_holds_is_found_and_named():
    result = unthemed_gap(material.invented(), 0.05, 1_000, RUNS)
    assert result.found >= LEAST_FOUND * RUNS, result
    assert SUBJECT in (result.phrase or "")


def test_what_was_not_planted_is_not_found():
    # one complaint in a hundred of three hundred is three: too few to say anything
    result = planted_gap(material.invented(), 0.01, 300, 4)
    assert (result.gap, result.worse) == (0, 0)


def test_a_market_is_drawn_as_told():
    pool, texts = material.invented(), material.planted("themed")
    some, planted = material.keys(pool)[:3], material.keys(texts)[:1]
    evidence = material.drawn([(pool, [some[0], some[0], some[2]], "a"), (texts, planted, "b")])
    assert evidence.reviews.select("key", "competitor").rows() == [
        ("0-0", "a"), ("0-1", "a"), ("0-2", "a"), ("1-0", "b"),
    ]  # fmt: skip
    bodies = dict(pl.concat([pool.evidence.reviews, texts.evidence.reviews]).select("key", "body").iter_rows())
    assert evidence.reviews["body"].to_list() == [bodies[key] for key in (some[0], some[0], some[2], planted[0])]
    assert evidence.reviews["key"].is_unique().all()
