"""Reviews: keys, ids made out of content, what counts as an edit, and stars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import polars as pl

from data.review import FIELDS, SCHEMA, Review, content_id, digest, frame, stars

WRITTEN = datetime(2026, 10, 3, 8, 15, 30, tzinfo=UTC)


def test_half_a_character_costs_itself_and_no_table() -> None:
    odd = Review(source="s", product="p", id="\ud800", body="It \udc00 crashes.", author="\ud83d")
    table = frame([odd, Review(source="s", product="p", id="2", body="Fine.")])
    assert table.select("key", "body", "author").rows() == [("s:p:?", "It ? crashes.", "?"), ("s:p:2", "Fine.", None)]


def test_the_key_is_source_product_and_raw_id() -> None:
    assert Review(source="app_store", product="1", id=" a:b ").key == "app_store:1: a:b "


def test_a_review_as_a_record_has_the_key_first_and_times_in_utc() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    review = Review(source="s", product="p", id="1", rating=2.0, scale="5", written=WRITTEN.astimezone(east))
    record = review.as_dict()
    assert list(record) == ["key", *FIELDS]
    assert record["written"] == "2026-10-03T08:15:30+00:00"
    assert {k for k, v in record.items() if v is not None} == {
        "key", "source", "product", "id", "rating", "scale", "body", "written",
    }  # fmt: skip


def test_every_field_has_a_column() -> None:
    assert list(SCHEMA) == ["key", *FIELDS]


def test_a_frame_keeps_order_types_and_values() -> None:
    full: dict[str, Any] = {
        "source": "s", "product": "p", "id": "2", "url": "https://shop.example/2", "row": 7, "author": "Ann Example",
        "rating": 4.0, "scale": "5", "title": "Fine", "body": "It works.\nMostly \U0001f642", "language": "en",
        "country": "us", "written": WRITTEN, "edited": WRITTEN, "version": "1.2", "helpful": 3, "reply": "Thanks",
        "replied": WRITTEN, "verified": True, "incentivised": False,
    }  # fmt: skip
    rows = frame([Review(**full), Review(source="s", product="p", id="1")])
    assert dict(rows.schema) == SCHEMA
    assert rows.row(0, named=True) == {"key": "s:p:2", **full}
    assert rows["id"].to_list() == ["2", "1"]
    assert frame([]).schema == rows.schema


def test_a_whole_rating_given_as_an_integer_is_the_same_rating() -> None:
    assert frame([Review(source="s", product="p", id="1", rating=5)])["rating"].to_list() == [5.0]
    assert digest(5, None, "x") == digest(5.0, None, "x")


def test_content_ids_are_short_steady_and_differ_with_every_part() -> None:
    assert content_id("a", None, 3.0) == "4eb9e9433180cb24"
    ids = {content_id("a", "b"), content_id("ab", ""), content_id("", "ab"), content_id("b", "a"), content_id("a")}
    assert len(ids) == 5
    assert len(content_id("half a pair: \ud83d")) == 16


def test_a_digest_changes_with_what_the_customer_said() -> None:
    said = digest(1.0, "Bad", "It crashes.")
    assert said == digest(1.0, "Bad", "It crashes.")
    assert len({said, digest(2.0, "Bad", "It crashes."), digest(1.0, None, "It crashes."), digest(1.0, "Bad", "")}) == 4


def test_stars_put_every_scale_on_one_to_five_and_leave_thumbs_out() -> None:
    rated = [(4.0, "5"), (9.0, "10"), (55.0, "100"), (0.0, "5"), (1.0, "10"), (1.0, "thumbs"), (None, "5"), (3.0, None)]
    rows = pl.DataFrame(rated, schema={"rating": pl.Float64, "scale": pl.String}, orient="row")
    assert rows.select(stars())["rating"].to_list() == [4.0, 4.5, 2.75, 1.0, 1.0, None, None, None]
