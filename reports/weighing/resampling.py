"""Bootstrap over whole reviews: each competitor's reviews drawn anew, with all that each says about all themes.

A review speaks of several themes at once, and of its stars. Drawing whole reviews keeps that together, so that a
difference between two themes is one of the same draw. Reviews of a competitor that say the same of every theme, with
the same stars, are alike to the draw: how often each such pattern comes up is multinomial, which costs as little as
there are patterns, not reviews (Efron and Tibshirani 1993, chapter 6).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reports.weighing.evidence import Evidence

DRAWS = 1000
SEED = 20260101
BLOCKS = 2_000
"""More distinct reviews than this are drawn in blocks."""
AT_ONCE = 4_000_000
"""Numbers drawn at a time, which bounds the memory."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Drawn:
    """One competitor's resampled reviews; whole numbers, draws or draws x themes."""

    read: Floats
    rated: Floats
    stars: Floats
    """Sum of the stars of all rated reviews, in hundredths."""
    speaks: Floats
    complains: Floats
    praises: Floats
    rated_complains: Floats
    stars_complains: Floats
    """Sum of the stars of the reviews that complain, in hundredths."""


@dataclass(frozen=True)
class Resampled:
    """The draws of each competitor, over the themes in this order."""

    themes: tuple[str, ...]
    of: Mapping[str, Drawn]


def resample(
    evidence: Evidence, themes: Sequence[str], competitors: Sequence[str], draws: int = DRAWS, seed: int = SEED
) -> Resampled:
    """Draws each competitor's counted reviews anew, with replacement, as many as there are.

    A competitor's draws hang on its own reviews alone. Sums are of whole numbers, so that every machine gets the same.
    """
    patterns = _patterns(evidence, themes)
    drawn = {}
    for competitor in competitors:
        mine = patterns.filter(pl.col("competitor") == competitor)
        rng = np.random.default_rng([seed, zlib.crc32(competitor.encode())])
        drawn[competitor] = _drawn(mine, len(themes), draws, rng)
    return Resampled(tuple(themes), drawn)


def _patterns(evidence: Evidence, themes: Sequence[str]) -> pl.DataFrame:
    """The distinct reviews of each competitor: `stars` in hundredths, `is_read`, `said` (codes) and their number `n`.

    A code is 4 x the theme's number, + 2 if it complains, + 1 if it praises.
    """
    numbers = {theme: number for number, theme in enumerate(themes)}
    said = (
        evidence.statements.filter(pl.col("theme").is_in(list(themes)))
        .select(
            "key",
            code=4 * pl.col("theme").replace_strict(numbers, return_dtype=pl.Int32, default=None)
            + 2 * pl.col("complains").cast(pl.Int32)
            + pl.col("praises").cast(pl.Int32),
        )
        .sort("key", "code")
        .group_by("key", maintain_order=True)
        .agg(said=pl.col("code").cast(pl.String).str.join(" "))
    )
    return (
        evidence.reviews.select("competitor", "key", "is_read", "stars", "counted")
        .filter("counted")
        .select("competitor", "key", "is_read", stars=(pl.col("stars") * 100).round().cast(pl.Int64))
        .join(said, on="key", how="left")
        .group_by("competitor", "stars", "is_read", "said")
        .agg(n=pl.len())
        .sort("competitor", "stars", "is_read", "said", nulls_last=True)
    )


def _drawn(patterns: pl.DataFrame, themes: int, draws: int, rng: np.random.Generator) -> Drawn:
    worth = _worth(patterns, themes)
    counts = patterns["n"].to_numpy().astype(np.float64)
    if len(counts) > BLOCKS:
        worth = _blocks(worth, patterns["n"].to_numpy(), rng)
        counts = np.ones(BLOCKS)
    total = int(counts.sum())
    if total == 0:
        return _split(np.zeros((draws, worth.shape[1])), themes)
    step = max(1, AT_ONCE // len(counts))
    sums = [
        rng.multinomial(total, counts / total, size=min(step, draws - done)).astype(np.float64) @ worth
        for done in range(0, draws, step)
    ]
    return _split(np.concatenate(sums), themes)


def _worth(patterns: pl.DataFrame, themes: int) -> Floats:
    """What one review of each pattern adds to each sum, patterns x sums, in the order of `_split`."""
    worth = np.zeros((patterns.height, 3 + 5 * themes))
    rated = patterns["stars"].is_not_null().to_numpy()
    stars = patterns["stars"].fill_null(0).to_numpy().astype(np.float64)
    worth[:, 0] = patterns["is_read"].to_numpy()
    worth[:, 1], worth[:, 2] = rated, stars
    said = patterns.select("said").with_row_index("row").drop_nulls().with_columns(pl.col("said").str.split(" "))
    listed = said.explode("said").with_columns(pl.col("said").cast(pl.Int64))
    row, code = listed["row"].to_numpy(), listed["said"].to_numpy()
    theme, complains, praises = code // 4, code // 2 % 2, code % 2
    for place, value in enumerate((1, complains, praises, complains * rated[row], complains * stars[row])):
        worth[row, 3 + place * themes + theme] = value
    return worth


def _blocks(worth: Floats, counts: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Reviews dealt at random into `BLOCKS` blocks, and what each block adds to each sum.

    Random blocks of independent reviews are themselves independent and spread alike, so drawing blocks gives the sums
    the same spread as drawing reviews, known to 1 / sqrt(2 `BLOCKS`) of it, at a cost that does not grow.
    """
    dealt = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    counts = counts.astype(np.int64)
    # where the reviews of each pattern were dealt to, one pattern after the other
    block = np.argsort(dealt, kind="stable") % BLOCKS
    start = np.cumsum(counts) - counts
    # most of what a review may add is nothing; whole numbers sum to the same in any order
    pattern, column = np.nonzero(worth)
    many = counts[pattern]
    nth = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    place = block[np.repeat(start[pattern], many) + nth] * worth.shape[1] + np.repeat(column, many)
    weights = np.repeat(worth[pattern, column], many)
    sums = np.bincount(place, weights=weights, minlength=BLOCKS * worth.shape[1]).astype(np.float64, copy=False)
    return sums.reshape(BLOCKS, worth.shape[1])


def _split(sums: Floats, themes: int) -> Drawn:
    return Drawn(
        sums[:, 0], sums[:, 1], sums[:, 2], *(sums[:, 3 + i * themes : 3 + (i + 1) * themes] for i in range(5))
    )
