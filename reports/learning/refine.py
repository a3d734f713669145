"""Refines the learned terms for one market, from the stars of its own reviews.

What the project's rules say of each text stays as it is (an offset); fitted is only what the market's stars add to
it: weights of terms, under a ridge penalty, so a term that the rules already weigh right gets nothing. The result is
kept only if it helps on rivals whose reviews it has not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from data.errors import UnmetError
from reports.learning import fit
from reports.learning.fit import Floats, Labels
from reports.reading import judging, language, terms
from reports.reading.pieces import pieces
from reports.rules import Rules

LEAST = 100
"""Reviews needed on either side: with one or two stars, and with four or five."""
STRENGTH = 1.0
"""Inverse of the ridge penalty: a market is small beside what the rules were learned from."""
FOLDS = 5


class LearningError(UnmetError):
    """A market cannot teach anything yet."""


@dataclass(frozen=True)
class Refined:
    """What a market adds to the rules."""

    weights: pl.DataFrame
    """`term` and `complaint`, in hundredths: to be added to the rules' own."""
    reviews: int
    before: float
    """ROC AUC of the rules on the market's reviews."""
    after: float
    """The same with weights refined on other reviews: of other rivals where there are three or more."""
    by_rival: bool


def refined(reviews: pl.DataFrame, rules: Rules) -> Refined:
    """Refines on reviews with `competitor`, `title`, `body` and `stars` (1..5 or null); raises LearningError."""
    stars = pl.col("stars")
    text = reviews.select(pl.concat_str("title", "body", separator="\n", ignore_nulls=True)).to_series()
    rated = reviews.with_columns(spoken=language.detect(text)).filter(stars.is_not_null(), stars != 3)
    rated = rated.filter(pl.col("spoken") == "en").with_columns(review=pl.int_range(pl.len(), dtype=pl.UInt32))
    rated = rated.with_columns(stars.cast(pl.Float64))
    yes = (rated["stars"] < 3).cast(pl.Float64).to_numpy()
    fewer = int(min(yes.sum(), len(yes) - yes.sum()))
    if fewer < LEAST:
        raise LearningError(
            f"too few rated English reviews to learn from: {fewer} of the rarer kind (1-2 or 4-5 stars), {LEAST} needed"
        )
    labels = Labels(yes, 1 - yes, rated["competitor"].to_list())
    leaning = judging.leaning(judging.heard(pieces(rated), rules), rules)
    judged = judging.judged(leaning.with_columns(loyalty=pl.lit(None, dtype=pl.String)), rules)
    offset = _per_review(judged.group_by("review").agg(pl.col("review_logit").first().alias("logit")), len(yes))
    tokens = terms.tokens(judged)
    distinct = fit.distinct(tokens)
    vocabulary = fit.vocabulary(distinct, labels.group)
    present = (
        fit.matrix(distinct, fit.words(tokens, len(yes)), vocabulary) * rules.learned.evidence["complaint"]["lean"]
    )
    rivals = len(set(labels.group)) >= 3
    folds = fit.folds(labels.group if rivals else ["one"] * len(yes), FOLDS)
    unseen = offset.copy()
    for seen, held in folds:
        unseen[held] += present[held] @ _added(present[seen], offset[seen], yes[seen])
    weights = vocabulary.with_columns(
        complaint=pl.Series((_added(present, offset, yes) * 100).round().astype(np.int64))
    )
    return Refined(
        weights=weights.filter(pl.col("complaint").abs() >= fit.LEAST_WEIGHT * 100 / 2),
        reviews=len(yes),
        before=fit.roc_auc(labels.yes, labels.no, offset),
        after=fit.roc_auc(labels.yes, labels.no, unseen),
        by_rival=rivals,
    )


def _per_review(logits: pl.DataFrame, reviews: int) -> Floats:
    values = np.zeros(reviews)
    values[logits["review"].to_numpy()] = logits["logit"].to_numpy()
    return values


def _added(present: Any, offset: Floats, yes: Floats) -> Floats:
    """The ridge-penalised logistic weights that, added to the offset, explain the answers best.

    A base and a scale of the offset are fitted beside them, unpenalised, and left out: that a market has more
    complaints than others is no news about its words.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    signs = 2 * yes - 1

    def loss(fitted: Floats) -> tuple[float, Floats]:
        base, scale, weights = fitted[0], fitted[1], fitted[2:]
        margin = signs * (base + scale * offset + present @ weights)
        value = np.logaddexp(0, -margin).sum() + (weights @ weights) / (2 * STRENGTH)
        error = -signs * expit(-margin)
        slope = np.concatenate([[error.sum(), error @ offset], present.T @ error + weights / STRENGTH])
        return float(value), slope

    start = np.zeros(present.shape[1] + 2)
    start[1] = 1.0
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return np.asarray(found.x[2:] / max(found.x[1], 0.1), dtype=np.float64)
