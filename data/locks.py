"""Who may write to a lake: any number of writers at once, or one that is alone; and one run of a market at a time.

The locks are the operating system's (`flock`) on files beside the tables: who dies, whatever way, holds none any more.
A writer holds the lake for one commit only, so that whoever wants it alone (a backup, a repair) waits for moments. A
lake in an object store has no such locks; there Delta's own commits alone keep writers apart.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from data import store
from data.errors import UnmetError

PATIENCE = 60.0
"""Seconds that are waited for writers to be done, each of which takes moments."""
_EVERY = 0.02
_alone: set[str] = set()
"""Lakes that this process has for itself, and may write to all the same."""

_held: ContextVar[frozenset[str]] = ContextVar("_held", default=frozenset())
"""Markets that the run in whose context we are holds."""


class Busy(UnmetError):
    """Somebody else is at work there; nothing was done."""


class Unlockable(UnmetError):
    """There is no place for a lock, and none for a lake."""


def is_local(root: str | Path) -> bool:
    """Whether a lake is a folder rather than an address in an object store."""
    return not store.is_remote(str(root))


@contextmanager
def writing(root: str | Path) -> Iterator[None]:
    """Holds a lake for one write, beside other writers; waits while somebody has it alone."""
    if not is_local(root) or str(Path(root)) in _alone:
        yield
        return
    with _opened(Path(root) / ".lock") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def alone(root: str | Path, patience: float = PATIENCE) -> Iterator[None]:
    """Holds a lake that nobody writes to meanwhile; raises Busy where writers do not end within `patience` seconds."""
    name = str(Path(root))
    if not is_local(root) or name in _alone:
        yield
        return
    with _opened(_made(root, ".lock")) as file:
        until = time.monotonic() + patience
        while not _taken(file):
            if time.monotonic() >= until:
                raise Busy(f"{root}: others are writing to the lake; try again when their runs are done")
            time.sleep(_EVERY)
        _alone.add(name)
        try:
            yield
        finally:
            _alone.discard(name)


@contextmanager
def run(root: str | Path, market: str) -> Iterator[None]:
    """Holds a market for one run; raises Busy at once where another run of it is under way.

    Within a run that holds it already, its own steps may hold it too.
    """
    name, held = f"{root}/{market}", _held.get()
    if not is_local(root) or name in held:
        yield
        return
    with _opened(_made(root, f"runs/{market}.lock")) as file:
        if not _taken(file):
            raise Busy(f"{market}: another run of it is under way; wait for its report, or stop it, then run again")
        token = _held.set(held | {name})
        try:
            yield
        finally:
            _held.reset(token)


def _made(root: str | Path, name: str) -> Path:
    """A lock's file, that is there; raises Unlockable where it cannot be made."""
    path = Path(root) / name
    try:
        with _opened(path):
            return path
    except OSError as e:
        why = e.strerror or e
        raise Unlockable(f"{root}: cannot be written ({why}); check space and rights, then run again") from e


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        yield file
    finally:
        os.close(file)


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
