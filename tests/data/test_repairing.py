"""A lake that suffered: what is found, what is done about it, and that everything else is left as it was."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import others
import polars as pl
import pytest
from deltalake import DeltaTable

from data import locks, repairing
from data.archive import Archive, Kept
from data.lake import Lake, LakeError
from data.migrating import FormatError
from data.review import Review
from data.visit import Visit

NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
TODAY = NIGHT + timedelta(days=2)
SHOP = "https://shop.example/r"
KEYS = ["market", "key", "digest", "rules"]


def review(number: int, body: str = "It crashes.") -> Review:
    return Review(source="app_store", product="1", id=str(number), body=body, rating=2.0, scale="5", written=NIGHT)


def visit(at: datetime) -> Visit:
    return Visit(
        market="notes", competitor="ink", source="app_store", listing=SHOP, at=at, asked=SHOP, pages=1, found=2, new=2,
        edited=0, known=0, duplicate=0, gone=0, unreadable=0, total=None, oldest=None, newest=None, outcome="reviews",
        stop="end", complete=True, detail=None, bytes=10, seconds=0.5,
    )  # fmt: skip


def read(lake: Lake, rules: str, tables: tuple[str, ...] = ("mentions", "readings")) -> None:
    rows = lake.reviews("notes").select("market", "key", "digest", rules=pl.lit(rules), text=pl.lit("words"))
    for name in tables:
        lake.insert(name, rows, KEYS)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Two nights of three reviews, read by one version of the rules."""
    made = Lake(tmp_path / "lake")
    for night in range(2):
        made.merge("notes", "ink", SHOP, [review(night), review(night + 1)], NIGHT + timedelta(days=night))
        made.add_visit(visit(NIGHT + timedelta(days=night)))
        read(made, "r1")
    return made


def mended(lake: Lake, rules: str = "r1") -> list[repairing.Finding]:
    return list(repairing.mend(Lake(lake.root), {"notes": rules}, TODAY))


def said(lake: Lake, rules: str = "r1") -> list[str]:
    found = [str(each) for each in mended(lake, rules)]
    assert mended(lake, rules) == [], "once mended, it is well"
    return found


def held(lake: Lake) -> list[pl.DataFrame]:
    fresh = Lake(lake.root)
    rows = [fresh.reviews("notes"), fresh.visits("notes"), fresh.changes("notes")]
    return rows + [t.sort(KEYS) for n in ("readings", "mentions") if (t := fresh.table(n, "notes")) is not None]


def same(before: list[pl.DataFrame], after: list[pl.DataFrame]) -> bool:
    return len(before) == len(after) and all(b.equals(a) for b, a in zip(before, after, strict=True))


def test_a_lake_that_is_well_is_left_alone(lake: Lake) -> None:
    before = {p: p.read_bytes() for p in Path(lake.root).rglob("*") if p.is_file()}
    assert said(lake) == []
    after = {p: p.read_bytes() for p in Path(lake.root).rglob("*") if p.is_file() and p.parent.name != "runs"}
    assert after == before
    assert mended(Lake(Path(lake.root).parent / "none")) == []


def test_litter_of_runs_that_died_is_deleted(lake: Lake) -> None:
    root, before = Path(lake.root), held(lake)
    for name in ("reviews/market=notes/part-0.parquet", "visits/_delta_log/_commit_0f3a.json.tmp", ".format.0a1b2c3d"):
        (root / name).write_bytes(b"by half")
    assert said(lake) == ["lake: 3 files that no table knows, of runs that died; deleted"]
    assert same(before, held(lake))


def test_a_table_begun_by_half_is_deleted_and_one_with_rows_set_aside(lake: Lake) -> None:
    root = Path(lake.root)
    (root / "changes" / "_delta_log").mkdir(parents=True)
    for entry in (root / "visits" / "_delta_log").iterdir():
        entry.unlink()
    assert said(lake) == [
        "visits: files without the log that says what they are; set aside in broken/visits",
        "changes: a table that was begun and not finished; deleted",
    ]
    assert not (root / "changes").exists()
    assert len(list((root / "broken" / "visits").rglob("*.parquet"))) == 2
    assert Lake(lake.root).reviews("notes").height == 3


