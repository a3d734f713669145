"""The lake: what merging changes and leaves alone; markets, authors and the ledger; many at once, and damage."""

from __future__ import annotations

import dataclasses
import random
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from deltalake import DeltaTable

import data.tables
from data import upkeep
from data.authors import author_key
from data.lake import CHANGES, REVIEWS, Lake, LakeError, Merge
from data.review import Review, digest
from data.visit import Visit

NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
DAY = timedelta(days=1)
SHOP, FEED = "https://shop.example/r", "https://feed.example/r"


def review(number: int | str = 1, body: str = "It crashes.", **more: Any) -> Review:
    told: dict[str, Any] = {"rating": 2.0, "scale": "5", "written": NIGHT - 30 * DAY}
    return Review(source="app_store", product="1", id=str(number), body=body, **{**told, **more})


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def merge(lake: Lake, *reviews: Review, night: int = 0, listing: str = SHOP, places: tuple[str, ...] = ()) -> Merge:
    return lake.merge("notes", "ink", listing, reviews, NIGHT + night * DAY, places)


def row(lake: Lake, number: int | str = 1, market: str = "notes") -> dict[str, Any]:
    return lake.reviews(market).row(by_predicate=pl.col("id") == str(number), named=True)


def version(lake: Lake, table: str = "reviews") -> int:
    return DeltaTable(f"{lake.root}/{table}").version()


def visit(night: int = 0, **more: Any) -> Visit:
    told: dict[str, Any] = {
        "market": "notes", "competitor": "ink", "source": "app_store", "listing": SHOP, "at": NIGHT + night * DAY,
        "asked": SHOP, "pages": 1, "found": 2, "new": 2, "edited": 0, "known": 0, "duplicate": 0, "gone": 0,
        "unreadable": 0,        "total": None, "oldest": None,
        "newest": NIGHT, "outcome": "reviews", "stop": "end", "complete": True,
        "detail": None, "bytes": 10, "seconds": 0.5,
    }  # fmt: skip
    return Visit(**{**told, **more})


# -- merging -----------------------------------------------------------------------------------------------------------


def test_an_empty_lake_has_empty_tables_and_nothing_on_disk(lake: Lake) -> None:
    assert lake.reviews("notes").schema == pl.Schema(REVIEWS)
    assert lake.changes("notes").schema == pl.Schema(CHANGES)
    assert lake.visits("notes").height == 0
    assert lake.digests("notes", "ink", SHOP) == {}
    assert lake.table("mentions", "notes") is None
    assert merge(lake) == Merge()
    lake.forget("notes")
    assert not Path(lake.root).exists()


def test_a_new_review_is_stored_whole(lake: Lake) -> None:
    told = review(
        7,
        "Sync eats notes.\n\nTwice.",
        url="https://shop.example/7",
        row=3,
        author="Ann Example",
        title="No",
        language="en",
        country="us",
        edited=NIGHT,
        version="1.2",
        helpful=4,
        reply="Sorry",
        replied=NIGHT,
        verified=True,
        incentivised=False,
    )
    assert merge(lake, told) == Merge(new=1)
    stored = row(lake, 7)
    expected = {**dataclasses.asdict(told), "key": told.key, "market": "notes", "competitor": "ink", "listing": SHOP}
    expected |= {"digest": digest(2.0, "No", told.body), "first_seen": NIGHT, "author": stored["author"]}
    assert stored == expected
    assert list(stored) == list(REVIEWS)


def test_new_edited_known_and_duplicate_add_up_to_what_was_found(lake: Lake) -> None:
    merge(lake, review(1), review(2), review(3))
    found = [review(1), review(2, "It crashed my phone."), review(4), review(5), review(5), review(4, "Later text.")]
    counts = merge(lake, *found, night=1)
    assert counts == Merge(new=2, edited=1, known=1, duplicate=2)
    assert sum(dataclasses.astuple(counts)) == len(found)
    assert lake.reviews("notes")["id"].to_list() == ["1", "2", "3", "4", "5"]
    assert lake.reviews("notes", ["key", "body"]).equals(lake.reviews("notes").select("key", "body"))


