"""What counts: the reviews of the window, each once, and what each says about each theme."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from data import review as _review
from data.market import Market
from reports.reading.personal import mask
from reports.reading.signals import GENERAL
from reports.rules import Rules
from reports.weighing import copies


@dataclass(frozen=True)
class Snapshot:
    """A market as the lake holds it, read under one set of rules."""

    market: Market
    reviews: pl.DataFrame
    """Columns of `data.lake.REVIEWS`."""
    readings: pl.DataFrame
    """`key`, `digest` and the columns of `reports.reading.read.REVIEWS`."""
    mentions: pl.DataFrame
    """`key`, `digest` and the columns of `reports.reading.read.MENTIONS`; titles are mention -1."""
    visits: pl.DataFrame
    changes: pl.DataFrame

    def day(self) -> date | None:
        """Of the last visit, by which the report is called; None where there was none."""
        last = self.visits["at"].max()
        return last.date() if isinstance(last, datetime) else None

    def digest(self) -> str:
        """Names the state of the market's reviews: two snapshots with the same digest hold the same statements.

        Those of others that share its part of the lake, such as a newcomer that was only looked at, are none of them.
        """
        own = self.reviews.filter(pl.col("competitor").is_in([c.slug for c in self.market.competitors]))
        lines = own.select("key", "digest").sort("key").iter_rows()
        whole = hashlib.sha256()
        for key, digest in lines:
            whole.update(f"{key}\t{digest}\n".encode("utf-8", "replace"))
        return whole.hexdigest()[:16]


@dataclass(frozen=True)
class Window:
    """The time that a report speaks of; None where no review of the market has a date."""

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True)
class Evidence:
    """The counted reviews and their statements."""

    window: Window
    reviews: pl.DataFrame
    """One row a held review: competitor, listing, key, stars, written, `in_window`, `copy`, `suspicious`, `counted`,
    `is_read`, language, ..."""
    statements: pl.DataFrame
    """One row a counted review and theme: competitor, key, theme, complains, wishes, praises, urgency, churn."""
    mentions: pl.DataFrame
    """The mentions of the counted reviews, with competitor and the review's facts."""


def gather(snapshot: Snapshot, rules: Rules) -> Evidence:
    """Sorts out what counts in a snapshot."""
    places = {place.name for c in snapshot.market.competitors for place in c.places}
    slugs = [c.slug for c in snapshot.market.competitors]
    held = snapshot.reviews.filter(
        pl.col("listing").is_in(list(places)) & pl.col("competitor").is_in(slugs)
    ).with_columns(stars=_review.stars())
    held = held.join(
        snapshot.readings.select("key", "digest", "complaint_text", "kinds", pl.col("language").alias("told")),
        on=["key", "digest"],
        how="left",
    ).with_columns(language=pl.coalesce("told", "language"), is_read=pl.col("complaint_text").is_not_null())
    window = _window(held, snapshot)
    if window.start is None:
        inside = pl.lit(True)
    else:
        inside = pl.col("written").is_null() | pl.col("written").is_between(window.start, window.end, closed="right")
    held = held.with_columns(in_window=inside)
    held = copies.mark(held).with_columns(counted=pl.col("in_window") & ~pl.col("copy")).sort("key")
    mentions = _mentions(snapshot, held)
    return Evidence(window, held, _statements(mentions, rules), mentions)


def _window(held: pl.DataFrame, snapshot: Snapshot) -> Window:
    """Ends at the newest review rather than today: a report speaks of the time its reviews speak of.

    A date after the last visit is an error of its source and moves nothing.
    """
    written = held["written"].drop_nulls()
    last_visit = snapshot.visits["at"].max()
    if isinstance(last_visit, datetime):
        written = written.filter(written <= last_visit)
    newest = written.max()
    if not isinstance(newest, datetime):
        return Window(None, None)
    return Window(newest - timedelta(days=snapshot.market.window_days), newest)


def _mentions(snapshot: Snapshot, held: pl.DataFrame) -> pl.DataFrame:
    facts = held.filter("counted").select(
        "competitor", "listing", "key", "digest", "stars", "written", "helpful", "author", "url", "row", "source"
    )
    held = snapshot.mentions.join(facts, on=["key", "digest"], how="inner").sort("key", "mention")
    return held.with_columns(_nobody(held, column) for column in ("compared_with", "switched_from", "switched_to"))


def _nobody(mentions: pl.DataFrame, column: str) -> pl.Series:
    """The products that a column names, without what is no product but a piece of somebody's address or number."""
    names = mentions[column]
    told = mentions.select("text", column, row=pl.int_range(pl.len())).drop_nulls(column)
    people = [row for text, name, row in told.rows() if name in text and name not in mask(text)]
    return names.scatter(people, None) if people else names


def _statements(mentions: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """What each review says about each theme, however often it says it."""
    known = [theme.slug for theme in rules.themes]
    kinds = pl.col("kinds")
    wishes = kinds.list.contains("request")
    complains = kinds.list.contains("complaint") | kinds.list.contains("bug")
    return (
        mentions.select(
            "competitor",
            "key",
            "stars",
            "written",
            pl.col("themes").alias("theme"),
            (complains | wishes).alias("complains"),
            wishes.alias("wishes"),
            kinds.list.contains("praise").alias("praises"),
            "urgency",
            "churn",
        )
        .explode("theme")
        .filter((pl.col("theme") != GENERAL) & pl.col("theme").is_in(known))
        .group_by("competitor", "key", "theme")
        .agg(
            pl.col("stars", "written").first(),
            pl.col("complains", "wishes", "praises", "churn").any(),
            pl.col("urgency").max(),
        )
        .sort("competitor", "key", "theme")
    )
