"""Which mentions may hold a cue: those with a word for each of its places, whatever their order.

Looking that up leaves so few mentions to try that hundreds of pain points cost less than one pass of their expressions.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reports.rules.pains import Place, Said

Rows = NDArray[np.uint32]
_NONE: Rows = np.empty(0, dtype=np.uint32)


class Near:
    """An index of worded mentions: the rows of each word."""

    def __init__(self, spoken: pl.DataFrame, size: int, words: Iterable[str]) -> None:
        """`spoken`: one row a word, with `row`, below `size`, and `word`. Only these words are looked up."""
        wanted = pl.DataFrame({"word": sorted(words)}, schema={"word": pl.String})
        listed = spoken.join(wanted, on="word", how="semi").group_by("word").agg("row")
        pairs = zip(listed["word"], listed["row"], strict=True)
        self._rows: dict[str, Rows] = {word: rows.to_numpy() for word, rows in pairs}
        self._size = size

    def rows(self, said: Said) -> Rows:
        """The mentions that may hold one of the cues, in order."""
        held = np.zeros(self._size, dtype=np.bool_)
        for cue in said.needed:
            held[self._cue(cue)] = True
        return np.flatnonzero(held).astype(np.uint32)

    def _cue(self, places: tuple[Place, ...]) -> Rows:
        first, *others = sorted((self._place(place) for place in places), key=lambda lists: sum(map(len, lists)))
        rows = np.concatenate(first) if first else _NONE
        for lists in others:
            if not len(rows):
                break
            there = np.zeros(self._size, dtype=np.bool_)
            for each in lists:
                there[each] = True
            rows = rows[there[rows]]
        return rows

    def _place(self, place: Place) -> list[Rows]:
        """The rows of each word that may fill a place; of several in a row those of the rarest."""
        lists = (min((self._rows.get(word, _NONE) for word in words), key=len) for words in place)
        return [rows for rows in lists if len(rows)]
