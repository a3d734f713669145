"""mozilla_addons: which addresses, which records, and where a walk goes on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers import mozilla_addons
from scrapers._errors import ChallengePage, ChangedPage, ParseError
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop

LISTING = "https://addons.mozilla.org/en-US/firefox/addon/tab-shelf/"
PAGE = Path(__file__).parent.parent / "pages" / "mozilla_addons.json"
API = "https://addons.mozilla.org/api/v5/ratings/rating/"


def handle_of(listing: str = LISTING) -> Handle:
    handle = mozilla_addons.handle(listing)
    assert handle is not None
    return handle


def read(body: Any, *, number: int = 1, listing: str = LISTING) -> Batch:
    handle = handle_of(listing)
    url = mozilla_addons.start(handle).url.replace("page=1&", f"page={number}&")
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return mozilla_addons.parse(Page(Request(url), 200, {}, sent, datetime(2026, 11, 22, tzinfo=UTC)), handle)


def rating(number: Any = 7, **more: Any) -> dict[str, Any]:
    return {"id": number, "body": "It lost my tabs.", "score": 2, "created": "2026-10-03T08:15:30Z", **more}


def answer(*results: Any, **more: Any) -> dict[str, Any]:
    return {"page_size": 50, "page_count": 1, "count": len(results), "next": None, "results": list(results), **more}


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        (LISTING, "tab-shelf"),
        ("https://addons.mozilla.org/addon/tab-shelf", "tab-shelf"),
        ("http://addons.mozilla.org/de/android/addon/tab-shelf/reviews/?score=1", "tab-shelf"),
        ("https://addons.mozilla.org/firefox/addon/%7B1a2b%7D/", "{1a2b}"),
    ],
)
def test_listings_are_recognised(url: str, slug: str) -> None:
    handle = mozilla_addons.recognise(url)
    assert handle is not None
    assert (handle.source, handle.product) == ("mozilla_addons", slug)


@pytest.mark.parametrize(
    "url",
    [
        "https://addons.mozilla.org/en-US/firefox/",
        "https://addons.mozilla.org/en-US/firefox/addon/",
        "https://addons.mozilla.org/en-US/firefox/extensions/x/addon/y/",
        "https://addons.mozilla.org.evil.example/en-US/firefox/addon/tab-shelf/",
        "ftp://addons.mozilla.org/addon/tab-shelf/",
        "http://[",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert mozilla_addons.recognise(url) is None


def test_official_listings_ask_the_official_api() -> None:
    asked = f"{API}?addon=tab-shelf&page=1&page_size=50&show_grouped_ratings=1"
    assert mozilla_addons.start(handle_of("http://addons.mozilla.org/addon/tab-shelf/")).url == asked


def test_listing_on_another_host_is_asked_there_when_its_source_is_named() -> None:
    listing = "http://127.0.0.1:8099/en-US/firefox/addon/tab-shelf/"
    assert mozilla_addons.recognise(listing) is None
    assert mozilla_addons.start(handle_of(listing)).url.startswith(
        "http://127.0.0.1:8099/api/v5/ratings/rating/?addon="
    )
    (review,) = read(answer(rating()), listing=listing).reviews
    assert review.url == "http://127.0.0.1:8099/addon/tab-shelf/reviews/7/"


@pytest.mark.parametrize(
    "record",
    [
        rating(None),
        rating(True),
        rating(" "),
        rating(score="many"),
        rating(score=0),
        rating(score=6),
        rating(score=None, body=None),
        rating(body={"en-US": "localised"}),
        rating(created=1_700_000_000),
        "a string",
        None,
        [],
    ],
)
def test_record_of_another_form_is_counted(record: Any) -> None:
    batch = read(answer(rating(8), record))
    assert ([r.id for r in batch.reviews], batch.unreadable) == (["8"], 1)


@pytest.mark.parametrize("flags", [{"is_deleted": True}, {"is_developer_reply": True}, {"is_latest": False}])
def test_deleted_superseded_and_answering_records_are_set_aside(flags: dict[str, bool]) -> None:
    batch = read(answer(rating(), rating(8, **flags)))
    assert ([r.id for r in batch.reviews], batch.unreadable) == (["7"], 0)


def test_fields_that_are_missing_or_odd_stay_empty() -> None:
    (review,) = read(answer({"id": "x1", "score": "4", "user": "Ada", "reply": [], "version": {"version": 3}})).reviews
    assert (review.id, review.rating, review.body, review.author, review.version) == ("x1", 4, "", None, None)
    assert (review.written, review.reply, review.replied) == (None, None, None)


def test_answers_of_v3_are_read() -> None:
    old = {"id": 8, "rating": 4, "title": "Nearly", "body": None, "created": "2017-10-03T08:15:30Z", "is_latest": True}
    first, second = read(answer(old, {"id": 9, "rating": None, "title": "Only a title", "body": ""})).reviews
    assert (first.rating, first.scale, first.title, first.body) == (4, "5", "Nearly", "")
    assert (second.rating, second.scale, second.title) == (None, None, "Only a title")
    assert read(answer(rating(7), {**old, "rating": 9}, {**old, "title": 3})).unreadable == 2


def test_deleted_reply_is_no_reply() -> None:
    (review,) = read(answer(rating(reply={"body": "Sorry!", "is_deleted": True}))).reviews
    assert review.reply is None


def test_record_that_comes_twice_counts_once() -> None:
    assert len(read(answer(rating(), rating())).reviews) == 1


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        (f"{API}?addon=tab-shelf&page=3", f"{API}?addon=tab-shelf&page=3"),
        ("?addon=tab-shelf&page=3", f"{API}?addon=tab-shelf&page=3"),
        ("http://addons.mozilla.org/api/v5/ratings/rating/?addon=tab-shelf&page=3", "built"),
        ("https://addons.mozilla.org:8443/api/v5/ratings/rating/?page=3", "built"),
        ("https://10.0.0.1/api/v5/ratings/rating/?page=3", "built"),
        ("https://addons.mozilla.org/logout?page=3", "built"),
        ("https://[", "built"),
        (17, None),
        (None, None),
    ],
)
def test_next_page_is_the_apis_own_or_built_here(sent: Any, asked: str | None) -> None:
    batch = read(answer(rating(), next=sent, page_count=5), number=2)
    built = f"{API}?addon=tab-shelf&page=3&page_size=50&show_grouped_ratings=1"
    assert (batch.next.url if batch.next else None) == (built if asked == "built" else asked)
    assert batch.stop is (None if asked else Stop.END)


def test_foreign_next_on_the_last_page_is_the_end() -> None:
    batch = read(answer(rating(), next="https://10.0.0.1/?page=6", page_count=5), number=5)
    assert batch.stop is Stop.END


@pytest.mark.parametrize(
    ("body", "number", "outcome", "stop"),
    [
        (answer(), 1, Outcome.PROVEN_EMPTY, Stop.END),
        (answer(rating(is_deleted=True)), 1, Outcome.PROVEN_EMPTY, Stop.END),
        (answer(), 2, Outcome.PROVEN_EMPTY, Stop.END),
        (answer(count=31), 1, Outcome.UNKNOWN_EMPTY, Stop.EMPTY),
        ({"results": []}, 1, Outcome.UNKNOWN_EMPTY, Stop.EMPTY),
        (answer(rating(None)), 2, Outcome.UNKNOWN_EMPTY, Stop.END),
    ],
)
def test_empty_pages(body: Any, number: int, outcome: Outcome, stop: Stop) -> None:
    batch = read(body, number=number)
    assert (batch.reviews, batch.outcome, batch.stop) == ((), outcome, stop)
    assert bool(batch.warnings) is (stop is Stop.EMPTY)


@pytest.mark.parametrize(
    "body", [{"results": None}, {"results": {"0": {}}}, [], 7, b"", b"<html>", b"[" * 100_000, answer(rating(None))]
)
def test_other_answers_are_a_changed_page(body: Any) -> None:
    with pytest.raises(ChangedPage):
        read(body)


def test_bot_check_where_json_was_due() -> None:
    with pytest.raises(ChallengePage):
        read(b"<html><title>Just a moment...</title></html>")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.data())
def test_records_of_any_form_raise_nothing_but_parse_errors(data: st.DataObject) -> None:
    sent = json.loads(PAGE.read_text("utf-8"))
    record = data.draw(st.sampled_from(sent["results"]))
    record[data.draw(st.sampled_from(sorted(record)))] = data.draw(VALUES)
    sent[data.draw(st.sampled_from(sorted(sent.keys() - {"results"})))] = data.draw(VALUES)
    read(sent)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.data())
def test_damaged_bytes_raise_nothing_but_parse_errors(data: st.DataObject) -> None:
    sent = bytearray(PAGE.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(sent))
    except ParseError:
        return
