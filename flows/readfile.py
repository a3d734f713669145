"""`unmet read`: a file of reviews -> reviews.parquet and mentions.parquet."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import polars as pl
from rich.progress import Progress, TaskID

from data import review as _review
from data.market import Column, Export, MarketError
from data.panics import unsaid
from flows.codes import DONE
from flows.screen import console
from reports import rules
from reports.reading.parallel import Readers
from reports.reading.read import MENTIONS, REVIEWS, Reading
from reports.writing.files import ReportError
from scrapers import export

AT_ONCE = 200_000
"""Reviews read in one stretch: the more, the more repeats are found among them; memory grows with it."""
PLACE = "place"
REVIEW_COLUMNS = ["id", "product", "language", "rating", *(name for name in REVIEWS if name != "language"), "rules"]
MENTION_COLUMNS = ["id", *(name for name in MENTIONS if name != "complaint")]


def run(path: Path, out: Path, columns: dict[Column, str]) -> int:
    """Reads a file and writes both tables; one line of summary on stderr."""
    if not path.is_file():
        raise MarketError(f"{path}: no such file")
    spec = Export(path=path.resolve(), source="file", product=None, columns=columns)
    with console.status(f"{path.name}: loading"):
        parts = export.Parts(spec, path.stem, AT_ONCE)
    ruleset = rules.default()
    with Tables.under(out) as tables, Progress(console=console, transient=True) as bar, Readers(ruleset) as readers:
        task = bar.add_task("reading", total=parts.rows)
        for reviews in parts:
            frame = _review.frame(reviews).with_columns(stars=_review.stars()).with_row_index(PLACE)
            # by its place in the file: two reviews may have one id, and where there are no ids one text is one key
            reading = readers.read(frame, PLACE, partial(_advanced, bar, task, frame.height))
            tables.add(frame, reading, ruleset.version, PLACE)
        tables.close()
    console.print(
        f"{path.name}: {tables.reviews:,} reviews, {tables.mentions:,} mentions, {tables.complaints:,} complaints,"
        f" {tables.not_read:,} not read, {parts.unreadable:,} rows unreadable; rules {ruleset.version}",
        markup=False,
        soft_wrap=True,
    )
    for warning in parts.warnings:
        console.print(f"warning: {warning}", markup=False, soft_wrap=True)
    return DONE


def _advanced(bar: Progress, task: TaskID, reviews: int, share: float) -> None:
    bar.advance(task, reviews * share)


@dataclass
class Tables:
    """The two tables as they grow: parts beside them until all is read, so that memory holds one stretch of a file."""

    out: Path
    beside: Path
    """A folder of parts, which goes when the tables are written or given up."""
    parts: list[int] = field(default_factory=list)
    reviews: int = 0
    mentions: int = 0
    complaints: int = 0
    not_read: int = 0

    @classmethod
    @contextmanager
    def under(cls, out: Path) -> Iterator[Tables]:
        """Tables in a folder, which is made; raises ReportError where it cannot be written."""
        with _written(out):
            out.mkdir(parents=True, exist_ok=True)
            beside = tempfile.TemporaryDirectory(prefix=".reading-", dir=out)
        with beside:
            yield cls(out, Path(beside.name))

    def add(self, frame: pl.DataFrame, reading: Reading, version: str, key: str = "key") -> None:
        """Adds what reviews say that have `id`, `product`, `rating` and a key, each its own."""
        ids = frame.select(key, "id", "product", "rating")
        reviews = ids.join(reading.reviews, on=key, maintain_order="left").with_columns(rules=pl.lit(version))
        said = reading.mentions.filter(pl.col("mention") >= 0)
        mentions = said.join(ids.select(key, "id"), on=key, maintain_order="left")
        number = len(self.parts)
        with _written(self.out):
            reviews.select(REVIEW_COLUMNS).write_parquet(self.beside / f"reviews-{number}")
            mentions.select(MENTION_COLUMNS).write_parquet(self.beside / f"mentions-{number}")
        self.parts.append(number)
        self.reviews += reviews.height
        self.mentions += mentions.height
        self.complaints += reviews.filter(pl.col("complaint") >= 0.5).height
        self.not_read += reviews["sentiment"].null_count()

    def close(self) -> None:
        """Writes both tables whole, each in place of an older one at once."""
        for name in ("reviews", "mentions"):
            whole, *more = [self.beside / f"{name}-{number}" for number in self.parts]
            with _written(self.out):
                if more:
                    parts, whole = pl.scan_parquet([whole, *more]), self.beside / name
                    parts.sink_parquet(whole, maintain_order=True)
                whole.replace(self.out / f"{name}.parquet")


@contextmanager
def _written(out: Path) -> Iterator[None]:
    """What fails within is told as one line."""
    try:
        with unsaid():
            yield
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as e:
        why = (str(e).splitlines() or [type(e).__name__])[0]
        raise ReportError(f"{out}: cannot be written ({why}); check space and rights, or name another --out") from e
