"""One request at a time per host, with a pause after each, whoever asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class _Host:
    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0
    pause: float = 0.0


class Turns:
    """Hands out turns at hosts; one object serves all threads of a run."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()
        self._clock = clock
        self._sleep = sleep

    def _host(self, name: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(name, _Host())

    @contextmanager
    def turn(self, host: str, pause: float) -> Iterator[None]:
        """Waits for the host to be free, and keeps it free for `pause` seconds (or its crawl delay) afterwards."""
        state = self._host(host)
        with state.lock:
            wait = state.free_at - self._clock()
            if wait > 0:
                self._sleep(wait)
            try:
                yield
            finally:
                state.free_at = max(state.free_at, self._clock() + max(pause, state.pause))

    def hold(self, host: str, seconds: float) -> None:
        """Nobody asks the host again before `seconds` have passed."""
        state = self._host(host)
        state.free_at = max(state.free_at, self._clock() + seconds)

    def slow(self, host: str, pause: float) -> None:
        """From now on the pause at this host is at least `pause` seconds."""
        state = self._host(host)
        state.pause = max(state.pause, pause)
