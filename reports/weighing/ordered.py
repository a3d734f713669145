"""Two regressions of star ratings on what reviews say: least squares, in stars, and cumulative logits, in odds.

Least squares tells what a theme costs or earns in stars, but stars end at five: where most ratings are there already,
praise can hardly add any. The cumulative-logit (proportional-odds) model has no such ceiling (McCullagh 1980,
"Regression models for ordinal data", J. R. Stat. Soc. B 42): it tells by how much the odds of a better rating move.

Both take like reviews together (a row counts `reviews` times), and both have standard errors that hold where the spread
is unequal or the model only nearly right (sandwich, White 1980).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RIDGE = 0.16
"""Prior precision of a log-odds, which is that of a standard deviation of 2.5: what is praised at five stars only keeps
a finite effect. It weighs as much as a fraction of one review."""
STEPS = 50
CLOSE = 1e-8

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """Reviews, like ones taken together."""

    columns: Floats
    """Kinds of review x columns, 0 or 1: dummies, then one a rival, exactly one of which is 1."""
    dummies: int
    """How many of the columns are dummies."""
    stars: Floats
    reviews: Floats
    """How many there are of each kind."""


@dataclass(frozen=True)
class Fit:
    """The coefficients of the dummies, in their order, and their covariance."""

    coefficients: Floats
    covariance: Floats


def least_squares(design: Design) -> Fit:
    """Stars that each dummy adds (HC1 covariance)."""
    x, n, p = design.columns, float(design.reviews.sum()), design.columns.shape[1]
    weighed = x * design.reviews[:, None]
    inverse = np.linalg.pinv(weighed.T @ x)
    coefficients = inverse @ (weighed.T @ design.stars)
    residuals = design.stars - x @ coefficients
    middle = (weighed * residuals[:, None] ** 2).T @ x
    return _dummies(design, coefficients, inverse @ middle @ inverse * n / max(1.0, n - p))


def odds(design: Design) -> Fit | None:
    """Log-odds of a better rating that each dummy adds; None where all ratings are the same or no fit is found.

    P(rating <= j) = 1 / (1 + exp(x b - t_j)), with thresholds t_1 < ... < t_(J-1) for the J whole stars that occur.
    """
    _, level = np.unique(np.round(design.stars), return_inverse=True)
    cuts = int(level.max())
    if cuts == 0:
        return None
    x = design.columns[:, :-1]  # the last rival's level is in the thresholds
    above, below = np.zeros((len(level), cuts + x.shape[1])), np.zeros((len(level), cuts + x.shape[1]))
    above[:, cuts:] = below[:, cuts:] = -x
    rows = np.arange(len(level))
    above[rows[level < cuts], level[level < cuts]] = 1
    below[rows[level > 0], level[level > 0] - 1] = 1
    shares = np.cumsum(np.bincount(level, weights=design.reviews))[:-1] / design.reviews.sum()
    found = np.concatenate([np.log(shares / (1 - shares)), np.zeros(x.shape[1])])
    prior = np.concatenate([np.zeros(cuts), np.full(x.shape[1], RIDGE)])
    ends = (level < cuts, level > 0)
    for _ in range(STEPS):
        likelihood, scores, curve = _slopes(found, above, below, ends, design.reviews)
        gradient = (scores * design.reviews[:, None]).sum(axis=0) - prior * found
        bend = curve + np.diag(prior)
        step = np.linalg.solve(bend, gradient)
        best = likelihood - float(prior @ found**2) / 2
        size = 1.0
        while size > CLOSE and not _objective(found + size * step, above, below, ends, design.reviews, prior) >= best:
            size /= 2
        found = found + size * step
        if float(np.abs(size * step).max()) < CLOSE**0.5:
            inverse = np.linalg.inv(bend)
            middle = (scores * design.reviews[:, None]).T @ scores
            whole = inverse @ middle @ inverse
            return _dummies(design, found[cuts:], whole[cuts:, cuts:])
    return None


Ends = tuple[NDArray[np.bool_], NDArray[np.bool_]]


def _bounds(at: Floats, above: Floats, below: Floats, ends: Ends) -> tuple[Floats, Floats, Floats]:
    """Cumulative probabilities at both ends of each row's level, and that of the level."""
    upper = np.where(ends[0], _logistic(above @ at), 1.0)
    lower = np.where(ends[1], _logistic(below @ at), 0.0)
    return upper, lower, np.maximum(upper - lower, 1e-12)


def _objective(at: Floats, above: Floats, below: Floats, ends: Ends, reviews: Floats, prior: Floats) -> float:
    upper, lower, p = _bounds(at, above, below, ends)
    return -np.inf if (upper < lower).any() else float(reviews @ np.log(p)) - float(prior @ at**2) / 2


def _slopes(at: Floats, above: Floats, below: Floats, ends: Ends, reviews: Floats) -> tuple[float, Floats, Floats]:
    """Log-likelihood, the score of each row, and minus the second derivative."""
    upper, lower, p = _bounds(at, above, below, ends)
    f_upper, f_lower = upper * (1 - upper), lower * (1 - lower)
    a, b = f_upper / p, -f_lower / p
    scores = above * a[:, None] + below * b[:, None]
    both = -a * b
    h_upper = f_upper * (1 - 2 * upper) / p - a**2
    h_lower = -f_lower * (1 - 2 * lower) / p - b**2
    cross = (above * (both * reviews)[:, None]).T @ below
    curve = (above * (h_upper * reviews)[:, None]).T @ above + (below * (h_lower * reviews)[:, None]).T @ below
    return float(reviews @ np.log(p)), scores, -(curve + cross + cross.T)


def _logistic(x: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-np.clip(x, -500, 500)))
    return result


def _dummies(design: Design, coefficients: Floats, covariance: Floats) -> Fit:
    n = design.dummies
    return Fit(coefficients[:n], covariance[:n, :n])
