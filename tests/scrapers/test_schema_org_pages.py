"""schema_org: damaged, empty, hostile and many-paged pages."""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.review import Review
from scrapers import schema_org
from scrapers._errors import ChallengePage, ChangedPage, ParseError
from scrapers._source import Batch, Outcome, Page, Request, Stop

URL = "https://shop.example/p/lamp"
PAGES = Path(__file__).parent.parent / "pages"


def read(body: str | bytes, *, url: str = URL, listing: str = URL, headers: dict[str, str] | None = None) -> Batch:
    handle = schema_org.recognise(listing)
    assert handle is not None
    sent = body.encode("utf-8") if isinstance(body, str) else body
    return schema_org.parse(Page(Request(url), 200, headers or {}, sent, datetime(2026, 11, 22, tzinfo=UTC)), handle)


def block(*values: Any) -> str:
    """A page with one JSON-LD block for each value."""
    scripts = (f'<script type="application/ld+json">{json.dumps(v)}</script>' for v in values)
    return f"<html><head>{''.join(scripts)}</head><body></body></html>"


def product(*reviews: Any, **more: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "Product", "name": "Lamp", "review": list(reviews), **more}


def review(body: str | None = "Too dim.", rating: Any = 3, **more: Any) -> dict[str, Any]:
    node = {"@type": "Review", "reviewBody": body, **more}
    return node if rating is None else {**node, "reviewRating": {"@type": "Rating", "ratingValue": rating}}


def only(html: str) -> Review:
    (found,) = read(html).reviews
    return found


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://Shop.Example/P/Lamp/?ref=1#reviews", "shop.example/P/Lamp"),
        ("http://127.0.0.1:8080/p/lamp", "127.0.0.1:8080/p/lamp"),
        ("https://shop.example", "shop.example"),
    ],
)
def test_any_web_address_is_recognised_by_host_and_path(url: str, key: str) -> None:
    handle = schema_org.recognise(url)
    assert handle is not None
    assert (handle.source, handle.product) == ("schema_org", key)
    assert schema_org.start(handle).url == url


@pytest.mark.parametrize(
    "url", ["ftp://shop.example/p", "file:///etc/passwd", "/p/lamp", "https://", "http://[x", "http://a:b/"]
)
def test_other_addresses_are_not(url: str) -> None:
    assert schema_org.recognise(url) is None


@pytest.mark.parametrize(
    "wrapped",
    [
        "<!-- {} -->",
        "<!-- a comment -->{}",
        "//<![CDATA[\n{}\n//]]>",
        "/*<![CDATA[*/ {} /*]]>*/",
        "<![CDATA[{}]]>",
        "{};",
        "\ufeff{}",
        "{}\n// the end\n/* of it */",
        "{}}",
        "{}}\n];",
        '{"@type": "WebSite"}\n{}',
        '{}, {"@type": "WebSite"}',
    ],
)
def test_damaged_blocks_are_mended(wrapped: str) -> None:
    text = '{"@type": "Review", "reviewBody": "Dim,\x0b it\\\'s // so: ,}\n", "tags": [1, 2,], }'
    found = only(
        f'<html><script type="Application/LD+JSON; charset=utf-8">{wrapped.replace("{}", text)}</script></html>'
    )
    assert found.body in {"Dim, it's // so: ,}", "Dim,\x0b it's // so: ,}"}


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (r"Bob\'s R\x26B, caf\u00e9 in C:\videos\clip", r"Bob's R&B, café in C:\videos\clip"),
        (r"a \"b\" \\ \u12 \q", r'a "b" \ \u12 \q'),
    ],
)
def test_escapes_of_javascript_and_bare_backslashes_are_mended(sent: str, body: str) -> None:
    found = only(f'<script type="application/ld+json">{{"@type": "Review", "reviewBody": "{sent}"}}</script>')
    assert found.body == body


def test_a_block_escaped_as_a_whole_is_read() -> None:
    sent = html.escape(json.dumps({"@type": "Review", "reviewBody": "Dim &amp; slow"}))
    assert only(f'<script type="application/ld+json">{sent}</script>').body == "Dim & slow"


def test_broken_block_costs_only_itself() -> None:
    batch = read('<script type="application/ld+json">{"@type": </script>' + block(product(review())))
    assert len(batch.reviews) == 1
    assert batch.warnings == ("1 JSON-LD block of the page left out, being no JSON",)


def test_broken_block_and_no_review_is_a_changed_page() -> None:
    with pytest.raises(ChangedPage, match="1 JSON-LD block cannot be read as JSON"):
        read(block({"@type": "WebSite"}) + '<script type="application/ld+json">{"@type": "Review"</script>')


