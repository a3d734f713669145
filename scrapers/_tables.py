"""Any supported file as a table: CSV, TSV, JSON Lines, JSON, Parquet, each also packed with gzip or zstd."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from scrapers import _files
from scrapers._delimited import delimited
from scrapers._errors import ExportError
from scrapers._files import Table, content, counted, listed, too_large, utf8
from scrapers._parquet import TooLarge, Unreadable, dated, frame_of
from scrapers._records import json_document, json_lines

FORMATS = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet")


def load(path: Path, encoding: str | None = None) -> Table:
    """The records of a file, in its order; raises ExportError, which names the file, the place and the fix."""
    endings = [s.lower() for s in path.suffixes]
    if endings and endings[-1] in {".gz", ".zst"}:
        endings.pop()
    kind = endings[-1] if endings else ""
    if kind not in FORMATS:
        raise ExportError(f"{path.name}: {kind or 'no ending'} is not a format read here; use {', '.join(FORMATS)}")
    raw = content(path)
    if kind == ".parquet":
        return _parquet(raw, path.name)
    data, warnings = utf8(raw, path.name, encoding)
    del raw
    if kind == ".json":
        table = json_document(data, path.name)
    elif kind in {".jsonl", ".ndjson"}:
        table = json_lines(data, path.name)
    else:
        table = delimited(data, path.name, "\t" if kind == ".tsv" else ",")
    return Table(table.frame, table.rows, table.unreadable, warnings + table.warnings)


def _parquet(raw: bytes, name: str) -> Table:
    try:
        frame, beyond = dated(frame_of(raw, _files.MOST_BYTES))
    except TooLarge as e:
        raise too_large(name) from e
    except Unreadable as e:
        raise ExportError(f"{name}: is not a Parquet file that can be read ({e}); export it again") from e
    if frame.height == 0 or frame.width == 0:
        raise ExportError(f"{name}: has no rows; export the reviews again")
    warnings = tuple(
        f"{name}: column {column!r} has {counted(len(at), 'time')} outside the years 1 to 9999"
        f" ({listed([i + 1 for i in at])}): left out"
        for column, at in beyond.items()
    )
    return Table(frame, pl.int_range(1, frame.height + 1, eager=True).alias("row"), warnings=warnings)
