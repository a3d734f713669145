"""Fits the weights of terms, and of the evidence beside them, to texts whose answer is known.

Terms: a logistic regression with a ridge penalty on the presence of words and phrases, each scaled beforehand by the
square root of its log-count ratio between the two classes (after Wang and Manning 2012, "Baselines and bigrams"). All
weights are fitted jointly, so a word that only keeps bad company gets little. Texts are scaled as `reading.terms.lean`
scales them. Small weights are dropped: they double the list and change nothing.

Evidence: a plain logistic regression on the lean of texts that the terms were not fitted on (cross-fitted by product),
and on what VADER and the cues say of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from reports.reading.terms import Tokens

Floats = npt.NDArray[np.float64]

LEAST_TEXTS = 4
"""A term in fewer texts is not learned."""
MOST_IN_ONE = 0.8
"""Nor is a term with more than this share of its texts in one group: it names a product ("netflix") or its matter."""
SMOOTHING = 1.0
RATIO_POWER = 0.5
STRENGTH = 2.0
"""Inverse of the ridge penalty; 1 to 4 differ by a thousandth of ROC AUC on products not seen."""
LEAST_WEIGHT = 0.4


@dataclass(frozen=True)
class Labels:
    """How often each text (by its number, from 0) was found in either class; copies of a text count each time."""

    yes: Floats
    no: Floats
    group: Sequence[str]
    """The product or set that a text comes from; those are held out whole."""


@dataclass(frozen=True)
class Terms:
    """Terms and their weights: a text's lean plus `base` is the logit of its being in the class."""

    weights: pl.DataFrame
    """`term`, `weight`; sorted by term."""
    base: float


def terms(tokens: Tokens, labels: Labels) -> Terms:
    """Fits the weights of the terms of texts; `review` of the tokens is the number of the text."""
    every = distinct(tokens)
    known = vocabulary(every, labels.group)
    return _fit(matrix(every, words(tokens, len(labels.yes)), known), known, labels.yes, labels.no)


def lean_of_unseen(tokens: Tokens, labels: Labels, times: int = 6) -> Floats:
    """The logit of each text by terms that were fitted on the texts of other groups only.

    A set of one group is held out text by text.
    """
    every = distinct(tokens)
    known = vocabulary(every, labels.group)
    present = matrix(every, words(tokens, len(labels.yes)), known)
    logits = np.zeros(len(labels.yes))
    for seen, unseen in folds(labels.group, times):
        fitted = _fit(present[seen], known, labels.yes[seen], labels.no[seen])
        weights = known.join(fitted.weights, on="term", how="left", maintain_order="left")["weight"]
        logits[unseen] = present[unseen] @ weights.fill_null(0.0).to_numpy() + fitted.base
    return logits


def evidence(features: Floats, labels: Labels) -> tuple[float, Floats]:
    """The base and the weight of each column of `features`, one row a text."""
    from sklearn.linear_model import LogisticRegression  # slow to load

    answer, weight, rows = _doubled(labels.yes, labels.no)
    model = LogisticRegression(C=1000.0, max_iter=1000).fit(features[rows], answer, sample_weight=weight)
    return float(model.intercept_[0]), model.coef_[0].astype(np.float64)


def roc_auc(yes: Floats, no: Floats, scores: Floats) -> float:
    """The chance that a text of the class scores above one outside it; ties count half."""
    order = np.argsort(scores, kind="stable")
    _, tied = np.unique(scores[order], return_inverse=True)
    with_yes, with_no = np.bincount(tied, yes[order]), np.bincount(tied, no[order])
    below = np.cumsum(with_no) - with_no / 2
    return float((with_yes * below).sum() / (yes.sum() * no.sum()))


def _fit(present: Any, known: pl.DataFrame, yes: Floats, no: Floats) -> Terms:
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    held = (present > 0).astype(np.float64)
    with_yes, with_no = SMOOTHING + held.T @ yes, SMOOTHING + held.T @ no
    ratio = np.log((with_yes / with_yes.sum()) / (with_no / with_no.sum()))
    scale = np.abs(ratio) ** RATIO_POWER
    answer, weight, rows = _doubled(yes, no)
    scaled = (present @ sparse.diags_array(scale)).tocsr()[rows]
    scaled.indices, scaled.indptr = scaled.indices.astype(np.int32), scaled.indptr.astype(np.int32)  # liblinear's own
    model = LogisticRegression(C=STRENGTH, solver="liblinear").fit(scaled, answer, sample_weight=weight)
    weights = known.with_columns(weight=pl.Series(model.coef_[0] * scale))
    return Terms(weights.filter(pl.col("weight").abs() >= LEAST_WEIGHT), float(model.intercept_[0]))


def _doubled(yes: Floats, no: Floats) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """Answers, weights and rows of all texts of the one class, then all of the other; a text may be in both."""
    in_yes, in_no = np.flatnonzero(yes > 0), np.flatnonzero(no > 0)
    answer = np.r_[np.ones(len(in_yes)), np.zeros(len(in_no))]
    return answer, np.r_[yes[in_yes], no[in_no]], np.r_[in_yes, in_no]


def distinct(tokens: Tokens) -> pl.DataFrame:
    """Every text with each of its terms once: `review`, `term`."""
    return pl.concat([tokens.words, tokens.phrases]).select("review", "term").unique().sort("review", "term")


def vocabulary(every: pl.DataFrame, groups: Sequence[str]) -> pl.DataFrame:
    """The terms to learn of distinct terms, sorted: one column `term`."""
    group = pl.DataFrame({"group": groups}).with_row_index("review")
    counted = every.join(group, on="review").group_by("term", "group").len()
    per_term = counted.group_by("term").agg(pl.col("len").sum().alias("texts"), pl.col("len").max().alias("most"))
    kept = per_term.filter(pl.col("texts") >= LEAST_TEXTS)
    if len(set(groups)) > 1:
        kept = kept.filter(pl.col("most") <= MOST_IN_ONE * pl.col("texts"))
    return kept.select("term").sort("term")


def words(tokens: Tokens, texts: int) -> Floats:
    """How many words each text has, at least one."""
    counted = tokens.words.group_by("review").len()
    counts = np.ones(texts)
    counts[counted["review"].to_numpy()] = counted["len"].to_numpy()
    return counts


def matrix(every: pl.DataFrame, words: Floats, known: pl.DataFrame) -> Any:
    """Texts by terms, sparse: what a term adds to the lean of a text for each unit of its weight."""
    from scipy import sparse

    placed = every.join(known.with_row_index("column"), on="term", maintain_order="left")
    rows, columns = placed["review"].to_numpy(), placed["column"].to_numpy()
    return sparse.csr_array((1 / np.sqrt(words[rows]), (rows, columns)), shape=(len(words), known.height))


def folds(groups: Sequence[str], times: int) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Rows to fit on and rows held out, so many times: whole groups, or single texts where there is one group."""
    from sklearn.model_selection import GroupKFold, KFold

    one = len(set(groups)) == 1
    folded = KFold(times, shuffle=True, random_state=0) if one else GroupKFold(min(times, len(set(groups))))
    yield from folded.split(np.zeros(len(groups)), groups=None if one else np.asarray(groups))
