"""Cues as Polars expressions: which mentions a set of patterns speaks of, and where.

Patterns run in Rust's regex engine, which is linear in the text and cannot blow up. A counter-cue blanks what it
matches before the cues are tried, so "no problem with support" can be told from "a problem with support".
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from reports.reading.gates import Gate
from reports.rules import Cue

PLAIN = "_plain"
"""The column that cues are tried on: lower case, straight apostrophes, single blanks."""

EDGE = r"(?-u:\b)"
"""The edge of a word of ASCII letters: where a text holds others, the engine is five times slower with Unicode's."""
AT_ONCE = 8
"""More cues that are not whole words in one regex overflow the engine's cache of states, which is ten times slower."""


def plain(text: str = "text") -> pl.Expr:
    """The text as cues expect it, from a column."""
    return (
        pl.col(text)
        .str.to_lowercase()
        .str.replace_all("[’‘`´]", "'")
        .str.replace_all("[“”]", '"')
        .str.replace_all(r"\s+", " ")
        .alias(PLAIN)
    )


def _any(cue: Cue, patterns: tuple[str, ...]) -> str:
    either = "|".join(patterns)
    return f"{EDGE}(?:{either}){EDGE}" if cue.whole_words else either


def _unblanked(cue: Cue) -> pl.Expr:
    return pl.col(PLAIN).str.replace_all(_any(cue, cue.blanks), " ") if cue.blanks else pl.col(PLAIN)


def speaks(cue: Cue) -> pl.Expr:
    """Whether a mention holds the cue: as a whole, and still when its counter-cues are blanked."""
    return _may(cue) & _left(cue)


def count(cue: Cue) -> pl.Expr:
    """How often a mention holds the cue."""
    return pl.when(_may(cue)).then(_left_often(cue)).otherwise(0)


def flag(mentions: pl.DataFrame, cue: Cue, gate: Gate | None) -> pl.Series:
    """Whether each mention holds the cue; only those that the gate lets through are tried."""
    return _tried(mentions, _left(cue), cue, gate)


def counted(mentions: pl.DataFrame, cue: Cue, gate: Gate | None) -> pl.Series:
    """How often each mention holds the cue; only those that the gate lets through are tried."""
    return _tried(mentions, _left_often(cue), cue, gate)


def _may(cue: Cue) -> pl.Expr:
    """Whether a mention holds the cue if nothing is blanked; not asked where nothing is."""
    if not (cue.blanks and cue.whole_words):
        return pl.lit(True)
    return pl.col(PLAIN).str.contains(_any(cue, cue.cues))


def _left(cue: Cue) -> pl.Expr:
    text = _unblanked(cue)
    if cue.whole_words:
        return text.str.contains(_any(cue, cue.cues))
    parts = (cue.cues[at : at + AT_ONCE] for at in range(0, len(cue.cues), AT_ONCE))
    return pl.any_horizontal(text.str.contains(_any(cue, part)) for part in parts)


def _left_often(cue: Cue) -> pl.Expr:
    return _unblanked(cue).str.count_matches(_any(cue, cue.cues))


def _tried(mentions: pl.DataFrame, left: pl.Expr, cue: Cue, gate: Gate | None) -> pl.Series:
    """What is left of a cue in each mention; nothing in those that do not hold it at all."""
    texts = mentions.select(PLAIN)
    rows = np.arange(mentions.height) if gate is None else gate.rows(cue)
    near = texts[rows]
    if cue.blanks and cue.whole_words:
        hit = near.select(_may(cue)).to_series().arg_true().to_numpy()
        rows, near = rows[hit], near[hit]
    found = near.select(left).to_series()
    return pl.zeros(mentions.height, found.dtype, eager=True).scatter(rows, found)


def capture(cue: Cue) -> pl.Expr:
    """What the first capture group of the first matching pattern holds, or null."""
    text = _unblanked(cue)
    start = EDGE if cue.whole_words else ""
    found = [text.str.extract(rf"{start}(?:{pattern})", 1) for pattern in cue.cues]
    return pl.coalesce(found).str.strip_chars(" .,'\"-")


def matches(mentions: pl.DataFrame, cues: Mapping[str, Cue], gate: Gate | None = None) -> pl.DataFrame:
    """Which of several cues each mention holds: columns `row`, `name`, `at`, ordered by place in the mention.

    `mentions` needs `row` and the plain text; `at` is the byte offset of the first match in that text. Only mentions
    that the gate lets through are tried.
    """
    found = []
    mentions = mentions.select("row", PLAIN)
    for name, cue in cues.items():
        tried = mentions if gate is None else mentions[gate.rows(cue)]
        hit = tried.lazy().filter(pl.col(PLAIN).str.contains(_any(cue, cue.cues)))
        at = _unblanked(cue).str.find(_any(cue, cue.cues)).cast(pl.Int64).alias("at")
        found.append(hit.select("row", pl.lit(name).alias("name"), at).filter(pl.col("at").is_not_null()))
    if not found:
        return pl.DataFrame(schema={"row": pl.UInt32, "name": pl.String, "at": pl.Int64})
    return pl.concat(pl.collect_all(found)).sort("row", "at", "name")


def lists(mentions: pl.DataFrame, cues: Mapping[str, Cue], column: str, gate: Gate | None = None) -> pl.DataFrame:
    """`mentions` with a column of the names of all cues they hold, the first in the text first."""
    grouped = matches(mentions, cues, gate).group_by("row", maintain_order=True).agg(pl.col("name").alias(column))
    empty = pl.lit([], dtype=pl.List(pl.String))
    return mentions.join(grouped, on="row", how="left").with_columns(pl.col(column).fill_null(empty)).sort("row")


def first(mentions: pl.DataFrame, cues: Mapping[str, Cue], column: str, gate: Gate | None = None) -> pl.DataFrame:
    """`mentions` with a column of the name of the first cue they hold, or null."""
    grouped = (
        matches(mentions, cues, gate).group_by("row", maintain_order=True).agg(pl.col("name").first().alias(column))
    )
    return mentions.join(grouped, on="row", how="left").sort("row")
