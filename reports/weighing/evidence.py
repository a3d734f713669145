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

FACTS = (
    "competitor", "listing", "key", "digest", "body", "stars", "written", "first_seen", "version", "language",
    "helpful", "is_read", "in_window", "copy", "suspicious", "counted",
)  # fmt: skip
"""What is known of a held review: `is_read` where its language is, `in_window` where its date is or it has none, `copy`
of another, `suspicious` why or null, and `counted` where it is in the window and no copy."""


ADDED = ("is_read", "in_window", "copy", "suspicious", "counted")
LINES = 100_000
"""As many are made bytes of at a time."""
WEIGHED = ("language", "complaint_text")
"""What is asked of a review's reading; the rest is asked of its mentions."""


@dataclass(frozen=True)
class Snapshot:
    """A market as the lake holds it, read under one set of rules."""

    market: Market
    reviews: pl.DataFrame
    """Columns of `data.lake.REVIEWS`."""
    readings: pl.DataFrame
    """`key`, `digest` and at least the columns `WEIGHED` of `reports.reading.read.REVIEWS`."""
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
        lines = own.select("key", line=pl.format("{}\t{}\n", "key", "digest")).sort("key")["line"]
        whole = hashlib.sha256()
        for start in range(0, lines.len(), LINES):
            whole.update("".join(lines.slice(start, LINES)).encode())
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
    """One row a held review, ordered by key, columns of `FACTS`."""
    statements: pl.DataFrame
    """One row a counted review and theme: competitor, key, theme, complains, wishes, praises, urgency, churn."""
    mentions: pl.DataFrame
    """The mentions of the counted reviews, with competitor and the review's facts."""


def gather(snapshot: Snapshot, rules: Rules) -> Evidence:
    """Sorts out what counts in a snapshot."""
    places = {place.name for c in snapshot.market.competitors for place in c.places}
    slugs = [c.slug for c in snapshot.market.competitors]
    held = (
        snapshot.reviews.with_columns(stars=_review.stars())
        .select(*(c for c in FACTS if c not in ADDED), "author", "url", "row", "source")
        .filter(pl.col("listing").is_in(list(places)) & pl.col("competitor").is_in(slugs))
        .sort("key")
    )
    # only what is joined goes through the join
    read = held.select("key", "digest").join(
        snapshot.readings.select("key", "digest", "complaint_text", told="language"),
        on=["key", "digest"],
        how="left",
        maintain_order="left",
    )
    held = held.with_columns(
        language=pl.coalesce(read["told"], "language"), is_read=read["complaint_text"].is_not_null()
    )
    window = _window(held, snapshot)
    if window.start is None:
        inside = pl.lit(True)
    else:
        inside = pl.col("written").is_null() | pl.col("written").is_between(window.start, window.end, closed="right")
    held = held.with_columns(in_window=inside)
    held = copies.mark(held).with_columns(counted=pl.col("in_window") & ~pl.col("copy"))
    mentions = _mentions(snapshot, held)
    return Evidence(window, held.select(FACTS), _statements(mentions, rules), mentions)


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
    """Ordered by key and mention, with the facts of the review."""
    facts = held.filter("counted").select(
        "competitor", "listing", "key", "digest", "stars", "written", "helpful", "author", "url", "row", "source"
    )
    # rows are matched and ordered by their places, and the wide frames are touched once
    places = (
        snapshot.mentions.lazy()
        .select("key", "digest", "mention")
        .with_row_index("_mention")
        .join(facts.lazy().select("key", "digest").with_row_index("_review"), on=["key", "digest"], how="inner")
        .select("_review", "_mention", "mention")
        .sort("_review", "mention")
        .collect()
    )
    # out of one piece, rows are gathered six times as fast as out of many
    said = snapshot.mentions.rechunk().select(pl.all().gather(places["_mention"]))
    said = said.with_columns(_nobody(said, column) for column in ("compared_with", "switched_from", "switched_to"))
    return said.hstack(facts.drop("key", "digest").select(pl.all().gather(places["_review"])))


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
