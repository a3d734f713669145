"""Reading all of app-stars against a plain single-threaded loop of vaderSentiment over the same whole reviews.

Each measurement has a process of its own, so that its peak memory is its own; both kinds take turns, and the medians
are compared. What is timed is the reading, worker processes started within it included, but not Python's start, the
rules and the file; both tables are written as they grow. Processor seconds and peak memory are those of all its
processes together. Memory is watched in runs of their own: looking at it fifty times a second takes a twentieth of the
time where all cores are busy. The runs of the growing table are watched and timed at once.
"""

from __future__ import annotations

import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Event, Thread

import polars as pl

SIZES = (25_000, 50_000, 100_000, 200_000, 400_000, 1_600_000)
AT_ONCE = 200_000
"""Reviews read in one stretch, as `unmet read` does."""


@dataclass(frozen=True)
class Measured:
    """One measurement."""

    reviews: int
    seconds: float
    processor: float
    """Seconds of the processor, user and system."""
    mebibytes: float
    """Peak of resident memory; 0 where it was not watched."""


def tables(corpora: Path, runs: int) -> Iterator[str]:
    """The benchmark's Markdown, line by line."""
    whole = 199_998
    pairs = [(_apart("plain", corpora, whole), _apart("ours", corpora, whole)) for _ in range(runs)]
    plain, ours = (
        replace(_median(list(each)), mebibytes=_apart(kind, corpora, whole, "watched").mebibytes)
        for kind, each in zip(("plain", "ours"), zip(*pairs, strict=True), strict=True)
    )
    ratios = sorted(mine.seconds / loop.seconds for loop, mine in pairs)
    yield f"## Reading {whole:,} app reviews (medians of {runs} alternating runs, {os.cpu_count()} cores)\n"
    yield "| | seconds | processor seconds | peak MiB |"
    yield "|---|--:|--:|--:|"
    for name, each in (("plain loop of vaderSentiment", plain), ("`unmet read`: everything", ours)):
        yield f"| {name} | {each.seconds:.2f} | {each.processor:.2f} | {each.mebibytes:,.0f} |"
    yield (
        f"\nRatio of the medians {ours.seconds / plain.seconds:.2f}; of each pair {ratios[0]:.2f} to {ratios[-1]:.2f},"
        f" median {statistics.median(ratios):.2f}; of processor seconds {ours.processor / plain.processor:.2f}.\n"
    )
    yield from _embedded(corpora, plain)
    yield "## Growth (one run each)\n"
    yield "| reviews | seconds | microseconds a review | of the processor | peak MiB |"
    yield "|--:|--:|--:|--:|--:|"
    grown = [_apart("ours", corpora, size, "watched") for size in SIZES]
    for each in grown:
        wall, processor = (spent / each.reviews * 1e6 for spent in (each.seconds, each.processor))
        yield f"| {each.reviews:,} | {each.seconds:.2f} | {wall:.1f} | {processor:.1f} | {each.mebibytes:,.0f} |"
    most, usual = grown[-1], next(each for each in grown if each.reviews == 200_000)
    more = most.reviews / usual.reviews
    wall, processor = most.seconds / usual.seconds / more, most.processor / usual.processor / more
    yield f"\nA review of {most.reviews:,} over one of {usual.reviews:,}: {wall:.2f}; of the processor {processor:.2f}."


def _embedded(corpora: Path, plain: Measured) -> Iterator[str]:
    """What the first step of BERTopic's pipeline takes, embedding, where its library and its model are installed."""
    try:
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer("all-MiniLM-L6-v2", local_files_only=True)
    except (ImportError, OSError):
        yield "BERTopic's embedding step was not measured: sentence-transformers or its model is not installed.\n"
        return
    bodies = _reviews(corpora, 2_000)["body"].to_list()
    started = time.perf_counter()
    model.encode(bodies)
    whole = (time.perf_counter() - started) / len(bodies) * plain.reviews
    yield f"BERTopic's embedding step alone, from 2,000 reviews: {whole:,.0f} s for as many.\n"


