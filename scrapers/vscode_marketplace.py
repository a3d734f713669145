"""Visual Studio Code Marketplace: saved answers of the address from which its own pages take their reviews.

The gallery's terms limit its use to products of the Visual Studio family, so nothing is fetched from it (`_terms.py`
refuses its host) and no answer leads to the next one.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._posts import gather, host_of, identity, origin_of, whole
from scrapers._read import challenge, dig, iso_time, json_of, number, plain
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop

ABOUT = About(
    title="VS Code Marketplace",
    address="https://marketplace.visualstudio.com/items?itemName=publisher.name, its answers saved by hand",
    access="answers of its reviews API, saved by hand",
    terms="for products of the Visual Studio family only: nothing is fetched",
    limits="an edit overwrites the date of writing; no votes or languages",
)

HOST = "marketplace.visualstudio.com"
PER_PAGE = 100
STARS = frozenset({1.0, 2.0, 3.0, 4.0, 5.0})

_ITEM = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]{0,99})\.([A-Za-z0-9][A-Za-z0-9._-]{0,199})")
_API = re.compile(r".*/publishers/([^/]{1,100})/extensions/([^/]{1,200})(?:/reviews)?/?")


def recognise(url: str) -> Handle | None:
    """An extension's page such as `https://marketplace.visualstudio.com/items?itemName=publisher.name`."""
    return handle(url) if host_of(url) == HOST else None


def handle(url: str) -> Handle | None:
    """What the address names, whatever the host, for a listing whose market file names this source."""
    if not origin_of(url):
        return None
    parts = urlsplit(url)
    if called := _API.fullmatch(parts.path):
        item = f"{called[1]}.{called[2]}"
    elif parts.path.rstrip("/").endswith("/items"):
        item = parse_qs(parts.query).get("itemName", [""])[0]
    else:
        return None
    return Handle("vscode_marketplace", item, url) if _ITEM.fullmatch(item) else None


def start(handle: Handle) -> Request:
    """The first hundred reviews; on the marketplace itself this is what a person saves, and never fetched."""
    origin = f"https://{HOST}" if recognise(handle.url) else origin_of(handle.url)
    publisher, _, name = handle.product.partition(".")
    path = f"publishers/{quote(publisher, safe='')}/extensions/{quote(name, safe='')}"
    return Request(f"{origin}/_apis/public/gallery/{path}/reviews?count={PER_PAGE}&api-version=7.2-preview.1")


def parse(page: Page, handle: Handle) -> Batch:
    """The reviews of a saved answer; raises ParseError, nothing else."""
    data = json_of(page)
    records = dig(data, "reviews")
    if not isinstance(records, list):
        challenge(page)
        raise ChangedPage(f"{page.url} sent JSON without a list of reviews")
    total, more = whole(dig(data, "totalReviewCount")), dig(data, "hasMoreReviews")
    reviews, unreadable = gather(page, records, _removed, lambda record: _review(record, handle))
    if reviews:
        stop = Stop.END if more is False and (total is None or len(records) >= total) else Stop.SAMPLE
        return Batch(reviews, None, Outcome.REVIEWS, stop, unreadable, total)
    if total == 0 and not records:
        return Batch(outcome=Outcome.PROVEN_EMPTY, stop=Stop.END, total=0)
    states = "not how many there are" if total is None else f"that there are {total:,}"
    why = f"the answer holds no review that stands and says {states}"
    return Batch((), None, Outcome.UNKNOWN_EMPTY, Stop.EMPTY, unreadable, total, (why,))


def _removed(record: Any) -> bool:
    """Whether the review was deleted, or set aside by the marketplace."""
    return dig(record, "isDeleted") is True or dig(record, "isIgnored") is True


def _review(record: Any, handle: Handle) -> Review | None:
    """The review of a record; None when it has no id, no whole stars from 1 to 5, or a text of another type."""
    name, rating = identity(dig(record, "id")), number(dig(record, "rating"))
    title, text = dig(record, "title"), dig(record, "text")
    if name is None or rating not in STARS or not isinstance(title, str | None) or not isinstance(text, str | None):
        return None
    answered = None if dig(record, "reply", "isDeleted") is True else dig(record, "reply")
    reply = plain(dig(answered, "replyText"))
    origin = f"https://{HOST}" if recognise(handle.url) else origin_of(handle.url)
    listed = handle.url if not _ITEM.fullmatch(handle.product) else f"{origin}/items?itemName={handle.product}"
    return Review(
        source="vscode_marketplace",
        product=handle.product,
        id=name,
        url=f"{listed}#review-details" if "#" not in listed else listed,
        author=plain(dig(record, "userDisplayName")),
        rating=rating,
        scale="5",
        title=plain(title),
        body=plain(text) or "",
        written=iso_time(dig(record, "updatedDate")),
        version=plain(dig(record, "productVersion")),
        reply=reply,
        replied=iso_time(dig(answered, "updatedDate")) if reply else None,
    )
