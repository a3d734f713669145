"""What Rust prints of its own panics is kept off the screen: the error that comes of one is told in our own words."""

from __future__ import annotations

import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_PANIC = re.compile(rb"(?s)\n?thread '[^'\n]*'(?: \([0-9]+\))? panicked at .*?\nnote: [^\n]*\n")
"""As the standard library's hook prints it, with a backtrace where RUST_BACKTRACE asks for one."""
_STDERR = 2
_QUIET = 0.3
"""Seconds without another word after which the panics of a failed block count as told."""
_MOST = 5.0
"""Seconds that are waited for that at most."""
_lock = threading.RLock()


@contextmanager
def unsaid() -> Iterator[None]:
    """Runs a block of Polars' or Delta's; what else is printed to stderr meanwhile follows after it.

    They print straight to the file descriptor, so that it has to be another one for the time being.
    """
    with _lock:
        try:
            caught = tempfile.TemporaryFile()  # noqa: SIM115 - closed below, after stderr is itself again
            screen = os.dup(_STDERR)
        except OSError:  # a full disk, or no stderr at all: then a panic is printed, and nothing else is lost
            yield
            return
        with caught:
            os.dup2(caught.fileno(), _STDERR)
            try:
                yield
            except BaseException:
                _await_end(caught.fileno())
                raise
            finally:
                os.dup2(screen, _STDERR)
                os.close(screen)
                rest = _PANIC.sub(b"", _held(caught.fileno()))
                if rest:
                    os.write(_STDERR, rest)


def _held(file: int) -> bytes:
    """All that was written to a file so far; where it is written next stays as it is."""
    return os.pread(file, os.fstat(file).st_size, 0)


def _await_end(file: int) -> None:
    """Waits until panics that were begun are told to their end.

    The threads of an engine panic each for itself: the error of the first arrives here while others still look up the
    names in their backtraces, and go on printing.
    """
    until = time.monotonic() + _MOST
    said = _held(file)
    while b" panicked at " in said and time.monotonic() < until:
        time.sleep(_QUIET)
        now = _held(file)
        if now == said and b" panicked at " not in _PANIC.sub(b"", now):
            return
        said = now
