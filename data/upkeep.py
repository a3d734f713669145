"""What keeps the lake small and quick, night after night; each is done in moments, and may be cut off anywhere."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import polars as pl
from deltalake import DeltaTable

from data import locks, tables
from data.lake import TABLES, Lake

MANY = 200
"""Small files of a market in a table, with more of which it is packed."""
STALE = 0.2
"""Share of the readings of a market that nothing asks for any more, above which they are taken out."""
READ = ("readings", "mentions")
"""Readings go first: one without its mentions would count as read, mentions without theirs are read again."""
LITTER = (".author.key.*", ".format.*")
"""What a process that died may leave beside the tables."""


def tidy(lake: Lake, market: str) -> list[str]:
    """Packs the tables in which a market lies in many small files; says which."""
    packed: list[str] = []

    def change(table: DeltaTable) -> None:
        if tables.small(table, market) > MANY:
            tables.pack(table, "listing" if name == "visits" else "key", market)
            packed.append(name)

    for name in TABLES:
        lake.change(name, change)
    return packed


def expire(lake: Lake, keep: timedelta = tables.KEEP) -> None:
    """Takes off the disk what has been out of the tables for so long that nobody can be reading it any more."""
    for name in TABLES:
        lake.change(name, partial(tables.expire, keep=keep))


def sweep(lake: Lake) -> list[Path]:
    """Deletes the files that no table knows, left by processes that died while they wrote; says which.

    Raises Busy where anybody is writing at the moment: a file of theirs is not known yet either.
    """
    root = Path(lake.root)
    if not locks.is_local(lake.root) or not root.is_dir():
        return []
    with locks.alone(lake.root, patience=0):
        found = [path for pattern in LITTER for path in root.glob(pattern)]
        for name in TABLES:
            lake.change(name, partial(_add, found, root / name))
            # an engine that dies over a commit leaves what would have become its entry
            found += [path for path in (root / name / "_delta_log").glob("_commit_*") if path.is_file()]
            found += [path for path in (root / name / "_delta_log").glob("*#*") if path.is_file()]
        for path in found:
            path.unlink(missing_ok=True)
    return found


def outdated(lake: Lake, market: str, rules: str) -> dict[str, int]:
    """How many readings and mentions of a market nothing asks for: of other rules than these, or of a text that is no
    longer held. Table -> rows, without tables that have none."""
    counts = {}
    for name in READ:
        rows = _stale(lake, name, market, rules)
        if rows is not None and (height := rows.height):
            counts[name] = height
    return counts


def renew(lake: Lake, market: str, rules: str, share: float = STALE) -> dict[str, int]:
    """Takes those out once they are more than a share of either table; says how many rows of which."""
    stale = {name: rows for name in READ if (rows := _stale(lake, name, market, rules)) is not None}
    if not any(rows.height > share * lake.count(name, market) for name, rows in stale.items()):
        return {}
    for name, rows in stale.items():
        lake.change(name, partial(tables.without, keys=rows.unique()))
    return {name: rows.height for name, rows in stale.items() if rows.height}


def _stale(lake: Lake, name: str, market: str, rules: str) -> pl.DataFrame | None:
    held = lake.scan(name, market)
    texts = lake.scan("reviews", market)
    if held is None:
        return None
    marks = held.select("market", "key", "digest", "rules")
    if texts is None:
        return lake.collect(marks)
    return lake.collect(
        pl.concat(
            [
                marks.filter(pl.col("rules") != rules),
                marks.filter(rules=rules).join(texts.select("key", "digest"), on=["key", "digest"], how="anti"),
            ]
        )
    )


def _add(found: list[Path], folder: Path, table: DeltaTable) -> None:
    found += unknown(folder, table)


def unknown(folder: Path, table: DeltaTable) -> list[Path]:
    """The files below a table's folder that none of its versions knows."""
    known = set(table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=True))
    every = table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=True, full=True)
    # the engine tells some names as they are in an address
    places = {place for name in set(every) - known for place in (folder / name, folder / unquote(name))}
    return sorted(path for path in places if path.is_file())
