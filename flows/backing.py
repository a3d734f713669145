"""`unmet backup` and `unmet restore`: the lake and the reports in one file, as they were at one moment."""

from __future__ import annotations

import glob
import os
import secrets
import shutil
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from data import locks
from data.errors import UnmetError
from data.lake import BROKEN, TABLES, Lake
from data.settings import settings
from flows.codes import DONE
from flows.screen import console
from reports.writing import files

LAKE, REPORTS = "lake", "reports"
"""Folders in the file."""
STAGE = ".restoring"
"""What a folder is called, or its name ends with, while it is brought back."""
DISK = "lost+found"
"""A disk's own, where a folder is the top of one."""
LOCKS = frozenset({".lock", "runs"})
"""A lake's; the folders of reports are called as their markets are."""
OWN = LOCKS | {BROKEN, STAGE, DISK}
"""What of a lake's folder stays behind."""
LEFT_SECONDS = 3600
"""After so long without a write, the file of a backup on its way is one of a backup that died."""


class BackupError(UnmetError):
    """A backup cannot be written or restored."""


def backup(file: Path) -> int:
    """Writes the file, whole or not at all. Runs may go on meanwhile: their next commit waits until it is done."""
    config = settings()
    root = Path(config.lake)
    if not locks.is_local(config.lake) or not root.is_dir():
        raise BackupError(f"{config.lake}: there is no lake in a folder there; nothing to back up")
    if _within(file, root) or _within(file, config.reports):
        raise BackupError(f"{file}: lies within what it would hold; name a place outside")
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    with _typed(file, "the backup cannot be written"):
        _sweep(file)
        try:
            # it holds the key of the authors' hashes: for its owner's eyes
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                with console.status("backing up"), tarfile.open(fileobj=out, mode="w") as tar:
                    if config.reports.is_dir():
                        for path in sorted(config.reports.resolve().iterdir()):
                            if path.name not in {STAGE, DISK}:
                                _add_reports(tar, path)
                    # after the reports: none may speak of reviews that the lake does not hold
                    with locks.alone(root):
                        for path in sorted(root.iterdir()):
                            if path.name not in OWN:  # a part that lies on another disk is a link
                                tar.add(path.resolve(), f"{LAKE}/{path.name}", filter=_whole)
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(file)
        finally:
            fresh.unlink(missing_ok=True)
    print(f"{file}: {file.stat().st_size:,} bytes; keep it as private as the lake, and market files beside it")
    return DONE


def restore(file: Path) -> int:
    """Brings a backup's lake and reports back, where none are; what is there is never written over."""
    config = settings()
    if not locks.is_local(config.lake):
        raise BackupError(f"{config.lake}: is no folder; name one to restore into (UNMET_LAKE)")
    parts = {LAKE: Path(config.lake).resolve(), REPORTS: config.reports.resolve()}
    one, other = parts.values()
    if one.is_relative_to(other) or other.is_relative_to(one):
        raise BackupError(f"{one}, {other}: one lies in the other; name places apart (UNMET_LAKE, UNMET_REPORTS)")
    for name, path in parts.items():
        _check_free(name, path)
    stages = {name: _stage(path) for name, path in parts.items()}
    with _typed(file, "the backup cannot be restored"):
        try:
            for stage in stages.values():  # what a restore that was killed has left
                shutil.rmtree(stage, ignore_errors=True)
            with console.status("restoring"), tarfile.open(file) as tar:
                for member in _members(tar, file):
                    name, _, rest = member.name.partition("/")
                    _bring(tar, member, stages[name] / rest)
            if not any((stages[LAKE] / name).is_dir() for name in TABLES):
                raise BackupError(f"{file}: holds no lake; `unmet backup` writes files that do")
            os.sync()  # what is said to be back is on disk
            for name, path in parts.items():  # a night may have begun meanwhile
                _check_free(name, path)
            # reports first: a lake that is there says that all is
            for name in (REPORTS, LAKE):
                if stages[name].is_dir():
                    _put(stages[name], parts[name])
            os.sync()
        finally:
            for stage in stages.values():
                shutil.rmtree(stage, ignore_errors=True)
    lake = Lake(config.lake)
    for market in lake.markets():
        print(f"{market}: {lake.count('reviews', market):,} reviews")
    return DONE


