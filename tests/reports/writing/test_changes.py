"""Reports of several days: each says what changed since the last one, and verifies."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.lake import Lake
from data.market import load
from data.review import Review
from data.visit import Visit
from reports import report
from reports.writing import states
from reports.writing.changes import render
from reports.writing.files import ReportError

FIRST, SECOND, THIRD = (datetime(2026, month, 1, 3, tzinfo=UTC) for month in (3, 4, 5))
LISTING = "https://alpha.example/reviews"
MARKET = f"""
name = "Notes"
[competitors.alpha]
name = "Alpha"
listings = ["{LISTING}"]
"""
BAD = "Support never replies to my emails, I wrote three times about case {}."
GOOD = "I love the design of these notes, it works perfectly for project {}."


def review(i: int, body: str, written: datetime, stars: float = 1) -> Review:
    return Review(
        source="schema_org", product="alpha.example", id=str(i), url=f"{LISTING}#{i}", rating=stars, scale="5",
        body=body.format(i), written=written,
    )  # fmt: skip


class Place:
    """A market, its lake and its reports."""

    def __init__(self, home: Path) -> None:
        self.file, self.lake, self.out = home / "notes.toml", Lake(home / "lake"), home / "out"
        self.file.write_text(MARKET, "utf-8")

    def night(self, at: datetime, *reviews: Review) -> tuple[Path, dict[str, Any]]:
        """What a night does: collect, read, report, verify."""
        self.lake.merge("notes", "alpha", LISTING, reviews, at)
        self.lake.add_visit(
            Visit(
                market="notes", competitor="alpha", source="schema_org", listing=LISTING, at=at, asked=LISTING, pages=1,
                found=90, new=len(reviews), edited=0, known=0, duplicate=0, gone=0, unreadable=0, total=None,
                oldest=None, newest=at, outcome="reviews", stop="end", complete=True, detail=None, bytes=1, seconds=0.1,
            )
        )  # fmt: skip
        path, document = report.make(self.lake, load(self.file), self.out, self.file)
        assert self.check(path) == []
        return path, document

    def check(self, path: Path) -> list[str]:
        return report.check(self.lake, load(self.file), path.with_suffix(".json"), self.file)


@pytest.fixture
def place(tmp_path):
    """A market with one report: ninety reviews, thirty of which complain about support."""
    made = Place(tmp_path)
    old = [review(i, BAD if i < 30 else GOOD, FIRST - timedelta(days=1 + i), 1 if i < 30 else 5) for i in range(90)]
    made.night(FIRST, *old)
    return made


def support(document):
    return next(row for row in document["changes"]["themes"] if row["theme"] == "support")


def test_the_first_report_says_that_it_is_the_first(place):
    page = (place.out / "notes" / "2026-03-01.md").read_text("utf-8")
    assert "**What changed**: there is no earlier report to compare with; " in page


def test_a_night_with_nothing_new_says_that_nothing_moved(place):
    path, document = place.night(SECOND)
    assert (document["changes"]["still"], document["changes"]["since"]) == (True, "2026-03-01")
    assert "**Nothing moved.** The same reviews say the same as in the report of 1 Mar 2026.\n" in path.read_text(
        "utf-8"
    )


def test_a_count_is_split_into_what_moved_it(place):
    fresh = [review(100 + i, BAD, SECOND - timedelta(days=1 + i)) for i in range(5)]
    late = [review(200 + i, BAD, FIRST - timedelta(days=5 + i)) for i in range(3)]
    edited = review(0, "They answered after all, great support, thanks {}!", FIRST - timedelta(days=1), 5)
    path, document = place.night(SECOND, *fresh, *late, edited)
    assert support(document) | {"drift": None} == {
        "theme": "support",
        "name": "Support that answers",
        "then": 30,
        "now": 37,
        "parts": {"opinion": 5, "collection": 3, "rules": 0, "edits": -1},
        "causes": [
            {"cause": "written", "gained": 5, "lost": 0},
            {"cause": "found", "gained": 3, "lost": 0},
            {"cause": "edited", "gained": 0, "lost": 1},
        ],
        "rivals": [{"competitor": "alpha", "then": 30, "now": 37}],
        "drift": None,
    }
    page = path.read_text("utf-8")
    assert "90 reviews counted then, 98 now: newly written +5, older, newly found +3; 1 edited.\n" in page
    assert "| Support that answers | 30 (33.3 %) | 37 (37.8 %) | +5 | +3 | 0 | −1 | Alpha +7 |\n" in page
    assert "- Fewer than 20 reviews on either side: too few to say that anything grew or faded.\n" in page


@pytest.mark.parametrize("seed", range(2))
def test_night_after_night_the_parts_are_those_that_the_simulator_knows(place, seed):
    """Reviews are written, turn up late, and are edited to praise and back, on nights at random distances."""
    random = np.random.default_rng(seed)
    held = {i: i < 30 for i in range(90)}  # whether it complains
    number, at = 1000, FIRST
    for _ in range(4):
        last, at = at, at + timedelta(days=int(random.integers(1, 20)))
        told: list[Review] = []
        truth: Counter[tuple[str, str]] = Counter()
        for _ in range(random.integers(0, 12)):
            number += 1
            late, bad = random.random() < 0.4, bool(random.random() < 0.5)
            written = last - timedelta(days=3, hours=number % 50) if late else at - timedelta(hours=number % 20)
            told.append(review(number, BAD if bad else GOOD, written, 1 if bad else 5))
            held[number] = bad
            truth["found" if late else "written", "gained"] += bad
        for i in random.choice(90, random.integers(0, 5), replace=False).tolist():
            held[i] = not held[i]
            told.append(review(i, BAD if held[i] else GOOD, FIRST - timedelta(days=1 + i), 1 if held[i] else 5))
            truth["edited", "gained" if held[i] else "lost"] += 1
        _, document = place.night(at, *told)
        row = next((r for r in document["changes"]["themes"] if r["theme"] == "support"), {"causes": []})
        said = {(c["cause"], side): c[side] for c in row["causes"] for side in ("gained", "lost")}
        assert {what: n for what, n in said.items() if n} == {what: n for what, n in truth.items() if n}
        if row["causes"]:
            assert row["now"] == sum(held.values())
            assert row["now"] - row["then"] == sum(row["parts"].values())


def test_what_the_rules_moved_is_laid_to_the_rules(place):
    folder = place.file.with_suffix(".rules")
    folder.mkdir()
    (folder / "themes.toml").write_text("[support]\ndrop = true\n", "utf-8")
    path, document = place.night(SECOND)
    assert support(document)["parts"] == {"opinion": 0, "collection": 0, "rules": -30, "edits": 0}
    assert " Read by other rules than then (" in path.read_text("utf-8")


def test_a_review_that_its_source_no_longer_shows_still_counts_and_is_told(place):
    keys = set(place.lake.digests("notes", "alpha", LISTING))
    assert place.lake.settle("notes", "alpha", LISTING, keys - {"schema_org:alpha.example:1"}, SECOND) == 1
    path, document = place.night(SECOND)
    assert (document["changes"]["no_longer_shown"], document["changes"]["still"]) == (1, False)
    assert " 1 review is no longer shown by its source and still counts.\n" in path.read_text("utf-8")
    assert place.night(THIRD)[1]["changes"]["no_longer_shown"] == 0


def test_made_again_on_the_same_day_it_compares_with_the_day_before_to_the_byte(place):
    folder = place.out / "notes"
    place.night(SECOND, review(300, BAD, SECOND - timedelta(days=2)))
    first = {p: p.read_bytes() for p in folder.rglob("*.*") if p.is_file()}
    place.night(SECOND + timedelta(hours=5))
    assert {p: p.read_bytes() for p in folder.rglob("*.*") if p.is_file()} == first
    place.night(THIRD)
    assert sorted(p.name for p in folder.glob("*.state.parquet")) == [
        "2026-04-01.state.parquet",
        "2026-05-01.state.parquet",
    ]


def test_a_state_comes_back_as_it_was_written_and_holds_no_words(place):
    folder = place.out / "notes"
    held = states.before(folder, SECOND.date())
    assert held is not None
    again = states.write(held, folder)
    back = states.before(folder, SECOND.date())
    assert back is not None
    assert back.reviews.equals(held.reviews)
    assert (back.day, back.rivals, back.listings, back.gaps) == (FIRST.date(), ("alpha",), (LISTING,), ("support",))
    assert b"never replies" not in again.read_bytes()
    assert states.before(folder, FIRST.date()) is None


def test_a_broken_state_is_said_with_what_to_do(place):
    file = place.out / "notes" / "2026-03-01.state.parquet"
    file.write_bytes(b"PAR1 and nothing more")
    with pytest.raises(
        ReportError, match=r"2026-03-01\.state\.parquet: cannot be read .*; delete it, and the next report"
    ):
        place.night(SECOND)


def test_names_of_reviewers_markets_cannot_break_the_page():
    moved = {"then": 1, "now": 2, "parts": {"opinion": 1, "collection": 0, "rules": 0, "edits": 0}, "causes": []}
    changes = {
        "since": "2026-03-01", "still": False, "rules": {"then": "r", "now": "r"}, "no_longer_shown": 0, "edited": 0,
        "reviews": {**moved, "rivals": []}, "read": {"then": 0, "now": 8},
        "gaps": {"new": [{"theme": "x", "name": "a|b <i>"}], "gone": []},
        "themes": [{"theme": "x", "name": "a|b <i>", **moved, "rivals": [], "drift": None}],
        "pain_points": {"new": ["no `x` | [y](z)"], "gone": [], "moved": []},
    }  # fmt: skip
    page = render({"changes": changes, "trends_refused": [], "competitors": []}, {})
    assert "“a\\|b &lt;i&gt;”" in page
    assert "| a\\|b &lt;i&gt; | 1 | 2 (25.0 %) | +1 | 0 | 0 | 0 | – |" in page
    assert "no \\`x\\` \\| \\[y\\](z)" in page
