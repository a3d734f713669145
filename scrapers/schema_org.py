"""Any page with schema.org data: the reviews that its JSON-LD and microdata hold for search engines.

Most pages show a sample and give reviews no id, so a review's id is a hash of what makes it that review; a page that
says the same thing in both syntaxes counts it once. Absence of markup proves nothing about reviews.
"""

from __future__ import annotations

from urllib.parse import urldefrag, urlsplit

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._paging import next_page
from scrapers._read import challenge
from scrapers._review_nodes import read
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop
from scrapers._structured import Document, Node, document, kinds, some

ABOUT = About(
    title="schema.org",
    address="https://shop.example/any/page",
    access="HTML that the user names",
    terms="per site; robots.txt is obeyed",
    limits="what the page's own markup holds, often a sample; nothing that a script loads later",
    sample=True,
)

_COMPANIES = frozenset({"Organization", "Corporation", "OnlineBusiness", "OnlineStore", "Store", "WebSite", "Brand"})
"""What a page tells of its shop beside its product."""


def recognise(url: str) -> Handle | None:
    """Any address on the web; the product is its host and path."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return None
    host = f"{host}:{port}" if port else host
    return Handle("schema_org", f"{host}{parts.path.rstrip('/')}", url.strip())


handle = recognise
"""The market file may name this source for any address: there is no host to check."""


def start(handle: Handle) -> Request:
    """The page itself."""
    return Request(handle.url)


def parse(page: Page, handle: Handle) -> Batch:
    """The reviews in the page's structured data; raises ParseError, nothing else."""
    found, tree = document(page)
    told = read(found, handle.product, urldefrag(page.url).url)
    total = _total(found)
    warnings = [*found.warnings, *told.warnings]
    if found.broken:
        warnings.append(f"{some(found.broken, 'JSON-LD block')} of the page left out, being no JSON")
    if not told.reviews:
        return _nothing(page, found, total, told.unreadable, warnings)
    following, hint = next_page(tree, page, handle)
    return Batch(
        reviews=told.reviews,
        next=following,
        stop=None if following else _stop(page, handle, told.reviews, total),
        unreadable=told.unreadable,
        total=total,
        warnings=(*warnings, *hint),
    )


def _stop(page: Page, handle: Handle, reviews: tuple[Review, ...], total: int | None) -> Stop:
    later = page.url != start(handle).url
    return Stop.END if later or (total is not None and len(reviews) >= total) else Stop.SAMPLE


def _nothing(page: Page, found: Document, total: int | None, unreadable: int, warnings: list[str]) -> Batch:
    """What a page without a readable review amounts to."""
    if not found.typed:
        challenge(page)
    if found.broken:
        raise ChangedPage(
            f"{page.url}: "
            f"{some(found.broken, 'JSON-LD block')} cannot be read as JSON, and there is no review in the rest"
        )
    if unreadable:
        why = f"none of the page's {unreadable} schema.org reviews has a rating or a text"
        return Batch(
            outcome=Outcome.UNKNOWN_EMPTY,
            stop=Stop.EMPTY,
            unreadable=unreadable,
            total=total,
            warnings=(*warnings, why),
        )
    counts = [c for a in found.aggregates for c in (_count(found, a.node),) if c is not None]
    if counts and not any(counts):
        return Batch(outcome=Outcome.PROVEN_EMPTY, stop=Stop.END, total=0, warnings=tuple(warnings))
    if found.aggregates:
        number = f"{max(counts)} ratings or reviews" if counts else "an average rating"
        why = f"the page states {number} but holds no reviews; such reviews are usually loaded by a script"
    else:
        why = "no schema.org reviews in the page"
    return Batch(outcome=Outcome.UNKNOWN_EMPTY, stop=Stop.EMPTY, total=total, warnings=(*warnings, why))


def _total(found: Document) -> int | None:
    """The review count that belongs to the page's reviews; None when the page states none, or several."""
    subjects = list({id(f.subject): f.subject for f in found.reviews if f.subject is not None}.values())
    names = {found.text(s, "name") for s in subjects}
    own = [a for s in subjects for a in found.things(s, "aggregateRating")]
    totals = _reviews_stated(found, own)
    if totals:
        return max(totals) if len(names) == 1 else None
    if len(names) > 1:
        return None
    totals = _reviews_stated(found, [a.node for a in found.aggregates])
    if len(totals) > 1:  # a shop that tells of itself as well
        products = [a.node for a in found.aggregates if a.subject is None or not kinds(a.subject) & _COMPANIES]
        totals = _reviews_stated(found, products)
    return totals.pop() if len(totals) == 1 else None


def _reviews_stated(found: Document, aggregates: list[Node]) -> set[int]:
    counts = (found.count(a, "reviewCount") for a in aggregates)
    return {c for c in counts if c is not None}


def _count(found: Document, aggregate: Node) -> int | None:
    """How many reviews, or failing that ratings, an aggregate speaks of."""
    stated = [found.count(aggregate, name) for name in ("reviewCount", "ratingCount")]
    return max((c for c in stated if c is not None), default=None)
