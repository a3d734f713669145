"""The page archive on an object store, where nothing can be appended: each page is an object of its own.

`market/competitor/source/<listing>-<date>.warc.gz/<moment>-<random>.warc.gz`, so that what is one file on a disk is
one prefix here, and several machines may keep pages of one listing at once.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

import obstore

from data import store
from data.archive import Archive, ArchiveError, Kept, _responses, _write

_typed = partial(store.typed, ArchiveError)


class StoredArchive(Archive):
    """As `Archive`, with the paths of files below an address `s3://bucket/prefix`."""

    def __init__(self, address: str) -> None:
        super().__init__(Path())
        self._address = address
        self._store = store.store(address)

    def keep(self, path: Path, page: Kept) -> None:
        """Keeps one response and does not return before the store has it; raises ArchiveError when it cannot be."""
        member = BytesIO()
        _write(page, member)
        # by the clock of who asked, which orders the pages of one visit; `page.at` may be pretended
        name = f"{path.as_posix()}/{time.time_ns():020d}-{secrets.token_hex(4)}.warc.gz"
        with _typed(f"{self._address}/{path.as_posix()}", "a page cannot be kept"):
            obstore.put(self._store, name, member.getvalue(), mode="create")

    def pages(self, path: Path) -> Iterator[Kept]:
        """The responses under one name, oldest first; raises ArchiveError where one cannot be read."""
        for name in sorted(self._names(f"{path.as_posix()}/")):
            with _typed(f"{self._address}/{name}", "cannot be read"):
                raw = bytes(obstore.get(self._store, name).bytes())
            yield from _responses(raw, f"{self._address}/{name}")

    def markets(self) -> list[str]:
        """The markets that pages are held of, by name."""
        return sorted({path.parts[0] for path in self._paths()})

    def _names(self, prefix: str | None) -> list[str]:
        with _typed(self._address, "cannot be listed"):
            return [each["path"] for batch in obstore.list(self._store, prefix) for each in batch]

    def _paths(self, market: str | None = None) -> list[Path]:
        return sorted({Path(name).parent for name in self._names(f"{market}/" if market else None)})

    def _delete(self, path: Path) -> None:
        names = self._names(f"{path.as_posix()}/")
        with _typed(f"{self._address}/{path.as_posix()}", "cannot be deleted"):
            obstore.delete(self._store, names)

    def _clear(self, market: str) -> None:
        """Nothing: a store has no folders."""
