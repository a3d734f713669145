"""Copies count once, bursts are flagged; all reviews invented."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from reports.weighing.copies import BURST, COPIED, mark, poisson_tail

START = datetime(2026, 1, 1, tzinfo=UTC)
LONG = "They moved the export button again and now nobody in our office can find where the monthly totals are hidden"


def reviews(*rows: tuple[str, str, float | None, int | None]) -> pl.DataFrame:
    """(competitor, body, stars, day) in order; keys are their numbers."""
    data = [
        {
            "key": f"{i:04}",
            "competitor": c,
            "author": None,
            "body": body,
            "stars": stars,
            "written": None if day is None else START + timedelta(days=day),
        }
        for i, (c, body, stars, day) in enumerate(rows)
    ]
    schema = {
        "key": pl.String, "competitor": pl.String, "author": pl.String, "body": pl.String, "stars": pl.Float64,
        "written": pl.Datetime("us", "UTC"),
    }  # fmt: skip
    return mark(pl.DataFrame(data, schema=schema)).sort("key")


def test_the_first_of_several_counts_whatever_the_case_and_points():
    found = reviews(("a", LONG, 1, 5), ("a", LONG.upper() + "!!", 1, 3), ("a", f"{LONG}.", 1, None))
    assert found["copy"].to_list() == [True, False, True]


def test_a_long_text_with_a_word_changed_is_a_copy():
    assert reviews(("a", LONG, 1, 1), ("a", LONG.replace("monthly", "yearly"), 1, 2))["copy"].to_list() == [False, True]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Good app", "Good app"),
        ("The app is very good and I love it", "The app is very good and I hate it"),
        (LONG, "Now the totals are hidden, and in our office nobody can find the export button they moved again"),
    ],
)
def test_what_people_write_alike_on_their_own_is_none(one, other):
    assert reviews(("a", one, 5, 1), ("a", other, 5, 2))["copy"].to_list() == [False, False]


def test_the_same_few_words_by_the_same_hand_count_once():
    rows = [("a", "Good app!", "x1"), ("a", "good app", "x1"), ("a", "Good app", "x2"), ("b", "Good app", "x1")]
    frame = pl.DataFrame(
        {
            "key": [str(i) for i in range(len(rows))],
            "competitor": [r[0] for r in rows],
            "author": [r[2] for r in rows],
            "body": [r[1] for r in rows],
            "stars": [5.0] * len(rows),
            "written": [START] * len(rows),
        }
    )
    assert mark(frame).sort("key")["copy"].to_list() == [False, True, False, False]


def test_the_same_text_at_two_rivals_is_suspicious_at_both_and_counts_at_both():
    found = reviews(("a", LONG, 5, 1), ("b", LONG, 5, 2), ("b", "Fine", 5, 3))
    assert found["copy"].to_list() == [False, False, False]
    assert found["suspicious"].to_list() == [COPIED, COPIED, None]


def test_a_day_of_like_ratings_far_above_the_others_is_a_burst():
    quiet = [("a", f"text {i}", float(1 + i % 5), i) for i in range(40)]
    burst = [("a", f"wow {i}", 5.0, 20) for i in range(25)]
    found = reviews(*quiet, *burst)
    assert found["suspicious"].to_list().count(BURST) == 25 + (quiet[20][2] == 5)


def test_a_busy_day_of_mixed_ratings_is_none():
    quiet = [("a", f"text {i}", 3.0, i) for i in range(40)]
    launch = [("a", f"hm {i}", float(1 + i % 5), 20) for i in range(25)]
    assert reviews(*quiet, *launch)["suspicious"].null_count() == 65


def test_a_single_week_has_no_usual_day():
    assert reviews(*[("a", f"wow {i}", 5.0, 2) for i in range(50)])["suspicious"].null_count() == 50


def test_poisson_tail():
    assert poisson_tail(0, 2.0) == 1.0
    assert poisson_tail(3, 2.0) == pytest.approx(0.3233236, abs=1e-6)
    assert poisson_tail(1, 0.0) == 0.0


def _repeats(earlier: list[str], said: str) -> bool:
    """Whether a text repeats one of those before it that are no copies themselves, by the definition."""
    words = said.split()
    triples = {tuple(words[i : i + 3]) for i in range(len(words) - 2)}
    for other in earlier:
        theirs = other.split()
        others = {tuple(theirs[i : i + 3]) for i in range(len(theirs) - 2)}
        near = min(len(words), len(theirs)) >= 15 and len(triples & others) >= 0.7 * len(triples | others)
        if said == other or near:
            return True
    return False


def test_what_is_not_compared_could_not_have_been_a_copy():
    random = np.random.default_rng(11)
    words = [f"word{i}" for i in range(400)]
    bodies: list[str] = []
    for _ in range(400):
        if bodies and random.random() < 0.5:  # an earlier one with some of its words changed
            said = bodies[random.integers(len(bodies))].split()
            for place in random.integers(0, len(said), random.integers(0, 5)):
                said[place] = words[random.integers(len(words))]
        else:
            said = list(random.choice(words, random.integers(8, 60)))
        bodies.append(" ".join(said))
    earlier: list[str] = []
    due = []
    for body in bodies:
        due.append(_repeats(earlier, body))
        if not due[-1]:
            earlier.append(body)
    found = reviews(*(("a", body, 3, day) for day, body in enumerate(bodies)))["copy"].to_list()
    assert sum(due) > 50
    assert found == due
