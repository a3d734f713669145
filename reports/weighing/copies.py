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

ORDER = ("written", "key")
"""Of two reviews that say the same, the earlier one is the original."""

COPIED = "stands at another rival too"
BURST = "part of a burst of like ratings on one day"


def mark(held: pl.DataFrame) -> pl.DataFrame:
    """Adds `copy` (bool) and `suspicious` (why, or null); needs competitor, key, author, body, written and stars."""
    facts = held.select("competitor", "key", "author", "body", "written", "stars").with_row_index("row")
    long = _said(facts.filter(pl.col("body").str.len_bytes() >= 2 * LEAST_WORDS - 1))
    long = long.filter(pl.col("_words") >= LEAST_WORDS)
    marks = (_marked(rows, held.height) for rows in (_copies(facts, long), _elsewhere(long), _burst(facts)))
    copy, elsewhere, burst = marks
    return held.with_columns(
        copy=copy, suspicious=pl.when(elsewhere).then(pl.lit(COPIED)).when(burst).then(pl.lit(BURST))
    )


def _marked(rows: pl.Series, height: int) -> pl.Series:
    """Whether each of so many rows is one of these."""
    marks = np.zeros(height, dtype=np.bool_)
    marks[rows.to_numpy()] = True
    return pl.Series(marks)


def _said(facts: pl.DataFrame) -> pl.DataFrame:
    """With `_said`, the words of a text in lower case with a blank between them, and how many `_words` that is."""
    said = pl.col("body").str.to_lowercase().str.replace_all(r"\W+", " ").str.strip_chars(" ")
    words = pl.when(pl.col("_said") == "").then(0).otherwise(pl.col("_said").str.count_matches(" ", literal=True) + 1)
    return facts.with_columns(_said=said).with_columns(_words=words)


def _elsewhere(long: pl.DataFrame) -> pl.Series:
    """The rows whose text stands at another competitor too."""
    several = long.group_by("_said").agg(pl.col("competitor").n_unique()).filter(pl.col("competitor") > 1)
    return long.join(several, on="_said", how="semi")["row"]


def _copies(facts: pl.DataFrame, long: pl.DataFrame) -> pl.Series:
    """The rows that repeat an earlier one of their competitor, word for word or nearly."""
    # a short text is a copy only from the same hand, say in two stores
    hand = facts.drop_nulls("author").filter(pl.len().over("competitor", "author") > 1)
    short = _said(hand).filter(pl.col("_words").is_between(1, LEAST_WORDS - 1))
    again = _later(long, "competitor", "_said")
    wordy = long.filter(pl.col("_words") >= LEAST_WORDS_NEAR).join(again.to_frame(), on="row", how="anti")
    near = [_near(mine) for (_,), mine in wordy.group_by("competitor")]
    return pl.concat([_later(short, "competitor", "author", "_said"), again, *near])


def _later(rows: pl.DataFrame, *same: str) -> pl.Series:
    """All but the earliest of the rows that have the same in some columns."""
    # few are the same, so that few need an order
    several = rows.group_by(same).len().filter(pl.col("len") > 1)
    ordered = rows.join(several, on=same, how="semi").sort(ORDER, nulls_last=True)
    return ordered.filter(~ordered.select(pl.struct(same).is_first_distinct()).to_series())["row"]


def _near(wordy: pl.DataFrame) -> pl.Series:
    """The rows of one competitor that say nearly the same as an earlier one, out of texts that all differ."""
    ordered = wordy.filter(_may_repeat(wordy["_said"])).sort(ORDER, nulls_last=True)
    copied = []
    near, texts = RMinHashLSH(ALIKE, PERMUTATIONS, BANDS), dict[int, frozenset[str]]()
    for row, said in ordered.select("row", "_said").iter_rows():
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
