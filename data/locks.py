"""One run of a market at a time, whichever way it was started: a lock on a file that lies in the lake.

The system gives the lock up when the process that holds it ends, however it ends, so none is ever left over. It holds
between processes of one machine; runs on several machines are kept apart by the concurrency limit of their deployment.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import UnmetError

FOLDER = "locks"
LONGEST_WAIT_SECONDS = 6 * 3600
"""Longer than any run takes that still moves: every request and every page of a visit has its own bound."""
LOOK_EVERY_SECONDS = 0.5


class Busy(UnmetError):
    """Another run of the market is at work."""


@contextmanager
def alone(
    lake: str,
    market: str,
    *,
    longest: float = LONGEST_WAIT_SECONDS,
    waiting: Callable[[str], None] = lambda _line: None,
) -> Iterator[None]:
    """Within the block no other run of the market is within it; waits for one that is.

    Args:
        lake: its folder; on an object store (`s3://...`) there is nothing to lock, and nothing is.
        market: the market's slug.
        longest: seconds to wait before Busy is raised.
        waiting: is told once, in a line, that there is something to wait for.
    """
    if "://" in lake:
        yield
        return
    path = Path(lake) / FOLDER / f"{market}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as e:
        raise Busy(f"{path}: cannot be made ({e.strerror}); check space and rights, then run again") from e
    try:
        _take(lock, market, longest, waiting)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(lock)


def _take(lock: int, market: str, longest: float, waiting: Callable[[str], None]) -> None:
    until = time.monotonic() + longest
    told = False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            by = os.pread(lock, 20, 0).decode("ascii", "replace").strip() or "unknown"
            if time.monotonic() >= until:
                raise Busy(
                    f"{market}: another run of it is at work (process {by}) and did not end in {longest:,.0f} s;"
                    " let it end or stop it, then run again"
                ) from None
            if not told:
                told = True
                waiting(f"{market}: another run of it is at work (process {by}); waiting for it")
            time.sleep(LOOK_EVERY_SECONDS)
        else:
            return
