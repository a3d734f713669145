"""A process that reads reviews for another one: what `reports/reading/parallel.py` starts, and how the two talk.

The parent writes pickles to the worker's standard input (once the rules and what their patterns need, then frames of
reviews) and reads pickled results from its standard output; frames go as compressed Arrow streams, a fifth as long.
The worker ends when its input does, so none outlives its parent.
"""

from __future__ import annotations

import copyreg
import hashlib
import io
import pickle
import signal
import sys
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from reports.reading.read import Read
    from reports.rules import Rules

START = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); from reports.reading.worker import serve; serve()"
)
"""What Python is told to run: no module of the parent is run again, so any program may start workers."""


def pack(value: Any, into: IO[bytes]) -> None:
    """Writes a value as it is made into bytes; read-only tables, which rules have, as what they are made of."""
    pickler = pickle.Pickler(into, protocol=5)
    pickler.dispatch_table = copyreg.dispatch_table.copy()
    pickler.dispatch_table[MappingProxyType] = lambda table: (_read_only, (dict(table),))
    pickler.dump(value)
    into.flush()


def packed(value: Any) -> bytes:
    """A value as bytes."""
    buffer = io.BytesIO()
    pack(value, buffer)
    return buffer.getvalue()


def sent(frame: pl.DataFrame) -> bytes:
    """A frame as it goes from one process to another."""
    stream = io.BytesIO()
    frame.write_ipc_stream(stream, compression="lz4")
    return stream.getvalue()


def received(stream: bytes) -> pl.DataFrame:
    """The frame that was sent."""
    return pl.read_ipc_stream(stream)


def _read_only(table: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(table)


def serve() -> None:
    """Reads what comes, until nothing more does."""
    from reports.reading.read import read_once
    from reports.rules.needed import remember

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it too, and ends this process by ending its input
    asked: IO[bytes] = sys.stdin.buffer
    told: IO[bytes] = sys.stdout.buffer
    sys.stdout = sys.stderr  # results alone go there
    rules, needed = pickle.load(asked)
    remember(needed)
    while True:
        try:
            reviews, key = pickle.load(asked)
        except EOFError:
            return
        found = read_once(received(reviews), rules, key)
        pack((sent(found.reviews), sent(found.pieces)), told)
        del found  # before the next one is read


@cache
def code() -> str:
    """A mark of the code that reads here: two machines with one mark read the same to the byte."""
    sha = hashlib.sha256("".join(f"{name} {version(name)}\n" for name in _READING).encode())
    for folder in ("reading", "rules"):
        for path in sorted((Path(__file__).parents[1] / folder).glob("*.py")):
            sha.update(path.read_bytes())
    return sha.hexdigest()[:12]


_READING = ("lingua-language-detector", "numpy", "polars", "rjieba", "vadersentiment")
"""Packages whose version may change what is read."""


def read_packed(rules: bytes, reviews: pl.DataFrame, key: str) -> Read:
    """Reads a frame as `read_once` does; `rules` and what their patterns need as `packed` makes them."""
    from reports.reading.read import read_once

    return read_once(reviews, _unpacked(rules), key)


@lru_cache(maxsize=1)
def _unpacked(rules: bytes) -> Rules:
    from reports.rules.needed import remember

    known: Rules
    known, needed = pickle.loads(rules)
    remember(needed)
    return known
