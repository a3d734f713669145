"""Where a page of reviews goes on, when it says so with `rel=next`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urldefrag, urljoin, urlsplit

from scrapers._source import Handle, Page, Request

_ENDING = re.compile(r"(?i)\.(?:html?|php|aspx?|jsp)$")
_PAGE_PART = re.compile(r"(?i)(?:[-_/,.;][a-z]{1,12})?[-_/,.;=]?[0-9]{1,6}")


def next_page(tree: Any, page: Page, handle: Handle) -> tuple[Request | None, tuple[str, ...]]:
    """The next page of the same listing, and what to say of a next page that is not taken.

    Blogs and shops use `rel=next` for the next article or product as well, so the address has to be the listing's own
    with something like a page number added.
    """
    hints: dict[str, None] = {}
    base = next((str(b.get("href")) for b in tree.iter("base") if b.get("href")), "")
    for element in tree.iter("link", "a"):
        if "next" not in (element.get("rel") or "").lower().split() or not element.get("href"):
            continue
        try:
            target = urldefrag(urljoin(urljoin(page.url, base), element.get("href").strip())).url
            here, there, listing = urlsplit(page.url), urlsplit(target), urlsplit(handle.url)
            same_site = _site(here) == _site(there)
        except ValueError:
            continue
        if there.scheme not in {"http", "https"} or target == urldefrag(page.url).url:
            continue
        if not same_site:
            hints["the page names a next page on another site; it was not followed"] = None
        elif _same_listing(listing, there):
            return Request(target), ()
    return None, tuple(hints)


def _site(address: SplitResult) -> tuple[str, str | None, int | None]:
    port = address.port or {"http": 80, "https": 443}.get(address.scheme)
    return address.scheme, address.hostname, port


def _same_listing(listing: SplitResult, there: SplitResult) -> bool:
    stem, other = (_ENDING.sub("", a.path.rstrip("/")) for a in (listing, there))
    if not other.startswith(stem):
        return False
    rest = other[len(stem) :]
    if rest and not _PAGE_PART.fullmatch(rest):
        return False
    new = dict(parse_qsl(there.query))
    return all(_kept(value, new.get(name)) for name, value in parse_qsl(listing.query))


def _kept(value: str, new: str | None) -> bool:
    """What the listing's address names must stay; a page number that it holds may count on."""
    return new == value or (new is not None and value in {"0", "1"} and re.fullmatch(r"[0-9]{1,6}", new) is not None)
