"""What happened at one listing in one run: the ledger's row."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import polars as pl

from data.review import UTC_TIME


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One visit; `found` = `new` + `edited` + `known` + `duplicate`, and unreadable records stand beside them."""

    market: str
    competitor: str
    source: str
    listing: str
    """The listing's name: its address, or its file and rows."""
    at: datetime
    asked: str
    """By which way it was visited: the first address asked, without any key, and a mark of what was posted; or the
    file."""
    pages: int
    """Pages that were read; of a visit that our own limit ended, that limit."""
    found: int
    """Reviews that could be read, before any are recognised."""
    new: int
    edited: int
    known: int
    duplicate: int
    """The same review a second time within this visit."""
    gone: int
    """Held reviews that a walk over the whole listing no longer saw for the first time."""
    unreadable: int
    """Records that look like reviews and could not be read."""
    total: int | None
    """How many the source itself says it has."""
    oldest: datetime | None
    newest: datetime | None
    outcome: str
    """`reviews`, `proven empty`, `unknown empty` or `blocked`."""
    stop: str
    """Why it ended: a `scrapers._source.Stop`."""
    complete: bool
    """Whether it saw all that the source shows."""
    detail: str | None
    """What a person should know: the error's line, or the parser's warnings."""
    bytes: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """All fields by name."""
        return asdict(self)


SCHEMA: dict[str, Any] = {
    "market": pl.String,
    "competitor": pl.String,
    "source": pl.String,
    "listing": pl.String,
    "at": UTC_TIME,
    "asked": pl.String,
    "pages": pl.Int64,
    "found": pl.Int64,
    "new": pl.Int64,
    "edited": pl.Int64,
    "known": pl.Int64,
    "duplicate": pl.Int64,
    "gone": pl.Int64,
    "unreadable": pl.Int64,
    "total": pl.Int64,
    "oldest": UTC_TIME,
    "newest": UTC_TIME,
    "outcome": pl.String,
    "stop": pl.String,
    "complete": pl.Boolean,
    "detail": pl.String,
    "bytes": pl.Int64,
    "seconds": pl.Float64,
}
COUNTS = ("pages", "found", "new", "edited", "known", "duplicate", "gone", "unreadable", "bytes")
"""Columns that are never empty."""
