"""reddit: which addresses, which posts, feed and listing alike, and who is told the token."""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers import reddit
from scrapers._errors import ChallengePage, ChangedPage, ParseError
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop

LISTING = "https://www.reddit.com/r/billory/"
PAGES = Path(__file__).parent.parent / "pages"
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'


def handle_of(listing: str = LISTING) -> Handle:
    handle = reddit.handle(listing)
    assert handle is not None
    return handle


def read(body: Any, *, listing: str = LISTING, extra: str = "", headers: dict[str, str] | None = None) -> Batch:
    handle = handle_of(listing)
    sent = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    request = Request(reddit.start(handle).url + extra)
    return reddit.parse(Page(request, 200, headers or {}, sent, datetime(2026, 11, 22, tzinfo=UTC)), handle)


def thing(name: Any = "t3_a1", **more: Any) -> dict[str, Any]:
    data = {"name": name, "title": "It is slow", "selftext": "Since *2.0*.", "created_utc": 1_789_000_000.0, **more}
    return {"kind": str(name)[:2], "data": data}


def listing_of(*things: Any, after: Any = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"after": after, "children": list(things)}}


def entry(name: str, content: str, title: str = "It is slow") -> str:
    text = html.escape(content)
    return f"<entry><id>{name}</id><title>{title}</title><content type='html'>{text}</content></entry>"


@pytest.mark.parametrize(
    ("url", "product", "params"),
    [
        (LISTING, "billory", {"sub": "billory"}),
        ("https://old.reddit.com/r/billory/top/?t=week", "billory", {"sub": "billory"}),
        ("https://reddit.com/r/billory/new.rss", "billory", {"sub": "billory"}),
        ("https://www.reddit.com/r/a_1+b/", "a_1+b", {"sub": "a_1+b"}),
        ("https://www.reddit.com/r/saas/search?q=billory", "saas?q=billory", {"sub": "saas", "query": "billory"}),
        ("https://www.reddit.com/search/?q=two+words", "?q=two words", {"query": "two words"}),
    ],
)
def test_listings_are_recognised(url: str, product: str, params: dict[str, str]) -> None:
    assert reddit.recognise(url) == Handle("reddit", product, url, params)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.reddit.com/",
        "https://www.reddit.com/search/",
        "https://www.reddit.com/user/quince",
        "https://www.reddit.com/r/billory/comments/1abc/title/",
        "https://www.reddit.com.evil.example/r/billory/",
        "http://[",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert reddit.recognise(url) is None


@pytest.mark.parametrize(
    ("url", "asked", "signed"),
    [
        (LISTING, "https://www.reddit.com/r/billory/new/.rss?limit=100", "/r/billory/new?limit=100&raw_json=1"),
        (
            "https://reddit.com/r/saas/search?q=a+b",
            "https://www.reddit.com/r/saas/search.rss?q=a+b&sort=new&limit=100&restrict_sr=1",
            "/r/saas/search?q=a+b&sort=new&limit=100&restrict_sr=1&raw_json=1",
        ),
        (
            "https://www.reddit.com/search?q=x",
            "https://www.reddit.com/search.rss?q=x&sort=new&limit=100",
            "/search?q=x&sort=new&limit=100&raw_json=1",
        ),
    ],
)
def test_feed_without_a_token_and_api_with_one(url: str, asked: str, signed: str) -> None:
    request = reddit.start(handle_of(url))
    assert request.url == asked
    with_token = reddit.sign(request, "abc ")
    assert with_token == Request(f"https://oauth.reddit.com{signed}", {"Authorization": "bearer abc"})
    assert reddit.sign(with_token, "abc") == with_token


def test_token_goes_to_reddit_and_to_nobody_else() -> None:
    for url in (
        "http://127.0.0.1:8099/r/x/new/.rss",
        "http://www.reddit.com/r/x",
        "https://www.reddit.com.evil.example/r/x",
    ):
        assert reddit.sign(Request(url), "abc") == Request(url)