def test_of_several_with_one_key_the_latest_counts(lake: Lake) -> None:
    old, new = review(1, "Old.", written=NIGHT - 9 * DAY), review(1, "New.", written=NIGHT - 8 * DAY)
    edited = review(2, "Edited.", edited=NIGHT)
    undated, dated = review(3, "Undated.", written=None), review(3, "Dated.")
    same = [review(4, "First of two alike."), review(4, "Second of two alike.")]
    merge(lake, new, old, edited, review(2, "As written."), dated, undated, *same)
    assert lake.reviews("notes")["body"].to_list() == ["New.", "Edited.", "Dated.", "Second of two alike."]


def test_merging_twice_changes_nothing(lake: Lake) -> None:
    told = [review(1, author="Ann Example", title="Bad", helpful=2), review(2, rating=None, scale=None, written=None)]
    merge(lake, *told)
    before, stood = lake.reviews("notes"), version(lake)
    assert merge(lake, *told, night=1) == Merge(known=2)
    assert version(lake) == stood
    assert lake.reviews("notes").equals(before)
    assert lake.changes("notes").height == 0


def test_seeing_an_edited_review_again_changes_nothing_either(lake: Lake) -> None:
    # a source that overwrites its one date, as the App Store does: the lake knows `edited`, the source never tells it
    merge(lake, review(1, written=NIGHT - 9 * DAY))
    merge(lake, review(1, "It still crashes.", written=NIGHT), night=1)
    stood = version(lake)
    assert merge(lake, review(1, "It still crashes.", written=NIGHT), night=2) == Merge(known=1)
    assert version(lake) == stood


def test_an_edit_is_recorded_with_both_texts_and_both_ratings(lake: Lake) -> None:
    merge(lake, review(1, rating=1.0))
    merge(lake, review(1, "Fixed now, thanks.", rating=5.0), night=1)
    assert lake.changes("notes").rows(named=True) == [
        {
            "market": "notes",
            "key": "app_store:1:1",
            "at": NIGHT + DAY,
            "old_digest": digest(1.0, None, "It crashes."),
            "digest": digest(5.0, None, "Fixed now, thanks."),
            "old_rating": 1.0,
            "rating": 5.0,
        }
    ]
    assert (row(lake)["body"], row(lake)["rating"], row(lake)["first_seen"]) == ("Fixed now, thanks.", 5.0, NIGHT)


def test_a_rating_taken_back_is_an_edit(lake: Lake) -> None:
    merge(lake, review(1))
    assert merge(lake, review(1, rating=None, scale=None), night=1) == Merge(edited=1)
    assert lake.changes("notes").select("old_rating", "rating").rows() == [(2.0, None)]


def test_an_edit_keeps_the_first_time_and_takes_the_newer_one_as_its_own(lake: Lake) -> None:
    first, second = NIGHT - 9 * DAY, NIGHT - DAY
    merge(lake, review(1, written=first), review(2, written=first), review(3, written=None))
    merge(
        lake,
        review(1, "Edited.", written=second),
        review(2, "Edited.", written=first, edited=second),
        review(3, "Edited.", written=second),
        night=1,
    )
    assert lake.reviews("notes").select("written", "edited").rows() == [
        (first, second), (first, second), (second, None),
    ]  # fmt: skip


def test_a_reply_or_a_vote_refreshes_without_being_an_edit(lake: Lake) -> None:
    merge(lake, review(1), review(2))
    answered = review(1, reply="Mended in 1.3.", replied=NIGHT, helpful=9, written=NIGHT)
    assert merge(lake, answered, review(2), night=1) == Merge(known=2)
    stored = row(lake)
    assert (stored["reply"], stored["replied"], stored["helpful"]) == ("Mended in 1.3.", NIGHT, 9)
    assert (stored["written"], stored["edited"], stored["first_seen"]) == (NIGHT - 30 * DAY, None, NIGHT)
    assert lake.changes("notes").height == 0


def test_a_review_moves_only_when_its_listing_is_gone(lake: Lake) -> None:
    merge(lake, review(1))
    assert merge(lake, review(1), night=1, listing=FEED, places=(SHOP, FEED)) == Merge(known=1)
    assert row(lake)["listing"] == SHOP
    assert (lake.digests("notes", "ink", FEED), len(lake.digests("notes", "ink", SHOP))) == ({}, 1)
    assert merge(lake, review(1), night=2, listing=FEED, places=(FEED,)) == Merge(known=1)
    assert row(lake)["listing"] == FEED
    assert lake.digests("notes", "ink", FEED) == {"app_store:1:1": digest(2.0, None, "It crashes.")}


