"""`unmet forget`: after it, no file of lake, archive or reports holds the words, and the report is of what is left."""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import others
import polars as pl
import pytest

from data import forgotten, locks
from data.authors import author_key
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


# -- one review, one author --------------------------------------------------------------------------------------------

PAGE, PEOPLE = "https://shop.example/p/lamp", "https://shop.example/p/chair"


def product(*people: str) -> bytes:
    reviews = [
        {"@type": "Review", "author": {"@type": "Person", "name": who}, "datePublished": f"2026-10-{n:02}",
         "reviewBody": f"The {who.split()[0].lower()}words lamp broke after {n} days and support never replies to me.",
         "reviewRating": {"@type": "Rating", "ratingValue": 1}}
        for n, who in enumerate(people, start=1)
    ]  # fmt: skip
    data = {"@context": "https://schema.org", "@type": "Product", "name": "Lamp", "review": reviews}
    return f"<html><script type='application/ld+json'>{json.dumps(data)}</script></html>".encode()


PERSONS = ("Zebra Doe", "Otter Roe", "Otter Roe", "Heron Poe")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A market's file, with a page of four reviews collected and reported."""
    for name in ("lake", "reports", "markets"):
        monkeypatch.setenv(f"UNMET_{name.upper()}", str(tmp_path / name))
    file = tmp_path / "markets" / "lamps.toml"
    file.parent.mkdir()
    file.write_text(f'name = "Lamps"\n[competitors.lamp]\nname = "Lamp"\nlistings = ["{PAGE}", "{PEOPLE}"]\n')
    collected(file)
    press.make(Lake(settings().lake), load(file), settings().reports, file)
    return file


def collected(file: Path, night: int = 0) -> None:
    now = settings().model_copy(update={"now": NIGHT + timedelta(days=night)})
    for errand in plan(load(file)):

        def fetch(request: Request) -> Page:
            shown = PERSONS if request.url == PAGE else ("Crane Moe",)
            return Page(request, 200, {"content-type": "text/html"}, product(*shown), NIGHT)

        assert collect.visit(errand, Lake(now.lake), now, fetch)[1] is None


def bodies() -> str:
    return " ".join(Lake(settings().lake).reviews("lamps")["body"])


def test_an_author_is_forgotten_everywhere_and_stays_so(shop: Path, tmp_path: Path) -> None:
    assert "otterwords" in bodies()
    assert not holding(tmp_path / "reports", "Otter Roe")
    assert holding(tmp_path, "otterwords")
    assert forgetting.run(shop, None, None, yes=True, author="Otter Roe") == 0
    assert holding(tmp_path, "otterwords") == holding(tmp_path, "Otter") == []
    assert all(word in bodies() for word in ("zebrawords", "heronwords", "cranewords"))
    assert [p.name for p in (tmp_path / "reports/lamps").glob("*.md")]  # a report of what is left
    collected(shop, night=1)
    collected(shop, night=2)
    assert "otterwords" not in bodies()
    assert Lake(settings().lake).reviews("lamps").height == 3
    written = [p for p in holding(tmp_path, "otterwords") if not p.endswith(".warc.gz")]
    assert written == []  # the raw page shows it again, until it expires
    assert forgetting.run(shop, None, None, yes=True, author="Otter Roe") == 3


def test_a_review_is_forgotten_everywhere_and_stays_so(shop: Path, tmp_path: Path) -> None:
    lake = Lake(settings().lake)
    rows = lake.reviews("lamps")
    key = rows.filter(pl.col("body").str.contains("zebrawords"))["key"][0]
    assert forgetting.run(None, None, None, yes=True, review=key) == 0
    assert holding(tmp_path, "zebrawords") == holding(tmp_path, key) == []
    assert holding(tmp_path / "lake/archive", "cranewords")  # the other listing's pages stay
    collected(shop, night=1)
    assert sorted(lake.reviews("lamps")["key"]) == sorted(set(rows["key"]) - {key})


def test_nothing_is_forgotten_while_a_run_may_bring_it_back(shop: Path, tmp_path: Path) -> None:
    with others.run_of(settings().lake, "lamps"), pytest.raises(locks.Busy, match=r"^lamps: another run of it is und"):
        forgetting.run(shop, None, None, yes=True, author="Otter Roe")
    assert "otterwords" in bodies()
    assert not (tmp_path / "lake" / "forgotten").exists()


def test_what_is_left_of_a_review_is_found_by_its_key(shop: Path, tmp_path: Path) -> None:
    """Runs of older versions could leave readings and mentions of reviews that were forgotten meanwhile."""
    lake = Lake(settings().lake)
    key = lake.reviews("lamps").filter(pl.col("body").str.contains("zebrawords"))["key"][0]
    lake.change("reviews", lambda table: table.delete(f"key = '{key}'"))
    lake.purge()
    assert holding(tmp_path / "lake" / "mentions", key)
    assert forgetting.run(shop, None, None, yes=True, review=key) == 0
    assert holding(tmp_path, key) == []


def test_a_mark_that_was_cut_off_costs_no_other(tmp_path: Path) -> None:
    forgotten.bar(tmp_path, ["one"])
    file = tmp_path / forgotten.FILE
    (one,) = forgotten.marks(tmp_path)
    file.write_text(file.read_text("ascii") + "0a1b", "ascii")
    forgotten.bar(tmp_path, ["two"])
    assert forgotten.marks(tmp_path) == {one, "0a1b", forgotten.of_review(author_key(tmp_path), "two")}


def test_a_key_that_is_damaged_hashes_nobody(tmp_path: Path) -> None:
    author_key(tmp_path)
    (tmp_path / "author.key").write_bytes(b"")
    with pytest.raises(OSError, match=r"author\.key is damaged, 0 bytes of 32; bring it back from a backup"):
        author_key(tmp_path)


def test_one_review_is_not_a_competitor_too(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert forgetting.run(shop, "lamp", None, yes=True, review="x") == 2
    assert "stand alone" in capsys.readouterr().err
    assert forgetting.run(shop, None, None, yes=True, review="x") == 3
