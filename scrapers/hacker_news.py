"""Hacker News: what people say of a product in stories and comments, through Algolia's public search, newest first.

A search gives at most 1,000 hits, so a walk that gets there asks again for what is not newer than the oldest hit. A
thread is one answer: the whole tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._posts import asked, asked_number, gather, host_of, identity, origin_of, post_of, whole
from scrapers._read import dig, iso_time, json_of, plain, unix_time, votes
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop

ABOUT = About(
    title="Hacker News",
    address="https://hn.algolia.com/?q=Term or https://news.ycombinator.com/item?id=123",
    access="official API",
    terms="a public API without a key, 10,000 requests an hour; one request at a time",
    limits="no ratings; votes on stories only; finds the term as it is written, in whatever sense people use it",
    discussion=True,
    example="https://hn.algolia.com/?q=Firefox",
)

API = "https://hn.algolia.com"
SITE = "https://news.ycombinator.com"
HOSTS = frozenset({"hn.algolia.com", "news.ycombinator.com"})
PER_PAGE = 100
MOST_HITS = 1_000
"""As many as a search gives to anyone, in however many pages."""

KINDS = {"story": "story", "comment": "comment"}
"""What the site's own search calls `type`, and the tag for it; any other is both."""


def recognise(url: str) -> Handle | None:
    """A search such as `https://hn.algolia.com/?q=Term`, or a thread on Hacker News."""
    return handle(url) if host_of(url) in HOSTS else None


def handle(url: str) -> Handle | None:
    """What path and query name, whatever the host, for a listing whose market file says `source = "hacker_news"`."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
    except ValueError:
        return None
    if not origin_of(url):
        return None
    number = query.get("id", [""])[0]
    if parts.path == "/item" and re.fullmatch(r"[0-9]{1,12}", number):
        return Handle("hacker_news", number, url, {"item": number})
    term = plain((query.get("q") or query.get("query") or [""])[0].replace("\n", " "))
    if parts.path in {"", "/"} and term:
        kind = KINDS.get(query.get("type", [""])[0], "(story,comment)")
        return Handle("hacker_news", term, url, {"query": term, "tags": kind})
    return None


def start(handle: Handle) -> Request:
    """The thread's tree, or the first page of the search."""
    if "item" in handle.params:
        return Request(f"{_origin(handle, API)}/api/v1/items/{handle.params['item']}")
    return _search(handle, 0)


def parse(page: Page, handle: Handle) -> Batch:
    """The posts on a page and the next request; raises ParseError, nothing else."""
    data = json_of(page)
    hits = dig(data, "hits")
    if isinstance(hits, list):
        return _hits(data, hits, page, handle)
    if not isinstance(dig(data, "children"), list):
        said = plain(dig(data, "message")) or "neither hits nor a thread"
        raise ChangedPage(f"{page.url} sent JSON with {said[:200]}")
    reviews, unreadable = gather(page, _nodes(data), _aside, lambda record: _review(record, handle))
    outcome = Outcome.REVIEWS if reviews else Outcome.PROVEN_EMPTY
    return Batch(reviews, outcome=outcome, stop=Stop.END, unreadable=unreadable)


def _hits(data: Any, hits: list[Any], page: Page, handle: Handle) -> Batch:
    pages, count = whole(dig(data, "nbPages")), whole(dig(data, "nbHits"))
    if pages is None or count is None:
        raise ChangedPage(f"{page.url} sent hits and not how many there are")
    number, before = asked_number(page.url, "page", 0), _before(page.url)
    reviews, unreadable = gather(page, hits, _aside, lambda record: _review(record, handle))
    following: Request | None = None
    stop, warnings = Stop.END, tuple[str, ...]()
    outcome = Outcome.REVIEWS if reviews else Outcome.PROVEN_EMPTY
    if not hits and number < pages:
        outcome, stop = Outcome.UNKNOWN_EMPTY, Stop.EMPTY
        warnings = (f"page {number + 1} of {pages} came empty; later posts may be missing until the next visit",)
    elif hits and (number + 1) * PER_PAGE >= MOST_HITS:
        following = _older(hits, before, handle)
        if following is None:
            stop, warnings = Stop.CAP, (f"the search shows {MOST_HITS} hits, and they leave no date to go on from",)
    elif number + 1 < pages:
        following = _search(handle, number + 1, before)
    if following is not None and not reviews:
        outcome = Outcome.UNKNOWN_EMPTY
    # a slice knows only its own count
    total = count if before is None else None
    return Batch(reviews, following, outcome, None if following else stop, unreadable, total, warnings)


