"""Sentiment of a mention: VADER with the rules' review lexicon.

The only module that knows vaderSentiment. VADER (Hutto and Gilbert 2014) sums word valences with rules for negation,
degree and emphasis and squeezes the sum into -1..1 (`compound`). It is meant for sentences, so it gets sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


class Sentiment:
    """Scores texts; the same text is scored once."""

    def __init__(self, lexicon: Mapping[str, float]) -> None:
        self._vader = SentimentIntensityAnalyzer()
        self._vader.lexicon.update(lexicon)
        self._seen: dict[str, float] = {}

    def score(self, texts: Iterable[str]) -> list[float]:
        """The compound score of each text, -1..1."""
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> float:
        score = self._seen.get(text)
        if score is None:
            score = self._seen[text] = float(self._vader.polarity_scores(text.replace("’", "'"))["compound"])
        return score
