"""When complaints rise or fall, and when that is only chance or another mix of rivals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from reports.weighing.evidence import Evidence, Window
from reports.weighing.momentum import Momentum, Split, momenta

END = datetime(2026, 5, 1, tzinfo=UTC)
PARTS = Split(END - timedelta(days=180), END - timedelta(days=90), END)
DAYS = {"recent": 10, "before": 100}


def moved(counts: dict[tuple[str, str], tuple[int, int]], theme: str = "a", others: int = 0) -> dict[str, Momentum]:
    """(rival, part) -> complaints of reviews; and so many themes beside, of which nothing moves."""
    reviews = [
        (who, f"{who} {part} {i}", END - timedelta(days=DAYS[part]), i < k)
        for (who, part), (k, n) in counts.items()
        for i in range(n)
    ]
    frame = pl.DataFrame(reviews, schema=["competitor", "key", "written", "complains"], orient="row")
    yes = pl.lit(value=True)
    said = [frame.filter("complains").with_columns(theme=pl.lit(theme))]
    said += [
        frame.group_by("competitor", "written").head(3).with_columns(theme=pl.lit(f"o{i}"), complains=yes)
        .select(said[0].columns)
        for i in range(others)
    ]  # fmt: skip
    evidence = Evidence(
        Window(PARTS.before, END), frame.with_columns(counted=yes, is_read=yes), pl.concat(said), pl.DataFrame()
    )
    return momenta(evidence, [theme, *(f"o{i}" for i in range(others))], sorted({who for who, _ in counts}), PARTS)


def test_a_rise_beyond_chance():
    told = moved({("x", "recent"): (30, 200), ("x", "before"): (8, 200)})["a"]
    assert (told.recent_k, told.recent_n, told.before_k, told.before_n) == (30, 200, 8, 200)
    assert (told.verdict, round(told.change, 3)) == ("rising", 0.11)
    assert moved({("x", "recent"): (8, 200), ("x", "before"): (30, 200)})["a"].verdict == "falling"


def test_what_stands_alone_may_not_stand_among_many():
    counts = {("x", "recent"): (24, 200), ("x", "before"): (8, 200)}
    assert moved(counts)["a"].verdict == "rising"
    many = moved(counts, others=30)
    assert many["a"].verdict == "steady"
    # its own interval is without zero all the same
    assert many["a"].low > 0


def test_more_reviews_of_an_unhappier_rival_are_no_trend():
    told = moved({
        ("sore", "before"): (40, 100), ("glad", "before"): (4, 200),
        ("sore", "recent"): (120, 300), ("glad", "recent"): (1, 50),
    })["a"]  # fmt: skip
    assert told.low > 0
    assert told.verdict == "steady"


def test_too_few_reviews_have_no_trend():
    assert moved({("x", "recent"): (20, 29), ("x", "before"): (1, 200)}) == {}
    assert moved({("x", "before"): (1, 200)}) == {}
