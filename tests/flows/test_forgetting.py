"""`unmet forget`: after it, no file of lake, archive or reports holds the words, and the report is of what is left."""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from data.lake import Lake
from data.market import load
from data.settings import Settings, settings
from flows import collect, forgetting
from flows.plan import plan
from reports import report as press
from scrapers._source import Page, Request

NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
INK, JOT = "https://apps.apple.com/us/app/ink/id1", "https://apps.apple.com/us/app/jot/id2"
MARKET = f"""name = "Notes"
[competitors.ink]
name = "Ink"
listings = ["{INK}"]
[competitors.jot]
name = "Jot"
listings = ["{JOT}"]
"""
SECRET, OTHER = "zebracrashes", "otterloses"


def feed(word: str) -> bytes:
    bodies = [f"The {word} app crashes when I open note {n}. I want my money back." for n in range(40)]
    told = [
        {"id": f"{word}{n}", "im:rating": "1", "title": f"Bad {word}", "content": body,
         "updated": (NIGHT - timedelta(days=n)).isoformat()}
        for n, body in enumerate(bodies)
    ]  # fmt: skip
    entries = [{name: {"label": value} for name, value in entry.items()} for entry in told]
    return json.dumps({"feed": {"entry": entries, "link": []}}).encode()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A market of two, collected on two nights (one review edited between them) and reported."""
    home = tmp_path_factory.mktemp("made")
    file = home / "markets" / "notes.toml"
    file.parent.mkdir()
    file.write_text(MARKET)
    config, loaded = Settings(lake=str(home / "lake"), reports=home / "reports"), load(file)
    lake = Lake(config.lake)
    for night in (0, 1):
        now = config.model_copy(update={"now": NIGHT + timedelta(days=night), "pages": 1})
        for errand in plan(loaded):
            word = SECRET if errand.competitor == "ink" else OTHER
            body = feed(word).replace(b"note 3.", b"note 3, twice." if night else b"note 3.")

            def fetch(request: Request, body: bytes = body) -> Page:
                return Page(request, 200, {}, body, NIGHT)

            collect.visit(errand, lake, now, fetch)
    press.make(lake, loaded, config.reports, file)
    (config.reports / "notes" / "2026-01-01.md").write_text(f"An old report with {SECRET}.")
    (config.reports / "notes" / "charts").mkdir(exist_ok=True)
    (config.reports / "notes" / "charts" / "old.svg").write_text(SECRET)
    (config.reports / "notes" / "notes.toml").write_text(MARKET)
    return home


@pytest.fixture
def market(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The market's file in a copy of all that."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    for name in ("lake", "reports", "markets"):
        monkeypatch.setenv(f"UNMET_{name.upper()}", str(tmp_path / name))
    return tmp_path / "markets" / "notes.toml"


def holding(folder: Path, word: str) -> list[str]:
    """The files in which a word stands, packed or not."""
    found = []
    for path in (p for p in folder.rglob("*") if p.is_file()):
        raw = path.read_bytes()
        told = str(pl.read_parquet(path, hive_partitioning=False).to_dicts()) if path.suffix == ".parquet" else ""
        unpacked = gzip.decompress(raw) if path.suffix == ".gz" else b""
        if word.encode() in raw or word.encode() in unpacked or word in told:
            found.append(str(path.relative_to(folder)))
    return found


def test_a_competitor_is_forgotten_everywhere_and_the_rest_stays(market, tmp_path, capsys):
    before = holding(tmp_path, SECRET)
    assert {name.split("/")[0] for name in before} == {"lake", "reports"}
    assert any("_delta_log" in name for name in before)
    assert any(name.endswith(".warc.gz") for name in before)
    assert {"reports/notes/latest.md", "reports/notes/latest.html", "reports/notes/charts/old.svg"} <= set(before)
    assert forgetting.run(market, "ink", None, yes=True) == 0
    assert holding(tmp_path, SECRET) == []
    assert holding(tmp_path, OTHER)
    done = capsys.readouterr()
    first, second = done.out.splitlines()
    mentions = int(first.split(" reviews, ")[1].split()[0])
    assert mentions > 40
    assert first == (f"notes: forgot 40 reviews, {mentions:,} mentions, 1 change, 2 visits, 2 page files, 1 report")
    assert second.startswith("notes: a report of what is left: ")
    assert "unless you take them out of the market file" in done.err
    report = Path(second.rpartition(": ")[2])
    document = json.loads(report.with_suffix(".json").read_text())
    assert document["reviews"]["counted"] == 40
    assert press.check(Lake(settings().lake), load(market), report.with_suffix(".json"), market) == []
    assert (report.parent / "notes.toml").read_text() == MARKET


def test_all_is_forgotten_when_nothing_is_named(market, tmp_path, capsys):
    assert forgetting.run(None, None, None, yes=True) == 0
    assert holding(tmp_path, SECRET) + holding(tmp_path, OTHER) == []
    assert Lake(settings().lake).markets() == []
    assert [p.name for p in (tmp_path / "reports" / "notes").iterdir()] == ["notes.toml"]
    assert "notes" not in (tmp_path / "reports" / "index.md").read_text()
    capsys.readouterr()
    assert forgetting.run(None, None, None, yes=True) == 3


def test_without_a_market_the_report_says_which_file_it_was_made_from(market, capsys):
    assert forgetting.run(None, "ink", "app_store", yes=True) == 0
    assert "notes: a report of what is left: " in capsys.readouterr().out


def test_what_is_not_held_is_told_with_what_is(market, tmp_path, capsys):
    everything = sorted(tmp_path.rglob("*.md"))
    assert forgetting.run(market, "inkk", None, yes=True) == 3
    assert capsys.readouterr().err == "unmet: nothing is held that matches; there is notes\n"
    assert Lake(settings().lake).held("notes")["reviews"] == 80
    assert sorted(tmp_path.rglob("*.md")) == everything


def test_nobody_is_asked_where_nobody_can_answer(market, unmet):
    done = unmet("forget", str(market), UNMET_LAKE=settings().lake, UNMET_REPORTS=str(settings().reports))
    assert done.returncode == 2
    assert done.stderr == "unmet: forgetting cannot be taken back; say --yes to go on without being asked\n"
    assert Lake(settings().lake).held("notes")["reviews"] == 80


@pytest.mark.parametrize(("answer", "left"), [("n\n", 80), ("y\n", 40)])
def test_a_person_is_asked_and_told_how_much(market, monkeypatch, capsys, answer, left):
    class Terminal:
        def isatty(self) -> bool:
            return True

        def readline(self, *_: int) -> str:
            return answer

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda *_: answer.strip())
    assert forgetting.run(market, "ink", None, yes=False) == 0
    asked = " ".join(capsys.readouterr().err.split())
    assert "Forget notes: 40 reviews" in asked
    assert "It cannot be taken back [y/n] (n)" in asked
    assert Lake(settings().lake).held("notes")["reviews"] == left
