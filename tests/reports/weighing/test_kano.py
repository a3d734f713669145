"""Kano readings against planted effects, where stars crowd at the top too, and the regressions behind them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from reports.weighing.kano import LEAST, Category, Kano, kano
from reports.weighing.ordered import Design, Marks, least_squares, odds

THEMES = ["login", "content", "speed", "offline"]
PLANTED = {"login": (1.5, 0.2), "content": (0.2, 1.5), "speed": (1.2, 1.2), "offline": (0.0, 0.0)}
"""What a complaint takes and praise gives on the hidden scale of satisfaction."""


def market(seed: int, shift: float, n: int = 8000) -> list[dict[str, Any]]:
    """Mentions of n reviews of two rivals: one in eight complains of a theme, one in eight praises it.

    Stars cut a hidden satisfaction into five; with `shift` 0 they spread evenly, with 1.5 two thirds are fives.
    """
    rng = np.random.default_rng(seed)
    mentions: list[dict[str, Any]] = []
    for i in range(n):
        said = {theme: rng.choice(["complains", "praises", ""], p=[0.125, 0.125, 0.75]) for theme in THEMES}
        moves = [
            -PLANTED[t][0] if s == "complains" else PLANTED[t][1] if s == "praises" else 0 for t, s in said.items()
        ]
        stars = 1.0 + int(np.digitize(rng.normal() + shift + sum(moves), [-1.2, -0.4, 0.4, 1.2]))
        whose = {"competitor": ("alpha", "beta")[i % 2], "key": f"r{i}", "stars": stars}
        mentions.append(whose | {"mention": -1} | text("", stars))
        mentions += [
            whose | {"mention": j, "themes": [theme]} | text(side, stars)
            for j, (theme, side) in enumerate(said.items())
            if side
        ]
    return mentions


BY_STARS = {1: 1.5, 2: 1.08, 3: 0.18, 4: -0.72, 5: -1.32}
"""What stars add to the logit of a mention."""


def text(side: str, stars: float) -> dict[str, Any]:
    """A mention whose text alone complains, praises or does neither, with the stars on top as reading records it."""
    logit, sentiment = {"complains": (2.0, -0.5), "praises": (-2.0, 0.5), "": (-0.5, 0.0)}[side]
    return {"complaint": 1 / (1 + np.exp(-logit - BY_STARS[int(stars)])), "sentiment": sentiment}


@pytest.mark.parametrize("shift", [0.0, 1.5])
def test_planted_categories_are_found_however_stars_are_spread(evidence_of, shift: float) -> None:
    found = kano(evidence_of(market(3, shift), {}), THEMES, ["alpha", "beta"])
    assert {each.theme: each.category for each in found} == {
        "login": Category.MUST_BE,
        "content": Category.ATTRACTIVE,
        "speed": Category.PERFORMANCE,
        "offline": Category.INDIFFERENT,
    }


def test_stars_that_say_nothing_are_rarely_read(evidence_of) -> None:
    mentions = market(5, 0.5, n=600)
    rng = np.random.default_rng(11)
    evidence = evidence_of(mentions, {})
    claimed = 0
    for _ in range(40):
        shuffled = evidence.reviews.with_columns(stars=evidence.reviews["stars"].shuffle(seed=int(rng.integers(1e6))))
        found = kano(replace(evidence, reviews=shuffled), THEMES, ["alpha", "beta"])
        told = {Category.MUST_BE, Category.ATTRACTIVE, Category.PERFORMANCE}
        claimed += any(each.category in told for each in found)
    assert claimed <= 4


def test_a_complaint_that_only_the_stars_tell_is_none(evidence_of) -> None:
    # 0.6 with one star is a logit of 0.41 - 1.5 by the text: no complaint, and with its sentiment no praise
    angry = [
        {"competitor": "alpha", "key": f"a{i}", "stars": 1.0, "themes": ["login"], "complaint": 0.6, "sentiment": -0.1}
        for i in range(40)
    ]
    assert kano(evidence_of(angry, {"alpha": 100}), THEMES, ["alpha"]) == []


def test_too_few_on_one_side_is_insufficient(evidence_of) -> None:
    mentions = [
        {"competitor": "alpha", "key": f"{side}{i}", "stars": stars, "themes": ["login"]} | text(side, stars)
        for side, stars, n in (("complains", 1.0, 90), ("praises", 5.0, LEAST - 1))
        for i in range(n)
    ]
    assert kano(evidence_of(mentions, {"alpha": 200}), THEMES, ["alpha"]) == [
        Kano("login", Category.INSUFFICIENT, 90, 19, None, None)
    ]


def test_all_ratings_alike_tell_nothing(evidence_of) -> None:
    mentions = [
        {"competitor": "alpha", "key": f"{side}{i}", "stars": 5.0, "themes": ["login"]} | text(side, 5.0)
        for side in ("complains", "praises")
        for i in range(30)
    ]
    (login,) = kano(evidence_of(mentions, {}), THEMES, ["alpha"])
    assert (login.category, login.penalty) == (Category.INSUFFICIENT, None)


def design(counts: list[tuple[float, float, float]]) -> Design:
    """One dummy and one rival, from (dummy, stars, reviews)."""
    rows = np.array(counts)
    return Design(np.c_[rows[:, 0], np.ones(len(rows))], 1, rows[:, 1], rows[:, 2])


def test_odds_of_two_by_two_are_those_of_the_textbook() -> None:
    fit = odds(design([(1, 5, 300), (1, 1, 900), (0, 5, 1000), (0, 1, 500)]))
    assert fit is not None
    # log (300 x 500) / (900 x 1000), variance 1/300 + 1/900 + 1/1000 + 1/500 (Woolf 1955)
    assert fit.coefficients[0] == pytest.approx(np.log(150 / 900), abs=5e-3)
    assert fit.covariance[0, 0] == pytest.approx(1 / 300 + 1 / 900 + 1 / 1000 + 1 / 500, rel=1e-2)


def test_odds_of_five_levels_are_proportional() -> None:
    # both groups cut the same logistic scale, one shifted by 1: the shift is what is found
    cuts = np.array([-2, -1, 0, 1.5])
    rows = []
    for dummy in (0, 1):
        ends = np.concatenate([[0], 1 / (1 + np.exp(-(cuts - dummy))), [1]])
        rows += [(dummy, star, 1e6 * share) for star, share in enumerate(np.diff(ends), start=1)]
    fit = odds(design(rows))
    assert fit is not None
    assert fit.coefficients[0] == pytest.approx(1, abs=1e-4)


def test_what_never_fails_keeps_a_finite_effect() -> None:
    fit = odds(design([(1, 5, 40), (0, 5, 500), (0, 1, 500)]))
    assert fit is not None
    assert 3 < fit.coefficients[0] < 9


def test_least_squares_is_the_difference_of_means() -> None:
    fit = least_squares(design([(1, 1, 30), (1, 3, 10), (0, 5, 50), (0, 4, 50)]))
    assert fit.coefficients[0] == pytest.approx(1.5 - 4.5)
    # the sum of the variances of both means: 0.75 / 40 + 0.25 / 100, times n / (n - p)
    assert fit.covariance[0, 0] == pytest.approx((0.75 / 40 + 0.25 / 100) * 140 / 138)


def test_places_of_ones_are_as_good_as_the_matrix() -> None:
    random = np.random.default_rng(4)
    whole = (random.random((60, 7)) < 0.3).astype(np.float64)
    whole[0] = 0
    weights, vector, group = random.random(60), random.random(7), random.integers(0, 4, 60)
    marks = Marks(whole)
    np.testing.assert_allclose(marks.times(vector), whole @ vector)
    np.testing.assert_allclose(marks.sums(weights), whole.T @ weights)
    np.testing.assert_allclose(marks.squares(weights), (whole * weights[:, None]).T @ whole)
    by = np.stack([(whole * weights[:, None])[group == g].sum(axis=0) for g in range(3)])
    np.testing.assert_allclose(marks.sums_by(group, 3, weights), by)
