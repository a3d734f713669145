"""One errand, done: pages into the archive, reviews into the lake, a row into the ledger. Plain functions."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

import scrapers
from data.archive import Archive, Kept
from data.errors import UnmetError
from data.lake import Lake, Merge
from data.market import Export, Listing, Saved, pages
from data.review import Review, content_id, digest
from data.settings import Settings
from data.store import is_remote
from data.visit import Visit
from flows.plan import Errand
from reports.reading.personal import mask
from scrapers import export
from scrapers._errors import Blocked, Disallowed, Ended, ExportError, Fault, ScrapeError
from scrapers._fetch import Fetcher, Limits
from scrapers._pace import Shared, Turns
from scrapers._source import COMPLETE, Handle, Outcome, Page, Request, Source, Stop, within
from scrapers._walk import Walk, walk

Progress = Callable[[Walk], None]


def fetcher(settings: Settings, shared: Shared | None = None) -> Fetcher:
    """The HTTP client as the settings want it; `shared` where other processes ask the same hosts."""
    limits = Limits(
        pause_seconds=settings.pause_seconds,
        timeout_seconds=settings.timeout_seconds,
        page_seconds=settings.page_seconds,
        page_bytes=settings.page_bytes,
        unpacked_bytes=settings.unpacked_bytes,
        tries=settings.tries,
        longest_wait_seconds=settings.longest_wait_seconds,
    )
    return Fetcher(
        settings.user_agent,
        limits,
        settings.connect_to,
        clock=settings.clock,
        allow_private=settings.allow_private,
        turns=Turns(shared=shared),
    )


def archive(settings: Settings) -> Archive:
    """The page archive beside the lake's tables."""
    if is_remote(settings.lake):
        from data.archive_store import StoredArchive

        return StoredArchive(f"{settings.lake.rstrip('/')}/archive")
    return Archive(Path(settings.lake) / "archive")


def visit(
    errand: Errand,
    lake: Lake,
    settings: Settings,
    fetch: Callable[[Request], Page],
    *,
    hold: Callable[[Request, float], None] = lambda *_: None,
    places: Collection[str] = (),
    on_page: Progress = lambda _: None,
) -> tuple[Visit, UnmetError | None]:
    """Visits one listing; what could be read is in the lake and the ledger afterwards, whatever went wrong."""
    at, started = _moment(errand, lake, settings), time.monotonic()
    try:
        match errand.place:
            case Listing():
                result = _web(errand, lake, settings, fetch, hold, at, on_page)
            case Export() as place:
                result = _export(place, errand)
            case Saved() as place:
                result = _saved(place, errand, at, on_page)
    except UnmetError:
        raise
    except Exception as e:  # noqa: BLE001 - the ledger has a row of every visit, and the others go on
        result = Walk()
        result.fail(Fault.of(e))
    listing = errand.place.name
    complete = result.error is None and result.stop in COMPLETE

    def row(merge: Merge) -> Visit:
        return _row(errand, result, merge, at=at, complete=complete, seconds=time.monotonic() - started)

    if isinstance(result.error, Ended) and not result.pages:
        return row(Merge()), result.error  # nobody was asked: this was no visit, and the one before it still counts
    if not complete:
        # The ledger first: a visit that broke off must never look like one that saw everything, or the next one
        # would stop at reviews it knows and miss those below them.
        lake.add_visit(row(Merge()))
    merge = lake.merge(errand.market, errand.competitor, listing, result.reviews, at, places)
    gone = 0
    if complete and _proves_absence(errand, result):
        gone = lake.settle(errand.market, errand.competitor, listing, [r.key for r in result.reviews], at)
    entry = replace(row(merge), gone=gone)
    lake.add_visit(entry)
    return entry, result.error


def _moment(errand: Errand, lake: Lake, settings: Settings) -> datetime:
    """The present, or just after the listing's last visit where the clock was moved back meanwhile: the ledger is in
    order of time, and whether a visit may stop early hangs on the one before it."""
    now = settings.clock()
    visits = lake.visits(errand.market).filter(competitor=errand.competitor, listing=errand.place.name)
    last = visits["at"].max()
    return last + timedelta(seconds=1) if isinstance(last, datetime) and last > now else now


def _proves_absence(errand: Errand, result: Walk) -> bool:
    """Whether a review that the walk did not see is no longer there: it saw the whole of a place, and without doubt."""
    whole = result.stop == Stop.END and result.reviews and not result.unreadable and not result.warnings
    return bool(whole) and not isinstance(errand.place, Saved)


def _web(
    errand: Errand,
    lake: Lake,
    settings: Settings,
    fetch: Callable[[Request], Page],
    hold: Callable[[Request, float], None],
    at: datetime,
    on_page: Progress,
) -> Walk:
    if errand.handle is None:
        raise AssertionError("a listing has a handle")
    listing = errand.place.name
    source = scrapers.source(errand.source)
    held = _known(errand, _way(errand), lake, settings, at)
    kept = archive(settings)
    file = kept.path(errand.market, errand.competitor, errand.source, listing, at.date())

    def keep(page: Page) -> None:
        kept.keep(file, Kept(page.url, page.status, page.headers, page.body, page.fetched))

    def known(review: Review) -> bool:
        return held.get(review.key) == digest(review.rating, review.title, review.body)

    return walk(
        source,
        errand.handle,
        asking(source, fetch),
        keep=keep,
        known=known if held else None,
        most_pages=settings.pages,
        on_page=on_page,
        hold=hold,
    )


