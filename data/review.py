"""One customer's statement about one competitor."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

import polars as pl

UTC_TIME = pl.Datetime("us", "UTC")


@dataclass(frozen=True, kw_only=True)
class Review:
    """One review as its source tells it; nothing is normalised, guessed or filled in.

    `key` is `source:product:id` and never changes. Times are UTC. Text is plain: markup and entities undone.
    """

    source: str
    """The kind of place: a module's name in `scrapers/`, or what a market file says of an export."""
    product: str
    """The product's own id at the source."""
    id: str
    """The review's own id at the source, raw."""
    url: str | None = None
    """A page a person can open."""
    row: int | None = None
    """For a review out of a file: the number of its record there, from 1."""
    author: str | None = None
    """As the source tells it; the lake keeps only a keyed hash."""
    rating: float | None = None
    """Raw, on `scale`."""
    scale: str | None = None
    """The best rating as text (`5`, `10`, `100`), or `thumbs` (1 recommends, 0 does not); None without a rating."""
    title: str | None = None
    body: str = ""
    language: str | None = None
    """ISO 639-1, only where the source says it."""
    country: str | None = None
    """ISO 3166-1 alpha-2 in lower case, only where the source says it."""
    written: datetime | None = None
    edited: datetime | None = None
    version: str | None = None
    """The product's version that the reviewer used."""
    helpful: int | None = None
    """Votes that called the review helpful, at least 0."""
    reply: str | None = None
    """What the maker answered."""
    replied: datetime | None = None
    verified: bool | None = None
    incentivised: bool | None = None

    @property
    def key(self) -> str:
        """The stable key, `source:product:id`."""
        return f"{self.source}:{self.product}:{self.id}"

    def as_dict(self) -> dict[str, Any]:
        """All fields with the key first, times as ISO 8601 in UTC: what `unmet page` prints."""
        record: dict[str, Any] = {"key": self.key}
        for name, value in asdict(self).items():
            record[name] = value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        return record


FIELDS = tuple(f.name for f in fields(Review))

SCHEMA: dict[str, Any] = {
    "key": pl.String,
    "source": pl.String,
    "product": pl.String,
    "id": pl.String,
    "url": pl.String,
    "row": pl.Int64,
    "author": pl.String,
    "rating": pl.Float64,
    "scale": pl.String,
    "title": pl.String,
    "body": pl.String,
    "language": pl.String,
    "country": pl.String,
    "written": UTC_TIME,
    "edited": UTC_TIME,
    "version": pl.String,
    "helpful": pl.Int64,
    "reply": pl.String,
    "replied": UTC_TIME,
    "verified": pl.Boolean,
    "incentivised": pl.Boolean,
}
"""Columns of a frame of reviews, in order."""


def frame(reviews: list[Review]) -> pl.DataFrame:
    """Reviews as a frame with the columns of `SCHEMA`, in the order given."""
    columns: dict[str, list[Any]] = {name: [getattr(r, name) for r in reviews] for name in SCHEMA}
    try:
        return pl.DataFrame(columns, schema=SCHEMA)
    except UnicodeEncodeError:  # half of a character, which JSON can write and no table can hold: one costs no visit
        return pl.DataFrame({name: [_whole(v) for v in values] for name, values in columns.items()}, schema=SCHEMA)


def _whole(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def content_id(*parts: object) -> str:
    """An id for a review whose source gives none: 16 hex digits of SHA-256 over what makes it that review."""
    text = "\x1f".join("" if p is None else str(p) for p in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def digest(rating: float | None, title: str | None, body: str) -> str:
    """What the customer said, as one hash: an edit changes it, a new vote or reply does not."""
    return content_id(None if rating is None else float(rating), title, body)


def stars() -> pl.Expr:
    """`rating` on a scale of 1..5 stars; null for thumbs and for reviews without a rating.

    A rating r with the best value b becomes 5 r / b, at least 1. Sources keep what they were told; only analysis
    uses this.
    """
    best = pl.col("scale").cast(pl.Float64, strict=False)
    return (pl.col("rating") * 5 / best).clip(1, 5)
