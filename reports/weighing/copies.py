"""Reviews that are no voice of their own: copies of another, and bursts that look arranged.

A copy counts once; its original counts. A suspicious review counts, and the report shows the figures with and without
it: suspicion is never a verdict.
"""

from __future__ import annotations

import math

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
    words = pl.col("body").str.to_lowercase().str.extract_all(r"\w+")
    ordered = held.sort("written", "key", nulls_last=True).with_columns(_words=words)
    ordered = ordered.with_columns(copy=pl.Series(_copies(ordered), dtype=pl.Boolean))
    text = pl.col("_words").list.join(" ")
    elsewhere = (pl.col("_words").list.len() >= LEAST_WORDS) & (pl.col("competitor").n_unique().over(text) > 1)
    return ordered.with_columns(
        suspicious=pl.when(elsewhere).then(pl.lit(COPIED)).when(_burst(ordered)).then(pl.lit(BURST))
    ).drop("_words")


def _copies(ordered: pl.DataFrame) -> list[bool]:
    """Whether each review repeats an earlier one of its competitor, word for word or nearly."""
    flags = []
    exact: set[tuple[str, str]] = set()
    seen: dict[str, tuple[RMinHashLSH, dict[int, frozenset[str]]]] = {}
    for number, (competitor, author, words) in enumerate(ordered.select("competitor", "author", "_words").iter_rows()):
        if len(words) < LEAST_WORDS:
            # a short text is a copy only from the same hand, say in two stores
            own = (f"{competitor} {author}", " ".join(words))
            flags.append(author is not None and bool(words) and own in exact)
            exact.add(own)
            continue
        said = (competitor, " ".join(words))
        if said in exact or len(words) < LEAST_WORDS_NEAR:
            flags.append(said in exact)
            exact.add(said)
            continue
        exact.add(said)
        triples = frozenset(" ".join(words[i : i + 3]) for i in range(len(words) - 2))
        sketch = RMinHash(PERMUTATIONS, SEED)
        sketch.update(sorted(triples))
        near, texts = seen.setdefault(competitor, (RMinHashLSH(ALIKE, PERMUTATIONS, BANDS), {}))
        copied = any(_alike(triples, texts[other]) >= ALIKE for other in near.query(sketch))
        if not copied:
            near.insert(number, sketch)
            texts[number] = triples
        flags.append(copied)
    return flags


def _alike(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b)


def _burst(ordered: pl.DataFrame) -> pl.Series:
    """Whether each review belongs to a day with far more reviews than the others, nearly all with the same stars."""
    dated = ordered.select("competitor", "key", "stars", pl.col("written").dt.date().alias("day")).drop_nulls("day")
    days = dated.group_by("competitor", "day").agg(
        pl.len().alias("n"), pl.col("stars").mode().sort().first().alias("usual")
    )
    flagged: set[str] = set()
    for competitor, day, n, usual in days.sort("competitor", "day").iter_rows():
        mine = days.filter(competitor=competitor)
        span = mine.select((pl.col("day").max() - pl.col("day").min()).dt.total_days()).item()
        rest = int(mine["n"].sum()) - n
        if n < BURST_FROM or span < 7 or poisson_tail(n, rest / span) > BURST_CHANCE:
            continue
        same = dated.filter((pl.col("competitor") == competitor) & (pl.col("day") == day) & (pl.col("stars") == usual))
        if same.height >= BURST_ALIKE * n:
            flagged |= set(same["key"])
    return ordered["key"].is_in(list(flagged))


def poisson_tail(n: int, rate: float) -> float:
    """P(X >= n) for a Poisson variable with the given rate."""
    if rate <= 0:
        return 0.0 if n > 0 else 1.0
    below = math.fsum(math.exp(k * math.log(rate) - rate - math.lgamma(k + 1)) for k in range(n))
    return max(0.0, 1.0 - below)
