"""Steam: the user reviews of one app through the official Web API, newest first, in all languages.

The older address of the store (`/appreviews/ID`) was switched off on 2026-10-22 and leads to an HTML page. What it
answered before, and lists of review objects saved from it, are read as well: a review has the same form in both.

The API sometimes answers a page in the middle with nothing. So an empty answer is asked for once more, and a walk that
ends well below the API's own count says so and does not pass for complete. What a walk has seen so far lies in the
fragment of the request's address, which is never sent: `#seen=300&of=1200`, with `&again=1` when a page is asked for
the second time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._read import bbcode_of, challenge, dig, json_of, plain, unix_time, votes
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop

ABOUT = About(
    title="Steam",
    address="https://store.steampowered.com/app/123456/Name/",
    access="official API",
    terms="Steam Web API terms; no key, one request at a time",
    limits="a thumb instead of stars; no titles, versions or countries",
    example="https://store.steampowered.com/app/440/Team_Fortress_2/",
)

HOSTS = frozenset({"store.steampowered.com", "steamcommunity.com", "www.steamcommunity.com"})
API = "https://api.steampowered.com"
METHOD = "/IUserReviewsService/GetAppReviews/v1/"
COMMUNITY = "https://steamcommunity.com"
PER_PAGE = 100
NEWEST, ALL = 1, 1
"""`filter` and `purchase_type` as the API numbers them; the default leaves out what was not bought on Steam."""

LANGUAGES = {
    "arabic": "ar", "brazilian": "pt", "bulgarian": "bg", "czech": "cs", "danish": "da", "dutch": "nl",
    "english": "en", "finnish": "fi", "french": "fr", "german": "de", "greek": "el", "hungarian": "hu",
    "indonesian": "id", "italian": "it", "japanese": "ja", "koreana": "ko", "latam": "es", "malay": "ms",
    "norwegian": "no", "polish": "pl", "portuguese": "pt", "romanian": "ro", "russian": "ru", "schinese": "zh",
    "spanish": "es", "swedish": "sv", "tchinese": "zh", "thai": "th", "turkish": "tr", "ukrainian": "uk",
    "vietnamese": "vi",
}  # fmt: skip
"""Steam's names of languages (https://partner.steamgames.com/doc/store/localization/languages) -> ISO 639-1."""

_LISTING = re.compile(r"(?:/agecheck)?/app(?:reviews)?/([1-9][0-9]{0,9})(?:/.*)?")


@dataclass(frozen=True)
class _Asked:
    """What a request's address says."""

    cursor: str | None
    seen: int
    """Records on the pages before."""
    of: int | None
    """How many reviews there are, by the API's first answer."""
    again: bool


@dataclass(frozen=True)
class _Answer:
    """An answer in any of its forms."""

    records: list[Any]
    total: int | None
    cursor: str | None
    live: bool
    """Whether it is the API's own form, so that the walk can go on."""
    blank: bool = False
    """Whether it holds nothing at all, as for an app that does not exist."""


def recognise(url: str) -> Handle | None:
    """A listing in the store or the community, such as `https://store.steampowered.com/app/123456/Name/`."""
    try:
        parts = urlsplit(url)
        official = parts.scheme in {"http", "https"} and parts.hostname in HOSTS
    except ValueError:
        return None
    return handle(url) if official else None


def handle(url: str) -> Handle | None:
    """What the path names, whatever the host, for a listing whose market file says `source = "steam"`."""
    try:
        found = _LISTING.fullmatch(urlsplit(url).path)
    except ValueError:
        return None
    return Handle("steam", found[1], url) if found else None


def start(handle: Handle) -> Request:
    """The first page of reviews."""
    return Request(_address(handle, None))