@pytest.mark.parametrize(
    ("aggregate", "outcome", "stop", "total", "says"),
    [
        ({"reviewCount": "0"}, Outcome.PROVEN_EMPTY, Stop.END, 0, None),
        ({"ratingCount": 0}, Outcome.PROVEN_EMPTY, Stop.END, 0, None),
        ({"reviewCount": "1.204"}, Outcome.UNKNOWN_EMPTY, Stop.EMPTY, 1204, "loaded by a script"),
        ({"ratingValue": "4.1"}, Outcome.UNKNOWN_EMPTY, Stop.EMPTY, None, "an average rating"),
        (None, Outcome.UNKNOWN_EMPTY, Stop.EMPTY, None, "no schema.org reviews in the page"),
    ],
)
def test_page_without_reviews_is_told_by_its_aggregate(
    aggregate: Any, outcome: Outcome, stop: Stop, total: int | None, says: str | None
) -> None:
    batch = read(block(product(aggregateRating=aggregate)))
    assert (batch.reviews, batch.outcome, batch.stop, batch.total) == ((), outcome, stop, total)
    assert (says in batch.warnings[0]) if says else not batch.warnings


def test_reviews_that_say_nothing_are_counted() -> None:
    batch = read(block(product({"@type": "Review"}, {"@type": "Review", "author": "Ada"})))
    assert (batch.unreadable, batch.outcome, batch.stop) == (2, Outcome.UNKNOWN_EMPTY, Stop.EMPTY)


def test_total_is_that_of_the_thing_reviewed() -> None:
    shop = {"@type": "Organization", "aggregateRating": {"reviewCount": 4480}}
    batch = read(block(shop, product(review(), aggregateRating={"@type": "AggregateRating", "reviewCount": "25"})))
    assert (batch.total, batch.stop) == (25, Stop.SAMPLE)
    assert read(block(product(review(), aggregateRating={"reviewCount": 1}))).stop is Stop.END
    assert read(block(product(review()))).stop is Stop.SAMPLE


def test_reviews_of_several_things_are_pointed_out() -> None:
    batch = read(block(product(review("One.")), product(review("Two."), name="Chair")))
    assert batch.warnings == ("the page holds reviews of 2 different things; all count for its address",)


@pytest.mark.parametrize(
    ("listing", "href", "target"),
    [
        (URL, "?page=2", f"{URL}?page=2"),
        (URL, "/p/lamp/page/2/#top", f"{URL}/page/2/"),
        (URL + ".html", "/p/lamp-2.html", f"{URL}-2.html"),
        (f"{URL}?page=1", "?page=2", f"{URL}?page=2"),
        (f"{URL}?id=7", "?id=7&page=2", f"{URL}?id=7&page=2"),
        (f"{URL}?id=7", "?id=8", None),
        (URL, "/p/chair", None),
        (URL, "/p/lamp", None),
        (URL, "http://shop.example/p/lamp?page=2", None),
        (URL, "https://shop.example:8443/p/lamp?page=2", None),
        (URL, "https://elsewhere.example/p/lamp?page=2", None),
        (URL, "javascript:next()", None),
        (URL, "http://[", None),
    ],
)
def test_next_page_is_followed_within_the_listing_only(listing: str, href: str, target: str | None) -> None:
    batch = read(block(product(review())) + f'<a rel="nofollow next" href="{href}">', url=listing, listing=listing)
    assert (batch.next.url if batch.next else None) == target


def test_last_of_several_pages_is_the_end() -> None:
    batch = read(block(product(review())), url=f"{URL}?page=2")
    assert batch.stop is Stop.END
    assert batch.reviews[0].url == f"{URL}?page=2"


def test_bot_check_is_told_from_a_page_that_only_carries_its_script() -> None:
    script = '<script src="/cdn-cgi/challenge-platform/x.js"></script>'
    with pytest.raises(ChallengePage):
        read(f"<html><title>Just a moment...</title>{script}</html>")
    assert len(read(script + block(product(review()))).reviews) == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "an empty page"),
        (b"  \n", "an empty page"),
        (b'{"error": 1}', "JSON"),
        (b"%PDF-1.7\x00\x01\x02\x03" + bytes(range(32)) * 20, "binary data"),
        (b"no tags at all", "'no tags at all'"),
    ],
)
def test_what_is_no_page_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(ChangedPage, match=f"sent {says} where an HTML page was due"):
        read(body)


