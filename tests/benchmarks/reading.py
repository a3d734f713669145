"""Reading all of app-stars against a plain single-threaded loop of vaderSentiment over the same whole reviews.

Each measurement has a process of its own, so that its peak memory is its own; both kinds take turns, and the medians
are compared. What is timed is the reading, worker processes started within it included, but not Python's start, the
rules and the file. Processor seconds and peak memory are those of all its processes together.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

SIZES = (25_000, 50_000, 100_000, 200_000, 400_000)
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
    """Peak of resident memory."""


def tables(corpora: Path, runs: int) -> Iterator[str]:
    """The benchmark's Markdown, line by line."""
    whole = 199_998
    pairs = [(_apart("plain", corpora, whole), _apart("ours", corpora, whole)) for _ in range(runs)]
    plain, ours = (_median(list(each)) for each in zip(*pairs, strict=True))
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
    yield "## Growth (one run each)\n"
    yield "| reviews | seconds | microseconds a review | processor seconds | peak MiB |"
    yield "|--:|--:|--:|--:|--:|"
    for size in SIZES:
        each = _apart("ours", corpora, size)
        each_review = each.seconds / size * 1e6
        yield f"| {size:,} | {each.seconds:.2f} | {each_review:.1f} | {each.processor:.2f} | {each.mebibytes:,.0f} |"


def _median(runs: list[Measured]) -> Measured:
    return Measured(
        runs[0].reviews,
        statistics.median(each.seconds for each in runs),
        statistics.median(each.processor for each in runs),
        statistics.median(each.mebibytes for each in runs),
    )


def _apart(what: str, corpora: Path, size: int) -> Measured:
    """A measurement in a process of its own."""
    told = subprocess.run(
        [sys.executable, __file__, what, str(corpora), str(size)], stdout=subprocess.PIPE, check=True, text=True
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


def _measured(work: Callable[[], None], reviews: int) -> Measured:
    before, started = _processor(), time.perf_counter()
    work()
    seconds, processor = time.perf_counter() - started, _processor() - before
    return Measured(reviews, seconds, processor, peak())


def peak() -> float:
    """Mebibytes that this process and the readers it started have needed at most."""
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    from reports.reading.parallel import processes

    return (peaks[0] + peaks[1] * processes()) / 1024


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _ours(reviews: pl.DataFrame) -> Callable[[], None]:
    from reports import rules
    from reports.reading.parallel import Readers

    known = rules.default()

    def work() -> None:
        with Readers(known) as readers:
            for part in reviews.iter_slices(AT_ONCE):
                readers.read(part)

    return work


def _plain(reviews: pl.DataFrame) -> Callable[[], None]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    vader, bodies = SentimentIntensityAnalyzer(), reviews["body"].to_list()

    def work() -> None:
        for body in bodies:
            vader.polarity_scores(body)

    return work


if __name__ == "__main__":
    _, kind, folder, count = sys.argv
    frame = _reviews(Path(folder), int(count))
    print(json.dumps(asdict(_measured({"ours": _ours, "plain": _plain}[kind](frame), frame.height))))
