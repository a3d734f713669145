"""Reviews -> the pieces that are read: one row a mention, and one for a title."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

import numpy as np
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
_ZERO = pl.lit(0, dtype=pl.Int64)


def pieces(
    reviews: pl.DataFrame,
    ignore: tuple[str, ...] = (),
    splits: Callable[[pl.Series], Iterable[list[tuple[int, int]]]] = sentences.splits,
) -> pl.DataFrame:
    """The mentions of reviews with `review` (a number), `stars`, `title` and `body`: `SCHEMA`, `row`, the plain text.

    A title is numbered -1 and its offsets are into the title. `_heard` is the text, and the plain text is, without the
    phrases to ignore.
    """
    told = reviews.select("review", "stars", "title", body=pl.col("body").fill_null("")).with_row_index("place")
    said = list(splits(told["body"]))
    counts = np.fromiter(map(len, said), dtype=np.int64, count=len(said))
    spans = np.fromiter(chain.from_iterable(chain.from_iterable(said)), np.int64, 2 * counts.sum()).reshape(-1, 2)
    number = np.arange(len(spans)) - np.repeat(np.cumsum(counts) - counts, counts)
    mentions = told[np.repeat(np.arange(len(said)), counts)].select(
        "place", "review", "stars", mention=number, start=spans[:, 0], end=spans[:, 1], text="body"
    )
    mentions = mentions.with_columns(pl.col("text").str.slice(pl.col("start"), pl.col("end") - pl.col("start")))
    length = pl.col("title").str.len_chars()
    titles = told.filter(pl.col("title") != "").select(
        "place", "review", "stars", mention=_ZERO - 1, start=_ZERO, end=length, text="title"
    )
    frame = pl.concat([titles.cast(mentions.schema), mentions])
    frame = frame.sort("place", "mention") if titles.height else frame
    frame = frame.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()).with_row_index("row")
    return frame.with_columns(without(pl.col("text"), ignore).alias("_heard")).with_columns(cues.plain("_heard"))
