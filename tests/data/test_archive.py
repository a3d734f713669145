"""The page archive: what goes in comes out, is on disk at once, and outlives a crash in mid-record."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from data.archive import Archive, ArchiveError, Kept

DAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)


def page(number: int = 1, body: bytes = b"<p>fine</p>", status: int = 200, **headers: str) -> Kept:
    return Kept(f"https://shop.example/r?page={number}", status, headers or {"content-type": "text/html"}, body, AT)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def file(archive: Archive) -> Path:
    return archive.path("notes", "ink", "schema_org", "https://shop.example/r", DAY)


def test_pages_come_out_as_they_went_in_oldest_first(archive: Archive, file: Path) -> None:
    kept = [page(1, bytes(range(256)) * 300), page(2, b"", 404), page(3, "ne\u0308 \u2603\r\n\r\n".encode(), 999)]
    for one in kept:
        archive.keep(file, one)
    assert list(archive.pages(file)) == kept


def test_a_listing_has_one_file_a_day_below_its_market(archive: Archive, file: Path) -> None:
    assert file.parent == archive.root / "notes" / "ink" / "schema_org"
    assert file.name.endswith("-2026-11-22.warc.gz")
    assert file != archive.path("notes", "ink", "schema_org", "https://shop.example/other", DAY)
    assert file.name == archive.path("x", "y", "z", "https://shop.example/r", DAY).name


def test_what_describes_the_wire_and_cookies_are_left_out(archive: Archive, file: Path) -> None:
    sent = {
        "content-type": "text/html", "Content-Encoding": "gzip", "transfer-encoding": "chunked", "connection": "close",
        "content-length": "3", "set-cookie": "session=secret", "x-total": "caf\u00e9",
    }  # fmt: skip
    archive.keep(file, Kept("https://shop.example/#empty", 200, sent, b"plain", AT))
    assert [(k.url, dict(k.headers), k.body) for k in archive.pages(file)] == [
        ("https://shop.example/", {"content-type": "text/html", "x-total": "caf%C3%A9"}, b"plain")
    ]


def test_any_warc_tool_reads_it(archive: Archive, file: Path) -> None:
    for number in (1, 2):
        archive.keep(file, page(number))
    with file.open("rb") as stream:
        records = [
            (r.rec_headers.get_header("WARC-Target-URI"), r.http_headers.statusline, r.content_stream().read())
            for r in ArchiveIterator(stream, check_digests="raise")
            if r.rec_type == "response"
        ]
    assert records == [
        ("https://shop.example/r?page=1", "200 OK", b"<p>fine</p>"),
        ("https://shop.example/r?page=2", "200 OK", b"<p>fine</p>"),
    ]


def test_times_are_kept_in_utc(archive: Archive, file: Path) -> None:
    east = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    archive.keep(file, Kept("https://shop.example/", 200, {}, b"x", east))
    assert [k.at for k in archive.pages(file)] == [AT]


def test_each_page_is_on_disk_when_keep_returns(archive: Archive, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(os.fstat(number).st_size))
    sizes = []
    for number in (1, 2):
        archive.keep(file, page(number))
        sizes.append(file.stat().st_size)
    assert synced == sizes
    assert sizes[0] < sizes[1]


def test_a_record_cut_off_anywhere_costs_only_itself(archive: Archive, file: Path) -> None:
    kept = [page(1), page(2), page(3, os.urandom(300))]
    ends = []
    for one in kept:
        archive.keep(file, one)
        ends.append(file.stat().st_size)
    whole = file.read_bytes()
    for cut in range(ends[1], ends[2]):
        file.write_bytes(whole[:cut])
        assert list(archive.pages(file)) == kept[:2], f"cut after {cut} bytes"


def test_pages_kept_after_a_cut_off_record_are_read_too(archive: Archive, file: Path) -> None:
    archive.keep(file, page(1))
    end = file.stat().st_size
    archive.keep(file, page(2, os.urandom(300)))
    whole = file.read_bytes()
    for cut in range(end, len(whole), 7):
        file.write_bytes(whole[:cut])
        archive.keep(file, page(3))
        assert list(archive.pages(file)) == [page(1), page(3)], f"cut after {cut} bytes"


def test_a_file_that_is_no_warc_has_no_pages(archive: Archive, file: Path) -> None:
    file.parent.mkdir(parents=True)
    for junk in (b"", b"\x1f\x8b\x08", b"hello" * 100):
        file.write_bytes(junk)
        assert list(archive.pages(file)) == []


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b"page one", b"page two"),
        (b"WARC-Type: response\r\n", b""),
        (b"WARC-Date: 2026", b"WARC-Date: then"),
        (b"WARC-Target-URI", b"WARC-Other-URI"),
        (b"WARC/1.", b"CRAW/1."),
        (b"HTTP/1.1 200 OK", b"HTTP/1.1 fine"),
        (b"WARC-Block-Digest: sha1", b"WARC-Block-Digest: none"),
    ],
)
def test_a_record_that_says_something_else_is_told_after_the_others(
    archive: Archive, file: Path, was: bytes, now: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    archive.keep(file, page(1, b"page one"))
    damaged = gzip.decompress(file.read_bytes())
    assert was in damaged
    file.write_bytes(gzip.compress(damaged.replace(was, now)))
    archive.keep(file, page(2))
    pages = archive.pages(file)
    assert next(pages) == page(2)
    with pytest.raises(ArchiveError, match=r"warc\.gz: 1 of its records are no longer what was kept, and are left out"):
        next(pages)
    assert capsys.readouterr() == ("", "")


def test_a_full_disk_is_told_in_one_line_and_costs_only_the_page_that_no_longer_fits(
    archive: Archive, file: Path, full_disk: Any
) -> None:
    archive.keep(file, page(1))
    with full_disk(file.stat().st_size + 300), pytest.raises(ArchiveError) as error:
        archive.keep(file, page(2, os.urandom(100_000)))
    assert str(error.value) == (
        f"{file}: a page cannot be kept (File too large); check space and rights, then run again"
    )
    assert list(archive.pages(file)) == [page(1)]
    archive.keep(file, page(3))
    assert list(archive.pages(file)) == [page(1), page(3)]


def test_a_place_that_cannot_be_written_read_or_cleared_is_told(
    archive: Archive, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.keep(file, page(1))
    below = Archive(file)  # a file where a folder is due, which not even root may write to
    with pytest.raises(ArchiveError, match=r"a page cannot be kept \(Not a directory\); check space and rights"):
        below.keep(below.path("notes", "ink", "steam", "l", DAY), page(1))
    with pytest.raises(ArchiveError, match=r"cannot be read \(Is a directory\)"):
        list(archive.pages(file.parent))

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    for clear in (lambda: archive.forget("notes"), lambda: archive.expire(DAY + timedelta(days=1))):
        with pytest.raises(ArchiveError, match=r"cannot be deleted \(Permission denied\)"):
            clear()
    assert list(archive.pages(file)) == [page(1)]


def test_files_of_days_before_the_given_one_expire(archive: Archive) -> None:
    days = [DAY - timedelta(days=n) for n in (31, 30, 29, 0)]
    for day in days:
        archive.keep(archive.path("notes", "ink", "steam", "l", day), page())
    assert archive.expire(DAY - timedelta(days=30)) == 1
    assert sorted(p.name[-18:-8] for p in archive.root.rglob("*.gz")) == ["2026-10-23", "2026-10-24", "2026-11-22"]
    assert archive.expire(DAY - timedelta(days=30)) == 0
    assert Archive(archive.root / "nowhere").expire(DAY) == 0


def test_forgetting_a_market_leaves_the_others(archive: Archive) -> None:
    for market in ("notes", "notes-2"):
        archive.keep(archive.path(market, "ink", "steam", "l", DAY), page())
    archive.forget("notes")
    archive.forget("never-seen")
    assert [p.name for p in archive.root.iterdir()] == ["notes-2"]


def test_a_record_that_would_fill_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.archive._MOST", 1_000_000)
    path = tmp_path / "bomb.warc.gz"
    path.write_bytes(gzip.compress(bytes(2_000_000)))
    with pytest.raises(ArchiveError, match=r"bomb\.warc\.gz: a record unpacks to more than 1,000,000 bytes"):
        list(Archive(tmp_path).pages(path))