def parse(page: Page, handle: Handle) -> Batch:
    """The reviews on a page and the next request; raises ParseError, nothing else."""
    asked = _asked(page.url)
    answer = _answer(page)
    reviews: dict[str, Review] = {}
    unreadable = thumbless = 0
    for record in answer.records:
        review = _review(record, handle)
        if review is None:
            unreadable += 1
            thumbless += isinstance(record, Mapping) and "voted_up" not in record
        else:
            reviews.setdefault(review.id, review)
    if unreadable and not reviews:
        raise ChangedPage(f"{page.url}: none of its {unreadable} reviews can be read; the form of the API changed")
    following, outcome, stop, why = _onward(asked, answer, handle)
    warnings = [why] if why else []
    if thumbless:
        # Some APIs leave out what is false; taking that for granted here could turn praise into blame.
        warnings.append(f"reviews without a thumb up or down, which were not read: {thumbless}")
    return Batch(tuple(reviews.values()), following, outcome, stop, unreadable, answer.total, tuple(warnings))


def _onward(asked: _Asked, answer: _Answer, handle: Handle) -> tuple[Request | None, Outcome, Stop | None, str | None]:
    """Where the walk goes on or why it ends, what the page counts as, and what a person should know of that."""
    of = answer.total if asked.of is None else asked.of
    seen = asked.seen + len(answer.records)
    # Some counted reviews are never given; a walk that lacks more than a tenth was cut off.
    short = f"Steam gave {seen:,} of {of:,} reviews and then no more" if of is not None and seen < of * 0.9 else None
    if not answer.live or _origin(handle, API) is None:
        outcome = Outcome.REVIEWS if answer.records else Outcome.UNKNOWN_EMPTY
        if not answer.records:
            return None, outcome, Stop.EMPTY, "this saved answer has no reviews; that proves nothing about the app"
        return None, outcome, Stop.SAMPLE if short or of is None else Stop.END, None
    if answer.records:
        if answer.cursor is None or answer.cursor == asked.cursor:
            return None, Outcome.REVIEWS, Stop.EMPTY if short else Stop.END, short
        if of is not None and seen > of + 10 * PER_PAGE:
            return None, Outcome.REVIEWS, Stop.END, f"Steam went on after {seen:,} reviews although it counts {of:,}"
        memory = {"seen": seen, "of": of} if of is not None else {}
        return Request(_address(handle, answer.cursor, memory)), Outcome.REVIEWS, None, None
    if asked.cursor is None and answer.blank:
        why = f"Steam has nothing to say of app {handle.product}; check the number in its address"
        return None, Outcome.UNKNOWN_EMPTY, Stop.EMPTY, why
    if of == 0 or (asked.cursor is not None and of is not None and not short):
        return None, Outcome.PROVEN_EMPTY, Stop.END, None
    if not asked.again:
        memory = {"seen": seen, "of": of} if of is not None else {}
        return Request(_address(handle, asked.cursor, {**memory, "again": 1})), Outcome.UNKNOWN_EMPTY, None, None
    if asked.cursor is not None and of is None:  # no count to hold against it: empty twice is the end
        return None, Outcome.PROVEN_EMPTY, Stop.END, None
    why = short or f"Steam gave no reviews of app {handle.product} and no count; that does not prove that it has none"
    return None, Outcome.UNKNOWN_EMPTY, Stop.EMPTY, why


def _origin(handle: Handle, official: str) -> str | None:
    """Where the listing's site is: `official`, or its own host; None for a saved page that does not say its app."""
    parts = urlsplit(handle.url)
    if parts.hostname in HOSTS:
        return official
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc and _LISTING.fullmatch(parts.path) else None


def _address(handle: Handle, cursor: str | None, memory: Mapping[str, int | None] | None = None) -> str:
    asked: dict[str, Any] = {
        "appid": int(handle.product),
        "filter": NEWEST,
        "languages": ["all"],  # an empty list means English only
        "purchase_type": ALL,
        "num_per_page": PER_PAGE,
    }
    if cursor is not None:
        asked["cursor"] = cursor
    query = urlencode({"input_json": json.dumps(asked, separators=(",", ":"))})
    return f"{_origin(handle, API)}{METHOD}?{query}" + (f"#{urlencode(memory)}" if memory else "")


