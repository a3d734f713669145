"""Word sequences that mark one set of mentions against all others."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"[0-9]+(?:[.,:][0-9]+)+|[\w']+")
_LETTER = re.compile(r"[^\W\d_]")
_HOLLOW = frozenset(
    "a an and are as at be been but by for from had has have he her him his i i'm if in into is it it's its just me "
    "my of on or our she so some such than that the their them then there these they this those to too us very was "
    "we were what when where which while who will with you your am do does did about also really even only because "
    "would could should can get got one app apps all any every more much out up again after before now".split()
)
LEAST = 3
"""A phrase said by fewer reviews than this is nobody's phrase but theirs."""


@dataclass(frozen=True)
class Phrase:
    """A word sequence and the number of mentions that hold it."""

    text: str
    count: int


def grams(text: str) -> set[str]:
    """The sequences of two and three words of a text that neither begin nor end hollow, nor do both with a number."""
    words = _WORD.findall(text.lower().replace("’", "'"))
    return {
        " ".join(words[i : i + size])
        for size in (2, 3)
        for i in range(len(words) - size + 1)
        if words[i] not in _HOLLOW and words[i + size - 1] not in _HOLLOW
        if _LETTER.search(words[i] + words[i + size - 1])
    }


def counts(texts: Iterable[str]) -> Counter[str]:
    """In how many texts each sequence stands."""
    total: Counter[str] = Counter()
    for text in texts:
        total.update(grams(text))
    return total


def marking(here: Counter[str], everywhere: Counter[str], most: int = 5) -> list[Phrase]:
    """The sequences that mark `here` most within `everywhere` (which includes it), by log-odds with a Dirichlet prior.

    z of the log-odds ratio after Monroe, Colaresi and Quinn, "Fightin' Words" (Political Analysis 2008), with the
    whole as prior; a sequence inside one already chosen is left out. The
    most frequent comes first.
    """
    n_here, n_all = sum(here.values()), sum(everywhere.values())
    scored = []
    for gram, k in here.items():
        if k < LEAST:
            continue
        prior = everywhere[gram]
        rest = prior - k
        a = (k + prior) / (n_here + n_all - k - prior)
        b = (rest + prior) / max(1, 2 * n_all - n_here - rest - prior)
        z = (math.log(a) - math.log(b)) / math.sqrt(1 / (k + prior) + 1 / (rest + prior))
        if z > 1.96:
            scored.append((-round(z, 9), gram, k))
    chosen: list[Phrase] = []
    for _, gram, k in sorted(scored):
        if not any(f" {gram} " in f" {c.text} " or f" {c.text} " in f" {gram} " for c in chosen):
            chosen.append(Phrase(gram, k))
        if len(chosen) == most:
            break
    return sorted(chosen, key=lambda p: (-p.count, p.text))
