"""Whatever a site sends, each source reads it, counts it or says in its own error what is wrong; and nothing false.

Every page of `tests/pages` is damaged here in every way we know of, so a new source is tried as soon as it has a page.
What only one source does stands in its own test; a gzip bomb never reaches a source: see test_fetch.py.
"""

from __future__ import annotations

import json
import re
import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scrapers
from data.review import Review
from scrapers._errors import ChallengePage, ParseError
from scrapers._source import Batch, Handle, Outcome, Page, Request

PAGES = Path(__file__).parent.parent / "pages"
LISTED: dict[str, dict[str, str]] = tomllib.loads((PAGES / "pages.toml").read_text("utf-8"))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST = {entry["source"]: name for name, entry in reversed(LISTED.items())}
"""A page of each source."""
RAW = "17.124.160.228"
"""An address such as Apple's feeds really name."""

every_page = pytest.mark.parametrize("name", sorted(LISTED))
every_source = pytest.mark.parametrize("source", sorted(FIRST))


@cache
def body_of(name: str) -> bytes:
    return (PAGES / name).read_bytes()


@cache
def asked(name: str) -> tuple[Handle, Request]:
    """What a page is of, and the request that it answers."""
    source = scrapers.source(LISTED[name]["source"])
    handle = source.handle(LISTED[name]["url"])
    assert handle is not None
    return handle, Request(LISTED[name]["asked"]) if "asked" in LISTED[name] else source.start(handle)


def read(name: str, body: bytes) -> Batch:
    """What the page's source makes of other bytes in its place; raises ParseError, and nothing false comes of it."""
    handle, request = asked(name)
    batch = scrapers.source(handle.source).parse(Page(request, 200, {}, body, NOW), handle)
    if batch.next is not None:
        hosts = {urlsplit(request.url).netloc, urlsplit(scrapers.source(handle.source).start(handle).url).netloc}
        assert urlsplit(batch.next.url).netloc in hosts, "led to another host"
    for review in batch.reviews:
        check(review, handle)
    assert len({review.id for review in batch.reviews}) == len(batch.reviews), "one review, told twice"
    return batch


def tried(name: str, body: bytes) -> Batch | None:
    """The same; None where the source says that it cannot read it."""
    try:
        return read(name, body)
    except ParseError:
        return None


def check(review: Review, handle: Handle) -> None:
    """Each field holds what it may hold."""
    assert (review.source, review.product) == (handle.source, handle.product)
    assert review.id
    assert (review.rating is None) == (review.scale is None)
    if review.rating is not None:
        assert 0 <= review.rating <= (1 if review.scale == "thumbs" else float(review.scale or 0))
    assert review.helpful is None or 0 <= review.helpful < 2**31
    for code in (review.language, review.country):
        assert code is None or re.fullmatch("[a-z]{2}", code)
    for moment in (review.written, review.edited, review.replied):
        assert moment is None or datetime(1995, 1, 1, tzinfo=UTC) <= moment < datetime(2100, 1, 1, tzinfo=UTC)
    for text in (review.author, review.title, review.body, review.version, review.reply, review.url):
        assert text is None or isinstance(text, str)
        assert not re.search("[\x00-\x08\ud800-\udfff]", text or "")
    assert review.url is None or re.match("https?://", review.url)


# -- not the page that was due -----------------------------------------------------------------------------------------


@every_source
@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>cf-chl-bypass</body></html>",
        b"<html><head><title>Verify you are human</title></head><body>Verifying you are human.</body></html>",
    ],
    ids=["waiting room", "human"],
)
def test_a_bot_check_with_status_200_is_told_as_one(source: str, body: bytes) -> None:
    with pytest.raises(ChallengePage):
        read(FIRST[source], body)


@every_source
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   \n",
        b"null",
        b"7",
        b'"fine"',
        b"{}",
        b'{"error": "gone", "code": 410}',
        b'{"version": "99", "payload": {"entries": [{"uid": 1, "stars": 4, "words": "Fine."}]}}',
        b"<html><body><h1>We are back soon</h1></body></html>",
        b"<?xml version='1.0'?><rss version='9'><note/></rss>",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
        b"\xff\xfe\x00\x00",
    ],
    ids=lambda b: repr(b[:16]),
)
def test_another_version_of_the_answer_proves_nothing(source: str, body: bytes) -> None:
    batch = tried(FIRST[source], body)
    assert batch is None or (not batch.reviews and batch.outcome is Outcome.UNKNOWN_EMPTY)


