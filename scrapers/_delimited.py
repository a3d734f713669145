"""CSV and its relatives: polars for files without a flaw, record by record for the others.

A file goes the fast way only when every quote opens and closes where one may and every record has the header's number
of fields; what polars would do with anything else (fill up, join lines, drop) is not ours to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from scrapers._errors import ExportError
from scrapers._files import Table, counted, listed

DELIMITERS = ",;\t|"
NONE = "\x1f"
"""Stands for `no delimiter` where the header has one column only: commas are then part of the text."""

Positions = npt.NDArray[np.intp]

_QUOTE, _LF, _CR = 34, 10, 13
_SEP = re.compile(r"sep=(.)\r?\n")


@dataclass(frozen=True)
class _Grammar:
    """The regular expressions of one delimiter; a field's second group is its end."""

    delimiter: str
    strict: re.Pattern[str]
    """A field as RFC 4180 has it."""
    loose: re.Pattern[str]
    """The same, but a quote amid words neither opens nor closes."""
    line: re.Pattern[str]
    """A field of a single line, blanks allowed around its quotes."""


@cache
def _grammar(delimiter: str) -> _Grammar:
    d = re.escape(delimiter)
    end = rf"({d}|\r\n|\r|\n|\Z)"
    bare = rf'((?!")[^{d}\r\n]*+)'
    amid = rf'(?<![{d}\r\n])"(?![{d}\r\n]|\Z)'
    return _Grammar(
        delimiter,
        re.compile(rf'(?:"([^"]*+(?:""[^"]*+)*+)"|{bare}){end}'),
        re.compile(rf'(?:"((?:[^"]++|""|{amid})*+)"|{bare}){end}'),
        re.compile(rf'(?: *"(.*?)" *|([^{d}]*+))({d}|\Z)'),
    )


@dataclass
class _Trouble:
    """What was wrong with which records."""

    quotes: list[int] = field(default_factory=list)
    """Lines where a quote is astray."""
    lost: list[int] = field(default_factory=list)
    """Records among them that could not be read."""
    width: list[int] = field(default_factory=list)
    """Records with more or fewer fields than the header."""


def delimited(data: bytes, name: str, default: str) -> Table:
    """The table of clean UTF-8 bytes; `default` is the delimiter that the file's ending speaks for."""
    if b"\n" not in data:  # the row ends of an old Macintosh
        data = data.replace(b"\r", b"\n")
    stripped = data.lstrip(b"\r\n")
    first = 1 + _breaks(data[: len(data) - len(stripped)].decode())
    head = stripped[:1_000_000].decode("utf-8", "ignore")
    if said := _SEP.match(head):  # Excel's own way of naming the delimiter
        stripped, default, first = stripped[len(said[0].encode()) :], said[1], first + 1
        head = head[said.end() :]
    delimiter, header, end = _header(head, default, name, first)
    body = stripped[len(head[:end].encode()) :].rstrip(b"\r\n")
    if not body.strip():
        raise ExportError(f"{name}: has column names in line {first} but no rows; export the reviews again")
    names = _unique(header)
    frame = _fast(body, delimiter, names)
    if frame is not None:
        return Table(_nulls(frame), pl.int_range(1, frame.height + 1, eager=True).alias("row"))
    first += _breaks(head[:end])
    return _slow(body.decode("utf-8"), delimiter, names, name, first)


def _header(head: str, default: str, name: str, line: int) -> tuple[str, list[str], int]:
    """The delimiter that gives the header most fields, those fields, and where the header ends."""
    found = {d: _record(head, 0, _grammar(d).strict, d) for d in (default, *DELIMITERS.replace(default, ""))}
    best, (fields, end) = max(
        ((d, record) for d, record in found.items() if record), key=lambda f: len(f[1][0]), default=("", ([], 0))
    )
    if len(fields) > 1:
        return best, fields, end
    if not fields or found[default] is None:
        raise ExportError(f"{name}: line {line}: a quote in the header never closes; mend the first line")
    return NONE, fields, end


def _unique(header: list[str]) -> list[str]:
    names: list[str] = []
    for number, raw in enumerate(header, 1):
        base = raw.strip() or f"column_{number}"
        candidate, again = base, 1
        while candidate in names:
            again += 1
            candidate = f"{base}_{again}"
        names.append(candidate)
    return names


