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
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
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

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for worker in self._team:
            worker.end()
        self._team = []

    def read(self, reviews: pl.DataFrame, key: str = "key") -> Reading:
        """As `reports.reading.read.read` reads them."""
        return read(reviews, self._rules, key, self._spread)

    def _spread(self, reviews: pl.DataFrame, rules: Rules, key: str) -> Read:
        if reviews.height < LEAST or self._helpers < 1:
            return read_once(reviews, rules, key)
        if not self._team:
            self._team = [_Worker(rules) for _ in range(self._helpers)]
        slices = list(_slices(reviews.height, len(self._team) + 1))
        due, lock = iter(enumerate(slices)), Lock()
        done: dict[int, Read] = {}

        def take() -> tuple[int, tuple[int, int]] | None:
            with lock:
                return next(due, None)

        def help_out(worker: _Worker) -> None:
            while (task := take()) is not None:
                number, (start, length) = task
                result = worker.read(reviews[start : start + length], key)
                if result is None:
                    return
                done[number] = result

        with ThreadPoolExecutor(len(self._team)) as threads:
            helping = [threads.submit(help_out, worker) for worker in self._team]
            while (task := take()) is not None:
                number, (start, length) = task
                done[number] = read_once(reviews[start : start + length], rules, key)
            for each in helping:
                each.result()
        for number, (start, length) in enumerate(slices):
            if number not in done:
                done[number] = read_once(reviews[start : start + length], rules, key)
        offsets = [pl.col("review") + pl.lit(start, dtype=pl.UInt32) for start, _ in slices]
        pieces = [done[number].pieces.with_columns(offset) for number, offset in enumerate(offsets)]
        return Read(pl.concat([done[number].reviews for number in range(len(slices))]), pl.concat(pieces))


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

    def read(self, reviews: pl.DataFrame, key: str) -> Read | None:
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
