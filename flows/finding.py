"""`unmet find`: rivals from the stores' own searches, as tables to paste into a market file."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import scrapers
from data.market import MarketError, competitor_slug
from data.settings import settings
from flows import collect
from flows.codes import DONE, NOTHING, PARTLY
from flows.screen import console
from scrapers import _search
from scrapers._errors import ScrapeError
from scrapers._fetch import Fetcher
from scrapers._search import Found
from scrapers._source import Request


@dataclass
class _Rival:
    """One product, in whichever stores it is."""

    name: str
    listings: dict[str, Found] = field(default_factory=dict)
    """Source -> where it stands there."""


def run(term: str, country: str) -> int:
    """Prints the rivals as TOML on stdout; a search that fails is a line on stderr and stops no other."""
    country = country.lower()
    if not re.fullmatch(r"[a-z]{2}", country):
        raise MarketError(f"{country!r} is no country; two letters name one, as in --country gb")
    if not term.strip():
        raise MarketError('nothing to look for; say what the rivals do, as in unmet find "note taking"')
    asked = _search.requests(term.strip(), country)
    names = [scrapers.source(name).ABOUT.title for name in asked]
    with (
        collect.fetcher(settings()) as fetcher,
        console.status(f"asking {' and '.join(names)}"),
        ThreadPoolExecutor(len(asked)) as pool,
    ):
        answers = list(pool.map(lambda request: _ask(fetcher, request, country), asked.values()))
    found: list[Found] = []
    failed = 0
    for name, answer in zip(names, answers, strict=True):
        if isinstance(answer, ScrapeError):
            failed += 1
            _say(f"{name}: {answer}")
        else:
            found += answer
            _say(f"{name}: {len(answer)} found")
    for line in _tables(_rivals(found)):
        print(line)
    if failed == len(asked):
        return NOTHING
    return PARTLY if failed else DONE


def _ask(fetcher: Fetcher, request: Request, country: str) -> list[Found] | ScrapeError:
    try:
        return _search.parse(fetcher.fetch(request), country)
    except ScrapeError as e:
        return e


def _rivals(found: list[Found]) -> list[_Rival]:
    """One rival a name; two of one name in the same store are two."""
    rivals: list[_Rival] = []
    for product in found:
        same = (r for r in rivals if r.name.casefold() == product.name.casefold() and product.source not in r.listings)
        rival = next(same, None)
        if rival is None:
            rivals.append(rival := _Rival(product.name))
        rival.listings[product.source] = product
    return rivals


def _tables(rivals: list[_Rival]) -> list[str]:
    """A table of a market file for each rival."""
    lines: list[str] = []
    slugs: set[str] = set()
    for rival in rivals:
        slug = competitor_slug(rival.name, slugs)
        slugs.add(slug)
        lines += ["", f"[competitors.{slug}]", f"name = {_quoted(rival.name)}", "listings = ["]
        lines += [f"  {_quoted(f.url)},  # {_about(f)}" for f in rival.listings.values()]
        lines += ["]"]
    return lines[1:]


def _about(found: Found) -> str:
    title = scrapers.source(found.source).ABOUT.title
    if found.ratings is None:
        return f"{title}, ratings not told"
    stars = f", {found.stars:.1f} stars" if found.stars is not None else ""
    return f"{title}, {found.ratings:,} ratings{stars}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # what JSON escapes, TOML reads alike


def _say(text: str) -> None:
    console.print(text, soft_wrap=True, markup=False)
