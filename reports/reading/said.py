"""What mentions say in one wording: every word in its form, so that few patterns find what many customers mean."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import polars as pl

from reports.reading.cues import PLAIN
from reports.rules.wording import EDGE, Wording

TOKEN = r"[0-9]+|\p{L}+(?:'\p{L}+)*|[%$]|[.,;:!?()\[\]\n…]+"
SAID = "_said"
"""A mention in one wording: each word with a blank before and one after it, so that neighbours share none."""


AT_ONCE = 10_000
"""Mentions taken apart at the same time: bounds the memory."""


def worded(mentions: pl.DataFrame, wording: Wording) -> pl.DataFrame:
    """The wording `SAID` of mentions that have the columns `row` and the plain text; one row each."""
    parts = (mentions[at : at + AT_ONCE] for at in range(0, max(mentions.height, 1), AT_ONCE))
    form = cache(wording.form)
    return pl.concat([_worded(part, wording, form) for part in parts])


def _worded(mentions: pl.DataFrame, wording: Wording, form: Callable[[str], str]) -> pl.DataFrame:
    words = mentions.select("row", pl.col(PLAIN).str.extract_all(TOKEN).alias("word")).explode("word")
    known = words["word"].drop_nulls().unique().to_list()
    forms = pl.DataFrame({"word": known, "form": [form(word) for word in known]}, schema_overrides=_TEXT)
    words = words.join(forms, on="word", how="left", maintain_order="left").filter(pl.col("form") != "")
    joined = words.group_by("row", maintain_order=True).agg(pl.col("form").str.join(" ").alias(SAID))
    joined = mentions.select("row").join(joined, on="row", how="left", maintain_order="left")
    phrases = sorted(wording.phrases, key=lambda phrase: (-len(phrase), phrase))
    spaced = pl.format(f" {EDGE}  {{}}  {EDGE} ", pl.col(SAID).fill_null(EDGE).str.replace_all(" ", "  ", literal=True))
    if phrases:
        spoken = [_spaced(wording.phrases[phrase]) for phrase in phrases]
        spaced = spaced.str.replace_many([_spaced(phrase) for phrase in phrases], spoken, leftmost=True)
    return joined.with_columns(spaced)


def words(said: pl.DataFrame) -> pl.DataFrame:
    """Every word of worded mentions in order: `row` and `word`."""
    listed = pl.col(SAID).str.strip_chars(" ").str.split("  ").alias("word")
    return said.select("row", listed).explode("word")


_TEXT = {"word": pl.String, "form": pl.String}


def _spaced(phrase: str) -> str:
    return "".join(f" {word} " for word in phrase.split())
