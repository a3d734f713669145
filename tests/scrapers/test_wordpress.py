"""wordpress: which addresses, what the feed adds to a review and is taken off again, and which pages are none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.review import Review
from scrapers import wordpress
from scrapers._errors import ChallengePage, ChangedPage, ParseError
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop

LISTING = "https://wordpress.org/plugins/tidy-tables/"
FEED = "https://wordpress.org/support/plugin/tidy-tables/reviews/feed/"
TOPIC = "https://wordpress.org/support/topic/good-but/"
PAGES = Path(__file__).parent.parent / "pages"


def handle_of(listing: str = LISTING) -> Handle:
    handle = wordpress.handle(listing)
    assert handle is not None
    return handle


def read(body: str | bytes, *, handle: Handle | None = None, url: str = FEED) -> Batch:
    sent = body.encode("utf-8") if isinstance(body, str) else body
    page = Page(Request(url), 200, {}, sent, datetime(2026, 11, 22, tzinfo=UTC))
    return wordpress.parse(page, handle or handle_of())


def item(
    body: str | None = "<p>Rating: 4 stars</p><p>Sorting is slow.</p>",
    *,
    title: str | None = "Good but (4 stars)",
    guid: str | None = TOPIC,
    link: str | None = TOPIC,
    written: str | None = "Fri, 20 Nov 2026 09:00:00 +0000",
) -> str:
    parts = {"guid": guid, "title": title, "link": link, "pubDate": written, "description": body}
    return "<item>" + "".join(f"<{k}><![CDATA[{v}]]></{k}>" for k, v in parts.items() if v is not None) + "</item>"


def feed(*items: str) -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Reviews</title>{"".join(items)}</channel></rss>'


def row(inner: str, number: int = 1) -> str:
    return f'<ul id="bbp-topic-{number}"><li class="bbp-topic-title">{inner}</li></ul>'


def listed(*rows: str) -> str:
    return f"<!DOCTYPE html><html><body>{''.join(rows)}</body></html>"


def only(body: str) -> Review:
    (found,) = read(body).reviews
    return found


@pytest.mark.parametrize(
    "url",
    [
        LISTING,
        "http://www.wordpress.org/plugins/tidy-tables",
        "https://de.wordpress.org/plugins/tidy-tables/#reviews",
        "https://pt-br.wordpress.org/plugins/tidy-tables/",
        "https://wordpress.org/support/plugin/tidy-tables/",
        "https://wordpress.org/support/plugin/tidy-tables/reviews/?filter=1",
        FEED,
    ],
)
def test_listings_are_recognised(url: str) -> None:
    handle = wordpress.recognise(url)
    assert handle is not None
    assert (handle.source, handle.product) == ("wordpress", "tidy-tables")
    assert wordpress.start(handle).url == FEED


@pytest.mark.parametrize(
    "url",
    [
        "https://wordpress.org/plugins/",
        "https://wordpress.org/plugins/search/tables/",
        "https://wordpress.org/themes/tidy/",
        "https://wordpress.org/support/topic/good-but/",
        "https://wordpress.org.evil.example/plugins/tidy-tables/",
        "https://evilwordpress.org/plugins/tidy-tables/",
        "https://tidy.wordpress.com/plugins/tidy-tables/",
        "ftp://wordpress.org/plugins/tidy-tables/",
        "http://[",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert wordpress.recognise(url) is None


def test_listing_on_another_host_is_asked_there_when_its_source_is_named() -> None:
    listing = "http://127.0.0.1:8099/plugins/tidy-tables/"
    assert wordpress.recognise(listing) is None
    handle = handle_of(listing)
    assert wordpress.start(handle).url == "http://127.0.0.1:8099/support/plugin/tidy-tables/reviews/feed/"
    here = "http://127.0.0.1:8099/support/topic/a/"
    (found,) = read(feed(item(guid=here, link=here)), handle=handle).reviews
    assert found.url == here


def test_odd_name_is_escaped_in_the_address() -> None:
    handle = wordpress.recognise("https://wordpress.org/plugins/%2e%2e%2fadmin%3f/")
    assert handle is not None
    assert wordpress.start(handle).url.endswith("/support/plugin/..%2Fadmin%3F/reviews/feed/")


@pytest.mark.parametrize(
    ("body", "title", "rating", "text", "told"),
    [
        ("<p>Rating: 4 stars</p><p>Slow.</p>", "Good (4 stars)", 4, "Slow.", "Good"),
        ("<p>Rating: 1 star</p><p>Slow.</p>", "Bad (1 star)", 1, "Slow.", "Bad"),
        ("<p>Replies: 1,204</p>\n\n<p>Rating: 2 stars</p>\n<p>Slow.</p>", "Bad (2 stars)", 2, "Slow.", "Bad"),
        ("<p>Rating: 2 stars</p><p>Slow.</p>", "I meant (5 stars)", 2, "Slow.", "I meant"),
        ("<p>Slow.</p>", "Good (5 stars) (3 stars)", 3, "Slow.", "Good (5 stars)"),
        ("<p>Slow.</p>", "(5 stars) for speed", None, "Slow.", "(5 stars) for speed"),
        ("<p>Slow.</p><p>Rating: 2 stars</p>", "Slow", None, "Slow.\nRating: 2 stars", "Slow"),
        ("<p>Rating: 2 stars</p><p>Rating: 5 stars</p>", "(2 stars)", 2, "Rating: 5 stars", None),
        ("<p>Rating: 2 stars</p><p>Replies: 3</p>", None, 2, "Replies: 3", None),
        ("<p>Rating: 2 stars, no more</p>", None, None, "Rating: 2 stars, no more", None),
        ("<p>Rating: 6 stars</p>", "Six (6 stars)", None, "Rating: 6 stars", "Six (6 stars)"),
        ("<p>Rating: 3 stars</p>", None, 3, "", None),
        (None, "Good (3 stars)", 3, "", "Good"),
    ],
)
def test_stars_are_read_once_and_taken_off(
    body: str | None, title: str | None, rating: float | None, text: str, told: str | None
) -> None:
    found = only(feed(item(body, title=title)))
    assert (found.rating, found.body, found.title) == (rating, text, told)
    assert found.scale == (None if rating is None else "5")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Fri, 20 Nov 2026 09:00:00 +0000", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 01:00:00 +0530", datetime(2026, 11, 19, 19, 30, tzinfo=UTC)),
        ("20 Nov 2026 09:00:00 GMT", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 09:00:00", None),
        ("03/04/2026", None),
        ("Fri, 31 Feb 2026 09:00:00 +0000", None),
        ("Fri, 20 Nov 99999 09:00:00 +9999", None),
        ("Thu, 01 Jan 1970 00:00:00 +0000", None),
        ("", None),
        (None, None),
    ],
)
def test_times(said: str | None, written: datetime | None) -> None:
    assert only(feed(item(written=said))).written == written


@pytest.mark.parametrize(
    ("guid", "link", "topic"),
    [
        (TOPIC, None, TOPIC),
        ("https://wordpress.org/?p=7", TOPIC, TOPIC),
        (None, TOPIC, TOPIC),
        (TOPIC, "https://wordpress.org/support/topic/other/", TOPIC),
    ],
)
def test_topic_is_the_id_and_the_address(guid: str | None, link: str | None, topic: str) -> None:
    found = only(feed(item(guid=guid, link=link)))
    assert (found.id, found.url) == (topic, topic)


def test_topic_elsewhere_is_an_id_but_no_address_to_open() -> None:
    found = only(feed(item(guid="https://evil.example/support/topic/a/")))
    assert (found.id, found.url) == ("https://evil.example/support/topic/a/", None)


@pytest.mark.parametrize("address", [None, "", "javascript:alert(1)", "/support/topic/a/", "http://[", TOPIC[:-9]])
def test_item_without_a_topic_is_counted(address: str | None) -> None:
    batch = read(feed(item(), item(guid=address, link=address)))
    assert (len(batch.reviews), batch.unreadable) == (1, 1)


def test_item_that_says_nothing_is_counted() -> None:
    nothing = item(None, title=None, guid="https://wordpress.org/support/topic/b/")
    assert read(feed(item(), nothing)).unreadable == 1


def test_item_that_comes_twice_counts_once() -> None:
    batch = read(feed(item(), item("<p>Rating: 1 star</p>")))
    assert ([r.rating for r in batch.reviews], batch.unreadable) == ([4], 0)


@pytest.mark.parametrize(("count", "warned"), [(3, False), (25, True), (30, True)])
def test_feed_is_all_that_is_given(count: int, warned: bool) -> None:
    topics = [f"https://wordpress.org/support/topic/t{n}/" for n in range(count)]
    batch = read(feed(*(item(guid=t, link=t) for t in topics)))
    assert (len(batch.reviews), batch.next, batch.stop, batch.total) == (count, None, Stop.CAP, None)
    assert bool(batch.warnings) is warned


def test_feed_without_any_stars_is_said_to_have_changed() -> None:
    (warning,) = read(feed(item("<p>Slow.</p>", title="Slow"))).warnings
    assert "its stars" in warning


def test_empty_feed_proves_nothing() -> None:
    batch = read(feed())
    assert (batch.reviews, batch.outcome, batch.stop) == ((), Outcome.UNKNOWN_EMPTY, Stop.EMPTY)
    assert batch.warnings


LINK = f'<a class="bbp-topic-permalink" href="{TOPIC}">Good but</a>'


@pytest.mark.parametrize("stars", ['data-rating="4"', 'title="4 out of 5 stars"', 'aria-label="4 out of 5 stars"'])
def test_row_of_the_list(stars: str) -> None:
    found = only(listed(row(f'{LINK}<div class="wporg-ratings big" {stars}></div>')))
    assert (found.id, found.url, found.rating, found.title, found.body) == (TOPIC, TOPIC, 4, "Good but", "")
    assert found.written is None


@pytest.mark.parametrize(
    "inner",
    [
        LINK,
        f'{LINK}<div class="wporg-ratings" data-rating="0"></div>',
        f'{LINK}<div class="wporg-ratings" title="many stars"></div>',
        f'{LINK}{LINK}<div class="wporg-ratings" data-rating="4"></div>',
        f'{LINK}<i class="wporg-ratings" data-rating="4"></i><i class="wporg-ratings" data-rating="5"></i>',
        '<a class="bbp-topic-permalink">x</a><div class="wporg-ratings" data-rating="4"></div>',
        '<a class="bbp-topic-permalink" href="http://[">x</a><div class="wporg-ratings" data-rating="4"></div>',
        '<a class="bbp-topic-permalink" href="javascript:x">x</a><div class="wporg-ratings" data-rating="4"></div>',
    ],
)
def test_row_of_another_form_is_counted(inner: str) -> None:
    good = row(f'{LINK}<div class="wporg-ratings" data-rating="4"></div>')
    batch = read(listed(good, row(inner, 2)))
    assert (len(batch.reviews), batch.unreadable, batch.stop) == (1, 1, Stop.SAMPLE)
    with pytest.raises(ChangedPage):
        read(listed(row(inner)))


def test_list_on_a_saved_page_gives_the_same_ids_as_the_feed() -> None:
    body = listed(row(f'{LINK.replace("https://wordpress.org", "")}<i class="wporg-ratings" data-rating="4"></i>'))
    for address in ("billory.html", "https://saved.example/billory.html"):
        (found,) = read(body, handle=Handle("wordpress", "billory", address), url=address).reviews
        assert (found.id, found.url) == (TOPIC, TOPIC)


DEEP = 2_000_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"\x00\x01\x02",
        b"<html><body>Nothing here</body></html>",
        b"<!DOCTYPE html>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'></feed>",
        b"<rss version='2.0'></rss>",
        b"<urlset></urlset>",
        b'<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss><channel><item><title>&a;</title></item></channel></rss>',
        feed(item()).encode()[:-20],
        feed(item(guid=None, link=None)).encode(),
        b"<rss><channel><item>" + b"<p>" * DEEP,
        b"<rss><channel>" + b"<item>" * DEEP,
        b"<html>" + b"<div>" * DEEP,
        b"<html>" + b"<ul id=bbp-topic-1>" * 200 + b"<p>x" * DEEP,
    ],
    ids=lambda body: repr(body[:30]),
)
def test_other_answers_are_a_changed_page(body: bytes) -> None:
    with pytest.raises(ChangedPage):
        read(body)


def test_bot_check_where_the_feed_was_due() -> None:
    with pytest.raises(ChallengePage):
        read(b"<html><title>Just a moment...</title></html>")


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.data())
def test_damaged_bytes_raise_nothing_but_parse_errors(data: st.DataObject) -> None:
    sent = bytearray((PAGES / data.draw(st.sampled_from(["wordpress.xml", "wordpress_list.html"]))).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(sent[: data.draw(st.integers(len(sent) - 400, len(sent)))]))
    except ParseError:
        return


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40), st.text(max_size=40))
def test_items_of_any_text_raise_nothing_but_parse_errors(body: str, title: str, topic: str, written: str) -> None:
    clean = [
        "".join(c for c in t if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff").replace(
            "]]>", ""
        )
        for t in (body, title, topic, written)
    ]
    where = f"https://wordpress.org/support/topic/{clean[2]}"
    read(feed(item(), item(clean[0], title=clean[1], guid=where, link=clean[2], written=clean[3])))