def test_a_review_follows_its_listing_to_a_competitor_of_another_slug(lake: Lake) -> None:
    merge(lake, review(1), review(2))
    stood = version(lake)
    assert lake.merge("notes", "ink-pad", SHOP, [review(1), review(2)], NIGHT, [SHOP]) == Merge(known=2)
    assert lake.reviews("notes")["competitor"].to_list() == ["ink-pad", "ink-pad"]
    assert version(lake) == stood + 1
    lake.merge("notes", "ink-pad", SHOP, [review(1), review(2)], NIGHT, [SHOP])
    assert version(lake) == stood + 1


# -- markets, authors --------------------------------------------------------------------------------------------------


def test_markets_are_kept_apart_and_forgotten_one_by_one(lake: Lake) -> None:
    for market in ("notes", "todo"):
        lake.merge(market, "ink", SHOP, [review(1)], NIGHT)
        lake.merge(market, "ink", SHOP, [review(1, "Edited.")], NIGHT + DAY)
        lake.add_visit(visit(market=market))
        keyed = pl.DataFrame({"market": [market], "key": ["k"], "rules": ["r1"]})
        lake.insert("mentions", keyed, ["market", "key", "rules"])
    assert {p.name for p in Path(lake.root, "reviews").glob("market=*")} == {"market=notes", "market=todo"}
    lake.forget("notes")
    assert [lake.reviews(m).height for m in ("notes", "todo")] == [0, 1]
    assert [lake.changes(m).height for m in ("notes", "todo")] == [0, 1]
    assert [lake.visits(m).height for m in ("notes", "todo")] == [0, 1]
    assert [t.height for m in ("notes", "todo") if (t := lake.table("mentions", m)) is not None] == [0, 1]
    assert merge(lake, review(1)) == Merge(new=1)


@pytest.mark.parametrize("market", ["o'neil's", "a/b=c d", 'say "hi" -- ; % \u2603'])
def test_a_market_may_be_called_anything(lake: Lake, market: str) -> None:
    merge(lake, review(1))
    for night, body in enumerate(("One.", "Two.", "Two.")):
        lake.merge(market, "ink", SHOP, [review(1, body), review("o'2")], NIGHT + night * DAY)
    assert (row(lake, 1, market)["body"], lake.changes(market).height) == ("Two.", 1)
    lake.forget(market)
    assert (lake.reviews(market).height, lake.reviews("notes").height) == (0, 1)


def test_no_file_of_the_lake_holds_an_author_only_a_keyed_hash(lake: Lake, tmp_path: Path) -> None:
    merge(lake, review(1, author="Zebulon Q. Example"), review(2, author="Zebulon Q. Example"), review(3))
    merge(lake, review(1, "Edited.", author="Zebulon Q. Example"), night=1)
    hashes = lake.reviews("notes")["author"].to_list()
    assert hashes[0] == hashes[1]
    assert (len(hashes[0]), hashes[2]) == (16, None)
    for file in (p for p in Path(lake.root).rglob("*") if p.is_file()):
        assert b"Zebulon" not in file.read_bytes(), file
    for file in Path(lake.root).rglob("*.parquet"):
        assert "Zebulon" not in str(pl.read_parquet(file).rows())
    other = Lake(tmp_path / "other")
    merge(other, review(1, author="Zebulon Q. Example"))
    assert row(other)["author"] != hashes[0]
    keys = [author_key(Path(each.root)) for each in (lake, other)]
    assert (len(keys[0]), keys[0] == keys[1]) == (32, False)
    # a lake that others may read does not tell them whose hash is whose
    assert (Path(lake.root) / "author.key").stat().st_mode & 0o777 == 0o600


def test_an_author_of_half_characters_is_hashed_too(lake: Lake) -> None:
    merge(lake, review(1, author="\u2603\U0001f642"))
    assert len(row(lake)["author"]) == 16


# -- the ledger, readings ----------------------------------------------------------------------------------------------


