"""The stores' searches: what is asked, what is read, and what is refused. All products are invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import scrapers
from scrapers._errors import ChallengePage, ParseError
from scrapers._search import Found, parse, requests
from scrapers._source import Page, Request

APPLE = {
    "trackId": 123456789,
    "trackName": "Inkpad: Notes",
    "trackViewUrl": "https://apps.apple.com/gb/app/inkpad-notes/id123456789?uo=4",
    "averageUserRating": 4.56,
    "userRatingCount": 12345,
}


def page(body: Any) -> Page:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Page(Request("https://stores.example/search"), 200, {}, raw, datetime(2026, 11, 20, tzinfo=UTC))


def test_each_store_is_asked_for_the_term_in_the_country() -> None:
    asked = requests("note taking & more", "gb")
    told = {name: (urlsplit(r.url).netloc, parse_qs(urlsplit(r.url).query)) for name, r in asked.items()}
    term = ["note taking & more"]
    assert told == {
        "app_store": ("itunes.apple.com", {"term": term, "entity": ["software"], "country": ["gb"], "limit": ["25"]}),
        "steam": ("store.steampowered.com", {"term": term, "cc": ["gb"], "l": ["english"]}),
    }


def test_apps_have_their_listing_and_how_they_are_rated() -> None:
    bare = {"trackId": 5, "trackName": "Bare\nName", "userRatingCount": 0, "averageUserRating": 0}
    odd = {**bare, "trackId": 6, "trackViewUrl": "https://elsewhere.example/gb/app/id7"}
    assert parse(page({"resultCount": 3, "results": [APPLE, bare, odd, {"trackName": "no id"}, 7]}), "gb") == [
        Found("app_store", "Inkpad: Notes", "https://apps.apple.com/gb/app/inkpad-notes/id123456789", 12345, 4.56),
        Found("app_store", "Bare Name", "https://apps.apple.com/gb/app/id5", 0, None),
        Found("app_store", "Bare Name", "https://apps.apple.com/gb/app/id6", 0, None),
    ]


def test_of_steams_products_those_with_reviews_are_taken() -> None:
    items = [
        {"type": "app", "name": "Note Quest", "id": 440, "metascore": "92"},
        {"type": "sub", "name": "Note Quest Pack", "id": 9},
        {"id": 10, "name": "Untyped"},
    ]
    assert parse(page({"total": 3, "items": items}), "us") == [
        Found("steam", "Note Quest", "https://store.steampowered.com/app/440/"),
        Found("steam", "Untyped", "https://store.steampowered.com/app/10/"),
    ]
    assert parse(page({"total": 1, "items": items[1:2]}), "us") == []


def test_every_listing_found_is_one_that_its_source_knows() -> None:
    found = parse(page({"results": [APPLE]}), "gb") + parse(page({"items": [{"id": 440, "name": "Q"}]}), "us")
    for product in found:
        handle = scrapers.recognise(product.url)
        assert handle is not None
        assert handle.source == product.source


def test_nothing_found_is_no_error() -> None:
    assert parse(page({"resultCount": 0, "results": []}), "us") == []
    assert parse(page({"total": 0, "items": []}), "us") == []


@pytest.mark.parametrize(
    "body",
    [b"", b"<html></html>", b"null", [], {}, {"results": {}}, {"results": [{"wrapperType": "artist"}]}, {"items": [1]}],
)
def test_what_is_no_answer_to_a_search_is_refused(body: Any) -> None:
    with pytest.raises(ParseError):
        parse(page(body), "us")


def test_a_bot_check_is_told_as_one() -> None:
    with pytest.raises(ChallengePage):
        parse(page(b"<html><title>Just a moment...</title></html>"), "us")