def _nulls(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _fast(body: bytes, delimiter: str, names: list[str]) -> pl.DataFrame | None:
    """The frame of a file without a flaw, else None."""
    records = _flawless(body, ord(delimiter), len(names)) if len(delimiter.encode()) == 1 else None
    if records is None:
        return None
    try:
        frame = pl.read_csv(
            body,
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            separator=delimiter,
            infer_schema=False,
        )
    except pl.exceptions.PolarsError:
        return None
    return frame if frame.height == records else None


def _flawless(body: bytes, delimiter: int, width: int) -> int | None:
    """How many records there are if all have `width` fields and every quote stands where one may; else None.

    Quotes open and close in turn (a doubled quote closes and opens again), so a byte lies inside a quoted field
    exactly when an odd number of quotes stands before it.
    """
    a = np.frombuffer(body, np.uint8)
    quotes = np.flatnonzero(a == _QUOTE)
    if quotes.size % 2:
        return None
    opening, closing = quotes[::2], quotes[1::2]
    before = a[opening[opening > 0] - 1]
    after = a[closing[closing < a.size - 1] + 1]
    if not np.isin(before, (delimiter, _LF, _QUOTE)).all() or not np.isin(after, (delimiter, _LF, _CR, _QUOTE)).all():
        return None
    returns = _outside(np.flatnonzero(a == _CR), quotes)
    if not (a[np.minimum(returns + 1, a.size - 1)] == _LF).all():
        return None
    ends = np.append(_outside(np.flatnonzero(a == _LF), quotes), a.size)
    starts = np.append(0, ends[:-1] + 1)
    blank = (starts == ends) | ((starts + 1 == ends) & (a[np.minimum(starts, a.size - 1)] == _CR))
    fields = np.diff(np.searchsorted(_outside(np.flatnonzero(a == delimiter), quotes), ends), prepend=0)
    return None if blank.any() or (fields != width - 1).any() else int(ends.size)


def _outside(positions: Positions, quotes: Positions) -> Positions:
    """The positions before which an even number of quotes stands."""
    outside: Positions = positions[np.searchsorted(quotes, positions) % 2 == 0]
    return outside


def _slow(text: str, delimiter: str, names: list[str], name: str, line: int) -> Table:
    """The table of a file with flaws: every record is read, mended or counted."""
    grammar, width, trouble = _grammar(delimiter), len(names), _Trouble()
    records: list[list[str]] = []
    rows: list[int] = []
    position = number = counted_to = 0
    while position < len(text):
        if text[position] in "\r\n":
            position += 1
            continue
        number += 1
        found = _record(text, position, grammar.strict, delimiter)
        if found is None:
            line += _breaks(text[counted_to:position])
            counted_to = position
            trouble.quotes.append(line)
            found = _mended(text, position, grammar, width)
        fields, position = found
        if len(fields) > width and not any(fields[width:]):  # a delimiter at every line's end
            del fields[width:]
        if len(fields) == width:
            records.append(fields)
            rows.append(number)
        else:
            (trouble.width if fields else trouble.lost).append(number)
    unreadable = len(trouble.width) + len(trouble.lost)
    if not records:
        raise ExportError(
            f"{name}: none of its {counted(unreadable, 'row')} has the header's {counted(width, 'field')}; "
            "check the first line and the delimiter"
        )
    columns = dict(zip(names, zip(*records, strict=True), strict=True))
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    return Table(_nulls(frame), pl.Series("row", rows, pl.Int64), unreadable, _warnings(trouble, name, width))


def _breaks(text: str) -> int:
    """How many line ends of any kind the text has; `str.splitlines` knows more of them than files do."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _record(text: str, position: int, field: re.Pattern[str], delimiter: str) -> tuple[list[str], int] | None:
    """The fields of the record at `position` and where it ends; None when a quote in it is astray."""
    fields: list[str] = []
    while found := field.match(text, position):
        quoted, bare, end = found.groups()
        fields.append(bare if quoted is None else quoted.replace('""', '"'))
        position = found.end()
        if end != delimiter:
            return fields, position
    return None


def _mended(text: str, position: int, grammar: _Grammar, width: int) -> tuple[list[str], int]:
    """The best reading of a record with a stray quote, with the header's number of fields; else no fields.

    When nothing fits, only the line is given up: a quote that never closes must not swallow the rows below it.
    """
    found = _record(text, position, grammar.loose, grammar.delimiter)
    if found is not None and len(found[0]) == width:
        return found
    ends = [e for e in (text.find("\n", position), text.find("\r", position)) if e >= 0]
    end = min(ends, default=len(text))
    line = text[position:end]
    alone = _record(line, 0, grammar.line, grammar.delimiter)
    if alone is not None and len(alone[0]) == width:
        return alone[0], end
    literal = line.split(grammar.delimiter)
    return ([_unquoted(f) for f in literal] if len(literal) == width else []), end


def _unquoted(field: str) -> str:
    """A field without the quote that opens it and the one that ends it, if any."""
    return field[1:].removesuffix('"').replace('""', '"') if field.startswith('"') else field


def _warnings(trouble: _Trouble, name: str, width: int) -> tuple[str, ...]:
    warnings = []
    if trouble.quotes:
        lost = f"{counted(len(trouble.lost), 'row')} lost ({listed(trouble.lost)})" if trouble.lost else "no row lost"
        warnings.append(
            f"{name}: a quote opens and does not close as it should in {listed(trouble.quotes, 'line')}; {lost}"
        )
    if trouble.width:
        have = "has" if len(trouble.width) == 1 else "have"
        warnings.append(
            f"{name}: {counted(len(trouble.width), 'row')} {have} more or fewer fields than the header's {width} "
            f"({listed(trouble.width)})"
        )
    return tuple(warnings)
