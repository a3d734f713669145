"""Lakes of other versions: an older one is brought up to date when it is opened, a newer one is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from data.lake import Lake
from data.market import load
from data.migrating import FORMAT, FormatError
from data.review import Review
from data.visit import SCHEMA, Visit
from reports import report

NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
SHOP = "https://shop.example/r"
MARKET = f'name = "Notes"\n[competitors.ink]\nname = "Ink"\nlistings = ["{SHOP}"]\n'


def filled(root: Path) -> Lake:
    lake = Lake(root)
    bodies = ["Support never replies to my emails.", "I love it.", "It keeps crashing."] * 8
    told = [
        Review(
            source="schema_org", product="ink", id=str(i), body=f"{body} ({i})", rating=2.0, scale="5", written=NIGHT
        )
        for i, body in enumerate(bodies)
    ]
    lake.merge("notes", "ink", SHOP, told, NIGHT)
    lake.add_visit(
        Visit(
            market="notes", competitor="ink", source="schema_org", listing=SHOP, at=NIGHT, asked=SHOP, pages=1,
            found=24, new=24, edited=0, known=0, duplicate=0, gone=0, unreadable=0, total=None, oldest=NIGHT,
            newest=NIGHT, outcome="reviews", stop="end", complete=True, detail=None, bytes=1, seconds=0.1,
        )
    )  # fmt: skip
    return lake


def old(root: Path, today: Lake) -> Lake:
    """The same lake as the first version wrote it: unmarked, visits without `gone`, readings of fewer columns."""
    tables = {
        "reviews": today.reviews("notes"),
        "visits": today.visits("notes").drop("gone"),
        "readings": pl.DataFrame({"market": ["notes"], "key": ["k"], "digest": ["d"], "rules": ["r"]}),
        "mentions": pl.DataFrame({"market": ["notes"], "key": ["k"], "digest": ["d"], "rules": ["r"], "mention": [0]}),
    }
    for name, rows in tables.items():
        rows.write_delta(str(root / name), delta_write_options={"partition_by": ["market"]})
    return Lake(root)


def made(lake: Lake, home: Path) -> dict[str, bytes]:
    file = home / "notes.toml"
    file.write_text(MARKET, "utf-8")
    path, _ = report.make(lake, load(file), home / "out", file, checked=True)
    return {p.name: p.read_bytes() for p in path.parent.glob("*.*") if p.is_file()}


def test_a_lake_of_the_first_version_gives_the_report_that_todays_gives(tmp_path: Path) -> None:
    today = filled(tmp_path / "today" / "lake")
    before = old(tmp_path / "old" / "lake", today)
    assert before.visits("notes").schema == pl.Schema(SCHEMA)
    assert before.visits("notes").equals(today.visits("notes"))
    assert before.reviews("notes").equals(today.reviews("notes"))
    assert Path(before.root, "format").read_text("ascii") == f"{FORMAT}\n"
    assert made(before, tmp_path / "old") == made(today, tmp_path / "today")
    assert before.merge("notes", "ink", SHOP, [], NIGHT).new == 0


def test_a_migration_that_was_cut_off_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    today = filled(tmp_path / "today")
    old(tmp_path / "old", today)

    def dies(_: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("data.migrating.mark", dies)
        with pytest.raises(KeyboardInterrupt):
            Lake(tmp_path / "old").visits("notes")
    assert not (tmp_path / "old" / "format").exists()
    assert Lake(tmp_path / "old").visits("notes").equals(today.visits("notes"))
    assert (tmp_path / "old" / "format").exists()


@pytest.mark.parametrize(
    ("mark", "line"), [("3", "format 3, and this version of unmet knows 2"), ("x", "says 'x' ins")]
)
def test_a_newer_lake_is_refused_in_one_line_and_not_touched(tmp_path: Path, mark: str, line: str) -> None:
    lake = filled(tmp_path / "lake")
    Path(lake.root, "format").write_text(mark, "ascii")
    before = {p: p.read_bytes() for p in Path(lake.root).rglob("*") if p.is_file()}
    for each in (lambda new: new.reviews("notes"), lambda new: new.merge("notes", "ink", SHOP, [_one()], NIGHT)):
        with pytest.raises(FormatError, match=line) as told:
            each(Lake(lake.root))
        assert "\n" not in str(told.value)
    assert {p: p.read_bytes() for p in Path(lake.root).rglob("*") if p.is_file()} == before


def _one() -> Review:
    return Review(source="schema_org", product="ink", id="new", body="New.")
