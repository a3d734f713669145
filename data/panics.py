"""What Rust prints of its own panics is kept off the screen: the error that comes of one is told in our own words."""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_PANIC = re.compile(rb"(?s)\n?thread '[^'\n]*'(?: \([0-9]+\))? panicked at .*?\nnote: [^\n]*\n")
"""As the standard library's hook prints it, with a backtrace where RUST_BACKTRACE asks for one."""
_STDERR = 2
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
            finally:
                os.dup2(screen, _STDERR)
                os.close(screen)
                caught.seek(0)
                rest = _PANIC.sub(b"", caught.read())
                if rest:
                    os.write(_STDERR, rest)