def test_the_ledger_has_a_row_a_visit_oldest_first(lake: Lake) -> None:
    lake.add_visit(visit(1, complete=False, stop="blocked", detail="turned away"))
    lake.add_visit(visit(0))
    lake.add_visit(visit(3, listing=FEED))
    lake.add_visit(visit(3, competitor="quill"))
    rows = lake.visits("notes")
    assert rows["at"].to_list() == [NIGHT, NIGHT + DAY, NIGHT + 3 * DAY, NIGHT + 3 * DAY]
    assert rows.row(1, named=True) == visit(1, complete=False, stop="blocked", detail="turned away").as_dict()


def test_a_visit_entered_twice_counts_once_as_it_was_entered_last(lake: Lake) -> None:
    lake.add_visit(visit(complete=False, new=0))
    lake.add_visit(visit(complete=True))
    assert lake.visits("notes").rows(named=True) == [visit().as_dict()]


def test_rows_of_readings_are_added_under_their_rules(lake: Lake) -> None:
    keys = ["market", "key", "rules"]
    rows = pl.DataFrame({"market": ["notes"] * 2, "key": ["a", "b"], "rules": ["r1"] * 2})
    lake.insert("readings", rows, keys)
    lake.insert("readings", rows.with_columns(rules=pl.lit("r2")).head(1), keys)
    lake.insert("readings", rows, keys)
    lake.insert("readings", rows.clear(), keys)
    held = [lake.table("readings", "notes", rules) for rules in (None, "r1", "r2", "r3")]
    assert [t.height for t in held if t is not None] == [3, 2, 1, 0]


# -- several at once, damage -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begun", [False, True], ids=["in a lake not yet there", "in a lake that is there"])
def test_eight_writers_at_once_lose_nothing_and_store_nothing_twice(lake: Lake, begun: bool) -> None:
    if begun:
        merge(lake, review("first"))
    listings = [f"https://shop.example/{n}" for n in range(8)]
    together = threading.Barrier(8)
    failed: list[BaseException] = []

    def write(number: int) -> None:
        own = Lake(lake.root)
        told = [review(f"{number}-{i}", author="Ann Example") for i in range(4)] + [review("shared")]
        together.wait()
        try:
            own.merge("notes", "ink", listings[number], told, NIGHT, listings)
            own.add_visit(visit(listing=listings[number]))
        except LakeError as e:
            failed.append(e)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    expected = {f"{n}-{i}" for n in range(8) for i in range(4)} | {"shared"} | ({"first"} if begun else set())
    assert sorted(lake.reviews("notes")["id"]) == sorted(expected)
    assert lake.visits("notes")["listing"].to_list() == listings
    assert lake.reviews("notes")["author"].drop_nulls().n_unique() == 1  # one key, whoever was first to make it


