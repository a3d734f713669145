"""Reviews that are no voice of their own: copies of another, and bursts that look arranged.

A copy counts once; its original counts. A suspicious review counts, and the report shows the figures with and without
it: suspicion is never a verdict.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from rensa import RMinHash, RMinHashLSH

LEAST_WORDS = 8
"""Shorter texts (`good app`) are written alike by different people, and count as copies only by the same author."""
LEAST_WORDS_NEAR = 15
"""From so many words on, a text nearly like another is its copy; in a shorter one a word makes the difference."""
ALIKE = 0.7
"""Jaccard similarity of the word triples of two texts from which they count as copies."""
PERMUTATIONS = 128
BANDS = 32
"""128 permutations in 32 bands find a pair of similarity 0.7 with probability 1 - (1 - 0.7^4)^32 = 0.9998."""
SEED = 42
SLACK = 1e-6
"""Of a triple, so that no rounding decides."""

BURST_FROM = 10
"""Reviews of one day that a burst has at least."""
BURST_CHANCE = 1e-6
"""How improbable a day must be, by Poisson with the rate of the other days."""
BURST_ALIKE = 0.8
"""The share of a burst's reviews that give the same stars."""

COPIED = "stands at another rival too"
BURST = "part of a burst of like ratings on one day"


def mark(held: pl.DataFrame) -> pl.DataFrame:
    """Adds `copy` (bool) and `suspicious` (why, or null); needs competitor, key, author, body, written and stars."""
    facts = held.select("competitor", "key", "author", "body", "written", "stars").with_row_index("row")
    # an index of the order is cheap, and the rows themselves need not be moved
    ordered = (
        facts.sort("written", "key", nulls_last=True)
        .select("row", "competitor", "author", _said=_said())
        .with_columns(_words=pl.when(pl.col("_said") == "").then(0).otherwise(_blanks() + 1))
    )
    copied, elsewhere, burst = (
        _marked(rows, held.height) for rows in (_copies(ordered), _elsewhere(ordered), _burst(facts))
    )
    return held.with_columns(
        copy=copied, suspicious=pl.when(elsewhere).then(pl.lit(COPIED)).when(burst).then(pl.lit(BURST))
    )


def _marked(rows: pl.Series, height: int) -> pl.Series:
    """Whether each of so many rows is one of these."""
    marks = np.zeros(height, dtype=np.bool_)
    marks[rows.to_numpy()] = True
    return pl.Series(marks)


def _said() -> pl.Expr:
    """The words of a text in lower case, a blank between them."""
    return pl.col("body").str.to_lowercase().str.replace_all(r"\W+", " ").str.strip_chars(" ")


def _blanks() -> pl.Expr:
    return pl.col("_said").str.count_matches(" ", literal=True)


def _elsewhere(ordered: pl.DataFrame) -> pl.Series:
    """The rows whose text stands at another competitor too."""
    long = ordered.lazy().filter(pl.col("_words") >= LEAST_WORDS).select("row", "competitor", "_said")
    several = long.group_by("_said").agg(pl.col("competitor").n_unique()).filter(pl.col("competitor") > 1)
    return long.join(several, on="_said", how="semi").select("row").collect()["row"]


def _copies(ordered: pl.DataFrame) -> pl.Series:
    """The rows that repeat an earlier one of their competitor, word for word or nearly."""
    words, again = pl.col("_words"), pl.int_range(pl.len()) > 0
    # a short text is a copy only from the same hand, say in two stores
    short = ordered.filter(words.is_between(1, LEAST_WORDS - 1) & pl.col("author").is_not_null())
    long = ordered.filter(words >= LEAST_WORDS)
    exact = [
        short.filter(again.over("competitor", "author", "_said"))["row"],
        long.filter(again.over("competitor", "_said"))["row"],
    ]
    wordy = long.filter(words >= LEAST_WORDS_NEAR).unique(["competitor", "_said"], keep="first", maintain_order=True)
    near = [_near(mine) for (_,), mine in wordy.group_by("competitor", maintain_order=True)]
    return pl.concat([*exact, *near])


