"""What a saved Trustpilot page holds: the data it was built from, in any of the forms in which people keep it.

The data lies in the page's `__NEXT_DATA__` script, whose `pageProps` have grown and lost fields every year; only the
business and its `reviews` are read, never `relevantReviews` or summaries, which repeat them. Saved by themselves, the
`pageProps`, a list of reviews, or a list of businesses with their reviews are read as well. Pages of 2021 and before
have a small script for each review instead, and another for its dates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote, unquote

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._posts import whole
from scrapers._read import dig, iso_time, number, plain, votes
from scrapers._source import Handle, Page

MOST_CARDS = 1_000
"""Scripts of an old page; twenty reviews have forty."""
LONGEST_CARD = 100_000
STARS = frozenset({1.0, 2.0, 3.0, 4.0, 5.0})

_SCRIPT = re.compile(r"(?i)<script\b[^<>]{0,500}?\bid\s{0,9}=\s{0,9}[\"']?__NEXT_DATA__\b[^<>]{0,500}>")
_CARD = re.compile(
    r"(?i)<script\b[^<>]{0,500}?\bdata-initial-state\s{0,9}=\s{0,9}[\"']?review-(info|dates)\b[^<>]{0,500}>"
)
_ADDRESS = re.compile(
    r"(?i)(?:<(?:link|meta)\b[^<>]{0,300}?|\"(?:@id|url)\"\s{0,9}:\s{0,9}\")"
    r"https?://[a-z.]{0,20}trustpilot\.com(/review/[^?#\"'<>\s\\]{1,255})"
)
_COMPANY = re.compile(r"/review/([^/]{1,255}(?:/[^/]{1,255}){0,9})/?")
_PAGES = frozenset({"location", "locations", "transparency"})
"""What stands behind a business's name and is no part of it; some businesses are called `example.com/en`."""


@dataclass(frozen=True)
class Told:
    """One business and the records of its reviews."""

    records: list[Any]
    names: tuple[str, ...] = ()
    """The business's domain and its id, as far as they are said."""
    total: int | None = None
    """How many reviews it has, in all languages."""
    page: int = 1

    def of(self, product: str) -> bool:
        """Whether these can be the reviews of that business; with or without `www.` is one name.

        A page of `example.com/en` may be listed under its domain alone.
        """
        names = {_folded(n) for n in self.names}
        return not names or _folded(product) in names | {n.partition("/")[0] for n in names}

    def exactly(self, product: str) -> bool:
        """Whether they are certainly of that business."""
        return _folded(product) in map(_folded, self.names)


def in_script(text: str) -> Any:
    """The data of a page's scripts; None when it has none, or some that is no JSON."""
    tag = _SCRIPT.search(text)
    return _cards(text) if tag is None else _json_at(text, tag.end(), len(text))


def _json_at(text: str, start: int, longest: int) -> Any:
    """The JSON of the script that begins there; None when it is none, or longer."""
    end = text.find("</script", start, start + longest)
    try:
        return json.loads(text[start : end if end >= 0 else start + longest], strict=False)
    except (ValueError, RecursionError):
        return None


def _cards(text: str) -> Any:
    """The scripts of an old page in the form that its successor has; None without any."""
    records: list[dict[str, Any]] = []
    for tag in islice(_CARD.finditer(text), MOST_CARDS):
        data = _json_at(text, tag.end(), LONGEST_CARD)
        if tag[1].lower() == "info":
            names = {"id": "reviewId", "title": "reviewHeader", "text": "reviewBody", "rating": "stars"}
            record = {name: dig(data, old) for name, old in names.items()}
            records.append({**record, "consumer": {"displayName": dig(data, "consumerName")}})
        elif records:
            records[-1].setdefault("dates", data)
    return {"businessUnit": {"identifyingName": named_in(text)}, "reviews": records} if records else None


def told(data: Any) -> list[Told]:
    """The businesses that some data is of, each with its reviews; empty when it is of none."""
    if isinstance(data, list):
        if any(isinstance(d, Mapping) and isinstance(d.get("reviews"), list) for d in data):
            return [t for d in data for t in told(d)]
        looks = any(isinstance(d, Mapping) and "id" in d and ("rating" in d or "stars" in d) for d in data)
        return [Told(data)] if looks else []
    for path in (("props", "pageProps"), ("pageProps",), ()):
        inner = dig(data, *path)
        if isinstance(inner, Mapping) and isinstance(inner.get("reviews"), list):
            return [_business(inner)]
    return []


