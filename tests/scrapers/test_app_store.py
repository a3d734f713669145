"""The App Store's feed: addresses, the walk over its pages, and odd answers. All text is invented.

Whole records stand in tests/pages/app_store*.reviews.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers import app_store
from scrapers._errors import ChallengePage, ChangedPage, ParseError
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop
from scrapers._walk import walk

LISTING = "https://apps.apple.com/gb/app/billory/id900000001"
FEED = "https://itunes.apple.com/gb/rss/customerreviews/"
PAGES = Path(__file__).parent.parent / "pages"


def handle(url: str = LISTING) -> Handle:
    found = app_store.recognise(url)
    assert found is not None
    return found


def page(body: str | bytes, url: str | None = None) -> Page:
    request = app_store.start(handle()) if url is None else Request(url)
    data = body.encode() if isinstance(body, str) else body
    return Page(request, 200, {}, data, datetime(2026, 11, 22, tzinfo=UTC))


def entry(number: int, rating: str = "4") -> dict[str, Any]:
    return {
        "id": {"label": f"13{number:09}"},
        "im:rating": {"label": rating},
        "title": {"label": "Tidy"},
        "content": {"label": f"Review number {number}.", "attributes": {"type": "text"}},
    }


def feed(*entries: Any, last: int | None = 1) -> str:
    """A page of the feed; `last` None leaves all links empty, as for an app that Apple does not know."""
    hrefs = dict.fromkeys(("first", "last", "next"), "" if last is None else f"{FEED}page={last}/id=900000001/xml")
    links = [{"attributes": {"rel": rel, "href": href}} for rel, href in hrefs.items()]
    return json.dumps({"feed": {"entry": list(entries), "link": links} if entries else {"feed": {}, "link": links}})


def xml(*entries: str, last: int | None = 1) -> str:
    href = "" if last is None else f"{FEED}page={last}/id=900000001/xml"
    links = "".join(f'<link rel="{rel}" href="{href}"/>' for rel in ("first", "last", "next"))
    names = 'xmlns="http://www.w3.org/2005/Atom" xmlns:im="http://itunes.apple.com/rss"'
    return f"<feed {names}>{links}{''.join(entries)}</feed>"


XML_ENTRY = "<entry><id>77</id><im:rating>2</im:rating><content type='text'>Slow &amp; sad.</content></entry>"


def read(body: str | bytes, url: str | None = None) -> Batch:
    return app_store.parse(page(body, url), handle())


# --- addresses


@pytest.mark.parametrize(
    ("url", "product", "country"),
    [
        ("https://apps.apple.com/in/app/swiggy/id989540920", "989540920", "in"),
        ("https://apps.apple.com/app/id989540920", "989540920", "us"),
        ("http://itunes.apple.com/DE/app/x/id12?mt=8", "12", "de"),
        ("https://apps.apple.com/jp/app/%E9%87%91/id34/?see-all=reviews&l=en#see-all/reviews", "34", "jp"),
        ("https://apps.apple.com/us/app/grid2/id56", "56", "us"),
        ("https://itunes.apple.com/fr/rss/customerreviews/page=3/id=78/sortby=mostrecent/json", "78", "fr"),
    ],
)
def test_recognises_listings(url: str, product: str, country: str) -> None:
    assert app_store.recognise(url) == Handle("app_store", product, url, {"country": country})


@pytest.mark.parametrize(
    "url",
    [
        "https://apps.apple.com/us/developer/someone/id123",
        "https://apps.apple.com/us/app/billory",
        "https://apps.apple.com/us/app/billory/id",
        "https://apps.apple.com.evil.example/us/app/billory/id123",
        "https://music.apple.com/us/album/id123",
        "ftp://apps.apple.com/us/app/id123",
        "https://[::1/us/app/id123",
        "not an address",
        "",
    ],
)
def test_leaves_other_addresses_alone(url: str) -> None:
    assert app_store.recognise(url) is None


def test_another_host_is_read_when_the_market_file_names_the_source() -> None:
    url = "http://appstore.example/us/app/billory/id900000001"
    assert app_store.recognise(url) is None
    elsewhere = app_store.handle(url)
    assert elsewhere == Handle("app_store", "900000001", url, {"country": "us"})
    assert (
        app_store.start(elsewhere).url
        == "http://appstore.example/us/rss/customerreviews/page=1/id=900000001/sortby=mostrecent/json"
    )
    review = app_store.parse(page(feed(entry(1))), elsewhere).reviews[0]
    assert review.url == url


def test_asks_for_the_newest_page_of_the_storefront() -> None:
    assert app_store.start(handle()) == Request(f"{FEED}page=1/id=900000001/sortby=mostrecent/json")


# --- the walk


class Shop:
    """Answers by the address without its fragment, which no server ever sees; notes what was asked."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def fetch(self, request: Request) -> Page:
        self.asked.append(request.url.removeprefix(FEED))
        path = request.url.partition("#")[0].removeprefix(FEED)
        return page(self.answers.get(path, feed()), request.url)


