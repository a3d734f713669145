"""Market -> errands: which source reads which place. Checked whole before anything is asked of anybody."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import scrapers
from data.market import Competitor, Export, Listing, Market, MarketError, Saved, check_url, load, slugify
from data.settings import settings
from scrapers import export
from scrapers._errors import ExportError
from scrapers._source import Handle
from scrapers._terms import forbidden


@dataclass(frozen=True)
class Errand:
    """One listing to visit."""

    name: str
    """`market/competitor/source`, numbered where a competitor has several of one source."""
    market: str
    competitor: str
    source: str
    place: Listing | Export | Saved
    handle: Handle | None
    """What the address names; None for files."""


def plan(market: Market, file: Path | None = None) -> list[Errand]:
    """The errands of a market; raises MarketError when a listing has no source that may read it."""
    where = f"{file}: " if file else ""
    errands: list[Errand] = []
    seen: Counter[str] = Counter()
    for competitor in market.competitors:
        for place in competitor.places:
            key = f"{where}competitors.{competitor.slug}"
            source, handle = _reader(place, market, key)
            name = f"{market.slug}/{competitor.slug}/{source}"
            seen[name] += 1
            number = f"-{seen[name]}" if seen[name] > 1 else ""
            errands.append(Errand(name + number, market.slug, competitor.slug, source, place, handle))
    return errands


def market_files(markets: list[Path]) -> list[Path]:
    """The market files that are meant: those named, those in the folders named, or all of the settings' folder.

    Each is loaded and planned here, so that a mistake in the last one is found before the first one is asked for.
    """
    named = markets or [settings().markets]
    files = [file for path in named for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]
    if not files:
        raise MarketError(f"{named[0]}: no market file there; write one, README shows how, or try `unmet demo`")
    slugs: dict[str, Path] = {}
    for file in files:
        market = load(file)
        if market.slug in slugs:
            raise MarketError(f"{file}: has the same name as {slugs[market.slug]}; rename one, the name is its key")
        slugs[market.slug] = file
        plan(market, file)
    return [file.resolve() for file in files]


def _reader(place: Listing | Export | Saved, market: Market, key: str) -> tuple[str, Handle | None]:
    match place:
        case Export():
            try:
                export.check(place)
            except ExportError as e:
                raise MarketError(f"{key}.exports: {e}") from e
            return place.source, None
        case Saved():
            _known(place.source, f"{key}.saved")
            if place.url is not None:
                _handle(place.source, place.url, f"{key}.saved")
            return place.source, None
        case Listing(url=url, source=None):
            handle = recognise(url, f"{key}.listings", market.allow)
            return handle.source, handle
        case Listing(url=url, source=str(name)):
            _known(name, f"{key}.listings")
            _permitted(url, f"{key}.listings", market.allow)
            _opted(name, f"{key}.listings", market.allow)
            return name, _handle(name, url, f"{key}.listings")
    raise AssertionError("a place is a listing, an export or saved pages")


def _handle(name: str, url: str, where: str) -> Handle:
    """What an address means to the source that the market file names for it."""
    source = scrapers.source(name)
    handle = source.handle(url) if hasattr(source, "handle") else None
    if handle is None:
        raise MarketError(f"{where}: {url} is no address of {name}; its form is {source.ABOUT.address}")
    return handle


def recognise(url: str, where: str = "", allow: Collection[str] = ()) -> Handle:
    """What an address names; raises MarketError when its site may not be read or no source knows it."""
    check_url(url, where)
    _permitted(url, where, allow)
    handle = scrapers.recognise(url)
    if handle is None:
        raise MarketError(f"{where + ': ' if where else ''}{url}: no source reads this; `unmet sources` lists them")
    _opted(handle.source, where, allow)
    return handle


def _permitted(url: str, where: str, allow: Collection[str]) -> None:
    """Refuses a site whose terms forbid reading it, unless the market allows the very source that reads it."""
    instead = forbidden(url)
    if instead is None:
        return
    handle = scrapers.recognise(url)
    if handle is not None and handle.source in allow and scrapers.source(handle.source).ABOUT.opt_in:
        return
    host = urlsplit(url).hostname
    raise MarketError(f"{where + ': ' if where else ''}{host}: its terms forbid automated reading; {instead}")


def _opted(source: str, where: str, allow: Collection[str]) -> None:
    if scrapers.source(source).ABOUT.opt_in and source not in allow:
        begin = f"{where}: " if where else ""
        raise MarketError(
            f'{begin}{source} is off unless the market file says allow = ["{source}"]; read its terms first'
        )


def _known(source: str, where: str) -> None:
    if source not in scrapers.names():
        raise MarketError(f"{where}: no source is called {source!r}; there are {', '.join(scrapers.names())}")


def ad_hoc(urls: list[str]) -> Market:
    """A market of the products that some addresses name; addresses of one name are one competitor's."""
    listings: dict[str, list[Listing]] = {}
    for url in urls:
        recognise(url)
        listings.setdefault(_product(url), []).append(Listing(url=url))
    slugs: Counter[str] = Counter()
    competitors: tuple[Competitor, ...] = ()
    for named, places in listings.items():
        slug = slugify(named)
        slugs[slug] += 1
        number = f"-{slugs[slug]}" if slugs[slug] > 1 else ""
        competitors += (Competitor(slug=slug + number, name=named, listings=tuple(places)),)
    name = " and ".join(listings)
    return Market(slug=slugify(f"ad hoc {name}")[:60].strip("-"), name=name, competitors=competitors)


def _product(url: str) -> str:
    """A readable name out of an address: its app or product part, else its host."""
    parts = urlsplit(url)
    named = re.search(r"/(?:app|addon|plugin|product|software|extension)s?/([^\W\d][\w-]+)", unquote(parts.path), re.I)
    word = named[1] if named else (parts.hostname or url).removeprefix("www.")
    return re.sub("[-_]+", " ", word).strip().title() if named else word


def toml(market: Market) -> str:
    """A market file for an ad-hoc market, to keep and to edit."""

    def text(value: str) -> str:
        return json.dumps(value, ensure_ascii=False)  # what JSON escapes, TOML reads alike

    lines = [f"name = {text(market.name)}"]
    for competitor in market.competitors:
        urls = ", ".join(text(listing.url) for listing in competitor.listings)
        lines += ["", f"[competitors.{competitor.slug}]", f"name = {text(competitor.name)}", f"listings = [{urls}]"]
    return "\n".join(lines) + "\n"
