"""Which texts may hold a cue, told by their words alone, so that expressions run over few texts instead of all.

`reports/rules/needed.py` says which words a text must have for an expression to match in it; here is where they stand.
The gate lets through whatever may match: what comes of a cue is the same with it and without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reports.reading.coded import Numbers, coded, spread
from reports.rules import Cue, Rules
from reports.rules.needed import Need, Needs, needs

_FEW = 8
"""So many words are looked up one by one sooner than all at once."""
_RARE = 64
"""So few texts are tried sooner than looked up once more."""
Bits = NDArray[np.uint8]
"""Whether something is so of each text: eight texts a number, since hundreds of needs are kept."""
_NOWHERE: Numbers = np.empty(0, dtype=np.int64)
_PRODUCTS = ("compared_named", "switched_from_named", "switched_to_named", "superlative", "comparative")
"""Cues of other products, in `rules.comparing`."""
_CAPTURES = re.compile(r"(?<!\\)\((?!\?)")


class Gate:
    """An index of texts: where the words stand that cues need."""

    def __init__(self, plain: pl.Series, cues: Iterable[Cue]) -> None:
        """`plain`: texts as cues expect them, none null. Only these cues can be asked for."""
        said = coded(plain)
        self._size = len(plain)
        self._rows = said.rows[np.argsort(said.codes)]
        self._counts = np.bincount(said.codes, minlength=len(said.words))
        self._starts = np.cumsum(self._counts) - self._counts
        asked = (needed for cue in cues for needed in _asked(cue))
        self._words = _holding(said.words, {word for needed in asked for need in needed for word in need})
        self._known: dict[Need, Bits] = {}

    def rows(self, cue: Cue) -> Numbers:
        """The texts that may hold a cue, in order."""
        held = np.zeros(self._size, dtype=np.bool_)
        for needed in _asked(cue):
            if not needed:
                return np.arange(self._size)
            held[self._all(needed)] = True
        return np.flatnonzero(held)

    def _all(self, needed: Needs) -> Numbers:
        """The texts with what a pattern needs, the rarest first."""
        codes = {need: self._codes(need) for need in needed}
        counts = {need: int(self._counts[codes[need]].sum()) for need in needed}
        rarest, *others = sorted(needed, key=counts.__getitem__)
        rows = self._texts(codes[rarest])
        for need in others:
            # so few are tried at once; and what nearly every text has tells little
            if len(rows) <= _RARE or counts[need] > self._size:
                break
            if need not in self._known:
                self._known[need] = self._bits(codes[need])
            rows = rows[(self._known[need][rows >> 3] >> (rows & 7) & 1).astype(np.bool_)]
        return rows

    def _bits(self, codes: Numbers) -> Bits:
        flags = np.zeros(self._size, dtype=np.bool_)
        flags[self._texts(codes)] = True
        return np.packbits(flags, bitorder="little")

    def _codes(self, need: Need) -> Numbers:
        """The words of the texts, by their code, that have one of those needed."""
        found = [self._words[word] for word in need if word in self._words]
        return found[0] if len(found) == 1 else np.concatenate(found) if found else _NOWHERE

    def _texts(self, codes: Numbers) -> Numbers:
        """The texts with one of the words, some more than once."""
        if len(codes) > _FEW:
            return self._rows[spread(self._counts, self._starts, codes)]
        parts = [self._rows[(start := self._starts[code]) : start + self._counts[code]] for code in codes]
        return parts[0] if len(parts) == 1 else np.concatenate([_NOWHERE, *parts])


def _holding(words: pl.Series, needed: set[str]) -> dict[str, Numbers]:
    """For each needed word the places of those words that have it."""
    if not needed:
        return {}
    runs = words.str.replace_all("[1-9]", "0").str.extract_all("[0a-z_]+")
    listed = pl.DataFrame({"code": np.arange(len(words)), "run": runs}).explode("run").drop_nulls()
    found = pl.format(" {} ", "run").str.extract_many(sorted(needed), overlapping=True)
    held = listed.with_columns(word=found).explode("word").drop_nulls("word").group_by("word").agg("code")
    return {word: codes.to_numpy() for word, codes in zip(held["word"], held["code"], strict=True)}


def over(plain: pl.Series, rules: Rules) -> Gate:
    """A gate for every cue of these rules that is tried on plain texts."""
    return Gate(plain, _cues(rules))


def needed(rules: Rules) -> dict[tuple[str, bool], tuple[Needs, ...]]:
    """What each pattern that gates are asked for needs, for `reports.rules.needed.remember`."""
    patterns = (pattern for cue in _cues(rules) if cue.whole_words for pattern in cue.cues)
    return {
        (pattern, whole): needs(pattern, whole_words=whole) for pattern in patterns for whole in (_closed(pattern),)
    }


def _cues(rules: Rules) -> tuple[Cue, ...]:
    alone = (rules.complaint, rules.praise, rules.churn, rules.urgency)
    named = (*rules.kinds.values(), *rules.motives.values(), *rules.need_levels.values(), *rules.loyalty.values())
    topics = [*(theme.cues for theme in rules.themes), *(segment.cues for segment in rules.segments)]
    products = [rules.compared, rules.switched_from, rules.switched_to, *(rules.comparing[name] for name in _PRODUCTS)]
    return (*alone, *named, *topics, *products)


def _asked(cue: Cue) -> tuple[Needs, ...]:
    """What each way to say a cue needs.

    A counter-cue that begins or ends within a word may leave new words behind, so cues without edges are not gated.
    """
    if not cue.whole_words:
        return (frozenset(),)
    return tuple(way for pattern in cue.cues for way in needs(pattern, whole_words=_closed(pattern)))


def _closed(pattern: str) -> bool:
    """Whether a pattern is tried up to the edge of a word: those that capture a name are not."""
    return _CAPTURES.search(pattern) is None
