"""Forgetting and correcting in the lake and the archive: what goes, what stays, and that no file holds the words."""

from __future__ import annotations

import gzip
import os
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from data.archive import Archive, Kept
from data.lake import Lake, Merge
from data.review import Review
from data.visit import SCHEMA, Visit

NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def review(number: int, body: str, **more: object) -> Review:
    told = {"source": "app_store", "product": "1", "rating": 2.0, "scale": "5", "written": NIGHT - 30 * DAY, **more}
    return Review(id=str(number), body=body, **told)  # type: ignore[arg-type]


def merge(lake: Lake, competitor: str, *reviews: Review, night: int = 0, market: str = "notes") -> Merge:
    return lake.merge(market, competitor, f"https://{competitor}.example/", reviews, NIGHT + night * DAY)


def visit(lake: Lake, competitor: str, source: str = "app_store", market: str = "notes") -> None:
    blank = dict.fromkeys(SCHEMA, None) | dict.fromkeys(["pages", "found", "new", "edited", "known", "bytes"], 0)
    place = {"market": market, "competitor": competitor, "source": source, "listing": f"{competitor} {source}"}
    lake.add_visit(Visit(**{**blank, **place, "at": NIGHT, "stop": "end", "complete": True}))


def read(lake: Lake, market: str = "notes") -> None:
    rows = lake.reviews(market).select("key", "market", "digest", text="body").with_columns(rules=pl.lit("r"))
    lake.insert("mentions", rows.with_columns(mention=pl.lit(0)), ["market", "key", "digest", "rules", "mention"])
    lake.insert("readings", rows.drop("text"), ["market", "key", "digest", "rules"])


def holding(folder: Path, word: str) -> list[str]:
    """The files in which a word stands, packed or not."""
    found = []
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        raw = path.read_bytes()
        told = str(pl.read_parquet(path, hive_partitioning=False).to_dicts()) if path.suffix == ".parquet" else ""
        unpacked = gzip.decompress(raw) if path.suffix == ".gz" else b""
        if word.encode() in raw or word.encode() in unpacked or word in told:
            found.append(path.name)
    return found


# -- forgetting ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two competitors, one of them from two sources; an edit; two markets; readings of all."""
    lake = Lake(tmp_path_factory.mktemp("made") / "lake")
    for night in range(4):
        merge(lake, "ink", review(night, f"secretword {night}"), night=night)
    DeltaTable(f"{lake.root}/reviews").create_checkpoint()
    read(lake)
    merge(lake, "ink", review(1, "secretword edited"), night=20)
    merge(lake, "ink", review(1, "plainword", source="steam"), night=20)
    merge(lake, "jot", review(1, "otherword", product="2"))
    merge(lake, "ink", review(1, "elsewhere"), market="more")
    for place in (("ink", "app_store"), ("ink", "steam"), ("jot", "app_store")):
        visit(lake, *place)
    visit(lake, "ink", market="more")
    read(lake)
    read(lake, "more")
    return Path(lake.root)


@pytest.fixture
def full(made: Path, lake: Lake) -> Lake:
    """A copy of it."""
    shutil.copytree(made, lake.root)
    return lake


def test_what_matches_is_counted_table_by_table(full: Lake) -> None:
    assert full.markets() == ["more", "notes"]
    assert full.held("notes") == {"visits": 3, "changes": 1, "mentions": 7, "readings": 7, "reviews": 6}
    assert full.held("notes", "ink", "app_store") == {
        "visits": 1, "changes": 1, "mentions": 5, "readings": 5, "reviews": 4,
    }  # fmt: skip
    assert full.held("notes", source="steam") == {
        "visits": 1, "changes": 0, "mentions": 1, "readings": 1, "reviews": 1,
    }  # fmt: skip
    assert full.listings("notes", "ink") == ["https://ink.example/"]
    assert (full.held("never")["reviews"], full.listings("never")) == (0, [])


def test_a_part_is_taken_out_of_every_table_and_no_file_holds_its_words(full: Lake) -> None:
    root = Path(full.root)
    assert len(holding(root, "secretword")) > 4  # in files of every version, and in the log's own notes of them
    full.forget("notes", "ink", "app_store")
    full.purge()
    assert set(full.held("notes", "ink", "app_store").values()) == {0}
    assert full.reviews("notes")["body"].to_list() == ["otherword", "plainword"]
    assert full.held("notes") == {"visits": 2, "changes": 0, "mentions": 2, "readings": 2, "reviews": 2}
    assert full.held("more")["mentions"] == 1
    assert holding(root, "secretword") == []
    assert all(holding(root, word) for word in ("otherword", "plainword", "elsewhere"))


def test_the_lake_goes_on_after_it(full: Lake) -> None:
    full.forget("notes", "ink")
    full.purge()
    assert merge(full, "ink", review(50, "again")) == Merge(new=1)
    assert merge(full, "jot", review(1, "otherword", product="2")) == Merge(known=1)
    full.forget("notes")
    full.purge()
    full.purge()
    assert (full.markets(), full.reviews("more")["body"].to_list()) == (["more"], ["elsewhere"])


