"""Atlassian Marketplace: saved answers of its reviews API, in the form of version 2 or 3.

Nothing is fetched: the site's terms are reported to forbid scraping, its robots.txt to disallow `/rest/`, and version 2
to have been switched off on 2026-06-30 (none of it checked against the live site), so `_terms.py` refuses the host.

Ratings were 0 to 4 once and are 1 to 5 now, and no answer says which. A rating is kept only on a scale that is known:
told by the one who saved the pages (`#scale=4` or `#scale=5` at the end of their address), or shown by the answer
itself, where a rating of 5, or a mean above 4, can only be one of five stars and no 0 speaks against it. Otherwise the
words are kept, the ratings left out, and a warning says how many.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from data.review import Review, content_id
from scrapers._errors import ChangedPage
from scrapers._posts import gather, host_of, identity, origin_of, whole
from scrapers._read import challenge, dig, iso_time, json_of, number, plain, text_of, votes
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop
from scrapers._structured import some

ABOUT = About(
    title="Atlassian Marketplace",
    address="https://marketplace.atlassian.com/apps/123456/name, its answers saved by hand",
    access="answers of its reviews API, saved by hand",
    terms="reported to forbid scraping: nothing is fetched",
    limits="ratings only where their scale is certain; no titles, versions or languages",
)

HOST = "marketplace.atlassian.com"
WORST = {"4": 0, "5": 1}
"""The scales that there have been, and the fewest stars on each."""

_PATHS = (
    re.compile(r"/apps/([1-9][0-9]{0,11})(?:/.*)?"),
    re.compile(r"/rest/[0-9.]{1,5}/(?:addons|products)/([A-Za-z0-9._-]{1,200})(?:/reviews)?(?:/.*)?"),
)


def recognise(url: str) -> Handle | None:
    """An app's page such as `https://marketplace.atlassian.com/apps/123456/name`, or its reviews in the API."""
    return handle(url) if host_of(url) == HOST else None


def handle(url: str) -> Handle | None:
    """What the path names, whatever the host, for a listing whose market file names this source."""
    path = urlsplit(url).path if origin_of(url) else ""
    product = next((found[1] for form in _PATHS if (found := form.fullmatch(path))), None)
    scale = re.search(r"(?:^|&)scale=([45])(?:&|$)", urlsplit(url).fragment) if product else None
    return Handle("atlassian_marketplace", product, url, {"scale": scale[1]} if scale else {}) if product else None


def within(body: bytes) -> tuple[Handle, str] | None:
    """The app of a saved answer, out of the address that it gives as its own, or of its product's id."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    link, product = dig(data, "_links", "self", "href"), dig(data, "productId")
    path = f"/rest/3/products/{product}/reviews" if isinstance(product, str) else link
    if not isinstance(path, str) or not path.startswith("/") or not path.isascii():
        return None  # JSON can hold what no address and no table can: halves of characters
    named = handle(f"https://{HOST}{path.partition('?')[0]}")
    return (named, named.url) if named else None


def start(handle: Handle) -> Request:
    """The address that a person saves; from the marketplace itself it is never fetched."""
    origin = f"https://{HOST}" if host_of(handle.url) == HOST else origin_of(handle.url)
    return Request(f"{origin}/rest/2/addons/{handle.product}/reviews?limit=50&sort=recent")


def parse(page: Page, handle: Handle) -> Batch:
    """The reviews of a saved answer; raises ParseError, nothing else."""
    data = json_of(page)
    records = next((r for p in (("_embedded", "reviews"), ("reviews",)) if isinstance(r := dig(data, *p), list)), None)
    if records is None:
        challenge(page)
        raise ChangedPage(f"{page.url} sent JSON without a list of reviews")
    total = whole(dig(data, "count"))
    scale = _scale(data, records, handle)
    reviews, unreadable = gather(page, records, lambda _: False, lambda record: _review(record, scale, handle))
    if reviews:
        lost = sum(r.rating is None for r in reviews)
        why = "by an answer that does not show its scale; name it with #scale=4 or #scale=5 in the pages' url"
        why = why if scale is None else f"off the scale of {scale} stars"
        warnings = (f"{some(lost, 'rating')} left out, given {why}",) if lost else ()
        stop = Stop.END if total is not None and len(records) >= total else Stop.SAMPLE
        return Batch(reviews, None, Outcome.REVIEWS, stop, unreadable, total, warnings)
    if total == 0 and not records:
        return Batch(outcome=Outcome.PROVEN_EMPTY, stop=Stop.END, total=0)
    states = "not how many there are" if total is None else f"that there are {total:,}"
    why = f"the answer holds no reviews and says {states}"
    return Batch((), None, Outcome.UNKNOWN_EMPTY, Stop.EMPTY, unreadable, total, (why,))


def _scale(data: Any, records: list[Any], handle: Handle) -> str | None:
    """The scale of the ratings: as told, or as the answer shows it; None when neither makes it certain."""
    if "scale" in handle.params:
        return handle.params["scale"]
    stars = [s for r in records if (s := number(dig(r, "stars"))) is not None]
    mean = number(dig(data, "averageStars")) or 0.0
    five = 5.0 in stars or 4 < mean <= 5
    return "5" if five and all(1 <= s <= 5 for s in stars) else None


def _review(record: Any, scale: str | None, handle: Handle) -> Review | None:
    """The review of a record; None when it has neither stars nor a text, or either of another type."""
    stars = dig(record, "stars")
    sent = next((v for n in ("review", "content") if (v := dig(record, n)) is not None), None)
    given, body = number(stars), text_of(sent)
    if not isinstance(sent, str | None) or (stars is not None and given is None) or (given is None and body is None):
        return None
    fits = scale is not None and given is not None and WORST[scale] <= given <= int(scale)
    link = dig(record, "_links", "self", "href")
    tail = re.search(r"/reviews/([A-Za-z0-9-]{1,64})(?:[/?#]|\Z)", link) if isinstance(link, str) else None
    day = dig(record, "date")
    name = identity(dig(record, "id")) or (tail[1] if tail else None)
    answer = next((v for p in (("_embedded", "response"), ("response",)) if (v := dig(record, *p)) is not None), None)
    texts = [answer, *(dig(answer, n) for n in ("text", "response", "review", "content"))]
    reply = next((t for v in texts if (t := text_of(v))), None)
    writer = [dig(record, "authorName"), dig(record, "_embedded", "author", "name")]
    return Review(
        source="atlassian_marketplace",
        product=handle.product,
        id=name or content_id(handle.product, day, stars, sent),
        url=handle.url.partition("#")[0],
        author=next((a for v in writer if (a := plain(v))), None),
        rating=given if fits else None,
        scale=scale if fits else None,
        body=body or "",
        written=iso_time(day),
        helpful=votes(dig(record, "helpfulVotes")),
        reply=reply,
        replied=iso_time(dig(answer, "date")) if reply else None,
    )
