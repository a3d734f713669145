"""Learned terms: words and phrases of two or three whose weights were fitted on star ratings (`learned.tsv`).

A term's weight says how much more likely a text with it complains, all its other terms being equal. A text's lean is
the sum over its distinct terms divided by the square root of its number of words, so that a long text is not louder
than a short one. Terms see negation only through phrases; cues and VADER see what they cannot.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from reports.reading.cues import PLAIN

TOKEN = r"[a-z]+|[!?]+|[0-9]+|[\x{2600}-\x{27bf}\x{1f000}-\x{1faff}]"
START = "^"


@dataclass(frozen=True)
class Tokens:
    """What mentions are made of, in the order of the text; each frame has `review`, `row` and `term`."""

    words: pl.DataFrame
    """One row a word."""
    phrases: pl.DataFrame
    """One row for each two and each three neighbours of a mention, with a blank between them.

    A mention begins with `START`, since "^ add" is a wish and "i add" is none.
    """


def tokens(pieces: pl.DataFrame) -> Tokens:
    """The words and phrases of mentions that have the columns `review`, `row` and the plain text."""
    listed = pieces.select("review", "row", folded(pieces[PLAIN]).str.extract_all(TOKEN).alias("term"))
    listed = listed.filter(pl.col("term").list.len() > 0)
    words = listed.explode("term")
    start = pl.lit([START], dtype=pl.List(pl.String))
    marked = listed.with_columns(pl.concat_list(start, "term").alias("term")).explode("term")
    row, term = pl.col("row"), pl.col("term")
    phrases = []
    for further in (1, 2):
        joined = pl.concat_str(term, *(term.shift(-n) for n in range(1, further + 1)), separator=" ")
        within = pl.when(row == row.shift(-further)).then(joined).alias("term")
        phrases.append(marked.select("review", "row", within).drop_nulls("term"))
    return Tokens(words, pl.concat(phrases))


def known(tokens: Tokens, weights: pl.DataFrame) -> pl.DataFrame:
    """The tokens that have weights: `review`, `row`, the number of the term in `weights`, and its weights.

    `weights` has `term` and one column a target, in hundredths.
    """
    numbered = weights.with_row_index("number")
    found = pl.concat([tokens.words, tokens.phrases]).join(numbered, on="term")
    return found.drop("term")


def lean(tokens: Tokens, known: pl.DataFrame, by: str) -> pl.DataFrame:
    """The lean of each review (`by="review"`) or mention (`by="row"`): the column `by` and one column a target.

    A text without a known term leans 0; one without a word is left out.
    """
    targets = [name for name in known.columns if name not in ("review", "row", "number")]
    sums = known.unique([by, "number"]).group_by(by).agg(pl.col(targets).sum())
    lengths = tokens.words.group_by(by).agg(pl.len().cast(pl.Float64).sqrt().alias("_length"))
    joined = lengths.join(sums, on=by, how="left").sort(by)
    return joined.select(by, pl.col(targets).fill_null(0) / 100 / pl.col("_length"))


def folded(texts: pl.Series) -> pl.Series:
    """The texts without apostrophes and with every run of one letter written once: "dont", "god" for "gooood".

    Reviewers stretch and misspell words. What this merges wrongly ("good" and "god") hardly meets in reviews.
    """
    if texts.is_empty():
        return pl.Series(dtype=pl.String)
    joined = np.frombuffer("\n".join(texts.to_list()).replace("'", "").encode(), dtype=np.uint8)
    letter = (joined >= ord("a")) & (joined <= ord("z"))
    keep = np.ones(joined.size, dtype=bool)
    keep[1:] = (joined[1:] != joined[:-1]) | ~letter[1:]
    return pl.Series(joined[keep].tobytes().decode().split("\n"), dtype=pl.String)
