"""Reads on several cores: slices of the reviews go to worker processes, while this process reads slices too.

What comes out is the same with any number of workers, as every review is read by itself. Python's parts of reading
keep one core busy each, and threads would take turns, so there are processes; they start while the first slices are
read, and few reviews are read without any. Where a worker is lost, its slice is read here.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self

import polars as pl

from data.settings import settings
from reports.reading.read import Read, Reading, read, read_once
from reports.reading.worker import START, packed
from reports.rules import Rules

LEAST = 10_000
"""Fewer reviews without their repeats are read before a worker has started."""
SMALLEST, LARGEST = 4_000, 40_000
"""Reviews in a slice: each costs a tenth of a second beside its reviews, and memory by its size."""


def processes() -> int:
    """How many processes read, this one included: the setting `workers`, or a process a core."""
    return settings().workers or len(os.sched_getaffinity(0))


class Readers:
    """Reads by some rules with the help of worker processes; a context manager, which ends them."""

    def __init__(self, rules: Rules, workers: int | None = None) -> None:
        """`workers`: how many processes read, this one included; `processes()` where it is not said."""
        self._rules = rules
        self._helpers = (processes() if workers is None else workers) - 1
        self._team: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._team:
            worker.end()
        self._team = []

    def read(
        self, reviews: pl.DataFrame, key: str = "key", moved: Callable[[float], None] = lambda share: None
    ) -> Reading:
        """As `reports.reading.read.read` reads them; `moved` hears what share of them was read since it last heard."""
        return read(reviews, self._rules, key, partial(self._spread, moved))

    def _spread(self, moved: Callable[[float], None], reviews: pl.DataFrame, rules: Rules, key: str) -> Read:
        if reviews.height < LEAST:
            whole = read_once(reviews, rules, key)
            moved(1)
            return whole
        if not self._team:
            self._team = [_Worker(rules) for _ in range(self._helpers)]
        slices = list(_slices(reviews.height, len(self._team) + 1))
        done: list[Read | None] = [None] * len(slices)
        due: SimpleQueue[int] = SimpleQueue()
        for number in range(len(slices)):
            due.put(number)

        def take(read_slice: Callable[[pl.DataFrame], Read | None]) -> None:
            while (number := _next(due)) is not None:
                start, length = slices[number]
                done[number] = read_slice(reviews[start : start + length])
                if done[number] is None:
                    return
                moved(length / reviews.height)

        def here(part: pl.DataFrame) -> Read:
            return read_once(part, rules, key)

        helping = [Thread(target=take, args=(partial(worker.read, key),)) for worker in self._team]
        for each in helping:
            each.start()
        try:
            take(here)
        finally:
            while _next(due) is not None:  # what stopped this process stops the others
                pass
            for each in helping:
                each.join()
        parts = [
            part or here(reviews[start : start + length]) for part, (start, length) in zip(done, slices, strict=True)
        ]
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


def _slices(height: int, processes: int) -> Iterator[tuple[int, int]]:
    """Where slices start and how long they are: large ones first, as each has its price, and small ones last, so that
    all processes are done at about the same time."""
    start = 0
    while start < height:
        length = min(max((height - start) // (2 * processes), SMALLEST), LARGEST, height - start)
        yield start, length
        start += length


class _Worker:
    """A process that reads; see `reports/reading/worker.py`."""

    def __init__(self, rules: Rules) -> None:
        own = {**os.environ, "POLARS_MAX_THREADS": "1", "RAYON_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", START],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=own,
        )  # fmt: skip
        self._greeting: bytes | None = packed(sys.path) + packed(rules)

    def read(self, key: str, reviews: pl.DataFrame) -> Read | None:
        """What a slice says; None where the process is gone."""
        asked, told = self._process.stdin, self._process.stdout
        assert asked is not None
        assert told is not None
        try:
            if self._greeting is not None:
                asked.write(self._greeting)
                self._greeting = None
            asked.write(packed((reviews, key)))
            asked.flush()
            found = pickle.load(told)
        except (BrokenPipeError, EOFError, pickle.UnpicklingError):
            return None
        assert isinstance(found, Read)
        return found

    def end(self) -> None:
        """Ends the process; what it was reading is lost."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        self._process.terminate()
        self._process.wait()
