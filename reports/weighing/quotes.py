"""Verbatim evidence: a few short statements by different customers of different rivals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

SHORTEST, LONGEST = 25, 240
"""Characters of a quote."""
BEST_LENGTH = 100


@dataclass(frozen=True)
class Quote:
    """A span of a review: `text` is `body[start:end]`, or `title[start:end]` where `field` says so."""

    key: str
    field: str
    start: int
    end: int
    text: str
    competitor: str
    listing: str
    url: str | None
    row: int | None
    stars: float | None
    written: datetime | None


def quotes(mentions: pl.DataFrame, rivals: list[str], most: int = 4) -> list[Quote]:
    """The most telling of some mentions, the rivals taking turns in the order given.

    Telling means: clearly a complaint or wish, mainly about this, called helpful by others, neither clipped nor long.
    Ties fall by review key, so the choice is the same every time.
    """
    length = pl.col("text").str.len_chars()
    telling = (
        pl.col("complaint")
        + 0.15 * pl.col("helpful").fill_null(0).clip(0).log1p()
        + 0.4 * pl.col("_main")
        - (length - BEST_LENGTH).abs() / 150
    ).round(9)
    fit = (
        mentions.filter(length.is_between(SHORTEST, LONGEST))
        .with_columns(_telling=telling)
        .sort(["_telling", "key", "mention"], descending=[True, False, False])
        .unique("key", keep="first", maintain_order=True)
    )
    queues = {r: fit.filter(pl.col("competitor") == r).head(5 * most).to_dicts() for r in rivals}
    chosen: list[Quote] = []
    voices: set[str] = set()
    while len(chosen) < most and any(queues.values()):
        for rival in rivals:
            row = _next(queues[rival], voices)
            if row is not None and len(chosen) < most:
                chosen.append(_quote(row))
    return chosen


def _next(queue: list[dict[str, Any]], voices: set[str]) -> dict[str, Any] | None:
    while queue:
        row = queue.pop(0)
        marks = {row["text"].casefold(), row["author"] or row["key"]}
        if not marks & voices:
            voices |= marks
            return row
    return None


def _quote(row: dict[str, Any]) -> Quote:
    return Quote(
        key=row["key"],
        field="title" if row["mention"] < 0 else "body",
        start=row["start"],
        end=row["end"],
        text=row["text"],
        competitor=row["competitor"],
        listing=row["listing"],
        url=row["url"],
        row=row["row"],
        stars=row["stars"],
        written=row["written"],
    )
