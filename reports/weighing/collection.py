"""Whether what was collected lets a trend speak: half the pages lost must never read as half the complaints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
SHOWN = 0.95
"""The share of what is held that a new way of asking must show as well; a few reviews are always deleted."""
MIX = 0.3
"""The share of reviews that may come from another place than before (total variation distance)."""


def moved(evidence: Evidence, visits: pl.DataFrame, rivals: Sequence[str], parts: Split | None) -> list[str]:
    """Why a trend between the two parts would speak of the collection rather than of customers; empty when it may.

    Reasons: a listing whose last visit did not see all that its source shows, a visit that found far fewer reviews
    than the one before, a listing that is asked in another way than before (sorted otherwise, with a key), a listing
    that brings far fewer reviews than in the part before, and a mix of listings that is not the one of the part before.
    """
    if parts is None:
        return []
    facts = evidence.reviews.select("competitor", "listing", "written", "first_seen", "counted")
    held = facts.filter(pl.col("competitor").is_in(list(rivals)))
    reviews = held.filter("counted")
    visits = visits.filter(pl.col("competitor").is_in(list(rivals))).sort("at")
    journeys = [_journey(went) for _, went in visits.group_by("listing", maintain_order=True)]
    fed = set(reviews.filter(pl.col("written") > parts.before)["listing"])
    return [
        *(reason for j in journeys if j.listing in fed and (reason := _broken(j, parts))),
        *_shrunk(visits),
        *(reason for j in journeys if j.listing in fed and (reason := _turned(j, held, parts))),
        *_dried(reviews, {j.listing: j for j in journeys}, parts),
        *_mixed(reviews, parts),
    ]


@dataclass(frozen=True)
class _Journey:
    """The visits of a listing: rows of the ledger."""

    visits: pl.DataFrame
    last: dict[str, Any]
    through: dict[str, Any]
    """The last one that went on past known reviews; those after it added what was new."""

    @property
    def listing(self) -> str:
        """Its name."""
        return str(self.last["listing"])

    def reaches(self, moment: datetime) -> bool:
        """Whether the walk saw all that is shown from a moment on, even if our own limit ended it further back."""
        if self.through["complete"]:
            return True
        oldest = self.through["oldest"]
        return self.through["stop"] == "limit" and oldest is not None and oldest <= moment


def _journey(went: pl.DataFrame) -> _Journey:
    through = went.filter(pl.col("stop") != "known")
    last = went.row(-1, named=True)
    return _Journey(went, last, through.row(-1, named=True) if through.height else last)


def _broken(journey: _Journey, parts: Split) -> str | None:
    """A listing whose last visit saw only some of its reviews, or none."""
    if journey.reaches(parts.before):
        return None
    return f"{journey.listing} could not be read whole the last time ({journey.through['stop']})"


def _shrunk(visits: pl.DataFrame) -> list[str]:
    """Listings whose last visit to the end found far fewer than the one before it."""
    found = []
    whole = visits.filter(pl.col("complete") & (pl.col("stop") != "known"))
    for (listing,), went in whole.group_by("listing", maintain_order=True):
        counts = went["found"].to_list()[-2:]
        if len(counts) == 2 and counts[0] >= ENOUGH and counts[1] < DROP * counts[0]:
            found.append(f"{listing} gave {counts[1]:,} reviews the last time and {counts[0]:,} the time before")
    return found


def _turned(journey: _Journey, held: pl.DataFrame, parts: Split) -> str | None:
    """A listing that was asked in another way in the time compared, which may show other reviews, or in another order.

    Unless what is held of both parts was seen in the new way too: then nothing hangs on the old one.
    """
    through = journey.through
    if journey.visits.filter(pl.col("at") > parts.before)["asked"].drop_nulls().n_unique() < 2:
        return None
    oldest = None if through["stop"] == "end" else through["oldest"]
    if journey.reaches(parts.before) and (through["stop"] == "end" or (oldest and oldest <= parts.before)):
        then = held.filter((pl.col("listing") == journey.listing) & (pl.col("first_seen") <= through["at"]))
        if oldest is not None:
            then = then.filter(pl.col("written") >= oldest)
        if through["found"] - through["duplicate"] >= SHOWN * then.height:
            return None
    return f"{journey.listing} is asked in another way than before"


def _dried(reviews: pl.DataFrame, journeys: Mapping[str, _Journey], parts: Split) -> list[str]:
    """Listings that brought far fewer reviews lately than before, where some may have been lost.

    A drop that all that may be missing could not make up for is the customers' own: fewer of them wrote.
    """
    found = []
    for listing, before, recent in _by_listing(reviews, parts):
        if before >= ENOUGH and recent < DROP * before and 1 - poisson_tail(recent + 1, before) <= CHANCE:
            missing = _missing(journeys[listing]) if listing in journeys else None
            if missing is None or recent + missing >= DROP * before:
                found.append(f"{listing} brought {recent:,} reviews lately and {before:,} before")
    return found


def _missing(journey: _Journey) -> int | None:
    """How many reviews may be missing of a listing at most, by its source's own count; None where nobody can say.

    The highest count that the source ever told is held against what the last walk to the end saw and the visits since
    then added. Without a count, a walk that reached the end proves little: a site that drops half of its pages has an
    end too.
    """
    through, last = journey.through, journey.last
    told = journey.visits["total"].max()
    if through["stop"] != "end" or not last["complete"] or not isinstance(told, int):
        return None
    since = journey.visits.filter(pl.col("at") > through["at"])
    seen = int(through["found"] - through["duplicate"] + since["new"].sum())
    return max(told - seen, 0) + int(through["unreadable"] + since["unreadable"].sum())


def _mixed(reviews: pl.DataFrame, parts: Split) -> list[str]:
    """Whether the reviews come from other listings than before."""
    rows = _by_listing(reviews, parts)
    before, recent = sum(r[1] for r in rows), sum(r[2] for r in rows)
    if min(before, recent) < ENOUGH:
        return []
    distance = sum(abs(r[1] / before - r[2] / recent) for r in rows) / 2
    if distance <= MIX:
        return []
    listing, was, now = max(rows, key=lambda r: abs(r[1] / before - r[2] / recent))
    return [
        f"{100 * distance:.0f} % of the reviews come from other places than before"
        f" ({listing} gave {100 * was / before:.0f} % of them, now {100 * now / recent:.0f} %)"
    ]


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
