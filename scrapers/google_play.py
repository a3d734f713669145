"""Google Play: the reviews of one app in one language, newest first, as its own page asks for them.

Off unless a market file says `allow = ["google_play"]`: the endpoint is undocumented and Google's terms forbid
automated access. A page of an app that was saved by hand is read as well: it holds the reviews that Google chose to
show, some twenty of them.

Replies are JSON in JSON, indexed by place, and rows have grown from 13 to 17 places over the years, so every place is
looked at with care. Any RPC id is accepted: two of them give the same payload. An error comes with status 200: what
Google calls a PlayGatewayError is its way to say that it was asked too often, and counts as being turned away; any
other error is a changed page. A POST has the same address for every page, so the marks of the tokens used so far stand
in its fragment: a token seen before ends the walk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from data.review import Review
from scrapers._errors import ChallengePage, ChangedPage
from scrapers._posts import gather, host_of, origin_of
from scrapers._read import challenge, dig, markup_of, number, plain, told, unix_time, votes
from scrapers._seen import mark, marked, marks
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop
from scrapers._structured import Document, document

ABOUT = About(
    title="Google Play",
    address="https://play.google.com/store/apps/details?id=com.example.app&hl=en",
    access="undocumented endpoint of the store's own pages; pages saved by hand",
    terms="Google's terms forbid automated access: read them before allowing it",
    limits="the reviews of one language; no titles, no countries; an edit overwrites the date of writing",
    opt_in=True,
)

HOST = "play.google.com"
METHOD = "/_/PlayStoreUi/data/batchexecute"
HEADERS = {"content-type": "application/x-www-form-urlencoded;charset=UTF-8"}
PER_PAGE = 150
STARS = frozenset({1.0, 2.0, 3.0, 4.0, 5.0})
RPC, NEWEST = "UsvDTd", 2
MOST_VALUES = 1_000
"""JSON values in one reply; a chunked one has two for each part."""
MOST_BLOCKS = 100
"""Blocks of data in an app's page; there were 13 in 2026."""

_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,199}")
_PREFIX = re.compile(r"\s*(?:\)\]\}')?\s*")
_BLANK = re.compile(r"\s*")
_ERROR = re.compile(r"\b([A-Za-z]{1,60}Error)\b")
_DATA = re.compile(r"AF_initDataCallback\(\{[^{}\[\]]{0,200}?\bdata:\s{0,9}(?:function\(\)\{\s{0,9}return\s{1,9})?")
_OWN = re.compile(
    r"(?i)<(?:link|meta)\b[^<>]{0,300}?https?://play\.google\.com/store/apps/details\?"
    r"(?:[^<>\"'\s]{0,300}?[&;])?id=([a-z][a-z0-9_.]{0,199})"
)


def recognise(url: str) -> Handle | None:
    """An app's page such as `https://play.google.com/store/apps/details?id=com.example.app`."""
    return handle(url) if host_of(url) == HOST else None


def handle(url: str) -> Handle | None:
    """What the address names, whatever the host, for a listing whose market file says `source = "google_play"`."""
    if not origin_of(url) or not urlsplit(url).path.rstrip("/").endswith("/store/apps/details"):
        return None
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    if not _PACKAGE.fullmatch(asked.get("id", "")):
        return None
    params = {n: asked[n] for n in ("hl", "gl") if re.fullmatch(r"[A-Za-z]{2,3}(?:[-_]\w{2,8})?", asked.get(n, ""))}
    return Handle("google_play", asked["id"], url, params)


def within(body: bytes) -> tuple[Handle, str] | None:
    """The app that a saved page says it is of."""
    found = _OWN.search(body.decode("utf-8", "replace"))
    named = handle(f"https://{HOST}/store/apps/details?id={found[1]}") if found else None
    return (named, named.url) if named else None


def start(handle: Handle) -> Request:
    """The newest page of reviews."""
    return Request(_address(handle), HEADERS, _body(handle.product, None))


