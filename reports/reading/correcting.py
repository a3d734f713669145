"""Replays what people corrected: phrases to ignore, what a review is about, pain points that are one."""

from __future__ import annotations

import polars as pl

from reports.rules.corrections import Corrections


def without(text: pl.Expr, ignore: tuple[str, ...]) -> pl.Expr:
    """A text with the phrases to ignore blanked out, in whatever case they stand."""
    if not ignore:
        return text
    return text.str.replace_many(list(ignore), [" "] * len(ignore), ascii_case_insensitive=True)


def corrected(pieces: pl.DataFrame, corrections: Corrections, key: str) -> pl.DataFrame:
    """Read pieces, with a column of the key of their review, as people corrected them; later corrections win."""
    for each in corrections.reviews:
        meant = pl.col(key) == each.key
        if each.text is not None:
            meant &= pl.col("text").str.to_lowercase().str.contains(each.text, literal=True)
        values = {"themes": each.themes, "kinds": each.kinds, "pain_point": each.pain_point}
        pieces = pieces.with_columns(
            pl.when(meant).then(pl.lit(list(v) if isinstance(v, tuple) else v)).otherwise(name).alias(name)
            for name, v in values.items()
            if v is not None
        )
    return pieces.with_columns(pl.col("pain_point").replace(dict(corrections.same)))
