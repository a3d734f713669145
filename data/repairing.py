"""What a lake may have suffered, found and mended: by processes that died, by disks, by clocks.

Whoever mends has the lake alone. Nothing that holds rows, or may hold some, is deleted: it is set aside in `broken/`
within the lake, which `unmet forget` takes away. What may not be read is no damage: nothing is mended then.
"""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import polars as pl
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from data import forgotten, locks, migrating, tables, upkeep
from data.dating import ahead
from data.lake import BROKEN, TABLES, Lake, LakeError
from data.migrating import MADE
from data.panics import unsaid
from data.setaside import Finding, aside, replace

_BROKEN = (DeltaError, pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
_MEMBER = b"\x1f\x8b\x08"
_PIECE = 2**20
_AGAIN = "the next walks to the end of the listings bring back what sites still show, `unmet replay` what is archived"


def mend(lake: Lake, rules: Mapping[str, str], now: datetime) -> Iterator[Finding]:
    """Goes through a whole lake; `rules`: market -> the version that it is read by today.

    Raises Busy where others do not stop writing, FormatError, and LakeError for what it cannot open, read or write.
    """
    root = Path(lake.root)
    if not locks.is_local(lake.root) or not root.is_dir():
        return
    migrating.known(root)
    with locks.alone(root), _typed(root):
        _readable(root)
        for name in TABLES:
            yield from _opened(root, name)
            yield from _files(root, name)
        left = [*upkeep.sweep(lake), *_half_written(root / "archive")]
        if left:
            yield Finding("lake", f"{len(left)} files that no table knows, of runs that died", "deleted")
        for market in lake.markets():
            yield from _doubled(lake, market)
            yield from ahead(lake, market, now)
            try:
                with locks.run(root, market):  # a run reads some reviews after the others
                    yield from _unread(lake, market, rules.get(market))
            except locks.Busy:
                yield Finding(market, "a run of it is under way", "its readings were not looked at; wait for its end")
        for path in sorted((root / "archive").rglob("*.warc.gz")):
            yield from _pages(root, path)


@contextmanager
def _typed(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as e:
        where, why = e.filename or root, e.strerror or e
        raise LakeError(f"{where}: cannot be mended ({why}); check space and rights, then run again") from e


def _half_written(archive: Path) -> list[Path]:
    """Deletes what a repair that died left among the pages, names and all: nobody would ever look at it."""
    left = list(archive.rglob(f".*.warc.gz.{'[0-9a-f]' * 8}"))
    for path in left:
        path.unlink()
    return left


def _readable(root: Path) -> None:
    """Raises LakeError where anything may not be read, so that it is not taken for damaged."""
    ours = [root / name for name in (*TABLES, "archive", BROKEN, "format", "author.key", forgotten.FILE)]
    for path in (root, *ours, *(below for each in ours for below in each.rglob("*"))):
        if path.exists() and not os.access(path, os.R_OK | os.X_OK if path.is_dir() else os.R_OK):
            raise LakeError(f"{path}: may not be read by this user; run as the lake's owner, or give it back to him")


def _opened(root: Path, name: str) -> Iterator[Finding]:
    """A table that cannot be opened: begun by half, or with a last commit or a summary of the log that is damaged."""
    folder, log = root / name, root / name / "_delta_log"
    if not folder.is_dir():
        return
    # first: the engine takes an empty one, which a loss of power leaves, for a commit that changed nothing
    torn = [entry for entry in sorted(log.glob("*.json")) if not _is_entry(entry)]
    while torn and torn[-1] == max(log.glob("*.json")):
        newest = torn.pop()
        aside(root, newest)
        yield Finding(name, f"its last commit, {newest.name}, is damaged", f"taken back; {_AGAIN}", lost=True)
        yield from _uncommitted(root, folder)
    if not any(log.glob("*.json")) and not any(log.glob("*.parquet")):
        if any(_rows(file) != 0 for file in folder.rglob("*.parquet")):
            where = aside(root, folder)
            yield Finding(name, "files without the log that says what they are", f"set aside in {where}", lost=True)
        else:
            shutil.rmtree(folder)
            yield Finding(name, "a table that was begun and not finished", "deleted")
        return
    while (why := _why_closed(folder)) is not None:
        summaries = [*log.glob("_last_checkpoint"), *log.glob("*.checkpoint*.parquet")]
        if summaries and (log / f"{0:020}.json").is_file():
            for each in summaries:
                aside(root, each)
            yield Finding(name, "the summary of its log is damaged", "taken out; the log itself says the same")
            continue
        if name in MADE:
            aside(root, folder)
            yield Finding(name, f"cannot be opened ({why})", "set aside; the next report reads its reviews anew")
        else:
            yield Finding(name, f"cannot be opened ({why})", "nothing was done; `unmet restore` a backup", lost=True)
        return
    if torn:
        yield from _uncommitted(root, folder)


def _uncommitted(root: Path, folder: Path) -> Iterator[Finding]:
    """The rows of a commit that is lost, whole perhaps: they are no litter."""
    if _why_closed(folder) is None:
        left = [path for path in upkeep.unknown(folder, DeltaTable(str(folder))) if _rows(path) != 0]
        for path in left:
            aside(root, path)
        if left:
            yield Finding(
                folder.name, f"{len(left)} files of rows that no commit knows", f"set aside in {BROKEN}", lost=True
            )


def _files(root: Path, name: str) -> Iterator[Finding]:
    """Files of a table that are gone or damaged."""
    folder = root / name
    if not folder.is_dir() or _why_closed(folder) is not None:
        return
    table = DeltaTable(str(folder))
    rows = pl.DataFrame(table.get_add_actions(flatten=True)).select("path", "num_records")
    broken = []
    for path, count in zip(rows["path"].to_list(), rows["num_records"].to_list(), strict=True):
        file = next((p for p in (folder / path, folder / unquote(path)) if p.is_file()), None)
        if file is None or _rows(file) != count:
            broken.append((file, count))
    if not broken:
        return
    for file, _ in broken:
        if file is not None:
            aside(root, file)
    what = f"{len(broken)} of {rows.height} files are gone or damaged"
    if name in MADE:
        for each in MADE:  # both, since a reading without its mentions would count as read
            if (root / each).is_dir():
                aside(root, root / each)
        yield Finding(name, what, "set aside; the next report reads its reviews anew")
        return
    table.repair()
    yield Finding(
        name, f"{what}, with {sum(count or 0 for _, count in broken):,} rows", f"taken out; {_AGAIN}", lost=True
    )


def _doubled(lake: Lake, market: str) -> Iterator[Finding]:
    rows = lake.reviews(market)
    more = rows.height - rows["key"].n_unique()
    if more:
        once = rows.sort("first_seen").unique("key", keep="first", maintain_order=True)
        quoted = market.replace("'", "''")
        lake.change("reviews", partial(_instead, rows=once, where=f"market = '{quoted}'"))
        yield Finding(market, f"{more:,} reviews are held twice", "each is held once now")


def _instead(table: DeltaTable, rows: pl.DataFrame, where: str) -> None:
    rows.write_delta(table, mode="overwrite", delta_write_options={"predicate": where})


def _unread(lake: Lake, market: str, rules: str | None) -> Iterator[Finding]:
    """What was read of texts and by rules that are no more, and mentions that no reading stands for."""
    readings, mentions = lake.scan("readings", market), lake.scan("mentions", market)
    if mentions is not None:
        marks = mentions.select("market", "key", "digest", "rules").unique()
        if readings is not None:
            marks = marks.join(readings.select("key", "digest", "rules"), on=["key", "digest", "rules"], how="anti")
        alone = lake.collect(marks)
        if alone.height:
            lake.change("mentions", partial(tables.without, keys=alone))
            yield Finding(market, f"mentions of {alone.height:,} reviews without a reading", "deleted; read anew")
    if rules is None:
        if readings is not None and lake.collect(readings.select("rules").unique()).height > 1:
            yield Finding(market, "read by several rules, and its market file is not known", "left as it is")
        return
    gone = upkeep.renew(lake, market, rules, share=0)
    if gone:
        told = " and ".join(f"{count:,} {name}" for name, count in gone.items())
        yield Finding(market, f"{told} of rules or texts that are no more", "deleted")


def _pages(root: Path, path: Path) -> Iterator[Finding]:
    """A file of pages with pieces in it that are no whole record."""
    raw = path.read_bytes()
    spans = list(_spans(raw))
    bad = len(raw) - sum(end - start for start, end in spans)
    if not bad:
        return
    # deleted, not set aside: nobody can read them, and what is set aside would outlast the time that pages are kept
    if spans:
        replace(path, b"".join(raw[start:end] for start, end in spans))
    else:
        path.unlink()
    yield Finding(
        str(path.relative_to(root)),
        f"{bad:,} of {len(raw):,} bytes belong to no whole page",
        f"deleted; {len(spans):,} pages stay",
    )


def _spans(raw: bytes) -> Iterator[tuple[int, int]]:
    """Where the gzip members that are there to their end begin and end."""
    start = raw.find(_MEMBER)
    while start >= 0:
        member, at = zlib.decompressobj(zlib.MAX_WBITS | 16), start
        try:
            while not member.eof and at < len(raw):
                piece = raw[at : at + _PIECE]
                member.decompress(piece, _PIECE)
                while member.unconsumed_tail and not member.eof:
                    member.decompress(member.unconsumed_tail, _PIECE)
                at += len(piece)
        except zlib.error:
            pass
        if member.eof:
            end = at - len(member.unused_data)
            yield start, end
            start = raw.find(_MEMBER, end)
        else:
            start = raw.find(_MEMBER, start + 1)


def _why_closed(folder: Path) -> str | None:
    """Why a table cannot be opened; None for one that can."""
    try:
        with unsaid():
            DeltaTable(str(folder)).get_add_actions(flatten=True)
    except _BROKEN as e:
        return next(iter(str(e).strip().splitlines()), type(e).__name__)
    return None


def _is_entry(file: Path) -> bool:
    try:
        lines = file.read_text("utf-8").splitlines()
        return bool(lines) and all(isinstance(json.loads(line), dict) for line in lines)
    except ValueError:
        return False


def _rows(file: Path) -> int | None:
    """How many rows a file holds, read through to its end; None for one that cannot be."""
    try:
        with unsaid():
            return pl.read_parquet(file, hive_partitioning=False).height
    except _BROKEN:
        return None
