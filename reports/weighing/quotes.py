"""Verbatim evidence: a few short statements by different customers of different rivals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

SHORTEST, LONGEST = 40, 240
"""Characters of a quote."""
BEST_LENGTH = 100
CONTENT_STARS = 4
"""A review with fewer stars is not quoted as praise, whatever a sentence of it sounds like."""


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


def complaints(mentions: pl.DataFrame, rivals: list[str], voices: set[str], most: int = 4) -> list[Quote]:
    """The most telling of some complaining mentions, the rivals taking turns in the order given.

    Telling means: clearly a complaint or wish, mainly about this, called helpful by others, a whole sentence neither
    clipped nor long. `voices` holds the people and texts quoted already and grows by those chosen, so that a report
    quotes nobody twice. Ties fall by review key, so the choice is the same every time.
    """
    return _chosen(mentions, pl.col("complaint") - 0.5 * pl.col("sentiment"), rivals, voices, most)


def praises(mentions: pl.DataFrame, rivals: list[str], voices: set[str], most: int = 1) -> list[Quote]:
    """The most telling of some praising mentions, out of reviews that are content as a whole."""
    content = mentions.filter(pl.col("stars").is_null() | (pl.col("stars") >= CONTENT_STARS))
    return _chosen(content, 1.5 * pl.col("sentiment") - pl.col("complaint"), rivals, voices, most)


def plain(mentions: pl.DataFrame, rivals: list[str], voices: set[str], most: int = 2) -> list[Quote]:
    """The most telling of some mentions that neither complain nor praise, or do so by chance."""
    return _chosen(mentions, pl.lit(0.0), rivals, voices, most)


def _chosen(mentions: pl.DataFrame, clear: pl.Expr, rivals: list[str], voices: set[str], most: int) -> list[Quote]:
    length = pl.col("text").str.len_chars()
    clipped = pl.col("text").str.contains(r"^(?i:and|but|however|although|though|or|so|because|then|also|•|\*|-)\b")
    telling = (
        clear
        + 0.15 * pl.col("helpful").fill_null(0).clip(0).log1p()
        + 0.5 * pl.col("_main")
        - (length - BEST_LENGTH).abs() / 150
        - 0.5 * clipped
    ).round(9)
    fit = (
        mentions.filter(length.is_between(SHORTEST, LONGEST))
        .with_columns(_telling=telling)
        .sort(["_telling", "key", "mention"], descending=[True, False, False])
        .unique("key", keep="first", maintain_order=True)
    )
    queues = {r: fit.filter(pl.col("competitor") == r).head(10 * most).to_dicts() for r in rivals}
    chosen: list[Quote] = []
    while len(chosen) < most and any(queues.values()):
        for rival in rivals:
            row = _next(queues[rival], voices)
            if row is not None and len(chosen) < most:
                chosen.append(_quote(row))
    return chosen


def _next(queue: list[dict[str, Any]], voices: set[str]) -> dict[str, Any] | None:
    while queue:
        row = queue.pop(0)
        marks = {row["text"].casefold(), row["key"], row["author"] or row["key"]}
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
