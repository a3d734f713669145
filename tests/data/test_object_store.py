"""A lake on an object store: a real server of S3's protocol on loopback, and two machines' worth of processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import servers

from data.archive import ArchiveError, Kept
from data.archive_store import StoredArchive
from data.authors import author_key
from data.lake import Lake, LakeError, Merge
from data.review import Review
from data.settings import SettingsError, settings

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
DAY = date(2026, 11, 20)
ROUNDS = 8
COLLECTOR = """
import json, sys
from datetime import UTC, datetime, timedelta
from data.lake import Lake
from data.review import Review

lake, me, rounds = Lake(sys.argv[1]), sys.argv[2], int(sys.argv[3])
listings = ["https://shop.example/0", "https://shop.example/1", "https://shop.example/both"]
sys.stdin.readline()
new = 0
for n in range(rounds):
    at = datetime(2026, 11, 20, 3, tzinfo=UTC) + timedelta(days=n)
    def said(whose):
        return [Review(source="x", product="1", id=f"{whose}-{n}-{i}", body=f"It is {n}", author="A") for i in range(3)]
    new += lake.merge("inks", "ink", listings[int(me)], said(me), at, listings).new
    lake.merge("inks", "ink", listings[2], said("both"), at, listings)
print(json.dumps(new))
"""
"""Merges a listing of its own, and one that the other collector reads at the same time, some nights long."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An S3 server, found by the environment."""
    with servers.s3_server(tmp_path_factory.mktemp("s3")) as env, pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        yield


def kept(number: int) -> Kept:
    return Kept(f"https://shop.example/r?page={number}", 200, {"content-type": "text/html"}, b"<p>%d</p>" % number, AT)


@pytest.mark.usefixtures("store")
def test_two_collectors_at_once_lose_nothing_and_store_nothing_twice() -> None:
    root = "s3://lakes/two"
    team = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", COLLECTOR, root, str(me), str(ROUNDS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        for me in range(2)
    ]  # fmt: skip
    told = [process.communicate("go\n", timeout=240)[0] for process in team]
    assert [json.loads(each) for each in told] == [3 * ROUNDS] * 2
    held = Lake(root).reviews("inks")
    wanted = {f"{who}-{n}-{i}" for who in (0, 1, "both") for n in range(ROUNDS) for i in range(3)}
    assert sorted(held["id"]) == sorted(wanted)
    assert held["author"].n_unique() == 1, "one key, whoever was first to make it"
    assert Lake(root).changes("inks").is_empty()


@pytest.mark.usefixtures("store")
def test_merging_twice_changes_nothing_and_forgetting_takes_all() -> None:
    lake = Lake("s3://lakes/once")
    review = Review(source="x", product="1", id="1", body="It crashes.", author="A")
    told = [lake.merge("inks", "ink", "https://shop.example", [review], AT) for _ in range(2)]
    assert told == [Merge(new=1), Merge(known=1)]
    assert author_key(lake.root) == author_key(lake.root)
    lake.forget("inks")
    lake.purge()
    assert (lake.markets(), lake.held("inks")["reviews"]) == ([], 0)


@pytest.mark.usefixtures("store")
def test_pages_of_two_machines_come_out_as_they_went_in_and_go_by_day_market_and_competitor() -> None:
    one, two = StoredArchive("s3://lakes/pages/archive"), StoredArchive("s3://lakes/pages/archive")
    paths = [one.path("inks", rival, "x", f"https://shop.example/{rival}", DAY) for rival in ("ink", "pen")]
    for number in range(3):
        one.keep(paths[0], kept(number))
        two.keep(paths[1], kept(number))
    two.keep(paths[0], kept(3))
    assert list(one.pages(paths[0])) == [kept(number) for number in range(4)]
    assert one.files("inks", "x", "https://shop.example/ink") == [paths[0]]
    assert (one.markets(), one.held("inks"), one.held("other")) == (["inks"], paths, [])
    assert (one.expire(DAY), one.held("inks")) == (0, paths)
    assert (one.forget("inks", "ink"), one.held("inks")) == (1, [paths[1]])
    assert (one.expire(date(2026, 11, 21)), one.markets()) == (1, [])


@pytest.mark.usefixtures("store")
def test_a_bucket_that_is_not_there_is_one_line() -> None:
    review = Review(source="x", product="1", id="1", body="It crashes.")
    archive = StoredArchive("s3://nowhere/lake/archive")
    with pytest.raises(LakeError, match=r"^s3://nowhere/lake: .*; check the bucket and the AWS_ variables") as wrong:
        Lake("s3://nowhere/lake").merge("inks", "ink", "https://shop.example", [review], AT)
    assert "\n" not in str(wrong.value)
    with pytest.raises(ArchiveError, match=r"^s3://nowhere/lake/archive/.*: a page cannot be kept .* AWS_ variables"):
        archive.keep(archive.path("inks", "ink", "x", "https://shop.example", DAY), kept(1))


@pytest.mark.parametrize(
    ("lake", "why"), [("s3://", "names no bucket"), ("gs://lakes/x", "is no folder and no s3://bucket/prefix")]
)
def test_other_addresses_are_no_lakes(lake: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNMET_LAKE", lake)
    with pytest.raises(SettingsError, match=f"^setting lake: .*{why}.*; mend UNMET_LAKE or unmet.toml$"):
        settings()
