"""Apple App Store: the public customer-review feed of one storefront, newest first, at most 500 reviews.

Apple's own addresses in the feed are never followed: they name raw IP hosts and switch from JSON to XML. An empty page
proves nothing by itself (in 2026 the feed was seen empty in one form and full in another), so a listing whose first
page is empty is asked again in the other forms, in the order of `PROBES`. What was seen so far lies in the fragment of
the request's address, which is never sent: `#empty` after pages without reviews, `#unknown` when they also said that
there is no such app.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._posts import identity
from scrapers._read import dig, iso_time, json_of, number, plain, votes
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop
from scrapers._xml import ATOM, feed_of

ABOUT = About(
    title="Apple App Store",
    address="https://apps.apple.com/us/app/name/id123456789",
    access="public feed",
    terms="a public feed for partners and developers; one request at a time",
    limits="the 500 newest reviews of one country; no replies; edits overwrite the date of writing",
    example="https://apps.apple.com/us/app/spotify/id324684580",
)

HOSTS = frozenset({"apps.apple.com", "itunes.apple.com"})
LOOKUP = "/lookup"
"""Apple's own record of an app, with the number of its ratings; about 20 calls a minute."""
LAST_PAGE = 10
PER_PAGE = 50

FORMS = {
    "json": "page={page}/id={id}/sortby=mostrecent/json",
    "xml": "page={page}/id={id}/sortby=mostrecent/xml",
    "turned": "id={id}/sortBy=mostRecent/page={page}/json",
}
"""The same feed, three ways to ask."""

PROBES = (("json", 1), ("xml", 1), ("turned", 1), ("json", 2), ("json", 3))
"""What is asked before a listing counts as empty."""

_LISTING = re.compile(r"(?:/([A-Za-z]{2}))?/(?:app|rss/customerreviews)/(?:[^?#]*/)?id=?([0-9]{1,20})(?:/[^?#]*)?")
_PAGE = re.compile(r"/page=([0-9]{1,4})(?:/|$)")
_SELF = re.compile(
    rb"(?:/(?P<before>[A-Za-z]{2}))?/rss/customerreviews/page=(?P<page>[0-9]{1,4})/id=(?P<id>[0-9]{1,20})"
    rb"/sortby=mostrecent/(?P<form>json|xml)(?:\?[^\"'\s]{0,200}?\bcc=(?P<after>[A-Za-z]{2}))?"
)
_IM = "{http://itunes.apple.com/rss}"
_TOO_DEEP = re.compile(rb"\s*[^\s<{][^<{]*page depth is limited")
"""What Apple answers to page 11, as plain text."""


@dataclass(frozen=True)
class _Asked:
    """What a request's address says."""

    form: str
    number: int
    seen: str
    """The fragment: ``, `empty` or `unknown`."""


@dataclass(frozen=True)
class _Feed:
    """A feed in either form, entries in the shape that the JSON form has."""

    entries: list[Any]
    links: Mapping[str, str]
    """`rel` -> address, as the feed gives it."""

    @property
    def denied(self) -> bool:
        """Whether the feed leaves every link of its own empty, as it does for an id it does not know."""
        own = [self.links[rel] for rel in ("first", "last", "next") if rel in self.links]
        return bool(own) and not any(own)

    @property
    def filled(self) -> bool:
        """Whether the feed knows the app: it fills its links even on a page past the end."""
        return any(self.links.get(rel) for rel in ("first", "last", "next"))

    @property
    def last(self) -> int:
        """The number of the last page as the feed gives it; 0 when it does not."""
        found = _PAGE.search(_path(self.links.get("last", "")))
        return int(found[1]) if found else 0


def recognise(url: str) -> Handle | None:
    """A listing on Apple's own hosts, such as `https://apps.apple.com/in/app/name/id123`."""
    try:
        parts = urlsplit(url)
        apple = parts.scheme in {"http", "https"} and parts.hostname in HOSTS
    except ValueError:
        return None
    return handle(url) if apple else None


def handle(url: str) -> Handle | None:
    """What the path names, whatever the host, for a listing whose market file says `source = "app_store"`."""
    found = _LISTING.fullmatch(_path(url))
    if found is None:
        return None
    return Handle("app_store", found[2], url, {"country": (found[1] or "us").lower()})


def within(body: bytes) -> tuple[Handle, str] | None:
    """The listing and the address of a feed page saved to a file, out of the link that it has to itself."""
    found = _SELF.search(body)
    if found is None:
        return None
    page, product, form = found["page"].decode(), found["id"].decode(), found["form"].decode()
    country = (found["before"] or found["after"] or b"us").decode().lower()
    named = Handle("app_store", product, f"https://apps.apple.com/{country}/app/id{product}", {"country": country})
    return named, _address(named, form, int(page))


