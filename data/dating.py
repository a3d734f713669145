"""What a clock that was wrong has dated days late, set right: visits, changes and pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import polars as pl

from data import tables
from data.lake import Lake
from data.review import UTC_TIME
from data.setaside import Finding, replace, rows_aside

AHEAD = timedelta(days=1)
"""What is dated further ahead than that is of a clock that was wrong."""


def ahead(lake: Lake, market: str, now: datetime) -> Iterator[Finding]:
    """What a clock that was wrong has dated days ahead."""
    visits = lake.visits(market)
    late = visits.filter(pl.col("at") > now + AHEAD)
    if late.height < visits.height:
        yield from _visits_ahead(lake, market, late)
        yield from _changes_ahead(lake, market, now)
        yield from _pages_ahead(Path(lake.root) / "archive", market, now)
    elif late.height:
        what = f"all {late.height:,} visits lie ahead, up to {_last_day(late)}"
        # that this clock is wrong is more likely than that it was at every one of them
        today = now.date().isoformat()
        yield Finding(market, what, f"nothing was done; where today is not {today}, set the clock", lost=True)


def _visits_ahead(lake: Lake, market: str, late: pl.DataFrame) -> Iterator[Finding]:
    """Such visits would be the last ones for ever, and no later run would go to a listing's end."""
    if late.height:
        where = rows_aside(Path(lake.root), "visits", market, late)
        lake.change("visits", partial(tables.without, keys=late.select("market", "listing", "at")))
        what = f"{late.height:,} visits lie ahead, up to {_last_day(late)}; the clock was wrong"
        yield Finding(market, what, f"set aside in {where}; delete reports of such days by hand")


def _changes_ahead(lake: Lake, market: str, now: datetime) -> Iterator[Finding]:
    """A review that left on such a day would be gone for good: of what is recorded of one, the last counts."""
    late = lake.changes(market).filter(pl.col("at") > now + AHEAD).sort("at")
    if late.height:
        where = rows_aside(Path(lake.root), "changes", market, late)
        dated = late.with_columns(at=pl.lit(now, UTC_TIME) + pl.duration(microseconds=pl.int_range(pl.len())))
        lake.change("changes", partial(tables.upsert, rows=dated, keys=["market", "key", "old_digest", "digest"]))
        what = f"{late.height:,} changes lie ahead, up to {_last_day(late)}; the clock was wrong"
        yield Finding(market, what, f"dated today; as they were in {where}")


def _pages_ahead(archive: Path, market: str, now: datetime) -> Iterator[Finding]:
    """Pages of such a day would be kept for good."""
    last, today, moved = (now + AHEAD).date().isoformat(), now.date().isoformat(), 0
    for path in sorted((archive / market).rglob("*.warc.gz")):
        stem = path.name.removesuffix(".warc.gz")
        if stem[-10:] > last:
            target = path.with_name(f"{stem[:-10]}{today}.warc.gz")
            replace(target, (target.read_bytes() if target.exists() else b"") + path.read_bytes())
            path.unlink()
            moved += 1
    if moved:
        yield Finding(market, f"{moved:,} files of pages are dated ahead; the clock was wrong", "dated today")


def _last_day(rows: pl.DataFrame) -> str:
    return str(rows["at"].dt.date().cast(pl.String).max())
