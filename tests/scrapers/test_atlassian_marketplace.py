"""atlassian_marketplace: addresses, saved answers, and when a rating has a scale. All text is invented.

Whole records stand in tests/pages/atlassian_marketplace*.reviews.json.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scrapers import atlassian_marketplace
from scrapers._errors import ChangedPage
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop
from scrapers._terms import forbidden

LISTING = "https://marketplace.atlassian.com/apps/1210000/tidy"
PAGES = Path(__file__).parent.parent / "pages"


def handle(url: str = LISTING) -> Handle:
    found = atlassian_marketplace.handle(url)
    assert found is not None
    return found


def read(body: Any, listing: str = LISTING, url: str | None = None) -> Batch:
    of = handle(listing)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(url) if url else atlassian_marketplace.start(of)
    return atlassian_marketplace.parse(Page(request, 200, {}, data, datetime(2026, 11, 22, tzinfo=UTC)), of)


def review(number: int = 1, stars: Any = 4, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "stars": stars, "review": "Fine.", "date": "2025-02-03", **more}


def answer(*stars: Any, **more: Any) -> dict[str, Any]:
    return {"_embedded": {"reviews": [review(n, s) for n, s in enumerate(stars)]}, "count": len(stars), **more}


@pytest.mark.parametrize(
    ("url", "product"),
    [
        (LISTING, "1210000"),
        (f"{LISTING}?hosting=cloud&tab=reviews", "1210000"),
        ("https://marketplace.atlassian.com/rest/2/addons/com.example.tidy/reviews?offset=50", "com.example.tidy"),
        ("https://marketplace.atlassian.com/rest/3/products/3f1c0000/reviews", "3f1c0000"),
    ],
)
def test_listings_are_recognised_and_refused(url: str, product: str) -> None:
    found = atlassian_marketplace.recognise(url)
    assert found is not None
    assert (found.product, forbidden(url) is None) == (product, False)


@pytest.mark.parametrize(
    "url",
    [
        "https://marketplace.atlassian.com/vendors/1",
        "https://marketplace.atlassian.com/apps/tidy",
        "https://marketplace.atlassian.com.evil.example/apps/1/a",
        "https://[",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert atlassian_marketplace.recognise(url) is None


def test_another_host_is_read_when_the_market_file_names_the_source() -> None:
    listing = "http://127.0.0.1:8099/apps/1210000/tidy"
    assert atlassian_marketplace.start(handle(listing)).url.startswith("http://127.0.0.1:8099/rest/2/addons/1210000/")
    assert read(answer(5), listing).reviews[0].url == listing


def test_a_saved_answer_says_whose_it_is() -> None:
    for name, product in (("", "com.example.tidy"), ("_scale", "3f1c0000-0000-4000-8000-000000000001")):
        found = atlassian_marketplace.within((PAGES / f"atlassian_marketplace{name}.json").read_bytes())
        assert found is not None
        assert found[0].product == product
    assert atlassian_marketplace.within(b"{}") is atlassian_marketplace.within(b"[") is None


@pytest.mark.parametrize(
    ("body", "fragment", "scale", "rated"),
    [
        (answer(5, 1), "", "5", 2),
        (answer(4, 1, averageStars=4.2), "", "5", 2),
        (answer(4, 1, averageStars=3.9), "", None, 0),
        (answer(4, 0), "", None, 0),
        (answer(5, 0), "", None, 0),
        (answer(4, 0), "#scale=4", "4", 2),
        (answer(4, 0), "#scale=5", "5", 1),
        (answer(4, 5), "#tab=reviews&scale=4", "4", 1),
        (answer(4, 1), "#scale=10", None, 0),
    ],
)
def test_a_rating_is_kept_only_on_a_scale_that_is_certain(
    body: Any, fragment: str, scale: str | None, rated: int
) -> None:
    batch = read(body, LISTING + fragment)
    scales = [r.scale for r in batch.reviews if r.rating is not None]
    assert scales == [scale] * rated
    assert len(batch.warnings) == (rated < len(batch.reviews))
    assert all(r.url == LISTING for r in batch.reviews)


@pytest.mark.parametrize(
    ("body", "outcome", "stop"),
    [
        (answer(5), Outcome.REVIEWS, Stop.END),
        (answer(5, count=64), Outcome.REVIEWS, Stop.SAMPLE),
        (answer(), Outcome.PROVEN_EMPTY, Stop.END),
        (answer(count=64), Outcome.UNKNOWN_EMPTY, Stop.EMPTY),
        ({"reviews": []}, Outcome.UNKNOWN_EMPTY, Stop.EMPTY),
    ],
)
def test_outcomes(body: Any, outcome: Outcome, stop: Stop) -> None:
    batch = read(body)
    assert (batch.outcome, batch.stop, batch.next) == (outcome, stop, None)


@pytest.mark.parametrize("wrong", [None, 7, review(2, "x"), review(2, review=7), review(2, None, review="")])
def test_a_record_of_another_form_is_counted(wrong: Any) -> None:
    batch = read({"reviews": [review(1, 5), wrong]})
    assert (len(batch.reviews), batch.unreadable) == (1, 1)


@pytest.mark.parametrize(
    "body",
    [
        b'{"reviews": 7}',
        b'{"reviews":[{"stars":' + b"9" * 6_000 + b"}]}",
        b'{"reviews":[{"stars":"many"}]}',
    ],
    ids=lambda b: repr(b[:24]),
)
def test_other_answers_are_a_changed_page(body: bytes) -> None:
    with pytest.raises(ChangedPage):
        read(body)