@pytest.mark.parametrize("look_up", [1, 2])
def test_who_commits_between_a_look_up_and_the_commit_it_was_for_is_not_passed_over(
    lake: Lake, look_up: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    merge(lake, review(1))
    looked, count = data.tables.among, 0

    def between(held: pl.LazyFrame, rows: pl.DataFrame, keys: list[str]) -> pl.LazyFrame:
        nonlocal count
        found, count = looked(held, rows, keys).collect().lazy(), count + 1
        if count == look_up:
            assert merge(Lake(lake.root), review(2)) == Merge(new=1)
        return found

    monkeypatch.setattr("data.tables.among", between)
    merge(lake, review(2), review(3))
    assert lake.reviews("notes")["id"].to_list() == ["1", "2", "3"]


def _garbled_log(table: Path) -> None:
    max(table.joinpath("_delta_log").glob("*.json")).write_text("{not json")


def _lost_start(table: Path) -> None:
    min(table.joinpath("_delta_log").glob("*.json")).unlink()


def _lost_data(table: Path) -> None:
    for file in table.rglob("*.parquet"):
        file.unlink()


def _garbled_data(table: Path) -> None:
    for file in table.rglob("*.parquet"):
        file.write_bytes(b"garbage")


def _garbled_data_of_its_size(table: Path) -> None:
    for file in table.rglob("*.parquet"):
        file.write_bytes(b"garbage " * (file.stat().st_size // 8))


@pytest.mark.parametrize("damage", [_garbled_log, _lost_start, _lost_data, _garbled_data, _garbled_data_of_its_size])
def test_a_damaged_table_is_one_line(lake: Lake, damage: Any, capfd: pytest.CaptureFixture[str]) -> None:
    merge(lake, review(1))
    merge(lake, review(2))
    damage(Path(lake.root, "reviews"))
    for act in (
        lambda: lake.reviews("notes"),
        lambda: lake.digests("notes", "ink", SHOP),
        lambda: merge(lake, review(1, "Otherwise.")),
    ):
        with pytest.raises(LakeError, match=r"a table cannot be read \(.+\); restore the lake from a backup") as error:
            act()
        assert str(error.value).startswith(f"{lake.root}: ")
        assert "\n" not in str(error.value)
    assert capfd.readouterr().err == ""  # nor a word of the engine's own about a panic


def test_forgetting_in_a_damaged_table_is_one_line_too(lake: Lake) -> None:
    merge(lake, review(1))
    _garbled_log(Path(lake.root, "reviews"))
    with pytest.raises(LakeError) as error:
        lake.forget("notes")
    assert str(error.value).startswith(f"{lake.root}/reviews: the table cannot be written (")
    assert "\n" not in str(error.value)


def test_a_full_disk_is_one_line_and_what_was_saved_before_stays(
    lake: Lake, full_disk: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    merge(lake, review(1))
    many = [review(n, " ".join(f"{random.Random(n * k).random()}" for k in range(60))) for n in range(2, 200)]
    with full_disk(20_000), pytest.raises(LakeError) as error:
        merge(lake, *many)
    assert str(error.value).startswith(f"{lake.root}/reviews: the table cannot be written (")
    assert str(error.value).endswith("); check space and rights, then run again")
    assert "\n" not in str(error.value)
    assert capfd.readouterr().err == ""
    assert lake.reviews("notes")["id"].to_list() == ["1"]
    assert merge(lake, *many) == Merge(new=198)


def test_a_lake_where_no_folder_can_be_is_one_line(tmp_path: Path) -> None:
    tmp_path.joinpath("file").write_text("not even root can make a folder below it")
    root = tmp_path / "file" / "lake"
    with pytest.raises(LakeError) as error:
        merge(Lake(root), review(1))
    assert str(error.value) == f"{root}: cannot be written (Not a directory); check space and rights, then run again"


def test_a_lake_that_cannot_be_written_is_one_line(lake: Lake) -> None:
    merge(lake, review(1))
    Path(lake.root, "visits").write_text("a file where a folder should be")
    with pytest.raises(LakeError) as error:
        lake.add_visit(visit())
    assert str(error.value).startswith(f"{lake.root}/visits: the table cannot be written (")
    assert "\n" not in str(error.value)


def test_a_lock_that_cannot_be_taken_is_one_line_before_anything_is_written_together(lake: Lake) -> None:
    merge(lake, review(1))
    Path(lake.root, ".lock").unlink()
    Path(lake.root, ".lock").mkdir()
    with pytest.raises(LakeError) as error, lake.together():
        raise AssertionError("must not be entered")
    assert (
        str(error.value) == f"{lake.root}: cannot be written (Is a directory); check space and rights, then run again"
    )


def test_what_a_whole_walk_no_longer_sees_is_gone_once_and_may_come_back(lake: Lake) -> None:
    three = [review(i) for i in range(3)]
    merge(lake, *three)
    keys = [r.key for r in three]
    gone = [
        lake.settle("notes", "ink", SHOP, seen, NIGHT + night * DAY)
        for night, seen in enumerate([keys, keys[:1], keys[:1], keys[:2]])
    ]
    assert gone == [0, 2, 0, 0]
    told = lake.changes("notes").select("key", "at", pl.col("digest") == "").rows()
    assert [(key, (at - NIGHT).days, left) for key, at, left in told] == [
        (keys[1], 1, True),
        (keys[2], 1, True),
        (keys[1], 3, False),
    ]
    assert lake.settle("notes", "ink", FEED, [], NIGHT) == 0, "another listing's reviews are not missed here"


# -- what a look-up passes over ----------------------------------------------------------------------------------------

LONG = "https://shop.example/" + "a" * 300
ODD = ["1", "2", LONG + "1", LONG + "2", "é" * 40, "z" * 70 + "\U0010ffff", "\U0010ffff" * 33, "o'clock", "ink\x00pot"]


@pytest.mark.parametrize("packed", [False, True])
def test_keys_of_any_form_are_found_again(lake: Lake, packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are passed over by their first and last key, which the tables hold shortened."""
    for name in ODD:
        assert merge(lake, review(name)) == Merge(new=1)
    if packed:
        monkeypatch.setattr("data.upkeep.MANY", 1)
        assert upkeep.tidy(lake, "notes") == ["reviews"]
    for name in ODD:
        assert merge(lake, review(name), night=1) == Merge(known=1)
        assert merge(lake, review(name, "It crashes again."), night=2) == Merge(edited=1, known=0)
    assert merge(lake, *[review(name, "It crashes again.") for name in ODD], night=3) == Merge(known=len(ODD))
    assert sorted(lake.reviews("notes")["id"]) == sorted(ODD)
    assert set(lake.reviews("notes")["body"]) == {"It crashes again."}


def test_new_reviews_are_added_to_the_table_and_no_file_is_written_anew(lake: Lake) -> None:
    merge(lake, review(1), review(2))
    before = set(Path(lake.root, "reviews").rglob("*.parquet"))
    merge(lake, review(2), review(3))
    after = DeltaTable(f"{lake.root}/reviews").file_uris()
    assert len(after) == 2
    assert {str(path) for path in before} < {uri.removeprefix("file://") for uri in after}


def test_packing_keeps_every_row_of_every_table_and_other_markets_files(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.upkeep.MANY", 3)
    for night in range(4):
        merge(lake, review(night), night=night)
        lake.add_visit(visit(night))
        lake.insert("readings", _readings(lake.due("notes", "r1"), "r1"), ["market", "key", "digest", "rules"])
    merge(lake, review(3, "It crashes no more."), night=4)
    lake.merge("games", "ink", SHOP, [review(9)], NIGHT)
    held = [lake.reviews("notes"), lake.visits("notes"), lake.changes("notes"), _sorted(lake)]
    others = DeltaTable(f"{lake.root}/reviews").file_uris(file_pruning_predicate=[("market", "=", "games")])
    assert upkeep.tidy(lake, "nobody") == []
    assert set(upkeep.tidy(lake, "notes")) == {"visits", "readings", "reviews"}
    assert upkeep.tidy(lake, "notes") == []
    for before, after in zip(
        held, [lake.reviews("notes"), lake.visits("notes"), lake.changes("notes"), _sorted(lake)], strict=True
    ):
        assert before.equals(after)
    files = DeltaTable(f"{lake.root}/reviews")
    assert files.file_uris(file_pruning_predicate=[("market", "=", "games")]) == others
    assert len(files.file_uris(file_pruning_predicate=[("market", "=", "notes")])) == 1


def test_due_is_what_these_rules_have_not_read_as_it_is_now(lake: Lake) -> None:
    assert lake.due("notes", "r1").is_empty()
    merge(lake, *[review(n) for n in range(6)])
    assert lake.due("notes", "r1").equals(lake.reviews("notes"))
    lake.insert("readings", _readings(lake.reviews("notes"), "r1"), ["market", "key", "digest", "rules"])
    assert lake.due("notes", "r1").is_empty()
    assert lake.due("notes", "r1").columns == list(REVIEWS)
    merge(lake, review(2, "Fixed."), review(7), review(8), night=1)
    assert lake.due("notes", "r1")["id"].to_list() == ["2", "7", "8"]
    assert lake.due("notes", "r1").equals(lake.reviews("notes").filter(pl.col("id").is_in(["2", "7", "8"])))
    assert lake.due("notes", "r2").equals(lake.reviews("notes"))
    merge(lake, review(2), night=2)
    assert lake.due("notes", "r1")["id"].to_list() == ["7", "8"]  # what it says again was read


def _readings(reviews: pl.DataFrame, rules: str) -> pl.DataFrame:
    return reviews.select("key", "market", "digest", rules=pl.lit(rules))


def _sorted(lake: Lake) -> pl.DataFrame:
    rows = lake.table("readings", "notes")
    assert rows is not None
    return rows.sort(rows.columns)
