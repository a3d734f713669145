"""One market with a place of every source there is, through the real flow: three nights of it under one Prefect.

What each source owes on its own is in test_sources_end_to_end.py and test_saved_end_to_end.py; here all are tasks of
one run, and its lake, ledger, report and silence about keys are looked at from outside.
"""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from protocols import CASES, KEY, NEW, SAVED

import scrapers
from data.lake import Lake
from data.market import Export, load
from flows.plan import plan

pytestmark = pytest.mark.flow

ROOT = Path(__file__).parents[2]
NIGHTS = ("2026-11-20T03:00:00Z", "2026-11-21T03:00:00Z", "2026-11-22T03:00:00Z")
SECONDS = 150
"""For all three, Prefect's start included."""
COMMAND = """
import os, sys
from pathlib import Path
from flows import quiet, run
quiet.hush()
for line in sys.stdin:
    os.environ["UNMET_NOW"] = line.strip()
    print("ended with", run.nightly([Path(sys.argv[1])]), flush=True)
"""
"""What `unmet nightly` does, once for every line that says what day it is."""
EXPORT = "own survey"
ROWS = 40
"""Rows of the export on the first night."""
PLACES = {**CASES, **{f"{name}, saved": case for name, case in SAVED.items()}, EXPORT: None}
"""One competitor each, in this order."""


@dataclass
class Run:
    """Three nights, seen from outside."""

    home: Path
    shown: dict[str, list[set[str]]] = field(default_factory=lambda: {name: [] for name in PLACES})
    """Ids to be seen at each place, night by night."""
    held: list[pl.DataFrame] = field(default_factory=list)
    """The lake's reviews after each night."""
    printed: list[str] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)

    @property
    def lake(self) -> Lake:
        return Lake(self.home / "lake")

    def visits(self, name: str) -> list[dict[str, Any]]:
        """The ledger's rows of a place, oldest first."""
        return self.lake.visits("everything").filter(competitor=slug(name)).rows(named=True)


def slug(name: str) -> str:
    return f"rival-{list(PLACES).index(name)}"


def market_file(folder: Path) -> Path:
    export = 'exports = [{ path = "rows.csv", source = "survey" }]'
    tables = [
        f'[competitors.{slug(name)}]\nname = "{name}"\n{case.toml if case else export}\n'
        for name, case in PLACES.items()
    ]
    file = folder / "everything.toml"
    file.write_text("\n".join(['name = "Everything"\nallow = ["google_play", "shopify"]\n', *tables]), "utf-8")
    return file


def write_rows(folder: Path, count: int, mended: str = "") -> set[str]:
    """The export as it is tonight; gives the ids in it."""
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "body", "rating", "written"])
        for i in range(count):
            rows.writerow([i, f"Form {i} loses what I typed.{mended if i == 0 else ''}", 1 + i % 5, "2026-03-01"])
    return {str(i) for i in range(count)}


@pytest.fixture(scope="module")
def run(protocols: ModuleType, command_at: Any, tmp_path_factory: pytest.TempPathFactory) -> Run:
    command = command_at(tmp_path_factory.mktemp("everything"))
    made = Run(command.home)
    web = {name: getattr(protocols, c.place)(c.host, c.planted) for name, c in CASES.items()}
    paper = {f"{name}, saved": getattr(protocols, c.place)(c.host, c.planted) for name, c in SAVED.items()}

    def prepare(day: str, rows: int, mended: str = "") -> None:
        """What anybody can see tonight."""
        for name, place in {**web, **paper}.items():
            made.shown[name].append(set(place.expected()))
        for name, place in paper.items():
            place.save(made.home / "saved", f"{name.removesuffix(', saved')}-{day}")
        made.shown[EXPORT].append(write_rows(made.home, rows, mended))

    def night(process: subprocess.Popen[str], number: int) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(NIGHTS[number] + "\n")
        process.stdin.flush()
        for line in process.stdout:
            made.printed.append(line)
            if line.startswith("ended with"):
                break
        made.held.append(made.lake.reviews("everything"))

    with protocols.Loopback([*web.values(), *paper.values()]) as site:
        env = command.env | {
            "UNMET_CONNECT_TO": json.dumps(site.connect_to), "UNMET_PAUSE_SECONDS": "0.01", "UNMET_RETRY_SECONDS": "[]",
            "TRUSTPILOT_API_KEY": KEY,
        }  # fmt: skip
        site.busy = {c.host: (0, "1") for c in CASES.values()}
        prepare("2026-11-20", ROWS)
        with (made.home / "stderr").open("w") as talk, subprocess.Popen(
            [sys.executable, "-c", COMMAND, str(market_file(made.home))],
            cwd=ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=talk,
        ) as process:  # fmt: skip
            late = Timer(SECONDS, process.kill)
            late.start()
            try:
                night(process, 0)
                prepare("2026-11-21", ROWS)
                night(process, 1)
                for place in [*web.values(), *paper.values()]:
                    place.grow(NEW)
                prepare("2026-11-22", ROWS + NEW, " It was mended.")
                night(process, 2)
                process.communicate()
            finally:
                late.cancel()
                process.kill()
        made.asked = site.log
    made.printed.append((made.home / "stderr").read_text("utf-8"))
    return made


