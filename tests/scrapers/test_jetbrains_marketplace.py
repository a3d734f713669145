"""jetbrains_marketplace: addresses, the walk, who answered whom. All text is invented.

Whole records stand in tests/pages/jetbrains_marketplace*.reviews.json.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scrapers import jetbrains_marketplace
from scrapers._errors import ChangedPage
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop
from scrapers._walk import walk

LISTING = "https://plugins.jetbrains.com/plugin/12345-tidy"
PAGES = Path(__file__).parent.parent / "pages"


def handle(url: str = LISTING) -> Handle:
    found = jetbrains_marketplace.handle(url)
    assert found is not None
    return found


def read(body: Any, listing: str = LISTING, url: str | None = None) -> Batch:
    of = handle(listing)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(url) if url else jetbrains_marketplace.start(of)
    return jetbrains_marketplace.parse(Page(request, 200, {}, data, datetime(2026, 11, 22, tzinfo=UTC)), of)


def comment(number: Any = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "rating": 4,
        "comment": "<p>Fine.</p>",
        "cdate": "1777000000000",
        "plugin": {"id": 12345},
        **more,
    }


@pytest.mark.parametrize(
    "url",
    [
        LISTING,
        f"{LISTING}/reviews",
        "http://plugins.jetbrains.com/plugin/12345",
        "https://plugins.jetbrains.com/api/plugins/12345/comments",
    ],
)
def test_listings_are_recognised(url: str) -> None:
    found = jetbrains_marketplace.recognise(url)
    assert found is not None
    assert (found.product, jetbrains_marketplace.start(found).url) == (
        "12345",
        "https://plugins.jetbrains.com/api/plugins/12345/comments?size=100&page=1",
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://plugins.jetbrains.com/plugin/tidy",
        "https://plugins.jetbrains.com/idea",
        "https://plugins.jetbrains.com.evil.example/plugin/1-a",
        "ftp://plugins.jetbrains.com/plugin/1-a",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert jetbrains_marketplace.recognise(url) is None


def test_another_host_is_asked_when_the_market_file_names_the_source() -> None:
    listing = "http://127.0.0.1:8099/plugin/12345-tidy"
    assert jetbrains_marketplace.start(handle(listing)).url.startswith("http://127.0.0.1:8099/api/plugins/12345/")
    batch = read([comment()], listing)
    assert batch.reviews[0].url == "http://127.0.0.1:8099/plugin/12345/reviews#review=1"
    assert batch.next is not None
    assert batch.next.url.startswith("http://127.0.0.1:8099/")


def test_a_saved_answer_says_whose_it_is() -> None:
    found = jetbrains_marketplace.within((PAGES / "jetbrains_marketplace.json").read_bytes())
    assert found is not None
    assert (found[0].product, found[1]) == ("12345", jetbrains_marketplace.start(handle()).url)
    two = json.dumps([comment(), comment(2, plugin={"id": 6})]).encode()
    assert jetbrains_marketplace.within(two) is jetbrains_marketplace.within(b"[") is None


def test_walks_to_the_empty_page_and_out_of_a_circle() -> None:
    def answers(*pages: Any) -> Any:
        left = list(pages)
        return lambda request: Page(request, 200, {}, json.dumps(left.pop(0)).encode(), datetime.now(UTC))

    whole = walk(jetbrains_marketplace, handle(), answers([comment(1)], [comment(2)], []))  # type: ignore[arg-type]  # a module is a Source
    assert ([r.id for r in whole.reviews], whole.stop, whole.warnings) == (["1", "2"], Stop.END, [])
    circle = walk(jetbrains_marketplace, handle(), answers([comment(1)], [comment(1)]))  # type: ignore[arg-type]  # a module is a Source
    assert (circle.pages, circle.stop) == (2, Stop.END)
    assert circle.warnings == ["the marketplace gave the same page again; the walk ended there"]


def test_an_empty_first_page_proves_nothing() -> None:
    batch = read([])
    assert (batch.outcome, batch.stop, len(batch.warnings)) == (Outcome.UNKNOWN_EMPTY, Stop.EMPTY, 1)


@pytest.mark.parametrize("flag", [{"vendor": True}, {"author": {"vendor": True}}, {"author": {"isVendor": True}}])
def test_only_the_vendors_answer_is_the_reply(flag: dict[str, Any]) -> None:
    user, vendor = comment(2, parentId=1, comment="Me too."), comment(3, parentId=1, comment="Mended.", **flag)
    for records in ([comment(), user, vendor], [comment(replies=[user, vendor])]):
        (review,) = read(records).reviews
        assert review.reply == "Mended."
    (alone,) = read([comment(parentId=0), user]).reviews
    assert alone.reply is None


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        7,
        comment(None),
        comment(2, rating=6),
        comment(2, rating="x"),
        comment(2, comment=[]),
        comment(2, comment="", rating=0),
    ],
)
def test_a_record_of_another_form_is_counted(wrong: Any) -> None:
    batch = read([comment(), wrong])
    assert (len(batch.reviews), batch.unreadable) == (1, 1)


@pytest.mark.parametrize(
    "body",
    [
        b'{"reviews": 7}',
        b'[{"id":' + b"9" * 6_000 + b"}]",
        b'[{"id":1,"rating":9}]',
    ],
    ids=lambda b: repr(b[:24]),
)
def test_other_answers_are_a_changed_page(body: bytes) -> None:
    with pytest.raises(ChangedPage):
        read(body)
