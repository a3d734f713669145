"""Weighing and writing a market of 60,000 and of 1,000,000 reviews from what was read in them.

The material is app-stars, read once and kept in a temporary folder. Beyond its 200,000 reviews they come again at
another rival, under keys and days of their own and with a word before them, so that none is a copy of another. They are
spread over two years, all of which count, and the report of the day before is there to be compared with.

Each measurement has a process of its own, so that its peak memory, with Python, the market's frames and all, is its
own. Seconds are those of the work alone, without loading the frames.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

SIZES = (60_000, 1_000_000)
RIVALS = 5
DAYS = 730
LAST = datetime(2026, 11, 1, tzinfo=UTC)
FRESH = 1_000
"""Reviews that the day before did not hold."""
OPENINGS = ("", "So ", "Also ", "Even ", "Now ")
"""What stands before a review when it comes again; no phrase begins with these."""
STEPS = ("weigh", "build", "write", "check")


@dataclass(frozen=True)
class Step:
    """One step of a measurement."""

    seconds: float
    processor: float
    """Seconds of the processor, user and system."""
    mebibytes: float
    """Peak of resident memory up to its end."""


Measured = dict[str, Step]


def tables(corpora: Path, runs: int, sizes: tuple[int, ...] = SIZES) -> Iterator[str]:
    """The benchmark's Markdown, line by line."""
    kept = Path(tempfile.gettempdir()) / "unmet-benchmark-weighing"
    for size in sizes:
        folder = _market(corpora, kept, size)
        found = [_apart(folder) for _ in range(runs if size <= SIZES[0] else 1)]
        each = {step: _median([run[step] for run in found]) for step in STEPS}
        how = f"medians of {len(found)} runs" if len(found) > 1 else "one run"
        yield f"## Weighing and writing {size:,} reviews ({how}, {os.cpu_count()} cores)\n"
        yield "| | seconds | processor seconds | peak MiB |"
        yield "|---|--:|--:|--:|"
        for name, step in each.items():
            yield f"| {name} | {step.seconds:.2f} | {step.processor:.2f} | {step.mebibytes:,.0f} |"
        whole = (sum(getattr(step, what) for step in each.values()) for what in ("seconds", "processor"))
        peak = max(step.mebibytes for step in each.values())
        yield "| all | {:.2f} | {:.2f} | {:,.0f} |\n".format(*whole, peak)


def _median(runs: list[Step]) -> Step:
    return Step(*(statistics.median(getattr(run, what) for run in runs) for what in Step.__dataclass_fields__))


def _apart(folder: Path) -> Measured:
    """A measurement in a process of its own."""
    told = subprocess.run([sys.executable, __file__, str(folder)], stdout=subprocess.PIPE, check=True, text=True).stdout
    return {name: Step(**step) for name, step in json.loads(told).items()}


def _market(corpora: Path, kept: Path, size: int) -> Path:
    """A folder with the frames of a market of so many reviews, made where it is not there yet."""
    from reports import rules

    version = rules.default().version
    folder = kept / f"{version}-{size}"
    if not list((folder / "state").glob("*")):
        read = kept / version
        if not (read / "mentions.parquet").is_file():
            # another process, so that the memory of reading is not this one's
            subprocess.run([sys.executable, __file__, str(corpora), str(read)], check=True)
        subprocess.run([sys.executable, __file__, str(read), str(folder), str(size)], check=True)
    return folder


def _read(corpora: Path, folder: Path) -> None:
    """Reads all of app-stars into a folder."""
    from reports import rules
    from reports.reading.parallel import Readers

    rows = pl.read_parquet(corpora / "app-stars" / "reviews.parquet")
    told = {"title": pl.lit(None, dtype=pl.String), "language": pl.lit(None, dtype=pl.String)}
    reviews = rows.select(
        pl.col("app").rank("dense").cast(pl.Int64), pl.col("text").fill_null("").alias("body"),
        stars=pl.col("rating").cast(pl.Float64),
    ).with_row_index("key").with_columns(**told)  # fmt: skip
    with Readers(rules.default()) as readers:
        reading = readers.read(reviews)
    folder.mkdir(parents=True, exist_ok=True)
    reviews.write_parquet(folder / "reviews.parquet")
    reading.reviews.write_parquet(folder / "readings.parquet")
    reading.mentions.write_parquet(folder / "mentions.parquet")


