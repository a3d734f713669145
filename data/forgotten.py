"""Whom and what we were asked to forget, so that the next night does not bring it back.

Kept beside the lake as keyed hashes, one a line (on an object store, where nothing can be appended, one an object's
name): they serve to recognise a review or an author that comes again, and
tell nobody who that is. With the lake's key they are gone as well.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from data import store
from data.authors import author_key, hashed

FILE = "forgotten"


def of_review(key: bytes, review: str) -> str:
    """The mark of a review's key."""
    return _mark(key, f"review {review}")


def of_author(key: bytes, author: str) -> str:
    """The mark of an author, given by the hash that the lake knows him by."""
    return _mark(key, f"author {author}")


def _mark(key: bytes, what: str) -> str:
    return hmac.digest(key, f"forgotten {what}".encode("utf-8", "replace"), "sha256").hex()


def bar(root: str | Path, reviews: Iterable[str], author: str | None = None) -> None:
    """Lets reviews, by key, and an author, by name, never into the lake at `root` again; on disk before it returns.

    Raises OSError where they cannot be kept.
    """
    key = author_key(root)
    marks = [of_review(key, review) for review in reviews]
    who = hashed(key, author)
    if who is not None:
        marks.append(of_author(key, who))
    if store.is_remote(str(root)):
        _store(str(root), marks)
        return
    with (Path(root) / FILE).open("a", encoding="ascii") as file:
        # each on a line of its own, whatever a process that died over the last one has left
        file.writelines(f"\n{mark}\n" for mark in marks)
        file.flush()
        os.fsync(file.fileno())


def marks(root: str | Path) -> frozenset[str]:
    """All marks; none where nothing was ever forgotten one by one."""
    if store.is_remote(str(root)):
        return _stored(str(root))
    path = Path(root) / FILE
    return frozenset(path.read_text("ascii").split()) if path.exists() else frozenset()


def without(rows: pl.DataFrame, root: str | Path, key: bytes) -> pl.DataFrame:
    """Rows with `key` and `author` (hashed), less those that are to stay forgotten."""
    known = marks(root)
    if not known or rows.is_empty():
        return rows
    stays = [
        of_review(key, review) not in known and (author is None or of_author(key, author) not in known)
        for review, author in rows.select("key", "author").rows()
    ]
    return rows.filter(pl.Series(stays, dtype=pl.Boolean))


def _store(root: str, marks: Iterable[str]) -> None:
    import obstore

    with store.typed(OSError, root, "what is to stay forgotten"):
        objects = store.store(root)
        for mark in marks:
            obstore.put(objects, f"{FILE}/{mark}", b"")


def _stored(root: str) -> frozenset[str]:
    import obstore

    with store.typed(OSError, root, "what is to stay forgotten"):
        listed = obstore.list(store.store(root), f"{FILE}/")
        return frozenset(each["path"].rpartition("/")[2] for batch in listed for each in batch)
