"""What a reader without our rules reaches: VADER as it comes, n-grams, word lists, clusters.

None of them knows the project. Where a baseline is fitted on the very set it is measured on (cross-validated), it is
called so: that is an advantage over the rules, which never see it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from card import corpora as sets
from card.corpora import Texts
from card.scores import Flags, Floats

SEED = 0
FOLDS = 5
BUG_OR_REQUEST = re.compile(
    r"\b(?:crash\w*|bugs?|buggy|freez\w*|froze\w*|errors?|glitch\w*|problems?|issues?|fix\w*|broken|(?:does|do|is|can|wo)n'?t"
    r"|not work\w*|stopped|please|pls|add|wish|should|would be|need\w*|could|hope|option|feature)\b"
)
"""Cues that anybody would think of first."""
REQUEST = re.compile(
    r"\b(?:please|should|would be (?:nice|great|good|helpful)|would like|could you|can you|wish|needs? to|add|allow"
    r"|let us|suggest\w*|hope|want|why not|how about|it'd be)\b"
)
COMPARES = re.compile(
    r"\b(?:than|compared (?:to|with)|better|worse|best|worst|as \w+ as|similar|same as|unlike|prefer\w*|vs|versus"
    r"|superior|inferior|beats?|most|least)\b"
)


def vader(texts: Sequence[str]) -> Floats:
    """The compound score of each whole text, by VADER's own lexicon, -1..1."""
    analyzer = SentimentIntensityAnalyzer()
    return np.array([analyzer.polarity_scores(text)["compound"] for text in texts])


def says(cues: re.Pattern[str], texts: Sequence[str]) -> Flags:
    """Which texts hold one of the words."""
    return np.array([cues.search(text.lower().replace("’", "'")) is not None for text in texts])


def gate(texts: Texts) -> Floats:
    """Few stars, a negative VADER score and a cue for bugs or requests, each worth as much as the others."""
    assert texts.stars is not None
    whole = texts.whole()
    return (5 - texts.stars) / 4 + (1 - vader(whole)) / 2 + says(BUG_OR_REQUEST, whole)


def ngrams(*, balanced: bool = False, strength: float = 1.0) -> Pipeline:
    """Words and pairs of words, TF-IDF, logistic regression."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    weight = "balanced" if balanced else None
    return make_pipeline(words, LogisticRegression(C=strength, solver="liblinear", class_weight=weight))


def cross_validated(texts: Sequence[str], yes: Flags) -> Flags:
    """What n-grams say of each text when fitted on four fifths of the same set: an advantage over any other reader."""
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    said: Flags = cross_val_predict(ngrams(balanced=True, strength=10.0), texts, yes, cv=folds)
    return said


def fitted(texts: Sequence[str], yes: Flags, unseen: Sequence[str]) -> Flags:
    """What n-grams fitted on some texts say of others."""
    said: Flags = ngrams(balanced=True, strength=10.0).fit(texts, yes).predict(unseen)
    return said


def clusters(texts: Sequence[str], number: int) -> npt.NDArray[np.int32]:
    """The cluster of each text: TF-IDF and k-means."""
    vectors = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit_transform(texts)
    numbers: npt.NDArray[np.int32] = KMeans(number, n_init=4, random_state=SEED).fit_predict(vectors)
    return numbers


class Starred:
    """N-grams fitted on the stars of app-stars: 1-2 against 4-5, each text once per app with the mean of its stars.

    Their strength is the best of three on the very sets they are measured on: an advantage over the rules.
    """

    def __init__(self, corpora: Path) -> None:
        self._corpora = corpora

    def complaint(self, texts: Sequence[str]) -> Floats:
        """How probable it is that each text has few stars, 0..1."""
        scores: Floats = self._model.predict_proba(texts)[:, 1]
        return scores

    @cached_property
    def _model(self) -> Pipeline:
        rows = sets.app_stars(self._corpora).filter(pl.col("rating") != 3)
        once = rows.group_by("app", "text", maintain_order=True).agg(pl.col("rating").mean())
        return ngrams(strength=3.0).fit(once["text"].to_list(), (once["rating"] < 3).to_numpy())
