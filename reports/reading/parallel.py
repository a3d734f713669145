"""Reads on several cores: slices of the reviews go to worker processes, one a core.

What comes out is the same with any number of workers, as every review is read by itself. Python's parts of reading
keep one core busy each, and threads would take turns, so there are processes, of one thread each: Polars' own threads
would only wait for each other there. Few reviews are read in this process, before a worker would have started. Where a
worker is lost, its slice is read here.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import pairwise
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Protocol, Self

import numpy as np
import polars as pl

from data.settings import settings
from reports.reading.gates import needed
from reports.reading.read import Read, Reading, read, read_once, uncollected
from reports.reading.worker import START, pack, packed, received, sent
from reports.rules import Rules

LEAST = 10_000
"""Fewer reviews without their repeats are read before a worker has started."""
MOST = 8
"""More processes are started only where the setting says so: each takes up to 600 MiB."""
LARGEST = 75_000
"""Most reviews in a slice: every slice costs 0.4 s beside its reviews, for expressions to be compiled anew, and memory
by its size: two workers with as many at a time take 1.4 GiB together with their parent."""

OWN, CHINESE = 20, 600_000
"""What a review costs, and what those in Chinese do beside their own, as bytes of text that cost as much."""


def processes() -> int:
    """How many processes read: the setting `workers`, or one a core, `MOST` at most."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return settings().workers or min(cores, MOST)


class Elsewhere(Protocol):
    """Processes that read on other machines; `flows/cluster.py` has those of a Dask cluster."""

    @property
    def processes(self) -> int:
        """How many slices are read at once, 1 at least."""

    def read(self, rules: bytes, slices: Sequence[pl.DataFrame], key: str) -> Iterator[Read | None]:
        """What `reports.reading.worker.read_packed` says of each slice, in their order; None for one that was lost."""


class Readers:
    """Reads by some rules with the help of worker processes; a context manager, which ends them."""

    def __init__(self, rules: Rules, workers: int | None = None, elsewhere: Elsewhere | None = None) -> None:
        """`workers`: how many processes read, with 1 this one alone; `processes()` where it is not said.

        `elsewhere`: who reads in their place.
        """
        self._rules = rules
        self._elsewhere = elsewhere
        self._workers = processes() if workers is None else workers
        self._team: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._team:
            worker.stop()
        for worker in self._team:
            worker.end()
        self._team = []

    def read(
        self, reviews: pl.DataFrame, key: str = "key", moved: Callable[[float], None] = lambda share: None
    ) -> Reading:
        """As `reports.reading.read.read` reads them; `moved` hears what share of them was read since it last heard."""
        if reviews.height >= 2 * LEAST:
            self._start()  # they load what they need while repeats are looked for
        return read(reviews, self._rules, key, partial(self._spread, moved))

    def _start(self) -> None:
        if not self._team and self._workers > 1 and self._elsewhere is None:
            self._team = [_Worker() for _ in range(self._workers)]
            with uncollected():
                rules = packed((self._rules, needed(self._rules)))  # while the workers load their modules
            for worker in self._team:
                worker.rules = rules

    def _spread(self, moved: Callable[[float], None], reviews: pl.DataFrame, rules: Rules, key: str) -> Read:
        if reviews.height < LEAST:
            whole = read_once(reviews, rules, key)
            moved(1)
            return whole
        if self._elsewhere is not None:
            return self._sent(self._elsewhere, moved, reviews, key)
        self._start()
        slices = list(_slices(reviews, self._workers))
        done: list[Read | None] = [None] * len(slices)
        due: SimpleQueue[int] = SimpleQueue()
        for number in range(len(slices)):
            due.put(number)

        def take(worker: _Worker) -> None:
            while (number := _next(due)) is not None:
                start, length = slices[number]
                done[number] = worker.read(reviews[start : start + length], key)
                if done[number] is None:
                    return
                moved(length / reviews.height)

        def here(number: int) -> Read:
            start, length = slices[number]
            read_here = read_once(reviews[start : start + length], rules, key)
            moved(length / reviews.height)
            return read_here

        threads = [Thread(target=take, args=(worker,)) for worker in self._team]
        for each in threads:
            each.start()
        try:
            for each in threads:
                each.join()
        finally:
            while _next(due) is not None:  # what stops this process stops the others
                pass
        return _joined([part or here(number) for number, part in enumerate(done)], slices)

    def _sent(self, elsewhere: Elsewhere, moved: Callable[[float], None], reviews: pl.DataFrame, key: str) -> Read:
        """As `_spread` reads them, on other machines; a slice that was lost there is read here."""
        slices = list(_slices(reviews, elsewhere.processes, 2 * LARGEST))  # their memory is no part of ours
        sent = [reviews[start : start + length] for start, length in slices]
        parts = []
        known = packed((self._rules, needed(self._rules)))
        for each, found in zip(sent, elsewhere.read(known, sent, key), strict=True):
            parts.append(found or read_once(each, self._rules, key))
            moved(each.height / reviews.height)
        return _joined(parts, slices)