def _near(ordered: pl.DataFrame) -> pl.Series:
    """The rows of one competitor that say nearly the same as an earlier one, out of texts that all differ."""
    copied = []
    near, texts = RMinHashLSH(ALIKE, PERMUTATIONS, BANDS), dict[int, frozenset[str]]()
    for row, said in ordered.filter(_may_repeat(ordered["_said"])).select("row", "_said").iter_rows():
        words = said.split(" ")
        triples = frozenset(" ".join(words[i : i + 3]) for i in range(len(words) - 2))
        sketch = RMinHash(PERMUTATIONS, SEED)
        sketch.update(sorted(triples))
        if any(_alike(triples, texts[other]) >= ALIKE for other in near.query(sketch)):
            copied.append(row)
        else:
            near.insert(row, sketch)
            texts[row] = triples
    return pl.Series("row", copied, dtype=pl.UInt32)


def _may_repeat(texts: pl.Series) -> pl.Series:
    """Whether each text shares so many word triples with others that it can be like one of them at all.

    What is in one text alone is in no intersection: of two texts that are alike, each has at most 1 - `ALIKE` of its
    triples to itself. Triples are counted by a hash; two that share one only let a text more through.
    """
    words = pl.DataFrame({"text": texts}).with_row_index("at")
    listed = words.select("at", pl.col("text").str.split(" ").alias("word")).explode("word")
    at, word = listed["at"].to_numpy(), listed["word"].hash(SEED).to_numpy()
    inside = at[2:] == at[:-2]
    triples = (word[:-2] * np.uint64(3) + word[1:-1] * np.uint64(5) + word[2:] * np.uint64(7))[inside]
    at = at[2:][inside]
    bits = max(16, int(8 * len(triples)).bit_length())
    place = (triples >> np.uint64(64 - bits)).astype(np.int64)
    own = np.bincount(place, minlength=1 << bits)[place] == 1
    alone = np.bincount(at, weights=own, minlength=len(texts))
    return pl.Series(alone <= (1 - ALIKE) * np.bincount(at, minlength=len(texts)) + SLACK)


def _alike(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b)


def _burst(facts: pl.DataFrame) -> pl.Series:
    """The rows of a day with far more reviews than the others, nearly all with the same stars."""
    dated = facts.select("row", "competitor", "stars", pl.col("written").dt.date().alias("day")).drop_nulls("day")
    days = dated.group_by("competitor", "day").agg(
        pl.len().alias("n"), pl.col("stars").mode().sort().first().alias("usual")
    )
    flagged = [pl.Series("row", [], dtype=pl.UInt32)]
    for (competitor,), mine in days.sort("competitor", "day").group_by("competitor", maintain_order=True):
        span = mine.select((pl.col("day").max() - pl.col("day").min()).dt.total_days()).item()
        whole = int(mine["n"].sum())
        # no day is improbable that has less than the average
        loud = mine.filter((pl.col("n") >= BURST_FROM) & (pl.col("n") * span > whole - pl.col("n")))
        for day, n, usual in loud.select("day", "n", "usual").iter_rows():
            if span < 7 or poisson_tail(n, (whole - n) / span) > BURST_CHANCE:
                continue
            same = dated.filter(
                (pl.col("competitor") == competitor) & (pl.col("day") == day) & (pl.col("stars") == usual)
            )
            if same.height >= BURST_ALIKE * n:
                flagged.append(same["row"])
    return pl.concat(flagged)


def poisson_tail(n: int, rate: float) -> float:
    """P(X >= n) for a Poisson variable with the given rate."""
    if rate <= 0:
        return 0.0 if n > 0 else 1.0
    below = math.fsum(math.exp(k * math.log(rate) - rate - math.lgamma(k + 1)) for k in range(n))
    return max(0.0, 1.0 - below)