def parse(page: Page, handle: Handle) -> Batch:
    """The reviews on a page and the next request; raises ParseError, nothing else."""
    if page.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _details(page, handle)
    records: list[Any] = []
    token = None
    for payload in _payloads(page):
        head = dig(payload, 0)
        if not isinstance(payload, list | None) or not isinstance(head, list | None):
            raise ChangedPage(f"{page.url}: the reply holds something else where reviews were due")
        records += head or []
        token = token or _token(payload)
    reviews, unreadable = gather(page, records, lambda _: False, lambda row: _review(row, handle))
    outcome = Outcome.REVIEWS if reviews else Outcome.UNKNOWN_EMPTY
    before = marks(page.url)
    if token is None and not reviews:
        why = "after a page that promised more" if before else f"in the language {_language(handle)!r}"
        why = f"Google Play gave no reviews of {handle.product} {why}; that does not prove that there are none"
        return Batch(outcome=outcome, stop=Stop.EMPTY, warnings=(why,))
    if token is None:
        return Batch(reviews, None, outcome, Stop.END, unreadable)
    if mark(token) in before:
        why = "Google Play led back to a page already read; the walk ended there"
        return Batch(reviews, None, outcome, Stop.END, unreadable, warnings=(why,))
    following = Request(marked(_address(handle), before, mark(token)), HEADERS, _body(handle.product, token))
    return Batch(reviews, following, outcome, None, unreadable)


def _address(handle: Handle) -> str:
    asked = {"hl": _language(handle), **handle.params}  # `gl` is passed on, but changes nothing in what comes back
    return f"{_origin(handle)}{METHOD}?{urlencode(asked)}"


def _origin(handle: Handle) -> str:
    return f"https://{HOST}" if host_of(handle.url) == HOST else origin_of(handle.url)


def _language(handle: Handle) -> str:
    """The language whose reviews are asked for; Google's own default is the visitor's."""
    return handle.params.get("hl", "en")


def _body(package: str, token: str | None) -> bytes:
    asked = [None, None, [2, NEWEST, [PER_PAGE, None, token], None, []], [package, 7]]
    call = [RPC, json.dumps(asked, separators=(",", ":")), None, "generic"]
    return urlencode({"f.req": json.dumps([[call]], separators=(",", ":"))}).encode()


def _payloads(page: Page) -> list[Any]:
    """What the calls of a reply gave, decoded; raises a ParseError for a reply without any, or with an error."""
    calls = [row for row in _rows(page) if dig(row, 0) in ("wrb.fr", "er")]
    if not calls:
        challenge(page)
        raise ChangedPage(f"{page.url} sent JSON that is no reply of Google Play")
    payloads = []
    for row in calls:
        sent = dig(row, 2)
        if isinstance(sent, str):
            try:
                payloads.append(json.loads(sent))
            except (ValueError, RecursionError) as e:
                raise ChangedPage(f"{page.url}: the payload of the reply is no JSON") from e
        elif row[0] == "er" or any(row[5:6]) or _ERROR.search(str(row[2:])[:5_000]):
            found = _ERROR.search(str(row[2:])[:5_000])
            name = found[1] if found else f"error {str(row[5:6])[:40]}"
            if "Gateway" in name:
                raise ChallengePage(
                    f"{page.url} answered with Google's {name}, asked too often; it is left alone until the next run"
                )
            raise ChangedPage(f"{page.url} answered with Google's {name}; check the app's id in a browser")
    return payloads


