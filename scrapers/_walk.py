"""One visit to one listing: page after page until there is a reason to stop.

A failure is a value here: the walk always returns, with what was read before it and the error that ended it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from data.archive import ArchiveError
from data.errors import UnmetError
from data.review import Review
from scrapers._errors import (
    Blocked,
    ChallengePage,
    Ended,
    ExportError,
    Fault,
    FetchError,
    Missing,
    ParseError,
    Refused,
    TooLarge,
)
from scrapers._source import COMPLETE, Batch, Handle, Outcome, Page, Request, Source, Stop, past

FEW_SKIPPED = 10
"""Of so many pages, one may be gone by the time it is asked for; more is a fault of the site."""


@dataclass
class Walk:
    """What a visit brought home."""

    reviews: list[Review] = field(default_factory=list)
    stop: Stop = Stop.END
    outcome: str = Outcome.UNKNOWN_EMPTY
    pages: int = 0
    bytes: int = 0
    skipped: int = 0
    """Pages that a list led to and that were not there."""
    unreadable: int = 0
    total: int | None = None
    warnings: list[str] = field(default_factory=list)
    error: UnmetError | None = None

    def add(self, batch: Batch) -> None:
        """Takes in what stands on one page."""
        self.reviews += batch.reviews
        self.unreadable += batch.unreadable
        self.total = batch.total if batch.total is not None else self.total
        self.warnings += [w for w in batch.warnings if w not in self.warnings]
        if batch.reviews:
            self.outcome = Outcome.REVIEWS
        elif self.outcome != Outcome.REVIEWS:
            self.outcome = batch.outcome

    def fail(self, error: UnmetError) -> None:
        """Ends the walk with an error; what was read before it stays."""
        self.error = error
        self.stop = reason(error)
        if self.stop in {Stop.BLOCKED, Stop.REFUSED} and not self.reviews:
            self.outcome = "blocked"

    def count_skipped(self) -> None:
        """Says how many pages were passed over; one now and then was deleted, many are a fault and no whole visit."""
        if not self.skipped:
            return
        asked = self.pages + self.skipped
        self.warnings.append(
            f"{self.skipped} of {asked} pages were gone (404) before their turn came: deleted or made private"
        )
        if self.stop in COMPLETE and (not self.reviews or self.skipped > max(1, asked // FEW_SKIPPED)):
            self.stop = Stop.MISSING


def reason(error: UnmetError) -> Stop:
    """The stop that an error amounts to."""
    match error:
        case Refused():
            return Stop.REFUSED
        case Blocked() | ChallengePage():
            return Stop.BLOCKED
        case Missing():
            return Stop.MISSING
        case TooLarge():
            return Stop.TOO_LARGE
        case Ended():
            return Stop.ENDED
        case FetchError():
            return Stop.UNREACHABLE
        case ExportError():
            return Stop.UNREADABLE
        case ArchiveError():
            return Stop.UNSAVED
        case _:
            return Stop.CHANGED


def walk(
    source: Source,
    handle: Handle,
    fetch: Callable[[Request], Page],
    *,
    keep: Callable[[Page], None] = lambda _: None,
    known: Callable[[Review], bool] | None = None,
    most_pages: int = 200,
    on_page: Callable[[Walk], None] = lambda _: None,
    hold: Callable[[Request, float], None] = lambda *_: None,
) -> Walk:
    """Fetches, keeps and parses a listing's pages.

    `keep` gets every page before it is parsed. With `known`, the walk ends after a page on which every review is held
    already, word for word; without it, it goes to the end, or to `most_pages`. `hold` keeps a request's host free for
    so many seconds, where an answer asks for that.
    """
    result = Walk()
    asked: set[str] = set()
    try:
        request: Request | None = source.start(handle)
        while request is not None:
            if request.url in asked:
                result.stop = Stop.END
                result.warnings.append("the site led back to a page already read; the walk ended there")
                break
            if result.pages >= most_pages:
                result.stop = Stop.LIMIT
                result.warnings.append(f"stopped after {most_pages} pages, as set by UNMET_PAGES; there are more")
                break
            asked.add(request.url)
            try:
                page = fetch(request)
            except Missing:
                onward = past(source, request, handle)
                if onward is None:
                    raise
                result.skipped += 1
                batch = onward
            else:
                result.pages += 1
                result.bytes += len(page.body)
                keep(page)
                batch = source.parse(page, handle)
            result.add(batch)
            on_page(result)
            if batch.wait > 0:
                hold(request, batch.wait)
            if known and batch.reviews and all(map(known, batch.reviews)):
                result.stop = Stop.KNOWN
                break
            if batch.stop is not None:
                result.stop = batch.stop
            request = batch.next
    except (FetchError, ParseError, ArchiveError) as e:
        result.fail(e)
    except UnmetError:
        raise
    except Exception as e:  # noqa: BLE001 - a bug must not cost what was read before it
        result.fail(Fault.of(e))
    result.count_skipped()
    return result
