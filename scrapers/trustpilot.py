"""Trustpilot: pages saved by hand, and the official API for those who have a key to it.

Trustpilot's terms forbid scraping, so no page of its site is ever fetched (`_terms.py` refuses it); `saved` in a market
file names pages that somebody kept. A page tells its reviews twice, in its script and as schema.org data. The script
says more and is taken; where the two disagree about a review or its stars, a warning names it. A page without the
script is read from its schema.org data alone.

A review that is `filtered`, which is to say removed by Trustpilot, is left out and counted in a warning; one that is
`pending` or `isPending` stands on the page and is kept, and a warning says so.

The API's listing is `https://api.trustpilot.com/v1/business-units/ID/reviews`. What its pages were so far stands in the
fragment of the next request's address, which is never sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import quote, urldefrag, urlsplit

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._posts import asked_number, gather, host_of, origin_of
from scrapers._read import challenge, dig, json_of, markup_of
from scrapers._review_nodes import read
from scrapers._seen import mark, marked, marks
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop
from scrapers._structured import Document, document, some
from scrapers._trustpilot import Told, address, chosen, company, in_script, named_in, removed, review_of, told

ABOUT = About(
    title="Trustpilot",
    address="https://www.trustpilot.com/review/example.com, its pages saved by hand",
    access="pages saved by hand; official API with a key",
    terms="its terms forbid scraping: no page is fetched; the API, with the key that Trustpilot gave you",
    limits="20 reviews on a saved page, 200 reachable without a login; no versions",
    key="TRUSTPILOT_API_KEY",
)

HOST = "trustpilot.com"
API = "https://api.trustpilot.com"
SITE = "https://www.trustpilot.com"
PER_PAGE = 100
MOST_NAMED = 5
"""Ids that a warning names."""

_UNIT = re.compile(r"/v1/business-units/([0-9a-f]{24})(?:/reviews)?/?")
_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")


def recognise(url: str) -> Handle | None:
    """A business's page such as `https://www.trustpilot.com/review/example.com`, or its reviews in the API."""
    host = host_of(url)
    return handle(url) if host == HOST or host.endswith(f".{HOST}") else None


def handle(url: str) -> Handle | None:
    """What the path names, whatever the host, for a listing whose market file says `source = "trustpilot"`."""
    path = urlsplit(url).path if origin_of(url) else ""
    if unit := _UNIT.fullmatch(path):
        return Handle("trustpilot", unit[1], url, {"form": "api"})
    name = company(path)
    return Handle("trustpilot", name, url) if name else None


def within(body: bytes) -> tuple[Handle, str] | None:
    """The business that a saved page says it is of, and the page's own address."""
    text = body.decode("utf-8-sig", "replace")
    if _is_html(body):
        businesses, name = told(in_script(text)), named_in(text)
    else:
        try:
            businesses, name = told(json.loads(text)), None
        except (ValueError, RecursionError):
            return None
    at = businesses[0].page if len(businesses) == 1 else 1
    if len(businesses) == 1 and businesses[0].names:
        name = businesses[0].names[0]
    named = handle(f"{SITE}/review/{quote(name)}") if name else None
    return (named, named.url + (f"?page={at}" if at > 1 else "")) if named else None


def start(handle: Handle) -> Request:
    """The API's first page; of a page to save, its address, which is never fetched from Trustpilot."""
    return Request(_api_page(handle, 1) if _in_api(handle) else handle.url)


def sign(request: Request, key: str) -> Request:
    """The request with a key, if it goes to Trustpilot's API; no other host is ever told."""
    if origin_of(request.url) != API:
        return request
    return Request(request.url, {**request.headers, "apikey": key.strip()}, request.body)


def parse(page: Page, handle: Handle) -> Batch:
    """The reviews on a page and, of the API, the next request; raises ParseError, nothing else."""
    if _is_html(page.body):
        return _html(page, handle)
    businesses = told(json_of(page))
    if not businesses:
        challenge(page)
        raise ChangedPage(f"{page.url} sent JSON without reviews of Trustpilot's form")
    if _in_api(handle):
        return _api(page, handle, businesses[0])
    business = chosen(page, businesses, handle)
    reviews, unreadable, warnings = _reviews(page, business, handle)
    if len(businesses) > 1:
        rest = ", ".join(b.names[0] for b in businesses if b is not business and b.names)
        warnings.append(f"the page holds reviews of other businesses too, which were left out: {rest[:200]}")
    return _told(page, reviews, unreadable, business.total, warnings, len(business.records))


def _is_html(body: bytes) -> bool:
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _in_api(handle: Handle) -> bool:
    return handle.params.get("form") == "api"


def _api_page(handle: Handle, at: int) -> str:
    origin = API if host_of(handle.url) == urlsplit(API).hostname else origin_of(handle.url)
    return f"{origin}/v1/business-units/{handle.product}/reviews?page={at}&perPage={PER_PAGE}&orderBy=createdat.desc"


def _api(page: Page, handle: Handle, business: Told) -> Batch:
    """A page of the API; one past the end is documented to be an empty list."""
    at, before = asked_number(page.url, "page", 1), marks(page.url)
    if not business.records:
        return Batch(outcome=Outcome.PROVEN_EMPTY, stop=Stop.END)
    reviews, unreadable, warnings = _reviews(page, business, handle)
    this = mark(*(r.id for r in reviews))
    outcome = Outcome.REVIEWS if reviews else Outcome.UNKNOWN_EMPTY
    if this in before:
        warnings.append("the API gave the same page again; the walk ended there")
        return Batch(reviews, None, outcome, Stop.END, unreadable, business.total, tuple(warnings))
    following = Request(marked(_api_page(handle, at + 1), before, this))
    return Batch(reviews, following, outcome, None, unreadable, business.total, tuple(warnings))


