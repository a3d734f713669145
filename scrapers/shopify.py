"""Shopify App Store: the reviews of one app out of its HTML pages, newest first, ten a page.

The pages have no structured data about reviews, so everything is selected by the attributes that the shop's own
scripts use, never by its `tw-*` classes, and every selector says how many it expects. Pages saved before 2023 have no
such attributes and are read by the classes that they had then, as scrapers of that time name them. Read with lxml
directly: BeautifulSoup took 25 to 48 s and up to 4 GB for 10 MB of hostile HTML, lxml 2 s (2026-11).
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import lxml.etree
import lxml.html

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._read import challenge, dig, markup_of, number, plain, text_of, votes, written_time
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop

ABOUT = About(
    title="Shopify App Store",
    address="https://apps.shopify.com/name",
    access="HTML",
    terms="robots.txt allows /reviews, but Shopify's terms of service (1.9, 2026-08) are reported to forbid robots",
    limits="no titles, versions or votes; of an edited review only the day of its edit",
    opt_in=True,
)

HOST = "apps.shopify.com"
PER_PAGE = 10

_LISTING = re.compile(r"/([a-z0-9][a-z0-9_-]{0,199})(?:/reviews)?/?")
_PAGES = frozenset(
    "blog browse built-in-features capabilities categories collections compare login partners reviews search sitemap "
    "stories".split()
)
"""What stands where an app's name would, and is none."""
_STARS = re.compile(r"([1-5]) out of 5 stars")
_DAY = re.compile(r"(Edited )?([A-Z][a-z]{2,8} [0-9]{1,2}, [0-9]{4})")
_REPLIED = re.compile(r"\breplied ([A-Z][a-z]{2,8} [0-9]{1,2}, [0-9]{4})")
_SPACE = re.compile(r"\s+")
_AROUND = re.compile(r"review-([0-9]{1,20})")
"""The id of the element around a row."""
_OWN = "[not(ancestor::*[@data-merchant-review-reply or starts-with(@id, 'review-reply-')])]"
"""The maker's reply has a text and a date of the same form as the review's own."""
_ROWS = "//*[@data-merchant-review][not(ancestor::*[@data-merchant-review])]"
"""One inside another is none of its own; else hundreds of them, each holding the whole page, would take minutes."""


def _classed(name: str) -> str:
    return f"*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"


_OLD_ROWS = f"//{_classed('review-listing')}[not(ancestor::{_classed('review-listing')})]"
_OLD_OWN = f"[not(ancestor::{_classed('review-reply')})]"

_COUNTRIES = (
    "ae United Arab Emirates;ar Argentina;at Austria;au Australia;bd Bangladesh;be Belgium;bg Bulgaria;bh Bahrain;"
    "br Brazil;ca Canada;ch Switzerland;cl Chile;cn China;co Colombia;cr Costa Rica;cy Cyprus;cz Czechia;"
    "cz Czech Republic;de Germany;dk Denmark;do Dominican Republic;ec Ecuador;ee Estonia;eg Egypt;es Spain;fi Finland;"
    "fr France;gb United Kingdom;ge Georgia;gh Ghana;gr Greece;gt Guatemala;hk Hong Kong;hk Hong Kong SAR;hr Croatia;"
    "hu Hungary;id Indonesia;ie Ireland;il Israel;in India;is Iceland;it Italy;jm Jamaica;jo Jordan;jp Japan;ke Kenya;"
    "kr South Korea;kw Kuwait;lb Lebanon;lk Sri Lanka;lt Lithuania;lu Luxembourg;lv Latvia;ma Morocco;mt Malta;"
    "mu Mauritius;mx Mexico;my Malaysia;ng Nigeria;nl Netherlands;no Norway;np Nepal;nz New Zealand;om Oman;pa Panama;"
    "pe Peru;ph Philippines;pk Pakistan;pl Poland;pr Puerto Rico;pt Portugal;qa Qatar;ro Romania;rs Serbia;ru Russia;"
    "sa Saudi Arabia;se Sweden;sg Singapore;si Slovenia;sk Slovakia;sv El Salvador;th Thailand;tn Tunisia;tr Turkey;"
    "tr Türkiye;tw Taiwan;ua Ukraine;us United States;uy Uruguay;ve Venezuela;vn Vietnam;za South Africa"
)
COUNTRIES = {name: code for code, _, name in (entry.partition(" ") for entry in _COUNTRIES.split(";"))}
"""The shop's English names of the countries where most merchants are -> ISO 3166-1; the others stay unread."""


def recognise(url: str) -> Handle | None:
    """An app on Shopify's own site, such as `https://apps.shopify.com/name/reviews`."""
    try:
        parts = urlsplit(url)
        official = parts.scheme in {"http", "https"} and parts.hostname == HOST
    except ValueError:
        return None
    return handle(url) if official else None


