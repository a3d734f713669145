"""A night's increment: 1,000 new reviews into a lake of a million that was read before, against reading all of it.

Both go from the lake to the report on disk; what merging the night's reviews takes is told beside them. The reviews are
those of app-stars and copies of them, each told apart by a word more, their apps the rivals, their days invented. The
lake is filled by the very functions that a run calls; what is timed is the first report of it, which reads everything,
and then that of each night. Each has a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl
import reading

from data.lake import Lake
from data.market import Competitor, Listing, Market, slugify
from data.review import Review
from data.visit import Visit
from reports import report

LAKE = 1_000_000
NIGHT = 1_000
AT_ONCE = 100_000
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 700
"""Over so many days the reviews of the lake are spread; those of a night are of the day after."""


@dataclass
class Took:
    """Seconds of each part of a measurement."""

    merging: float = 0.0
    reading: float = 0.0
    """Finding what is due, reading it, and writing what it says."""
    loading: float = 0.0
    whole: float = 0.0
    """From the lake to the report on disk: reading, loading, weighing and writing."""
    mebibytes: float = 0.0
    read: int = 0

    @property
    def rest(self) -> float:
        """Weighing, and writing the report."""
        return self.whole - self.reading - self.loading


def tables(corpora: Path, runs: int, size: int = LAKE) -> Iterator[str]:
    """The benchmark's Markdown, line by line, for a lake of so many reviews."""
    with tempfile.TemporaryDirectory() as home:
        first = _apart("first", corpora, Path(home), size)
        nights = [_apart("night", corpora, Path(home), size, n) for n in range(1, runs + 1)]
    night = Took(**{name: median(asdict(each)[name] for each in nights) for name in asdict(first)})
    yield f"## {NIGHT:,} new reviews in a lake of {size:,} (medians of {runs} nights, {os.cpu_count()} cores)\n"
    yield "| seconds | merging | reading what is due | loading | weighing and writing | lake to report | peak MiB |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for name, each in ((f"the first report: {first.read:,} read", first), (f"a night: {night.read:,.0f} read", night)):
        told = (each.merging, each.reading, each.loading, each.rest, each.whole)
        yield f"| {name} | {' | '.join(f'{s:.2f}' for s in told)} | {each.mebibytes:,.0f} |"
    ours, all_ = night.reading + night.loading, first.reading + first.loading
    yield (
        f"\nA night over the first report, lake to report: {night.whole / first.whole:.1%}; of reading and loading"
        f" alone {ours / all_:.1%}."
    )


def fill(lake: Lake, corpora: Path, size: int) -> None:
    """A lake of so many reviews, none of them read."""
    for start in range(0, size, AT_ONCE):
        _collect(lake, _reviews(corpora, start, min(AT_ONCE, size - start), spread=True), FIRST + timedelta(days=DAYS))


def night(lake: Lake, corpora: Path, size: int, number: int) -> None:
    """Merges what one night brings."""
    rows = _reviews(corpora, size + (number - 1) * NIGHT, NIGHT, spread=False)
    _collect(lake, rows, FIRST + timedelta(days=DAYS + number))


def market(corpora: Path) -> Market:
    """The apps of app-stars as rivals."""
    apps = pl.read_parquet(corpora / "app-stars" / "reviews.parquet", columns=["app"])["app"].unique().sort()
    rivals = [Competitor(slug=slugify(app), name=app, listings=(Listing(url=_url(app)),)) for app in apps]
    return Market(slug="million", name="A million reviews", competitors=tuple(rivals))


def _url(app: str) -> str:
    return f"https://{slugify(app)}.example/"


def _reviews(corpora: Path, start: int, count: int, *, spread: bool) -> pl.DataFrame:
    """So many reviews, from the one of that number on."""
    rows = pl.read_parquet(corpora / "app-stars" / "reviews.parquet")
    numbers = pl.int_range(start, start + count, eager=True)
    # every night's are mixed: app-stars holds one app after the other
    mixed = rows.sample(fraction=1, shuffle=True, seed=5)[numbers % rows.height]
    round_ = numbers // rows.height
    day = (numbers * 7919) % DAYS if spread else pl.repeat(DAYS, count, eager=True, dtype=pl.Int64)
    return mixed.with_columns(
        id=mixed["review_id"] + "-" + round_.cast(pl.String),
        body=pl.when(round_ > 0)
        .then(mixed["text"].fill_null("") + " again" + round_.cast(pl.String))
        .otherwise(mixed["text"].fill_null("")),
        day=day,
    )


def _collect(lake: Lake, rows: pl.DataFrame, at: datetime) -> None:
    """As visits to each rival's listing bring them in."""
    for (app,), part in rows.group_by("app", maintain_order=True):
        listing, rival = _url(str(app)), slugify(str(app))
        merged = lake.merge("million", rival, listing, map(_review, part.iter_rows(named=True)), at)
        lake.add_visit(_visit(rival, listing, at, part.height, merged.new))


def _review(row: dict[str, Any]) -> Review:
    return Review(
        source="schema_org", product=row["app"], id=row["id"], rating=float(row["rating"]), scale="5", body=row["body"],
        written=FIRST + timedelta(days=row["day"]),
    )  # fmt: skip


def _visit(rival: str, listing: str, at: datetime, found: int, new: int) -> Visit:
    return Visit(
        market="million", competitor=rival, source="schema_org", listing=listing, at=at, asked=listing, pages=1,
        found=found, new=new, edited=0, known=0, duplicate=0, gone=0, unreadable=0, total=None, oldest=None,
        newest=None, outcome="reviews", stop="end", complete=True, detail=None, bytes=0, seconds=0.0,
    )  # fmt: skip


def _apart(what: str, corpora: Path, home: Path, size: int, number: int = 0) -> Took:
    """A measurement in a process of its own."""
    asked = [sys.executable, __file__, what, str(corpora), str(home), str(size), str(number)]
    return Took(**json.loads(subprocess.run(asked, stdout=subprocess.PIPE, check=True, text=True).stdout))


def _timed(work: Callable[..., Any], tell: Callable[[float, Any], None]) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        result = work(*given, **named)
        tell(time.perf_counter() - began, result)
        return result

    return timed


def _measure(what: str, corpora: Path, home: Path, size: int, number: int) -> Took:
    took, lake, known = Took(), Lake(home / "lake"), market(corpora)

    def told_read(seconds: float, count: int) -> None:
        took.reading, took.read = took.reading + seconds, took.read + count

    def told_loading(seconds: float, _: object) -> None:
        took.loading += seconds

    report.read_new = _timed(report.read_new, told_read)
    report.snapshot = _timed(report.snapshot, told_loading)
    if what == "first":
        fill(lake, corpora, size)
    if what == "night":
        began = time.perf_counter()
        night(lake, corpora, size, number)
        took.merging = time.perf_counter() - began
    began = time.perf_counter()
    report.make(lake, known, home / "out", None)
    took.whole = time.perf_counter() - began
    took.mebibytes = reading.peak()
    return took


if __name__ == "__main__":
    _, kind, folder, place, *counts = sys.argv
    print(json.dumps(asdict(_measure(kind, Path(folder), Path(place), *map(int, counts)))))
