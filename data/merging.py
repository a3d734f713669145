"""What a listing's reviews amount to beside those held: new, edited or as before. Pure functions of frames."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from data import review as _review
from data.authors import hashed
from data.review import UTC_TIME

REVIEWS: dict[str, Any] = {
    "market": pl.String,
    "competitor": pl.String,
    "listing": pl.String,
    **_review.SCHEMA,
    "digest": pl.String,
    "first_seen": UTC_TIME,
}
CHANGES: dict[str, Any] = {
    "market": pl.String,
    "key": pl.String,
    "at": UTC_TIME,
    "old_digest": pl.String,
    "digest": pl.String,
    "old_rating": pl.Float64,
    "rating": pl.Float64,
}
GONE = ""
"""What stands for the digest in `changes` while a review is no longer where it was."""
REFRESHED = (
    "url", "row", "language", "country", "edited", "version", "helpful", "reply", "replied", "verified", "incentivised",
)  # fmt: skip
"""Facts about a review that may change without the customer having said anything new."""


@dataclass(frozen=True)
class Sorted:
    """Incoming reviews beside those held; columns of `REVIEWS`, where they are to be stored."""

    fresh: pl.DataFrame
    edited: pl.DataFrame
    """As they will be stored; the customer says something else than before."""
    refreshed: pl.DataFrame
    """The words are those we hold, some fact beside them is not, or the listing."""
    changes: pl.DataFrame
    """Columns of `CHANGES`, a row for each of `edited`."""
    known: int
    """Held already, word for word."""


def incoming(reviews: pl.DataFrame, key: bytes, at: datetime, **place: str) -> pl.DataFrame:
    """Reviews of a listing as rows of the lake, each key once: of several with one key the latest counts."""
    when = pl.coalesce("edited", "written")
    once = (
        reviews.with_columns(when.alias("_when"))
        .sort("_when", nulls_last=False, maintain_order=True)
        .unique("key", keep="last", maintain_order=True)
        .drop("_when")
    )
    return once.with_columns(
        pl.Series("author", [hashed(key, a) for a in once["author"]], dtype=pl.String),
        pl.Series("digest", _digests(once), dtype=pl.String),
        pl.lit(at).cast(UTC_TIME).alias("first_seen"),
        **{name: pl.lit(value) for name, value in place.items()},
    ).select(*REVIEWS)


def compare(rows: pl.DataFrame, held: pl.DataFrame, places: Collection[str], at: datetime) -> Sorted:
    """Sorts what a visit at `at` found, given what is held under the same keys.

    An edit keeps the time the review was first written; where its source tells only one time, the newer one becomes
    `edited`.
    """
    fresh, kept = _beside(rows, held)
    edited = kept.filter(pl.col("digest") != pl.col("digest_held"))
    told = {c: pl.col(c) for c in REFRESHED} | {"edited": _edited()}
    changed = pl.any_horizontal(now.ne_missing(pl.col(f"{c}_held")) for c, now in told.items())
    refreshed = kept.filter((pl.col("digest") == pl.col("digest_held")) & (changed | _moved(places)))
    return Sorted(
        fresh,
        _carried(edited, places),
        _carried(refreshed, places),
        _changes(edited, at),
        kept.height - edited.height,
    )


def corrected(rows: pl.DataFrame, held: pl.DataFrame, places: Collection[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What pages read again change: the reviews that are new, and those of which anything is read otherwise.

    What is read today replaces what was read before, times too. Only where an edit is held that these pages do not
    show, because those from before it are gone, the times that are held stay.
    """
    fresh, kept = _beside(rows, held)
    unseen = pl.col("edited").is_null() & pl.col("edited_held").is_not_null()
    placed = kept.with_columns(
        written=pl.when(unseen).then(pl.coalesce("written_held", "written")).otherwise("written"),
        edited=pl.coalesce("edited", pl.when(unseen).then("edited_held")),
        first_seen="first_seen_held",
        competitor=pl.when(_moved(places)).then("competitor").otherwise("competitor_held"),
        listing=pl.when(_moved(places)).then("listing").otherwise("listing_held"),
    )
    names = [c for c in REVIEWS if c not in {"market", "key"}]
    differs = pl.any_horizontal(pl.col(c).ne_missing(pl.col(f"{c}_held")) for c in names)
    return fresh, placed.filter(differs).select(*REVIEWS)


def _beside(rows: pl.DataFrame, held: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows whose key is not held, and the others with what is held beside them (`_held`)."""
    both = rows.join(held.with_columns(_is_held=True), on="key", how="left", suffix="_held")
    is_held = pl.col("_is_held").fill_null(value=False)
    return both.filter(~is_held).select(*REVIEWS), both.filter(is_held)


def _moved(places: Collection[str]) -> pl.Expr:
    """Whether a held review now belongs to this listing: its own one is gone, or was given another competitor."""
    return (
        pl.when(pl.col("listing_held") == pl.col("listing"))
        .then(pl.col("competitor_held") != pl.col("competitor"))
        .otherwise(~pl.col("listing_held").is_in(list(places)))
    )


def _digests(reviews: pl.DataFrame) -> list[str]:
    return [_review.digest(*row) for row in reviews.select("rating", "title", "body").iter_rows()]


def _edited() -> pl.Expr:
    """When a review that is held already was last edited."""
    later = pl.col("written") > pl.col("written_held")
    said_anew = pl.col("digest") != pl.col("digest_held")
    return (
        pl.when(pl.col("edited").is_null() & later & said_anew)
        .then("written")
        .otherwise(pl.coalesce("edited", "edited_held"))
    )


def _carried(rows: pl.DataFrame, places: Collection[str]) -> pl.DataFrame:
    """Rows as they are stored when the review is held already: first times stay, an edit is dated."""
    return rows.with_columns(
        edited=_edited(),
        written=pl.coalesce("written_held", "written"),
        first_seen="first_seen_held",
        competitor=pl.when(_moved(places)).then("competitor").otherwise("competitor_held"),
        listing=pl.when(_moved(places)).then("listing").otherwise("listing_held"),
    ).select(*REVIEWS)


def _changes(rows: pl.DataFrame, at: datetime) -> pl.DataFrame:
    return rows.select(
        "market",
        "key",
        pl.lit(at).cast(UTC_TIME).alias("at"),
        pl.col("digest_held").alias("old_digest"),
        "digest",
        pl.col("rating_held").alias("old_rating"),
        "rating",
    )


def departed(held: Mapping[str, str], seen: Collection[str], changes: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """Rows for `changes`: held reviews that a walk over the whole listing no longer saw, and those that came back.

    `held` is key -> digest of the listing's reviews, `changes` what is recorded of the market.
    """
    latest = changes.sort("at").unique("key", keep="last").filter(pl.col("digest") == GONE)
    gone = set(latest["key"])
    rows = [(key, held[key], GONE) for key in sorted(held.keys() - set(seen) - gone)]
    rows += [(key, GONE, held[key]) for key in sorted(gone & held.keys() & set(seen))]
    return pl.DataFrame(
        {
            "key": [r[0] for r in rows],
            "at": [at] * len(rows),
            "old_digest": [r[1] for r in rows],
            "digest": [r[2] for r in rows],
        },
        schema={"key": pl.String, "at": UTC_TIME, "old_digest": pl.String, "digest": pl.String},
    )
