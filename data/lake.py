"""The lake: Delta tables of reviews, their changes, visits, readings and mentions.

| table    | one row                                   | key                                      |
|----------|-------------------------------------------|------------------------------------------|
| reviews  | a review as it stands now                 | market, key                              |
| changes  | an edit of a review that we held          | market, key, digest, at                  |
| visits   | what happened at a listing in one run     | market, listing, at (append only)        |
| readings | what one text says under one set of rules | market, key, digest, rules               |
| mentions | one sentence of it                        | market, key, digest, rules, mention      |

All are partitioned by market. Writing is a keyed merge, so that running twice changes nothing; a merge that would
change nothing is not committed. A row of `readings` or `mentions` belongs to the text with its `digest`: after an edit
the old rows are simply no longer joined.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import stamina
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError

from data import review as _review
from data import visit as _visit
from data.errors import UnmetError
from data.review import UTC_TIME, Review
from data.visit import Visit

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
REFRESHED = (
    "url", "row", "language", "country", "edited", "version", "helpful", "reply", "replied", "verified", "incentivised",
)  # fmt: skip
"""Facts about a review that may change without the customer having said anything new."""

_BROKEN = (DeltaError, pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
"""What a damaged table raises; Polars panics on a file that is no Parquet."""


class LakeError(UnmetError):
    """The lake cannot be read or written."""


@dataclass(frozen=True)
class Merge:
    """What merging a visit's reviews changed."""

    new: int = 0
    edited: int = 0
    known: int = 0
    duplicate: int = 0


