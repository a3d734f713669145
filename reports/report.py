"""Lake -> report: reads what is new, weighs the market, writes the pages, and holds them against the lake."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from data import review as _review
from data.lake import Lake
from data.market import Market
from reports.reading.parallel import Readers
from reports.reading.read import MENTIONS, REVIEWS
from reports.rules import Rules, accuracy
from reports.rules import market as market_rules
from reports.weighing.evidence import Snapshot
from reports.weighing.weigh import weigh
from reports.writing import files, verify
from reports.writing.document import Document, Places, build
from reports.writing.files import ReportError

READ_AT_ONCE = 200_000
"""Reviews per stretch, so that memory stays bounded and a run that is stopped keeps what it has read."""


def rules_for(market: Market, file: Path | None) -> Rules:
    """The rules that a market is read by: the project's, its own beside its file, and the names of its rivals."""
    return market_rules.of(file, names(market))


def names(market: Market) -> dict[str, str]:
    """What the rivals of a market are called, in lower case -> the rival's name."""
    return {called.lower(): rival.name for rival in market.competitors for called in (rival.name, *rival.aliases)}


def read_new(lake: Lake, market: str, rules: Rules) -> int:
    """Reads the reviews that these rules have not read yet, new and edited ones; says how many."""
    reviews = lake.reviews(market)
    done = lake.table("readings", market, rules.version)
    due = reviews if done is None else reviews.join(done, on=["key", "digest"], how="anti")
    with Readers(rules) as readers:
        for part in due.with_columns(stars=_review.stars()).iter_slices(READ_AT_ONCE):
            reading = readers.read(part)
            marks = part.select("key", "market", "digest").with_columns(rules=pl.lit(rules.version))
            # mentions first: a review counts as read once its row is in `readings`
            mentions = marks.join(reading.mentions, on="key", how="inner")
            lake.insert("mentions", mentions, ["market", "key", "digest", "rules", "mention"])
            lake.insert("readings", marks.join(reading.reviews, on="key"), ["market", "key", "digest", "rules"])
    return due.height


def snapshot(lake: Lake, market: Market, rules: Rules) -> Snapshot:
    """The market as the lake holds it, read under these rules."""
    keys = {"key": pl.String, "digest": pl.String}
    readings = lake.table("readings", market.slug, rules.version)
    mentions = lake.table("mentions", market.slug, rules.version)
    return Snapshot(
        market=market,
        reviews=lake.reviews(market.slug),
        readings=pl.DataFrame(schema={**keys, **REVIEWS}) if readings is None else readings.select(*keys, *REVIEWS),
        mentions=pl.DataFrame(schema={**keys, **MENTIONS}) if mentions is None else mentions.select(*keys, *MENTIONS),
        visits=lake.visits(market.slug),
        changes=lake.changes(market.slug),
    )


def document(lake: Lake, market: Market, rules: Rules, out: Path, market_file: Path | None) -> Document:
    """The report's document, from what the lake holds and these rules have read."""
    return build(weigh(snapshot(lake, market, rules), rules), Places(out / market.slug, market_file), accuracy.load())


def make(lake: Lake, market: Market, out: Path, market_file: Path | None) -> tuple[Path, Document]:
    """Reads what is new and writes the report; nothing is written for a market that was never visited."""
    rules = rules_for(market, market_file)
    read_new(lake, market.slug, rules)
    made = document(lake, market, rules, out, market_file)
    if made["date"] is None:
        raise ReportError(f"{market.name}: nothing was collected yet; run `unmet mine` first")
    return files.write(made, out), made


def check(lake: Lake, market: Market, report: Path, market_file: Path | None) -> list[str]:
    """What in a report on disk does not agree with the lake; empty when all holds."""
    fresh = document(lake, market, rules_for(market, market_file), report.parent.parent, market_file)
    return verify.differences(report, fresh, lake.reviews(market.slug))
