"""A market of twenty listings with one night behind it, from which nights begin that are disturbed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from data import upkeep
from data.lake import Lake

from . import site as sites
from .forks import Forks, Run
from .site import Site

FIRST, NIGHT, AFTER = "2026-03-10T03:00:00Z", "2026-03-20T03:00:00Z", "2026-03-20T04:00:00Z"
"""The night behind it, the night that is disturbed (a week on, so that listings are read to their end), and the run
after that."""
MARKET = "crowd"


@dataclass
class Nights:
    """Where nights are run, and what undisturbed ones come to."""

    home: Path
    forks: Forks
    site: Site
    market: Path
    verb: str
    seconds: float = 0.0
    """How long the undisturbed night took."""
    asked: int = 0
    """How many pages it asked for."""
    reports: list[Mapping[str, bytes]] = field(default_factory=list)
    """Every state of the reports that readers may see."""
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    def start(self, where: Path, now: str, by: Forks | None = None, **more: Any) -> Run:
        """A nightly run in a place of its own."""
        env = {"UNMET_LAKE": str(where / "lake"), "UNMET_REPORTS": str(where / "out"), "UNMET_NOW": now}
        return (by or self.forks).start(self.verb, str(self.market), **{**env, **more})

    def run(self, where: Path, now: str, **more: Any) -> Run:
        """The same, to its end; raises AssertionError where it does not end well."""
        run = self.start(where, now, **more)
        assert run.wait() == 0, f"exit code {run.code}: {run.said[-3000:]}"
        return run

    def place(self, name: str) -> Path:
        """A copy of what the first night left."""
        where = self.home / name
        shutil.copytree(self.home / "base", where)
        return where

    def wrong(self, where: Path) -> list[str]:
        """What differs from an undisturbed night and the run after it."""
        found = [f"{name}: other rows" for name, rows in tables(where).items() if not rows.equals(self.tables[name])]
        if (now := files(where / "out")) != self.reports[-1]:
            names = sorted(n for n in now.keys() | self.reports[-1].keys() if now.get(n) != self.reports[-1].get(n))
            found.append(f"reports differ: {', '.join(names)}")
        if left := upkeep.sweep(Lake(str(where / "lake"))):
            found.append(f"left lying: {', '.join(str(p.relative_to(where)) for p in left)}")
        return found

    def half(self, where: Path) -> list[str]:
        """Reports that are of no state that there should be; what no reader looks for is left out."""
        return [
            name
            for name, content in files(where / "out").items()
            if not any(part.startswith(".") for part in Path(name).parts)
            and all(content != state.get(name) for state in self.reports)
        ]


@contextmanager
def nights(home: Path, env: Mapping[str, str], verb: str = "nightly") -> Iterator[Nights]:
    """The market after its first night; `env` leads to a Prefect server, if the verb is to run a flow."""
    site = Site()
    site.night(0)
    with sites.serving(site) as connect_to:
        common = {"UNMET_PAUSE_SECONDS": "0", "UNMET_CONNECT_TO": json.dumps(connect_to), "UNMET_WORKERS": "1"}
        with Forks(home, {**env, **common, "UNMET_RETRY_SECONDS": "[]"}) as forks:
            made = Nights(home, forks, site, sites.market(home / f"{MARKET}.toml"), verb)
            made.run(home / "base", FIRST)
            site.night(1)
            made.reports.append(files(home / "base" / "out"))
            where = made.place("undisturbed")
            for now in (NIGHT, AFTER):
                before, took = site.asked, made.run(where, now).seconds
                made.seconds, made.asked = made.seconds or took, made.asked or site.asked - before
                made.reports.append(files(where / "out"))
            made.tables = tables(where)
            yield made


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too, by its path from there."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def tables(where: Path) -> dict[str, pl.DataFrame]:
    """What the lake holds, but for the moments of the runs: a night that is made up for has later ones.

    Of the ledger the last visit to each listing, and the last that went to the end, told by what they found.
    """
    lake = Lake(str(where / "lake"))
    visits = lake.visits(MARKET)
    through = visits.filter(pl.col("stop") != "known").unique("listing", keep="last").sort("listing")
    last = visits.unique("listing", keep="last").sort("listing")
    held = {
        "reviews": lake.reviews(MARKET).drop("first_seen"),
        "changes": lake.changes(MARKET).drop("at").sort(pl.all()),
        "visits": last.select("listing", "outcome", "complete", "total", "unreadable", "detail"),
        "visits to the end": through.select("listing", "outcome", "stop", "pages", "found", "duplicate", "total"),
    }
    for name in ("readings", "mentions"):
        rows = lake.table(name, MARKET)
        if rows is None:
            raise AssertionError(f"{where}: nothing was read")
        keys = ["key", "digest", "rules", *(["mention"] if name == "mentions" else [])]
        held[name] = rows.select(sorted(rows.columns)).sort(keys)
    return held