def json_form(n: int) -> str:
    return f"page={n}/id=900000001/sortby=mostrecent/json"


XML_1 = "page=1/id=900000001/sortby=mostrecent/xml"
TURNED_1 = "id=900000001/sortBy=mostRecent/page=1/json"


def test_walks_to_the_page_past_the_end() -> None:
    shop = Shop({json_form(1): feed(*map(entry, range(50)), last=2), json_form(2): feed(entry(50), entry(51), last=2)})
    result = walk(app_store, handle(), shop.fetch)
    assert [r.id for r in result.reviews] == [f"13{n:09}" for n in range(52)]
    assert shop.asked == [json_form(1), json_form(2), json_form(3)]
    assert (result.stop, result.outcome, result.warnings) == (Stop.END, Outcome.REVIEWS, [])


def test_stops_at_the_tenth_page_where_apple_does() -> None:
    shop = Shop({json_form(n): feed(*(entry(50 * n + i) for i in range(50)), last=10) for n in range(1, 11)})
    result = walk(app_store, handle(), shop.fetch)
    assert (len(result.reviews), len(shop.asked), result.stop) == (500, 10, Stop.CAP)


def test_page_eleven_is_the_cap_said_in_plain_text() -> None:
    batch = read("CustomerReviews RSS page depth is limited to 10", FEED + json_form(11))
    assert batch == Batch(outcome=Outcome.PROVEN_EMPTY, stop=Stop.CAP)


def test_a_review_that_speaks_of_page_depth_is_a_review() -> None:
    told = {**entry(1), "content": {"label": "The page depth is limited to 10, which is silly."}}
    assert len(read(feed(told)).reviews) == 1


LOOKUP = "https://itunes.apple.com/lookup?id=900000001&country=gb"


def looked_up(*results: dict[str, object]) -> str:
    return json.dumps({"resultCount": len(results), "results": results})


@pytest.mark.parametrize(
    ("answer", "outcome", "stop", "said"),
    [
        (
            looked_up({"trackId": 900000001, "userRatingCount": 1234}),
            Outcome.UNKNOWN_EMPTY,
            Stop.EMPTY,
            [
                "feed returned none for app 900000001 in 'gb', in 5 ways of asking, although the App Store counts 1,234"
                " ratings; this does not prove that the app has no reviews"
            ],
        ),
        (
            looked_up({"trackId": 900000001}),
            Outcome.UNKNOWN_EMPTY,
            Stop.EMPTY,
            [
                "feed returned none for app 900000001 in 'gb', in 5 ways of asking; this does not prove that the app"
                " has no reviews"
            ],
        ),
        (looked_up({"userRatingCount": 0}), Outcome.PROVEN_EMPTY, Stop.END, []),
        (
            looked_up(),
            Outcome.UNKNOWN_EMPTY,
            Stop.EMPTY,
            ["the App Store knows no app 900000001 in its storefront 'gb'; check the id and the country"],
        ),
    ],
    ids=["rated", "uncounted", "unrated", "unknown"],
)
def test_an_empty_listing_is_asked_in_every_way_and_looked_up(
    answer: str, outcome: Outcome, stop: Stop, said: list[str]
) -> None:
    shop = Shop({XML_1: xml(), LOOKUP: answer})
    result = walk(app_store, handle(), shop.fetch)
    assert shop.asked == [
        json_form(1), f"{XML_1}#empty", f"{TURNED_1}#empty", f"{json_form(2)}#empty", f"{json_form(3)}#empty", LOOKUP,
    ]  # fmt: skip
    assert (result.stop, result.warnings) == (stop, said)
    assert result.outcome == outcome


