"""Sentiment of a mention: VADER with the rules' review lexicon.

The only module that knows vaderSentiment. VADER (Hutto and Gilbert 2014) sums word valences with rules for negation,
degree and emphasis and squeezes the sum into -1..1 (`compound`). It is meant for sentences, so it gets sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    C_INCR,
    NEGATE,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
    SentiText,
    normalize,
)


class Sentiment:
    """Scores texts; the same text is scored once."""

    def __init__(self, lexicon: Mapping[str, float]) -> None:
        self._vader = _Vader()
        self._vader.lexicon.update(lexicon)
        self._seen: dict[str, float] = {}

    def score(self, texts: Iterable[str]) -> list[float]:
        """The compound score of each text, -1..1."""
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> float:
        score = self._seen.get(text)
        if score is None:
            score = self._seen[text] = self._vader.compound(text.replace("’", "'"))
        return score


_PHRASES = (*BOOSTER_DICT, *SPECIAL_CASES)
_TURNING = {max(phrase.split(), key=len) for phrase in _PHRASES} | {*NEGATE, "no", "least", "so", "this"}
"""Words without one of which, near a word, none of VADER's rules but that for capitals touches it."""


@dataclass(frozen=True, slots=True)
class _Token:
    """A token of a text, as VADER sees it."""

    written: str
    word: str
    valence: float | None
    """What the lexicon says; None where it says nothing."""
    turns: bool
    upper: bool


@dataclass(frozen=True, slots=True)
class _Around:
    """What VADER's rules look at of a sentence to weigh one word: up to three words before it and two behind."""

    words_and_emoticons: list[str]
    is_cap_diff: bool


class _Vader(SentimentIntensityAnalyzer):  # type: ignore[misc]  # the library has no types
    """VADER, asked only about words that its lexicon knows and its rules touch: the same scores in half the time."""

    def __init__(self) -> None:
        super().__init__()
        self._tokens: dict[str, _Token] = {}

    def compound(self, text: str) -> float:
        if not self.emojis.keys().isdisjoint(text):
            text = self._described(text)
        tokens = [self._tokens.get(raw) or self._token(raw) for raw in text.split()]
        if all(token.valence is None for token in tokens):
            return 0.0
        upper = sum(token.upper for token in tokens)
        capitals = 0 < upper < len(tokens)
        valences = [
            0 if token.valence is None else self._valence(tokens, at, token.valence, capitals)
            for at, token in enumerate(tokens)
        ]
        total = float(sum(self._but_check([token.word for token in tokens], valences)))
        if total:
            emphasis = self._punctuation_emphasis(text)
            total += emphasis if total > 0 else -emphasis
        return float(round(normalize(total), 4))

    def _valence(self, tokens: list[_Token], at: int, valence: float, capitals: bool) -> float:
        first = max(0, at - 3)
        near = tokens[first : at + 3]
        if any(token.turns for token in near):
            if [token.word for token in tokens[at : at + 2]] == ["kind", "of"]:
                return 0
            around = _Around([token.written for token in near], capitals)
            return float(self.sentiment_valence(0, around, tokens[at].written, at - first, [])[0])
        if capitals and tokens[at].upper:
            return float(valence + C_INCR if valence > 0 else valence - C_INCR)
        return valence

    def _token(self, raw: str) -> _Token:
        written = SentiText._strip_punc_if_word(raw)
        word = written.lower()
        valence = None if word in BOOSTER_DICT else self.lexicon.get(word)
        token = _Token(written, word, valence, word in _TURNING or "n't" in word, written.isupper())
        self._tokens[raw] = token
        return token

    def _described(self, text: str) -> str:
        """The text with its emoji written out, a blank before one that follows a character, as VADER does it."""
        parts: list[str] = []
        blank = True
        for character in text:
            description = self.emojis.get(character)
            if description is None:
                parts.append(character)
                blank = character == " "
            else:
                parts.append(description if blank else " " + description)
                blank = False
        return "".join(parts)
