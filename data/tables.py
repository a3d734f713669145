"""One Delta table of the lake: rows by key in and out, files packed and purged. Errors are the engines' own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl
import stamina
from deltalake import CommitProperties, DeltaTable, WriterProperties
from deltalake.exceptions import CommitFailedError

SMALL = 4 * 2**20
"""Bytes of a file, under which it counts as small."""
PACKED, GROUP = 16 * 2**20, 2**16
"""Bytes of a tidied file, and rows of each part of it that is read or passed over: an edit writes a file anew, and a
look-up by keys reads the parts that may have them."""
KEEP = timedelta(days=7)
"""How long files stay that are out of a table, for whoever may still be reading an older version."""
_RETENTION = "delta.logRetentionDuration"
LOG = {"delta.checkpointInterval": "10", _RETENTION: f"interval {KEEP.days} days"}
"""What becomes of a table's log. After so many commits it is summed up: who opens the table reads the rest one by one.
And no entry of it outlasts the files of its version, without which nobody can read that."""
ATTEMPTS = 20
"""Of a commit, while other processes commit."""


def attempts() -> Iterator[stamina.Attempt]:
    """To commit, while other processes may commit first."""
    yield from stamina.retry_context(
        on=CommitFailedError, attempts=ATTEMPTS, timeout=120, wait_initial=0.05, wait_max=2
    )


def begin(uri: str, rows: pl.DataFrame) -> None:
    """Makes a table for such rows, partitioned by market, unless there is one.

    It is empty, and the rows are brought in then: of two that begin at once, the second would append its rows to the
    first's without looking at their keys.
    """
    rows.clear().write_delta(uri, mode="ignore", delta_write_options={"partition_by": ["market"], "configuration": LOG})


def upsert(table: DeltaTable, rows: pl.DataFrame, keys: list[str]) -> None:
    """Brings rows into a table by their keys; raises CommitFailedError where anybody committed since it was opened."""
    # what was looked up is true of this version alone, and an append would not mind what came in meanwhile
    once = CommitProperties(max_commit_retries=0)
    market = pl.col("market") == rows["market"][0]
    held = among(pl.scan_delta(table).filter(market).select(keys), rows, keys).select(pl.len()).collect().item()
    if held == 0:
        rows.write_delta(table, mode="append", delta_write_options={"commit_properties": once})
        return
    first = _leading(keys)
    within = f"t.{first} >= {_quoted(rows[first].min())} AND t.{first} <= {_quoted(rows[first].max())}"
    same = " AND ".join(f"t.{k} = s.{k}" for k in keys if k != "market")
    merge = rows.write_delta(
        table,
        mode="merge",
        delta_merge_options={
            "predicate": f"t.market = {_quoted(rows['market'][0])} AND {within} AND {same}",
            "source_alias": "s",
            "target_alias": "t",
            "commit_properties": once,
        },
    )
    merge.when_matched_update_all().when_not_matched_insert_all().execute()


def among(held: pl.LazyFrame, rows: pl.DataFrame, keys: list[str]) -> pl.LazyFrame:
    """Those of the held rows whose keys are among those of `rows`; files without any are not opened."""
    first = _leading(keys)
    near = pl.col(first).is_between(pl.lit(rows[first].min()), pl.lit(rows[first].max()))
    return held.filter(near).join(rows.lazy().select(keys), on=keys, how="semi")


def _leading(keys: list[str]) -> str:
    """The key by whose range files are told apart."""
    return next(k for k in keys if k != "market")


def _quoted(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def small(table: DeltaTable, market: str) -> int:
    """How many small files a market has in a table."""
    files = pl.DataFrame(table.get_add_actions(flatten=True))
    return files.filter((pl.col("partition.market") == market) & (pl.col("size_bytes") < SMALL)).height


def pack(table: DeltaTable, by: str, market: str) -> None:
    """Writes a market's rows into few files, ordered by the column that they are looked up by."""
    if not LOG.items() <= table.metadata().configuration.items():
        table.alter.set_table_properties(LOG)
    table.optimize.z_order(
        [by],
        partition_filters=[("market", "=", market)],
        target_size=PACKED,
        writer_properties=WriterProperties(compression="ZSTD", compression_level=3, max_row_group_size=GROUP),
    )


def expire(table: DeltaTable, keep: timedelta) -> None:
    """Deletes the files that have been out of the table for longer than that."""
    hours = int(keep / timedelta(hours=1))
    if table.vacuum(retention_hours=hours, enforce_retention_duration=False, dry_run=True):
        table.vacuum(retention_hours=hours, enforce_retention_duration=False, dry_run=False)


def without(table: DeltaTable, keys: pl.DataFrame) -> None:
    """Deletes the rows of one market that have these keys: the frame's columns."""
    if keys.height == 0:
        return
    same = [f"t.{name} = s.{name}" for name in keys.columns if name != "market"]
    on = " AND ".join([f"t.market = {_quoted(keys['market'][0])}", *same])
    table.merge(keys, predicate=on, source_alias="s", target_alias="t").when_matched_delete().execute()


def purge(table: DeltaTable) -> None:
    """Deletes the files and log entries of all versions but the newest."""
    # What no version needs any more at once; files that no commit knows (a run died over them) only after an hour,
    # since they may be another process's next commit.
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    table.vacuum(retention_hours=1, enforce_retention_duration=False, dry_run=False, full=True)
    # An entry of the log quotes the first and last text of each file; only a checkpoint does without the old ones.
    table.alter.set_table_properties({_RETENTION: "interval 0 days"})
    try:
        newest = DeltaTable(table.table_uri)
        newest.create_checkpoint()
        newest.cleanup_metadata()
    finally:
        DeltaTable(table.table_uri).alter.set_table_properties(LOG)