def _html(page: Page, handle: Handle) -> Batch:
    """A saved page: its script, held against its schema.org data, or that alone."""
    text = markup_of(page)
    businesses = told(in_script(text))
    found, _ = document(page)
    business = chosen(page, businesses, handle) if businesses else None
    if business is None:
        name = named_in(text)
        if name and not Told([], (name,)).of(handle.product):
            raise ChangedPage(f"{page.url} is the page of {name}, not of {handle.product}; name its own address")
    marked_up, missed = _marked_up(found, page, handle)
    if business is None:
        if not marked_up:
            challenge(page)
            raise ChangedPage(f"{page.url} holds neither Trustpilot's data nor schema.org reviews")
        stated = {n for a in found.aggregates if (n := found.count(a.node, "reviewCount")) is not None}
        return _by_markup(page, marked_up, missed, stated.pop() if len(stated) == 1 else None)
    try:
        reviews, unreadable, warnings = _reviews(page, business, handle)
    except ChangedPage:
        if not marked_up:
            raise
        return _by_markup(page, marked_up, missed, business.total)
    aside = {str(dig(r, "id")) for r in business.records if removed(r)}
    others = {k: r for k, r in marked_up.items() if k not in aside}
    if reviews and not any(r.id in others for r in reviews):
        others = {}  # until 2021 the schema.org data had no ids: it tells the same reviews, and less of them
    extra = _compared(reviews, others, warnings)
    return _told(page, (*reviews, *extra), unreadable, business.total, warnings, len(business.records) + len(extra))


def _by_markup(page: Page, marked_up: Mapping[str, Review], missed: int, total: int | None) -> Batch:
    """A page whose own data is missing or cannot be read."""
    warnings = ["the page's own data is missing or changed; read from its schema.org data, without replies and votes"]
    return _told(page, tuple(marked_up.values()), missed, total, warnings, len(marked_up) + missed)


def _marked_up(found: Document, page: Page, handle: Handle) -> tuple[dict[str, Review], int]:
    """The reviews of the page's schema.org data by their ids at Trustpilot, and how many cannot be read."""
    nodes = read(found, handle.product, urldefrag(page.url).url)
    result: dict[str, Review] = {}
    for review in nodes.reviews:
        tail = review.id.rstrip("/").rpartition("/")[2]
        name = tail if _ID.fullmatch(tail) else review.id
        url = address(name) if tail != review.id else review.url
        result.setdefault(name, replace(review, source="trustpilot", id=name, url=url))
    return result, nodes.unreadable


def _compared(reviews: tuple[Review, ...], others: Mapping[str, Review], warnings: list[str]) -> list[Review]:
    """Holds both tellings against each other; gives those reviews that only the schema.org data has."""
    if not others:
        return []
    ours = {r.id: r for r in reviews}
    differ = [i for i, r in ours.items() if i in others and others[i].rating not in (r.rating, None)]
    if differ:
        warnings.append(
            f"the page tells other stars in its schema.org data, which was not followed, for {_ids(differ)}"
        )
    if lone := [i for i in ours if i not in others]:
        warnings.append(f"not in the page's schema.org data, and kept: {_ids(lone)}")
    extra = [r for i, r in others.items() if i not in ours]
    if extra:
        warnings.append(f"only in the page's schema.org data, and kept: {_ids(r.id for r in extra)}")
    return extra


def _ids(ids: Iterable[str]) -> str:
    listed = list(ids)
    more = f" and {len(listed) - MOST_NAMED} more" if len(listed) > MOST_NAMED else ""
    return ", ".join(listed[:MOST_NAMED]) + more


def _reviews(page: Page, business: Told, handle: Handle) -> tuple[tuple[Review, ...], int, list[str]]:
    """The reviews of a business, how many records cannot be read, and what to say of the rest."""
    reviews, unreadable = gather(page, business.records, removed, lambda record: review_of(record, handle.product))
    gone = sum(map(removed, business.records))
    pending = sum(dig(r, "pending") is True or dig(r, "isPending") is True for r in business.records)
    warnings = []
    if gone:
        warnings.append(f"left out as removed by Trustpilot: {some(gone, 'review')}")
    if pending:
        warnings.append(f"not yet checked by Trustpilot, and kept: {some(pending, 'review')}")
    return reviews, unreadable, warnings


def _told(
    page: Page, reviews: tuple[Review, ...], unreadable: int, total: int | None, warnings: list[str], records: int
) -> Batch:
    """A saved page as a batch: nothing follows it."""
    if reviews:
        stop = Stop.END if total is not None and records >= total else Stop.SAMPLE
        return Batch(reviews, None, Outcome.REVIEWS, stop, unreadable, total, tuple(warnings))
    if total == 0 and not records:
        return Batch(outcome=Outcome.PROVEN_EMPTY, stop=Stop.END, total=0)
    states = f"that there are {total:,}" if total is not None else "not how many there are"
    warnings.append(f"the page shows no reviews and says {states}; Trustpilot shows none after its tenth page")
    return Batch((), None, Outcome.UNKNOWN_EMPTY, Stop.EMPTY, unreadable, total, tuple(warnings))