def handle(url: str) -> Handle | None:
    """What the path names, whatever the host, for a listing whose market file says `source = "shopify"`."""
    try:
        found = _LISTING.fullmatch(urlsplit(url).path)
    except ValueError:
        return None
    return Handle("shopify", found[1], url) if found and found[1] not in _PAGES else None


def start(handle: Handle) -> Request:
    """The first page of reviews."""
    return _request(handle, 1)


def parse(page: Page, handle: Handle) -> Batch:
    """The reviews on a page and the next request; raises ParseError, nothing else."""
    tree = _tree(page)
    here = _number_of(page)
    total = _total(tree)
    rows, read = tree.xpath(_ROWS), _review
    if not rows:
        rows, read = tree.xpath(_OLD_ROWS), _old_review
    reviews: dict[str, Review] = {}
    unreadable = 0
    for row in rows:
        review = read(row, handle)
        if review is None:
            unreadable += 1
        else:
            reviews.setdefault(review.id, review)
    if unreadable and not reviews:
        raise ChangedPage(f"{page.url}: none of its {unreadable} reviews can be read; the page's form changed")
    more = bool(tree.xpath("//a[contains(concat(' ', normalize-space(@rel), ' '), ' next ')]"))
    if not rows:
        return _empty(page, tree, here, total, more)
    onward = more and bool(_LISTING.fullmatch(urlsplit(handle.url).path))  # a saved page need not say its app
    seen = (here - 1) * PER_PAGE + len(rows)
    # A tenth may have gone in the meantime; more missing means that the page hides the rest or links to it otherwise.
    short = not more and total is not None and seen < total * 0.9
    warnings = [f"the page says that there are {total:,} reviews but leads to no more than {seen:,}"] if short else []
    if all(r.written is None and r.edited is None for r in reviews.values()):
        warnings.append("no review on the page has a date in English; its form or language may have changed")
    return Batch(
        tuple(reviews.values()),
        next=_request(handle, here + 1) if onward else None,
        stop=None if onward else Stop.SAMPLE if more or short else Stop.END,
        unreadable=unreadable,
        total=total,
        warnings=tuple(warnings),
    )


def _empty(page: Page, tree: Any, here: int, total: int | None, more: bool) -> Batch:
    """What a page without a single review means; raises ChangedPage unless it is one of an app."""
    if total is None and not tree.xpath("//link[@rel='canonical'][contains(@href, '/reviews')]"):
        challenge(page)
        raise ChangedPage(f"{page.url} is no page of an app's reviews")
    if here == 1 and total:
        raise ChangedPage(f"{page.url} says that there are {total:,} reviews and shows none; its form changed")
    before = (here - 1) * PER_PAGE
    if not more and (total == 0 or (here > 1 and total is not None and before >= total * 0.9)):
        return Batch(outcome=Outcome.PROVEN_EMPTY, stop=Stop.END, total=total)
    why = f"page {here} came without reviews, which does not prove that there are no more"
    return Batch(outcome=Outcome.UNKNOWN_EMPTY, stop=Stop.EMPTY, total=total, warnings=(why,))


def _origin(handle: Handle) -> str:
    """Where the listing's site is: Shopify's for saved pages too, else the listing's own host."""
    parts = urlsplit(handle.url)
    own = parts.netloc and parts.hostname != HOST and _LISTING.fullmatch(parts.path)
    return f"{parts.scheme}://{parts.netloc}" if own else f"https://{HOST}"


def _request(handle: Handle, page: int) -> Request:
    # Dates come in the reader's language, and only English ones are read. The name lies in the path as it came.
    address = f"{_origin(handle)}/{quote(handle.product)}/reviews?sort_by=newest&page={page}"
    return Request(address, {"accept-language": "en-US,en"})


def _number_of(page: Page) -> int:
    """Which page was asked for; a page saved by hand counts as the first."""
    try:
        asked = parse_qs(urlsplit(page.url).query).get("page", ["1"])[0]
    except ValueError:
        return 1
    return max(1, int(asked)) if re.fullmatch(r"[0-9]{1,6}", asked) else 1


def _tree(page: Page) -> Any:
    text = markup_of(page)
    try:
        parser = lxml.html.HTMLParser(encoding="utf-8")
        return lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError) as e:
        challenge(page)
        raise ChangedPage(f"{page.url} sent HTML that cannot be read") from e


def _total(tree: Any) -> int | None:
    """How many ratings the page's description of the app counts; on Shopify every rating is a review."""
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            data = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        if dig(data, "@type") == "SoftwareApplication":
            count = number(dig(data, "aggregateRating", "ratingCount"))
            return int(count) if count is not None and 0 <= count < 10**9 else None
    return None


