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
Places = NDArray[np.intp]


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
    x, n, p = Marks(design.columns), float(design.reviews.sum()), design.columns.shape[1]
    inverse = np.linalg.pinv(x.squares(design.reviews))
    coefficients = inverse @ x.sums(design.reviews * design.stars)
    residuals = design.stars - x.times(coefficients)
    middle = x.squares(design.reviews * residuals**2)
    return _dummies(design, coefficients, inverse @ middle @ inverse * n / max(1.0, n - p))


def odds(design: Design) -> Fit | None:
    """Log-odds of a better rating that each dummy adds; None where all ratings are the same or no fit is found.

    P(rating <= j) = 1 / (1 + exp(x b - t_j)), with thresholds t_1 < ... < t_(J-1) for the J whole stars that occur.
    """
    _, level = np.unique(np.round(design.stars), return_inverse=True)
    cuts = int(level.max())
    if cuts == 0:
        return None
    # the last rival's level is in the thresholds
    model = _Model(Marks(design.columns[:, :-1]), level, cuts, design.reviews)
    shares = np.cumsum(np.bincount(level, weights=design.reviews))[:-1] / design.reviews.sum()
    found = np.concatenate([np.log(shares / (1 - shares)), np.zeros(model.x.width)])
    prior = np.concatenate([np.zeros(cuts), np.full(model.x.width, RIDGE)])
    for _ in range(STEPS):
        likelihood, gradient, curve, middle = model.slopes(found)
        bend = curve + np.diag(prior)
        step = np.linalg.solve(bend, gradient - prior * found)
        best = likelihood - float(prior @ found**2) / 2
        size = 1.0
        while size > CLOSE and not model.objective(found + size * step, prior) >= best:
            size /= 2
        found = found + size * step
        if float(np.abs(size * step).max()) < CLOSE**0.5:
            inverse = np.linalg.inv(bend)
            whole = inverse @ middle @ inverse
            return _dummies(design, found[cuts:], whole[cuts:, cuts:])
    return None


class Marks:
    """A matrix of noughts and few ones, as the places of the ones."""

    def __init__(self, whole: Floats) -> None:
        self.height, self.width = whole.shape
        self._row, self._column = np.nonzero(whole)
        held = np.bincount(self._row, minlength=self.height)
        # every pair of ones of a row
        many = held[self._row]
        one = np.repeat(np.arange(len(self._row)), many)
        start = np.concatenate([[0], np.cumsum(held)[:-1]])
        nth = np.arange(len(one)) - np.repeat(np.cumsum(many) - many, many)
        other = start[self._row[one]] + nth
        self._pair_row = self._row[one]
        self._pair = self._column[one] * self.width + self._column[other]

    def times(self, vector: Floats) -> Floats:
        """x v."""
        return _sums(self._row, vector[self._column], self.height)

    def sums(self, weights: Floats) -> Floats:
        """x' w."""
        return _sums(self._column, weights[self._row], self.width)

    def sums_by(self, group: Places, groups: int, weights: Floats) -> Floats:
        """x' w over the rows of each group, groups x columns; a row of a group beyond is left out."""
        inside = group[self._row] < groups
        row, column = self._row[inside], self._column[inside]
        place = group[row] * self.width + column
        return _sums(place, weights[row], groups * self.width).reshape(groups, self.width)

    def squares(self, weights: Floats) -> Floats:
        """x' diag(w) x."""
        return _sums(self._pair, weights[self._pair_row], self.width**2).reshape(self.width, self.width)


@dataclass(frozen=True)
class _Model:
    """Of each row: A its upper threshold minus x, B its lower one minus x; the best level has no A, the worst no B."""

    x: Marks
    level: Places
    cuts: int
    reviews: Floats

    def _bounds(self, at: Floats) -> tuple[Floats, Floats, Floats]:
        """Cumulative probabilities at both ends of each row's level, and that of the level."""
        ends = np.concatenate([[-np.inf], at[: self.cuts], [np.inf]])
        mean = self.x.times(at[self.cuts :])
        upper, lower = _logistic(ends[self.level + 1] - mean), _logistic(ends[self.level] - mean)
        upper[self.level == self.cuts], lower[self.level == 0] = 1.0, 0.0
        return upper, lower, np.maximum(upper - lower, 1e-12)

    def objective(self, at: Floats, prior: Floats) -> float:
        """The log-likelihood with its prior."""
        upper, lower, p = self._bounds(at)
        return -np.inf if (upper < lower).any() else float(self.reviews @ np.log(p)) - float(prior @ at**2) / 2

    def slopes(self, at: Floats) -> tuple[float, Floats, Floats, Floats]:
        """Log-likelihood, its derivative, minus its second derivative, and the sum of the squares of the scores."""
        upper, lower, p = self._bounds(at)
        f_upper, f_lower = upper * (1 - upper), lower * (1 - lower)
        a, b, n = f_upper / p, -f_lower / p, self.reviews
        h_upper = f_upper * (1 - 2 * upper) / p - a**2
        h_lower = -f_lower * (1 - 2 * lower) / p - b**2
        gradient = np.concatenate([self._by_cut(n * a, n * b), -self.x.sums(n * (a + b))])
        curve = -self._squares(n * h_upper, n * h_lower, -n * a * b)
        return float(n @ np.log(p)), gradient, curve, self._squares(n * a**2, n * b**2, n * a * b)

    def _by_cut(self, above: Floats, below: Floats) -> Floats:
        """Sums by threshold: of a row's upper one, and of its lower one."""
        upper, lower = (_sums(self.level, each, self.cuts + 1) for each in (above, below))
        return upper[:-1] + lower[1:]

    def _squares(self, upper: Floats, lower: Floats, both: Floats) -> Floats:
        """A' diag(upper) A + B' diag(lower) B + A' diag(both) B + B' diag(both) A."""
        cuts, size = self.cuts, self.cuts + self.x.width
        whole = np.zeros((size, size))
        whole[cuts:, cuts:] = self.x.squares(upper + lower + 2 * both)
        beyond = np.where(self.level == 0, cuts, self.level - 1)
        whole[:cuts, cuts:] = -self.x.sums_by(self.level, cuts, upper + both)
        whole[:cuts, cuts:] -= self.x.sums_by(beyond, cuts, lower + both)
        whole[cuts:, :cuts] = whole[:cuts, cuts:].T
        whole[np.arange(cuts), np.arange(cuts)] = self._by_cut(upper, lower)
        between = _sums(self.level, both, cuts + 1)[1:cuts]
        whole[np.arange(1, cuts), np.arange(cuts - 1)] = between
        whole[np.arange(cuts - 1), np.arange(1, cuts)] = between
        return whole


def _sums(place: Places, weights: Floats, size: int) -> Floats:
    """The sum of the weights at each place."""
    return np.bincount(place, weights=weights, minlength=size).astype(np.float64, copy=False)


def _logistic(x: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-np.clip(x, -500, 500)))
    return result


def _dummies(design: Design, coefficients: Floats, covariance: Floats) -> Fit:
    n = design.dummies
    return Fit(coefficients[:n], covariance[:n, :n])
