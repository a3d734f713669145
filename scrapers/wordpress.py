"""WordPress.org: the reviews of one plugin through the feed of its reviews forum, newest first, about 30 of them.

The forum's rules name no second page of this feed (support-forums/inc/class-directory-compat.php in
WordPress/wordpress.org: only the HTML list has `page/N`), so none is asked for. The list, saved by hand, is read too:
it shows every review's title and stars, but no text.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import lxml.etree
import lxml.html

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._read import challenge, markup_of, moment, number, plain, text_of
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop
from scrapers._xml import feed_of

ABOUT = About(
    title="WordPress.org plugins",
    address="https://wordpress.org/plugins/name/",
    access="public feed",
    terms="a public feed; one request at a time",
    limits="about the 30 newest reviews; no versions, votes or replies",
    example="https://wordpress.org/plugins/woocommerce/",
)

ORIGIN = "https://wordpress.org"
FEED_LENGTH = 25
"""From this many reviews on, a feed may have left some out: bbPress gives 25 where a site sets nothing."""

_HOST = re.compile(r"(?:www\.|[a-z]{2,3}(?:-[a-z]{2,10})?\.)?wordpress\.org")
_LISTING = re.compile(r"/(?:plugins|support/plugin)/([^/]+)(?:/.*)?")
_PAGES = frozenset({"browse", "search", "tags", "category", "about", "developers"})
"""What stands below `/plugins/` and is no plugin."""
_TOPIC = re.compile(r"/support/topic/[^/]+/?")
_IN_TITLE = re.compile(r"\s*\(([1-5]) stars?\)\Z")
_IN_BODY = re.compile(r"Rating: ([1-5]) stars?(?:\n\s*|\Z)")
_REPLIES = re.compile(r"\AReplies: [0-9][0-9,.]*(?:\n\s*|\Z)")
_STARS = re.compile(r"([1-5]) out of 5 stars")
_DC = "{http://purl.org/dc/elements/1.1/}"


def recognise(url: str) -> Handle | None:
    """A plugin on WordPress.org, in any of its languages, such as `https://wordpress.org/plugins/name/`."""
    try:
        parts = urlsplit(url)
        official = parts.scheme in {"http", "https"} and _HOST.fullmatch(parts.hostname or "")
    except ValueError:
        return None
    return handle(url) if official else None


def handle(url: str) -> Handle | None:
    """What the path names, whatever the host, for a listing whose market file says `source = "wordpress"`."""
    try:
        found = _LISTING.fullmatch(urlsplit(url).path)
    except ValueError:
        return None
    slug = plain(unquote(found[1])) if found else None
    return Handle("wordpress", slug, url) if slug and slug not in _PAGES else None


def start(handle: Handle) -> Request:
    """The feed of the plugin's reviews."""
    return Request(f"{_origin(handle)}/support/plugin/{quote(handle.product, safe='')}/reviews/feed/")


