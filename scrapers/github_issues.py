"""GitHub issues: what users of a public repository report and wish for, newest first, open and closed.

The list that the API gives holds pull requests too; they are contributors' work, not customers' words, and left out.
Its `Link` header is followed only to GitHub's API itself. Saved by hand, an answer of its search and a single issue are
read too.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode, urlsplit

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._posts import asked_number, gather, host_of, markdown_of, origin_of, whole
from scrapers._read import dig, iso_time, json_of, plain, votes
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop

ABOUT = About(
    title="GitHub issues",
    address="https://github.com/owner/repository/issues",
    access="official API",
    terms="a public API; 60 requests an hour, 5,000 with a token",
    limits="issues without the comments below them; no ratings; no time of an edit",
    discussion=True,
    key="GITHUB_TOKEN",
    example="https://github.com/python/mypy/issues",
)

API = "https://api.github.com"
HOSTS = frozenset({"github.com", "www.github.com"})
PER_PAGE = 100
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}

NOT_OWNERS = frozenset(
    {"apps", "collections", "features", "marketplace", "orgs", "search", "sponsors", "topics", "users"}
)
"""First parts of paths on github.com that are pages of its own."""

_LISTING = re.compile(r"/([A-Za-z0-9-]{1,39})/([A-Za-z0-9._-]{1,100}?)(?:\.git)?(?:/issues)?/?")
_LINK = re.compile(r'<([^<>\s]{1,2000})>\s*;[^,<>]{0,200}?\brel="?next\b')
_FORM = re.compile(
    r"(?m)^[ ]{0,3}(?:#{1,6}[ ].*|\*\*[^*\n]{1,200}\*\*:?|_No response_|[-*+][ ]\[[ xX]\].*|"
    r"A clear and concise description of .*|If applicable, add screenshots .*|Add any other context .*)\s*?$"
)
"""What stands in an issue because its form does: headings, boxes to tick, GitHub's own hints. The maker wrote it, and
`Is your feature request related to a problem?` is no complaint of the user's."""


def recognise(url: str) -> Handle | None:
    """A public repository such as `https://github.com/owner/repository`, with or without `/issues`."""
    return handle(url) if host_of(url) in HOSTS else None


def handle(url: str) -> Handle | None:
    """What the path names, whatever the host, for a listing whose market file says `source = "github_issues"`."""
    found = _LISTING.fullmatch(urlsplit(url).path) if origin_of(url) else None
    if found is None or found[1].lower() in NOT_OWNERS or not found[2].strip("."):
        return None
    return Handle("github_issues", f"{found[1]}/{found[2]}", url)


def start(handle: Handle) -> Request:
    """The first page of issues."""
    return _page(handle, 1)


def sign(request: Request, key: str) -> Request:
    """The request with a token, if it goes to GitHub's API; no other host is ever told."""
    if origin_of(request.url) != API:
        return request
    return Request(request.url, {**request.headers, "Authorization": f"Bearer {key.strip()}"}, request.body)


def parse(page: Page, handle: Handle) -> Batch:
    """The issues on a page and the next request; raises ParseError, nothing else."""
    records = json_of(page)
    if not isinstance(records, list):
        return _saved(page, records, handle)
    number = asked_number(page.url, "page", 1)
    reviews, unreadable = gather(page, records, _aside, lambda record: _review(record, handle))
    following = _next(page, handle, number, len(records))
    outcome = Outcome.REVIEWS
    if not reviews:
        outcome = Outcome.UNKNOWN_EMPTY if following else Outcome.PROVEN_EMPTY
    if following and page.headers.get("x-ratelimit-remaining") == "0":
        # Not a cap: the next visit must not stop at what it knows, since older issues were never seen.
        limit = plain(page.headers.get("x-ratelimit-limit")) or "60"
        why = f"GitHub's {limit} requests an hour are used up after page {number}; {ABOUT.key} allows 5,000"
        return Batch(reviews, None, outcome, Stop.BLOCKED, unreadable, None, (why,))
    return Batch(reviews, following, outcome, None if following else Stop.END, unreadable)


def _saved(page: Page, answer: Any, handle: Handle) -> Batch:
    """The issues of a search's answer, or a single one; we ask for neither, but a person may have kept one."""
    found = dig(answer, "items")
    records = found if isinstance(found, list) else [answer]
    if not isinstance(found, list) and whole(dig(answer, "number")) is None:
        said = plain(dig(answer, "message"))
        raise ChangedPage(f"{page.url} sent {said[:200] if said else 'no list of issues'!r} where issues were due")
    reviews, unreadable = gather(page, records, _aside, lambda record: _review(record, handle))
    total = whole(dig(answer, "total_count"))
    partial = dig(answer, "incomplete_results") is True or total is None or total > len(records)
    outcome = Outcome.REVIEWS if reviews else Outcome.UNKNOWN_EMPTY if partial else Outcome.PROVEN_EMPTY
    return Batch(reviews, None, outcome, Stop.SAMPLE if partial else Stop.END, unreadable, total)


def _page(handle: Handle, number: int) -> Request:
    origin = API if host_of(handle.url) in HOSTS else origin_of(handle.url)
    query = {"state": "all", "sort": "created", "direction": "desc", "per_page": PER_PAGE, "page": number}
    return Request(f"{origin}/repos/{handle.product}/issues?{urlencode(query)}", HEADERS)


def _next(page: Page, handle: Handle, number: int, records: int) -> Request | None:
    """The next page: GitHub's own address, which may hold a cursor, or the next number where it leads elsewhere."""
    links = page.headers.get("link", "")
    found = _LINK.search(links)
    if found is None:
        # GitHub sends no header at all when everything fits on one page; a full one without it proves nothing
        return _page(handle, number + 1) if not links and records >= PER_PAGE else None
    there, here = found[1], origin_of(page.url)
    if here and origin_of(there) == here and there != page.url:
        path = urlsplit(there).path
        if re.fullmatch(r"/repositories/[0-9]{1,12}/issues", path) or path == urlsplit(page.url).path:
            return Request(there, HEADERS)
    return _page(handle, number + 1)


def _aside(record: Any) -> bool:
    """Whether the record is no user's issue: a pull request, or written by a program."""
    return dig(record, "pull_request") is not None or dig(record, "user", "type") == "Bot"


def _review(record: Any, handle: Handle) -> Review | None:
    """The issue of a record; None when it has no number, no title, or a text of another type."""
    number, title, body = (whole(dig(record, "number")), plain(dig(record, "title")), dig(record, "body"))
    if number is None or title is None or not isinstance(body, str | None):
        return None
    site = "https://github.com" if host_of(handle.url) in HOSTS else origin_of(handle.url)
    return Review(
        source="github_issues",
        product=handle.product,
        id=str(number),
        url=f"{site}/{handle.product}/issues/{number}" if site else None,
        author=plain(dig(record, "user", "login")),  # no user: an account that is gone
        title=title,
        body=markdown_of(_FORM.sub("", (body or "").replace("\r\n", "\n"))) or "",
        written=iso_time(dig(record, "created_at")),
        helpful=votes(dig(record, "reactions", "+1")),
    )