def test_listing_on_another_host_is_asked_there() -> None:
    listing = "http://127.0.0.1:8099/r/billory/"
    assert reddit.recognise(listing) is None
    assert reddit.start(handle_of(listing)).url == "http://127.0.0.1:8099/r/billory/new/.rss?limit=100"
    (review,) = read(listing_of(thing()), listing=listing).reviews
    assert review.url == "http://127.0.0.1:8099/comments/a1"


@pytest.mark.parametrize(
    "record",
    [
        thing(None),
        thing("a1"),
        thing("t3_../evil"),
        thing(title=None),
        thing(title=3),
        thing("t1_c1", body=None, selftext=None),
        {"kind": 3, "data": {}},
        {"kind": "t3"},
        "x",
        None,
    ],
)
def test_record_of_another_form_is_counted(record: Any) -> None:
    batch = read(listing_of(thing("t3_ok"), record))
    assert ([r.id for r in batch.reviews], batch.unreadable) == (["t3_ok"], 1)


@pytest.mark.parametrize(
    "record",
    [
        thing(stickied=True),
        thing(promoted=True),
        thing(distinguished="moderator"),
        thing(author="AutoModerator"),
        thing(removed_by_category="deleted"),
        thing(selftext="[removed]"),
        thing(selftext="[deleted]"),
        thing(selftext="[ Removed by Reddit ]"),
        thing(title="[deleted by user]", selftext=""),
        thing(author="[deleted]", selftext=""),
        thing("t1_c1", body_html="<blockquote>theirs</blockquote>", selftext=""),
        {"kind": "t5", "data": {"name": "t5_x", "title": "a subreddit"}},
    ],
)
def test_what_is_nobodys_statement_is_set_aside(record: Any) -> None:
    batch = read(listing_of(thing("t3_ok"), record))
    assert ([r.id for r in batch.reviews], batch.unreadable) == (["t3_ok"], 0)


def test_post_of_a_deleted_account_stands_without_its_name() -> None:
    (review,) = read(listing_of(thing(author="[deleted]"))).reviews
    assert (review.author, review.body) == (None, "Since 2.0.")


def test_text_is_the_same_whichever_way_it_came() -> None:
    said = "<p>Slow &amp; <em>steady</em></p>\n<pre><code>log</code></pre>"
    text = f'<!-- SC_OFF --><div class="md">{said}</div><!-- SC_ON -->'
    tail = " &#32; submitted by &#32; <a href='x'> /u/quince </a> <span><a href='x'>[link]</a></span>"
    texts = [
        read(listing_of(thing(selftext_html=text, selftext="Slow & *steady*"))).reviews[0].body,
        read(listing_of(thing(selftext_html=html.escape(text, quote=False)))).reviews[0].body,
        read(ATOM.format(entry("t3_a1", text + tail))).reviews[0].body,
    ]
    assert texts == ["Slow & steady"] * 3


def test_link_without_a_text_has_only_its_title() -> None:
    (review,) = read(ATOM.format(entry("t3_a1", "<table><td>submitted by <a>/u/x</a></td></table>"))).reviews
    assert (review.title, review.body, review.author, review.written) == ("It is slow", "", None, None)


def test_fields_that_are_missing_or_odd_stay_empty() -> None:
    record = thing(selftext=5, permalink="//evil.example/x", score=-4, edited=True, created_utc="x", author=[])
    (review,) = read(listing_of(record)).reviews
    assert (review.url, review.body) == ("https://www.reddit.com/comments/a1", "")
    assert (review.helpful, review.edited, review.written, review.author, review.rating) == (
        None,
        None,
        None,
        None,
        None,
    )


def test_score_that_reddit_hides_is_not_told() -> None:
    (shown,) = read(listing_of(thing(score=9))).reviews
    (hidden,) = read(listing_of(thing(score=1, hide_score=True))).reviews
    assert (shown.helpful, hidden.helpful) == (9, None)


def test_listing_goes_on_after_the_last_post() -> None:
    batch = read(listing_of(thing(), after="t3_z9"), extra="&after=t3_b&count=100")
    assert batch.next == Request("https://www.reddit.com/r/billory/new/.rss?limit=100&after=t3_z9&count=101")


