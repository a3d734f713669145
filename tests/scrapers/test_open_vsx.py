"""open_vsx: addresses, ids without an author, odd records. All text is invented.

Whole records stand in tests/pages/open_vsx*.reviews.json.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scrapers import open_vsx
from scrapers._errors import ChangedPage
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop

LISTING = "https://open-vsx.org/extension/billory/tidy-code"
PAGES = Path(__file__).parent.parent / "pages"


def handle(url: str = LISTING) -> Handle:
    found = open_vsx.handle(url)
    assert found is not None
    return found


def read(body: Any, listing: str = LISTING, url: str | None = None) -> Batch:
    of = handle(listing)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(url) if url else open_vsx.start(of)
    return open_vsx.parse(Page(request, 200, {}, data, datetime(2026, 11, 22, tzinfo=UTC)), of)


def review(**more: Any) -> dict[str, Any]:
    return {"user": {"loginName": "a"}, "timestamp": "2026-02-03T04:05:06Z", "comment": "Fine.", "rating": 4, **more}


@pytest.mark.parametrize(
    "url", [LISTING, f"{LISTING}/reviews", "http://www.open-vsx.org/api/billory/tidy-code/reviews"]
)
def test_listings_are_recognised(url: str) -> None:
    found = open_vsx.recognise(url)
    assert found is not None
    assert (found.product, open_vsx.start(found).url) == (
        "billory.tidy-code",
        "https://open-vsx.org/api/billory/tidy-code/reviews",
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://open-vsx.org/",
        "https://open-vsx.org/extension/a",
        "https://open-vsx.org.evil.example/extension/a/b",
        "x",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert open_vsx.recognise(url) is None


def test_another_registry_is_asked_when_the_market_file_names_the_source() -> None:
    listing = "http://127.0.0.1:8099/extension/billory/tidy-code"
    assert open_vsx.start(handle(listing)).url == "http://127.0.0.1:8099/api/billory/tidy-code/reviews"
    assert read({"reviews": [review()]}, listing).reviews[0].url == f"{listing}/reviews"


def test_a_saved_answer_says_whose_it_is() -> None:
    found = open_vsx.within((PAGES / "open_vsx.json").read_bytes())
    assert found is not None
    assert (found[0].product, found[1]) == ("billory.tidy-code", open_vsx.start(handle()).url)
    assert open_vsx.within(b"{}") is open_vsx.within(b"[") is None


def test_an_id_does_not_hold_the_author_and_differs_by_what_was_said() -> None:
    told = [review(), review(user={"loginName": "b"}), review(rating=3), review(comment="Bad."), review(timestamp=None)]
    assert len(read({"reviews": told}).reviews) == 4


def test_no_reviews_are_proven_by_the_empty_list() -> None:
    batch = read({"reviews": []})
    assert (batch.outcome, batch.stop) == (Outcome.PROVEN_EMPTY, Stop.END)


@pytest.mark.parametrize(
    "wrong", [None, 7, review(rating=6), review(rating=True), review(comment=[]), review(timestamp=7)]
)
def test_a_record_of_another_form_is_counted(wrong: Any) -> None:
    batch = read({"reviews": [review(), wrong]})
    assert (len(batch.reviews), batch.unreadable) == (1, 1)


def test_an_error_is_quoted() -> None:
    with pytest.raises(ChangedPage, match="Extension not found"):
        read({"error": "Extension not found: a.b"})


@pytest.mark.parametrize(
    "body",
    [
        b'{"reviews": 7}',
        b'{"reviews":[{"rating":' + b"9" * 6_000 + b"}]}",
        b'{"reviews":[{"rating":9}]}',
    ],
    ids=lambda b: repr(b[:24]),
)
def test_other_answers_are_a_changed_page(body: bytes) -> None:
    with pytest.raises(ChangedPage):
        read(body)
