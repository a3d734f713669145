"""odrs: addresses, a whole record, what the service leaves open, odd records. All text is invented.

A whole page stands in tests/pages/odrs.reviews.json.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.review import Review
from scrapers import odrs
from scrapers._errors import ChangedPage
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop

LISTING = "https://flathub.org/apps/com.example.Billory"
API = "https://odrs.gnome.org/1.0/reviews/api/app/com.example.Billory"
PAGE = Path(__file__).parent.parent / "pages" / "odrs.json"


def handle(url: str = LISTING) -> Handle:
    found = odrs.handle(url)
    assert found is not None
    return found


def read(body: Any, listing: str = LISTING) -> Batch:
    of = handle(listing)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return odrs.parse(Page(odrs.start(of), 200, {}, data, datetime(2026, 11, 22, tzinfo=UTC)), of)


def record(**more: Any) -> dict[str, Any]:
    return {
        "app_id": "com.example.Billory",
        "date_created": 1790000000.5,
        "description": "It lost my invoices.",
        "distro": "Inventix",
        "karma_down": 2,
        "karma_up": 5,
        "locale": "en_US",
        "rating": 40,
        "reported": 0,
        "review_id": 7,
        "summary": "Lost",
        "user_display": "Ada",
        "user_hash": "0" * 40,
        "version": "4.2",
        **more,
    }


@pytest.mark.parametrize(
    "url",
    [
        LISTING,
        f"{LISTING}/",
        "http://www.flathub.org/apps/details/com.example.Billory?from=here#reviews",
        "https://flathub.org/en/apps/com.example.Billory",
        "https://flathub.org/pt-BR/apps/com.example.Billory",
        "https://flathub.org/zh_Hans/apps/com.example.Billory",
        API,
    ],
)
def test_listings_are_recognised_and_ask_the_service(url: str) -> None:
    found = odrs.recognise(url)
    assert found is not None
    assert (found.source, found.product, odrs.start(found).url) == ("odrs", "com.example.Billory", API)


@pytest.mark.parametrize("app", ["billory.desktop", "io.snapcraft.billory-Ab12", "note++.desktop", "gt k.desktop"])
def test_ids_of_other_forms_go_there_and_back(app: str) -> None:
    asked = odrs.start(Handle("odrs", app, LISTING)).url
    assert handle(asked).product == app


@pytest.mark.parametrize(
    "url",
    [
        "https://flathub.org/",
        "https://flathub.org/apps/search?q=com.example.Billory",
        "https://flathub.org/apps/collection/popular",
        "https://flathub.org/apps/com.example.Billory/other",
        "https://flathub.org/apps/com..Billory",
        "https://flathub.org/apps/..%2F..%2Fx.y",
        "https://flathub.org/apps/com.example%2FBillory.x",
        "https://odrs.gnome.org/1.0/reviews/api/ratings",
        "https://odrs.gnome.org.evil.example/1.0/reviews/api/app/com.example.Billory",
        "ftp://flathub.org/apps/com.example.Billory",
        "http://[",
        "x",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert odrs.recognise(url) is None


def test_another_server_is_asked_when_the_market_file_names_the_source() -> None:
    listing = "http://127.0.0.1:8000/1.0/reviews/api/app/com.example.Billory"
    assert odrs.recognise(listing) is None
    assert odrs.start(handle(listing)) == Request(listing)
    assert read([record()], listing).reviews[0].url == listing


def test_a_saved_answer_says_whose_it_is_when_it_names_one_application() -> None:
    assert odrs.within(json.dumps([record(), record(review_id=8)]).encode()) == (handle(API), API)
    assert odrs.within(json.dumps([record(), record(app_id="billory.desktop")]).encode()) is None
    assert odrs.within(b"[]") is odrs.within(b"{}") is odrs.within(b"[") is odrs.within(b"[7]") is None


def test_a_record_is_read_whole() -> None:
    assert read([record()]) == Batch(
        reviews=(
            Review(
                source="odrs",
                product="com.example.Billory",
                id="7",
                url=API,
                author="Ada",
                rating=40,
                scale="100",
                title="Lost",
                body="It lost my invoices.",
                language="en",
                written=datetime(2026, 9, 21, 14, 13, 20, 500_000, tzinfo=UTC),
                version="4.2",
            ),
        ),
        stop=Stop.END,
    )


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("en_US", "en"),
        ("en", "en"),
        ("de_DE.UTF-8", "de"),
        ("sr@latin", "sr"),
        ("zh-Hans", "zh"),
        ("C", None),
        ("C.UTF-8", None),
        ("POSIX", None),
        ("ast_ES", None),  # has no code of two letters
        ("english", None),
        ("", None),
        (None, None),
        (["en"], None),
    ],
)
def test_language_is_the_locales_and_the_country_is_not(locale: Any, language: str | None) -> None:
    (review,) = read([record(locale=locale)]).reviews
    assert (review.language, review.country) == (language, None)


def test_fields_that_are_missing_or_odd_stay_empty() -> None:
    (review,) = read([{"review_id": "x1", "summary": "Fine", "karma_up": -1, "user_display": 7, "version": []}]).reviews
    assert review == Review(source="odrs", product="com.example.Billory", id="x1", url=API, title="Fine")


def test_a_version_that_the_program_did_not_know_is_none() -> None:
    assert read([record(version="unknown")]).reviews[0].version is None


@pytest.mark.parametrize("sent", [0, None])
def test_no_stars_are_no_rating(sent: Any) -> None:
    (review,) = read([record(rating=sent)]).reviews
    assert (review.rating, review.scale, review.title) == (None, None, "Lost")


@pytest.mark.parametrize("more", [{"summary": None}, {"description": None}])
def test_words_alone_are_a_review(more: dict[str, None]) -> None:
    assert len(read([record(rating=0, **more)]).reviews) == 1


@pytest.mark.parametrize("sent", [1, 100, 57])
def test_a_rating_is_kept_as_sent(sent: int) -> None:
    assert read([record(rating=sent)]).reviews[0].rating == sent


def test_a_review_that_somebody_reported_stands_as_long_as_the_service_shows_it() -> None:
    assert len(read([record(reported=1)]).reviews) == 1


def test_a_review_of_another_id_of_the_application_belongs_to_the_one_asked_for() -> None:
    assert read([record(app_id="billory.desktop")]).reviews[0].key == "odrs:com.example.Billory:7"


def test_a_record_that_comes_twice_counts_once() -> None:
    assert len(read([record(), record()]).reviews) == 1


def test_an_empty_list_proves_nothing_as_an_unknown_id_gets_it_too() -> None:
    batch = read([])
    assert (batch.reviews, batch.outcome, batch.stop) == ((), Outcome.UNKNOWN_EMPTY, Stop.EMPTY)
    assert batch.warnings == (
        "the service knows no review of 'com.example.Billory' of the last five years, or no application of that id",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        7,
        "a string",
        [],
        record(review_id=None),
        record(review_id=True),
        record(review_id=1.5),
        record(review_id=" "),
        record(rating=101),
        record(rating=-20),
        record(rating=0.5),
        record(rating=True),
        record(rating="many"),
        record(rating=0, summary=" ", description=None),
        record(summary={"en": "Lost"}),
        record(description=["Lost"]),
        record(date_created="yesterday"),
        record(date_created=True),
    ],
)
def test_a_record_of_another_form_is_counted(wrong: Any) -> None:
    batch = read([record(review_id=8), wrong])
    assert ([r.id for r in batch.reviews], batch.unreadable, batch.stop) == (["8"], 1, Stop.END)


def test_a_time_beyond_reason_stays_empty() -> None:
    assert read([record(date_created=0)]).reviews[0].written is None


def test_an_error_is_quoted() -> None:
    with pytest.raises(ChangedPage, match="account has been disabled"):
        read({"success": False, "msg": "account has been disabled"})


@pytest.mark.parametrize(
    "body",
    [
        b"[7]",
        b'[{"review_id":' + b"9" * 6_000 + b"}]",
        b'[{"score":0,"user_hash":"0","user_skey":"0"}]',  # what `fetch`, another address, gives for no reviews
    ],
    ids=lambda b: repr(b[:24]),
)
def test_other_answers_are_a_changed_page(body: bytes) -> None:
    with pytest.raises(ChangedPage):
        read(body)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.data())
def test_records_of_any_form_are_read_or_counted(data: st.DataObject) -> None:
    sent = record()
    sent[data.draw(st.sampled_from(sorted(sent)))] = data.draw(VALUES)
    batch = read([record(review_id=8), sent])
    assert len(batch.reviews) + batch.unreadable + (sent["review_id"] in (8, "8")) == 2
    assert all(r.rating is None or 1 <= r.rating <= 100 for r in batch.reviews)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(max_size=40))
def test_addresses_of_any_form_are_ours_or_none(text: str) -> None:
    for url in (text, f"https://flathub.org/apps/{text}", f"https://odrs.gnome.org{text}"):
        found = odrs.recognise(url)
        assert found is None or odrs.start(found).url.startswith("https://odrs.gnome.org/1.0/reviews/api/app/")