def start(handle: Handle) -> Request:
    """The first page of the feed."""
    return Request(_address(handle, *PROBES[0]))


def parse(page: Page, handle: Handle) -> Batch:
    """The reviews on a page of the feed and the next request; raises ParseError, nothing else."""
    if _path(page.url) == LOOKUP:
        return _looked_up(page, handle)
    asked = _asked(page.url)
    if _TOO_DEEP.match(page.body[:1_000]):
        return Batch(outcome=Outcome.PROVEN_EMPTY, stop=Stop.CAP)
    feed = _xml_feed(page) if page.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else _json_feed(page)
    entries = [e for e in feed.entries if not _is_app(e)]
    if not entries:
        return _empty(asked, feed, handle)
    reviews: dict[str, Review] = {}
    unreadable = 0
    for entry in entries:
        review = _review(entry, handle)
        if review is None:
            unreadable += 1
        else:
            reviews.setdefault(review.id, review)
    if not reviews:
        raise ChangedPage(
            f"{page.url}: none of its {unreadable} entries has an id and a rating; the feed's form changed"
        )
    following = asked.number + 1
    more = following <= LAST_PAGE
    return Batch(
        reviews=tuple(reviews.values()),
        next=Request(_address(handle, asked.form, following)) if more else None,
        stop=None if more else Stop.CAP,
        unreadable=unreadable,
        warnings=_found_late(asked),
    )


def _empty(asked: _Asked, feed: _Feed, handle: Handle) -> Batch:
    """What a page without reviews means, and what to ask next."""
    probing = bool(asked.seen) or asked.number == 1
    if not probing:
        if feed.filled and feed.last <= asked.number:
            return Batch(outcome=Outcome.PROVEN_EMPTY, stop=Stop.END)
        why = f"page {asked.number} of the feed came empty"
        why += f" although it says that it has {feed.last} pages" if feed.last > asked.number else ""
        return _unknown(f"{why}; later reviews may be missing until the next visit")
    country = _country(handle)
    if feed.denied and asked.seen == "unknown":
        return _unknown(
            f"the App Store knows no app {handle.product} in its storefront {country!r}; check the id and the country"
        )
    step = (asked.form, asked.number)
    rest = PROBES[PROBES.index(step) + 1 :] if step in PROBES else ()
    if not rest:
        query = urlencode({"id": handle.product, "country": country})
        return Batch(outcome=Outcome.UNKNOWN_EMPTY, next=Request(f"{_origin(handle)}{LOOKUP}?{query}"))
    seen = "unknown" if feed.denied and not asked.seen else "empty"
    return Batch(
        outcome=Outcome.UNKNOWN_EMPTY,
        next=Request(f"{_address(handle, *rest[0])}#{seen}"),
    )


def _looked_up(page: Page, handle: Handle) -> Batch:
    """What an empty feed means beside the look-up, which counts an app's ratings: one asks it only after the feed."""
    results = dig(json_of(page), "results")
    if not isinstance(results, list):
        raise ChangedPage(f"{page.url} sent no list of apps where the App Store's look-up was due")
    country = _country(handle)
    if not results:
        return _unknown(
            f"the App Store knows no app {handle.product} in its storefront {country!r}; check the id and the country"
        )
    ratings = votes(dig(results, 0, "userRatingCount"))
    if ratings == 0:
        return Batch(outcome=Outcome.PROVEN_EMPTY, stop=Stop.END, total=0)
    counted = "" if ratings is None else f", although the App Store counts {ratings:,} ratings"
    return _unknown(
        f"feed returned none for app {handle.product} in {country!r}, in {len(PROBES)} ways of asking{counted}; "
        "this does not prove that the app has no reviews"
    )


def _unknown(warning: str) -> Batch:
    return Batch(outcome=Outcome.UNKNOWN_EMPTY, stop=Stop.EMPTY, warnings=(warning,))


def _found_late(asked: _Asked) -> tuple[str, ...]:
    """What to say when reviews came only after an empty first page."""
    if not asked.seen:
        return ()
    if asked.number == 1:
        return (f"the JSON feed came empty; its {'XML' if asked.form == 'xml' else 'second'} form had reviews",)
    before = (asked.number - 1) * PER_PAGE
    return (f"the feed came empty up to page {asked.number}; up to {before} newer reviews may be missing",)