def _joined(parts: list[Read], slices: list[tuple[int, int]]) -> Read:
    """What slices say, as what their reviews say together."""
    pieces = [
        part.pieces.with_columns(pl.col("review") + pl.lit(start, dtype=pl.UInt32))
        for part, (start, _) in zip(parts, slices, strict=True)
    ]
    return Read(pl.concat([part.reviews for part in parts]), pl.concat(pieces))


def _next(due: SimpleQueue[int]) -> int | None:
    try:
        return due.get_nowait()
    except Empty:
        return None


def _slices(reviews: pl.DataFrame, processes: int, largest: int | None = None) -> Iterator[tuple[int, int]]:
    """Where slices start and how long they are: as few as may be, as many for each process, all of about one cost."""
    number = processes * -(-reviews.height // (processes * (largest or LARGEST)))
    text = pl.concat_str("title", "body", ignore_nulls=True)
    costs = reviews.select((OWN + text.str.len_bytes()).cast(pl.Float64)).to_series().to_numpy().copy()
    # `alike` puts them last
    costs[-1] += CHINESE * reviews[-1].select(text.str.contains(r"\p{Han}")).item()
    whole = np.cumsum(costs)
    ends = np.searchsorted(whole - costs / 2, whole[-1] * np.arange(1, number) / number)
    for start, end in pairwise([0, *ends.tolist(), reviews.height]):
        if start < end:
            yield start, end - start


_ONE_THREAD = {"POLARS_MAX_THREADS": "1", "RAYON_NUM_THREADS": "1"}
_KEEPS_MEMORY = {
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:5000,muzzy_decay_ms:0",
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(512 * 2**20),
}
"""What a worker's allocators (Polars', and the system's under NumPy and Python) are told: to keep what they get back,
since the next step of reading wants as much again. A twentieth of the time, and up to 230 MiB a worker."""


class _Worker:
    """A process that reads; see `reports/reading/worker.py`."""

    def __init__(self) -> None:
        self.rules = b""
        """The packed rules, until they were sent."""
        own = {**os.environ, **_ONE_THREAD, **_KEEPS_MEMORY}
        self._process = subprocess.Popen(
            [sys.executable, "-c", START],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=own,
        )  # fmt: skip
        self._send(sys.path)  # little enough for the pipe: it waits for nobody

    def _send(self, value: object, before: bytes = b"") -> bool:
        """Whether the process took a value, and what was packed already before it."""
        asked = self._process.stdin
        assert asked is not None
        try:
            asked.write(before)
            pack(value, asked)
        except BrokenPipeError:
            return False
        return True

    def read(self, reviews: pl.DataFrame, key: str) -> Read | None:
        """What a slice says; None where the process is gone."""
        told = self._process.stdout
        assert told is not None
        rules, self.rules = self.rules, b""
        if not self._send((sent(reviews), key), before=rules):
            return None
        try:
            reviews_read, pieces = pickle.load(told)
        except (EOFError, pickle.UnpicklingError):
            return None
        return Read(received(reviews_read), received(pieces))

    def stop(self) -> None:
        """Tells the process to end; what it was reading is lost."""
        self._process.terminate()

    def end(self) -> None:
        """Waits until it has."""
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
