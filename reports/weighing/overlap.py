"""How far gaps are the same reviews counted twice."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from reports.weighing.statistics import Proportion


def shared(statements: pl.DataFrame, themes: Sequence[str], rivals: Sequence[str]) -> dict[str, Proportion]:
    """For each theme: of the rivals' reviews that complain about it, those that complain about another one as well.

    `statements`: those of the evidence. The key "" has the same of all reviews that complain about any of the themes.
    """
    said = (
        statements.filter(pl.col("complains") & pl.col("theme").is_in(themes) & pl.col("competitor").is_in(rivals))
        .select("key", "theme")
        .unique()
        .with_columns(several=pl.len().over("key") > 1)
    )
    found = {
        theme: Proportion(several, n)
        for theme, several, n in said.group_by("theme").agg(pl.col("several").sum(), pl.len()).iter_rows()
    }
    each = said.unique("key")
    several = each.filter("several").height
    return {**{theme: found.get(theme, Proportion(0, 0)) for theme in themes}, "": Proportion(several, each.height)}
