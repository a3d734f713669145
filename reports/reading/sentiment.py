"""Sentiment of a mention: VADER with the rules' review lexicon.

The only module that knows vaderSentiment. VADER (Hutto and Gilbert 2014) sums word valences with rules for negation,
degree and emphasis and squeezes the sum into -1..1 (`compound`). It is meant for sentences, so it gets sentences.

The library weighs one word of one text after the other. Here each of its rules runs over the words of all texts at
once, in its order of arithmetic, so that the scores are its own; the few texts with an idiom are left to the library.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    C_INCR,
    N_SCALAR,
    NEGATE,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
)

from reports.reading.coded import Coded, Numbers, coded, spread

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_IDIOMS = [phrase.split() for phrase in (*BOOSTER_DICT, *SPECIAL_CASES) if " " in phrase]
"""What is more than its words: `the bomb`, `kind of`."""
_NAMED = ("never", "so", "this", "without", "doubt", "least", "at", "very", "no", "or", "nor", "but")
"""Words that VADER's rules ask for by name."""
_BLANKS = r"[\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
"""What parts words for Python, and so for VADER, beside the blank."""
_DISTANCE = (1.0, 0.95, 0.9)
"""How much a word of degree counts one, two and three words before the one that it strengthens."""
_DECIMALS = 4


class Sentiment:
    """Scores texts."""

    def __init__(self, lexicon: Mapping[str, float]) -> None:
        self._vader = SentimentIntensityAnalyzer()
        self._vader.lexicon.update(lexicon)

    def score(self, texts: Iterable[str]) -> list[float]:
        """The compound score of each text, -1..1."""
        heard = pl.Series(texts, dtype=pl.String).str.replace_all("’", "'", literal=True)
        said = _said(heard, self._vader)
        valences = _valences(said)
        turned, alike = _butted(said, valences)
        totals = np.bincount(said.rows[said.at], weights=turned, minlength=len(heard)).astype(np.float64)
        scores = _squeezed(totals, _emphasis(heard))
        loud = [emoji for emoji, text in self._vader.emojis.items() if not {"!", "?"}.isdisjoint(text)]
        shouting = heard.str.contains_any(loud).arg_true().to_numpy()
        for row in np.unique(np.concatenate([said.idioms, alike, shouting])):
            scores[row] = self._vader.polarity_scores(heard[int(row)])["compound"]
        return [float(score) for score in scores]


@dataclass(frozen=True)
class _Said:
    """The tokens of all texts, one behind the other: what VADER asks of each."""

    rows: Numbers
    """The text of each token."""
    place: Numbers
    """Its place in the text, from 0."""
    codes: Numbers
    """Its number in the tables below, which have a row a distinct token."""
    valence: Floats
    """What the lexicon says; NaN where it says nothing."""
    degree: Floats
    """How much the token strengthens (above 0) or weakens (below 0) what follows."""
    boosts: Flags
    negates: Flags
    upper: Flags
    named: Mapping[str, Flags]
    at: Numbers
    """The tokens that carry feeling, by their place in `rows`."""
    mixed: Flags
    """Whether some but not all tokens of a text are in capitals, one a text."""
    idioms: Numbers
    """The texts that hold one of `_IDIOMS`."""


