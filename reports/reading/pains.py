"""Names what a complaint or wish is about: `keeps crashing`, `no dark mode`, `order arrived late`.

The names that `pains.toml` knows come first, in its order; then what the grammar can build from the words; then the
known names that say least. A mention gets one name or none, from its own words and the rules alone, so that the same
words have the same name every night and in any company. How often a name recurs is for weighing to say.
"""

from __future__ import annotations

from collections import Counter

import polars as pl

from reports.reading import grammar
from reports.reading.cues import PLAIN
from reports.reading.said import SAID, words, worded
from reports.rules import Rules
from reports.rules.pains import PainPoint, Said

COLUMN = "pain_point"
NAMED = ("complaint", "bug", "request")
"""Kinds of mentions that may have a pain point."""


def named(pieces: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Judged pieces, which have `kinds` and the plain text, with the name of their pain point, or null."""
    kinds = pl.col("kinds").list
    asks = kinds.contains("request").alias("asks")
    due = pieces.lazy().filter(pl.any_horizontal(kinds.contains(kind) for kind in NAMED))
    texts = due.select(PLAIN, asks).unique(maintain_order=True).with_row_index("row").collect()
    names = _names(texts, rules)
    told = texts.join(names, on="row", how="inner").select(PLAIN, "asks", COLUMN)
    told = told.with_columns(_due=True)
    held = pieces.drop(COLUMN, strict=False).with_columns(
        asks, pl.any_horizontal(kinds.contains(kind) for kind in NAMED).alias("_due")
    )
    return held.join(told, on=[PLAIN, "asks", "_due"], how="left", maintain_order="left").drop("asks", "_due")


def _names(texts: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """The names of texts with `row`, the plain text and `asks`, which tells wishes: `row` and `COLUMN`, none without."""
    points = rules.pains.points
    said = worded(texts, rules.pains.wording).join(texts.select("row", "asks"), on="row", how="left")
    spoken = words(said)
    first = _found(said, spoken, points).group_by("row").agg(pl.col("point").min())
    fallback = pl.Series("point", [n for n, point in enumerate(points) if point.fallback], dtype=pl.UInt32)
    exact = first.filter(~pl.col("point").is_in(fallback.implode()))
    rest = said.join(exact, on="row", how="anti")
    built = grammar.named(rest, spoken.join(rest.select("row"), on="row", how="semi"), rules.pains.wording)
    names = pl.DataFrame({"point": range(len(points)), COLUMN: [p.name for p in points]}, schema={"point": pl.UInt32, COLUMN: pl.String})
    known = first.join(names, on="point", how="left").select("row", COLUMN)
    return pl.concat([built, known.join(built.select("row"), on="row", how="anti")])


def _found(said: pl.DataFrame, spoken: pl.DataFrame, points: tuple[PainPoint, ...]) -> pl.DataFrame:
    """Which known pain points each mention holds: `row` and `point`, its number.

    Only mentions with a word that a cue cannot do without are tried; of these words, those that are rarest here.
    """
    common = Counter(dict(spoken["word"].value_counts().iter_rows()))
    gates = [(word, n) for n, point in enumerate(points) for word in _rarest(point, common)]
    gate = pl.DataFrame(gates, schema={"word": pl.String, "point": pl.UInt32}, orient="row")
    near = spoken.join(gate, on="word").select("row", "point").unique().join(said, on="row", how="left")
    hits = [_tried(part.lazy(), points[number]) for (number,), part in near.partition_by("point", as_dict=True).items()]
    return pl.concat([pl.DataFrame(schema={"row": pl.UInt32, "point": pl.UInt32}), *pl.collect_all(hits)])


def _tried(near: pl.LazyFrame, point: PainPoint) -> pl.LazyFrame:
    held = near.filter(_speaks(pl.col(SAID), point))
    if point.blanks:
        held = held.filter(_speaks(pl.col(SAID).str.replace_all(point.blanks, " , "), point))
    return held.select("row", "point")


def _speaks(text: pl.Expr, point: PainPoint) -> pl.Expr:
    said = [text.str.contains(point.cues.pattern)] if point.cues else []
    wished = [pl.col("asks") & text.str.contains(point.wishes.pattern)] if point.wishes else []
    return pl.any_horizontal(*said, *wished)


def _rarest(point: PainPoint, common: Counter[str]) -> set[str]:
    """Words of which a mention has at least one if it holds the pain point."""
    found: set[str] = set()
    for said in (point.cues, point.wishes):
        for needed in said.needed if isinstance(said, Said) else ():
            places = [[min(phrase.split(), key=lambda w: (common[w], w)) for phrase in place] for place in needed]
            found.update(min(places, key=lambda place: (sum(common[w] for w in place), place)))
    return found