def parse(page: Page, handle: Handle) -> Batch:
    """The reviews in the feed, or on a saved page of the list; raises ParseError, nothing else."""
    head = page.body[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return _list(page, handle)
    channel = feed_of(page, "item").find("channel")
    if channel is None:
        raise ChangedPage(f"{page.url} sent a feed without a channel")
    items = channel.findall("item")
    if not items:
        why = f"the feed of {handle.product} has no reviews; this does not prove that there are none"
        return Batch(outcome=Outcome.UNKNOWN_EMPTY, stop=Stop.EMPTY, warnings=(why,))
    reviews, unreadable = _each([_item(i, handle) for i in items], page)
    warnings = []
    if len(items) >= FEED_LENGTH:
        warnings.append(f"WordPress.org's feed gives about the 30 newest reviews only; it gave {len(items)}")
    if all(r.rating is None for r in reviews):
        warnings.append("no review in the feed has its stars; the feed's form may have changed")
    return Batch(reviews, stop=Stop.CAP, unreadable=unreadable, warnings=tuple(warnings))


def _origin(handle: Handle) -> str:
    """Where the forum is: WordPress.org for all its languages and for saved pages, else the listing's own host."""
    parts = urlsplit(handle.url)
    own = parts.netloc and not _HOST.fullmatch(parts.hostname or "") and _LISTING.fullmatch(parts.path)
    return f"{parts.scheme}://{parts.netloc}" if own else ORIGIN


def _each(found: list[Review | None], page: Page) -> tuple[tuple[Review, ...], int]:
    """Every review once, and how many could not be read; raises ChangedPage when that is all of them."""
    reviews: dict[str, Review] = {}
    for review in found:
        if review is not None:
            reviews.setdefault(review.id, review)
    if not reviews:
        raise ChangedPage(f"{page.url}: none of its {len(found)} reviews can be read; the page's form changed")
    return tuple(reviews.values()), found.count(None)


def _item(item: Any, handle: Handle) -> Review | None:
    """The review of a feed's item; None when it names no topic of the forum or says nothing."""
    topic = next((t for t in (_said(item, "guid"), _said(item, "link")) if t and _is_topic(t)), None)
    title, suffix = _titled(text_of(_said(item, "title")))
    stars, body = _rated(text_of(_said(item, "description")) or "")
    rating = stars or suffix
    if topic is None or (rating is None and not title and not body):
        return None
    return Review(
        source="wordpress",
        product=handle.product,
        id=topic,
        url=_open(topic, handle),
        author=text_of(_said(item, f"{_DC}creator")),
        rating=rating,
        scale=None if rating is None else "5",
        title=title,
        body=body,
        written=_mail_time(_said(item, "pubDate")),
    )


def _said(item: Any, name: str) -> str | None:
    child = item.find(name)
    return None if child is None else plain("".join(child.itertext()))


def _titled(title: str | None) -> tuple[str | None, float | None]:
    """The title as the reviewer wrote it, and the stars that the feed adds to its end."""
    found = _IN_TITLE.search(title or "")
    if title is None or found is None:
        return title, None
    return title[: found.start()].strip() or None, float(found[1])


def _rated(body: str) -> tuple[float | None, str]:
    """The stars that the forum writes above a review's text, and the text without that and the count of replies."""
    body = _REPLIES.sub("", body, count=1)
    found = _IN_BODY.match(body)
    return (float(found[1]), body[found.end() :]) if found else (None, body)


def _is_topic(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and bool(_TOPIC.fullmatch(parts.path))


def _open(topic: str, handle: Handle) -> str | None:
    """The topic's address where it is on the listing's own site: a report must not link to wherever a feed says."""
    there = urlsplit(topic)
    own = urlsplit(_origin(handle))
    return topic if there.netloc == own.netloc or _HOST.fullmatch(there.netloc) else None


def _mail_time(value: str | None) -> datetime | None:
    """A time as mail and RSS write it, `Tue, 03 Mar 2026 10:00:00 +0000`; None for anything else."""
    try:
        return moment(parsedate_to_datetime(value or ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _list(page: Page, handle: Handle) -> Batch:
    """The rows of the HTML list."""
    try:
        parser = lxml.html.HTMLParser(encoding="utf-8")
        tree = lxml.html.document_fromstring(markup_of(page).encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError) as e:
        raise ChangedPage(f"{page.url} sent HTML that cannot be read") from e
    # One inside another is none of its own; else hundreds of them, each holding the whole page, would take minutes.
    rows = tree.xpath("//ul[starts-with(@id, 'bbp-topic-')][not(ancestor::ul[starts-with(@id, 'bbp-topic-')])]")
    if not rows:
        challenge(page)
        raise ChangedPage(f"{page.url} sent HTML without a list of reviews")
    reviews, unreadable = _each([_row(r, handle) for r in rows], page)
    counts = [number(e.text_content().strip().replace(",", "")) for e in tree.xpath("//*[@itemprop='reviewCount']")]
    why = "the list shows titles and stars only; the feed has the texts of the newest reviews"
    return Batch(
        reviews,
        stop=Stop.SAMPLE,
        unreadable=unreadable,
        total=int(counts[0]) if len(counts) == 1 and counts[0] is not None and counts[0] >= 0 else None,
        warnings=(why,),
    )


def _row(row: Any, handle: Handle) -> Review | None:
    """The review of a row; None unless it has one link to its topic and one row of stars."""
    links = row.xpath(".//a[contains(concat(' ', normalize-space(@class), ' '), ' bbp-topic-permalink ')]")
    marks = row.xpath(".//*[contains(concat(' ', normalize-space(@class), ' '), ' wporg-ratings ')]")
    if len(links) != 1 or len(marks) != 1:
        return None
    said = (marks[0].get(name) or "" for name in ("data-rating", "title", "aria-label"))
    rating = next((float(s[0]) for s in said if re.fullmatch(r"[1-5]", s) or _STARS.fullmatch(s)), None)
    try:
        topic = urljoin(_origin(handle), (links[0].get("href") or "").strip())
    except ValueError:
        return None
    if rating is None or not _is_topic(topic):
        return None
    names = row.xpath(".//*[@class='bbp-topic-started-by']//*[@class='bbp-author-name']")
    return Review(
        source="wordpress",
        product=handle.product,
        id=topic,
        url=_open(topic, handle),
        author=plain(names[0].text_content()) if names else None,
        rating=rating,
        scale="5",
        title=plain(links[0].text_content()),
    )
