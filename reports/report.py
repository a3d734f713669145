"""Lake -> report: reads what is new, weighs the market, writes the pages, and holds them against the lake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from data import review as _review
from data import upkeep
from data.lake import Lake
from data.market import Market
from reports.reading.parallel import LARGEST, Elsewhere, Readers
from reports.reading.read import MENTIONS, REVIEWS
from reports.rules import Rules, accuracy
from reports.rules import market as market_rules
from reports.weighing.evidence import HELD, WEIGHED, Snapshot, narrowed
from reports.weighing.weigh import Weighed, weigh
from reports.writing import files, newcomer, states, verify
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


def read_new(lake: Lake, market: str, rules: Rules, elsewhere: Elsewhere | None = None) -> int:
    """Reads the reviews that these rules have not read yet, new and edited ones; says how many.

    `elsewhere`: who reads in place of this machine's processes.
    """
    due = lake.due(market, rules.version)
    at_once = max(READ_AT_ONCE, 2 * LARGEST * elsewhere.processes) if elsewhere else READ_AT_ONCE
    with Readers(rules, elsewhere=elsewhere) as readers:
        for part in due.with_columns(stars=_review.stars()).iter_slices(at_once):
            reading = readers.read(part)
            marks = part.select("key", "market", "digest").with_columns(rules=pl.lit(rules.version))
            mentions = marks.join(reading.mentions, on="key", how="inner")
            with lake.together():
                # mentions first: a review counts as read once its row is in `readings`
                lake.insert("mentions", mentions, ["market", "key", "digest", "rules", "mention"])
                lake.insert("readings", marks.join(reading.reviews, on="key"), ["market", "key", "digest", "rules"])
    return due.height


def snapshot(lake: Lake, market: Market, rules: Rules) -> Snapshot:
    """The market as the lake holds it, read under these rules."""
    keys = {"key": pl.String, "digest": pl.String}

    def read(name: str, columns: dict[str, Any]) -> pl.DataFrame:
        schema = {**keys, **columns}
        found = lake.table(name, market.slug, rules.version, list(schema))
        return narrowed(pl.DataFrame(schema=schema) if found is None else found)

    return Snapshot(
        market=market,
        reviews=narrowed(lake.reviews(market.slug, HELD)),
        readings=read("readings", {name: REVIEWS[name] for name in WEIGHED}),
        mentions=read("mentions", MENTIONS),
        visits=lake.visits(market.slug),
        changes=lake.changes(market.slug),
    )


def weighed(lake: Lake, market: Market, rules: Rules, folder: Path) -> Weighed:
    """The market as the lake holds it and these rules have read it, beside the last report of an earlier day.

    `folder`: where its reports lie.
    """
    held = snapshot(lake, market, rules)
    day = held.day()
    return weigh(held, rules, states.before(folder, day) if day else None)


def document(
    lake: Lake, market: Market, rules: Rules, folder: Path, market_file: Path | None, newcomers: Sequence[str] = ()
) -> Document:
    """The report's document, from what the lake holds and these rules have read.

    `folder`: where the report lies; `newcomers`: slugs of competitors of the market that its file does not name.
    """
    return _told(weighed(lake, market, rules, folder), Places(folder, market_file), newcomers)


def _told(found: Weighed, places: Places, newcomers: Sequence[str]) -> Document:
    card, held = accuracy.load(), found.snapshot
    told = build(found, places, card)
    if newcomers:
        new = [c for c in held.market.competitors if c.slug in newcomers]
        known = tuple(c for c in held.market.competitors if c.slug not in newcomers)
        without = replace(held, market=held.market.model_copy(update={"competitors": known}))
        # the same reviews by the same rules, so that only the newcomers differ
        told["newcomers"] = newcomer.section(build(weigh(without, found.rules), places, card), told, new)
    return told


def make(
    lake: Lake,
    market: Market,
    out: Path,
    market_file: Path | None,
    newcomers: Sequence[str] = (),
    *,
    checked: bool = False,
    elsewhere: Elsewhere | None = None,
) -> tuple[Path, Document]:
    """Reads what is new and writes the report; nothing is written for a market that was never visited.

    With newcomers, it is written into a folder of its own within the market's, and no other report changes. `checked`
    holds the report against the lake before anybody can read it; raises ReportError where it does not hold, and what
    was published before stays. `elsewhere` reads in place of this machine's processes.
    """
    rules = rules_for(market, market_file)
    read_new(lake, market.slug, rules, elsewhere)
    beside = [newcomer.folder(newcomers)] if newcomers else []
    folder = out.joinpath(market.slug, *beside)
    found = weighed(lake, market, rules, folder)
    state = found.state
    if state is None:
        raise ReportError(f"{market.name}: nothing was collected yet; run `unmet mine` first")
    made = _told(found, Places(folder, market_file), newcomers)
    del found  # it holds the market, and checking weighs it anew
    with files.staged(made, folder) as staged:
        wrong = check(lake, market, staged, market_file, newcomers, folder) if checked else []
        if wrong:
            raise ReportError(
                f"{staged.name}: not published, it does not hold against the lake: {wrong[0]};"
                " please report this as a bug"
            )
        path = files.publish(staged, out)
        # after the report: what a later one is compared with is a report that there is
        states.write(state, path.parent)
    if not newcomers:
        upkeep.renew(lake, market.slug, rules.version)
    return path, made


def check(
    lake: Lake,
    market: Market,
    report: Path,
    market_file: Path | None,
    newcomers: Sequence[str] = (),
    home: Path | None = None,
) -> list[str]:
    """What in a report on disk does not agree with the lake; empty when all holds.

    `home` is the report's folder where it is staged elsewhere.
    """
    folder = home or report.parent
    found = weighed(lake, market, rules_for(market, market_file), folder)
    fresh = _told(found, Places(folder, market_file), newcomers)
    reviews = found.snapshot.reviews
    del found  # only what was written is still held against it
    return verify.differences(report, fresh, reviews, home)
