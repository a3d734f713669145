"""Complaints by calendar month (week or day in a shorter stretch): the market's, each rival's, and what stands out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from reports.weighing.evidence import Evidence
from reports.weighing.statistics import TRENDS, discoveries, more_often

LEAST_COMPLAINTS = 30
"""A theme that is no gap is followed when at least this many dated reviews of rivals complain."""
LEAST_DAYS = {"month": 90, "week": 21}
"""How long a stretch must be to be cut into such parts; a shorter one is cut into days."""
LEAST_PARTS = 3
SPIKE_FROM = 5
"""Complaining reviews that a rival, and then the part that stands out, must have."""
STEP = {"month": "1mo", "week": "1w", "day": "1d"}


@dataclass(frozen=True)
class Point:
    """One part of the calendar: of `n` read and dated reviews `k` complain or wish."""

    start: date
    k: int
    n: int


@dataclass(frozen=True)
class Spike:
    """A part in which one rival is complained about more than in all its other parts (`statistics.TRENDS`)."""

    competitor: str
    point: Point
    rest: tuple[int, int]
    """k and n of its other parts."""


@dataclass(frozen=True)
class Course:
    """How a theme went. Parts without a review are there too, with n = 0, so that all courses have the same parts."""

    theme: str
    unit: str
    """`month`, `week` (named by its Monday) or `day`."""
    points: tuple[Point, ...]
    """All rivals together."""
    rivals: tuple[tuple[str, tuple[Point, ...]], ...]
    spikes: tuple[Spike, ...]
    """Earliest first."""


def courses(evidence: Evidence, first: Sequence[str], themes: Sequence[str], rivals: Sequence[str]) -> list[Course]:
    """The themes of `first`, and then those of `themes` with enough complaints; empty where dates span no three parts.

    Whether the collection lets a course be told at all is for `collection.moved` to say.
    """
    ours = pl.col("competitor").is_in(list(rivals)) & pl.col("written").is_not_null()
    late = _late(evidence)
    facts = evidence.reviews.select("competitor", "written", "counted", "is_read")
    reviews = facts.filter(ours & pl.col("counted") & pl.col("is_read") & ~late)
    complaints = evidence.statements.filter(ours & pl.col("complains") & ~late)
    oldest, newest = reviews["written"].min(), reviews["written"].max()
    if not isinstance(oldest, datetime) or not isinstance(newest, datetime):
        return []
    unit = unit_of(newest - oldest)
    starts = _starts(oldest, newest, unit)
    if len(starts) < LEAST_PARTS:
        return []
    read = _counted(reviews, unit, [])
    said = _counted(complaints, unit, ["theme"])
    loud = dict(complaints.group_by("theme").len().iter_rows())
    rest = sorted((t for t in themes if loud.get(t, 0) >= LEAST_COMPLAINTS), key=lambda t: (-loud[t], t))
    wanted = list(dict.fromkeys([*first, *rest]))
    of_rivals = {
        (theme, rival): tuple(Point(s, said.get((theme, rival, s), 0), read.get((rival, s), 0)) for s in starts)
        for theme in wanted
        for rival in rivals
    }
    spikes = _spikes(of_rivals)
    return [
        Course(
            theme,
            unit,
            tuple(_sum([of_rivals[theme, r][i] for r in rivals]) for i in range(len(starts))),
            tuple((r, of_rivals[theme, r]) for r in rivals),
            tuple(sorted(spikes.get(theme, []), key=lambda s: (s.point.start, s.competitor))),
        )
        for theme in wanted
    ]


def unit_of(stretch: timedelta) -> str:
    """Months for three months or more, weeks for three weeks or more, else days."""
    return next((unit for unit, least in LEAST_DAYS.items() if stretch.days >= least), "day")


def _late(evidence: Evidence) -> pl.Expr:
    """Dates after the window are errors of their source."""
    end = evidence.window.end
    return pl.lit(value=False) if end is None else pl.col("written") > end


def _starts(oldest: datetime, newest: datetime, unit: str) -> list[date]:
    ends = pl.Series([oldest, newest]).dt.truncate(STEP[unit]).dt.date()
    return pl.date_range(ends[0], ends[1], STEP[unit], eager=True).to_list()


def _counted(rows: pl.DataFrame, unit: str, by: list[str]) -> dict[tuple[object, ...], int]:
    start = pl.col("written").dt.truncate(STEP[unit]).dt.date().alias("start")
    return {tuple(r[:-1]): r[-1] for r in rows.group_by(*by, "competitor", start).len().iter_rows()}


def _sum(points: list[Point]) -> Point:
    return Point(points[0].start, sum(p.k for p in points), sum(p.n for p in points))


def _spikes(of_rivals: dict[tuple[str, str], tuple[Point, ...]]) -> dict[str, list[Spike]]:
    """By theme."""
    tested, p_values = [], []
    for (theme, rival), points in of_rivals.items():
        k, n = sum(p.k for p in points), sum(p.n for p in points)
        if k < SPIKE_FROM:
            continue
        # every part is tested, not only the loud ones: whoever picks by the count that is tested finds too much
        for point in points:
            if point.n:
                tested.append((theme, Spike(rival, point, (k - point.k, n - point.n))))
                p_values.append(more_often(point.k, point.n, k - point.k, n - point.n))
    found: dict[str, list[Spike]] = {}
    for (theme, spike), stands in zip(tested, discoveries(p_values, TRENDS), strict=True):
        if stands and spike.point.k >= SPIKE_FROM:
            found.setdefault(theme, []).append(spike)
    return found
