"""JetBrains Marketplace: the comments on one plugin, as the marketplace's own pages ask for them.

What answers a comment is a comment with a `parentId`, or stands in its `replies`. Where the marketplace says that the
plugin's vendor wrote it, it is the reply to the review above; other people's answers are no reviews and are left out.
Pages are asked for until one is empty; what they were so far stands in the fragment of the next request's address,
which is never sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._posts import asked_number, gather, host_of, identity, origin_of
from scrapers._read import challenge, dig, json_of, number, plain, text_of, unix_time, votes
from scrapers._seen import mark, marked, marks
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop
from scrapers._structured import some

ABOUT = About(
    title="JetBrains Marketplace",
    address="https://plugins.jetbrains.com/plugin/12345-name",
    access="public JSON of the marketplace's own pages, undocumented",
    terms="no key; robots.txt is obeyed; one request at a time",
    limits="no titles or languages; no time of an edit",
    # JetBrains' own, under this number for many years; that its comments answer could not be looked up
    example="https://plugins.jetbrains.com/plugin/164-ideavim",
)

HOST = "plugins.jetbrains.com"
PER_PAGE = 100

_LISTING = re.compile(r"/(?:api/)?plugins?/([1-9][0-9]{0,9})(?:[-/].*)?")


def recognise(url: str) -> Handle | None:
    """A plugin's page such as `https://plugins.jetbrains.com/plugin/12345-name`."""
    return handle(url) if host_of(url) == HOST else None


def handle(url: str) -> Handle | None:
    """What the path names, whatever the host, for a listing whose market file names this source."""
    found = _LISTING.fullmatch(urlsplit(url).path) if origin_of(url) else None
    return Handle("jetbrains_marketplace", found[1], url) if found else None


def within(body: bytes) -> tuple[Handle, str] | None:
    """The plugin of a saved answer, out of what its comments say that they are on."""
    try:
        records = json.loads(body)
    except (ValueError, RecursionError):
        return None
    ids = {identity(dig(r, "plugin", "id")) for r in records} if isinstance(records, list) else set()
    named = handle(f"https://{HOST}/plugin/{ids.pop()}") if len(ids) == 1 else None
    return (named, _address(named, 1)) if named else None


def start(handle: Handle) -> Request:
    """The first page of comments."""
    return Request(_address(handle, 1))


def parse(page: Page, handle: Handle) -> Batch:
    """The comments on a page and the next request; raises ParseError, nothing else."""
    records = json_of(page)
    if not isinstance(records, list):
        challenge(page)
        said = plain(dig(records, "message")) or "no list of comments"
        raise ChangedPage(f"{page.url} sent {said[:200]!r} where comments were due")
    at, before = asked_number(page.url, "page", 1), marks(page.url)
    if not records and at > 1:
        return Batch(outcome=Outcome.PROVEN_EMPTY, stop=Stop.END)
    if not records:
        why = f"the marketplace lists no comments on plugin {handle.product} and not how many there are"
        return Batch(outcome=Outcome.UNKNOWN_EMPTY, stop=Stop.EMPTY, warnings=(why,))
    reviews, unreadable = gather(page, records, _aside, lambda record: _review(record, handle))
    outcome = Outcome.REVIEWS if reviews else Outcome.UNKNOWN_EMPTY
    answered, lost = _answered(reviews, records)
    warnings = [f"{some(lost, 'answer')} of the vendor to comments on other pages left out"] if lost else []
    this = mark(*(identity(dig(r, "id")) for r in records))
    if this in before:
        warnings.append("the marketplace gave the same page again; the walk ended there")
        return Batch(answered, None, outcome, Stop.END, unreadable, warnings=tuple(warnings))
    following = Request(marked(_address(handle, at + 1), before, this))
    return Batch(answered, following, outcome, None, unreadable, warnings=tuple(warnings))


def _address(handle: Handle, at: int) -> str:
    origin = f"https://{HOST}" if host_of(handle.url) == HOST else origin_of(handle.url)
    return f"{origin}/api/plugins/{handle.product}/comments?size={PER_PAGE}&page={at}"


def _aside(record: Any) -> bool:
    """Whether the record is no standing statement of a customer: an answer to one, the vendor's own, or spam."""
    return dig(record, "parentId") not in (None, 0, "") or _by_vendor(record) or dig(record, "markedAsSpam") is True


def _by_vendor(record: Any) -> bool:
    """Whether the marketplace says that the plugin's vendor wrote it; nothing is guessed from names."""
    return any(dig(record, *path) is True for path in (("vendor",), ("author", "vendor"), ("author", "isVendor")))


def _answered(reviews: tuple[Review, ...], records: list[Any]) -> tuple[tuple[Review, ...], int]:
    """The reviews with the vendor's first reply to each, and how many replies have no review on this page."""
    replies: dict[str, Mapping[str, Any]] = {}
    for record in records:
        inner = dig(record, "replies")
        beside = [(dig(record, "parentId"), record)]
        inside = [(dig(record, "id"), r) for r in inner] if isinstance(inner, list) else []
        for parent, answer in beside + inside:
            name = identity(parent)
            if (
                name is not None
                and isinstance(answer, Mapping)
                and _by_vendor(answer)
                and text_of(answer.get("comment"))
            ):
                replies.setdefault(name, answer)
    whole = tuple(
        replace(r, reply=text_of(dig(a, "comment")), replied=_time(dig(a, "cdate"))) if (a := replies.get(r.id)) else r
        for r in reviews
    )
    return whole, len(set(replies) - {identity(dig(r, "id")) for r in records})


def _time(value: Any) -> Any:
    """A time out of milliseconds since 1970, sent as a number or as text."""
    milliseconds = number(value)
    return unix_time(milliseconds / 1000) if milliseconds is not None else None


def _review(record: Any, handle: Handle) -> Review | None:
    """The review of a comment; None when it has no id, neither stars nor a text, or either of another type."""
    name, sent, comment = (dig(record, key) for key in ("id", "rating", "comment"))
    name, rating, body = identity(name), number(sent) or None, text_of(comment)  # 0 is a comment without stars
    if name is None or not isinstance(comment, str | None) or (rating is None and body is None):
        return None
    if rating not in (None, 1, 2, 3, 4, 5) or (rating is None and sent not in (None, 0)):
        return None
    given = dig(record, "votes")
    origin = f"https://{HOST}" if host_of(handle.url) == HOST else origin_of(handle.url)
    listed = _LISTING.fullmatch(urlsplit(handle.url).path)
    return Review(
        source="jetbrains_marketplace",
        product=handle.product,
        id=name,
        url=f"{origin}/plugin/{handle.product}/reviews#review={name}" if listed else handle.url,
        author=plain(dig(record, "author", "name")),
        rating=rating,
        scale=None if rating is None else "5",
        body=body or "",
        written=_time(dig(record, "cdate")),
        version=plain(dig(record, "updateVersion")),
        helpful=votes(dig(given, "positive") if isinstance(given, Mapping) else given),
    )