def _stage(path: Path) -> Path:
    """Where a folder is brought back before it is put in place: beside it, or within it where it is a mount point, as
    in a container: that can neither be replaced nor have anything beside it on its own disk."""
    return path / STAGE if path.is_mount() else path.with_name(f".{path.name}{STAGE}")


def _check_free(name: str, path: Path) -> None:
    """Raises BackupError where anything lies in the way: a restore deletes nothing but locks."""
    ours = {STAGE} | ({DISK} if path.is_mount() else set()) | (LOCKS if name == LAKE else set())
    there = sorted(each.name for each in path.iterdir() if each.name not in ours) if path.is_dir() else []
    if there:
        setting = "UNMET_LAKE" if name == LAKE else "UNMET_REPORTS"
        held = "a lake" if name == LAKE and set(there) & {*TABLES, "archive"} else repr(there[0])
        raise BackupError(f"{path}: {held} is there; move it away, or name an empty folder ({setting}), then restore")


def _put(stage: Path, path: Path) -> None:
    if stage.parent == path:
        # tables last: a lake that is there says that all is
        for part in sorted(stage.iterdir(), key=lambda part: part.name in TABLES):
            part.replace(path / part.name)
        return
    for lock in [path / ".lock", *(path / "runs").glob("*.lock")]:
        lock.unlink(missing_ok=True)
    for folder in (path / "runs", path):  # neither goes where anything else came to lie in it meanwhile
        if folder.is_dir():
            folder.rmdir()
    path.parent.mkdir(parents=True, exist_ok=True)
    stage.replace(path)


def _sweep(file: Path) -> None:
    """Deletes what backups to the same place left that died: each is as large as the lake."""
    for path in file.parent.glob(f".{glob.escape(file.name)}.{'[0-9a-f]' * 8}"):
        with suppress(FileNotFoundError):  # of a backup under way that is done now
            if time.time() - path.stat().st_mtime > LEFT_SECONDS:
                path.unlink()


def _add_reports(tar: tarfile.TarFile, path: Path) -> None:
    if path.is_dir():
        with files.held(path):
            tar.add(path.resolve(), f"{REPORTS}/{path.name}", filter=_whole)
    elif not path.name.startswith("."):
        tar.add(path.resolve(), f"{REPORTS}/{path.name}", filter=_whole)


def _whole(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leaves out what a run that died left half written; raises BackupError at what no backup can hold."""
    if member.name.rpartition("/")[2] == files.STAGE:
        return None
    if member.islnk() or not (member.isfile() or member.isdir()):
        raise BackupError(f"{member.name}: is neither a file nor a folder of its own; move it out, then back up again")
    return member


def _members(tar: tarfile.TarFile, file: Path) -> Iterator[tarfile.TarInfo]:
    for member in tar:
        name, _, rest = member.name.partition("/")
        ours = name in {LAKE, REPORTS} and (member.isfile() or member.isdir())
        if not ours or rest.startswith("/") or ".." in rest.split("/"):
            raise BackupError(f"{file}: holds {member.name!r}, which no backup of ours does")
        if rest:
            yield member


def _bring(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """Writes a folder or a file as it was; by hand, since the tar module of Python before 3.11.4 has no filters."""
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    held = tar.extractfile(member)
    if held is None:
        raise tarfile.ReadError(f"{member.name} has no content")
    with held, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        shutil.copyfileobj(held, out)
    target.chmod(member.mode & 0o755 | 0o600)
    os.utime(target, (member.mtime, member.mtime))


def _within(file: Path, folder: Path) -> bool:
    return file.absolute().resolve().is_relative_to(folder.resolve())


@contextmanager
def _typed(file: Path, what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, tarfile.TarError) as e:
        why = e.strerror if isinstance(e, OSError) and e.strerror else e
        raise BackupError(f"{file}: {what} ({why}); check space, rights and the file, then try again") from e
