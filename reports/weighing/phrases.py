"""Word sequences that mark one set of mentions against all others."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from reports.reading.personal import blanked

_WORD = re.compile(r"[\w']+")
HOLLOW = frozenset(
    "a an and are as at be been but by for from had has have he her him his i i'm if in into is it it's its just me "
    "my of on or our she so some such than that the their them then there these they this those to too us very was "
    "we were what when where which while who will with you your am do does did about also really even only because "
    "would could should can get got one app apps all any every more much out up again after before now".split()
)
_SAYS_NOTHING = frozenset(
    "worst best bad good great poor very first last next new old latest recent most same other multiple many times "
    "time way thing things something anything nothing everything able please add allow see know use used using make "
    "makes "
    "work works working want wants need needs like go going give gives take takes lot day days month months year "
    "years week weeks hour hours people user users customer customers no not can't don't doesn't didn't won't isn't "
    "never".split()
)
"""Words that do not tell what a phrase is about; of these alone a phrase says nothing."""
_NOT = frozenset("no not can't cannot cant don't dont doesn't doesnt didn't didnt won't wont isn't isnt never".split())
LEAST_Z = 1.96
LEAST = 3
"""A phrase said by fewer reviews than this is nobody's phrase but theirs."""


@dataclass(frozen=True)
class Phrase:
    """A word sequence and the number of mentions that hold it."""

    text: str
    count: int


def grams(text: str) -> set[str]:
    """The sequences of two and three words of a text that neither begin nor end hollow, nor hold anybody's address."""
    said = words(text)
    return {
        " ".join(said[i : i + size])
        for size in (2, 3)
        for i in range(len(said) - size + 1)
        if said[i] not in HOLLOW and said[i + size - 1] not in HOLLOW and _about(said[i : i + size])
    }


def words(text: str) -> list[str]:
    """The words of a text in lower case, but for those of anybody's address."""
    return _WORD.findall(blanked(text).lower().replace("’", "'"))


def tells(word: str) -> bool:
    """Whether a word tells what a phrase is about."""
    return word not in _SAYS_NOTHING and word not in HOLLOW


def _about(words: list[str]) -> bool:
    """Whether a sequence is about something: no bare numbers ("4 0"), and a word that says what."""
    return not any(w[0].isdigit() for w in words) and any(map(tells, words))


def _roots(gram: str) -> frozenset[str]:
    """Its words without the endings of number and tense, and one word for all that deny: `not` and `doesn't`."""
    told = (w for w in gram.split() if w not in HOLLOW)
    return frozenset("not" if w in _NOT else re.sub(r"(?<=\w{3})(?:ies|ing|ed|es|s|y|e)$", "", w) for w in told)


def counts(texts: Iterable[str]) -> Counter[str]:
    """In how many texts each sequence stands."""
    total: Counter[str] = Counter()
    for text in texts:
        total.update(grams(text))
    return total


def marking(here: Counter[str], everywhere: Counter[str], most: int = 5) -> list[Phrase]:
    """The sequences that mark `here` most within `everywhere` (which includes it), see `marked`."""
    said = ((gram, k, everywhere[gram]) for gram, k in here.items())
    return marked(said, here.total(), everywhere.total(), most)


def marked(said: Iterable[tuple[str, int, int]], n_here: int, n_all: int, most: int = 5) -> list[Phrase]:
    """The sequences that mark some texts most within all, by log-odds with a Dirichlet prior.

    z of the log-odds ratio after Monroe, Colaresi and Quinn, "Fightin' Words" (Political Analysis 2008), with the
    whole as prior; a sequence inside one already chosen, or of the same words in other forms, is left out. The most
    frequent comes first.

    Args:
        said: each sequence with the numbers of the texts and of all texts that hold it.
        n_here: the sequences of the texts, each text's once.
        n_all: those of all.
        most: how many are wanted.
    """
    scored = []
    for gram, k, prior in said:
        if k < LEAST:
            continue
        rest = prior - k
        a = (k + prior) / (n_here + n_all - k - prior)
        b = (rest + prior) / max(1, 2 * n_all - n_here - rest - prior)
        z = (math.log(a) - math.log(b)) / math.sqrt(1 / (k + prior) + 1 / (rest + prior))
        if z > LEAST_Z:
            scored.append((-round(z, 9), gram, k))
    chosen: list[Phrase] = []
    for _, gram, k in sorted(scored):
        if not any(_roots(gram) <= _roots(c.text) or _roots(c.text) <= _roots(gram) for c in chosen):
            chosen.append(Phrase(gram, k))
        if len(chosen) == most:
            break
    return sorted(chosen, key=lambda p: (-p.count, p.text))


def likely(said: pl.DataFrame, n_here: int, n_all: int) -> pl.DataFrame:
    """Of very many sequences those that `marked` may choose; columns `k` and `prior`, numbers as there."""
    k, prior = (said[column].cast(pl.Float64).to_numpy() for column in ("k", "prior"))
    rest = prior - k
    a = (k + prior) / (n_here + n_all - k - prior)
    b = (rest + prior) / np.maximum(1, 2 * n_all - n_here - rest - prior)
    z = (np.log(a) - np.log(b)) / np.sqrt(1 / (k + prior) + 1 / (rest + prior))
    return said.filter(pl.Series(z > LEAST_Z - 1e-6, dtype=pl.Boolean))
