"""Reviews -> the pieces that are read: one row a mention, and one for a title."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from reports.reading import cues, sentences
from reports.reading.correcting import without

SCHEMA = {
    "review": pl.UInt32,
    "stars": pl.Float64,
    "mention": pl.Int64,
    "start": pl.Int64,
    "end": pl.Int64,
    "text": pl.String,
}


def pieces(
    reviews: pl.DataFrame,
    ignore: tuple[str, ...] = (),
    splits: Callable[[pl.Series], Iterable[list[tuple[int, int]]]] = sentences.splits,
) -> pl.DataFrame:
    """The mentions of reviews with `review` (a number), `stars`, `title` and `body`: `SCHEMA`, `row`, the plain text.

    A title is numbered -1 and its offsets are into the title. `_heard` is the text, and the plain text is, without the
    phrases to ignore.
    """
    found: list[tuple[int, float | None, int, int, int, str]] = []
    told = reviews.select("review", "stars", "title", pl.col("body").fill_null(""))
    for (review, stars, title, body), spans in zip(told.iter_rows(), splits(told["body"]), strict=True):
        if title:
            found.append((review, stars, -1, 0, len(title), title))
        for number, (start, end) in enumerate(spans):
            found.append((review, stars, number, start, end, body[start:end]))
    frame = pl.DataFrame(found, schema=SCHEMA, orient="row").with_row_index("row")
    return frame.with_columns(without(pl.col("text"), ignore).alias("_heard")).with_columns(cues.plain("_heard"))
