"""What is published names nobody: marks planted in reviews are in no file of a report, and verifying still holds."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from data.lake import Lake
from data.market import load
from data.review import Review
from data.visit import Visit
from reports import report
from reports.writing.verify import quotes

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LISTING = "https://store.steampowered.com/app/900000/Alpha/"
MARKET = f'name = "Notes"\n[competitors.alpha]\nname = "Alpha"\nlistings = ["{LISTING}"]\n'
TEXTS = (
    "Support never replies to plantmail{i}@mail.example, I wrote three times.",
    "Support never answers @planthandle_{i}, I wrote them three times.",
    "Support never replies about order no. 7731{i:04d}99, I wrote three times.",
    "Support never called me back at 555-555-01{i:02d}, I wrote three times.",
    "Support at https://social.example/users/plantlink{i} never replies to anybody.",
    "Support never replies to my ticket 7732{i:02d}, I wrote three times about it.",
    "Support never replies to u/planthandle_{i}, who wrote three times about it.",
    "I switched to plantmail{i}@mail.example because support never replies.",
    "It keeps asking for plantmail@mail.example again and again.",
)
PLANTED = re.compile(
    r"plant(?:mail|handle|link|name)|7731\d{4}99|7732\d\d|555-555-01|7656119000000|profiles/", re.IGNORECASE
)


def review(i: int) -> Review:
    return Review(
        source="steam",
        product="900000",
        id=str(i),
        url=f"https://store.steampowered.com/profiles/7656119000000{i:04d}/recommended/900000/",
        author=f"plantname {i}",
        rating=1,
        scale="5",
        body=TEXTS[i % len(TEXTS)].format(i=i),
        written=NOW - timedelta(days=i),
    )


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Path, Lake]:
    file = tmp_path / "notes.toml"
    file.write_text(MARKET, "utf-8")
    lake = Lake(tmp_path / "lake")
    lake.merge("notes", "alpha", LISTING, [review(i) for i in range(98)], NOW)
    lake.add_visit(
        Visit(
            market="notes", competitor="alpha", source="steam", listing=LISTING, at=NOW, asked=LISTING, pages=1,
            found=98, new=98, edited=0, known=0, duplicate=0, gone=0, unreadable=0, total=None, oldest=None, newest=NOW,
            outcome="reviews", stop="end", complete=True, detail=None, bytes=1, seconds=0.1,
        )
    )  # fmt: skip
    path, _ = report.make(lake, load(file), tmp_path / "out", file, checked=True)
    return path, file, lake


def test_no_published_file_names_a_person(made: tuple[Path, Path, Lake]) -> None:
    path, *_ = made
    files = [p for p in path.parents[1].rglob("*") if p.is_file()]
    assert {p.suffix for p in files} >= {".md", ".html", ".json", ".csv", ".svg", ".parquet"}
    for written in files:
        text = (
            json.dumps(pl.read_parquet(written).to_dicts(), default=str) + str(pl.read_parquet_metadata(written))
            if written.suffix == ".parquet"
            else written.read_text("utf-8")
        )
        assert not PLANTED.search(text), written
    told = list(quotes(json.loads(path.with_suffix(".json").read_text("utf-8"))))
    assert any(re.search(r"\[(?:e-mail|handle|number|phone|link)\]", q["text"]) for q in told)
    assert {q["href"] for q in told} == {LISTING}


def test_masked_quotes_are_still_held_against_the_lake(made: tuple[Path, Path, Lake]) -> None:
    path, file, lake = made
    beside = path.with_suffix(".json")
    assert report.check(lake, load(file), beside, file) == []
    told = beside.read_text("utf-8")
    quote = next(q for q in quotes(json.loads(told)) if "[" in q["text"])
    beside.write_text(
        told.replace(quote["text"], quote["text"].replace("never", "always").replace("[", "[my ")), "utf-8"
    )
    assert any(f"quote of {quote['key']}" in line for line in report.check(lake, load(file), beside, file))
