"""Reviews read by several processes say what they say in one. All sentences are invented."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from reports import rules
from reports.reading import parallel
from reports.reading.read import Reading, read
from reports.rules.pains import Pains

SCHEMA = {"key": pl.String, "title": pl.String, "body": pl.String, "language": pl.String, "stars": pl.Float64}
SAID = (
    "It keeps crashing on page {}, and support never answered my {} letters.",
    "I love it. Best in class {} of {}!",
    "Please add folder {} and a dark mode, it would be great for {} of us.",
    "Die App stürzt bei Seite {} ab und niemand antwortet auf meine {} Fragen.",
    "味道不错，第{}次送得太慢了，{}",
    "good",
    "",
)


def reviews(count: int) -> pl.DataFrame:
    bodies = [SAID[i % len(SAID)].format(i // 9, i % 5) for i in range(count)]
    rows = [
        {
            "key": f"k{i}",
            "title": "Sad" if i % 11 == 0 else None,
            "body": body,
            "language": None,
            "stars": float(1 + i % 5),
        }
        for i, body in enumerate(bodies)
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


REVIEWS = reviews(200)
WHOLE = rules.default()
FEW = replace(WHOLE, themes=WHOLE.themes[:2], segments=WHOLE.segments[:1], languages={}, pains=Pains())
"""Every slice costs what its rules take to be compiled; what one process tells another does not hang on how many."""


@cache
def wanted(all_rules: bool = False) -> Reading:
    return read(REVIEWS, WHOLE if all_rules else FEW)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few reviews are worth several processes."""
    monkeypatch.setattr(parallel, "LEAST", 20)
    monkeypatch.setattr(parallel, "LARGEST", 60)
    monkeypatch.setattr(parallel, "CHINESE", 0)


def same(found: Reading, wanted: Reading) -> None:
    assert_frame_equal(found.reviews, wanted.reviews)
    assert_frame_equal(found.mentions, wanted.mentions)


def test_processes_read_the_same_by_all_rules() -> None:
    with parallel.Readers(WHOLE, 2) as readers:
        found = readers.read(REVIEWS)
    same(found, wanted(all_rules=True))
    assert found.reviews["language"].unique().drop_nulls().sort().to_list() == ["de", "en", "zh"]
    assert found.mentions["pain_point"].n_unique() > 2


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_any_number_of_processes_reads_the_same(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shares: list[float] = []
    with parallel.Readers(FEW, workers) as readers:
        if workers > 1:
            monkeypatch.setattr(parallel, "read_once", None)  # nothing is read here
        found = readers.read(REVIEWS, moved=shares.append)
    same(found, wanted())
    assert sum(shares) == pytest.approx(1)
    assert len(shares) >= 3


def test_workers_are_asked_again_and_end_with_their_readers() -> None:
    with parallel.Readers(FEW, 2) as readers:
        first, again = readers.read(REVIEWS), readers.read(REVIEWS)
        processes = [worker._process for worker in readers._team]
        assert [process.poll() for process in processes] == [None, None]
    same(first, wanted())
    same(again, wanted())
    assert all(process.poll() is not None for process in processes)


def test_what_a_lost_worker_held_is_read_here() -> None:
    with parallel.Readers(FEW, 2) as readers:
        readers.read(REVIEWS)
        readers._team[0]._process.kill()
        found = readers.read(REVIEWS)
    same(found, wanted())


def test_an_error_of_a_worker_is_told_here(monkeypatch: pytest.MonkeyPatch) -> None:
    with parallel.Readers(FEW, 2) as readers, pytest.raises(pl.exceptions.ColumnNotFoundError):
        readers._spread(print, REVIEWS.drop("body"), FEW, "key")
    assert readers._team == []


def test_few_reviews_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "LEAST", 10_000)
    shares: list[float] = []
    with parallel.Readers(FEW, 2) as readers:
        readers.read(REVIEWS, moved=shares.append)
        assert readers._team == []
    assert shares == [1]


def test_the_setting_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNMET_WORKERS", "3")
    assert parallel.processes() == 3


def sized(lengths: list[int], last: str = "") -> pl.DataFrame:
    """Reviews of so many letters; the last ends in something."""
    bodies = ["a" * length for length in lengths]
    return pl.DataFrame(
        {"title": [None] * len(bodies), "body": [*bodies[:-1], bodies[-1] + last]}, schema_overrides=TEXT
    )


TEXT = {"title": pl.String, "body": pl.String}


@pytest.mark.parametrize(("height", "processes"), [(1, 1), (49, 2), (51, 2), (1000, 2), (3333, 8)])
def test_slices_cover_all_once_and_keep_their_bounds(height: int, processes: int) -> None:
    slices = list(parallel._slices(sized([100] * height), processes))
    assert [start for start, _ in slices] == [sum(length for _, length in slices[:n]) for n in range(len(slices))]
    assert sum(length for _, length in slices) == height
    assert max(length for _, length in slices) <= 61
    assert max(length for _, length in slices) - min(length for _, length in slices) <= 1
    assert len(slices) % processes == 0


@pytest.mark.parametrize(
    ("reviews", "slices"),
    [
        (sized([10] * 20 + [110] * 10), [(0, 23), (23, 7)]),
        (sized([10] * 29 + [100_000]), [(0, 29), (29, 1)]),
        (sized([100_000] + [10] * 29), [(0, 1), (1, 29)]),
        (sized([10] * 30, "\u5473\u9053"), [(0, 29), (29, 1)]),
        (sized([100_000]), [(0, 1)]),
    ],
    ids=["longer ones last", "a long one last", "a long one first", "Chinese", "one"],
)
def test_slices_cost_about_the_same(
    reviews: pl.DataFrame, slices: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "CHINESE", 600_000)
    assert list(parallel._slices(reviews, 2)) == slices
