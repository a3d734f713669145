"""Pages as they came: WARC files, one gzip member a record, on disk before they are parsed.

The standard form of web evidence: any WARC tool reads them. The body is stored decompressed, so the headers that
describe its packing on the wire are left out.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import IO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from data import locks
from data.errors import UnmetError

_WIRE_ONLY = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection", "set-cookie"})
_MEMBER = b"\x1f\x8b\x08"
"""How a gzip member begins."""
_CHUNK = 65_536
_MOST = 1024**3
"""Bytes that one record may unpack to; a page that the fetcher takes is far smaller."""
_DAMAGED = (ArchiveLoadFailed, ValueError, AttributeError, TypeError)
"""What reading a damaged record raises; the last two come from warcio, of a record without a type, of an odd digest."""
_MEMORY = "Unmet-Memory"
"""A field of our own beside the standard's, which lets others be: the fragment of the address asked."""


class ArchiveError(UnmetError):
    """A page cannot be kept, read again or deleted."""


@dataclass(frozen=True)
class Kept:
    """One archived response."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    at: datetime
    memory: str = ""
    """The fragment of the address asked, where a source keeps what its walk has seen; it is never sent."""

    @property
    def asked(self) -> str:
        """The address as it was asked, fragment and all."""
        return f"{self.url}#{self.memory}" if self.memory else self.url


class Archive:
    """WARC files below one folder: `market/competitor/source/<listing>-<date>.warc.gz`.

    `data/archive_store.py` keeps the same below an address of an object store.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, market: str, competitor: str, source: str, listing: str, day: date) -> Path:
        """The file that a listing's pages of one day go to."""
        return self.root / market / competitor / source / f"{_mark(listing)}-{day.isoformat()}.warc.gz"

    def files(self, market: str, source: str, listing: str) -> list[Path]:
        """The files of a listing's pages, oldest day first, under whatever slugs its competitor has had."""
        mark = f"{_mark(listing)}-"
        found = [p for p in self._paths(market) if p.parts[-2] == source and p.name.startswith(mark)]
        return sorted(found, key=lambda path: (_day(path), path))

    def markets(self) -> list[str]:
        """The markets that pages are held of, by name."""
        return sorted(p.name for p in self.root.iterdir() if p.is_dir()) if self.root.is_dir() else []

    def keep(self, path: Path, page: Kept) -> None:
        """Appends one response and does not return before it is on disk; raises ArchiveError when it cannot be."""
        with _typed(path, "a page cannot be kept"):
            path.parent.mkdir(parents=True, exist_ok=True)
            with locks.writing(self.root.parent), path.open("ab") as file:
                _write(page, file)
                file.flush()
                os.fsync(file.fileno())

    def pages(self, path: Path) -> Iterator[Kept]:
        """The responses in one file, oldest first; a record that was cut off while it was written is passed over.

        Raises ArchiveError where the file cannot be read.
        """
        with _typed(path, "cannot be read"):
            raw = path.read_bytes()
        yield from _responses(raw, path)

    def held(
        self, market: str, competitor: str | None = None, source: str | None = None, listings: Collection[str] = ()
    ) -> list[Path]:
        """The files of a market, or of a competitor or a source of it; those of `listings` under whatever slugs."""
        marks = {_mark(listing) for listing in listings}
        found = []
        for path in self._paths(market):
            of, by, name = path.parts[-3:]
            wanted = competitor in {None, of} and source in {None, by}
            if wanted or name.split("-")[0] in marks:
                found.append(path)
        return found

    def forget(
        self, market: str, competitor: str | None = None, source: str | None = None, listings: Collection[str] = ()
    ) -> int:
        """Deletes those files; says how many. Raises ArchiveError at the first that cannot be."""
        files = self.held(market, competitor, source, listings)
        for path in files:
            self._delete(path)
        if competitor is source is None:
            self._clear(market)
        return len(files)

    def expire(self, before: date) -> int:
        """Deletes files of days before the given one; says how many. Raises ArchiveError at one that cannot be."""
        old = [path for path in self._paths() if _day(path) < before.isoformat()]
        for path in old:
            self._delete(path)
        return len(old)

    def _paths(self, market: str | None = None) -> list[Path]:
        """The files of a market, or of all, by name."""
        return sorted((self.root / market if market else self.root).rglob("*.warc.gz"))

    def _delete(self, path: Path) -> None:
        with _typed(path, "cannot be deleted"):
            path.unlink(missing_ok=True)

    def _clear(self, market: str) -> None:
        """Takes away what a market without files leaves."""
        shutil.rmtree(self.root / market, ignore_errors=True)


