"""Where rivals are looked up: the App Store's and Steam's own public searches. Pure, like a source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from scrapers._errors import ChangedPage
from scrapers._read import challenge, dig, json_of, number, plain, votes
from scrapers._source import Page, Request

MOST = 25
"""Apps that the App Store is asked for; it would give 200. Steam gives about ten, whatever it is asked."""

_APP = re.compile(r"/[a-z]{2}/app/(?:[^/]+/)?id[0-9]{1,20}")


@dataclass(frozen=True)
class Found:
    """One product that a search names."""

    source: str
    name: str
    url: str
    """The address of its listing, as a market file takes it."""
    ratings: int | None = None
    """How many rated it, where the search says so."""
    stars: float | None = None
    """Their mean, 1 to 5."""


def requests(term: str, country: str) -> dict[str, Request]:
    """Source -> the search for a term in a country's store (ISO 3166-1 alpha-2, lower case).

    https://developer.apple.com/library/archive/documentation/AudioVideo/Conceptual/iTuneSearchAPI/ (about 20 calls a
    minute); Steam's is what its store's own search box asks, and documented nowhere.
    """
    apple = {"term": term, "entity": "software", "country": country, "limit": MOST}
    steam = {"term": term, "cc": country, "l": "english"}
    return {
        "app_store": Request(f"https://itunes.apple.com/search?{urlencode(apple)}"),
        "steam": Request(f"https://store.steampowered.com/api/storesearch/?{urlencode(steam)}"),
    }


def parse(page: Page, country: str) -> list[Found]:
    """The products on a page of either search, as it orders them; raises ParseError, nothing else."""
    data = json_of(page)
    for name, read in (("results", _apple), ("items", _steam)):
        records = dig(data, name)
        if isinstance(records, list):
            found = [product for product in (read(record, country) for record in records) if product is not None]
            if records and not found and not all(map(_aside, records)):
                raise ChangedPage(f"{page.url}: none of its {len(records)} products can be read; its form changed")
            return found
    challenge(page)
    raise ChangedPage(f"{page.url} sent JSON that is no answer to a search")


def _apple(record: Any, country: str) -> Found | None:
    app, name = _whole(dig(record, "trackId")), plain(_text(record, "trackName"))
    if app is None or name is None:
        return None
    stars, ratings = number(dig(record, "averageUserRating")), votes(dig(record, "userRatingCount"))
    return Found("app_store", name, _listing(record, app, country), ratings, stars if ratings else None)


def _listing(record: Any, app: int, country: str) -> str:
    """The app's own address without what counts clicks; one made from its number where that is none."""
    try:
        parts = urlsplit(_text(record, "trackViewUrl") or "")
    except ValueError:
        parts = urlsplit("")
    if _APP.fullmatch(parts.path) and parts.path.endswith(f"id{app}"):
        return f"https://apps.apple.com{parts.path}"
    return f"https://apps.apple.com/{country}/app/id{app}"


def _steam(record: Any, _: str) -> Found | None:
    app, name = _whole(dig(record, "id")), plain(_text(record, "name"))
    if _aside(record) or app is None or name is None:
        return None
    return Found("steam", name, f"https://store.steampowered.com/app/{app}/")


def _aside(record: Any) -> bool:
    """Whether it is a bundle or package of Steam's, which has no reviews of its own."""
    return isinstance(record, Mapping) and record.get("type", "app") != "app"


def _text(record: Any, name: str) -> str | None:
    value = dig(record, name)
    return value.replace("\n", " ") if isinstance(value, str) else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**15 else None
