"""`unmet read`: a file of reviews -> reviews.parquet and mentions.parquet."""

from __future__ import annotations

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
from reports.reading.read import MENTIONS, REVIEWS
from reports.writing.files import ReportError
from scrapers import export

AT_ONCE = 200_000
"""Reviews read in one stretch: the more, the more repeats are found among them; memory grows with it."""
PLACE = "place"
MENTION_COLUMNS = [name for name in MENTIONS if name != "complaint"]


def _advanced(bar: Progress, task: TaskID, reviews: int, share: float) -> None:
    bar.advance(task, reviews * share)


def run(path: Path, out: Path, columns: dict[Column, str]) -> int:
    """Reads a file and writes both tables; one line of summary on stderr."""
    if not path.is_file():
        raise MarketError(f"{path}: no such file")
    spec = Export(path=path.resolve(), source="file", product=None, columns=columns)
    with console.status(f"{path.name}: loading"):
        batch = export.read(spec, path.stem)
    frame = _review.frame(list(batch.reviews)).with_columns(stars=_review.stars())
    ruleset = rules.default()
    reviews, mentions = [], []
    with Progress(console=console, transient=True) as bar, Readers(ruleset) as readers:
        task = bar.add_task("reading", total=frame.height)
        # by its place in the file: two reviews may have one id, and where there are no ids one text is one key
        for part in frame.with_row_index(PLACE).iter_slices(AT_ONCE):
            reading = readers.read(part, PLACE, partial(_advanced, bar, task, part.height))
            ids = part.select(PLACE, "id", "product", "rating")
            reviews.append(ids.join(reading.reviews, on=PLACE, maintain_order="left"))
            said = reading.mentions.filter(pl.col("mention") >= 0)
            mentions.append(said.join(ids.select(PLACE, "id"), on=PLACE, maintain_order="left"))
    whole = pl.concat(reviews).with_columns(rules=pl.lit(ruleset.version))
    order = ["id", "product", "language", "rating", *(c for c in REVIEWS if c != "language"), "rules"]
    said = pl.concat(mentions)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with unsaid():
            whole.select(order).write_parquet(out / "reviews.parquet")
            said.select("id", *MENTION_COLUMNS).write_parquet(out / "mentions.parquet")
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as e:
        why = (str(e).splitlines() or [type(e).__name__])[0]
        raise ReportError(f"{out}: cannot be written ({why}); check space and rights, or name another --out") from e
    complaining = whole.filter(pl.col("complaint") >= 0.5).height
    not_read = whole["sentiment"].null_count()
    console.print(
        f"{path.name}: {whole.height:,} reviews, {said.height:,} mentions, {complaining:,} complaints,"
        f" {not_read:,} not read, {batch.unreadable:,} rows unreadable; rules {ruleset.version}",
        markup=False,
        soft_wrap=True,
    )
    for warning in batch.warnings:
        console.print(f"warning: {warning}", markup=False, soft_wrap=True)
    return DONE
