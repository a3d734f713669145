"""One request at a time per host, with a pause after each, whoever asks."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from scrapers._errors import Blocked


@dataclass
class _Host:
    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0
    held_until: float = 0.0
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
            return self._hosts.setdefault(name.rpartition("@")[2].lower(), _Host())

    @contextmanager
    def turn(self, host: str, pause: float, patience: float = math.inf) -> Iterator[None]:
        """Waits for the host to be free, and keeps it free for `pause` seconds (or its crawl delay) afterwards.

        Raises Blocked where the host is held for longer than `patience` seconds.
        """
        state = self._host(host)
        with state.lock:
            # asked again after each sleep: the host may have been held meanwhile
            while (wait := max(state.free_at, state.held_until) - (now := self._clock())) > 0:
                if state.held_until - now > patience:
                    raise Blocked(f"{host}: asked to be left alone for another {wait:.0f} s; left until the next run")
                self._sleep(wait)
            try:
                yield
            finally:
                state.free_at = max(state.free_at, self._clock() + max(pause, state.pause))

    def hold(self, host: str, seconds: float) -> None:
        """Nobody asks the host again before `seconds` have passed."""
        state = self._host(host)
        state.held_until = max(state.held_until, self._clock() + seconds)

    def slow(self, host: str, pause: float) -> None:
        """From now on the pause at this host is at least `pause` seconds, the one that has begun included."""
        state = self._host(host)
        state.pause = max(state.pause, pause)
        state.free_at = max(state.free_at, self._clock() + pause)
