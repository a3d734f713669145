"""One request at a time per host, with a pause after each, whoever asks."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from scrapers._errors import Blocked, Ended, ScrapeError

Shared = Callable[[str], AbstractContextManager[None]]
"""Host -> a block that nobody else is in, of all processes that share one pace; may raise a ScrapeError instead."""
LAST_SECONDS = 5.0
"""How long is waited, when a run ends, for the pauses that it still owes to others."""


@dataclass
class _Host:
    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0
    held_until: float = 0.0
    pause: float = 0.0


class Turns:
    """Hands out turns at hosts; one object serves all threads of a run."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        shared: Shared | None = None,
    ) -> None:
        """`shared`: where other processes ask the same hosts, how a turn is one among all of them."""
        self._shared = shared
        self._slots: list[_Slot] = []
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()
        self._clock = clock
        self._ended = threading.Event()
        self._sleep, self._pause = sleep or self._ended.wait, sleep or time.sleep

    def _host(self, name: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(name.rpartition("@")[2].lower(), _Host())

    @contextmanager
    def turn(self, host: str, pause: float, patience: float = math.inf) -> Iterator[None]:
        """Waits for the host to be free, and keeps it free for `pause` seconds (or its crawl delay) afterwards.

        Raises Blocked where the host is held for longer than `patience` seconds, and Ended after `end`.
        """
        state = self._host(host)
        with state.lock:
            self._wait(host, state, patience)
            slot = self._slot(host, state)
            try:
                if slot is not None:
                    self._wait(host, state, patience)
                yield
            finally:
                state.free_at = max(state.free_at, self._clock() + max(pause, state.pause))
                if slot is not None:
                    slot.done.set()

    def _wait(self, host: str, state: _Host, patience: float) -> None:
        # asked again after each sleep: the host may have been held meanwhile
        while (wait := max(state.free_at, state.held_until) - (now := self._clock())) > 0 and not self.ended:
            if state.held_until - now > patience:
                raise Blocked(f"{host}: asked to be left alone for another {wait:.0f} s; left until the next run")
            self._sleep(wait)
        if self.ended:
            raise Ended(f"{host}: the run was ended before its turn came; the next run goes on")

    def _slot(self, host: str, state: _Host) -> _Slot | None:
        """The turn among all processes; it ends with the pause after it, or when a site no longer asks to wait."""
        if self._shared is None:
            return None

        def owed() -> float:
            return max(state.free_at, state.held_until) - self._clock()

        slot = _Slot(self._shared(host), owed, self._pause)
        slot.start()
        slot.granted.wait()
        if slot.error is not None:
            raise slot.error
        with self._lock:
            self._slots = [each for each in self._slots if each.is_alive()] + [slot]
        return slot

    @property
    def ended(self) -> bool:
        """Whether nobody gets a turn any more."""
        return self._ended.is_set()

    def end(self) -> None:
        """Nobody gets a turn any more; who waits for one hears it at once."""
        self._ended.set()

    def close(self) -> None:
        """Waits a little for pauses that are owed, so that the next process need not wait for this one's slots."""
        until = time.monotonic() + LAST_SECONDS
        for slot in self._slots:
            slot.join(max(0.0, until - time.monotonic()))

    def hold(self, host: str, seconds: float) -> None:
        """Nobody asks the host again before `seconds` have passed."""
        state = self._host(host)
        state.held_until = max(state.held_until, self._clock() + seconds)

    def slow(self, host: str, pause: float) -> None:
        """From now on the pause at this host is at least `pause` seconds, the one that has begun included."""
        state = self._host(host)
        state.pause = max(state.pause, pause)
        state.free_at = max(state.free_at, self._clock() + pause)


class _Slot(threading.Thread):
    """Holds a turn among all processes, while a request is made and through the pause after it, in a thread of its own:
    who made the request goes on meanwhile."""

    def __init__(
        self, block: AbstractContextManager[None], owed: Callable[[], float], sleep: Callable[[float], object]
    ) -> None:
        super().__init__(daemon=True)
        self._block, self._owed, self._sleep = block, owed, sleep
        self.granted, self.done = threading.Event(), threading.Event()
        self.error: ScrapeError | None = None

    def run(self) -> None:
        try:
            with self._block:
                self.granted.set()
                self.done.wait()
                while (wait := self._owed()) > 0:
                    self._sleep(wait)
        except ScrapeError as e:
            self.error = e
        finally:
            self.granted.set()
