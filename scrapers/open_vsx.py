"""Open VSX: all reviews of one extension through the registry's public API, in one answer.

A review has no id there, so its id is a hash of what makes it that review. Whoever wrote it is left out of that: a
person has one review of an extension, and to change it is to delete it and write another.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from data.review import Review, content_id
from scrapers._errors import ChangedPage
from scrapers._posts import gather, host_of, origin_of
from scrapers._read import challenge, dig, iso_time, json_of, number, plain
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop

ABOUT = About(
    title="Open VSX",
    address="https://open-vsx.org/extension/namespace/name",
    access="public API",
    terms="a public API without a key; one request at a time",
    limits="no ids, replies, votes or versions",
    # there since 2020, and among the most installed; that it has reviews could not be looked up
    example="https://open-vsx.org/extension/redhat/java",
)

HOST = "open-vsx.org"
STARS = range(6)
"""The registry takes 0 to 5 (eclipse/openvsx, `RegistryAPI.postReview`)."""

_LISTING = re.compile(r"/(?:extension|api)/([^/]{1,255})/([^/]{1,255})(?:/.*)?")


def recognise(url: str) -> Handle | None:
    """An extension's page such as `https://open-vsx.org/extension/namespace/name`."""
    return handle(url) if host_of(url) in {HOST, f"www.{HOST}"} else None


def handle(url: str) -> Handle | None:
    """What the path names, whatever the host, for a listing whose market file says `source = "open_vsx"`."""
    found = _LISTING.fullmatch(urlsplit(url).path) if origin_of(url) else None
    names = [plain(unquote(part)) for part in found.groups()] if found else []
    if not names or not all(names) or any("/" in str(n) for n in names):
        return None
    space, name = map(str, names)
    return Handle("open_vsx", f"{space}.{name}", url, {"namespace": space, "name": name})


def within(body: bytes) -> tuple[Handle, str] | None:
    """The extension of a saved answer, out of the address to which it says that new reviews go."""
    try:
        target = dig(json.loads(body), "postUrl")
        path = urlsplit(target).path if isinstance(target, str) else ""
    except (ValueError, RecursionError):
        return None
    found = _LISTING.fullmatch(path)
    named = handle(f"https://{HOST}/extension/{found[1]}/{found[2]}") if found else None
    return (named, start(named).url) if named else None


def start(handle: Handle) -> Request:
    """The one answer with all reviews."""
    origin = f"https://{HOST}" if recognise(handle.url) else origin_of(handle.url)
    return Request(f"{origin}/api/{_path(handle)}/reviews")


def parse(page: Page, handle: Handle) -> Batch:
    """The reviews of an answer; raises ParseError, nothing else."""
    data = json_of(page)
    records = dig(data, "reviews")
    if not isinstance(records, list):
        challenge(page)
        said = plain(dig(data, "error")) or "no list of reviews"
        raise ChangedPage(f"{page.url} sent {said[:200]!r} where reviews were due")
    if not records:
        return Batch(outcome=Outcome.PROVEN_EMPTY, stop=Stop.END)
    reviews, unreadable = gather(page, records, lambda _: False, lambda record: _review(record, handle))
    return Batch(reviews, None, Outcome.REVIEWS, Stop.END, unreadable)


def _path(handle: Handle) -> str:
    space = handle.params.get("namespace", "")
    return f"{quote(space, safe='')}/{quote(handle.params.get('name', ''), safe='')}"


def _review(record: Any, handle: Handle) -> Review | None:
    """The review of a record; None when it has no stars from 0 to 5, or a text of another type."""
    stars, title, comment, time = (dig(record, name) for name in ("rating", "title", "comment", "timestamp"))
    rating = number(stars)
    if rating not in STARS or not all(isinstance(v, str | None) for v in (title, comment, time)):
        return None
    origin = f"https://{HOST}" if recognise(handle.url) else origin_of(handle.url)
    return Review(
        source="open_vsx",
        product=handle.product,
        id=content_id(handle.product, time, rating, title, comment),
        url=f"{origin}/extension/{_path(handle)}/reviews" if handle.params else handle.url,
        author=plain(dig(record, "user", "loginName")),
        rating=rating,
        scale="5",
        title=plain(title),
        body=plain(comment) or "",
        written=iso_time(time),
    )
