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

What is written costs by what is new, not by what is held: rows with new keys are appended, in a commit that fails if
anybody else committed since their keys were looked up. `data.upkeep` keeps the tables in few files, ordered by key, of
which a look-up needs a part.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import polars as pl
from deltalake import DeltaTable

from data import forgotten, locks, tables
from data import review as _review
from data import visit as _visit
from data.authors import author_key, hashed
from data.delta import SPACE, Delta
from data.delta import LakeError as LakeError
from data.merging import CHANGES, GONE, REVIEWS, compare, corrected, departed, incoming
from data.review import UTC_TIME, Review
from data.visit import Visit

BROKEN = "broken"
"""Where in the lake's folder lies what was damaged (`data.repairing`)."""
TABLES = ("visits", "changes", "mentions", "readings", "reviews")


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
        """`root`: a folder, or an address `s3://bucket/prefix`; see `data/store.py`."""
        self.root = str(root)
        self._delta = Delta(self.root)
        self._lock = threading.Lock()

    # -- reading ---------------------------------------------------------------------------------------------------

    def reviews(self, market: str, columns: Collection[str] = tuple(REVIEWS)) -> pl.DataFrame:
        """All reviews of a market, columns of `REVIEWS` or some of them, the key among them; ordered by key."""
        return self._delta.read("reviews", {name: REVIEWS[name] for name in columns}, market).sort("key")

    def changes(self, market: str) -> pl.DataFrame:
        """All recorded edits of a market, ordered by time and key."""
        return self._delta.read("changes", CHANGES, market).sort("at", "key")

    def visits(self, market: str) -> pl.DataFrame:
        """All visits of a market, ordered by time and listing."""
        return self._delta.read("visits", _visit.SCHEMA, market).sort("at", "listing")

    def digests(self, market: str, competitor: str, listing: str) -> dict[str, str]:
        """Key -> digest of the reviews held from one listing."""
        held = self._delta.scan("reviews", market)
        if held is None:
            return {}
        rows = self._delta.collect(held.filter(competitor=competitor, listing=listing).select("key", "digest"))
        return dict(zip(rows["key"], rows["digest"], strict=True))

    def table(
        self, name: str, market: str, rules: str | None = None, columns: Collection[str] | None = None
    ) -> pl.DataFrame | None:
        """The rows of `readings` or `mentions` of a market, or None without any.

        `rules`: the version that they were read under, any where it is not said; `columns`: all where it is not said.
        """
        rows = self._delta.scan(name, market)
        if rows is None:
            return None
        wanted = rows.filter(rules=rules) if rules else rows
        return self._delta.collect(wanted if columns is None else wanted.select(columns))

    def due(self, market: str, rules: str) -> pl.DataFrame:
        """The reviews of a market that this version of the rules has not read as they are now, ordered by key."""
        reviews, read = self._delta.scan("reviews", market), self._delta.scan("readings", market)
        if reviews is None or read is None:
            return self.reviews(market)
        said = reviews.select("key", "digest").join(read.filter(rules=rules), on=["key", "digest"], how="anti")
        keys = self._delta.collect(said)["key"]
        if keys.is_empty():
            return pl.DataFrame(schema=REVIEWS)
        return self._delta.collect(reviews.select(*REVIEWS).filter(pl.col("key").is_in(keys.implode()))).sort("key")

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

        Of several with one key the latest counts; `data.merging` says the rest.
        """
        rows, found = self._rows(market, competitor, listing, reviews, at)
        if found == 0:
            return Merge()
        with self._lock:
            told = compare(rows, self._same(rows), places, at)
            if told.changes.height:
                # first the record of the edit, then the edit: a run that dies between the two records it again,
                # which the keyed merge of `changes` does not count twice
                self._delta.merge("changes", told.changes, ["market", "key", "old_digest", "digest"])
            self._put(pl.concat([told.fresh, told.edited, told.refreshed]))
        return Merge(told.fresh.height, told.edited.height, told.known, found - rows.height)

    def correct(
        self,
        market: str,
        competitor: str,
        listing: str,
        reviews: Iterable[Review],
        seen: Mapping[str, datetime],
        places: Collection[str] = (),
    ) -> Merge:
        """Brings in what archived pages of a listing say when they are read again.

        What differs is our reading: it replaces what is held and is no edit, so nothing goes to `changes`. `edited`
        counts the reviews of which anything is read otherwise. `seen` says when a key's oldest page was fetched.
        """
        began = min(seen.values(), default=datetime.min.replace(tzinfo=UTC))
        rows, found = self._rows(market, competitor, listing, reviews, began)
        if found == 0:
            return Merge()
        with self._lock:
            fresh, differing = corrected(rows, self._same(rows), places)
            firsts = [seen.get(key, began) for key in fresh["key"]]
            fresh = fresh.with_columns(pl.Series("first_seen", firsts, dtype=UTC_TIME))
            self._put(pl.concat([fresh, differing]))
        return Merge(fresh.height, differing.height, rows.height - fresh.height - differing.height, found - rows.height)

    def _rows(
        self, market: str, competitor: str, listing: str, reviews: Iterable[Review], at: datetime
    ) -> tuple[pl.DataFrame, int]:
        """A listing's reviews as rows, each key once, and how many there were."""
        told = _review.frame(list(reviews))
        if told.height == 0:
            return told, 0
        key = self._key()
        rows = incoming(told, key, at, market=market, competitor=competitor, listing=listing)
        stay = forgotten.without(rows, self.root, key)
        return stay, told.height - (rows.height - stay.height) if stay.height else 0

    def _key(self) -> bytes:
        try:
            return author_key(self.root)
        except OSError as e:
            why = e.strerror or e
            raise LakeError(f"{self.root}: cannot be written ({why}); {self._delta.mend(SPACE)}") from e

    def _same(self, rows: pl.DataFrame) -> pl.DataFrame:
        """What is held under the same keys."""
        held = self._delta.scan("reviews", rows["market"][0])
        if held is None:
            return pl.DataFrame(schema=REVIEWS)
        return self._delta.told(lambda: tables.among(held.select(*REVIEWS), rows, ["key"]).collect())

    def _put(self, rows: pl.DataFrame) -> None:
        if rows.height:
            self._delta.merge("reviews", rows, ["market", "key"])

    def settle(self, market: str, competitor: str, listing: str, seen: Collection[str], at: datetime) -> int:
        """Records which reviews of a listing are gone, and which are back, after a walk that saw all of it.

        Says how many left with this walk. They stay in the lake: a customer said it, and the record says until when.
        """
        held = self.digests(market, competitor, listing)
        with self._lock:
            rows = departed(held, seen, self._delta.read("changes", CHANGES, market), at)
            if rows.height:
                blank = pl.lit(None, dtype=pl.Float64)
                told = rows.with_columns(market=pl.lit(market), old_rating=blank, rating=blank).select(*CHANGES)
                self._delta.merge("changes", told, ["market", "key", "old_digest", "digest"])
        return rows.filter(digest=GONE).height

    def add_visit(self, visit: Visit) -> None:
        """Writes the ledger's row."""
        row = pl.DataFrame([visit.as_dict()], schema=_visit.SCHEMA)
        with self._lock:
            self._delta.merge("visits", row, ["market", "competitor", "listing", "at"])

    def insert(self, name: str, rows: pl.DataFrame, keys: list[str]) -> None:
        """Adds rows of `readings` or `mentions` whose keys are not there yet."""
        if rows.height:
            with self._lock:
                self._delta.merge(name, rows, keys)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Several writes that whoever has the lake alone, to mend it or to copy it, finds all done or none."""
        with ExitStack() as held:
            try:
                held.enter_context(locks.writing(self.root))
            except OSError as e:
                raise LakeError(f"{self.root}: cannot be written ({e.strerror}); {self._delta.mend(SPACE)}") from e
            yield

    def markets(self) -> list[str]:
        """The markets that anything is held of, by name."""
        found: set[str] = set()
        for name in TABLES:
            rows = self._delta.table(name)
            if rows is not None:
                found.update(self._delta.collect(rows.select("market").unique())["market"])
        return sorted(found)

    def keys(self, market: str, review: str | None = None, author: str | None = None) -> list[str]:
        """The keys of a review, or of all by an author (by name), that are held of a market."""
        found: set[str] = set()
        # a review's key may stand in another table though the review is gone: of a run that died, or of an older one
        for name in ("reviews",) if author is not None else ("reviews", "mentions", "readings", "changes"):
            rows = self._delta.scan(name, market)
            if rows is None:
                continue
            if review is not None:
                rows = rows.filter(key=review)
            if author is not None:
                rows = rows.filter(author=hashed(self._key(), author))
            found.update(self._delta.collect(rows.select("key"))["key"])
        return sorted(found)

    def held(
        self, market: str, competitor: str | None = None, source: str | None = None, keys: Collection[str] | None = None
    ) -> dict[str, int]:
        """How many rows of each table belong to a market, or to a competitor, a source or some reviews of it."""
        counts = {}
        for name in TABLES:
            rows = self._matching(name, market, competitor, source, keys)
            counts[name] = 0 if rows is None else self._delta.collect(rows.select(pl.len())).item()
        return counts

    def count(self, name: str, market: str) -> int:
        """How many rows of a table belong to a market."""
        rows = self.scan(name, market)
        return 0 if rows is None else int(self.collect(rows.select(pl.len())).item())

    def listings(
        self, market: str, competitor: str | None = None, source: str | None = None, keys: Collection[str] | None = None
    ) -> list[str]:
        """The names of the listings that such reviews stand on."""
        rows = self._matching("reviews", market, competitor, source, keys)
        return [] if rows is None else sorted(self._delta.collect(rows.select("listing").unique())["listing"])

    def forget(
        self, market: str, competitor: str | None = None, source: str | None = None, keys: Collection[str] | None = None
    ) -> None:
        """Takes a market, or a part of it, out of every table; `purge` takes it off the disk."""
        named = {"market": market, "competitor": competitor, "source": source}
        where = " AND ".join(f"{k} = '{v.replace(chr(39), chr(39) * 2)}'" for k, v in named.items() if v is not None)
        with self._lock:
            # reviews last: a run that dies before still finds the keys by which the other rows go
            for name in TABLES:
                rows = self._matching(name, market, competitor, source, keys)
                if rows is None:
                    continue
                if keys is None and (competitor is source is None or name in {"visits", "reviews"}):
                    self._delta.change(name, lambda table: table.delete(where))
                elif name != "visits":
                    gone = self._delta.collect(rows.select("market", "key").unique())
                    self._delta.change(name, partial(tables.without, keys=gone))

    def purge(self) -> None:
        """Takes off the disk what the tables no longer hold: old files, and the texts that old log entries quote.

        A writer that works in another process at this moment may find its snapshot gone; it has to run again.
        """
        if locks.is_local(self.root):
            shutil.rmtree(Path(self.root) / BROKEN, ignore_errors=True)
        for name in TABLES:
            self.change(name, tables.purge)

    def _matching(
        self, name: str, market: str, competitor: str | None, source: str | None, keys: Collection[str] | None
    ) -> pl.LazyFrame | None:
        rows = self._delta.scan(name, market)
        if rows is not None and keys is not None:
            return rows.filter(pl.lit(False) if name == "visits" else pl.col("key").is_in(list(keys)))
        wanted = {k: v for k, v in (("competitor", competitor), ("source", source)) if v is not None}
        if rows is None or not wanted:
            return rows
        if name in {"visits", "reviews"}:
            return rows.filter(**wanted)
        reviews = self._delta.scan("reviews", market)
        return None if reviews is None else rows.join(reviews.filter(**wanted), on="key", how="semi")

    # -- tables by name, for upkeep and repair --------------------------------------------------------------------

    def scan(self, name: str, market: str) -> pl.LazyFrame | None:
        """A market's rows of a table, not read yet; None where there is no such table."""
        return self._delta.scan(name, market)

    def collect(self, rows: pl.LazyFrame) -> pl.DataFrame:
        """Reads rows; raises LakeError where they cannot be."""
        return self._delta.collect(rows)

    def change(self, name: str, change: Callable[[DeltaTable], object]) -> None:
        """Does something to a table, if there is one; again where another process committed at the same moment."""
        with self._lock:
            self._delta.change(name, change)
