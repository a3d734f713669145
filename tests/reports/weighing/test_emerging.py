"""What no theme holds: found when it is planted, joined when it is one complaint, silent when nothing is new."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from reports.weighing.emerging import Emerging, emerging
from reports.weighing.evidence import Evidence, Window
from reports.weighing.momentum import Split
from reports.weighing.statistics import Proportion

END = datetime(2026, 6, 30, tzinfo=UTC)
PARTS = Split(END - timedelta(days=180), END - timedelta(days=90), END)
UTC_TIME = pl.Datetime("us", "UTC")
GRUMBLES = (
    "My kettle whistles whenever the neighbour parks his car.",
    "The violin lesson was a letdown for both of us.",
    "Somebody painted the fence in a dreadful green.",
    "A soggy sandwich is not what I had in mind.",
    "The garden gnome frightens my grandmother.",
)
"""Complaints of anything, which no theme holds."""
SCHEMA: dict[str, Any] = {
    "key": pl.String, "competitor": pl.String, "author": pl.String, "written": UTC_TIME, "text": pl.String,
    "kinds": pl.List(pl.String), "themes": pl.List(pl.String), "pain_point": pl.String, "mention": pl.Int64,
    "start": pl.Int64, "end": pl.Int64, "listing": pl.String, "url": pl.String, "row": pl.Int64, "stars": pl.Float64,
    "helpful": pl.Int64, "sentiment": pl.Float64, "complaint": pl.Float64,
}  # fmt: skip
Row = dict[str, Any]


def mention(number: int, text: str, days: float, kind: str = "complaint", **more: Any) -> Row:
    """A review of one sentence, written so many days before the end."""
    told: Row = {
        "key": f"k{number:05}", "competitor": "a", "author": f"p{number}", "written": END - timedelta(days=days),
        "text": text, "kinds": [kind], "themes": ["general"], "pain_point": None, "mention": 0, "start": 0,
        "end": len(text), "listing": "l", "url": None, "row": None, "stars": 1.0, "helpful": 0, "sentiment": -0.5,
        "complaint": 0.9,
    }  # fmt: skip
    return told | more


def market(random: np.random.Generator, size: int = 600) -> list[Row]:
    """Grumbles, complaints that a theme holds, and praise over half a year."""
    held = "The brown parcel of guest {} never reached our garden gate beside the station."
    praise = "I love how the parrot greets guest {} and sings old sailor songs over breakfast."
    rows = []
    for number, days in enumerate(random.uniform(0, 180, size)):
        if number % 2:
            rows.append(mention(number, GRUMBLES[random.integers(len(GRUMBLES))], days))
        elif number % 4:
            rows.append(mention(number, held.format(number), days, themes=["delivery"]))
        else:
            rows.append(mention(number, praise.format(number), days, "praise"))
    return rows


def found(rows: list[Row], parts: Split | None = PARTS) -> Emerging:
    frame = pl.DataFrame(rows, schema=SCHEMA).sort("key")
    reviews = frame.select("key", "competitor", "written", counted=True, is_read=True).unique(
        "key", maintain_order=True
    )
    window = Window(END - timedelta(days=365), END)
    return emerging(Evidence(window, reviews, pl.DataFrame(), frame), ["a", "b"], parts, set())


def planted(n: int, days: float = 20, start: int = 9000, **more: Any) -> list[Row]:
    ways = ("The purple hexagon blinks and {} hates it.", "Purple hexagons blinking again at {}, how odd.")
    return [mention(start + i, ways[i % 2].format(f"desk{i}"), days, **more) for i in range(n)]


def test_a_new_complaint_is_found_counted_and_quoted() -> None:
    rows = market(np.random.default_rng(1)) + planted(16) + planted(2, days=150, start=9500, competitor="b")
    told = found(rows)
    (cry,) = told.cries
    assert (told.dated, cry.phrase, cry.authors, cry.rivals) == (True, "purple hexagon blinks", 16, (("a", 16),))
    assert "purple hexagon" in cry.variants
    assert (cry.reviews.k, cry.before and cry.before.k) == (16, 2)
    assert cry.reviews.n == sum(row["written"] > PARTS.recent for row in rows)
    assert cry.quote is not None
    assert (cry.quote.key, cry.quote.start, cry.quote.end) == ("k09000", 0, len(cry.quote.text))


def test_one_loud_person_is_not_many() -> None:
    told = found(market(np.random.default_rng(1)) + planted(16, author="one"))
    assert told.cries == ()


def test_what_is_praised_as_often_is_no_complaint() -> None:
    praise = [mention(9700 + i, f"The purple hexagon blinks for guest {i}, lovely.", 20, "praise") for i in range(32)]
    assert found(market(np.random.default_rng(1)) + planted(16) + praise).cries == ()


def test_what_a_theme_or_a_pain_point_holds_is_not_untold() -> None:
    assert found(market(np.random.default_rng(1)) + planted(16, themes=["display"])).cries == ()
    assert found(market(np.random.default_rng(1)) + planted(16, pain_point="blinking hexagon")).cries == ()


def test_without_dates_it_is_what_no_theme_holds_and_not_new() -> None:
    told = found(market(np.random.default_rng(1)) + planted(40), None)
    assert (told.dated, told.cries[0].before) == (False, None)
    assert told.unnamed == Proportion(340, 640)
    assert "purple hexagon blinks" in [cry.phrase for cry in told.cries]


def test_shuffled_dates_bring_up_nothing_in_most_markets() -> None:
    random = np.random.default_rng(5)
    rows = market(random) + planted(20)
    claims = 0
    for _ in range(100):
        for row, days in zip(rows, random.uniform(0, 180, len(rows)), strict=True):
            row["written"] = END - timedelta(days=float(days))
        claims += bool(found(rows).cries)
    assert claims <= 5