every = pytest.mark.parametrize("name", PLACES)


def test_a_place_of_every_source_is_in_it(tmp_path: Path) -> None:
    """Fails for a new source until it has a place under `protocols` and a line in `protocols.CASES` or `SAVED`."""
    write_rows(tmp_path, 1)
    (tmp_path / "saved").mkdir()
    for source in SAVED:
        (tmp_path / "saved" / f"{source}-1.json").touch()
    file = market_file(tmp_path)
    read = {"export" if isinstance(e.place, Export) else e.source for e in plan(load(file), file)}
    assert read == set(scrapers.names())


def test_every_night_ends_well_and_quietly(run: Run) -> None:
    said = "".join(run.printed)
    assert said.count("ended with 0\n") == len(NIGHTS), said
    for noise in ("Traceback", "prefect.", "WARNING", "ERROR", "not read whole"):
        assert noise not in said


@every
def test_the_lake_holds_what_was_shown_and_nothing_else(run: Run, name: str) -> None:
    seen: set[str] = set()
    for held, shown in zip(run.held, run.shown[name], strict=True):
        seen |= shown
        rows = held.filter(competitor=slug(name))
        assert set(rows["id"]) == seen
        assert rows.height == len(seen)


@every
def test_the_ledger_says_why_each_visit_ended_and_what_it_brought(run: Run, name: str) -> None:
    visits, case = run.visits(name), PLACES[name]
    stops = getattr(case, "stops", ("sample",) * 3 if case else ("end",) * 3)
    assert tuple(v["stop"] for v in visits) == stops
    assert all(v["complete"] and v["unreadable"] == 0 and v["outcome"] == "reviews" for v in visits)
    assert all(v["found"] == v["new"] + v["edited"] + v["known"] + v["duplicate"] for v in visits)
    edits = getattr(case, "edits", True)
    news = (NEW, 1) if edits else (NEW + 1, 0)
    assert [(v["new"], v["edited"]) for v in visits] == [(len(run.shown[name][0]), 0), (0, 0), news]


def test_the_lake_as_a_whole(run: Run) -> None:
    first, second, third = run.held
    assert first.height == sum(len(shown[0]) for shown in run.shown.values())
    assert second.equals(first)
    assert third.height == first.height + NEW * len(PLACES) + sum(
        not getattr(c, "edits", True) for c in PLACES.values()
    )
    assert run.lake.visits("everything").height == len(NIGHTS) * len(PLACES)


def test_every_host_was_busy_once_and_waited_for(run: Run) -> None:
    for host in {c.host for c in CASES.values()}:
        asked = [a for a in run.asked if a.host == host]
        busy = [i for i, a in enumerate(asked) if a.status == 429]
        assert busy == [1]
        assert asked[2].started - asked[1].ended >= 1
    assert not {a.host for a in run.asked} & {c.host for c in SAVED.values()}


def test_the_report_tells_of_every_place(run: Run) -> None:
    report = json.loads((run.home / "out" / "everything" / "2026-11-22.json").read_text("utf-8"))
    assert len(report["coverage"]) == len(PLACES)
    assert all(row["visit"]["complete"] for row in report["coverage"])


def test_the_key_is_nowhere_but_in_the_requests(run: Run) -> None:
    assert {a.key for a in run.asked if a.host == "api.trustpilot.com" and a.path != "/robots.txt"} == {KEY}
    assert {a.key for a in run.asked if a.host != "api.trustpilot.com"} == {None}
    files = [file for file in run.home.rglob("*") if file.is_file()]
    assert any(run.home / "prefect" in file.parents for file in files), "Prefect's database lies elsewhere"
    for file in files:
        content = file.read_bytes()
        assert KEY.encode() not in (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content), file
    assert KEY not in "".join(run.printed)
