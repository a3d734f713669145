"""The word sequences of very many texts at once: what `phrases.grams` finds in each, as numbers.

Words are numbered, and a sequence of two or three is one number made of theirs. So a million sentences are counted
without a string for each of their sequences; only those that matter in the end are spelt out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reports.weighing import phrases

AT_ONCE = 200_000
"""Texts whose words are held at a time."""
BITS = 21
"""Of a word's number: three words make 63. Words beyond the first two million different ones are in no sequence; nobody
needs as many."""
_ODD = r"[[\p{L}\p{N}]--[\x00-\x7f]]|[@＠/_]"
"""A letter that Python and Rust may take for part of a word or not, or what may belong to somebody's address: a text
with any such is cut by `phrases.words`."""

Numbers = NDArray[np.uint64]


@dataclass(frozen=True)
class Sequences:
    """The sequences of some texts."""

    found: pl.DataFrame
    """One row a text and sequence in it: `text` (its place from 0) and `gram`."""
    words: list[str]
    """The word of each number, from 1."""
    size: int
    """How many texts there are."""

    def of(self, texts: pl.Series) -> pl.DataFrame:
        """The rows of some of the texts."""
        wanted = np.zeros(self.size, dtype=np.bool_)
        wanted[texts.to_numpy()] = True
        return self.found.filter(wanted[self.found["text"].to_numpy()])

    def spelt(self, gram: int) -> str:
        """A sequence in words."""
        parts = (gram >> (BITS * place) & ((1 << BITS) - 1) for place in range(3))
        return " ".join(self.words[part - 1] for part in parts if part)

    def told(self, tells: Callable[[str], bool]) -> Sequences:
        """Those with a word that tells something."""
        marks = np.array([False, *(tells(word) for word in self.words)])
        any_tells = np.logical_or.reduce([marks[part] for part in _parts(self.found["gram"].to_numpy())])
        return Sequences(self.found.filter(any_tells), self.words, self.size)

    def common(self, form: Callable[[str], str]) -> tuple[pl.Series, Sequences]:
        """The sequence of each row with its words in a common form, and those that are there so, each text's once."""
        forms: dict[str, int] = {}
        code = np.array([0, *(forms.setdefault(form(word), len(forms) + 1) for word in self.words)], dtype=np.uint64)
        first, second, third = (code[part] for part in _parts(self.found["gram"].to_numpy()))
        gram = pl.Series("gram", _joined(first, second, third))
        return gram, Sequences(self.found.select("text", gram).unique(), list(forms), self.size)


def sequences(texts: pl.Series) -> Sequences:
    """The sequences of all texts, none of them null."""
    numbered = pl.Categories.random()
    words = pl.Series([], dtype=pl.Categorical(numbered))  # the numbers live as long as a series that uses them
    known: list[str] = []
    found = [pl.DataFrame(schema={"text": pl.UInt32, "gram": pl.UInt64})]
    for start in range(0, texts.len(), AT_ONCE):
        said = _words(texts.slice(start, AT_ONCE))
        words = said["word"].cast(words.dtype)
        known = numbered.to_series().head((1 << BITS) - 1).to_list()
        text, gram = _grams(said["text"].to_numpy(), words.to_physical().to_numpy() + 1, known)
        found.append(pl.DataFrame({"text": text + start, "gram": gram}, schema=found[0].schema).unique())
    return Sequences(pl.concat(found), known, texts.len())


def _words(texts: pl.Series) -> pl.DataFrame:
    """One row a word: `text` and `word`, those of a text together and in their order."""
    rows = pl.DataFrame({"whole": texts}).with_row_index("text")
    odd = pl.col("whole").str.contains(_ODD)
    plain = pl.col("whole").str.to_lowercase().str.replace_all("’", "'", literal=True).str.extract_all(r"[0-9a-z_']+")
    cut = [phrases.words(text) for text in rows.filter(odd)["whole"]]
    parts = [
        rows.filter(~odd).select("text", word=plain),
        rows.filter(odd).select("text", pl.Series("word", cut, dtype=pl.List(pl.String))),
    ]
    return pl.concat(parts).explode("word").drop_nulls()


def _grams(
    text: NDArray[np.uint32], number: NDArray[np.uint32], words: list[str]
) -> tuple[NDArray[np.uint32], Numbers]:
    """Text and number of every sequence; one that a text says twice is there twice."""
    number = np.where(number > len(words), 0, number)
    hollow = np.array([True, *(word in phrases.HOLLOW for word in words)])[number]
    bare = np.array([True, *(word[0].isdigit() for word in words)])[number]
    tells = np.array([False, *(phrases.tells(word) for word in words)])[number]
    number = number.astype(np.uint64)
    pairs = (text[1:] == text[:-1]) & ~(hollow[1:] | hollow[:-1] | bare[1:] | bare[:-1]) & (tells[1:] | tells[:-1])
    triples = (text[2:] == text[:-2]) & ~(hollow[2:] | hollow[:-2] | bare[2:] | bare[1:-1] | bare[:-2])
    triples &= tells[2:] | tells[1:-1] | tells[:-2]
    two = _joined(number[:-1][pairs], number[1:][pairs])
    three = _joined(number[:-2][triples], number[1:-1][triples], number[2:][triples])
    return np.concatenate([text[:-1][pairs], text[:-2][triples]]), np.concatenate([two, three])


def _joined(*parts: Numbers) -> Numbers:
    whole = np.zeros(len(parts[0]), dtype=np.uint64)
    for place, part in enumerate(parts):
        whole |= part << np.uint64(BITS * place)
    return whole


def _parts(grams: Numbers) -> list[Numbers]:
    ones = np.uint64((1 << BITS) - 1)
    return [grams >> np.uint64(BITS * place) & ones for place in range(3)]