def test_a_file_that_a_dead_run_left_goes_when_it_is_an_hour_old(full: Lake) -> None:
    table = Path(full.root) / "reviews" / "market=notes"
    whole = next(table.iterdir())
    for name, age in (("old", 3700), ("young", 0)):
        left = table / f"part-{name}.parquet"
        shutil.copy(whole, left)
        os.utime(left, (left.stat().st_mtime - age,) * 2)
    full.purge()
    assert sorted(p.name for p in table.iterdir() if p.name in {"part-old.parquet", "part-young.parquet"}) == [
        "part-young.parquet"  # it may be another process's next commit
    ]


def test_files_of_pages_go_by_competitor_source_and_listing(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    day = date(2026, 11, 20)
    for competitor, source in (("ink", "steam"), ("ink", "reddit"), ("jot", "steam"), ("old-slug", "steam")):
        listing = "https://ink.example/" if competitor == "old-slug" else f"https://{competitor}.example/"
        page = Kept(listing, 200, {}, b"x", NIGHT)
        archive.keep(archive.path("notes", competitor, source, listing, day), page)
    ours = [p.parts[-3:-1] for p in archive.held("notes", "ink", "steam", ["https://ink.example/"])]
    assert ours == [("ink", "reddit"), ("ink", "steam"), ("old-slug", "steam")]
    assert archive.forget("notes", "ink", "steam") == 1
    assert archive.forget("notes", "ink") == 1
    assert archive.forget("notes", listings=["https://ink.example/"]) == 2
    assert not (archive.root / "notes").exists()
    assert archive.forget("never") == 0


def test_a_page_comes_out_with_the_memory_of_its_walk(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    file = archive.path("notes", "ink", "steam", "l", date(2026, 11, 20))
    archive.keep(file, Kept("https://s.example/?a=1#seen=100&of=250", 200, {}, b"x", NIGHT))
    (kept,) = archive.pages(file)
    assert (kept.url, kept.memory) == ("https://s.example/?a=1", "seen=100&of=250")
    assert kept.asked == "https://s.example/?a=1#seen=100&of=250"


# -- correcting ----------------------------------------------------------------------------------------------------

LISTING = "https://ink.example/"


def correct(lake: Lake, *reviews: Review) -> Merge:
    seen = dict.fromkeys((r.key for r in reviews), NIGHT - DAY)
    return lake.correct("notes", "ink", LISTING, reviews, seen)


def held(lake: Lake, number: int) -> dict[str, object]:
    return lake.reviews("notes").row(by_predicate=pl.col("id") == str(number), named=True)


def test_what_is_read_otherwise_replaces_what_is_held_and_is_no_edit(lake: Lake) -> None:
    merge(lake, "ink", review(1, "Caf&eacute;"), review(2, "Same."), review(3, "Dated wrongly."))
    told = (review(1, "Café"), review(2, "Same."), review(3, "Dated wrongly.", written=NIGHT - 3 * DAY))
    assert correct(lake, *told, review(4, "Overlooked.")) == Merge(new=1, edited=2, known=1)
    assert [held(lake, n)["body"] for n in (1, 2, 3, 4)] == ["Café", "Same.", "Dated wrongly.", "Overlooked."]
    assert [held(lake, n)["written"] for n in (1, 3)] == [NIGHT - 30 * DAY, NIGHT - 3 * DAY]
    assert [held(lake, n)["first_seen"] for n in (1, 4)] == [NIGHT, NIGHT - DAY]
    assert held(lake, 1)["edited"] is None
    assert lake.changes("notes").height == 0
    assert correct(lake, *told) == Merge(known=3)


def test_a_date_that_is_no_longer_guessed_goes(lake: Lake) -> None:
    merge(lake, "ink", review(1, "It crashes."))
    assert correct(lake, review(1, "It crashes.", written=None)) == Merge(edited=1)
    assert held(lake, 1)["written"] is None


def test_an_edit_whose_first_page_is_gone_keeps_its_times(lake: Lake) -> None:
    first, second = NIGHT - 9 * DAY, NIGHT
    merge(lake, "ink", review(1, "First.", written=first))
    merge(lake, "ink", review(1, "Second.", written=second), night=1)
    assert correct(lake, review(1, "Second.", written=second)) == Merge(known=1)
    assert correct(lake, review(1, "Second!", written=second)) == Merge(edited=1)
    assert (held(lake, 1)["written"], held(lake, 1)["edited"], held(lake, 1)["body"]) == (first, second, "Second!")
    assert lake.changes("notes").height == 1


def test_nothing_read_changes_nothing(lake: Lake) -> None:
    assert correct(lake) == Merge()
    assert not Path(lake.root).exists()
