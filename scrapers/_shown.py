"""What of a file of reviews may be told to a person: enough to mend the market file by, and nobody's words or name.

Warnings and errors are kept: in the ledger, in every report that shows it, and in Prefect's records. A cell may hold
anything, whatever its column is called, and whoever wrote it may ask to be forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from scrapers._files import counted
from scrapers._read import iso_time, number, personal

LONGEST, MOST_COLUMNS = 60, 20
"""Characters of a name, and names of columns that are shown."""
FEW, OFTEN = 8, 5
"""The most values that a column of products has, and the rows that each of them has at least."""


def form(value: Any) -> str:
    """How a cell is written, without what it says: `00/00/0000`, `xxxx@xxxx.xxx`."""
    signs = ("0" if c.isdigit() else c if c.isascii() and not c.isalpha() else "x" for c in str(value)[:40])
    return "".join(signs)


def columns(names: Sequence[str]) -> str:
    """The names of a file's columns; not where its first line is no header but somebody's review."""
    if any(len(n) > LONGEST or personal(n.removeprefix("@")) or number(n) is not None or iso_time(n) for n in names):
        return f"{counted(len(names), 'column')}, and a first line that is no header"
    more = f" and {len(names) - MOST_COLUMNS} more" if len(names) > MOST_COLUMNS else ""
    return ", ".join(names[:MOST_COLUMNS]) + more


def values(column: pl.Series) -> str:
    """What a column of text holds: its values, the most frequent first, if they are few and come often, as products
    do; else how many, since they may be people."""
    counts = column.drop_nulls().alias("value").value_counts()
    if counts.is_empty():
        return "nothing"
    often = counts.filter(pl.col("count") >= OFTEN).sort("count", "value", descending=[True, False])
    names = often["value"].to_list()
    few = len(names) <= FEW and 10 * often["count"].sum() >= 9 * counts["count"].sum()
    if not few or any(len(n) > LONGEST or personal(n) for n in names):
        return counted(counts.height, "other value")
    rare = counts.height - len(names)
    return ", ".join(names) + (f" and {counted(rare, 'rare value')}" if rare else "")