def test_a_look_up_of_another_form_is_refused() -> None:
    with pytest.raises(ChangedPage, match="no list of apps"):
        read('{"errorMessage": "no"}', LOOKUP)


def test_an_app_that_apple_does_not_know_is_told_after_the_second_form() -> None:
    shop = Shop({json_form(1): feed(last=None), XML_1: xml(last=None)})
    result = walk(app_store, handle(), shop.fetch)
    assert shop.asked == [json_form(1), f"{XML_1}#unknown"]
    assert (result.stop, result.outcome) == (Stop.EMPTY, Outcome.UNKNOWN_EMPTY)
    assert result.warnings == [
        "the App Store knows no app 900000001 in its storefront 'gb'; check the id and the country"
    ]


def test_the_xml_form_is_walked_on_when_only_it_has_reviews() -> None:
    second = XML_1.replace("page=1", "page=2")
    shop = Shop({XML_1: xml(XML_ENTRY), second: xml()})
    result = walk(app_store, handle(), shop.fetch)
    assert shop.asked == [json_form(1), f"{XML_1}#empty", second]
    assert [(r.id, r.rating, r.body) for r in result.reviews] == [("77", 2.0, "Slow & sad.")]
    assert (result.stop, result.warnings) == (Stop.END, ["the JSON feed came empty; its XML form had reviews"])


def test_the_other_order_of_segments_is_walked_on_when_only_it_has_reviews() -> None:
    shop = Shop({XML_1: xml(), TURNED_1: feed(entry(1))})
    result = walk(app_store, handle(), shop.fetch)
    assert shop.asked[2:] == [f"{TURNED_1}#empty", TURNED_1.replace("page=1", "page=2")]
    assert (len(result.reviews), result.stop) == (1, Stop.END)


def test_later_pages_are_read_when_the_first_is_empty() -> None:
    shop = Shop({XML_1: xml(), json_form(2): feed(entry(1), last=2)})
    result = walk(app_store, handle(), shop.fetch)
    assert shop.asked[3:] == [f"{json_form(2)}#empty", json_form(3)]
    assert (len(result.reviews), result.stop) == (1, Stop.END)
    assert result.warnings == ["the feed came empty up to page 2; up to 50 newer reviews may be missing"]


def test_an_empty_page_before_the_last_proves_nothing() -> None:
    batch = read(feed(last=6), FEED + json_form(3))
    assert (batch.outcome, batch.stop) == (Outcome.UNKNOWN_EMPTY, Stop.EMPTY)
    assert batch.warnings == (
        "page 3 of the feed came empty although it says that it has 6 pages; "
        "later reviews may be missing until the next visit",
    )


def test_an_empty_page_without_links_amid_a_walk_proves_nothing() -> None:
    assert read(feed(last=None), FEED + json_form(3)).stop == Stop.EMPTY


# --- pages that are odd


def test_an_empty_xml_feed_that_is_not_well_formed_is_an_empty_feed() -> None:
    broken = xml(last=None).replace('href=""', 'href="?a=1&b=2"', 1)
    batch = read(broken, f"{FEED}{XML_1}#empty")
    assert batch.next == Request(f"{FEED}{TURNED_1}#empty")


