"""Market -> errands: which source reads which place. Checked whole before anything is asked of anybody."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import scrapers
from data import as_toml
from data.market import (
    Competitor,
    Export,
    Listing,
    Market,
    MarketError,
    Saved,
    check_url,
    competitor_slug,
    load,
    slugify,
)
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
    slugs: dict[str, Path] = {}
    return [checked(file, slugs) for file in named_files(markets)]


def named_files(markets: list[Path]) -> list[Path]:
    """The same, not looked into; raises MarketError where there is none."""
    named = markets or [settings().markets]
    files = [file for path in named for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]
    if not files:
        raise MarketError(f"{named[0]}: no market file there; write one, README shows how, or try `unmet demo`")
    return files


def checked(file: Path, slugs: dict[str, Path]) -> Path:
    """A market file by its whole path, once it is loaded and planned; `slugs`: those before it, which it joins.

    Raises MarketError.
    """
    market = load(file)
    if market.slug in slugs:
        raise MarketError(f"{file}: has the same name as {slugs[market.slug]}; rename one, the name is its key")
    slugs[market.slug] = file
    plan(market, file)
    return file.resolve()


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
        case Listing(url=url, source=name):
            handle = recognise(url, f"{key}.listings", market.allow, name)
            return handle.source, handle
    raise AssertionError("a place is a listing, an export or saved pages")


def _handle(name: str, url: str, where: str) -> Handle:
    """What an address means to the source that is named for it."""
    source = scrapers.source(name)
    handle = source.handle(url)
    if handle is None:
        raise MarketError(f"{_at(where)}{url} is no address of {name}; its form is {source.ABOUT.address}")
    return handle


def recognise(url: str, where: str = "", allow: Collection[str] = (), source: str | None = None) -> Handle:
    """What an address means, to the source that is named or to the first one that knows it.

    Raises MarketError when no source knows it, or when its site or that source may not be used.
    """
    check_url(url, where)
    if source is not None:
        _known(source, where)
    _permitted(url, where, allow)
    if source is not None:
        _opted(source, where, allow)
        return _handle(source, url, where)
    handle = scrapers.recognise(url)
    if handle is None:
        raise MarketError(f"{_at(where)}{url}: no source reads this; `unmet sources` lists them")
    _opted(handle.source, where, allow)
    return handle


def _at(where: str) -> str:
    """The beginning of a line about a place in a market file; nothing where there is none."""
    return f"{where}: " if where else ""


def _permitted(url: str, where: str, allow: Collection[str]) -> None:
    """Refuses a site whose terms forbid reading it, unless the market allows the very source that reads it."""
    instead = forbidden(url)
    if instead is None:
        return
    handle = scrapers.recognise(url)
    if handle is not None and handle.source in allow and scrapers.source(handle.source).ABOUT.opt_in:
        return
    host = urlsplit(url).hostname
    raise MarketError(f"{_at(where)}{host}: its terms forbid automated reading; {instead}")


def _opted(source: str, where: str, allow: Collection[str]) -> None:
    if scrapers.source(source).ABOUT.opt_in and source not in allow:
        raise MarketError(
            f'{_at(where)}{source} is off unless the market file says allow = ["{source}"]; read its terms first'
        )


def _known(source: str, where: str) -> None:
    if source not in scrapers.names():
        raise MarketError(f"{_at(where)}no source is called {source!r}; there are {', '.join(scrapers.names())}")


def widened(market: Market, urls: Collection[str], file: Path) -> Market:
    """The market with the products that some addresses name among its competitors, the newcomers last.

    Raises MarketError where the market has them already.
    """
    held = {listing.url for competitor in market.competitors for listing in competitor.listings}
    named = {name.casefold(): c for c in market.competitors for name in (c.name, *c.aliases)}
    competitors = market.competitors
    for new in ad_hoc(list(urls), market.allow).competitors:
        for listing in new.listings:
            if listing.url in held:
                raise MarketError(f"{file}: {listing.url} is one of its listings already; run `unmet mine {file}`")
        known = named.get(new.name.casefold())
        if known is not None:
            raise MarketError(
                f"{file}: {known.name} is in the market already; to read it there too, add {new.listings[0].url} to"
                f" competitors.{known.slug}.listings"
            )
        slug = competitor_slug(new.name, [c.slug for c in competitors])
        competitors = (*competitors, new.model_copy(update={"slug": slug}))
    return market.model_copy(update={"competitors": competitors})


def ad_hoc(urls: list[str], allow: Collection[str] = ()) -> Market:
    """A market of the products that some addresses name; addresses of one name are one competitor's."""
    found: list[tuple[str, list[Handle]]] = []
    for url in urls:
        handle = recognise(url, allow=allow)
        name = _name(handle)
        same = next((known for known in found if _is_of(handle, *known)), None)
        if same is None:
            if any(name.casefold() == known.casefold() for known, _ in found):
                name = f"{name} ({handle.product})"  # a store's other product of that name
            found.append(same := (name, []))
        same[1].append(handle)
    competitors: tuple[Competitor, ...] = ()
    for name, handles in found:
        slug = competitor_slug(name, [c.slug for c in competitors])
        listings = tuple(Listing(url=handle.url) for handle in handles)
        competitors += (Competitor(slug=slug, name=name, listings=listings),)
    title = " and ".join(c.name for c in competitors)
    return Market(slug=slugify(f"ad hoc {title}")[:60].strip("-"), name=title, competitors=competitors)


def _is_of(handle: Handle, name: str, handles: list[Handle]) -> bool:
    """Whether an address is of the competitor that others are of already."""
    mine = [h.product for h in handles if h.source == handle.source]
    if handle.product in mine:
        return True
    # a store's two products of one name are two; pages of any site, forums and searches have no such products
    loose = handle.source == scrapers.GENERIC or _name(handle) in {_site(handle), handle.params.get("query")}
    return _name(handle).casefold() == name.casefold() and (loose or not mine)


_SAID = ("name", "tagged", "sub")
"""Parts of a handle that call the product by its name."""
_NAMED = re.compile(
    r"(?i)/(?:app|addon|plugin|product|software|extension)s?/(?:[0-9]+[/-])?(?!id[0-9]+(?:/|$))([^\W\d][\w-]+)"
)
_REVERSED = re.compile(r"[A-Za-z][\w-]*(?:\.[\w-]+){2,}")
"""A name such as org.example.App."""


def _name(handle: Handle) -> str:
    """A readable name for what an address means: what it says of the product, else its site or its number there."""
    if query := handle.params.get("query"):
        return query  # as somebody typed it
    address = urlsplit(handle.url)
    named = _NAMED.search(unquote(address.path))
    if handle.source == scrapers.GENERIC or handle.product.startswith(address.netloc.lower()):
        if named is None:
            return _site(handle)
        words = named[1]
    elif handle.product.isdecimal():
        if named is None:
            return f"{scrapers.source(handle.source).ABOUT.title} {handle.product}"
        words = named[1]
    else:
        said = next((handle.params[key] for key in _SAID if key in handle.params), handle.product)
        words = said.rpartition("/")[2]
        if _REVERSED.fullmatch(words):
            words = words.rpartition(".")[2]
    return re.sub("[-_]+", " ", words).strip().title()


def _site(handle: Handle) -> str:
    return (urlsplit(handle.url).hostname or handle.url).removeprefix("www.")


def toml(market: Market) -> str:
    """A market file for an ad-hoc market, to keep and to edit."""
    return as_toml.market(market)