def _made(read: Path, folder: Path, size: int) -> None:
    """Writes the frames of a market of so many reviews, and the state of the day before."""
    from dataclasses import replace

    from reports import rules
    from reports.weighing.weigh import weigh
    from reports.writing import states

    folder.mkdir(parents=True, exist_ok=True)
    whole = pl.read_parquet(read / "reviews.parquet")
    step = max(1, whole.height // size)
    for name in ("reviews", "readings", "mentions"):
        rows = pl.read_parquet(read / f"{name}.parquet").filter(pl.col("key") % step == 0)
        copies = -(-size * step // whole.height)
        parts = [_again(rows, number, name, whole) for number in range(copies)]
        pl.concat(parts).filter(pl.col("number") // step < size).drop("number").write_parquet(
            folder / f"{name}.parquet"
        )
    held = _snapshot(folder)
    today = weigh(held, rules.default()).state
    assert today is not None
    old = held.reviews.sort("written", "key").head(-FRESH).select("key")
    (folder / "state").mkdir(exist_ok=True)
    states.write(
        replace(today, day=_yesterday(), reviews=today.reviews.join(old, on="key", how="semi")), folder / "state"
    )


def _yesterday() -> date:
    return LAST.date() - timedelta(days=1)


def _again(rows: pl.DataFrame, copy: int, name: str, whole: pl.DataFrame) -> pl.DataFrame:
    """The rows once more, at the next rival, under other keys, with `number`, that of the review in the market."""
    number = (pl.col("key").cast(pl.Int64) + copy * whole.height).alias("number")
    opening = OPENINGS[copy % len(OPENINGS)]
    rows = rows.with_columns(number)
    # spread over keys: what came together does not lie together
    key = pl.format("google_play:app:{}", (pl.col("number") * 7_368_787 % 100_000_007).cast(pl.String).str.zfill(9))
    rows = rows.with_columns(key=key, digest=key.str.slice(-9))
    if name == "mentions":
        moved = pl.col("start") + len(opening)
        first = pl.col("start") == 0
        return rows.with_columns(
            text=pl.when(first).then(opening + pl.col("text")).otherwise("text"),
            start=pl.when(first).then(0).otherwise(moved),
            end=pl.col("end") + len(opening),
        )
    if name == "readings":
        return rows
    rival = pl.format("rival-{}", (pl.col("app") + copy) % RIVALS)
    day = pl.col("number") * 48_271 % (DAYS * 86_400)
    facts = {
        "market": pl.lit("benchmark"), "competitor": rival, "listing": pl.format("https://{}.example/", rival),
        "source": pl.lit("google_play"), "product": pl.lit("app"), "body": opening + pl.col("body"),
        "rating": pl.col("stars"), "scale": pl.lit("5"), "written": pl.lit(LAST) - pl.duration(seconds=day),
        "author": pl.col("key").hash(1).cast(pl.String), "url": pl.format("https://{}.example/{}", rival, "key"),
        "helpful": pl.col("number") * 31 % 97 // 90, "first_seen": pl.lit(LAST) - pl.duration(days=30),
        "version": pl.format("{}.{}", 9 - day // (90 * 86_400), 2 - day // (30 * 86_400) % 3),
    }  # fmt: skip
    from data.lake import REVIEWS

    rows = rows.with_columns(**facts)
    blank = [pl.lit(None).alias(column) for column in REVIEWS if column not in rows.columns]
    return rows.with_columns(blank).select("number", *(pl.col(c).cast(t) for c, t in REVIEWS.items()))


def _snapshot(folder: Path) -> Any:
    from data.market import Competitor, Listing, Market
    from data.merging import CHANGES
    from data.visit import SCHEMA
    from reports.weighing.evidence import WEIGHED, Snapshot

    reviews = pl.read_parquet(folder / "reviews.parquet")
    readings = pl.read_parquet(folder / "readings.parquet", columns=["key", "digest", *WEIGHED])
    mentions = pl.read_parquet(folder / "mentions.parquet")
    competitors = tuple(
        Competitor(slug=f"rival-{n}", name=f"Rival {n}", listings=(Listing(url=f"https://rival-{n}.example/"),))
        for n in range(RIVALS)
    )
    counts = dict(reviews.group_by("competitor").len().iter_rows())
    visits = [
        {
            "market": "benchmark", "competitor": c.slug, "source": "google_play", "listing": c.listings[0].url,
            "at": LAST, "asked": "newest", "pages": 1, "found": counts.get(c.slug, 0), "new": 0, "edited": 0,
            "known": 0, "duplicate": 0, "gone": 0, "unreadable": 0, "total": counts.get(c.slug, 0),
            "oldest": reviews["written"].min(), "newest": LAST, "outcome": "reviews", "stop": "end", "complete": True,
            "detail": "", "bytes": 0, "seconds": 0.0,
        }
        for c in competitors
    ]  # fmt: skip
    return Snapshot(
        market=Market(slug="benchmark", name="A market of the benchmark", window_days=DAYS, competitors=competitors),
        reviews=reviews.sort("key"), readings=readings, mentions=mentions,
        visits=pl.DataFrame(visits, schema=SCHEMA), changes=pl.DataFrame(schema=CHANGES),
    )  # fmt: skip


def _measured(folder: Path) -> Measured:
    from reports import rules
    from reports.rules import accuracy
    from reports.weighing.weigh import weigh
    from reports.writing import files, states, verify
    from reports.writing.document import Places, build

    ruleset, card = rules.default(), accuracy.load()
    held, found = _snapshot(folder), {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        before, started = _processor(), time.perf_counter()
        done = work()
        seconds, processor = time.perf_counter() - started, _processor() - before
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found[name] = Step(seconds, processor, peak)
        return done

    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "benchmark"
        places = Places(out, None)

        def made() -> Any:
            return weigh(held, ruleset, states.before(folder / "state", LAST.date()))

        weighed = [timed("weigh", made)]
        document = timed("build", lambda: build(weighed[0], places, card))
        weighed.clear()  # as the report does before it is checked
        started = files.staged(document, out)
        staged = timed("write", started.__enter__)
        wrong = timed("check", lambda: verify.differences(staged, build(made(), places, card), held.reviews, out))
        started.__exit__(None, None, None)
        if wrong:
            sys.exit(f"the benchmark's report does not hold: {wrong[0]}")
    return found


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    told = sys.argv[1:]
    if len(told) == 1:
        print(json.dumps({name: asdict(step) for name, step in _measured(Path(told[0])).items()}))
    elif len(told) == 2:
        _read(Path(told[0]), Path(told[1]))
    else:
        _made(Path(told[0]), Path(told[1]), int(told[2]))