def _rows(page: Page) -> Iterator[Any]:
    """The rows of a reply, sent whole or in chunks that each follow their length."""
    text = page.body.decode("utf-8-sig", "replace")
    at, decoder = _end(_PREFIX, text, 0), json.JSONDecoder()
    for _ in range(MOST_VALUES):
        if at >= len(text):
            return
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as e:
            challenge(page)
            raise ChangedPage(f"{page.url} sent {told(text)} where a reply of Google Play was due") from e
        yield from value if isinstance(value, list) else []
        at = _end(_BLANK, text, at)
    raise ChangedPage(f"{page.url} sent more than {MOST_VALUES:,} JSON values where one reply was due")


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _token(payload: Any) -> str | None:
    """The token of the next page: the last place of whichever part after the reviews is `[null, token]`."""
    for part in payload[1:] if isinstance(payload, list) else []:
        token = dig(part, -1)
        if isinstance(token, str) and 0 < len(token) <= 5_000:
            return token
    return None


def _details(page: Page, handle: Handle) -> Batch:
    """An app's page: what it shows is a sample; without one, what it claims is told and proves nothing."""
    text = markup_of(page)
    own = _OWN.search(text)
    if own and own[1] != handle.product:
        raise ChangedPage(f"{page.url} is the page of {own[1]}, not of {handle.product}; name its own address")
    found, _ = document(page)
    shown = [record for payload in _data(text) if _holds_reviews(payload) for record in payload[0]]
    if not found.typed and not shown:
        challenge(page)
        raise ChangedPage(f"{page.url} is no app's page of Google Play")
    reviews, unreadable = gather(page, shown, lambda _: False, lambda row: _review(row, handle))
    claim = _claim(found)
    if not reviews:
        why = f"the page claims {claim} and holds no reviews; that proves nothing about the app"
        return Batch(outcome=Outcome.UNKNOWN_EMPTY, stop=Stop.EMPTY, warnings=(why,))
    why = f"the page claims {claim} and holds {len(reviews)} reviews that Google chose to show"
    return Batch(reviews, None, Outcome.REVIEWS, Stop.SAMPLE, unreadable, warnings=(why,))


def _data(text: str) -> Iterator[Any]:
    """What the page hands to its scripts, block by block; a block that is no JSON is none of ours."""
    for block in islice(_DATA.finditer(text), MOST_BLOCKS):
        try:
            yield json.JSONDecoder().raw_decode(text, block.end())[0]
        except (ValueError, RecursionError):
            continue


def _holds_reviews(payload: Any) -> bool:
    rows = dig(payload, 0)
    return isinstance(rows, list) and any(
        _identity(r) and isinstance(dig(r, 1), list) and number(dig(r, 2)) in STARS and isinstance(dig(r, 5, 0), int)
        for r in rows
    )


def _claim(found: Document) -> str:
    """How many ratings the page's JSON-LD states, in words."""
    stated = [found.count(a.node, name) for a in found.aggregates for name in ("ratingCount", "reviewCount")]
    return f"{max(known):,} ratings" if (known := [n for n in stated if n is not None]) else "no number of ratings"


def _identity(row: Any) -> str | None:
    """The review's own id, raw: a UUID, before 2022 `gp:` and some ninety characters."""
    name = dig(row, 0)
    return name if isinstance(name, str) and re.fullmatch(r"[!-~]{1,300}", name) else None


def _review(row: Any, handle: Handle) -> Review | None:
    """The review of a row; None when it has no id, no whole rating of 1 to 5, or a text of another type."""
    name, rating, body = _identity(row), number(dig(row, 2)), dig(row, 4)
    if name is None or rating not in STARS or not isinstance(body, str | None):
        return None
    reply = plain(dig(row, 7, 1))
    listed = urlsplit(handle.url).path.endswith("/store/apps/details")
    page = f"{_origin(handle)}/store/apps/details?id={handle.product}&reviewId={quote(name, safe='')}"
    return Review(
        source="google_play",
        product=handle.product,
        id=name,
        url=page if listed else handle.url,
        author=plain(dig(row, 1, 0)),
        rating=rating,
        scale="5",
        body=plain(body) or "",
        written=unix_time(dig(row, 5, 0)),
        version=plain(dig(row, 10)),
        helpful=votes(dig(row, 6)),
        reply=reply,
        replied=unix_time(dig(row, 7, 2, 0)) if reply else None,
    )
