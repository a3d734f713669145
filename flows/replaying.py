"""`unmet replay`: the archived pages of a market through today's parsers, without any network.

A parser that was mended reads its old pages anew. What it reads replaces what the lake holds; the ledger gets no row,
since nobody was visited, and no edit is recorded, since no customer said anything new.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from rich.status import Status

import scrapers
from data import locks
from data.archive import Archive, ArchiveError
from data.lake import Lake, Merge
from data.market import Listing, load
from data.review import Review, digest
from data.settings import settings
from flows import collect
from flows.codes import DONE, NOTHING, PARTLY
from flows.plan import Errand, market_files, plan
from flows.screen import console
from scrapers._errors import ScrapeError
from scrapers._source import Page, Request


@dataclass
class Replay:
    """What one listing's kept pages say today."""

    reviews: dict[str, Review] = field(default_factory=dict)
    """By key, as the pages together have it."""
    seen: dict[str, datetime] = field(default_factory=dict)
    """Key -> when the oldest page with it was fetched."""
    pages: int = 0
    unreadable: int = 0
    refused: list[str] = field(default_factory=list)
    """Why pages could not be read, a line each."""


def run(market: Path | None) -> int:
    """Replays one market, or all; a line a listing on stdout."""
    config = settings()
    lake, archive = Lake(config.lake), collect.archive(config)
    pages = refused = changed = 0
    for file in market_files([market] if market else []):
        loaded = load(file)
        places = [place.name for c in loaded.competitors for place in c.places]
        with locks.run(config.lake, loaded.slug):  # a visit may bring in what is younger than the pages read here
            for errand in plan(loaded, file):
                if not isinstance(errand.place, Listing):
                    continue  # exports and saved pages are files of the user's own, read whole by every run
                with console.status(f"{errand.name}: reading its pages again") as status:
                    done = replay(errand, archive, partial(_show, status, errand.name))
                    merge = lake.correct(
                        errand.market,
                        errand.competitor,
                        errand.place.name,
                        done.reviews.values(),
                        done.seen,
                        places,
                    )
                print(_told(errand, done, merge))
                pages, refused = pages + done.pages, refused + len(done.refused)
                changed += merge.new + merge.edited
    if pages == 0:
        _say(f"unmet: no page is kept; a run of `unmet mine` keeps them for {config.keep_pages_days} days")
        return NOTHING
    if changed:
        _say("The reports are as they were; `unmet report MARKET.toml` writes new ones.")
    return PARTLY if refused else DONE


def replay(errand: Errand, archive: Archive, on_page: Callable[[Replay], None] = lambda _: None) -> Replay:
    """Reads all kept pages of a listing, oldest first; a page that cannot be read costs only itself."""
    if errand.handle is None:
        raise AssertionError("a listing has a handle")
    source, result = scrapers.source(errand.source), Replay()
    for file in archive.files(errand.market, errand.source, errand.place.name):
        try:
            for kept in archive.pages(file):
                result.pages += 1
                page = Page(Request(kept.asked), kept.status, kept.headers, kept.body, kept.at)
                try:
                    batch = source.parse(page, errand.handle)
                except ScrapeError as e:
                    result.refused.append(str(e))
                    continue
                result.unreadable += batch.unreadable
                for review in batch.reviews:
                    result.reviews[review.key] = joined(result.reviews.get(review.key), review)
                    result.seen.setdefault(review.key, kept.at)
                on_page(result)
        except ArchiveError as e:
            result.refused.append(str(e))
    return result


def joined(before: Review | None, now: Review) -> Review:
    """What two readings of one review amount to, the page of `now` being the younger; as merging visits has it."""
    if before is None:
        return now
    said, says = before.edited or before.written, now.edited or now.written
    if said and says and says < said:
        return before
    anew = digest(before.rating, before.title, before.body) != digest(now.rating, now.title, now.body)
    later = before.written and now.written and now.written > before.written
    edited = now.edited or (now.written if anew and later else before.edited)
    return replace(now, written=before.written or now.written, edited=edited)


def _show(status: Status, name: str, now: Replay) -> None:
    status.update(f"{name}: page {now.pages:,}, {len(now.reviews):,} reviews")


def _told(errand: Errand, done: Replay, merge: Merge) -> str:
    """A listing's line."""
    if done.pages == 0:
        return f"{errand.name}: no page is kept"
    line = (
        f"{errand.name}: {_count(done.pages, 'page')}, {_count(len(done.reviews), 'review')}: {merge.new:,} new,"
        f" {merge.edited:,} read otherwise, {merge.known:,} as before"
    )
    line += f", {done.unreadable:,} unreadable" if done.unreadable else ""
    if not done.refused:
        return line
    return f"{line}; {_count(len(done.refused), 'page')} refused, the first because {' '.join(done.refused[0].split())}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _say(text: str) -> None:
    console.print(text, soft_wrap=True, markup=False)
