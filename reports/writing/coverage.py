"""The coverage ledger in a report's document: what is held of each listing, and how its visits went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from data.market import Export, Saved
from data.merging import GONE
from reports.weighing.weigh import Weighed

Document = dict[str, Any]


def section(weighed: Weighed) -> list[Document]:
    """One row a listing: what is held of it, and how its visits went.

    Nothing here depends on how many visits there were, only on what they found: a second run that finds the same
    says the same.
    """
    held = weighed.evidence.reviews
    visits = weighed.snapshot.visits
    latest = weighed.snapshot.changes.sort("at").unique("key", keep="last")
    gone = set(latest.filter(pl.col("digest") == GONE)["key"])
    rows = []
    for competitor in weighed.snapshot.market.competitors:
        for place in competitor.places:
            mine = held.filter((pl.col("competitor") == competitor.slug) & (pl.col("listing") == place.name))
            went = visits.filter((pl.col("competitor") == competitor.slug) & (pl.col("listing") == place.name))
            languages = mine.filter(~pl.col("is_read"))["language"].drop_nulls().value_counts().rows()
            rows.append(
                {
                    "competitor": competitor.slug,
                    "listing": place.name,
                    "web": not isinstance(place, Export | Saved),
                    "held": mine.height,
                    "in_window": mine.filter("in_window").height,
                    "copies": mine.filter(pl.col("in_window") & pl.col("copy")).height,
                    "rated": mine["stars"].drop_nulls().len(),
                    "gone": mine.filter(pl.col("key").is_in(list(gone))).height,
                    "read": mine.filter("is_read").height,
                    "not_read": mine.filter(~pl.col("is_read")).height,
                    "languages": dict(sorted(languages, key=lambda r: (-r[1], r[0]))),
                    "oldest": _bound(mine, "min"),
                    "newest": _bound(mine, "max"),
                    "visit": _visit(went),
                }
            )
    return rows


def _bound(rows: pl.DataFrame, side: str) -> str | None:
    value = getattr(rows["written"].drop_nulls(), side)()
    return value.date().isoformat() if isinstance(value, datetime) else None


def _visit(visits: pl.DataFrame) -> Mapping[str, Any] | None:
    """The last visit, told by what it found rather than by how far it had to go."""
    if visits.is_empty():
        return None
    last = visits.row(-1, named=True)
    through = visits.filter(pl.col("stop") != "known")
    reach = through.row(-1, named=True) if last["stop"] == "known" and through.height else last
    return {
        "date": last["at"].date().isoformat(),
        "source": last["source"],
        "outcome": last["outcome"],
        "reach": reach["stop"],
        "complete": last["complete"] and reach["complete"],
        "pages": reach["pages"],
        "found": reach["found"],
        "duplicate": reach["duplicate"],
        "unreadable": reach["unreadable"],
        "total": last["total"],
        "detail": last["detail"] or reach["detail"],
    }
