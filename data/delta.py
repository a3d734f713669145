"""The Delta tables of a lake, below a folder or an address `s3://...`; every error is a `LakeError` of one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import polars as pl
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from data import locks, migrating, store, tables
from data.errors import UnmetError
from data.panics import unsaid

SPACE = "check space and rights, then run again"
T = TypeVar("T")

_BROKEN = (DeltaError, pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
"""What a damaged table raises; Polars panics on a file that is no Parquet."""


class LakeError(UnmetError):
    """The lake cannot be read or written."""


class Delta:
    """Opens, reads and changes tables by name."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._is_ready = False

    def ready(self) -> bool:
        """Whether there are tables; they are of today's format then."""
        self._is_ready = self._is_ready or migrating.ready(self.root)
        return self._is_ready

    def uri(self, name: str) -> str:
        """Where a table lies."""
        return f"{self.root.rstrip('/')}/{name}"

    def mend(self, here: str) -> str:
        """What to do about a table that fails: as told for a folder, or what an object store fails of first."""
        return store.MEND if store.is_remote(self.root) else here

    def table(self, name: str) -> pl.LazyFrame | None:
        """All rows of a table; None where there is none yet."""
        uri = self.uri(name)
        return self.told(lambda: pl.scan_delta(uri) if self.ready() and DeltaTable.is_deltatable(uri) else None)

    def scan(self, name: str, market: str) -> pl.LazyFrame | None:
        """The rows of a market in a table; None where there is no table yet."""
        rows = self.table(name)
        return None if rows is None else rows.filter(pl.col("market") == market)

    def collect(self, rows: pl.LazyFrame) -> pl.DataFrame:
        """The rows themselves."""
        return self.told(rows.collect)

    def told(self, read: Callable[[], T]) -> T:
        """What a function reads."""
        try:
            with unsaid():
                found = read()
        except _BROKEN as e:
            raise LakeError(
                f"{self.root}: a table cannot be read ({_line(e)}); {self.mend('restore the lake from a backup')}"
            ) from e
        return found

    def read(self, name: str, schema: dict[str, Any], market: str) -> pl.DataFrame:
        """The rows of a market with these columns, none where there is no table yet."""
        rows = self.scan(name, market)
        return pl.DataFrame(schema=schema) if rows is None else self.collect(rows.select(*schema))

    def merge(self, name: str, rows: pl.DataFrame, keys: list[str]) -> None:
        """Upsert by key; retried when another process committed at the same moment."""
        uri = self.uri(name)
        try:
            if not self.ready():
                migrating.mark(self.root)
            for attempt in tables.attempts():
                with attempt, locks.writing(self.root), unsaid():
                    if not DeltaTable.is_deltatable(uri):
                        tables.begin(uri, rows)
                    tables.upsert(DeltaTable(uri), rows, keys)
        except _BROKEN as e:
            raise LakeError(f"{uri}: the table cannot be written ({_line(e)}); {self.mend(SPACE)}") from e

    def change(self, name: str, change: Callable[[DeltaTable], object]) -> None:
        """Changes a table, if there is one; again where another process committed at the same moment."""
        uri = self.uri(name)
        try:
            for attempt in tables.attempts() if self.ready() else ():
                with attempt, locks.writing(self.root), unsaid():
                    if DeltaTable.is_deltatable(uri):
                        change(DeltaTable(uri))
        except _BROKEN as e:
            raise LakeError(
                f"{uri}: the table cannot be written ({_line(e)}); {self.mend('restore it from a backup')}"
            ) from e


def _line(error: BaseException) -> str:
    """The first line of an error; those of the engines go on with their call stacks."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
