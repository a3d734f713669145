"""Reviews that say the same are read once: which they are, and how what was read comes back to all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from reports.reading.coded import Numbers, spread

SAME = ("language", "title", "body", "stars")
"""Reviews that agree in these are read alike: a third of those of a large market, most of them a word or two."""


@dataclass(frozen=True)
class Alike:
    """A frame of reviews without its repeats."""

    once: pl.DataFrame
    """The first review of each kind, Chinese ones last."""
    number: Numbers
    """For each review of the frame the row of `once` that says the same."""

    def each(self, read: pl.DataFrame) -> pl.DataFrame:
        """One row a review of `once` -> one row a review of the frame."""
        return _gathered(read, self.number)

    def all_of(self, said: pl.DataFrame, number: str) -> pl.DataFrame:
        """Any number of rows a review of `once`, in its order, with its number in a column -> the same for the frame.

        The column then has the number of the review in the frame.
        """
        held = np.bincount(said[number].to_numpy(), minlength=self.once.height)
        rows = spread(held, np.cumsum(held) - held, self.number)
        reviews = np.repeat(np.arange(len(self.number), dtype=np.uint32), held[self.number])
        return _gathered(said, rows).with_columns(pl.Series(number, reviews))


def _gathered(frame: pl.DataFrame, rows: Numbers) -> pl.DataFrame:
    """The rows of a frame, its columns gathered side by side: indexing a frame takes one after the other."""
    return frame.select(pl.all().gather(pl.Series(rows)))


def alike(reviews: pl.DataFrame, apart: pl.Expr) -> Alike:
    """The reviews without repeats; where `apart` holds a review is like no other."""
    numbered = reviews.select(*SAME, _apart=pl.when(apart).then(pl.int_range(pl.len()))).with_row_index("_at")
    groups = numbered.group_by(*SAME, "_apart", maintain_order=True).agg("_at")["_at"]
    number = np.empty(reviews.height, dtype=np.int64)
    number[groups.explode().to_numpy()] = np.repeat(np.arange(len(groups)), groups.list.len().to_numpy())
    first = reviews[groups.list.first()]
    text = pl.concat_str("title", "body", ignore_nulls=True)
    # each slice of them that is read costs the expressions of every language in it, so those in Chinese stay together
    chinese = first.select(text.str.contains(r"\p{Han}").fill_null(False)).to_series().to_numpy()
    order = np.argsort(chinese, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return Alike(first[order], place[number])
