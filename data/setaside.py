"""What a lake suffered, as findings, and where what is taken out of it is kept: in `broken/` within the lake."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data.lake import BROKEN


@dataclass(frozen=True)
class Finding:
    """One thing that was not as it should be."""

    where: str
    what: str
    done: str
    lost: bool = False
    """Whether something is gone, or still wrong."""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.done}"


def aside(root: Path, path: Path) -> Path:
    """Moves something out of the way; says where to, from the lake's folder."""
    target = free(root / BROKEN / path.relative_to(root))
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)
    return target.relative_to(root)


def free(wanted: Path) -> Path:
    """The path, or one beside it where something lies there already."""
    target, number = wanted, 1
    while target.exists():
        target, number = wanted.with_name(f"{wanted.name}.{number}"), number + 1
    return target


def rows_aside(root: Path, name: str, market: str, rows: pl.DataFrame) -> Path:
    """Keeps rows that are taken out of a table; says where, from the lake's folder."""
    target = free(root / BROKEN / f"{name}-of-{market}.parquet")
    target.parent.mkdir(parents=True, exist_ok=True)
    rows.write_parquet(target)
    return target.relative_to(root)


def replace(path: Path, content: bytes) -> None:
    """Writes a file anew, whole or not at all."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