@pytest.mark.parametrize(
    ("after", "extra", "stop"),
    [(None, "", Stop.END), (None, "&count=950", Stop.CAP), ("x&evil=1", "", Stop.EMPTY), (7, "", Stop.EMPTY)],
)
def test_stops(after: Any, extra: str, stop: Stop) -> None:
    batch = read(listing_of(thing(), after=after), extra=extra)
    assert (batch.next, batch.stop, bool(batch.warnings)) == (None, stop, stop is not Stop.END)


def test_feed_is_a_cap_and_says_how_to_get_more() -> None:
    batch = read(ATOM.format(entry("t3_a1", "x")))
    assert (batch.stop, len(batch.reviews)) == (Stop.CAP, 1)
    assert "REDDIT_TOKEN" in batch.warnings[0]


def test_empty_pages() -> None:
    feed, listing = read(ATOM.format("")), read(listing_of())
    assert (feed.outcome, feed.stop, bool(feed.warnings)) == (Outcome.UNKNOWN_EMPTY, Stop.EMPTY, True)
    assert (listing.outcome, listing.stop) == (Outcome.PROVEN_EMPTY, Stop.END)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "42"}, 42),
        ({"x-ratelimit-remaining": "12", "x-ratelimit-reset": "42"}, 0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999"}, 600),
        ({"x-ratelimit-remaining": "x"}, 0),
        ({}, 0),
    ],
)
def test_waits_when_no_requests_are_left(headers: dict[str, str], wait: float) -> None:
    assert read(listing_of(thing()), headers=headers).wait == wait


def test_saved_thread_is_read_with_the_answers_below_what_they_answer() -> None:
    answer = thing("t1_c2", body="I left.", selftext=None)
    comment = thing("t1_c1", body="Same here.", selftext=None, replies=listing_of(answer))
    more = {"kind": "more", "data": {"count": 8, "children": ["x"]}}
    batch = read([listing_of(thing()), listing_of(comment, more)])
    assert [(r.id, r.title) for r in batch.reviews] == [("t3_a1", "It is slow"), ("t1_c1", None), ("t1_c2", None)]
    assert (batch.unreadable, batch.stop) == (0, Stop.END)
    assert batch.warnings == ("some comments are folded away and were not read",)


def test_comments_that_were_folded_away_are_read_when_saved() -> None:
    comment = {"kind": "t1", "data": {"name": "t1_c1", "body": "It is.", "created_utc": 1_789_000_000.0}}
    batch = read({"json": {"errors": [], "data": {"things": [comment]}}})
    assert [(r.id, r.body) for r in batch.reviews] == [("t1_c1", "It is.")]
    with pytest.raises(ChangedPage):
        read({"json": {"errors": [["BAD", "no", "x"]]}})


@pytest.mark.parametrize(
    "body",
    [
        {"message": "Forbidden", "error": 403},
        {"data": {"children": 3}},
        [],
        7,
        b"",
        b"[" * 10_000_000,
        b"<a>" * 1_000_000,
        b"<html><body>hello</body></html>",
        b"<rss></rss>",
        listing_of(thing(None)),
        ATOM.format(entry("", "x")),
    ],
)
def test_other_answers_are_a_changed_page(body: Any) -> None:
    with pytest.raises(ChangedPage):
        read(body)


@pytest.mark.parametrize("title", ["Just a moment...", "whoa there, pardner!"])
def test_bot_check(title: str) -> None:
    with pytest.raises(ChallengePage):
        read(f"<html><title>{title}</title></html>")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(10**4000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.data())
def test_records_of_any_form_raise_nothing_but_parse_errors(data: st.DataObject) -> None:
    sent = json.loads((PAGES / "reddit.json").read_text("utf-8"))
    record = data.draw(st.sampled_from(sent["data"]["children"]))
    record["data"][data.draw(st.sampled_from(sorted(record["data"])))] = data.draw(VALUES)
    record["kind"] = data.draw(st.sampled_from(["t1", "t3", "more"]) | VALUES)
    sent["data"]["after"] = data.draw(VALUES)
    read(sent)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.data(), st.sampled_from(["reddit.json", "reddit_feed.xml"]))
def test_damaged_bytes_raise_nothing_but_parse_errors(data: st.DataObject, name: str) -> None:
    sent = bytearray((PAGES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(sent))
    except ParseError:
        return
