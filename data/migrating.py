"""The lake's format: older ones are brought up to today's when they are opened, newer ones are refused.

| format | what is new                                                            |
|-------:|------------------------------------------------------------------------|
|      1 | the tables, without a mark                                             |
|      2 | the mark; visits have `gone`; all columns that later versions of 1 had |

A step may be cut off anywhere and is then made again: it looks at what is there, and the mark comes last.
"""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import DeltaTable

from data import locks
from data import visit as _visit
from data.errors import UnmetError
from data.merging import CHANGES, REVIEWS
from data.panics import unsaid

FORMAT = 2
MARK = "format"
KEPT: dict[str, dict[str, Any]] = {"reviews": REVIEWS, "changes": CHANGES, "visits": _visit.SCHEMA}
"""Tables that cannot be made again."""
MADE = ("readings", "mentions")
"""Tables that are read anew out of the reviews; readings go first, since without its mentions none may stay."""


class FormatError(UnmetError):
    """The lake is of a format that this version does not know."""


def ready(root: str) -> bool:
    """Whether the lake has any tables; they are of today's format afterwards. Raises FormatError, or Busy."""
    if not locks.is_local(root):
        return True
    folder = Path(root)
    found = known(folder)
    if found is None or found == FORMAT:
        return found is not None
    with locks.alone(root):
        if _format(folder) != FORMAT:  # another process may have been first
            _second(folder)
            mark(root)
    return True


def known(folder: Path) -> int | None:
    """The format of a lake, None where there is none yet; raises FormatError for one that we do not know."""
    found = _format(folder)
    if found is not None and found > FORMAT:
        raise FormatError(
            f"{folder}: the lake is of format {found}, and this version of unmet knows {FORMAT} and older;"
            " update unmet, or name another lake (UNMET_LAKE)"
        )
    return found


def mark(root: str) -> None:
    """Writes down that the lake is of today's format."""
    if not locks.is_local(root):
        return
    Path(root).mkdir(parents=True, exist_ok=True)
    fresh = Path(root) / f".{MARK}.{secrets.token_hex(4)}"
    try:
        with fresh.open("w", encoding="ascii") as file:
            file.write(f"{FORMAT}\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(Path(root) / MARK)
    finally:
        fresh.unlink(missing_ok=True)


def _format(folder: Path) -> int | None:
    """What the mark says; 1 for tables without one, None where there is no table yet."""
    mark = folder / MARK
    text = mark.read_text("ascii", "replace").strip() if mark.is_file() else ""
    if not text:
        return 1 if any((folder / name / "_delta_log").is_dir() for name in KEPT) else None
    if not text.isdecimal():
        raise FormatError(f"{folder / MARK}: says {text[:20]!r} instead of a number; restore the lake from a backup")
    return int(text)


def _second(folder: Path) -> None:
    """1 -> 2: columns that earlier versions did not have; what was read is read anew."""
    for name, schema in KEPT.items():
        uri = str(folder / name)
        if DeltaTable.is_deltatable(uri):
            with unsaid():
                _widen(uri, schema)
    for name in MADE:
        shutil.rmtree(folder / name, ignore_errors=True)


def _widen(uri: str, schema: dict[str, Any]) -> None:
    """Adds the columns that a table lacks, empty, and counts of nought where a count belongs."""
    held = {field.name for field in DeltaTable(uri).schema().fields}
    if missing := {name: kind for name, kind in schema.items() if name not in held}:
        # the engine's own way from a frame's columns to a table's: an append of no rows that may bring columns
        empty = pl.DataFrame(schema={**{n: k for n, k in schema.items() if n in held}, **missing})
        empty.write_delta(uri, mode="append", delta_write_options={"schema_mode": "merge"})
    for name in _visit.COUNTS if schema is _visit.SCHEMA else ():
        DeltaTable(uri).update({name: "0"}, predicate=f"{name} IS NULL")
