"""Mozilla Add-ons: the ratings of one add-on through the site's public API, newest first.

The API's own `next` address is followed only to the same place; otherwise the next page's address is built here. v5 is
not frozen, so every field is checked and a record that does not fit is counted as unreadable. Saved answers of v3 are
read as well: they call the score `rating`, and reviews have titles.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urljoin, urlsplit

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._read import dig, iso_time, json_of, number, plain
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop

ABOUT = About(
    title="Mozilla Add-ons",
    address="https://addons.mozilla.org/en-US/firefox/addon/name/",
    access="official API",
    terms="a public API without a key; one request at a time",
    limits="no language, no votes, and no time of an edit",
    example="https://addons.mozilla.org/en-US/firefox/addon/ublock-origin/",
)

HOST = "addons.mozilla.org"
PER_PAGE = 50

_LISTING = re.compile(r"(?:/[^/]+){0,2}/addon/([^/]+)(?:/.*)?")


def recognise(url: str) -> Handle | None:
    """A listing on Mozilla's own site, such as `https://addons.mozilla.org/en-US/firefox/addon/name/`."""
    try:
        parts = urlsplit(url)
        official = parts.scheme in {"http", "https"} and parts.hostname == HOST
    except ValueError:
        return None
    return handle(url) if official else None


def handle(url: str) -> Handle | None:
    """What the path names, whatever the host, for a listing whose market file says `source = "mozilla_addons"`."""
    try:
        found = _LISTING.fullmatch(urlsplit(url).path)
    except ValueError:
        return None
    slug = plain(unquote(found[1])) if found else None
    return Handle("mozilla_addons", slug, url) if slug else None


def start(handle: Handle) -> Request:
    """The first page of ratings."""
    parts = urlsplit(handle.url)
    origin = f"https://{HOST}" if parts.hostname == HOST else f"{parts.scheme}://{parts.netloc}"
    return Request(_address(f"{origin}/api/v5/ratings/rating/", handle, 1))


def parse(page: Page, handle: Handle) -> Batch:
    """The ratings on a page and the next request; raises ParseError, nothing else."""
    data = json_of(page)
    results = dig(data, "results")
    if not isinstance(results, list):
        raise ChangedPage(f"{page.url} sent JSON without a list of results")
    reviews: dict[str, Review] = {}
    unreadable = 0
    for record in results:
        if _set_aside(record):
            continue
        review = _review(record, page, handle)
        if review is None:
            unreadable += 1
        else:
            reviews.setdefault(review.id, review)
    asked = _number_of(page)
    if unreadable and not reviews and asked == 1:
        raise ChangedPage(f"{page.url}: none of its {unreadable} ratings can be read; the form of the API changed")
    following = _next(data, page, handle, asked)
    count = _whole(dig(data, "count"))
    outcome = Outcome.REVIEWS
    warnings: tuple[str, ...] = ()
    stop = None if following else Stop.END
    if not reviews:
        outcome = Outcome.UNKNOWN_EMPTY if following or unreadable else Outcome.PROVEN_EMPTY
        if not results and asked == 1 and count != 0:
            why = f"{count} ratings" if count else "not how many ratings there are"
            outcome, stop = Outcome.UNKNOWN_EMPTY, stop and Stop.EMPTY
            warnings = (f"the API listed none and says {why}",)
    return Batch(tuple(reviews.values()), following, outcome, stop, unreadable, count, warnings)


def _address(base: str, handle: Handle, page: int) -> str:
    asked = {"addon": handle.product, "page": page, "page_size": PER_PAGE, "show_grouped_ratings": 1}
    return f"{base}?{urlencode(asked)}"


def _number_of(page: Page) -> int:
    """Which page was asked for; a page saved by hand counts as the first."""
    asked = parse_qs(urlsplit(page.url).query).get("page", ["1"])[0]
    return max(1, int(asked)) if re.fullmatch(r"[0-9]{1,6}", asked) else 1


def _next(data: Any, page: Page, handle: Handle, asked: int) -> Request | None:
    """The next page: the API's own address if it leads to the same place, else one built from its count of pages."""
    here = urlsplit(page.url)
    base = f"{here.scheme}://{here.netloc}{here.path}"
    link = dig(data, "next")
    if isinstance(link, str):
        try:
            target = urljoin(page.url, link)
            there = urlsplit(target)
            if f"{there.scheme}://{there.netloc}{there.path}" == base and there.query and target != page.url:
                return Request(target)
        except ValueError:
            link = ""  # no address at all: built below, like a foreign one
    elif isinstance(data, Mapping) and "next" in data:
        return None
    pages = _whole(dig(data, "page_count"))
    return Request(_address(base, handle, asked + 1)) if pages is not None and asked < pages else None


def _set_aside(record: Any) -> bool:
    """Whether the record is no standing review: deleted, a developer's reply, or replaced by a later one."""
    return (
        dig(record, "is_deleted") is True
        or dig(record, "is_developer_reply") is True
        or dig(record, "is_latest") is False
    )


def _review(record: Any, page: Page, handle: Handle) -> Review | None:
    """The review of a record; None when it has no id, or a rating, text or time of another form."""
    identity, score, older, title, body = (dig(record, name) for name in ("id", "score", "rating", "title", "body"))
    created, score = dig(record, "created"), older if score is None else score
    rating = number(score)
    identity = plain(str(identity)) if isinstance(identity, int | str) and not isinstance(identity, bool) else None
    if identity is None:
        return None
    if not all(isinstance(value, str | None) for value in (title, body, created)):
        return None
    if score is not None and (rating is None or not 1 <= rating <= 5):
        return None
    if rating is None and not plain(title) and not plain(body):
        return None
    parts = urlsplit(page.url)
    reply = dig(record, "reply")
    reply = None if dig(reply, "is_deleted") is True else reply
    return Review(
        source="mozilla_addons",
        product=handle.product,
        id=identity,
        url=f"{parts.scheme}://{parts.netloc}/addon/{quote(handle.product, safe='')}/reviews/{quote(identity)}/",
        author=plain(dig(record, "user", "name")),
        rating=rating,
        scale=None if rating is None else "5",
        title=plain(title),
        body=plain(body) or "",
        written=iso_time(created),
        version=plain(dig(record, "version", "version")),
        reply=plain(dig(reply, "body")),
        replied=iso_time(dig(reply, "created")),
    )


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
