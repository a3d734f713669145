"""How complaints move by month, by version, and how pressing they are: found where planted, silent where not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from reports.weighing.crowd import crowds
from reports.weighing.evidence import Evidence, Window
from reports.weighing.momentum import Split
from reports.weighing.months import Course, Point, Spike, courses, unit_of
from reports.weighing.versions import NO_VERSIONS, Turn, versions

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
UTC_TIME = pl.Datetime("us", "UTC")
Said = dict[str, Any]


def review(who: str, day: float, *themes: str, version: str | None = None, **more: Any) -> Said:
    """A review of a day, with complaints about themes."""
    at = START + timedelta(days=day)
    return {
        "competitor": who,
        "written": at,
        "themes": themes,
        "version": version,
        "urgency": 0.0,
        "churn": False,
        **more,
    }


def evidence(said: list[Said]) -> Evidence:
    rows = [{**r, "key": f"k{i:05}", "counted": True, "is_read": True} for i, r in enumerate(said)]
    schema = {"key": pl.String, "competitor": pl.String, "written": UTC_TIME, "version": pl.String} | {
        "counted": pl.Boolean, "is_read": pl.Boolean,
    }  # fmt: skip
    reviews = pl.DataFrame([{c: r[c] for c in schema} for r in rows], schema=schema)
    about = {"key": pl.String, "competitor": pl.String, "written": UTC_TIME, "theme": pl.String} | {
        "complains": pl.Boolean, "urgency": pl.Float64, "churn": pl.Boolean,
    }  # fmt: skip
    told = [{**r, "theme": t, "complains": True} for r in rows for t in r["themes"]]
    statements = pl.DataFrame([{c: r[c] for c in about} for r in told], schema=about)
    end = max(r["written"] for r in rows)
    return Evidence(Window(START - timedelta(days=1), end), reviews, statements, pl.DataFrame())


def points(*counts: tuple[int, int]) -> tuple[Point, ...]:
    """The months from January on."""
    return tuple(Point(date(2026, month, 1), k, n) for month, (k, n) in enumerate(counts, start=1))


def test_whole_courses_with_a_month_that_stands_out() -> None:
    quiet = [review("a", d) for d in range(89)] + [review("b", d) for d in range(0, 91, 10)]
    loud = [review("a", 31 + d, "crash") for d in range(20)]
    assert courses(evidence(quiet + loud), ["crash"], ["crash", "price"], ["a", "b"]) == [
        Course(
            theme="crash",
            unit="month",
            points=points((0, 35), (20, 50), (0, 33), (0, 1)),
            rivals=(("a", points((0, 31), (20, 48), (0, 30), (0, 0))), ("b", points((0, 4), (0, 2), (0, 3), (0, 1)))),
            spikes=(Spike("a", Point(date(2026, 2, 1), 20, 48), (0, 61)),),
        )
    ]


def test_a_shorter_stretch_is_cut_into_weeks_or_days_and_two_days_into_nothing() -> None:
    assert [unit_of(timedelta(days=d)) for d in (90, 89, 21, 20, 3)] == ["month", "week", "week", "day", "day"]
    weeks = courses(evidence([review("a", d, "crash") for d in range(30)]), ["crash"], [], ["a"])[0]
    assert (weeks.unit, weeks.points[0]) == ("week", Point(date(2025, 12, 29), 4, 4))
    assert courses(evidence([review("a", d, "crash") for d in range(2)]), ["crash"], [], ["a"]) == []


def test_shuffled_dates_stand_out_in_few_of_two_hundred_markets() -> None:
    random = np.random.default_rng(7)
    themes = [f"t{i}" for i in range(8)]
    said = [
        review(str(who), 0, *(t for t, p in zip(themes, random.random(8), strict=True) if p < 0.06))
        for who in random.integers(0, 3, 600)
    ]
    claims = 0
    for _ in range(200):
        for one, day in zip(said, random.uniform(0, 360, len(said)), strict=True):
            one["written"] = START + timedelta(days=float(day))
        claims += any(course.spikes for course in courses(evidence(said), themes, themes, ["0", "1", "2"]))
    assert claims <= 10


def test_versions_are_ordered_by_their_reviews_and_not_by_their_names() -> None:
    old = [review("a", d, *(["crash"] if d == 0 else []), version="10.0") for d in range(40)]
    new = [review("a", 40 + d, *(["crash"] if d < 12 else []), version="9-final") for d in range(30)]
    found = versions(evidence(old + new), ["crash", "price"], ["a"])
    assert found.compared == (("a", "9-final", 30),)
    (turn,) = found.turns
    assert turn == Turn("a", "9-final", date(2026, 2, 10), "crash", 12, 30, 1, 40, turn.change, turn.low, turn.high)
    assert turn.rose
    assert round(turn.change, 3) == 0.375
    assert 0.18 < turn.low < turn.change < turn.high < 0.58


def test_versions_that_change_nothing_are_said_to_change_something_in_few_of_two_hundred_markets() -> None:
    random = np.random.default_rng(3)
    themes = [f"t{i}" for i in range(8)]
    claims = 0
    for _ in range(200):
        said = [
            review(
                "a", d, *(t for t, p in zip(themes, random.random(8), strict=True) if p < 0.08), version=str(d // 40)
            )
            for d in range(240)
        ]
        claims += bool(versions(evidence(said), themes, ["a"]).turns)
    assert claims <= 10


def test_versions_used_side_by_side_are_not_called_old_and_new() -> None:
    said = [review("a", d / 2, *(["crash"] if d % 2 else []), version="12"[d % 2]) for d in range(200)]
    assert versions(evidence(said), ["crash"], ["a"]) == NO_VERSIONS


def test_a_version_of_few_reviews_says_nothing() -> None:
    said = [review("a", d, version="1") for d in range(60)] + [
        review("a", 60 + d, "crash", version="2") for d in range(14)
    ]
    assert versions(evidence(said), ["crash"], ["a"]) == NO_VERSIONS


def test_the_hungrier_crowd_is_told_and_whether_it_grows() -> None:
    parts = Split(START, START + timedelta(days=50), START + timedelta(days=100))
    pressed = [review("a", d + 0.5, "crash", urgency=1.0 if d >= 50 else 0.0) for d in range(100)]
    calm = [review("a", d + 0.5, "price", churn=d % 20 == 0) for d in range(100)]
    crash, price = crowds(evidence(pressed + calm), ["crash", "price"], ["a"], parts)
    assert (crash.hungry.k, crash.urgent.k, crash.leaving.k, crash.hungrier, crash.verdict) == (
        50,
        50,
        0,
        True,
        "growing",
    )
    assert (price.hungry.k, price.urgent.k, price.leaving.k, price.hungrier, price.verdict) == (
        5,
        0,
        5,
        False,
        "steady",
    )
    assert [c.verdict for c in crowds(evidence(pressed + calm), ["crash", "price"], ["a"], None)] == [None, None]