def test_an_xml_feed_saved_from_a_browser_is_read() -> None:
    shown = XML_ENTRY.replace("Slow", "Just a moment... I <3 R&D &amp; Q&A; &lt; 3 <![CDATA[a&b <3]]>")
    batch = read(xml(shown, last=1).replace("<entry>", '<link href="?id=1&type=2"/><entry>'), FEED + XML_1)
    assert ["I <3 R&D & Q&A; < 3 a&b <3" in f"{r.title} {r.body}" for r in batch.reviews] == [True]
    doctype = "<!DOCTYPE feed [<!ENTITY e 'x'>]>"
    with pytest.raises(ChangedPage, match="DTD"):
        read(doctype + xml(XML_ENTRY.replace("Slow", "&e; & <3")), FEED + XML_1)


def test_an_xml_feed_with_reviews_that_is_not_well_formed_is_not_mended() -> None:
    with pytest.raises(ChangedPage, match="not well-formed"):
        read(xml(XML_ENTRY).removesuffix("</feed>"), FEED + XML_1)


def test_an_xml_feed_with_a_dtd_is_refused() -> None:
    with pytest.raises(ChangedPage, match="DTD"):
        read('<!DOCTYPE feed [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + xml(XML_ENTRY), FEED + XML_1)


def test_a_bot_check_is_told_apart_from_a_changed_page() -> None:
    with pytest.raises(ChallengePage):
        read("<html><title>Just a moment...</title></html>")
    with pytest.raises(ChangedPage, match="where a feed was due"):
        read("<html><title>Sign in</title></html>")


def test_a_review_with_the_words_of_a_bot_check_is_a_review() -> None:
    told = xml(XML_ENTRY.replace("Slow", "Just a moment... it says. Slow"))
    assert len(read(told, FEED + XML_1).reviews) == 1


@pytest.mark.parametrize("body", ["", "null", "[]", "{}", '{"feed": 1}', '{"feed": {"entry": "x"}}', "Busy", "{"])
def test_json_of_another_form_is_a_changed_page(body: str) -> None:
    with pytest.raises(ChangedPage):
        read(body)


def test_entries_that_are_all_unreadable_are_a_changed_page() -> None:
    with pytest.raises(ChangedPage, match="none of its 2 entries"):
        read(feed({"id": {"label": "1"}}, {"im:rating": {"label": "5"}}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"im:rating": {"label": "9"}},
        {"im:rating": {"label": "five"}},
        {"im:rating": "5"},
        {"id": {"label": " "}},
        {"id": {"label": [5]}},
        {"content": {"label": ["x"]}},
        {"content": "x"},
    ],
)
def test_an_entry_of_another_form_is_counted(wrong: dict[str, Any]) -> None:
    batch = read(feed(entry(1), {**entry(2), **wrong}, 7))
    assert (len(batch.reviews), batch.unreadable) == (1, 2)


# --- hostile bytes


BODIES = [(PAGES / name).read_bytes() for name in ("app_store.json", "app_store_xml.xml", "app_store_past_end.json")]
CUTS = st.tuples(
    st.integers(0, 9_000), st.integers(0, 60), st.sampled_from([b"", b"<", b"&", b'"', b"{", b"\0", b"\xff"])
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    body=st.sampled_from(BODIES) | st.binary(max_size=200),
    cuts=st.lists(CUTS, max_size=4),
    asked=st.sampled_from([json_form(1), json_form(4), XML_1 + "#empty", TURNED_1 + "#unknown", "elsewhere"]),
)
def test_whatever_the_bytes_only_a_parse_error_is_raised(
    body: bytes, cuts: list[tuple[int, int, bytes]], asked: str
) -> None:
    for start, length, new in cuts:
        body = body[:start] + new + body[start + length :]
    try:
        batch = read(body, FEED + asked)
    except ParseError as e:
        told = str(e)
    else:
        told = " ".join(batch.warnings)
    assert "\n" not in told