def _known(errand: Errand, way: str, lake: Lake, settings: Settings, at: datetime) -> dict[str, str]:
    """Key -> digest of the reviews at which a visit may stop; empty when it has to go to the end.

    It may stop at them only if what is below them is held too: if the last visit that went on past known reviews went
    the same way and saw all that is shown there, or as much as today's limit lets us see, and not too long ago.
    """
    listing = errand.place.name
    visits = lake.visits(errand.market).filter(competitor=errand.competitor, listing=listing)
    through = visits.filter(pl.col("stop") != Stop.KNOWN)
    if through.is_empty():
        return {}
    last = through.row(-1, named=True)
    as_far = last["complete"] or (last["stop"] == Stop.LIMIT and last["pages"] >= settings.pages)
    recent = at - last["at"] < timedelta(days=settings.whole_walk_days)
    if not (as_far and recent and last["asked"] == way):
        return {}
    return lake.digests(errand.market, errand.competitor, listing)


def _way(errand: Errand) -> str:
    """How a visit begins: the first address as it is asked (another one with a key, it may be), and a mark of what is
    posted to it; or the file."""
    if errand.handle is None:
        return errand.place.name
    source = scrapers.source(errand.source)
    first = _signed(source, source.start(errand.handle))
    return first.url if first.body is None else f"{first.url} {content_id(first.body)}"


def asking(source: Source, fetch: Callable[[Request], Page]) -> Callable[[Request], Page]:
    """`fetch` as a source's requests are sent: with its key, and with its own advice where robots.txt says no."""

    def ask(request: Request) -> Page:
        try:
            return fetch(_signed(source, request))
        except Disallowed as e:
            if source.ABOUT.instead is None or _key(source):
                raise
            raise Disallowed(e.what, source.ABOUT.instead) from e
        except Blocked as e:
            if source.ABOUT.key is None or _key(source):
                raise
            raise Blocked(f"{e} (no key was set: {source.ABOUT.key})") from e

    return ask


def _signed(source: Source, request: Request) -> Request:
    """The request with the source's key, where the environment has one."""
    key = _key(source)
    return source.sign(request, key) if key else request


def _key(source: Source) -> str:
    return os.environ.get(source.ABOUT.key, "") if source.ABOUT.key else ""


def _export(place: Export, errand: Errand) -> Walk:
    result = Walk()
    try:
        batch = export.read(place, place.product or errand.competitor)
    except ScrapeError as e:
        result.fail(e)
        return result
    result.pages, result.bytes = 1, place.path.stat().st_size
    result.add(batch)
    if batch.stop is not None:
        result.stop = batch.stop
    return result


def _saved(place: Saved, errand: Errand, at: datetime, on_page: Progress) -> Walk:
    result = Walk(stop=Stop.SAMPLE)  # what was saved is what there is to read
    source = scrapers.source(errand.source)
    for path in pages(place):
        try:
            body = path.read_bytes()
            handle, url = named(source, errand.source, path, body, place.url, errand.competitor)
            batch = source.parse(Page(Request(url), 200, {}, body, at), handle)
        except OSError as e:
            result.fail(ExportError(f"{path.name}: cannot be read ({e.strerror}); check its rights"))
            continue
        except ScrapeError as e:
            # one page saved badly must not cost the others
            result.fail(e)
            continue
        result.pages += 1
        result.bytes += len(body)
        result.add(batch)
        if batch.outcome == Outcome.UNKNOWN_EMPTY and result.error is None:
            result.stop = Stop.EMPTY
            result.warnings.append(f"{path.name}: no reviews in it, and nothing proves that there are none")
        on_page(result)
    return result


def named(source: Source, name: str, path: Path, body: bytes, url: str | None, product: str) -> tuple[Handle, str]:
    """Whose page a saved file is and what its address was: as told, as the page says, or else made up from its name."""
    told = source.handle(url) if url else None
    if url and told is not None:
        return told, url
    found = within(source, body)
    if found is not None:
        return found
    address = url or f"https://saved.example/{path.name}"
    return Handle(name, product, address), address


def _row(errand: Errand, result: Walk, merge: Merge, *, at: datetime, complete: bool, seconds: float) -> Visit:
    dates = [r.written for r in result.reviews if r.written]
    error = [str(result.error)] if result.error else []
    return Visit(
        market=errand.market,
        competitor=errand.competitor,
        source=errand.source,
        listing=errand.place.name,
        at=at,
        asked=_way(errand),
        pages=result.pages,
        found=len(result.reviews),
        new=merge.new,
        edited=merge.edited,
        known=merge.known,
        duplicate=merge.duplicate,
        gone=0,
        unreadable=result.unreadable,
        total=result.total,
        oldest=min(dates, default=None),
        newest=max(dates, default=None),
        outcome=str(result.outcome),
        stop=str(result.stop),
        complete=complete,
        detail=mask("; ".join([*error, *result.warnings])) or None,  # reports print it, and nobody can forget it
        bytes=result.bytes,
        seconds=round(seconds, 3),
    )
