"""Names what a complaint or wish is about: `keeps crashing`, `no dark mode`, `order arrived late`.

The names that `pains.toml` knows come first, in its order; then what the grammar can build from the words; then the
known names that say least. A mention gets one name or none, from its own words and the rules alone, so that the same
words have the same name every night and in any company. How often a name recurs is for weighing to say.
"""

from __future__ import annotations

import polars as pl

from reports.reading import grammar
from reports.reading.cues import PLAIN
from reports.reading.near import Near
from reports.reading.said import SAID, worded, words
from reports.rules import Rules
from reports.rules.pains import PainPoint, Pains, Said

COLUMN = "pain_point"
KINDS = ("complaint", "bug", "request")
"""Only such mentions have a pain point."""
_FOUND = pl.DataFrame(schema={"row": pl.UInt32, "point": pl.UInt32})


def named(pieces: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Judged pieces, which have `kinds` and the plain text, with the name of their pain point, or null."""
    kinds = pl.col("kinds").list
    marked = pieces.with_columns(
        asks=kinds.contains("request"), _due=pl.any_horizontal(kinds.contains(kind) for kind in KINDS)
    )
    texts = marked.filter("_due").select(PLAIN, "asks").unique(maintain_order=True).with_row_index("row")
    if texts.is_empty() or not rules.pains.points:
        return pieces.with_columns(pl.lit(None, dtype=pl.String).alias(COLUMN))
    names = texts.join(_names(texts, rules.pains), on="row").select(PLAIN, "asks", COLUMN).with_columns(_due=True)
    marked = marked.drop(COLUMN, strict=False)
    told = marked.join(names, on=[PLAIN, "asks", "_due"], how="left", maintain_order="left")
    return told.drop("asks", "_due")


def _names(texts: pl.DataFrame, pains: Pains) -> pl.DataFrame:
    """The names of texts with `row`, the plain text and `asks`, which tells wishes: `row` and `COLUMN`; no nulls."""
    said = worded(texts, pains.wording).join(texts.select("row", "asks"), on="row", maintain_order="left")
    spoken = words(said)
    points = pl.DataFrame(
        [(number, point.name, point.fallback) for number, point in enumerate(pains.points)],
        schema={"point": pl.UInt32, COLUMN: pl.String, "fallback": pl.Boolean},
        orient="row",
    )
    found = _found(said, spoken, pains).join(points, on="point").sort("row", "fallback", "point")
    known = found.unique("row", keep="first", maintain_order=True)
    exact = known.filter(~pl.col("fallback")).select("row", COLUMN)
    rest = said.join(exact, on="row", how="anti")
    built = grammar.named(rest, spoken.join(rest.select("row"), on="row", how="semi"), pains.wording)
    least = known.select("row", COLUMN).join(pl.concat([exact, built]), on="row", how="anti")
    return pl.concat([exact, built, least])


def _found(said: pl.DataFrame, spoken: pl.DataFrame, pains: Pains) -> pl.DataFrame:
    """Which known pain points each mention holds: `row` and `point`, its number."""
    near = Near(spoken, said.height, pains.words())
    tried = [_tried(said, near, number, point) for number, point in enumerate(pains.points)]
    return pl.concat([_FOUND, *pl.collect_all([hits for each in tried for hits in each])])


def _tried(said: pl.DataFrame, near: Near, number: int, point: PainPoint) -> list[pl.LazyFrame]:
    """The mentions that hold a pain point, by what they say and by what they wish."""
    tried: list[tuple[Said | None, pl.Expr]] = [(point.cues, pl.lit(True)), (point.wishes, pl.col("asks"))]
    hits = []
    for cues, who in tried:
        rows = near.rows(cues) if cues else None
        if cues is None or rows is None or not len(rows):
            continue
        held = said[rows].lazy().filter(who, pl.col(SAID).str.contains(cues.pattern))
        if point.blanks:
            held = held.filter(pl.col(SAID).str.replace_all(point.blanks, " , ").str.contains(cues.pattern))
        hits.append(held.select("row", pl.lit(number, dtype=pl.UInt32).alias("point")))
    return hits
