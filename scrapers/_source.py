"""The contract of a source.

A public module in `scrapers/` is a source. It holds `ABOUT` and four pure functions:

    recognise(url) -> Handle | None      is this address one of ours, and what does it name?
    handle(url) -> Handle | None         the same without a look at the host, for a market file that names the source
    start(handle) -> Request             the first request
    parse(page, handle) -> Batch         what stands on a page, and what to ask next

It never fetches, never reads a clock and keeps no state: where a walk needs memory (which page, which form of the
feed), it lies in the next request's address.

A source whose pages say whose they are has `within(body) -> (Handle, address) | None`, for pages saved to a file.

A source that is led from a list to one page after another has `past(request, handle) -> Batch | None`: how the walk
goes on where such a page is no longer there; None where it does not.

A source that takes a key (`ABOUT.key`) has a fifth function, `sign(request, key) -> Request`, which the collector
applies just before sending; keys never reach the address, the archive or the lake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from data.review import Review


@dataclass(frozen=True)
class About:
    """What a person wants to know before pointing a source at a site; `unmet sources` prints it."""

    title: str
    """The source's name in prose."""
    address: str
    """The form of a listing's address."""
    access: str
    """How it is read: public feed, official API, HTML the user names, file."""
    terms: str
    """What the site's terms say to it, in a few words."""
    limits: str
    """What it cannot give."""
    sample: bool = False
    """Whether a listing shows a sample chosen by the site rather than all reviews."""
    discussion: bool = False
    """Whether people talk there rather than rate: read for complaints and wishes, never averaged into stars."""
    opt_in: bool = False
    """Whether it is off unless a market file names it under `allow`."""
    key: str | None = None
    """The environment variable that holds a key for it, where one helps or is needed."""
    instead: str | None = None
    """What to do where a robots.txt turns us away, if there is something better without a key than what there is for
    every site."""
    example: str | None = None
    """The address of a public listing that is known to have reviews, where there is a lasting one; `unmet doctor` asks
    for its first page."""


@dataclass(frozen=True)
class Handle:
    """What a listing's address means to its source."""

    source: str
    product: str
    """The product's own id at the source; part of every review's key."""
    url: str
    """The listing's address as the market file has it."""
    params: Mapping[str, str] = field(default_factory=dict)
    """What else the address says, such as `country`."""


@dataclass(frozen=True)
class Request:
    """One request; GET unless `body` is given."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Page:
    """One response, decompressed but otherwise as sent."""

    request: Request
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    fetched: datetime

    @property
    def url(self) -> str:
        """The address that was asked."""
        return self.request.url


class Outcome(StrEnum):
    """What a page turned out to be; a fifth case, blocked, is an error and never a page."""

    REVIEWS = "reviews"
    PROVEN_EMPTY = "proven empty"
    """The page itself says that there is nothing (more)."""
    UNKNOWN_EMPTY = "unknown empty"
    """No reviews, and no proof that there are none."""


class Stop(StrEnum):
    """Why a visit ended."""

    END = "end"
    """The source had nothing more to give."""
    KNOWN = "known"
    """A whole page of reviews that are in the lake already, after an earlier complete visit."""
    CAP = "cap"
    """The source gives no more than this to anyone."""
    LIMIT = "limit"
    """We ask for no more pages than this in a visit; there are some."""
    SAMPLE = "sample"
    """The page shows a sample and says nothing of the rest."""
    EMPTY = "empty"
    """Nothing came, and nothing proves that there is nothing."""
    REFUSED = "refused"
    BLOCKED = "blocked"
    MISSING = "missing"
    UNREACHABLE = "unreachable"
    TOO_LARGE = "too large"
    CHANGED = "changed"
    """The page is not what the parser knows."""
    UNREADABLE = "unreadable"
    """An export or saved page could not be read."""
    UNSAVED = "unsaved"
    """A page could not be kept on this machine, and was not read for that."""
    ENDED = "ended"
    """Our own run was ended before the visit was."""


COMPLETE = frozenset({Stop.END, Stop.KNOWN, Stop.CAP, Stop.SAMPLE})
"""Visits that saw all that the source shows."""


@dataclass(frozen=True)
class Batch:
    """What stands on one page."""

    reviews: tuple[Review, ...] = ()
    next: Request | None = None
    outcome: Outcome = Outcome.REVIEWS
    stop: Stop | None = None
    """Why the walk ends here; set exactly when `next` is None."""
    unreadable: int = 0
    """Records that look like reviews but cannot be read as one; counted, shown, never dropped in silence."""
    total: int | None = None
    """How many reviews the source itself says there are, where it does."""
    warnings: tuple[str, ...] = ()
    """What a person should know, one sentence each."""
    wait: float = 0.0
    """Seconds that the answer itself asks to wait before the next request to its host."""

    def __post_init__(self) -> None:
        if (self.next is None) == (self.stop is None):
            raise ValueError("a batch has either a next request or a reason to stop")


def within(source: Source, body: bytes) -> tuple[Handle, str] | None:
    """What a page saved to a file says of itself: the listing it is of and its own address; None when it does not."""
    told = getattr(source, "within", None)
    found: tuple[Handle, str] | None = told(body) if told is not None else None
    return found


def past(source: Source, request: Request, handle: Handle) -> Batch | None:
    """How a walk goes on past a page that is not there; None when it ends at it."""
    told = getattr(source, "past", None)
    found: Batch | None = told(request, handle) if told is not None else None
    return found


class Source(Protocol):
    """A public module of this package, seen as an object."""

    __name__: str
    ABOUT: About

    def recognise(self, url: str) -> Handle | None:
        """The handle if the address is one of this source's, else None."""

    def handle(self, url: str) -> Handle | None:
        """The handle if the address has the form of this source's, on whatever host, else None."""

    def start(self, handle: Handle) -> Request:
        """The first request for a listing."""

    def parse(self, page: Page, handle: Handle) -> Batch:
        """The reviews on a page and the next request; raises ParseError, nothing else."""

    def sign(self, request: Request, key: str) -> Request:
        """The request with a key; asked only of a source whose `ABOUT.key` is set."""