def test_a_last_commit_cut_off_is_taken_back(lake: Lake) -> None:
    newest = max((Path(lake.root) / "reviews" / "_delta_log").glob("*.json"))
    newest.write_bytes(newest.read_bytes()[:40])
    with pytest.raises(LakeError):
        Lake(lake.root).reviews("notes")
    found = mended(lake)
    assert (found[0].where, found[0].lost) == ("reviews", True)
    assert str(found[0]).startswith(f"reviews: its last commit, {newest.name}, is damaged; taken back; the next walks")
    assert Lake(lake.root).reviews("notes")["id"].to_list() == ["0", "1"]
    again = Lake(lake.root).merge("notes", "ink", SHOP, [review(2)], NIGHT)
    assert (again.new, mended(lake)) == (1, [])


def test_a_damaged_summary_of_a_log_is_taken_out(lake: Lake) -> None:
    before = held(lake)
    DeltaTable(f"{lake.root}/reviews").create_checkpoint()
    (summary,) = (Path(lake.root) / "reviews" / "_delta_log").glob("*.checkpoint.parquet")
    summary.write_bytes(b"PAR1 no more")
    assert said(lake) == ["reviews: the summary of its log is damaged; taken out; the log itself says the same"]
    assert same(before, held(lake))


@pytest.mark.parametrize("damage", ["gone", "cut"])
def test_a_file_of_reviews_that_is_lost_is_told_and_costs_only_its_rows(lake: Lake, damage: str) -> None:
    file = Path(DeltaTable(f"{lake.root}/reviews").file_uris()[0].removeprefix("file://"))
    rows = pl.read_parquet(file, hive_partitioning=False).height
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-20])
    found = mended(lake)
    assert str(found[0]).startswith(f"reviews: 1 of 2 files are gone or damaged, with {rows} rows; taken out; the next")
    assert found[0].lost
    assert Lake(lake.root).reviews("notes").height == 3 - rows
    assert mended(lake) == []


def test_what_was_set_aside_is_forgotten_too(lake: Lake) -> None:
    file = Path(DeltaTable(f"{lake.root}/reviews").file_uris()[0].removeprefix("file://"))
    file.write_bytes(file.read_bytes()[:-20])
    mended(lake)
    assert list((Path(lake.root) / "broken").rglob("*.parquet"))
    lake.forget("notes")
    lake.purge()
    assert not (Path(lake.root) / "broken").exists()


def test_damaged_readings_are_made_anew_and_nothing_is_lost(lake: Lake) -> None:
    file = Path(DeltaTable(f"{lake.root}/mentions").file_uris()[0].removeprefix("file://"))
    file.write_bytes(b"PAR1")
    found = mended(lake)
    assert [each.lost for each in found] == [False]
    assert str(found[0]).endswith("; set aside; the next report reads its reviews anew")
    assert Lake(lake.root).due("notes", "r1").height == 3


def test_mentions_without_a_reading_and_readings_of_old_rules_go(lake: Lake) -> None:
    read(lake, "r0")
    read(lake, "r2", ("mentions",))
    lake.merge("notes", "ink", SHOP, [review(0, "Edited.")], NIGHT + timedelta(days=2))
    assert said(lake) == [
        "notes: mentions of 3 reviews without a reading; deleted; read anew",
        "notes: 4 readings and 4 mentions of rules or texts that are no more; deleted",
    ]
    assert Lake(lake.root).due("notes", "r1")["id"].to_list() == ["0"]
    for name in ("readings", "mentions"):
        rows = Lake(lake.root).table(name, "notes")
        assert rows is not None
        assert rows.select("key", "rules").sort("key").rows() == [("app_store:1:1", "r1"), ("app_store:1:2", "r1")]


def test_reviews_held_twice_are_held_once(lake: Lake) -> None:
    before = held(lake)
    lake.reviews("notes").tail(1).write_delta(f"{lake.root}/reviews", mode="append")
    assert said(lake) == ["notes: 1 reviews are held twice; each is held once now"]
    assert same(before, held(lake))


