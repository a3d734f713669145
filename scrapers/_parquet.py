"""Parquet as a table, read by a process of its own.

A damaged file makes its reader panic on stderr, or asks it for so much memory that it ends the whole process; so it
must not be this one. Run as a program, this module reads Parquet from stdin and writes Arrow's stream form to stdout,
or exits with another code than 0 and, where there is one, the reason.

A word that a dictionary holds once may stand in a million rows, and a run of a million numbers in a few bytes, so the
file's own figures say little of its size. What it unpacks to is added up some rows at a time before it is read whole.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
from datetime import date

import polars as pl

MOST_ROWS = 50_000_000
ROWS_AT_ONCE = 100_000
_REFUSED, _PANICKED, _TOO_LARGE = 1, 2, 3

_EPOCH = date(1970, 1, 1)
FIRST_DAY, LAST_DAY = (date(1, 1, 2) - _EPOCH).days, (date(9999, 12, 30) - _EPOCH).days
"""Days since 1970 that Python has a date for, in any time zone."""
_A_DAY = {"ms": 86_400_000, "us": 86_400_000_000}


class Unreadable(Exception):
    """The file is no Parquet that can be read; the message says why, in a few words."""


class TooLarge(Exception):
    """The file unpacks to more than it may."""


def frame_of(raw: bytes, most_bytes: int) -> pl.DataFrame:
    """The file's rows; raises Unreadable, and TooLarge where they unpack to more than `most_bytes`."""
    command = [sys.executable, "-P", __file__, str(most_bytes)]
    done = subprocess.run(command, input=raw, capture_output=True, check=False)
    if done.returncode == 0:
        return pl.read_ipc_stream(io.BytesIO(done.stdout))
    if done.returncode == _TOO_LARGE:
        raise TooLarge
    reason = done.stdout.decode("utf-8", "replace") if done.returncode == _REFUSED else ""
    raise Unreadable(reason.strip() or "its reader gave up on it: it is damaged, or too large")


def dated(frame: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, list[int]]]:
    """The frame without times that Python has none for, which polars panics over, and the places where these stood.

    A column gives each its own: name -> places. Times within lists and such become plain numbers.
    """
    beyond = {}
    for name, kind in frame.schema.items():
        if isinstance(kind, pl.Date) or (isinstance(kind, pl.Datetime) and kind.time_unit != "ns"):
            day = _A_DAY[kind.time_unit] if isinstance(kind, pl.Datetime) else 1
            known = frame[name].to_physical().is_between(FIRST_DAY * day, LAST_DAY * day)
            if not known.all():
                beyond[name] = (~known).fill_null(value=False).arg_true().to_list()
                frame = frame.with_columns(pl.when(known).then(pl.col(name)).alias(name))
        elif isinstance(kind, pl.Duration) or (kind.is_nested() and ("Date" in str(kind) or "Duration" in str(kind))):
            frame = frame.with_columns(pl.col(name).to_physical())
    return frame, beyond


def _main(most_bytes: int) -> int:
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    memory = 8 * most_bytes + 2**30  # packed, unpacked and on its way out, in buffers that double
    resource.setrlimit(resource.RLIMIT_DATA, (memory if hard < 0 else min(memory, hard), hard))
    raw = sys.stdin.buffer.read()
    try:
        height = pl.scan_parquet(io.BytesIO(raw)).select(pl.len()).collect().item()
        if height > MOST_ROWS:  # a few bytes can claim any number
            raise Unreadable(f"it says that it has {height:,} rows")
        if _exceeds(raw, height, most_bytes):
            return _TOO_LARGE
        pl.read_parquet(io.BytesIO(raw)).write_ipc_stream(sys.stdout.buffer)
    except pl.exceptions.PanicException:
        return _PANICKED  # what it says speaks of the reader's own code
    except (pl.exceptions.PolarsError, Unreadable, OSError) as e:
        sys.stdout.write((str(e).splitlines() or [type(e).__name__])[0][:120])
        return _REFUSED
    return 0


def _exceeds(raw: bytes, height: int, most_bytes: int) -> bool:
    """Whether the rows unpack to more; no part outlives its turn."""
    size = 0
    for start in range(0, height, ROWS_AT_ONCE):
        part = pl.scan_parquet(io.BytesIO(raw)).slice(start, ROWS_AT_ONCE).collect()
        size += sum(map(_size, part.get_columns()))
        if size > most_bytes:
            return True
    return False


def _size(column: pl.Series) -> int:
    """Bytes of a column with every value written out, however often a dictionary lends it."""
    kind = column.dtype
    if isinstance(kind, pl.Categorical | pl.Enum):
        return int(column.cat.len_bytes().cast(pl.Int64).sum())
    if isinstance(kind, pl.Struct):
        return sum(map(_size, column.struct.unnest().get_columns()))
    if isinstance(kind, pl.List | pl.Array):
        return _size(column.explode())
    return int(column.estimated_size())


if __name__ == "__main__":
    sys.exit(_main(int(sys.argv[1])))
