"""Parquet as a table, read by a process of its own.

A damaged file makes its reader panic on stderr, or asks it for so much memory that it ends the whole process; so it
must not be this one. Run as a program, this module reads Parquet from stdin and writes Arrow's stream form to stdout,
or exits with another code than 0 and, where there is one, the reason.
"""

from __future__ import annotations

import io
import subprocess
import sys

import polars as pl

MOST_ROWS = 50_000_000
_REFUSED, _PANICKED = 1, 2


class Unreadable(Exception):
    """The file is no Parquet that can be read; the message says why, in a few words."""


def frame_of(raw: bytes) -> pl.DataFrame:
    """The file's rows; raises Unreadable."""
    done = subprocess.run([sys.executable, "-P", __file__], input=raw, capture_output=True, check=False)
    if done.returncode == 0:
        return pl.read_ipc_stream(io.BytesIO(done.stdout))
    reason = done.stdout.decode("utf-8", "replace") if done.returncode == _REFUSED else ""
    raise Unreadable(reason.strip() or "its reader gave up on it: it is damaged, or too large")


def _main() -> int:
    raw = io.BytesIO(sys.stdin.buffer.read())
    try:
        height = pl.scan_parquet(raw).select(pl.len()).collect().item()
        if height > MOST_ROWS:  # a few bytes can claim any number
            raise Unreadable(f"it says that it has {height:,} rows")
        raw.seek(0)
        pl.read_parquet(raw).write_ipc_stream(sys.stdout.buffer)
    except pl.exceptions.PanicException:
        return _PANICKED  # what it says speaks of the reader's own code
    except (pl.exceptions.PolarsError, Unreadable, OSError) as e:
        sys.stdout.write((str(e).splitlines() or [type(e).__name__])[0][:120])
        return _REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(_main())
