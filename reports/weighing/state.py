"""What a report counted, review by review: all that a later one needs to say what changed and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from data.merging import GONE
from reports.weighing.evidence import Evidence, Snapshot

STATE: dict[str, Any] = {
    "key": pl.String,
    "digest": pl.String,
    "competitor": pl.String,
    "listing": pl.String,
    "status": pl.String,
    "is_read": pl.Boolean,
    "gone": pl.Boolean,
    "themes": pl.List(pl.String),
    "pains": pl.List(pl.String),
}
"""One row a review of the market that is held: `status` is `counted`, `copy` or `outside` (the window); `themes` are
those that it complains about or wishes for, `pains` its pain points, both empty unless it counts."""
PAIRS = ("kind", "item", "key")


@dataclass(frozen=True)
class State:
    """What a report counted: all that a later one needs to say what changed and why."""

    day: date
    rules: str
    window_days: int
    rivals: tuple[str, ...]
    listings: tuple[str, ...]
    gaps: tuple[str, ...]
    """Theme slugs, best first."""
    recurring: tuple[str, ...]
    """Names of the pain points that recur."""
    reviews: pl.DataFrame
    """Columns of `STATE`, ordered by key."""


def state(
    snapshot: Snapshot, evidence: Evidence, rules: str, rivals: Sequence[str], gaps: Sequence[str], pains: Sequence[str]
) -> State | None:
    """What today's report counts; None for a market that was never visited."""
    day = snapshot.day()
    if day is None:
        return None
    status = (
        pl.when("counted").then(pl.lit("counted")).when("in_window").then(pl.lit("copy")).otherwise(pl.lit("outside"))
    )
    said = _pairs(evidence)
    held = evidence.reviews.with_columns(status=status, gone=pl.col("key").is_in(_gone(snapshot.changes)))
    for kind, column in (("theme", "themes"), ("pain", "pains")):
        lists = said.filter(kind=kind).group_by("key").agg(pl.col("item").sort().alias(column))
        held = held.join(lists, on="key", how="left").with_columns(pl.col(column).fill_null([]))
    market = snapshot.market
    return State(
        day=day,
        rules=rules,
        window_days=market.window_days,
        rivals=tuple(rivals),
        listings=tuple(place.name for c in market.competitors for place in c.places),
        gaps=tuple(gaps),
        recurring=tuple(pains),
        reviews=held.select(pl.col(c).cast(t) for c, t in STATE.items()).sort("key"),
    )


def _gone(recorded: pl.DataFrame) -> list[str]:
    """Keys of the reviews that their source no longer shows."""
    latest = recorded.sort("at", maintain_order=True).unique("key", keep="last").filter(pl.col("digest") == GONE)
    return latest["key"].to_list()


def _pairs(evidence: Evidence) -> pl.DataFrame:
    """What each counted review complains about and names, columns of `PAIRS`."""
    themes = evidence.statements.filter("complains").select(pl.lit("theme").alias("kind"), "key", item="theme")
    named = evidence.mentions.select("key", "pain_point").drop_nulls("pain_point")
    pains = named.select(pl.lit("pain").alias("kind"), "key", item="pain_point").unique()
    return pl.concat([part.select(*PAIRS) for part in (themes, pains)])
