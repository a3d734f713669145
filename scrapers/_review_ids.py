"""Which review is which: ids where a page gives none, and one review out of what a page says twice."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from data.review import Review, content_id
from scrapers._structured import MICRODATA

MOST_COMPARED = 2_000  # pairs of a text and a cut one grow with the square; pages show a hundred reviews

_SPACE = re.compile(r"\s+")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


@dataclass(frozen=True)
class Draft:
    """A review, what its id is made of, and where it stood."""

    review: Review
    given: str | None
    raw_date: str | None
    block: int


def identified(drafts: list[Draft], product: str) -> list[Draft]:
    """Gives every review its id: the site's own where it names one review only, else a hash of what it says."""
    named: dict[str, set[tuple[str | None, str]]] = {}
    for d in drafts:
        if d.given is not None:
            named.setdefault(d.given, set()).add((d.review.author, d.review.body))
    alike: Counter[tuple[int, str]] = Counter()
    result = []
    for d in drafts:
        r = d.review
        if d.given is not None and len(named[d.given]) == 1:
            result.append(replace(d, review=replace(r, id=d.given)))
            continue
        # A date such as "2 months ago" would change the id from night to night.
        raw_date = d.raw_date if d.raw_date and _YEAR.search(d.raw_date) else None
        parts: list[object] = [product, r.author, raw_date, r.rating, r.body]
        identity = content_id(*parts)
        if not r.body:  # stars alone may well be given twice: the second such one in a block is another review
            alike[d.block, identity] += 1
            nth = alike[d.block, identity]
            identity = identity if nth == 1 else content_id(*parts, nth)
        result.append(replace(d, review=replace(r, id=identity)))
    return result


def each_once(drafts: list[Draft]) -> list[Review]:
    """Drops what was told twice: the same id, or in microdata what JSON-LD tells as well."""
    first: dict[str, Draft] = {}
    for d in drafts:
        first.setdefault(d.review.id, d)
    told = [d.review for d in first.values() if d.block != MICRODATA]
    again = [d.review for d in first.values() if d.block == MICRODATA]
    pairs = _pairs(told, again)
    for here, there in pairs.items():
        told[there] = _filled(told[there], again[here])
    return told + [r for i, r in enumerate(again) if i not in pairs]


def _pairs(told: list[Review], again: list[Review]) -> dict[int, int]:
    """Which of the second list is which of the first, the surest matches first; each is used once."""
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for way in (_all_alike, _text_alike, _one_without_text):
        places: dict[Any, list[int]] = {}
        for there, review in enumerate(told):
            if there not in used and (key := way(review)) is not None:
                places.setdefault(key, []).append(there)
        for here, review in enumerate(again):
            options = places.get(way(review), []) if here not in pairs else []
            while options:
                there = options.pop(0)
                if way is _one_without_text and told[there].body and review.body:
                    continue
                pairs[here] = there
                used.add(there)
                break
    if len(told) + len(again) <= MOST_COMPARED:
        for here, review in enumerate(again):
            cut = folded(review.body).removesuffix("…").removesuffix("...").rstrip()
            if here in pairs or len(cut) < 20 or cut == folded(review.body):
                continue
            match = next((t for t, r in enumerate(told) if t not in used and folded(r.body).startswith(cut)), None)
            if match is not None:
                pairs[here] = match
                used.add(match)
    return pairs


def _all_alike(review: Review) -> Any:
    return review.author, review.rating, folded(review.body)


def _text_alike(review: Review) -> Any:
    return folded(review.body) or None


def _one_without_text(review: Review) -> Any:
    return (review.author, review.rating, review.written) if review.author else None


def _filled(one: Review, other: Review) -> Review:
    """What one syntax leaves open, the other may say; the id stays."""
    names = ("author", "title", "body", "language", "written", "edited")
    gaps: dict[str, Any] = {n: getattr(one, n) or getattr(other, n) for n in names}
    if one.rating is None:
        gaps |= {"rating": other.rating, "scale": other.scale}
    return replace(one, **gaps)


def folded(text: str) -> str:
    """Text for comparison: blanks and letter case do not count."""
    return _SPACE.sub(" ", text).strip().casefold()
