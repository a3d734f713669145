"""Sentiment of a mention: VADER with the rules' review lexicon.

The only module that knows vaderSentiment. VADER (Hutto and Gilbert 2014) sums word valences with rules for negation,
degree and emphasis and squeezes the sum into -1..1 (`compound`). It is meant for sentences, so it gets sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vaderSentiment.vaderSentiment import BOOSTER_DICT, SentimentIntensityAnalyzer, SentiText, normalize


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


@dataclass(frozen=True, slots=True)
class _Around:
    """What VADER's rules look at of a sentence to weigh one word: up to three words before it and two behind."""

    words_and_emoticons: list[str]
    is_cap_diff: bool


class _Vader(SentimentIntensityAnalyzer):  # type: ignore[misc]  # the library has no types
    """VADER, asked only about words that its lexicon knows, and shown only what it looks at: same scores, less time."""

    def compound(self, text: str) -> float:
        if not self.emojis.keys().isdisjoint(text):
            text = self._described(text)
        sentence = SentiText(text.strip())
        written, capitals = sentence.words_and_emoticons, sentence.is_cap_diff
        words = [word.lower() for word in written]
        valences: list[float] = [0] * len(words)
        felt = False
        for at, word in enumerate(words):
            if word in self.lexicon and word not in BOOSTER_DICT and words[at : at + 2] != ["kind", "of"]:
                felt = True
                first = max(0, at - 3)
                around = _Around(written[first : at + 3], capitals)
                valences[at] = self.sentiment_valence(0, around, written[at], at - first, [])[0]
        if not felt:
            return 0.0
        total = sum(self._but_check(words, valences))
        if total:
            emphasis = self._punctuation_emphasis(text)
            total += emphasis if total > 0 else -emphasis
        return float(round(normalize(total), 4))

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