def chosen(page: Page, businesses: list[Told], handle: Handle) -> Told:
    """The one that the listing is of; raises ChangedPage when the page is of others only."""
    fitting = [b for b in businesses if b.of(handle.product)]
    if not fitting:
        named = ", ".join(b.names[0][:100] for b in businesses[:5])
        raise ChangedPage(
            f"{page.url} holds reviews of {named}, not of {handle.product}; name https://www.trustpilot.com/review/"
            f"{businesses[0].names[0][:100]} as the pages' url"
        )
    return next((b for b in fitting if b.exactly(handle.product)), fitting[0])


def named_in(text: str) -> str | None:
    """The domain whose page an HTML page says it is, where it has no script that says so."""
    found = _ADDRESS.search(text)
    return company(found[1]) if found else None


def company(path: str) -> str | None:
    """The business that a path such as `/review/example.com` names; None for any other path."""
    found = _COMPANY.fullmatch(path)
    if found is None:
        return None
    first, *rest = found[1].split("/")
    own = rest[: next((i for i, part in enumerate(rest) if part in _PAGES), len(rest))]
    return plain(unquote("/".join([first, *own])))


def address(name: str) -> str:
    """The page of one review."""
    return f"https://www.trustpilot.com/reviews/{quote(name, safe='')}"


def removed(record: Any) -> bool:
    """Whether Trustpilot has taken the review off its site."""
    return dig(record, "filtered") is True


def review_of(record: Any, product: str) -> Review | None:
    """The review of a record of the site or of the API; None when it has no id, no stars, or a text of another type."""
    name, title, body = (_first(record, (n,)) for n in ("id", "title", "text"))
    rating = number(_first(record, ("rating",), ("stars",)))
    if not isinstance(name, str) or not re.fullmatch(r"[!-~]{1,100}", name):
        return None
    if rating not in STARS or not isinstance(body, str | None) or not isinstance(title, str | None):
        return None
    written = iso_time(_first(record, ("dates", "publishedDate"), ("createdAt",), ("dates", "submittedDate")))
    edited = iso_time(_first(record, ("dates", "updatedDate"), ("updatedAt",)))
    reply = plain(_first(record, ("reply", "message"), ("companyReply", "text"), ("companyReply", "message")))
    replied = _first(record, ("reply", "publishedDate"), ("companyReply", "createdAt"))
    verified = _first(record, ("labels", "verification", "isVerified"), ("isVerified",))
    language, country = _first(record, ("language",)), _first(record, ("consumer", "countryCode"))
    return Review(
        source="trustpilot",
        product=product,
        id=name,
        url=address(name),
        author=plain(_first(record, ("consumer", "displayName"))),
        rating=rating,
        scale="5",
        title=plain(title),
        body=plain(body) or "",
        language=_two_letters(language),
        country=_two_letters(country),
        written=written,
        edited=edited if edited and written and edited > written else None,
        helpful=votes(_first(record, ("likes",), ("numberOfLikes",))),
        reply=reply,
        replied=iso_time(replied) if reply else None,
        verified=verified if isinstance(verified, bool) else None,
    )


def _first(record: Any, *paths: tuple[str, ...]) -> Any:
    """What stands at the first of these paths that holds anything."""
    return next((value for path in paths if (value := dig(record, *path)) is not None), None)


def _two_letters(code: Any) -> str | None:
    """A language or country as its two-letter code in lower case, without a region; None for any other name."""
    found = re.fullmatch(r"([A-Za-z]{2})(?:[-_]\w{2,8})?", code) if isinstance(code, str) else None
    return found[1].lower() if found else None


def _business(props: Mapping[str, Any]) -> Told:
    unit: Any = next((props[n] for n in ("businessUnit", "companyDetails") if isinstance(props.get(n), Mapping)), {})
    names = (plain(dig(unit, n)) for n in ("identifyingName", "id"))
    totals = (
        dig(unit, "numberOfReviews"),
        dig(unit, "numberOfReviews", "total"),
        dig(props, "filters", "pagination", "totalCount"),
    )
    number = whole(dig(props, "filters", "pagination", "currentPage"))
    return Told(
        props["reviews"],
        tuple(n for n in names if n and len(n) <= 255 and not re.search(r"[\s?#]", n)),
        next((n for t in totals if (n := whole(t)) is not None), None),
        number if number is not None and 1 <= number <= 1_000_000 else 1,
    )


def _folded(name: str) -> str:
    return name.casefold().removeprefix("www.")
