"""vscode_marketplace: addresses, saved answers, and that nothing is fetched. All text is invented.

Whole records stand in tests/pages/vscode_marketplace*.reviews.json.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scrapers import vscode_marketplace
from scrapers._errors import ChangedPage
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop
from scrapers._terms import forbidden

LISTING = "https://marketplace.visualstudio.com/items?itemName=billory.tidy-code"
PAGES = Path(__file__).parent.parent / "pages"


def handle(url: str = LISTING) -> Handle:
    found = vscode_marketplace.handle(url)
    assert found is not None
    return found


def read(body: Any, listing: str = LISTING, url: str | None = None) -> Batch:
    of = handle(listing)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(url) if url else vscode_marketplace.start(of)
    return vscode_marketplace.parse(Page(request, 200, {}, data, datetime(2026, 11, 22, tzinfo=UTC)), of)


def review(number: Any = 1, **more: Any) -> dict[str, Any]:
    return {"id": number, "rating": 4, "text": "Fine.", "updatedDate": "2026-04-02T10:15:30Z", **more}


def answer(*reviews: Any, **more: Any) -> dict[str, Any]:
    return {"reviews": list(reviews), "totalReviewCount": len(reviews), "hasMoreReviews": False, **more}


@pytest.mark.parametrize(
    "url",
    [LISTING, f"{LISTING}&ssr=false#review-details", vscode_marketplace.start(handle()).url],
)
def test_listings_are_recognised_and_refused(url: str) -> None:
    found = vscode_marketplace.recognise(url)
    assert found is not None
    assert found.product == "billory.tidy-code"
    assert forbidden(url) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://marketplace.visualstudio.com/vscode",
        "https://marketplace.visualstudio.com/items",
        "https://marketplace.visualstudio.com/items?itemName=tidy",
        "https://marketplace.visualstudio.com.evil.example/items?itemName=a.b",
        "https://[",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert vscode_marketplace.recognise(url) is None


def test_another_host_is_asked_when_the_market_file_names_the_source() -> None:
    listing = "http://127.0.0.1:8099/items?itemName=billory.tidy-code"
    assert vscode_marketplace.start(handle(listing)).url.startswith(
        "http://127.0.0.1:8099/_apis/public/gallery/publishers/billory/extensions/tidy-code/reviews?"
    )
    assert read(answer(review()), listing).reviews[0].url == f"{listing}#review-details"


@pytest.mark.parametrize(
    ("body", "outcome", "stop"),
    [
        (answer(review()), Outcome.REVIEWS, Stop.END),
        (answer(review(), totalReviewCount=9), Outcome.REVIEWS, Stop.SAMPLE),
        (answer(review(), hasMoreReviews=True), Outcome.REVIEWS, Stop.SAMPLE),
        ({"reviews": [review()]}, Outcome.REVIEWS, Stop.SAMPLE),
        (answer(), Outcome.PROVEN_EMPTY, Stop.END),
        (answer(totalReviewCount=3), Outcome.UNKNOWN_EMPTY, Stop.EMPTY),
        (answer(review(isDeleted=True)), Outcome.UNKNOWN_EMPTY, Stop.EMPTY),
        ({"reviews": []}, Outcome.UNKNOWN_EMPTY, Stop.EMPTY),
    ],
)
def test_outcomes(body: Any, outcome: Outcome, stop: Stop) -> None:
    batch = read(body)
    assert (batch.outcome, batch.stop, batch.next) == (outcome, stop, None)
    assert bool(batch.warnings) is (stop is Stop.EMPTY)


@pytest.mark.parametrize(
    "wrong", [None, 7, review(None), review(True), review(2, rating=0), review(2, rating=None), review(2, text=[])]
)
def test_a_record_of_another_form_is_counted(wrong: Any) -> None:
    batch = read(answer(review(), wrong))
    assert (len(batch.reviews), batch.unreadable) == (1, 1)


@pytest.mark.parametrize(
    "body",
    [
        b'{"reviews": 7}',
        b'{"reviews":[{"id":' + b"9" * 6_000 + b"}]}",
        b'{"reviews":[{"id":1,"rating":9}]}',
    ],
    ids=lambda b: repr(b[:24]),
)
def test_other_answers_are_a_changed_page(body: bytes) -> None:
    with pytest.raises(ChangedPage):
        read(body)
