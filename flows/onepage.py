"""`unmet page` and `unmet sources`: one page through its parser, and what sources there are."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import scrapers
from data.market import MarketError
from data.settings import settings
from flows import collect
from flows.codes import DONE, NOTHING
from flows.plan import recognise
from flows.screen import console
from scrapers._errors import ScrapeError
from scrapers._source import Batch, Page, Request


def run(what: str, source: str | None, url: str | None) -> int:
    """Prints a page's reviews as JSON Lines on stdout; counts, warnings and what comes next on stderr."""
    if source is not None and source not in scrapers.names():
        raise MarketError(f"no source is called {source!r}; there are {', '.join(scrapers.names())}")
    try:
        batch, name = _web(what, source) if "://" in what else _file(Path(what), source, url)
    except ScrapeError as e:
        console.print(f"unmet: {e}", soft_wrap=True, markup=False)
        return NOTHING
    for review in batch.reviews:
        print(json.dumps(review.as_dict(), ensure_ascii=False))
    _talk(name, batch)
    return DONE


def _web(url: str, source: str | None) -> tuple[Batch, str]:
    handle = recognise(url, source=source)
    reader = scrapers.source(handle.source)
    with collect.fetcher(settings()) as fetcher:
        page = collect.asking(reader, fetcher.fetch)(reader.start(handle))
    return reader.parse(page, handle), handle.source


def _file(path: Path, source: str | None, url: str | None) -> tuple[Batch, str]:
    try:
        body = path.read_bytes()
    except OSError as e:
        raise MarketError(f"{path}: cannot be read ({e})") from e
    if body[:2] == b"\x1f\x8b":
        body = _unpacked(body, path, settings().unpacked_bytes)
    name = source or _guess(path, body, url)
    reader = scrapers.source(name)
    handle, address = collect.named(reader, name, path, body, url, path.stem)
    page = Page(Request(address), 200, {}, body, settings().clock())
    return reader.parse(page, handle), name


def _unpacked(body: bytes, path: Path, most: int) -> bytes:
    """A page packed with gzip, unpacked; a few bytes can stand for more than there is memory."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        whole = unpacker.decompress(body, most + 1)
    except zlib.error as e:
        raise MarketError(f"{path}: is packed wrongly ({e}); save the page again") from e
    if len(whole) > most:
        raise MarketError(f"{path}: unpacks to more than {most:,} bytes; this is no page of reviews")
    if not unpacker.eof:
        raise MarketError(f"{path}: is cut off; save the page again")
    return whole


def _guess(path: Path, body: bytes, url: str | None) -> str:
    """The source that a saved page is of: by its address, else by what it looks like."""
    if url:
        return recognise(url).source
    head = body[:4000].lstrip()
    if b"customerreviews" in head or b"im:rating" in body or b"CustomerReviews RSS" in head:
        return "app_store"
    if head[:1] == b"<":
        return scrapers.GENERIC
    raise MarketError(f"{path}: cannot tell whose page this is; name it with --source")


def _talk(name: str, batch: Batch) -> None:
    rated = sum(r.rating is not None for r in batch.reviews)
    dated = sum(r.written is not None for r in batch.reviews)
    total = "" if batch.total is None else f", the source says there are {batch.total:,}"
    console.print(
        f"{name}: {len(batch.reviews)} reviews ({rated} rated, {dated} dated), {batch.unreadable} unreadable,"
        f" {batch.outcome}{total}",
        markup=False,
        soft_wrap=True,
    )
    for warning in batch.warnings:
        console.print(f"warning: {warning}", markup=False, soft_wrap=True)
    console.print(f"next: {batch.next.url if batch.next else f'none ({batch.stop})'}", markup=False, soft_wrap=True)


def sources() -> int:
    """Prints every source with its facts."""
    for name in scrapers.names():
        about = scrapers.source(name).ABOUT
        kind = " (discussion: read, never averaged into stars)" if about.discussion else ""
        print(f"{name}: {about.title}{kind}")
        print(f"  listing  {about.address}")
        print(f"  access   {about.access}")
        print(f"  terms    {about.terms}")
        print(f"  limits   {about.limits}")
        if about.opt_in:
            print(f'  off      unless a market file says allow = ["{name}"]')
        if about.key:
            print(f"  key      from the environment variable {about.key}")
        print()
    return DONE
