"""The lean of mentions and reviews, as `reports/reading/terms.py` defines it, with numbers in place of words.

Learning needs to know every term of its texts; reading only those that have weights. So each word is the number that it
has among the words of the learned terms, a phrase is one number made of those of its words, and no phrase is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reports.reading.coded import Numbers
from reports.reading.cues import PLAIN
from reports.reading.terms import START, TOKEN, folded
from reports.rules.learned import TARGETS, Learned

_UNKNOWN = 0
"""The number of every word that no term has."""
_AT_ONCE = 10_000
"""Mentions whose words are numbers at the same time: bounds the memory."""
_SIEVE = (1 << 20) - 1
"""Keys that agree in so many of their last bits are looked up where one of them has a weight."""


@dataclass(frozen=True)
class _Terms:
    """The learned terms of so many words."""

    keys: Numbers
    """Their words as one number each, rising; see `_keyed`."""
    numbers: Numbers
    """For each the row of its weights."""
    sieve: NDArray[np.bool_]
    """Which last bits of a key occur."""


@dataclass(frozen=True)
class _Index:
    """Learned terms by the numbers of their words."""

    words: pl.Enum
    """The words of all terms, in the order of their numbers, which begin at 1."""
    start: int
    """The number of `START`."""
    alone: Numbers
    """For each word, by its number, the row of the weights of the term that it is; -1 where it is none."""
    terms: tuple[_Terms, ...]
    """Those of two and three words."""
    weights: Numbers
    """One row a term, one column a target; in hundredths."""


def add(pieces: pl.DataFrame, learned: Learned) -> pl.DataFrame:
    """The pieces with the lean to each target: `_lean_complaint` of the mention, `_whole_complaint` of its review.

    Needs `review`, a number, and the plain text. A text without a known term or without a word leans 0.
    """
    index = _index(learned)
    parts = [_known(part, index) for part in _parts(pieces[PLAIN])]
    row = np.concatenate([part[0] + at * _AT_ONCE for at, part in enumerate(parts)])
    number, lengths = (np.concatenate(each) for each in list(zip(*parts, strict=True))[1:])
    _, review = np.unique(pieces["review"].to_numpy(), return_inverse=True)
    whole = np.bincount(review, weights=lengths).astype(np.int64)
    return pieces.with_columns(
        *_leans(row, number, lengths, index).select(pl.all().name.prefix("_lean_")),
        *_leans(review[row], number, whole, index)[review].select(pl.all().name.prefix("_whole_")),
    )


def _leans(text: Numbers, number: Numbers, lengths: Numbers, index: _Index) -> pl.DataFrame:
    """The lean of each text, one column a target, from the terms in it, which may stand there more than once."""
    terms = max(len(index.weights), 1)
    said = np.sort(text * terms + number)  # sorted by hand: many times faster than numpy's unique
    text, number = np.divmod(said[np.diff(said, prepend=-1) > 0], terms)
    sums = (np.bincount(text, weights=each[number], minlength=len(lengths)) for each in index.weights.T)
    frame = pl.DataFrame({target: each.astype(np.int64) for target, each in zip(TARGETS, sums, strict=True)})
    # divided as `terms.lean` does it: numpy differs in the last place
    length = pl.Series(lengths).cast(pl.Float64).sqrt().alias("_length")
    divided = pl.when(pl.col("_length") > 0).then(pl.col(*TARGETS) / 100 / pl.col("_length")).otherwise(0.0)
    return frame.with_columns(length).select(divided)


def _parts(texts: pl.Series) -> list[pl.Series]:
    """The texts, `_AT_ONCE` of them in each part; one part at least."""
    return [texts[at : at + _AT_ONCE] for at in range(0, max(len(texts), 1), _AT_ONCE)]


def _known(plain: pl.Series, index: _Index) -> tuple[Numbers, Numbers, Numbers]:
    """The terms of texts that have weights, as the number of the text and that of the term; how many words each has."""
    listed = folded(plain).str.extract_all(TOKEN)
    lengths = listed.list.len().to_numpy().astype(np.int64)
    said = listed.explode(empty_as_null=False).cast(index.words, strict=False).to_physical().cast(pl.Int64)
    words = (said + 1).fill_null(_UNKNOWN).to_numpy()
    # one place more for each text, where it begins
    rows = np.repeat(np.arange(len(lengths)), lengths + 1)
    codes = np.empty(len(rows), dtype=np.int64)
    begins = np.cumsum(lengths + 1) - lengths - 1
    starts = np.zeros(len(rows), dtype=np.bool_)
    starts[begins] = True
    codes[starts] = index.start
    codes[~starts] = words
    alone = index.alone[codes]
    singles = np.flatnonzero(alone >= 0)
    found = [(singles, alone[singles])]
    pairs = np.flatnonzero((codes[:-1] != _UNKNOWN) & (codes[1:] != _UNKNOWN) & ~starts[1:])
    found.append(_looked_up(pairs, codes, 2, index))
    triples = pairs[pairs + 2 < len(codes)]
    triples = triples[(codes[triples + 2] != _UNKNOWN) & ~starts[triples + 2]]
    found.append(_looked_up(triples, codes, 3, index))
    at, number = (np.concatenate(each) for each in zip(*found, strict=True))
    return rows[at], number, lengths


def _looked_up(at: Numbers, codes: Numbers, size: int, index: _Index) -> tuple[Numbers, Numbers]:
    """Of the places where so many known words follow each other those of a term, and its number."""
    terms = index.terms[size - 2]
    if not len(terms.keys):
        return at[:0], at[:0]
    keys = _keyed([codes[at + further] for further in range(size)], len(index.words.categories))
    may = terms.sieve[keys & _SIEVE]
    at, keys = at[may], keys[may]
    place = np.minimum(np.searchsorted(terms.keys, keys), len(terms.keys) - 1)
    held = terms.keys[place] == keys
    return at[held], terms.numbers[place[held]]


def _keyed(words: list[Numbers], known: int) -> Numbers:
    """The words in a row as one number: below 2**63 for three of two million known ones."""
    key = words[0]
    for word in words[1:]:
        key = key * (known + 1) + word
    return key


@lru_cache(maxsize=4)
def _index(learned: Learned) -> _Index:
    split = learned.terms["term"].str.split(" ")
    words = pl.Enum(pl.concat([split.explode(), pl.Series([START])]).unique(maintain_order=True))
    numbers = split.explode().cast(words).to_physical().cast(pl.Int64).to_numpy() + 1
    lengths = split.list.len().to_numpy()
    begins = np.cumsum(lengths) - lengths
    alone = np.full(len(words.categories) + 1, -1, dtype=np.int64)
    alone[numbers[begins[lengths == 1]]] = np.flatnonzero(lengths == 1)
    known = []
    for size in (2, 3):
        terms = np.flatnonzero(lengths == size)
        keys = _keyed([numbers[begins[terms] + further] for further in range(size)], len(words.categories))
        order = np.argsort(keys)
        known.append(_Terms(keys[order], terms[order], _sieve(keys)))
    start = pl.Series([START]).cast(words).to_physical()[0] + 1
    alone[start] = -1
    return _Index(words, start, alone, tuple(known), learned.terms.select(*TARGETS).to_numpy().astype(np.int64))


def _sieve(keys: Numbers) -> NDArray[np.bool_]:
    sieve = np.zeros(_SIEVE + 1, dtype=np.bool_)
    sieve[keys & _SIEVE] = True
    return sieve