def _said(heard: pl.Series, vader: SentimentIntensityAnalyzer) -> _Said:
    raw = coded(heard.str.replace_all(_BLANKS, " "))
    rows, codes, written = _written(raw, vader.emojis)
    words = [word.lower() for word in written]
    upper = np.array([word.isupper() for word in written], dtype=np.bool_)
    lengths = np.bincount(rows, minlength=len(heard))
    shouted = np.bincount(rows[upper[codes]], minlength=len(heard))
    numbers: dict[str, list[int]] = {}
    for number, word in enumerate(words):
        numbers.setdefault(word, []).append(number)

    def table(values: Mapping[str, float], other: float) -> Floats:
        """What a lexicon says of each token, looked up by its own words: there are fewer of them."""
        told = np.full(len(words), other)
        for word in values.keys() & numbers.keys():
            told[numbers[word]] = values[word]
        return told

    def is_word(*listed: str) -> Flags:
        flags = np.zeros(len(words), dtype=np.bool_)
        flags[[number for word in listed for number in numbers.get(word, ())]] = True
        return flags

    valence, boosts = table(vader.lexicon, np.nan), is_word(*BOOSTER_DICT)

    idioms = _holding(rows, codes, [[is_word(word) for word in idiom] for idiom in _IDIOMS])
    return _Said(
        rows=rows,
        place=np.arange(len(rows)) - (np.cumsum(lengths) - lengths)[rows],
        codes=codes,
        valence=valence,
        degree=table(BOOSTER_DICT, 0.0),
        boosts=boosts,
        negates=is_word(*NEGATE) | np.array(["n't" in word for word in words], dtype=np.bool_),
        upper=upper,
        named={word: is_word(word) for word in _NAMED},
        at=np.flatnonzero((~np.isnan(valence) & ~boosts)[codes]),
        mixed=(shouted > 0) & (shouted < lengths),
        idioms=idioms,
    )


def _written(raw: Coded, emojis: Mapping[str, str]) -> tuple[Numbers, Numbers, list[str]]:
    """The tokens as VADER sees them, emoji described and without the marks around them: texts, codes, distinct ones."""
    words = raw.words.to_frame("word").with_row_index("number")
    odd = words.filter(pl.col("word").str.contains(r"[^\x00-\x7f]"))
    described = pl.Series([_described(word, emojis).split() for word in odd["word"]], dtype=pl.List(pl.String))
    spelt = odd.with_columns(word=described).explode("word").drop_nulls()
    tokens = pl.concat([words.join(odd, on="number", how="anti"), spelt]).sort("number", maintain_order=True)
    bare = pl.col("word").str.strip_chars(string.punctuation)
    seen = tokens.select("number", token=pl.when(bare.str.len_chars() > 2).then(bare).otherwise("word"))
    distinct = seen.select(pl.col("token").unique(maintain_order=True)).with_row_index("place")
    place = seen.join(distinct, on="token", how="left", maintain_order="left")["place"].to_numpy()
    held = np.bincount(seen["number"].to_numpy(), minlength=len(raw.words))
    chosen = spread(held, np.cumsum(held) - held, raw.codes)
    return np.repeat(raw.rows, held[raw.codes]), place[chosen].astype(np.int64), distinct["token"].to_list()


def _described(word: str, emojis: Mapping[str, str]) -> str:
    """A word with its emoji written out, with a blank before each that follows something."""
    parts: list[str] = []
    for letter in word:
        if letter in emojis:
            parts += [" ", emojis[letter]] if parts else [emojis[letter]]
        else:
            parts.append(letter)
    return "".join(parts)


def _holding(rows: Numbers, codes: Numbers, phrases: list[list[Flags]]) -> Numbers:
    """The texts in which tokens of the kinds of one of these phrases stand in a row."""
    begins: Flags = np.logical_or.reduce([phrase[0] for phrase in phrases])
    may = np.flatnonzero(begins[codes])
    held = []
    for phrase in phrases:
        first = may[phrase[0][codes[may]]]
        first = first[first + len(phrase) <= len(codes)]
        for further, kind in enumerate(phrase[1:], start=1):
            first = first[kind[codes[first + further]] & (rows[first + further] == rows[first])]
        held.append(rows[first])
    return np.unique(np.concatenate(held))


