"""From a file on disk to clean UTF-8: decompression, encodings, and what is plainly not a table."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import zstandard

from scrapers._errors import ExportError

MOST_BYTES = 2 * 1024**3
"""The largest file that is read, after decompression: 2 GiB."""

CHUNK = 1024 * 1024

_HIGH = bytes(range(128, 256))

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TEXT = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook; unpack it, or save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet as CSV"),
    (b"%PDF", "a PDF; a table of reviews as CSV is needed"),
    (b"PAR1", "a Parquet file; give it the ending .parquet"),
    (b"BZh", "packed with bzip2; unpack it, or pack it with gzip or zstd"),
    (b"\xfd7zXZ", "packed with xz; unpack it, or pack it with gzip or zstd"),
)


@dataclass(frozen=True)
class Table:
    """The records of a file."""

    frame: pl.DataFrame
    """All columns of the file; text formats give strings, empty cells are null."""
    rows: pl.Series
    """The number of each record in the file, from 1, the header not counted; unreadable records leave gaps."""
    unreadable: int = 0
    """Records that are there but could not be read."""
    warnings: tuple[str, ...] = ()
    """What a person should know, one sentence each."""


def listed(numbers: Sequence[int], noun: str = "row") -> str:
    """The first numbers for a person: `row 4`, `rows 4, 9, 12`, `rows 1, 2, 3, 4, 5 and 20 more`."""
    shown = ", ".join(f"{n:,}" for n in numbers[:5])
    more = f" and {len(numbers) - 5:,} more" if len(numbers) > 5 else ""
    return f"{noun}{'s' if len(numbers) > 1 else ''} {shown}{more}"


def counted(count: int, noun: str) -> str:
    """`1 row`, `1,200 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def content(path: Path) -> bytes:
    """The file's bytes, unpacked where it is gzip or zstd by its first bytes; raises ExportError."""
    name = path.name
    try:
        if path.stat().st_size > MOST_BYTES:
            raise too_large(name)
        raw = path.read_bytes()
    except OSError as e:
        raise ExportError(f"{path}: cannot be read ({e.strerror or e.__class__.__name__}); check the path") from e
    try:
        if raw[:2] == b"\x1f\x8b":
            raw = _gunzip(raw, name)
        elif raw[:4] == b"\x28\xb5\x2f\xfd":
            raw = _unzstd(raw, name)
        elif name.endswith((".gz", ".zst")) and raw:
            raise ExportError(f"{name}: is not packed as its ending says; rename it without {path.suffix}")
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as e:
        raise ExportError(f"{name}: is damaged or cut off ({e}); download or export it again") from e
    if not raw.strip():
        raise ExportError(f"{name}: is empty; export the reviews again")
    return raw


def too_large(name: str) -> ExportError:
    """What is said of a file that unpacks to more than is read."""
    return ExportError(f"{name}: is larger than {MOST_BYTES // 1024**3} GiB unpacked; split it into several files")


def _gunzip(raw: bytes, name: str) -> bytes:
    out = bytearray()
    with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
        while chunk := stream.read(CHUNK):
            out += chunk
            if len(out) > MOST_BYTES:
                raise too_large(name)
    return bytes(out)


def _unzstd(raw: bytes, name: str) -> bytes:
    out = bytearray()
    while raw:
        # a stream reader would take a cut-off file for a whole one; this object knows whether the frame ended
        unpacker = zstandard.ZstdDecompressor(max_window_size=2**27).decompressobj()
        for start in range(0, len(raw), CHUNK):
            out += unpacker.decompress(raw[start : start + CHUNK])
            if len(out) > MOST_BYTES:
                raise too_large(name)
            if unpacker.eof:
                raw = unpacker.unused_data + raw[start + CHUNK :]
                break
        else:
            raise EOFError("the last frame has no end")
    return bytes(out)


def utf8(raw: bytes, name: str, encoding: str | None) -> tuple[bytes, tuple[str, ...]]:
    """The text as UTF-8 without a byte-order mark or NULs, and what to say about it; raises ExportError."""
    for magic, what in _NOT_TEXT:
        if raw.startswith(magic):
            raise ExportError(f"{name}: is {what}")
    data, warnings = _decoded(raw, name, encoding)
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\0" in data:
        nulls = data.count(b"\0")
        warnings = (*warnings, f"{name}: {counted(nulls, 'NUL byte')} in the text left out")
        data = data.replace(b"\0", b"")
    if not data.strip():
        raise ExportError(f"{name}: is empty; export the reviews again")
    if data[:200].lstrip().lower().startswith((b"<!doctype", b"<html")):
        raise ExportError(f"{name}: is a web page, not a table; name it under `saved`, or export the reviews again")
    return data, warnings


def _decoded(raw: bytes, name: str, encoding: str | None) -> tuple[bytes, tuple[str, ...]]:
    encoding = encoding or next((known for mark, known in _MARKS if raw.startswith(mark)), None) or _wide(raw)
    if encoding is not None:
        return _as_said(raw, name, encoding), ()
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as e:
        where = f"line {_line(raw, e.start):,}"
        lenient = raw.decode("utf-8", "replace")
        broken = lenient.count("\ufffd")
        right = len(lenient) - len(raw.translate(None, _HIGH)) - broken
        if right > broken:  # by chance, other encodings give hardly a character of several bytes
            return lenient.encode(), (
                f"{name}: {counted(broken, 'character')} not in UTF-8, the first in {where}, shown as \ufffd",
            )
        return raw.decode("cp1252", "replace").encode(), (
            f"{name}: is not UTF-8 (first in {where}), read as Windows-1252; set encoding if letters look wrong",
        )
    return raw, ()


def _line(raw: bytes, position: int) -> int:
    return raw.count(b"\n", 0, position) + 1


def _wide(raw: bytes) -> str | None:
    """UTF-16 without a mark: half of the first bytes are NUL, all on one side."""
    head = raw[:2_000]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(head) < 4 or max(even, odd) < len(head) * 0.3 or min(even, odd) > len(head) * 0.05:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _as_said(raw: bytes, name: str, encoding: str) -> bytes:
    try:
        return raw.decode(encoding).encode("utf-8", "replace")
    except LookupError:
        raise ExportError(f"{name}: no text encoding is called {encoding!r}; try utf-8, utf-16 or cp1252") from None
    except UnicodeDecodeError as e:
        where = f"line {_line(raw, e.start):,}, byte {e.start:,}"
        raise ExportError(f"{name}: is not {encoding} ({where}); set another encoding") from e
    except UnicodeError as e:
        raise ExportError(f"{name}: is not {encoding} ({e}); set another encoding") from e
