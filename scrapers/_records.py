"""JSON and JSON Lines as tables."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

import polars as pl

from scrapers._errors import ExportError
from scrapers._files import Table, counted, listed

INT64 = 2**63


def json_lines(data: bytes, name: str) -> Table:
    """One object a line; broken lines are counted. Raises ExportError when no line holds an object."""
    columns = _Columns()
    broken: list[int] = []
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        try:
            columns.add(json.loads(line))
        except (ValueError, RecursionError):
            columns.skip()
            broken.append(number)
    if not columns.rows:
        return json_document(data, name)
    warnings = (
        (f"{name}: {counted(len(broken), 'line')} not JSON objects ({listed(broken, 'line')})",) if broken else ()
    )
    return columns.table(len(broken), warnings)


def json_document(data: bytes, name: str) -> Table:
    """A list of objects, or an object with exactly one such list; raises ExportError."""
    try:
        document = json.loads(data)
    except json.JSONDecodeError as e:
        if _is_object(data.lstrip().split(b"\n", 1)[0]) and b"\n" in data.strip():
            return json_lines(data, name)
        raise ExportError(
            f"{name}: not JSON at line {e.lineno:,}, column {e.colno:,} ({e.msg}); export it again"
        ) from e
    except (ValueError, RecursionError) as e:
        raise ExportError(f"{name}: JSON that cannot be read ({e}); export it again") from e
    columns = _Columns()
    wrong: list[int] = []
    for number, item in enumerate(_list(document, name), 1):
        try:
            columns.add(item)
        except ValueError:
            columns.skip()
            wrong.append(number)
    if not columns.rows:
        raise ExportError(f"{name}: its list holds no objects; a list of objects, one a review, is needed")
    warnings = (f"{name}: {counted(len(wrong), 'item')} not objects ({listed(wrong, 'item')})",) if wrong else ()
    return columns.table(len(wrong), warnings)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _list(document: Any, name: str) -> Iterable[Any]:
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        raise ExportError(f"{name}: holds one JSON value, not a list of reviews")
    lists = {k: v for k, v in document.items() if isinstance(v, list) and any(isinstance(i, dict) for i in v)}
    if len(lists) == 1:
        return next(iter(lists.values()))
    if lists:
        raise ExportError(
            f"{name}: holds {len(lists)} lists of objects ({', '.join(lists)}); keep the one with reviews"
        )
    raise ExportError(f"{name}: holds no list of objects; a list of objects, one a review, is needed")


class _Columns:
    """Columns that grow with every record, so that the records themselves need not stay in memory."""

    def __init__(self) -> None:
        self.values: dict[str, list[Any]] = {}
        self.rows: list[int] = []
        self._number = 0

    def add(self, record: Any) -> None:
        """Takes in a record; raises ValueError when it is not an object."""
        if not isinstance(record, dict):
            raise ValueError("not an object")
        self._number += 1
        before = len(self.rows)
        for key, value in record.items():
            column = self.values.get(key)
            if column is None:
                column = self.values[key] = [None] * before
            column.append(value)
        self.rows.append(self._number)
        if len(record) != len(self.values):
            for column in self.values.values():
                if len(column) == before:
                    column.append(None)

    def skip(self) -> None:
        """Counts a record that is none."""
        self._number += 1

    def table(self, unreadable: int, warnings: tuple[str, ...]) -> Table:
        """What was taken in."""
        series = [_series(_clean(name), values) for name, values in self.values.items()]
        return Table(pl.DataFrame(series), pl.Series("row", self.rows, pl.Int64), unreadable, warnings)


def _series(name: str, values: list[Any]) -> pl.Series:
    """Values under the one type that holds them all; text where there is none."""
    kinds = {type(v) for v in values} - {type(None)}
    if kinds == {bool}:
        return pl.Series(name, values, pl.Boolean)
    if kinds == {int} and all(v is None or -INT64 <= v < INT64 for v in values):
        return pl.Series(name, values, pl.Int64)
    if kinds == {float}:
        return pl.Series(name, [v if v is not None and math.isfinite(v) else None for v in values], pl.Float64)
    texts = [_text(v) for v in values]
    try:
        return pl.Series(name, texts, pl.String)
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can write but text cannot hold
        return pl.Series(name, [None if t is None else _clean(t) for t in texts], pl.String)


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    try:
        return json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):  # an integer of thousands of digits, or too deep a nest
        return None