@pytest.mark.parametrize(
    ("encoded", "headers"),
    [
        ("Müde Lampe", None),
        ("\ufeffMüde Lampe", None),
        ("Müde Lampe".encode("latin-1"), {"content-type": "text/html; charset=ISO-8859-1"}),
        (b'<meta charset="windows-1252">' + "Müde Lampe".encode("cp1252"), None),
        ("Müde Lampe".encode("latin-1"), {"content-type": "text/html; charset=hex"}),
    ],
)
def test_character_sets(encoded: str | bytes, headers: dict[str, str] | None) -> None:
    text = encoded.encode() if isinstance(encoded, str) else encoded
    head, _, name = text.rpartition(b">") if b"<" in text else (b"", b"", text)
    mark = b"\xef\xbb\xbf" if name.startswith(b"\xef\xbb\xbf") else b""
    block = b'<script type="application/ld+json">{"@type": "Review", "reviewBody": "%s"}</script>'
    page = mark + head + (b">" if head else b"") + block % name.removeprefix(mark)
    (found,) = read(page, headers=headers).reviews
    assert found.body == (
        "Müde Lampe" if (headers or {}).get("content-type") != "text/html; charset=hex" else "M\ufffdde Lampe"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 2_000_000,
        b"<div itemscope itemprop=review itemtype=http://schema.org/Review>" * 5_000,
        b'<script type="application/ld+json">' + b"[" * 5_000_000,
        b'<script type="application/ld+json">' + b'{"review":' * 100_000 + b"1" + b"}" * 100_000 + b"</script>",
        b'<script type="application/ld+json">' + b'/*"' * 500_000 + b"</script>",
        b'<script type="application/ld+json">{"@type":"Review","reviewBody":"' + b"<script " * 200_000 + b'"}</script>',
        b'<script type="application/ld+json">[' + b" \t" * 1_000_000 + b"!</script>",
        b"<div itemscope>" + b"<i itemprop=x></i>" * 50_000,
        b"<div itemscope itemtype=http://schema.org/Review><time itemprop=datePublished>\x01</time>",
    ],
    ids=["tags", "items", "brackets", "objects", "comments", "hidden", "blanks", "properties", "control"],
)
def test_hostile_pages_end_soon_and_without_a_crash(body: bytes) -> None:
    try:
        batch = read(body)
    except ParseError:
        return
    assert batch.outcome in Outcome


def test_data_past_too_deep_a_nesting_is_still_read() -> None:
    batch = read("<html><body>" + "<div>" * 400 + block(product(review())))
    assert len(batch.reviews) == 1
    assert "nested too deep" in batch.warnings[0]


def test_data_after_the_end_of_the_page_is_read() -> None:
    html = "<html><body></body></html>" + block(product(review()))
    assert only(html).body == "Too dim."


def test_deeply_nested_data_is_cut_off_with_a_word() -> None:
    value: Any = product(review())
    for _ in range(80):
        value = {"part": value}
    assert "nested deeper" in read(block(value)).warnings[0]


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.data())
def test_damaged_pages_raise_nothing_but_parse_errors(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["schema_org.html", "schema_org_microdata.html", "schema_org_script_only.html"]))
    page = bytearray((PAGES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(page) - 1))
        match data.draw(st.sampled_from(["set", "cut", "copy"])):
            case "set":
                page[at] = data.draw(st.integers(0, 255))
            case "cut":
                del page[at : at + data.draw(st.integers(1, 60))]
            case _:
                page[at:at] = page[at : at + data.draw(st.integers(1, 200))]
    try:
        batch = read(bytes(page))
    except ParseError:
        return
    assert all(r.id and (r.body or r.title or r.rating is not None) for r in batch.reviews)
    assert len({r.key for r in batch.reviews}) == len(batch.reviews)


def microdata(depth: int, width: int) -> str:
    """A page of reviews, each inside so many items that hold one another."""
    review = (
        '<div itemprop="review" itemscope itemtype="https://schema.org/Review"><p itemprop="reviewBody">Text {n}.</p>'
        '<span itemprop="ratingValue">4</span></div>'
    )
    opened = '<div itemprop="part" itemscope itemtype="https://schema.org/Product">' * depth
    return f"<html><body>{opened}{''.join(review.format(n=n) for n in range(width))}{'</div>' * depth}</body></html>"


def test_reviews_deep_in_items_are_found() -> None:
    assert [review.body for review in read(microdata(30, 3)).reviews] == ["Text 0.", "Text 1.", "Text 2."]


def test_microdata_that_would_take_minutes_is_left_unread_and_told() -> None:
    batch = read(microdata(200, 600))
    assert batch.reviews == ()
    assert "the page's microdata is too large or nested too often, and was left unread" in batch.warnings
