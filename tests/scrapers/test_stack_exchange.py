"""stack_exchange: which addresses, which records, and when it waits, stops or goes on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers import stack_exchange
from scrapers._errors import ChallengePage, ChangedPage, ParseError
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop

LISTING = "https://stackoverflow.com/questions/tagged/billory"
PAGE = Path(__file__).parent.parent / "pages" / "stack_exchange.json"


def handle_of(listing: str = LISTING) -> Handle:
    handle = stack_exchange.handle(listing)
    assert handle is not None
    return handle


def read(body: Any, *, number: int = 1, status: int = 200, listing: str = LISTING) -> Batch:
    handle = handle_of(listing)
    url = stack_exchange.start(handle).url.removesuffix("page=1") + f"page={number}"
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return stack_exchange.parse(Page(Request(url), status, {}, sent, datetime(2026, 11, 22, tzinfo=UTC)), handle)


def question(number: Any = 7, **more: Any) -> dict[str, Any]:
    return {"question_id": number, "title": "Why?", "body": "<p>It fails.</p>", "creation_date": 1_790_000_000, **more}


def answer(*items: Any, **more: Any) -> dict[str, Any]:
    return {"items": list(items), "has_more": False, "quota_max": 300, "quota_remaining": 200, **more}


@pytest.mark.parametrize(
    ("url", "product", "site", "tagged"),
    [
        (LISTING, "stackoverflow/billory", "stackoverflow", "billory"),
        (
            "https://www.stackoverflow.com/questions/tagged/c%2b%2b?tab=Newest",
            "stackoverflow/c++",
            "stackoverflow",
            "c++",
        ),
        (
            "https://cooking.stackexchange.com/questions/tagged/bread+oven/",
            "cooking/bread+oven",
            "cooking",
            "bread;oven",
        ),
        ("https://pt.stackoverflow.com/questions/tagged/x", "pt.stackoverflow/x", "pt.stackoverflow", "x"),
        ("https://mathoverflow.net/questions/tagged/x", "mathoverflow.net/x", "mathoverflow.net", "x"),
        ("https://meta.stackexchange.com/questions/tagged/x%20y", "meta/x+y", "meta", "x;y"),
    ],
)
def test_listings_are_recognised(url: str, product: str, site: str, tagged: str) -> None:
    assert stack_exchange.recognise(url) == Handle("stack_exchange", product, url, {"site": site, "tagged": tagged})


@pytest.mark.parametrize(
    "url",
    [
        "https://stackoverflow.com/questions",
        "https://stackoverflow.com/questions/tagged/",
        "https://stackoverflow.com/questions/tagged/a%3Bb",
        "https://stackoverflow.com/questions/7/why",
        "https://stackoverflow.com.evil.example/questions/tagged/x",
        "https://evilstackexchange.com/questions/tagged/x",
        "http://[",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert stack_exchange.recognise(url) is None


def test_listing_on_another_host_is_asked_there() -> None:
    listing = "http://127.0.0.1:8099/questions/tagged/billory"
    assert stack_exchange.recognise(listing) is None
    assert stack_exchange.start(handle_of(listing)).url.startswith(
        "http://127.0.0.1:8099/2.3/questions?site=127.0.0.1&"
    )
    (review,) = read(answer(question()), listing=listing).reviews
    assert review.url == "http://127.0.0.1:8099/q/7"


def test_no_key_is_taken_since_it_would_stand_in_the_address() -> None:
    assert stack_exchange.ABOUT.key is None
    assert not hasattr(stack_exchange, "sign")


@pytest.mark.parametrize(
    "record",
    [question(None), question(-1), question(title=3), question(body=[]), question(title="", body=""), "x", None, []],
)
def test_record_of_another_form_is_counted(record: Any) -> None:
    batch = read(answer(question(8), record))
    assert ([r.id for r in batch.reviews], batch.unreadable) == (["8"], 1)


def test_fields_that_are_missing_or_odd_stay_empty() -> None:
    record = {"question_id": 7, "title": "a &lt;b&gt; &amp; c", "owner": [], "score": "many", "creation_date": -5}
    (review,) = read(answer(record)).reviews
    assert (review.title, review.body, review.author, review.written) == ("a <b> & c", "", None, None)
    assert (review.helpful, review.rating) == (None, None)


@pytest.mark.parametrize(
    ("sent", "wait"), [(10, 10), (0.2, 0.2), (None, 0), (-3, 0), ("x", 0), (10**400, 0), (1e300, 86_400)]
)
def test_backoff_is_passed_on(sent: Any, wait: float) -> None:
    assert read(answer(question(), backoff=sent)).wait == wait


def test_goes_on_while_there_is_more() -> None:
    batch = read(answer(question(), has_more=True), number=3)
    assert batch.next is not None
    assert batch.next.url.endswith("&page=4")


@pytest.mark.parametrize(
    ("number", "more", "stop"),
    [
        (1, {"has_more": False, "quota_remaining": 0}, Stop.END),
        (25, {"has_more": True}, Stop.CAP),
        (2, {"has_more": True, "quota_remaining": 0}, Stop.BLOCKED),
        (1, {"has_more": None}, Stop.EMPTY),
    ],
)
def test_stops(number: int, more: dict[str, Any], stop: Stop) -> None:
    batch = read(answer(question(), **more), number=number)
    assert (batch.next, batch.stop, len(batch.reviews)) == (None, stop, 1)
    assert bool(batch.warnings) is (stop is not Stop.END)


def test_empty_pages() -> None:
    assert (read(answer()).outcome, read(answer()).stop) == (Outcome.PROVEN_EMPTY, Stop.END)
    unsure = read({"items": []})
    assert (unsure.outcome, unsure.stop) == (Outcome.UNKNOWN_EMPTY, Stop.EMPTY)


def test_being_told_to_slow_down_is_no_change_of_form() -> None:
    body = {"error_id": 502, "error_name": "throttle_violation", "error_message": "too many requests from this IP"}
    batch = read(body, status=400)
    assert (batch.stop, batch.outcome) == (Stop.BLOCKED, Outcome.UNKNOWN_EMPTY)
    assert "too many requests" in batch.warnings[0]


def test_other_refusals_say_why() -> None:
    with pytest.raises(ChangedPage, match="No site found"):
        read({"error_id": 400, "error_name": "bad_parameter", "error_message": "No site found for name"}, status=400)


@pytest.mark.parametrize("body", [{"items": None}, [], 7, b"", b"[" * 10_000_000, answer(question(None))])
def test_other_answers_are_a_changed_page(body: Any) -> None:
    with pytest.raises(ChangedPage):
        read(body)


def test_bot_check_where_json_was_due() -> None:
    with pytest.raises(ChallengePage):
        read(b"<html><title>Just a moment...</title></html>")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(10**4000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.data())
def test_records_of_any_form_raise_nothing_but_parse_errors(data: st.DataObject) -> None:
    sent = json.loads(PAGE.read_text("utf-8"))
    record = data.draw(st.sampled_from(sent["items"]))
    record[data.draw(st.sampled_from(sorted(record)))] = data.draw(VALUES)
    sent[data.draw(st.sampled_from(sorted(sent)))] = data.draw(VALUES)
    try:
        read(sent)
    except ParseError:
        return


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
