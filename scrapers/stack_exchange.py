"""Stack Exchange: questions under a tag on Stack Overflow and its sister sites, newest first.

The API takes a key only in the address, where it would reach the archive and the ledger; so this source takes none,
and makes do with what everybody gets: 300 requests a day and 25 pages of 100 questions. An answer that asks to wait
(`backoff`) is obeyed.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._posts import asked_number, gather, host_of, identity, origin_of, post_of, whole
from scrapers._read import dig, json_of, number, plain, text_of, unix_time, votes
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop

ABOUT = About(
    title="Stack Exchange",
    address="https://stackoverflow.com/questions/tagged/tag",
    access="official API",
    terms="a public API; the texts are CC BY-SA: keep link and author with what is quoted",
    limits="the 2,500 newest questions of a tag, without answers; 300 requests a day",
    discussion=True,
    example="https://stackoverflow.com/questions/tagged/firefox",
)

API = "https://api.stackexchange.com"
SITES = frozenset(
    {"stackoverflow.com", "superuser.com", "serverfault.com", "askubuntu.com", "mathoverflow.net", "stackapps.com"}
)
"""The sites that have a domain of their own; the others live below stackexchange.com."""
PER_PAGE = 100
LAST_PAGE = 25
"""Pages after this one need a key."""
LONGEST_WAIT = 86_400.0

_LISTING = re.compile(r"/questions/tagged/([^/]{1,300})/?")


def recognise(url: str) -> Handle | None:
    """A tag on one of the network's sites, such as `https://cooking.stackexchange.com/questions/tagged/bread`."""
    return handle(url) if _official(url) else None


def handle(url: str) -> Handle | None:
    """What the path names, whatever the host, for a listing whose market file says `source = "stack_exchange"`."""
    found = _LISTING.fullmatch(urlsplit(url).path) if origin_of(url) else None
    # a plus sign parts tags; one that belongs to a tag is written %2B
    tags = [unquote(tag) for tag in found[1].replace("%20", "+").split("+")] if found else []
    if not tags or not all(re.fullmatch(r"[^\s;/&?#]{1,100}", tag) for tag in tags):
        return None
    site = host_of(url).removeprefix("www.")
    site = site.removesuffix(".stackexchange.com").removesuffix(".com")  # as the API names its sites
    return Handle("stack_exchange", f"{site}/{'+'.join(tags)}", url, {"site": site, "tagged": ";".join(tags)})


def start(handle: Handle) -> Request:
    """The first page of questions."""
    return _page(handle, 1)


def parse(page: Page, handle: Handle) -> Batch:
    """The questions on a page and the next request; raises ParseError, nothing else."""
    data = json_of(page)
    items = dig(data, "items")
    if not isinstance(items, list):
        return _refused(data, page)
    asked = asked_number(page.url, "page", 1)
    reviews, unreadable = gather(page, items, lambda _: False, lambda record: _review(record, handle))
    more = dig(data, "has_more")
    following: Request | None = None
    stop, warnings = Stop.END, tuple[str, ...]()
    if not isinstance(more, bool):
        stop, warnings = Stop.EMPTY, ("the API did not say whether there are more questions",)
    elif more and whole(dig(data, "quota_remaining")) == 0:
        # Not a cap: the next visit must not stop at what it knows, since older questions were never seen.
        stop = Stop.BLOCKED
        warnings = (f"today's requests to the API are used up after page {asked}; the next visit reads on",)
    elif more and asked >= LAST_PAGE:
        stop = Stop.CAP
        warnings = (f"the API shows the newest {LAST_PAGE * PER_PAGE:,} questions of a tag to those without a key",)
    elif more:
        following = _page(handle, asked + 1)
    outcome = Outcome.REVIEWS
    if not reviews:
        outcome = Outcome.PROVEN_EMPTY if more is False else Outcome.UNKNOWN_EMPTY
    wait = min(max(number(dig(data, "backoff")) or 0.0, 0.0), LONGEST_WAIT)
    total = whole(dig(data, "total"))
    return Batch(reviews, following, outcome, None if following else stop, unreadable, total, warnings, wait)


def _refused(data: Any, page: Page) -> Batch:
    """What an answer without questions means: the API says with status 400 that we ask too much, or wrongly."""
    said = plain(dig(data, "error_message")) or "JSON without questions"
    if dig(data, "error_name") != "throttle_violation":
        raise ChangedPage(f"{page.url} sent {said[:200]!r} where questions were due")
    why = f"the API asks to be left alone for now ({said[:200]})"
    return Batch(outcome=Outcome.UNKNOWN_EMPTY, stop=Stop.BLOCKED, warnings=(why,))


def _page(handle: Handle, number: int) -> Request:
    query = {
        "site": handle.params.get("site", "stackoverflow"),
        "tagged": handle.params.get("tagged", handle.product),
        "sort": "creation",
        "order": "desc",
        "filter": "withbody",
        "pagesize": PER_PAGE,
        "page": number,
    }
    origin = API if _official(handle.url) else origin_of(handle.url)
    return Request(f"{origin}/2.3/questions?{urlencode(query)}")


def _official(url: str) -> bool:
    host = host_of(url).removeprefix("www.")
    return host in SITES or host.endswith((".stackexchange.com", ".stackoverflow.com"))


def _review(record: Any, handle: Handle) -> Review | None:
    """The question of a record; None when it has no id, no words, or words of another type."""
    name, title, body = identity(dig(record, "question_id")), dig(record, "title"), dig(record, "body")
    if name is None or not isinstance(title, str | None) or not isinstance(body, str | None):
        return None
    title, text = text_of(title), post_of(body)
    if title is None and text is None:
        return None
    site = origin_of(handle.url)
    return Review(
        source="stack_exchange",
        product=handle.product,
        id=name,
        url=f"{site}/q/{name}" if site else None,
        author=text_of(dig(record, "owner", "display_name")),
        title=title,
        body=text or "",
        written=unix_time(dig(record, "creation_date")),
        edited=unix_time(dig(record, "last_edit_date")),
        helpful=votes(dig(record, "score")),
    )