def _valences(said: _Said) -> Floats:
    """What each token of `at` adds to its text: `sentiment_valence` of the library, without its idioms."""
    at, codes = said.at, said.codes
    valence = said.valence[codes[at]]
    words = [codes[at]] + [codes[np.maximum(at - back, 0)] for back in (1, 2, 3)]
    there = [said.place[at] >= back for back in (0, 1, 2, 3)]
    mixed = said.mixed[said.rows[at]]

    def named(back: int, *names: str) -> Flags:
        """Whether the word so many places back is one of these."""
        found: Flags = np.logical_or.reduce([said.named[name][words[back]] for name in names])
        return there[back] & found

    following = np.minimum(at + 1, len(codes) - 1)
    goes_on = (following > at) & (said.rows[following] == said.rows[at])
    turned = valence * N_SCALAR
    valence = np.where(named(0, "no") & goes_on & ~np.isnan(said.valence[codes[following]]), 0.0, valence)
    valence = np.where(named(1, "no") | named(2, "no") | (named(3, "no") & named(1, "or", "nor")), turned, valence)
    shouts = said.upper[words[0]] & mixed
    valence = np.where(shouts, np.where(valence > 0, valence + C_INCR, valence - C_INCR), valence)
    for back, share in enumerate(_DISTANCE, start=1):
        word = words[back]
        heard = there[back] & np.isnan(said.valence[word])
        degree = np.where(valence < 0, said.degree[word] * -1, said.degree[word])
        loud = said.boosts[word] & said.upper[word] & mixed
        degree = np.where(loud, np.where(valence > 0, degree + C_INCR, degree - C_INCR), degree)
        weighed = valence + degree * share
        factor = np.where(said.negates[word], N_SCALAR, 1.0)
        if back == 2:
            factor = np.where(named(2, "without") & named(1, "doubt"), 1.0, factor)
            factor = np.where(named(2, "never") & named(1, "so", "this"), 1.25, factor)
        elif back == 3:
            factor = np.where(named(3, "without") & (named(2, "doubt") | named(1, "doubt")), 1.0, factor)
            stressed = (named(3, "never") & named(2, "so", "this")) | named(1, "so", "this")
            factor = np.where(stressed, 1.25, factor)
        valence = np.where(heard, weighed * factor, valence)
    least = named(1, "least") & np.isnan(said.valence[words[1]]) & ~named(2, "at", "very")
    return np.where(least, valence * N_SCALAR, valence)


def _butted(said: _Said, valences: Floats) -> tuple[Floats, Numbers]:
    """Half of what stands before the first `but` of a text, and half as much again of what stands behind it.

    Also the texts in which that is not what the library does: of feelings that are alike it turns the first each time.
    """
    buts = np.flatnonzero(said.named["but"][said.codes])
    first = np.full(len(said.mixed), len(said.rows))
    np.minimum.at(first, said.rows[buts], buts)
    rows = said.rows[said.at]
    but = first[rows]
    share = np.where(said.at < but, 0.5, np.where(said.at > but, 1.5, 1.0))
    turned = valences * np.where(but == len(said.rows), 1.0, share)
    within = np.flatnonzero((but < len(said.rows)) & (valences != 0))
    values = (valences[within, None] * (1.0, 0.5, 1.5)).ravel()
    texts, owner = np.repeat(rows[within], 3), np.repeat(within, 3)
    order = np.lexsort((values, texts))
    texts, values, owner = texts[order], values[order], owner[order]
    alike = (texts[1:] == texts[:-1]) & (values[1:] == values[:-1]) & (owner[1:] != owner[:-1])
    return turned, np.unique(texts[1:][alike])


def _emphasis(heard: pl.Series) -> Floats:
    """What the marks `!` and `?` of each text add."""
    calls = heard.str.count_matches("!", literal=True).to_numpy()
    asks = heard.str.count_matches("?", literal=True).to_numpy()
    asked = np.where(asks > 3, 0.96, np.where(asks > 1, asks * 0.18, 0.0))
    emphasis: Floats = np.minimum(calls, 4) * 0.292 + asked
    return emphasis


def _squeezed(totals: Floats, emphasis: Floats) -> Floats:
    """Sums of valences as compound scores."""
    totals = totals + np.sign(totals) * emphasis
    squeezed = np.clip(totals / np.sqrt(totals * totals + 15), -1.0, 1.0)
    distinct, place = np.unique(squeezed, return_inverse=True)
    # numpy rounds by multiplying, which differs from Python's in the last place
    return np.array([round(score, _DECIMALS) for score in distinct.tolist()], dtype=np.float64)[place]