def _asked(url: str) -> _Asked:
    """What the address asked for; a page saved by hand under another address counts as the first."""
    address, _, fragment = url.partition("#")
    try:
        cursor = dig(json.loads(parse_qs(urlsplit(address).query)["input_json"][0]), "cursor")
    except (KeyError, ValueError, RecursionError):
        cursor = None
    memory = {name: int(value) for name, value in re.findall(r"(?:^|&)(seen|of|again)=([0-9]{1,12})(?=&|$)", fragment)}
    return _Asked(
        cursor if isinstance(cursor, str) and cursor != "*" else None,
        memory.get("seen", 0),
        memory.get("of"),
        "again" in memory,
    )


def _answer(page: Page) -> _Answer:
    """The page's records, whichever form it has; raises ChangedPage."""
    data = json_of(page)
    if isinstance(data, list):
        return _Answer(data, None, None, live=False)
    if isinstance(data, Mapping) and "response" in data:
        inner = data["response"]
        if isinstance(inner, Mapping):
            return _Answer(_records(inner.get("reviews"), page), *_counted(inner), live=True, blank=not inner)
    elif isinstance(data, Mapping) and data.get("success", 1) == 1 and ("reviews" in data or "query_summary" in data):
        return _Answer(_records(data.get("reviews"), page), *_counted(data), live=False)
    elif isinstance(data, Mapping) and any(dig(value, "recommendationid") is not None for value in data.values()):
        return _Answer(list(data.values()), None, None, live=False)
    challenge(page)
    raise ChangedPage(f"{page.url} sent JSON that is no answer about reviews")


def _records(value: Any, page: Page) -> list[Any]:
    """The review objects: a list, or an object with one for each id; missing when there are none."""
    if isinstance(value, Mapping):
        return list(value.values())
    if not isinstance(value, list | None):
        raise ChangedPage(f"{page.url}: its reviews are neither a list nor an object")
    return value or []


def _counted(answer: Mapping[str, Any]) -> tuple[int | None, str | None]:
    """How many reviews there are, and the cursor of the next page; each None where the answer does not say."""
    counts = (answer.get("total_matching"), dig(answer, "query_summary", "total_reviews"))
    total = next((n for n in counts if isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 10**12), None)
    cursor = answer.get("cursor")
    return total, cursor if isinstance(cursor, str) and 0 < len(cursor) <= 500 and cursor != "*" else None


def _review(record: Any, handle: Handle) -> Review | None:
    """The review of a record; None when it has no id, no thumb, or a text of another type."""
    identity, thumb, body = (dig(record, name) for name in ("recommendationid", "voted_up", "review"))
    identity = plain(str(identity)) if isinstance(identity, int | str) and not isinstance(identity, bool) else None
    if identity is None or len(identity) > 100 or not isinstance(thumb, bool) or not isinstance(body, str | None):
        return None
    author = plain(str(dig(record, "author", "steamid") or ""))
    where = _origin(handle, COMMUNITY)
    known = where is not None and author is not None and re.fullmatch(r"[0-9]{1,20}", author)
    created, updated = (unix_time(dig(record, f"timestamp_{name}")) for name in ("created", "updated"))
    bought, free = (dig(record, name) for name in ("steam_purchase", "received_for_free"))
    reply = bbcode_of(dig(record, "developer_response"))
    return Review(
        source="steam",
        product=handle.product,
        id=identity,
        url=f"{where}/profiles/{author}/recommended/{handle.product}/" if known else where and handle.url,
        author=author,
        rating=float(thumb),
        scale="thumbs",
        body=bbcode_of(body) or "",
        language=LANGUAGES.get(str(dig(record, "language"))),
        written=created,
        edited=updated if created and updated and updated > created else None,
        helpful=votes(dig(record, "votes_up")),
        reply=reply,
        replied=unix_time(dig(record, "timestamp_dev_responded")) if reply else None,
        verified=bought if isinstance(bought, bool) else None,
        incentivised=free if isinstance(free, bool) else None,
    )