def _older(hits: list[Any], before: int | None, handle: Handle) -> Request | None:
    """The search again, from the oldest hit on; None when that would not lead further down.

    That hit's own second is asked for again: it may hold posts that the cap cut off.
    """
    oldest = min((t for t in (whole(dig(hit, "created_at_i")) for hit in hits) if t is not None), default=None)
    if oldest is None or (before is not None and oldest >= before):
        return None
    return _search(handle, 0, oldest)


def _search(handle: Handle, page: int, before: int | None = None) -> Request:
    term = handle.params.get("query", handle.product)
    query = {
        "query": term if '"' in term else f'"{term}"',  # as written, in one piece; who quotes, means what they quote
        "tags": handle.params.get("tags", "(story,comment)"),
        "hitsPerPage": str(PER_PAGE),
        "page": str(page),
        "advancedSyntax": "true",
        "typoTolerance": "false",
        # else a user of that name is found as well, with everything they ever wrote
        "restrictSearchableAttributes": "title,story_text,comment_text",
    }
    if before is not None:
        query["numericFilters"] = f"created_at_i<={before}"
    return Request(f"{_origin(handle, API)}/api/v1/search_by_date?{urlencode(query)}")


def _before(url: str) -> int | None:
    found = re.fullmatch(r"created_at_i<=([0-9]{1,12})", asked(url, "numericFilters"))
    return int(found[1]) if found else None


def _origin(handle: Handle, official: str) -> str:
    return official if host_of(handle.url) in HOSTS else origin_of(handle.url)


def _nodes(root: Any) -> Iterator[Any]:
    """The posts of a thread in the order in which they are shown, without recursion: threads are deep."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        children = dig(node, "children")
        if isinstance(children, list):
            stack += reversed(children)


def _aside(record: Any) -> bool:
    """Whether the record is no post that stands: a job, a poll's option, deleted, or without own words."""
    tags = dig(record, "_tags")
    kinds = set(map(str, tags)) if isinstance(tags, list) else {str(dig(record, "type"))}
    if kinds & {"job", "pollopt"}:
        return True
    if not isinstance(record, Mapping) or plain(record.get("title")):
        return False
    text = _text(record)
    deleted = text is None and record.get("author") is None and identity(record.get("id")) is not None
    return deleted or (isinstance(text, str) and post_of(text) is None)


def _text(record: Any) -> Any:
    """The post's HTML, under the name that this kind of record has for it."""
    return next(
        (t for t in (dig(record, name) for name in ("comment_text", "story_text", "text")) if t is not None), None
    )


def _review(record: Any, handle: Handle) -> Review | None:
    """The post of a record; None when it has no id, no words, or words of another type."""
    name = identity(dig(record, "objectID")) or identity(dig(record, "id"))
    title, text = dig(record, "title"), _text(record)
    if name is None or not isinstance(title, str | None) or not isinstance(text, str | None):
        return None
    title, body = plain(title), post_of(text)
    if title is None and body is None:
        return None
    site = _origin(handle, SITE)
    return Review(
        source="hacker_news",
        product=handle.product,
        id=name,
        url=f"{site}/item?id={name}" if site and name.isdigit() else None,
        author=plain(dig(record, "author")),
        title=title,
        body=body or "",
        written=unix_time(dig(record, "created_at_i")) or iso_time(dig(record, "created_at")),
        helpful=votes(dig(record, "points")),
    )
