"""Authors, never by name: a keyed hash serves to recognise the same person again."""

from __future__ import annotations

import hmac
import secrets
from contextlib import suppress
from pathlib import Path

from data import store


def author_key(root: str | Path) -> bytes:
    """The key of the author hashes: made once, kept beside the lake's tables, never in a report.

    Raises OSError where it cannot be had.
    """
    if store.is_remote(str(root)):
        return _stored_key(str(root))
    path = Path(root) / "author.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".author.key.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)  # who may read the lake's tables need not be able to tell who wrote what
        fresh.write_bytes(secrets.token_bytes(32))
        try:
            path.hardlink_to(fresh)  # fails if another process was first: its key counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()


def _stored_key(root: str) -> bytes:
    import obstore
    from obstore.exceptions import AlreadyExistsError

    with store.typed(OSError, root, "the key of its authors"):
        objects = store.store(root)
        with suppress(AlreadyExistsError):  # it is there: the key of whoever was first counts
            obstore.put(objects, "author.key", secrets.token_bytes(32), mode="create")
        return bytes(obstore.get(objects, "author.key").bytes())


def hashed(key: bytes, author: str | None) -> str | None:
    """16 hex digits that stand for an author, or None for none."""
    if author is None:
        return None
    return hmac.digest(key, author.encode("utf-8", "replace"), "sha256").hex()[:16]
