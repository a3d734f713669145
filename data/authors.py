"""Authors, never by name: a keyed hash serves to recognise the same person again."""

from __future__ import annotations

import errno
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from data import store

LENGTH = 32
"""Bytes of the key."""


def author_key(root: str | Path) -> bytes:
    """The key of the author hashes: made once, kept beside the lake's tables, never in a report.

    Raises OSError where it cannot be had, or is none: with another one, nobody would be recognised any more.
    """
    key = _stored_key(str(root)) if store.is_remote(str(root)) else _kept_key(Path(root) / "author.key")
    if len(key) != LENGTH:
        raise OSError(errno.EINVAL, f"author.key is damaged, {len(key)} bytes of {LENGTH}; bring it back from a backup")
    return key


def _kept_key(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".author.key.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)  # who may read the lake's tables need not be able to tell who wrote what
        try:
            with fresh.open("wb") as file:
                file.write(secrets.token_bytes(LENGTH))
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):  # another process was first: its key counts
                path.hardlink_to(fresh)
        finally:
            fresh.unlink()
    return path.read_bytes()


def _stored_key(root: str) -> bytes:
    import obstore
    from obstore.exceptions import AlreadyExistsError

    with store.typed(OSError, root, "the key of its authors"):
        objects = store.store(root)
        with suppress(AlreadyExistsError):  # it is there: the key of whoever was first counts
            obstore.put(objects, "author.key", secrets.token_bytes(LENGTH), mode="create")
        return bytes(obstore.get(objects, "author.key").bytes())


def hashed(key: bytes, author: str | None) -> str | None:
    """16 hex digits that stand for an author, or None for none."""
    if author is None:
        return None
    return hmac.digest(key, author.encode("utf-8", "replace"), "sha256").hex()[:16]