def _median(runs: list[Measured]) -> Measured:
    return Measured(
        runs[0].reviews,
        statistics.median(each.seconds for each in runs),
        statistics.median(each.processor for each in runs),
        max(each.mebibytes for each in runs),
    )


def _apart(what: str, corpora: Path, size: int, how: str = "unwatched") -> Measured:
    """A measurement in a process of its own."""
    told = subprocess.run(
        [sys.executable, __file__, what, str(corpora), str(size), how], stdout=subprocess.PIPE, check=True, text=True
    ).stdout
    return Measured(**json.loads(told))


def _reviews(corpora: Path, size: int) -> pl.DataFrame:
    """So many reviews of app-stars; where it has fewer, its reviews again, each told apart by a word more."""
    rows = pl.read_parquet(corpora / "app-stars" / "reviews.parquet").select(
        body=pl.col("text").fill_null(""), stars=pl.col("rating").cast(pl.Float64)
    )
    copies = [rows]
    while sum(each.height for each in copies) < size:
        copies.append(rows.with_columns(pl.col("body") + f" again{len(copies)}"))
    told = {"title": pl.lit(None, dtype=pl.String), "language": pl.lit(None, dtype=pl.String)}
    return pl.concat(copies).head(size).with_row_index("key").with_columns(**told)


def _measured(work: Callable[[], None], reviews: int, *, watch: bool) -> Measured:
    with watched() if watch else nullcontext([0.0]) as mebibytes:
        before, started = _processor(), time.perf_counter()
        work()
        seconds, processor = time.perf_counter() - started, _processor() - before
    return Measured(reviews, seconds, processor, mebibytes[0])


@contextmanager
def watched() -> Iterator[list[float]]:
    """The most memory, in MiB, that this process and those below it hold while a block runs, known after it."""
    found, done = [0.0], Event()

    def watch() -> None:
        while not done.wait(0.02):
            found[0] = max(found[0], sum(_resident(each) for each in _family(os.getpid())) / 1024)

    thread = Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()


def _family(process: int) -> Iterator[int]:
    yield process
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in listed.read_text().split():
                yield from _family(int(child))


def _resident(process: int) -> int:
    """Kibibytes; 0 for a process that is gone."""
    with suppress(OSError):
        held = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
        return int(held[1]) if held else 0
    return 0


def peak() -> float:
    """Mebibytes that this process and the readers it started have needed at most."""
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    from reports.reading.parallel import processes

    return (peaks[0] + peaks[1] * processes()) / 1024


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _ours(reviews: pl.DataFrame) -> Callable[[], None]:
    from flows.readfile import Tables
    from reports import rules
    from reports.reading.parallel import Readers

    known = rules.default()
    ids = reviews.select("key", id=pl.col("key").cast(pl.String), product=pl.lit("app"), rating="stars")

    def work() -> None:
        with tempfile.TemporaryDirectory() as folder, Tables.under(Path(folder)) as tables, Readers(known) as readers:
            for part, rows in zip(reviews.iter_slices(AT_ONCE), ids.iter_slices(AT_ONCE), strict=True):
                tables.add(rows, readers.read(part), known.version)
            tables.close()

    return work


def _plain(reviews: pl.DataFrame) -> Callable[[], None]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    vader, bodies = SentimentIntensityAnalyzer(), reviews["body"].to_list()

    def work() -> None:
        for body in bodies:
            vader.polarity_scores(body)

    return work


if __name__ == "__main__":
    _, kind, folder, count, asked = sys.argv
    frame = _reviews(Path(folder), int(count))
    reader = {"ours": _ours, "plain": _plain}[kind](frame)
    print(json.dumps(asdict(_measured(reader, frame.height, watch=asked == "watched"))))
