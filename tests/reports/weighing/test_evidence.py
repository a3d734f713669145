"""Which of the held reviews count as read."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from data import review as _review
from data.lake import REVIEWS
from data.market import Competitor, Listing, Market
from data.merging import CHANGES
from data.visit import SCHEMA as VISITS
from reports import rules
from reports.reading.read import read
from reports.weighing.evidence import Snapshot, gather

PLACE = "https://a.example/reviews"


def test_a_review_whose_stars_alone_say_that_it_complains_is_not_read():
    told = {"english": "The app crashes all day.", "german": "Die App stürzt ständig ab.", "empty": "", "new": "Nice."}
    held = pl.DataFrame({"key": list(told), "body": list(told.values())}).with_columns(
        competitor=pl.lit("a"), listing=pl.lit(PLACE), digest=pl.lit("d"), rating=1.0, scale=pl.lit("5"),
        first_seen=pl.lit(datetime(2026, 6, 1, tzinfo=UTC)),
    )  # fmt: skip
    missing = {column: pl.lit(None, dtype=kind) for column, kind in REVIEWS.items() if column not in held.columns}
    held = held.with_columns(**missing).select(pl.col(column).cast(kind) for column, kind in REVIEWS.items())
    reading = read(held.filter(pl.col("key") != "new").with_columns(stars=_review.stars()), rules.default())
    of = pl.lit("d").alias("digest")
    market = Market(slug="m", name="M", competitors=(Competitor(slug="a", name="A", listings=(Listing(url=PLACE),)),))
    snapshot = Snapshot(
        market, held, reading.reviews.with_columns(of), reading.mentions.with_columns(of),
        pl.DataFrame(schema=VISITS), pl.DataFrame(schema=CHANGES),
    )  # fmt: skip
    found = gather(snapshot, rules.default()).reviews
    assert dict(found.select("key", "is_read").rows()) == {
        "english": True, "german": False, "empty": False, "new": False
    }  # fmt: skip