class Lake:
    """The tables below one folder (or object-store address)."""

    def __init__(self, root: str | Path) -> None:
        self.root = str(root)
        self._lock = threading.Lock()

    # -- reading ---------------------------------------------------------------------------------------------------

    def reviews(self, market: str) -> pl.DataFrame:
        """All reviews of a market, columns of `REVIEWS`, ordered by key."""
        return self._read("reviews", REVIEWS, market).sort("key")

    def changes(self, market: str) -> pl.DataFrame:
        """All recorded edits of a market, ordered by time and key."""
        return self._read("changes", CHANGES, market).sort("at", "key")

    def visits(self, market: str) -> pl.DataFrame:
        """All visits of a market, ordered by time and listing."""
        return self._read("visits", _visit.SCHEMA, market).sort("at", "listing")

    def digests(self, market: str, competitor: str, listing: str) -> dict[str, str]:
        """Key -> digest of the reviews held from one listing."""
        held = self._scan("reviews", market)
        if held is None:
            return {}
        rows = self._collect(held.filter(competitor=competitor, listing=listing).select("key", "digest"))
        return dict(zip(rows["key"], rows["digest"], strict=True))

    def last_visit(self, market: str, competitor: str, listing: str) -> dict[str, Any] | None:
        """The newest visit of a listing by column name, or None."""
        visits = self.visits(market).filter(competitor=competitor, listing=listing)
        return visits.row(-1, named=True) if visits.height else None

    def table(self, name: str, market: str, rules: str | None = None) -> pl.DataFrame | None:
        """The rows of `readings` or `mentions` of a market (under one version of the rules), or None without any."""
        rows = self._scan(name, market)
        if rows is None:
            return None
        return self._collect(rows.filter(rules=rules) if rules else rows)

    # -- writing ---------------------------------------------------------------------------------------------------

    def merge(
        self,
        market: str,
        competitor: str,
        listing: str,
        reviews: Iterable[Review],
        at: datetime,
        places: Collection[str] = (),
    ) -> Merge:
        """Brings a listing's reviews in: new, edited (recorded in `changes`) or known.

        A review that we hold from another listing stays there as long as that one is among `places`, the names of the
        market's listings today; otherwise it moves here.

        Of several with one key the latest counts. An edit keeps the time the review was first written; where its
        source tells only one time, the newer one becomes `edited`.
        """
        incoming = _review.frame(list(reviews))
        found = incoming.height
        if found == 0:
            return Merge()
        when = pl.coalesce("edited", "written")
        incoming = (
            incoming.with_columns(when.alias("_when"))
            .sort("_when", nulls_last=False, maintain_order=True)
            .unique("key", keep="last", maintain_order=True)
            .drop("_when")
        )
        duplicate = found - incoming.height
        key = self.author_key()
        incoming = incoming.with_columns(
            pl.Series("author", [_hash_author(key, a) for a in incoming["author"]], dtype=pl.String),
            pl.Series("digest", _digests(incoming), dtype=pl.String),
            pl.lit(market).alias("market"),
            pl.lit(competitor).alias("competitor"),
            pl.lit(listing).alias("listing"),
            pl.lit(at).cast(UTC_TIME).alias("first_seen"),
        ).select(*REVIEWS)
        with self._lock:
            held = self._read("reviews", REVIEWS, market).filter(pl.col("key").is_in(incoming["key"].implode()))
            both = incoming.join(held, on="key", how="left", suffix="_held")
            fresh = both.filter(pl.col("digest_held").is_null()).select(*REVIEWS)
            kept = both.filter(pl.col("digest_held").is_not_null())
            edited = kept.filter(pl.col("digest") != pl.col("digest_held"))
            moved = (
                pl.when(pl.col("listing_held") == listing)
                .then(pl.col("competitor_held") != competitor)  # it was given another slug
                .otherwise(~pl.col("listing_held").is_in(list(places)))
            )
            told = {c: pl.col(c) for c in REFRESHED} | {"edited": _edited()}
            changed = pl.any_horizontal(now.ne_missing(pl.col(f"{c}_held")) for c, now in told.items())
            refreshed = kept.filter((pl.col("digest") == pl.col("digest_held")) & (changed | moved))
            if edited.height:
                # first the record of the edit, then the edit: a run that dies between the two records it again,
                # which the keyed merge of `changes` does not count twice
                self._merge("changes", _changes(edited, at), ["market", "key", "old_digest", "digest"])
            rows = pl.concat([fresh, _carried(edited, moved), _carried(refreshed, moved)])
            if rows.height:
                self._merge("reviews", rows, ["market", "key"])
        return Merge(fresh.height, edited.height, kept.height - edited.height, duplicate)

    def add_visit(self, visit: Visit) -> None:
        """Writes the ledger's row."""
        row = pl.DataFrame([visit.as_dict()], schema=_visit.SCHEMA)
        with self._lock:
            self._merge("visits", row, ["market", "competitor", "listing", "at"])

    def insert(self, name: str, rows: pl.DataFrame, keys: list[str]) -> None:
        """Adds rows of `readings` or `mentions` whose keys are not there yet."""
        if rows.height:
            with self._lock:
                self._merge(name, rows, keys)

    def forget(self, market: str) -> None:
        """Takes a market out of every table."""
        with self._lock:
            for name in ("visits", "changes", "mentions", "readings", "reviews"):
                uri = self._uri(name)
                try:
                    if DeltaTable.is_deltatable(uri):
                        DeltaTable(uri).delete(f"market = '{market.replace(chr(39), chr(39) * 2)}'")
                except _BROKEN as e:
                    raise LakeError(f"{uri}: the table cannot be written ({_line(e)}); restore it from a backup") from e

    def author_key(self) -> bytes:
        """The key of the author hashes: made once, kept in the lake, never in a report."""
        path = Path(self.root) / "author.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".author.key.{secrets.token_hex(4)}")
            fresh.write_bytes(secrets.token_bytes(32))
            try:
                path.hardlink_to(fresh)  # fails if another process was first: its key counts
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_bytes()

    # -- Delta -----------------------------------------------------------------------------------------------------

    def _uri(self, name: str) -> str:
        return f"{self.root.rstrip('/')}/{name}"

    def _scan(self, name: str, market: str) -> pl.LazyFrame | None:
        uri = self._uri(name)
        if not DeltaTable.is_deltatable(uri):
            return None
        return pl.scan_delta(uri).filter(pl.col("market") == market)

    def _collect(self, rows: pl.LazyFrame) -> pl.DataFrame:
        try:
            return rows.collect()
        except _BROKEN as e:
            raise LakeError(f"{self.root}: a table cannot be read ({_line(e)}); restore the lake from a backup") from e

    def _read(self, name: str, schema: dict[str, Any], market: str) -> pl.DataFrame:
        rows = self._scan(name, market)
        return pl.DataFrame(schema=schema) if rows is None else self._collect(rows.select(*schema))

    def _merge(self, name: str, rows: pl.DataFrame, keys: list[str]) -> None:
        """Upsert by key; retried when another process committed at the same moment."""
        uri = self._uri(name)
        try:
            for attempt in stamina.retry_context(on=CommitFailedError, attempts=8, wait_initial=0.05, wait_max=2):
                with attempt:
                    if not DeltaTable.is_deltatable(uri):
                        # empty, and then merged into: of two that begin at once, the second would append its rows
                        # to the first's without looking at their keys
                        rows.clear().write_delta(uri, mode="ignore", delta_write_options={"partition_by": ["market"]})
                    market = rows["market"][0].replace("'", "''")
                    on = " AND ".join([f"t.market = '{market}'", *(f"t.{k} = s.{k}" for k in keys if k != "market")])
                    merge = rows.write_delta(
                        uri,
                        mode="merge",
                        delta_merge_options={"predicate": on, "source_alias": "s", "target_alias": "t"},
                    )
                    merge.when_matched_update_all().when_not_matched_insert_all().execute()
        except _BROKEN as e:
            raise LakeError(
                f"{uri}: the table cannot be written ({_line(e)}); check space and rights, then run again"
            ) from e


def _line(error: BaseException) -> str:
    """The first line of an error; those of the engines go on with their call stacks."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _digests(reviews: pl.DataFrame) -> list[str]:
    return [_review.digest(*row) for row in reviews.select("rating", "title", "body").iter_rows()]


def _hash_author(key: bytes, author: str | None) -> str | None:
    if author is None:
        return None
    return hmac.digest(key, author.encode("utf-8", "replace"), "sha256").hex()[:16]


def _edited() -> pl.Expr:
    """When a review that is held already was last edited."""
    later = pl.col("written") > pl.col("written_held")
    said_anew = pl.col("digest") != pl.col("digest_held")
    return (
        pl.when(pl.col("edited").is_null() & later & said_anew)
        .then("written")
        .otherwise(pl.coalesce("edited", "edited_held"))
    )


def _carried(rows: pl.DataFrame, moved: pl.Expr) -> pl.DataFrame:
    """Rows as they are stored when the review is held already: first times stay, an edit is dated."""
    return rows.with_columns(
        edited=_edited(),
        written=pl.coalesce("written_held", "written"),
        first_seen="first_seen_held",
        competitor=pl.when(moved).then("competitor").otherwise("competitor_held"),
        listing=pl.when(moved).then("listing").otherwise("listing_held"),
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
