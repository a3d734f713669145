"""What a mention says beside its topic: why, how badly, who, where in the journey. Null where there is no evidence."""

from __future__ import annotations

import polars as pl

from reports.reading import cues
from reports.reading.gates import Gate
from reports.rules import Rules

GENERAL = "general"
"""The theme of a mention that fits no other."""


def themed(pieces: pl.DataFrame, rules: Rules, gate: Gate | None = None) -> pl.DataFrame:
    """Adds `themes`, the first in the text first."""
    return cues.lists(pieces, {theme.slug: theme.cues for theme in rules.themes}, "themes", gate)


def signalled(pieces: pl.DataFrame, rules: Rules, gate: Gate | None = None) -> pl.DataFrame:
    """Adds the signals to themed pieces, and the theme `general` to those without one."""
    pieces = cues.first(pieces, rules.motives, "motive", gate)
    pieces = cues.first(pieces, rules.need_levels, "need_level", gate)
    pieces = cues.first(pieces, rules.loyalty, "loyalty", gate)
    pieces = cues.lists(pieces, {segment.slug: segment.cues for segment in rules.segments}, "segments", gate)
    first = pl.col("themes").list.first()
    tiers = {theme.slug: theme.tier for theme in rules.themes}
    stages = {theme.slug: theme.stage for theme in rules.themes}
    general = pl.lit([GENERAL], dtype=pl.List(pl.String))
    return pieces.with_columns(
        pl.lit(None, dtype=pl.String).alias("pain_point"),
        first.replace_strict(tiers, default=None, return_dtype=pl.String).alias("tier"),
        first.replace_strict(stages, default=None, return_dtype=pl.String).alias("stage"),
        (1 - 0.5 ** cues.counted(pieces, rules.urgency, gate).cast(pl.Float64)).alias("urgency"),
        cues.flag(pieces, rules.churn, gate).alias("churn"),
        pl.when(pl.col("themes").list.len() == 0).then(general).otherwise("themes").alias("themes"),
    )