def test_what_a_clock_that_was_wrong_dated_ahead_is_set_right(lake: Lake) -> None:
    before, late = held(lake), NIGHT + timedelta(days=1500)
    archive = Archive(Path(lake.root) / "archive")
    path = archive.path("notes", "ink", "app_store", SHOP, late.date())
    archive.keep(path, Kept(SHOP, 200, {}, b"a page", late))
    lake.add_visit(visit(late))
    (gone, *_), keys = lake.reviews("notes")["key"], list(lake.reviews("notes")["key"])
    assert lake.settle("notes", "ink", SHOP, keys[1:], late) == 1
    assert said(lake) == [
        "notes: 1 visits lie ahead, up to 2030-12-29; the clock was wrong; set aside in"
        " broken/visits-of-notes.parquet; delete reports of such days by hand",
        "notes: 1 changes lie ahead, up to 2030-12-29; the clock was wrong; dated today; as they were in"
        " broken/changes-of-notes.parquet",
        "notes: 1 files of pages are dated ahead; the clock was wrong; dated today",
    ]
    assert lake.visits("notes").equals(before[1])
    assert lake.changes("notes").select("key", "at").rows() == [(gone, TODAY)]
    assert lake.settle("notes", "ink", SHOP, keys, TODAY + timedelta(days=1)) == 0
    assert lake.changes("notes").sort("at")["key"].to_list() == [gone, gone]  # and back again
    assert [page.body for p in archive.files("notes", "app_store", SHOP) for page in archive.pages(p)] == [b"a page"]
    assert archive.expire(TODAY.date() + timedelta(days=1)) == 1
    assert pl.read_parquet(Path(lake.root) / "broken" / "visits-of-notes.parquet")["at"].to_list() == [late]


def test_what_came_and_went_under_a_wrong_clock_keeps_its_order(lake: Lake) -> None:
    late, keys = NIGHT + timedelta(days=1500), list(lake.reviews("notes")["key"])
    for _ in range(3):
        assert lake.settle("notes", "ink", SHOP, [], late) == 3
        assert lake.settle("notes", "ink", SHOP, keys, late + timedelta(days=1)) == 0
        late += timedelta(days=2)
    order = lake.changes("notes").sort("at").select("key", "digest").rows()
    assert len(said(lake)) == 1
    assert lake.changes("notes").sort("at").select("key", "digest").rows() == order
    assert lake.settle("notes", "ink", SHOP, keys, TODAY + timedelta(days=1)) == 0
    assert lake.changes("notes").height == len(order), "all are there, and nothing has changed"


def test_the_disk_s_own_folder_is_no_part_of_the_lake(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Path(lake.root) / "lost+found"
    own.mkdir()
    monkeypatch.setattr(repairing.os, "access", lambda path, _: path != own)
    assert said(lake) == []


def test_a_clock_that_is_behind_costs_nothing(lake: Lake) -> None:
    before = held(lake)
    behind, last = NIGHT - timedelta(days=700), NIGHT + timedelta(days=1)
    (found,) = repairing.mend(lake, {"notes": "r1"}, behind)
    assert str(found) == (
        f"notes: all 2 visits lie ahead, up to {last.date()}; nothing was done; where today is not {behind.date()},"
        " set the clock"
    )
    assert found.lost
    assert same(before, held(lake))


@pytest.mark.parametrize("left", [0, 40])
def test_rows_of_a_commit_that_is_taken_back_are_set_aside(lake: Lake, left: int) -> None:
    before = held(lake)
    lake.merge("notes", "ink", SHOP, [review(9)], NIGHT)
    newest = max((Path(lake.root) / "reviews" / "_delta_log").glob("*.json"))
    newest.write_bytes(newest.read_bytes()[:left])
    first, second = said(lake)
    assert first.startswith(f"reviews: its last commit, {newest.name}, is damaged; taken back; ")
    assert second == "reviews: 1 files of rows that no commit knows; set aside in broken"
    (kept,) = (Path(lake.root) / "broken" / "reviews").rglob("*.parquet")
    assert pl.read_parquet(kept, hive_partitioning=False)["key"].to_list() == [review(9).key]
    assert same(before, held(lake))


def test_rows_of_a_commit_that_was_lost_before_others_came_are_set_aside(lake: Lake) -> None:
    lake.merge("notes", "ink", SHOP, [review(8)], NIGHT)
    max((Path(lake.root) / "reviews" / "_delta_log").glob("*.json")).write_text("")
    Lake(lake.root).merge("notes", "ink", SHOP, [review(9)], NIGHT)
    before = held(lake)
    assert said(lake) == ["reviews: 1 files of rows that no commit knows; set aside in broken"]
    assert same(before, held(lake))


def test_rows_that_may_be_in_a_table_without_its_log_are_set_aside(lake: Lake) -> None:
    shutil.rmtree(Path(lake.root) / "visits" / "_delta_log")
    for path in (Path(lake.root) / "visits").rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-20])
    assert said(lake)[0] == "visits: files without the log that says what they are; set aside in broken/visits"


