"""`unmet read`: a file of any length, read in stretches."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from flows import readfile
from reports.writing.files import ReportError

LINES = [
    "id,text,rating",
    *(
        f'r{n},"It crashes every {n % 3} days. I love the rest, but please add a dark mode.",{n % 5 + 1}'
        for n in range(23)
    ),
    "r3,,",
    'r4,"Support never answers.",1',
]


def read(file: Path, out: Path) -> dict[str, pl.DataFrame]:
    assert readfile.run(file, out, {}) == 0
    return {name: pl.read_parquet(out / f"{name}.parquet") for name in ("reviews", "mentions")}


def test_a_file_read_in_stretches_is_read_as_in_one(tmp_path, monkeypatch, capsys):
    file = tmp_path / "reviews.csv"
    file.write_text("\n".join(LINES), encoding="utf-8")
    whole = read(file, tmp_path / "whole")
    told = capsys.readouterr().err
    assert "24 reviews" in told
    assert "1 rows unreadable" in told
    monkeypatch.setattr(readfile, "AT_ONCE", 5)
    parts = read(file, tmp_path / "parts")
    assert capsys.readouterr().err == told
    for name, frame in whole.items():
        assert frame.height >= 24
        assert_frame_equal(parts[name], frame)
    assert sorted(path.name for path in (tmp_path / "parts").iterdir()) == ["mentions.parquet", "reviews.parquet"]


def test_an_older_reading_stays_where_a_new_one_fails(tmp_path, monkeypatch):
    file = tmp_path / "reviews.csv"
    file.write_text("\n".join(LINES), encoding="utf-8")
    before = read(file, tmp_path / "out")

    def full(self: object, *args: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", full)
    with pytest.raises(ReportError, match=r"cannot be written .*No space left"):
        readfile.run(file, tmp_path / "out", {})
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["mentions.parquet", "reviews.parquet"]
    assert pl.read_parquet(tmp_path / "out" / "reviews.parquet").equals(before["reviews"])
