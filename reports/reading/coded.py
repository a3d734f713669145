"""Texts as numbers: each word by its place in a list of the distinct ones, so that what is told of a word is told once.

A market of 200,000 reviews has two million words, and some eighty thousand different ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Coded:
    """The words of texts, in the order in which they stand."""

    words: pl.Series
    """The distinct ones."""
    codes: Numbers
    """For every word of the texts its place in `words`."""
    rows: Numbers
    """For every word of the texts the number of its text."""


def coded(texts: pl.Series) -> Coded:
    """The words of texts between single blanks; nothing for two blanks in a row."""
    lists = texts.fill_null("").str.split(" ")
    # a category of its own: Polars' shared one would keep every word that was ever seen
    categories = lists.explode().cast(pl.Categorical(pl.Categories.random()))
    rows = np.repeat(np.arange(len(texts)), lists.list.len().to_numpy())
    known = categories.unique(maintain_order=True)
    words, numbers = known.cast(pl.String), known.to_physical().to_numpy()
    place = np.zeros(int(numbers.max(initial=0)) + 1, dtype=np.int64)
    place[numbers] = np.arange(len(numbers))
    codes = place[categories.to_physical().to_numpy()]
    empty = np.flatnonzero((words == "").to_numpy())
    if len(empty):
        kept = codes != empty[0]
        codes, rows = codes[kept], rows[kept]
    return Coded(words, codes, rows)


def spread(lengths: Numbers, starts: Numbers, chosen: Numbers) -> Numbers:
    """The places of all entries of some lists, one list behind the other; they lie in a row, at these starts.

    Lists may be chosen in any order and as often as one likes.
    """
    held = lengths[chosen]
    ends = np.cumsum(held)
    return np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts[chosen] - ends + held, held)