def test_what_may_not_be_read_is_no_damage(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who runs tests may be root, who may read all: what is asked is told by the question itself."""
    before = held(lake)
    shut = next((Path(lake.root) / "reviews").rglob("*.parquet"))
    monkeypatch.setattr(repairing.os, "access", lambda path, _: path != shut)
    with pytest.raises(LakeError, match=r"\.parquet: may not be read by this user; run as the lake's owner"):
        said(lake)
    monkeypatch.undo()
    assert same(before, held(lake))


def test_readings_of_a_run_under_way_are_left_alone(lake: Lake) -> None:
    """A run in another process, that has written some mentions and not their readings yet."""
    lake.merge("notes", "ink", SHOP, [review(9)], NIGHT)
    read(lake, "r1", ("mentions",))
    with others.run_of(lake.root, "notes"):
        (found,) = mended(lake)
        assert str(found) == "notes: a run of it is under way; its readings were not looked at; wait for its end"
    assert lake.count("mentions", "notes") == 4
    assert said(lake) == ["notes: mentions of 1 reviews without a reading; deleted; read anew"]


def test_what_a_repair_that_died_left_among_the_pages_is_deleted(lake: Lake) -> None:
    archive = Archive(Path(lake.root) / "archive")
    path = archive.path("notes", "ink", "app_store", SHOP, NIGHT.date())
    archive.keep(path, Kept(SHOP, 200, {}, b"a page", NIGHT))
    path.with_name(f".{path.name}.0a1b2c3d").write_bytes(b"half")
    assert said(lake) == ["lake: 1 files that no table knows, of runs that died; deleted"]
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_pages_cut_off_are_taken_out_and_the_whole_ones_stay(lake: Lake) -> None:
    archive = Archive(Path(lake.root) / "archive")
    path = archive.path("notes", "ink", "app_store", SHOP, NIGHT.date())
    bodies = [b"one " * 500, b"two " * 500, b"three " * 500]
    for number, body in enumerate(bodies):
        archive.keep(path, Kept(f"{SHOP}?page={number}", 200, {}, body, NIGHT))
        if number == 1:  # a run dies over a page; the next one goes on behind it
            whole = path.read_bytes()
            path.write_bytes(whole[:-30])
    (line,) = said(lake)
    assert line.startswith(f"{path.relative_to(lake.root)}: ")
    assert line.endswith(" bytes belong to no whole page; deleted; 2 pages stay")
    assert [page.body for page in archive.pages(path)] == [bodies[0], bodies[2]]
    assert BytesIO(path.read_bytes()).read(3) == b"\x1f\x8b\x08"


def test_nothing_is_mended_while_others_write_and_no_lake_of_a_newer_version(lake: Lake) -> None:
    with (
        locks.writing(lake.root),
        pytest.raises(locks.Busy, match="others are writing to the lake; try again when"),
        locks.alone(lake.root, patience=0),
    ):
        raise AssertionError("not alone")
    Path(lake.root, "format").write_text("9\n", "ascii")
    with pytest.raises(FormatError, match="the lake is of format 9, and this version of unmet knows 2 and older; upd"):
        mended(lake)
