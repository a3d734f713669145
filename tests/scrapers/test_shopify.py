"""shopify: which addresses, what belongs to a review and what to its reply, and where a walk ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.review import Review
from scrapers import shopify
from scrapers._errors import ChallengePage, ChangedPage, ParseError
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop

LISTING = "https://apps.shopify.com/parcel-pilot"
FIRST = f"{LISTING}/reviews?sort_by=newest&page=1"
PAGE = Path(__file__).parent.parent / "pages" / "shopify.html"


def handle_of(listing: str = LISTING) -> Handle:
    handle = shopify.handle(listing)
    assert handle is not None
    return handle


def read(body: str | bytes, *, number: int = 1, handle: Handle | None = None, url: str | None = None) -> Batch:
    sent = body.encode("utf-8") if isinstance(body, str) else body
    request = Request(url or FIRST.replace("page=1", f"page={number}"))
    return shopify.parse(Page(request, 200, {}, sent, datetime(2026, 11, 22, tzinfo=UTC)), handle or handle_of())


def row(
    identity: str | None = "7",
    *,
    stars: str = '<div role="img" aria-label="2 out of 5 stars"></div>',
    day: str = "<div>November 3, 2026</div>",
    text: str = "<div data-truncate-content-copy><p>Too slow.</p></div>",
    side: str = '<div><span title="A Shop">A Shop</span></div><div>India</div><div>2 days using the app</div>',
    reply: str = "<div data-merchant-review-reply></div>",
    beside: str = "",
) -> str:
    given = "" if identity is None else f' data-review-content-id="{identity}"'
    inner = f"<div>{stars}{day}</div><div data-truncate-review>{text}</div><div>{side}</div>{reply}"
    return f'<div><div data-merchant-review=""{given}>{inner}</div>{beside}</div>'


def page(*rows: str, total: object = None, more: bool = False, head: str = "") -> str:
    app = {"@type": "SoftwareApplication", "aggregateRating": {"ratingCount": total}}
    head += "" if total is None else f'<script type="application/ld+json">{json.dumps(app)}</script>'
    tail = '<a rel="next nofollow" href="/x?page=2">Next</a>' if more else '<a rel="prev" href="/x?page=1">Back</a>'
    return f"<!doctype html><html><head>{head}</head><body>{''.join(rows)}{tail}</body></html>"


def only(html: str) -> Review:
    (found,) = read(html).reviews
    return found


@pytest.mark.parametrize(
    "url", [LISTING, f"{LISTING}/", f"{LISTING}/reviews", "http://apps.shopify.com/parcel-pilot/reviews/?page=3#a"]
)
def test_listings_are_recognised(url: str) -> None:
    handle = shopify.recognise(url)
    assert handle is not None
    assert (handle.source, handle.product) == ("shopify", "parcel-pilot")
    assert shopify.start(handle).url == FIRST


@pytest.mark.parametrize(
    "url",
    [
        "https://apps.shopify.com/",
        "https://apps.shopify.com/search?q=x",
        "https://apps.shopify.com/categories/marketing",
        "https://apps.shopify.com/reviews/2299685",
        "https://apps.shopify.com/partners/parcel",
        "https://www.shopify.com/parcel-pilot",
        "https://apps.shopify.com.evil.example/parcel-pilot",
        "ftp://apps.shopify.com/parcel-pilot",
        "http://[",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert shopify.recognise(url) is None


def test_request_keeps_to_what_robots_txt_allows_and_asks_for_english() -> None:
    request = shopify.start(handle_of())
    assert "q=" not in request.url  # robots.txt: Disallow: *q=*
    assert request.headers["accept-language"].startswith("en")


def test_it_is_off_until_a_market_file_allows_it() -> None:
    assert shopify.ABOUT.opt_in


def test_listing_on_another_host_is_asked_there_when_its_source_is_named() -> None:
    handle = handle_of("http://127.0.0.1:8099/parcel-pilot/reviews")
    assert shopify.recognise(handle.url) is None
    assert shopify.start(handle).url == "http://127.0.0.1:8099/parcel-pilot/reviews?sort_by=newest&page=1"
    (found,) = read(page(row()), handle=handle).reviews
    assert found.url == "http://127.0.0.1:8099/reviews/7"


@pytest.mark.parametrize("address", ["billory.html", "https://saved.example/billory.html", "http://["])
def test_saved_page_links_to_shopify(address: str) -> None:
    handle = Handle("shopify", "billory", address if "[" not in address else LISTING)
    (found,) = read(page(row()), handle=handle, url=address).reviews
    assert found.url == "https://apps.shopify.com/reviews/7"


def test_saved_page_that_does_not_say_its_app_leads_nowhere() -> None:
    batch = read(page(row(), more=True), handle=Handle("shopify", "billory", "billory.html"), url="billory.html")
    assert (batch.next, batch.stop) == (None, Stop.SAMPLE)


def test_fields_of_a_row() -> None:
    found = only(page(row()))
    assert (found.id, found.rating, found.scale, found.body) == ("7", 2, "5", "Too slow.")
    assert (found.author, found.country) == ("A Shop", "in")
    assert (found.written, found.edited) == (datetime(2026, 11, 3, tzinfo=UTC), None)
    assert (found.reply, found.replied, found.title) == (None, None, None)


@pytest.mark.parametrize(
    ("day", "written", "edited"),
    [
        ("<div>Edited\n   October 2, 2026</div>", None, datetime(2026, 10, 2, tzinfo=UTC)),
        ("<span>October 2, 2026</span>", datetime(2026, 10, 2, tzinfo=UTC), None),
        ("<div>2/10/2026</div>", None, None),
        ("<div>2 octobre 2026</div>", None, None),
        ("<div>Smarch 2, 2026</div>", None, None),
        ("<div>February 31, 2026</div>", None, None),
        ("<div>Since October 2, 2026 it fails</div>", None, None),
        ("", None, None),
    ],
)
def test_days(day: str, written: datetime | None, edited: datetime | None) -> None:
    batch = read(page(row(day=day)))
    (found,) = batch.reviews
    assert (found.written, found.edited) == (written, edited)
    assert bool(batch.warnings) is (written is None and edited is None)


@pytest.mark.parametrize(
    ("side", "author", "country"),
    [
        ('<div><span title="Canada">Canada</span></div><div>2 days using the app</div>', "Canada", None),
        ('<span title="X">X</span><div>France</div>', "X", "fr"),
        ('<div><span title="X">X</span></div><div>Atlantis</div>', "X", None),
        ("<div>France</div>", None, None),
        ("", None, None),
    ],
)
def test_shop_and_its_country(side: str, author: str | None, country: str | None) -> None:
    found = only(page(row(side=side)))
    assert (found.author, found.country) == (author, country)


ANSWER = (
    "<div data-merchant-review-reply>"
    '<div>Parcel replied\n November 4, 2026</div><div role="img" aria-label="5 out of 5 stars"></div>'
    "<div data-truncate-content-copy><p>Sorry.</p><p>Fixed.</p></div></div>"
)


@pytest.mark.parametrize("where", ["reply", "beside"])
def test_reply_is_kept_apart_from_the_review(where: str) -> None:
    second = row("8", text="<div data-truncate-content-copy><p>Fine.</p></div>")
    first, other = read(page(row(**{where: ANSWER}), second)).reviews
    assert (first.body, first.rating, first.reply) == ("Too slow.", 2, "Sorry.\nFixed.")
    assert first.replied == datetime(2026, 11, 4, tzinfo=UTC)
    assert (other.reply, other.replied) == (None, None)


def test_character_that_xml_does_not_know_is_survived() -> None:
    assert only(page(row(reply=f"{ANSWER}\ufffe\x01").replace("Too", "\ufffeToo"))).reply == "Sorry.\nFixed."


def test_reply_beside_belongs_to_the_row_before_it() -> None:
    flat = "".join(
        part.removeprefix("<div>").removesuffix("</div>") for part in (row("7", reply=""), row("8", reply="") + ANSWER)
    )
    first, second = read(page(flat)).reviews
    assert (first.id, first.reply, second.id, second.reply) == ("7", None, "8", "Sorry.\nFixed.")


def test_text_keeps_its_paragraphs_and_loses_the_page_s_white_space() -> None:
    text = "<div data-truncate-content-copy><p>One\n   line &lt;b&gt;<br>two</p><p>three</p></div>"
    assert only(page(row(text=text))).body == "One line <b>\ntwo\nthree"


@pytest.mark.parametrize(
    "odd",
    [
        row(None),
        row(" "),
        row("8", stars=""),
        row("8", stars='<div role="img" aria-label="6 out of 5 stars"></div>'),
        row("8", stars='<div role="img" aria-label="4.5 out of 5 stars"></div>'),
        row(
            "8",
            stars='<i role="img" aria-label="4 out of 5 stars"></i><i role="img" aria-label="4 out of 5 stars"></i>',
        ),
        row("8", text=""),
        row("8", text="<p data-truncate-content-copy>a</p><p data-truncate-content-copy>b</p>"),
    ],
)
def test_row_of_another_form_is_counted(odd: str) -> None:
    batch = read(page(row(), odd))
    assert ([r.id for r in batch.reviews], batch.unreadable) == (["7"], 1)
    with pytest.raises(ChangedPage):
        read(page(odd))


def test_stars_alone_are_a_review_and_one_told_twice_counts_once() -> None:
    batch = read(page(row(text="<div data-truncate-content-copy><p></p></div>"), row()))
    assert [(r.id, r.body) for r in batch.reviews] == [("7", "")]


def test_next_page_is_built_here() -> None:
    batch = read(page(row(), more=True, total=300), number=4)
    assert batch.next == Request(f"{LISTING}/reviews?sort_by=newest&page=5", {"accept-language": "en-US,en"})
    assert (batch.stop, batch.total) == (None, 300)


@pytest.mark.parametrize(
    ("total", "number", "stop"),
    [(1, 1, Stop.END), (None, 1, Stop.END), (31, 4, Stop.END), (34, 4, Stop.END), (300, 1, Stop.SAMPLE)],
)
def test_last_page(total: int | None, number: int, stop: Stop) -> None:
    batch = read(page(row(), total=total), number=number)
    assert (batch.next, batch.stop, bool(batch.warnings)) == (None, stop, stop is Stop.SAMPLE)


@pytest.mark.parametrize("total", ["57", 57, 57.0])
def test_total_in_any_form(total: object) -> None:
    assert read(page(row(), total=total)).total == 57


@pytest.mark.parametrize("total", [-1, True, "many", [], 10**400])
def test_odd_total_is_none(total: object) -> None:
    assert read(page(row(), total=total)).total is None


@pytest.mark.parametrize(
    ("total", "number", "more", "outcome", "stop"),
    [
        (0, 1, False, Outcome.PROVEN_EMPTY, Stop.END),
        (57, 7, False, Outcome.PROVEN_EMPTY, Stop.END),
        (57, 3, False, Outcome.UNKNOWN_EMPTY, Stop.EMPTY),
        (57, 7, True, Outcome.UNKNOWN_EMPTY, Stop.EMPTY),
    ],
)
def test_pages_without_reviews(total: int, number: int, more: bool, outcome: Outcome, stop: Stop) -> None:
    batch = read(page(total=total, more=more), number=number)
    assert (batch.reviews, batch.outcome, batch.stop, bool(batch.warnings)) == ((), outcome, stop, stop is Stop.EMPTY)


def test_app_s_page_without_a_count_proves_nothing() -> None:
    batch = read(page(head=f'<link rel="canonical" href="{LISTING}/reviews">'))
    assert (batch.outcome, batch.stop) == (Outcome.UNKNOWN_EMPTY, Stop.EMPTY)


DEEP = 2_000_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"\x00\x01\x02\x03",
        b"plain words",
        b"<html><body>Log in</body></html>",
        page(total=57).encode(),
        b"<!-- -->",
        b"<?xml version='1.0'?><!-- x --><a/>",
        b"<div>" * DEEP,
        b"<p>x" * DEEP,
        b"<i data-merchant-review>" * 200 + b"<p>x" * DEEP,
        b"<p data-merchant-review>" * 200_000,
    ],
    ids=lambda body: repr(body[:30]),
)
def test_other_answers_are_a_changed_page(body: bytes) -> None:
    with pytest.raises(ChangedPage):
        read(body)


@pytest.mark.parametrize("title", ["Just a moment...", "Verifying your connection..."])
def test_bot_check(title: str) -> None:
    with pytest.raises(ChallengePage):
        read(f"<html><head><title>{title}</title></head><body></body></html>")


def test_review_about_bot_checks_is_no_bot_check() -> None:
    text = "<div data-truncate-content-copy><p>Just a moment... px-captcha everywhere.</p></div>"
    assert only(page(row(text=text))).body == "Just a moment... px-captcha everywhere."


def test_deep_json_in_the_page_is_survived() -> None:
    head = f'<script type="application/ld+json">{"[" * 200_000}</script>'
    assert read(page(row(), head=head)).total is None


def test_recorded_excerpt(shared: Path) -> None:
    raw = (shared / "captures/shopify/klaviyo_2026-07_excerpt.html").read_bytes()
    handle = handle_of("https://apps.shopify.com/klaviyo-email-marketing/reviews")
    batch = read(raw, handle=handle, url=shopify.start(handle).url)
    first, second = batch.reviews
    july = datetime(2026, 7, 27, tzinfo=UTC)
    assert [(r.id, r.rating, r.written, r.edited) for r in (first, second)] == [
        ("2299685", 5, july, None),
        ("2299280", 5, july, None),
    ]
    assert (first.country, second.country) == ("us", None)
    assert first.replied == datetime(2026, 7, 28, tzinfo=UTC)
    assert [len(r.body) for r in (first, second)] == [30, 12]
    assert (len(first.reply or ""), second.reply) == (101, None)
    assert (batch.unreadable, batch.total, batch.stop) == (0, 2919, Stop.SAMPLE)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.data())
def test_damaged_bytes_raise_nothing_but_parse_errors(data: st.DataObject) -> None:
    sent = bytearray(PAGE.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(sent[: data.draw(st.integers(len(sent) // 2, len(sent)))]))
    except ParseError:
        return


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_rows_of_any_text_raise_nothing_but_parse_errors(text: str, day: str, side: str) -> None:
    copy = f"<div data-truncate-content-copy>{text}</div>"
    try:
        read(page(row(text=copy, day=f"<div>{day}</div>", side=side)).encode("utf-8", "replace"))
    except ParseError:
        return