@every_source
@pytest.mark.parametrize(
    "body", ['[{"author": "Jane Doe", "body": "It cra', "Jane Doe: it crashes. " * 9, "<p>Jane Doe"]
)
def test_what_came_instead_of_a_page_is_told_without_a_reviewers_words(source: str, body: str) -> None:
    """The error is kept in the ledger and stands in every report."""
    try:
        told = " ".join(read(FIRST[source], body.encode()).warnings)
    except ParseError as e:
        told = str(e)
    assert "Doe" not in told


def test_a_sites_short_message_is_told_as_it_is() -> None:
    with pytest.raises(ParseError, match=r" sent 'error code: 1020' where JSON was due$"):
        read(FIRST["steam"], b"error code: 1020")


DEEP = 10_000_000


@every_source
@pytest.mark.parametrize(
    "body",
    [
        b"[" * DEEP,
        b'{"a":' * (DEEP // 5),
        b"<html><body>" + b"<div>" * (DEEP // 5),
        b"<feed>" + b"<a>" * (DEEP // 3),
        b'<html><script type="application/ld+json">' + b"[" * DEEP + b"</script></html>",
    ],
    ids=["lists", "objects", "html", "xml", "json in html"],
)
def test_ten_megabytes_of_nesting_end_soon(source: str, body: bytes) -> None:
    started = time.monotonic()
    batch = tried(FIRST[source], body)
    assert batch is None or (not batch.reviews and batch.outcome is Outcome.UNKNOWN_EMPTY)
    assert time.monotonic() - started < 60


# -- bytes that were damaged on the way --------------------------------------------------------------------------------


@every_page
def test_a_page_cut_off_anywhere_proves_nothing(name: str) -> None:
    body = body_of(name)
    whole = {review.id for review in read(name, body).reviews}
    for at in range(1, len(body), max(1, len(body) // 60)):
        batch = tried(name, body[:at])
        if batch is not None and whole:
            assert batch.outcome is not Outcome.PROVEN_EMPTY, f"cut after {at} bytes"


@every_page
@settings(derandomize=True, deadline=None, max_examples=60)
@given(data=st.data())
def test_damaged_bytes_are_read_or_refused(name: str, data: st.DataObject) -> None:
    sent = bytearray(body_of(name))
    for _ in range(data.draw(st.integers(1, 4))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    tried(name, bytes(sent))
    within = getattr(scrapers.source(LISTED[name]["source"]), "within", None)
    if within is not None:
        within(bytes(sent))


# -- fields of another form --------------------------------------------------------------------------------------------

MISSING = object()
ODD: tuple[Any, ...] = (
    MISSING, None, True, False, 0, -1, 7, 1.5, 2**32 - 1, 2**32 + 7, -(2**32), 10**20, 10**400,
    float("inf"), float("nan"),
    "", " ", "x", "klingon", "xx-Latn-XX", "4,5", "\ud800", "\x00", "9" * 400,
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T25:61:00Z", "31/12/2026", "2026-05-01T00:00:00+99:00",
    f"https://{RAW}/reviews?page=2", "//evil.example/2", "javascript:alert(1)", "http://[",
    [], {}, [[]], [None], {"a": {"b": []}}, ["x"], [{}],
)  # fmt: skip
JSON = "(JSON)"
"""A step into JSON that stands in a string."""


def inner(text: Any) -> Any:
    """The list or object that a string holds as JSON; None without."""
    if not isinstance(text, str) or text[:1] not in {"[", "{"}:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in a document, the document itself left out."""
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    elif (found := inner(value)) is not None:
        children = [(JSON, found)]
    else:
        children = []
    for step, child in children:
        yield (*before, step)
        yield from paths(child, (*before, step))


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of a document with another value in one place, or without that place."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if step == JSON:
        return json.dumps(put(inner(value), rest, None if new is MISSING and not rest else new))
    copied = value.copy()
    if not rest and new is MISSING:
        del copied[step]
    else:
        copied[step] = put(value[step], rest, new)
    return copied


def distinct(document: Any) -> list[tuple[Any, ...]]:
    """One way for each kind of place: what differs by an index only is the same field of another record."""
    kinds: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for path in paths(document):
        # lists of lists have no names, so there an index is a field
        named = any(isinstance(step, str) and step != JSON for step in path)
        kinds.setdefault(tuple("#" if named and isinstance(step, int) else step for step in path), path)
    return list(kinds.values())


BLOCK = re.compile(rb"(?s)(<script[^>]*(?:ld\+json|/json)[^>]*>)(.*?)(</script>)")


def documents(body: bytes) -> Iterator[tuple[bytes, Any, bytes]]:
    """Every JSON document on a page, with what stands before and after it."""
    start = 5 if body.startswith(b")]}'") else 0
    try:
        yield body[:start], json.loads(body[start:]), b""
    except ValueError:
        for found in BLOCK.finditer(body):
            try:
                yield body[: found.end(1)], json.loads(found[2]), body[found.start(3) :]
            except ValueError:
                continue


@every_page
def test_json_with_any_field_missing_or_of_another_form(name: str) -> None:
    every = 1 if name.endswith(".json") else 6  # reading a page of HTML takes twenty times as long
    for before, document, after in documents(body_of(name)):
        for number, path in enumerate(distinct(document)):
            for odd in ODD[number % every :: every]:
                tried(name, before + json.dumps(put(document, path, odd)).encode() + after)


TEXT = re.compile(rb"(?<=>)[^<>]+(?=<)")
TAG = re.compile(rb"<[^<>]+>")
ATTRIBUTE = re.compile(rb'(?<=\s)[\w:-]+="[^"]*"')


@pytest.mark.parametrize("name", sorted(n for n in LISTED if not n.endswith(".json")))
def test_markup_with_any_piece_missing_or_of_another_form(name: str) -> None:
    body = body_of(name)
    odd = cycle(str(value).encode("utf-8", "replace") for value in ODD if isinstance(value, str | int | float))
    for pattern in (TEXT, TAG, ATTRIBUTE):
        for found in pattern.finditer(body):
            before, after = body[: found.start()], body[found.end() :]
            tried(name, before + after)
            tried(name, before + found[0] * 2 + after)
            if pattern is TEXT:
                tried(name, before + next(odd) + after)
                tried(name, before + next(odd) + after)
            elif pattern is ATTRIBUTE:
                tried(name, before + found[0].partition(b'"')[0] + b'"' + next(odd) + b'"' + after)


# -- what would lead astray --------------------------------------------------------------------------------------------


@every_page
@pytest.mark.parametrize("host", ["evil.example", RAW, "localhost:8080", "evil.example@shop.example"])
def test_no_address_on_the_page_is_followed_to_another_host(name: str, host: str) -> None:
    tried(name, re.sub(rb"(https?:)?(\\?/\\?/)[\w.-]+\.[\w-]+", rb"https:\2" + host.encode(), body_of(name)))


def doubled(value: Any) -> Any:
    """A document in which every list of records names each of them twice."""
    if isinstance(value, dict):
        return {key: doubled(child) for key, child in value.items()}
    if isinstance(value, list) and value and all(isinstance(child, dict) for child in value):
        return [doubled(child) for child in value for _ in range(2)]
    return [doubled(child) for child in value] if isinstance(value, list) else value


@every_page
def test_a_record_twice_on_a_page_is_one_review(name: str) -> None:
    body = body_of(name)
    once = read(name, body)
    for before, document, after in documents(body):
        twice = tried(name, before + json.dumps(doubled(document)).encode() + after)
        assert twice is not None
        assert [r.id for r in twice.reviews] == [r.id for r in once.reviews]


def test_every_source_is_tried() -> None:
    assert set(FIRST) == set(scrapers.names()) - {"export"}, "a file: see test_export.py and test_tables.py"
