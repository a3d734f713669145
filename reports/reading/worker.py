"""A process that reads reviews for another one: what `reports/reading/parallel.py` starts, and how the two talk.

The parent writes pickles to the worker's standard input (the rules once, then frames of reviews) and reads pickled
results from its standard output. The worker ends when its input does, so none outlives its parent.
"""

from __future__ import annotations

import copyreg
import io
import pickle
import signal
import sys
from types import MappingProxyType
from typing import IO, Any

START = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); from reports.reading.worker import serve; serve()"
)
"""What Python is told to run: no module of the parent is run again, so any program may start workers."""


def packed(value: Any) -> bytes:
    """A value as bytes; read-only tables, which rules have, as what they are made of."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    pickler.dispatch_table = copyreg.dispatch_table.copy()
    pickler.dispatch_table[MappingProxyType] = lambda table: (_read_only, (dict(table),))
    pickler.dump(value)
    return buffer.getvalue()


def _read_only(table: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(table)


def serve() -> None:
    """Reads what comes, until nothing more does."""
    from reports.reading.read import read_once

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it too, and ends this process by ending its input
    asked: IO[bytes] = sys.stdin.buffer
    told: IO[bytes] = sys.stdout.buffer
    sys.stdout = sys.stderr  # results alone go there
    rules = pickle.load(asked)
    while True:
        try:
            reviews, key = pickle.load(asked)
        except EOFError:
            return
        told.write(packed(read_once(reviews, rules, key)))
        told.flush()
