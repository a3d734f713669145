"""What is taken out of a table of the lake, and off the disk."""

from __future__ import annotations

import polars as pl
from deltalake import DeltaTable


def without(table: DeltaTable, keys: pl.DataFrame) -> None:
    """Deletes the rows of some keys of one market."""
    if keys.height == 0:
        return
    market = keys["market"][0].replace("'", "''")
    on = f"t.market = '{market}' AND t.key = s.key"
    table.merge(keys, predicate=on, source_alias="s", target_alias="t").when_matched_delete().execute()


def purge(table: DeltaTable) -> None:
    """Deletes the files and log entries of all versions but the newest."""
    # What no version needs any more at once; files that no commit knows (a run died over them) only after an hour,
    # since they may be another process's next commit.
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    table.vacuum(retention_hours=1, enforce_retention_duration=False, dry_run=False, full=True)
    # An entry of the log quotes the first and last text of each file; only a checkpoint does without the old ones.
    table.alter.set_table_properties({"delta.logRetentionDuration": "interval 0 days"})
    try:
        newest = DeltaTable(table.table_uri)
        newest.create_checkpoint()
        newest.cleanup_metadata()
    finally:
        DeltaTable(table.table_uri).alter.set_table_properties({"delta.logRetentionDuration": "interval 30 days"})
