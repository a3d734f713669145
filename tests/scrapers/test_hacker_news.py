"""hacker_news: searches and threads, which posts stand, and how a search goes on past its 1,000 hits."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers import hacker_news
from scrapers._errors import ChallengePage, ChangedPage, ParseError
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop
from scrapers._walk import walk

LISTING = "https://hn.algolia.com/?q=Billory"
THREAD = "https://news.ycombinator.com/item?id=49000001"
PAGES = Path(__file__).parent.parent / "pages"


def handle_of(listing: str = LISTING) -> Handle:
    handle = hacker_news.handle(listing)
    assert handle is not None
    return handle


def page_of(body: Any, url: str) -> Page:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Page(Request(url), 200, {}, sent, datetime(2026, 11, 22, tzinfo=UTC))


def read(body: Any, *, listing: str = LISTING, extra: str = "") -> Batch:
    handle = handle_of(listing)
    return hacker_news.parse(page_of(body, hacker_news.start(handle).url.replace("page=0", "page=0" + extra)), handle)


def hit(number: Any = 7, **more: Any) -> dict[str, Any]:
    return {
        "objectID": str(number),
        "author": "a",
        "comment_text": "It is slow.",
        "created_at_i": 1_789_000_000,
        **more,
    }


def answer(*hits: Any, **more: Any) -> dict[str, Any]:
    return {"hits": list(hits), "nbHits": len(hits), "nbPages": 1 if hits else 0, "page": 0, **more}


@pytest.mark.parametrize(
    ("url", "product", "params"),
    [
        (LISTING, "Billory", {"query": "Billory", "tags": "(story,comment)"}),
        (
            "https://hn.algolia.com/?dateRange=all&query=two%20words&type=comment",
            "two words",
            {"query": "two words", "tags": "comment"},
        ),
        ("https://hn.algolia.com?q=x", "x", {"query": "x", "tags": "(story,comment)"}),
        (THREAD, "49000001", {"item": "49000001"}),
    ],
)
def test_listings_are_recognised(url: str, product: str, params: dict[str, str]) -> None:
    handle = hacker_news.recognise(url)
    assert handle == Handle("hacker_news", product, url, params)


@pytest.mark.parametrize(
    "url",
    [
        "https://hn.algolia.com/",
        "https://hn.algolia.com/?q=%20",
        "https://hn.algolia.com/about?q=x",
        "https://news.ycombinator.com/item?id=abc",
        "https://news.ycombinator.com/user?id=7",
        "https://news.ycombinator.com.evil.example/item?id=7",
        "http://[",
        "item?id=7",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert hacker_news.recognise(url) is None


def test_search_asks_for_the_term_as_written_and_in_texts_only() -> None:
    asked = parse_qs(urlsplit(hacker_news.start(handle_of()).url).query)
    assert asked["query"] == ['"Billory"']
    assert asked["typoTolerance"] == ["false"]
    assert asked["restrictSearchableAttributes"] == ["title,story_text,comment_text"]
    quoted = handle_of('https://hn.algolia.com/?q="Billory" invoices')
    assert parse_qs(urlsplit(hacker_news.start(quoted).url).query)["query"] == ['"Billory" invoices']


def test_thread_is_one_request() -> None:
    assert hacker_news.start(handle_of(THREAD)).url == "https://hn.algolia.com/api/v1/items/49000001"


@pytest.mark.parametrize("path", ["?q=Billory", "item?id=9"])
def test_listing_on_another_host_is_asked_there(path: str) -> None:
    listing = f"http://127.0.0.1:8099/{path}"
    assert hacker_news.recognise(listing) is None
    assert hacker_news.start(handle_of(listing)).url.startswith("http://127.0.0.1:8099/api/v1/")
    (review,) = read(answer(hit()), listing=listing).reviews
    assert review.url == "http://127.0.0.1:8099/item?id=7"


@pytest.mark.parametrize(
    "record",
    [
        hit(objectID=None),
        hit(" "),
        hit(objectID=True),
        hit(title=3),
        hit(comment_text=[]),
        hit(comment_text=None),
        5,
        None,
        [],
    ],
)
def test_record_of_another_form_is_counted(record: Any) -> None:
    batch = read(answer(hit(8), record))
    assert ([r.id for r in batch.reviews], batch.unreadable) == (["8"], 1)


@pytest.mark.parametrize(
    "record",
    [
        hit(comment_text="&gt; theirs"),
        hit(comment_text="<pre>log</pre>"),
        hit(_tags=["job", "story_7"], title="We hire"),
        hit(_tags=["pollopt"]),
    ],
)
def test_what_is_nobodys_statement_is_set_aside(record: Any) -> None:
    batch = read(answer(hit(8), record))
    assert ([r.id for r in batch.reviews], batch.unreadable) == (["8"], 0)


def test_fields_that_are_missing_or_odd_stay_empty() -> None:
    (review,) = read(answer({"objectID": "x", "title": "T", "points": -3, "author": 7, "created_at_i": 10**30})).reviews
    assert (review.author, review.written, review.helpful, review.body, review.rating) == (None, None, None, "", None)


def test_search_goes_on_page_by_page() -> None:
    batch = read(answer(hit(), nbPages=3, nbHits=250))
    assert batch.next is not None
    assert parse_qs(urlsplit(batch.next.url).query)["page"] == ["1"]
    assert batch.total == 250


def test_search_of_many_hits_goes_on_by_date_and_comes_to_an_end() -> None:
    """2,350 comments, three a second, behind an API that shows 1,000 of each question."""
    made = [hit(n, created_at_i=1_700_000_000 + n // 3) for n in range(2_350)][::-1]
    asked: list[str] = []

    def fetch(request: Request) -> Page:
        query = parse_qs(urlsplit(request.url).query)
        asked.append(request.url)
        limit = int(query["numericFilters"][0].removeprefix("created_at_i<=")) if "numericFilters" in query else 2**40
        found = [h for h in made if h["created_at_i"] <= limit]
        number, shown = int(query["page"][0]), found[:1000]
        pages = -(-len(shown) // 100)
        body = {"hits": shown[number * 100 :][:100], "nbHits": len(found), "nbPages": pages}
        return page_of(body, request.url)

    result = walk(hacker_news, handle_of(), fetch)  # type: ignore[arg-type]
    assert {r.id for r in result.reviews} == {str(n) for n in range(2_350)}
    assert (result.stop, result.total, len(asked)) == (Stop.END, 2_350, 24)


def test_a_thousand_hits_in_one_second_are_a_cap() -> None:
    hits = [hit(n, created_at_i=1_700_000_000) for n in range(100)]
    batch = read(answer(*hits, nbPages=10, nbHits=5000), extra="&numericFilters=created_at_i<=1700000000&page=9")
    assert batch.next is not None  # page=0 comes first in the address, so this is the first page of ten
    url = batch.next.url.replace("page=1", "page=9")
    last = hacker_news.parse(page_of(answer(*hits, nbPages=10, nbHits=5000), url), handle_of())
    assert (last.next, last.stop, len(last.warnings)) == (None, Stop.CAP, 1)


@pytest.mark.parametrize(
    ("body", "outcome", "stop"),
    [
        (answer(), Outcome.PROVEN_EMPTY, Stop.END),
        (answer(nbPages=4, nbHits=31), Outcome.UNKNOWN_EMPTY, Stop.EMPTY),
        (answer(hit(comment_text="&gt; theirs")), Outcome.PROVEN_EMPTY, Stop.END),
    ],
)
def test_empty_pages(body: Any, outcome: Outcome, stop: Stop) -> None:
    batch = read(body)
    assert (batch.reviews, batch.outcome, batch.stop) == ((), outcome, stop)
    assert bool(batch.warnings) is (stop is Stop.EMPTY)


def test_deep_thread_is_read_without_recursion() -> None:
    tree: dict[str, Any] = {"id": 900, "text": "leaf", "children": []}
    for n in range(300):
        tree = {"id": n, "text": "t", "children": [tree]}
    assert len(read(tree, listing=THREAD).reviews) == 301


@pytest.mark.parametrize(
    "body",
    [
        {"hits": None},
        {"hits": [hit()]},
        {"message": "no"},
        [],
        7,
        b"",
        b"[" * 10_000_000,
        answer(hit(None, objectID=None)),
    ],
)
def test_other_answers_are_a_changed_page(body: Any) -> None:
    with pytest.raises(ChangedPage):
        read(body)


def test_bot_check_where_json_was_due() -> None:
    with pytest.raises(ChallengePage):
        read(b"<html><title>Just a moment...</title></html>")


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.data(), st.sampled_from(["hacker_news.json", "hacker_news_thread.json"]))
def test_damaged_bytes_raise_nothing_but_parse_errors(data: st.DataObject, name: str) -> None:
    sent = bytearray((PAGES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(sent))
    except ParseError:
        return


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(10**4000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.data())
def test_records_of_any_form_raise_nothing_but_parse_errors(data: st.DataObject) -> None:
    sent = json.loads((PAGES / "hacker_news.json").read_text("utf-8"))
    record = data.draw(st.sampled_from(sent["hits"]))
    record[data.draw(st.sampled_from(sorted(record)))] = data.draw(VALUES)
    sent[data.draw(st.sampled_from(sorted(sent)))] = data.draw(VALUES)
    try:
        read(sent)
    except ParseError:
        return