def _review(row: Any, handle: Handle) -> Review | None:
    """The review of a row; None unless it has an id, one row of stars and one text (empty for stars alone)."""
    around = _AROUND.fullmatch(next(iter(row.xpath("../@id")), ""))
    identity = plain(row.get("data-review-content-id")) or (around[1] if around else None)
    reply, replied = _reply(row)
    stars = row.xpath(f".//*[@role='img'][contains(@aria-label, 'out of 5 stars')]{_OWN}")
    texts = row.xpath(f".//*[@data-truncate-content-copy]{_OWN}")
    found = _STARS.fullmatch(stars[0].get("aria-label").strip()) if len(stars) == 1 else None
    if not identity or found is None or len(texts) != 1:
        return None
    body = _text(texts[0])
    edited, day = _day(stars[0])
    names = row.xpath(f".//span[@title]{_OWN}")
    return Review(
        source="shopify",
        product=handle.product,
        id=identity,
        url=f"{_origin(handle)}/reviews/{quote(identity, safe='')}",
        author=plain(names[0].get("title")) if names else None,
        rating=float(found[1]),
        scale="5",
        body=body or "",
        country=_country(names[0]) if names else None,
        written=None if edited else day,
        edited=day if edited else None,
        reply=reply,
        replied=replied if reply else None,
    )


def _reply(row: Any) -> tuple[str | None, datetime | None]:
    """What the maker answered and when: in the row or beside it; the place is there even when nobody answered."""
    places = row.xpath(".//*[@data-merchant-review-reply]") or row.xpath(".//*[starts-with(@id, 'review-reply-')]")
    for beside in row.itersiblings():
        if "data-merchant-review" in beside.attrib:
            break
        if "data-merchant-review-reply" in beside.attrib:
            places.append(beside)
    text = when = None
    for place in places:
        copies = place.xpath(".//*[@data-truncate-content-copy]")
        if text is None and len(copies) == 1:
            text = _text(copies[0])
            said = _REPLIED.search(_SPACE.sub(" ", place.text_content()))
            when = written_time(said[1]) if said else None
    return text, when


def _old_review(row: Any, handle: Handle) -> Review | None:
    """The review of a row as it was until 2022; None unless it has an id, one row of stars and one text."""
    ids = row.xpath("descendant-or-self::*[@data-review-id]/@data-review-id")
    identity = plain(ids[0]) if ids else None
    stars = row.xpath(f".//{_classed('ui-star-rating')}{_OLD_OWN}/@data-rating")
    texts = row.xpath(f".//{_classed('truncate-content-copy')}{_OLD_OWN}")
    rating = number(stars[0]) if len(stars) == 1 else None
    if not identity or rating not in {1.0, 2.0, 3.0, 4.0, 5.0} or len(texts) != 1:
        return None
    said = [row.xpath(f".//{_classed(f'review-metadata__item-{name}')}") for name in ("label", "value")]
    day = next((found for e in (*said[0], *said[1]) if (found := _DAY.fullmatch(_said(e)))), None)
    when = written_time(day[2]) if day else None
    names = row.xpath(f".//{_classed('review-listing-header__text')}")
    helpful = row.xpath(f".//{_classed('review-helpfulness__helpful-count')}")
    replies = row.xpath(f".//{_classed('review-reply')}//{_classed('truncate-content-copy')}")
    dates = (_said(e) for e in row.xpath(f".//{_classed('review-reply')}//{_classed('review-reply__header-item')}"))
    reply = _text(replies[0]) if len(replies) == 1 else None
    return Review(
        source="shopify",
        product=handle.product,
        id=identity,
        url=f"{_origin(handle)}/reviews/{quote(identity, safe='')}",
        author=plain(_said(names[0])) if names else None,
        rating=rating,
        scale="5",
        body=_text(texts[0]) or "",
        written=None if day and day[1] else when,
        edited=when if day and day[1] else None,
        helpful=votes(_said(helpful[0])) if helpful else None,
        reply=reply,
        replied=next((time for text in dates if (time := written_time(text))), None) if reply else None,
    )


def _said(element: Any) -> str:
    return _SPACE.sub(" ", element.text_content()).strip()


def _day(stars: Any) -> tuple[bool, datetime | None]:
    """The date beside the stars, and whether it is that of an edit."""
    beside = stars.getnext()
    found = None if beside is None else _DAY.fullmatch(_said(beside))
    return (False, None) if found is None else (bool(found[1]), written_time(found[2]))


def _country(name: Any) -> str | None:
    """The code of the merchant's country, one of the plain lines below the shop's name."""
    # The name stands in a heading of its own, or directly among the lines.
    heading = name.getparent()
    block = heading if heading.xpath("./div") else heading.getparent()
    lines = [] if block is None else [line for line in block.xpath("./div") if line is not heading]
    said = (_said(line) for line in lines)
    return next((COUNTRIES[line] for line in said if line in COUNTRIES), None)


def _text(element: Any) -> str | None:
    """An element's text, its paragraphs and breaks as lines; other white space means nothing in HTML."""
    markup = lxml.etree.tostring(element, encoding="unicode", with_tail=False)
    return text_of(_SPACE.sub(" ", markup))