def _write(page: Kept, file: IO[bytes]) -> None:
    """Writes one response as a gzip member."""
    url, _, memory = page.url.partition("#")
    memory = memory or page.memory
    headers = [(k, v) for k, v in page.headers.items() if k.lower() not in _WIRE_ONLY]
    phrase = HTTPStatus(page.status).phrase if page.status in HTTPStatus._value2member_map_ else ""
    writer = WARCWriter(file, gzip=True)
    record = writer.create_warc_record(
        url,
        "response",
        payload=BytesIO(page.body),
        length=len(page.body),
        http_headers=StatusAndHeaders(f"{page.status} {phrase}".strip(), headers, protocol="HTTP/1.1"),
        warc_headers_dict={
            "WARC-Date": page.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            **({_MEMORY: memory} if memory else {}),
        },
    )
    writer.write_record(record)


def _responses(raw: bytes, path: str | Path) -> Iterator[Kept]:
    """The responses in the bytes of a file, in their order; raises ArchiveError after them where some are damaged."""
    damaged = 0
    for member in _whole(raw, path):
        try:
            page = _response(member)
        except _DAMAGED:
            damaged += 1
            continue
        if page is not None:
            yield page
    if damaged:
        raise ArchiveError(
            f"{path}: {damaged:,} of its records are no longer what was kept, and are left out; restore the file from a"
            " backup, or delete it once its pages are old"
        )


def _response(member: bytes) -> Kept | None:
    """The response of a record, as it was kept; None for another kind of record, an error for a damaged one."""
    # the first alone: each record is a member, and what follows it would be told on the screen
    record = next(iter(ArchiveIterator(BytesIO(member), check_digests="raise")), None)
    if record is None:
        return None
    told = record.rec_headers.get_header
    if told("WARC-Type") not in {None, "response"}:
        return None
    url, at = told("WARC-Target-URI"), datetime.fromisoformat(told("WARC-Date") or "")
    if not url or at.tzinfo is None or record.http_headers is None:
        raise ValueError("a field is missing")
    return Kept(
        url=url,
        status=int(record.http_headers.get_statuscode()),
        headers={k.lower(): v for k, v in record.http_headers.headers},
        body=record.content_stream().read(),
        at=at,
        memory=told(_MEMORY) or "",
    )


@contextmanager
def _typed(path: Path, what: str) -> Iterator[None]:
    """Makes an error of the disk one of ours."""
    try:
        yield
    except OSError as e:
        raise ArchiveError(f"{path}: {what} ({e.strerror or e}); check space and rights, then run again") from e


def _mark(listing: str) -> str:
    return hashlib.sha256(listing.encode()).hexdigest()[:12]


def _day(path: Path) -> str:
    return path.name.removesuffix(".warc.gz")[-10:]


def _whole(raw: bytes, path: str | Path) -> Iterator[bytes]:
    """The gzip members that are there to their end, unpacked; raises ArchiveError at one that would fill the memory."""
    start = raw.find(_MEMBER)
    while start >= 0:
        member, out, at = zlib.decompressobj(zlib.MAX_WBITS | 16), bytearray(), start
        try:
            while not member.eof and at < len(raw):
                out += member.decompress(raw[at : at + _CHUNK])
                if len(out) > _MOST:
                    raise ArchiveError(f"{path}: a record unpacks to more than {_MOST:,} bytes; delete the file")
                at = min(at + _CHUNK, len(raw))
        except zlib.error:
            pass
        if member.eof:
            yield bytes(out)
            start = raw.find(_MEMBER, at - len(member.unused_data))
        else:
            start = raw.find(_MEMBER, start + 1)