def _address(handle: Handle, form: str, page: int) -> str:
    path = FORMS[form].format(page=page, id=handle.product)
    return f"{_origin(handle)}/{_country(handle)}/rss/customerreviews/{path}"


def _origin(handle: Handle) -> str:
    """Apple's own feeds for its own addresses, else whoever answers in its place."""
    parts = urlsplit(handle.url)
    return "https://itunes.apple.com" if parts.hostname in HOSTS else f"{parts.scheme}://{parts.netloc}"


def _country(handle: Handle) -> str:
    """The storefront; Apple's own default where an address names none."""
    return handle.params.get("country", "us")


def _asked(url: str) -> _Asked:
    """What the address asked for; a page saved by hand under another address counts as the first JSON page."""
    path = _path(url)
    found = _PAGE.search(path)
    form = "xml" if path.endswith("/xml") else "turned" if "/sortBy=mostRecent/" in path else "json"
    fragment = url.partition("#")[2]
    return _Asked(form, int(found[1]) if found else 1, fragment if fragment in {"empty", "unknown"} else "")


def _path(url: str) -> str:
    """The path of an address, empty when it is no address."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _json_feed(page: Page) -> _Feed:
    feed = dig(json_of(page), "feed")
    if not isinstance(feed, Mapping):
        raise ChangedPage(f"{page.url} sent JSON without a feed")
    entries = feed.get("entry")
    if entries is None:
        entries = []
    elif isinstance(entries, Mapping):  # a page with one review only
        entries = [entries]
    elif not isinstance(entries, list):
        raise ChangedPage(f"{page.url}: the feed's entries are neither a list nor an object")
    links = feed.get("link")
    links = [links] if isinstance(links, Mapping) else links if isinstance(links, list) else []
    return _Feed(entries, _links((dig(k, "attributes", "rel"), dig(k, "attributes", "href")) for k in links))


def _xml_feed(page: Page) -> _Feed:
    root = feed_of(page, "entry")
    if root.tag != f"{ATOM}feed":
        raise ChangedPage(f"{page.url} sent a <{root.tag}> document where an Atom feed was due")
    links = _links((k.get("rel"), k.get("href")) for k in root.findall(f"{ATOM}link"))
    return _Feed([_entry(e) for e in root.findall(f"{ATOM}entry")], links)


def _links(pairs: Any) -> dict[str, str]:
    return {rel: href.strip() for rel, href in pairs if isinstance(rel, str) and isinstance(href, str)}


def _entry(element: Any) -> dict[str, Any]:
    """An entry of the XML form in the shape of the JSON form."""
    entry: dict[str, Any] = {}
    for name in ("id", "title", "updated", "content"):
        for child in element.findall(f"{ATOM}{name}"):
            if name != "content" or child.get("type") == "text":  # the other one is the same as HTML with a table
                entry.setdefault(name, {"label": "".join(child.itertext())})
    for name in ("rating", "version", "voteSum", "name"):
        child = element.find(f"{_IM}{name}")
        if child is not None:
            entry[f"im:{name}"] = {"label": child.text or ""}
    author = element.find(f"{ATOM}author/{ATOM}name")
    if author is not None:
        entry["author"] = {"name": {"label": author.text or ""}}
    return entry


def _is_app(entry: Any) -> bool:
    """Whether the entry is the app itself, which older feeds put first."""
    return isinstance(entry, Mapping) and "im:name" in entry and "im:rating" not in entry


def _review(entry: Any, handle: Handle) -> Review | None:
    """The review of an entry; None when it has no id, no rating of 1 to 5, or a text of another type."""
    own = identity(dig(entry, "id", "label"))
    rating = number(dig(entry, "im:rating", "label"))
    body = dig(entry, "content", "label")
    if own is None or rating is None or not 1 <= rating <= 5:
        return None
    if not isinstance(body, str | None) or ("content" in entry and body is None):
        return None
    parts = urlsplit(handle.url)
    country = _country(handle)
    return Review(
        source="app_store",
        product=handle.product,
        id=own,
        url=f"https://apps.apple.com/{country}/app/id{handle.product}?see-all=reviews"
        if parts.hostname in HOSTS
        else handle.url,
        author=plain(dig(entry, "author", "name", "label")),
        rating=rating,
        scale="5",
        title=plain(dig(entry, "title", "label")),
        body=plain(body) or "",
        country=country,
        written=iso_time(dig(entry, "updated", "label")),
        version=plain(dig(entry, "im:version", "label")),
        helpful=votes(dig(entry, "im:voteSum", "label")),
    )
