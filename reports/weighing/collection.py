"""Whether what was collected lets a trend speak: half the pages lost must never read as half the complaints."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from reports.weighing.copies import poisson_tail
from reports.weighing.evidence import Evidence
from reports.weighing.momentum import Split

ENOUGH = 20
"""Reviews of a listing before, from which a drop can be seen."""
DROP = 0.6
"""A listing that brings less than this share of what it brought before has dropped."""
CHANCE = 0.01
"""How improbable a drop must be when nothing changed."""
MIX = 0.3
"""The share of reviews that may come from another place than before (total variation distance)."""


def moved(evidence: Evidence, visits: pl.DataFrame, rivals: Sequence[str], parts: Split | None) -> list[str]:
    """Why a trend between the two parts would speak of the collection rather than of customers; empty when it may.

    Reasons: a listing whose last visit did not see all that its source shows, a visit that found far fewer reviews
    than the one before, a listing that brings far fewer reviews than in the part before, and a mix of listings that
    is not the one of the part before.
    """
    if parts is None:
        return []
    reviews = evidence.reviews.filter(pl.col("competitor").is_in(list(rivals)) & pl.col("counted"))
    visits = visits.filter(pl.col("competitor").is_in(list(rivals))).sort("at")
    return [*_broken(reviews, visits, parts), *_shrunk(visits), *_dried(reviews, parts), *_mixed(reviews, parts)]


def _broken(reviews: pl.DataFrame, visits: pl.DataFrame, parts: Split) -> list[str]:
    """Listings that brought reviews before and whose last visit saw only some of them, or none."""
    last = visits.group_by("listing", maintain_order=True).last()
    fed = set(reviews.filter(pl.col("written") > parts.before)["listing"])
    return [
        f"{listing} could not be read whole the last time ({stop})"
        for listing, stop in last.filter(~pl.col("complete")).select("listing", "stop").iter_rows()
        if listing in fed
    ]


def _shrunk(visits: pl.DataFrame) -> list[str]:
    """Listings whose last visit to the end found far fewer than the one before it."""
    found = []
    whole = visits.filter(pl.col("complete") & (pl.col("stop") != "known"))
    for (listing,), went in whole.group_by("listing", maintain_order=True):
        counts = went["found"].to_list()[-2:]
        if len(counts) == 2 and counts[0] >= ENOUGH and counts[1] < DROP * counts[0]:
            found.append(f"{listing} gave {counts[1]:,} reviews the last time and {counts[0]:,} the time before")
    return found


def _dried(reviews: pl.DataFrame, parts: Split) -> list[str]:
    """Listings that brought far fewer reviews lately than before."""
    found = []
    for listing, before, recent in _by_listing(reviews, parts):
        if before >= ENOUGH and recent < DROP * before and 1 - poisson_tail(recent + 1, before) <= CHANCE:
            found.append(f"{listing} brought {recent:,} reviews lately and {before:,} before")
    return found


def _mixed(reviews: pl.DataFrame, parts: Split) -> list[str]:
    """Whether the reviews come from other listings than before."""
    rows = _by_listing(reviews, parts)
    before, recent = sum(r[1] for r in rows), sum(r[2] for r in rows)
    if min(before, recent) < ENOUGH:
        return []
    distance = sum(abs(r[1] / before - r[2] / recent) for r in rows) / 2
    if distance <= MIX:
        return []
    return [f"{100 * distance:.0f} % of the reviews come from other places than before"]


def _by_listing(reviews: pl.DataFrame, parts: Split) -> list[tuple[str, int, int]]:
    """(listing, reviews before, reviews lately), in name order."""
    written = pl.col("written")
    return (
        reviews.group_by("listing")
        .agg(
            written.is_between(parts.before, parts.recent, closed="right").sum().alias("before"),
            written.is_between(parts.recent, parts.end, closed="right").sum().alias("recent"),
        )
        .sort("listing")
        .rows()
    )
