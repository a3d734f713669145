"""Who stands behind the complaints of a cell: how intense they are, how many agree, and how many look arranged."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from reports.weighing.evidence import Evidence
from reports.weighing.statistics import Proportion


@dataclass(frozen=True)
class Voices:
    """The complaining reviews of one competitor about one theme."""

    intense: Proportion
    """Those that are urgent, or whose author left or is about to."""
    helpful: int
    """Votes of other customers who called them helpful."""
    unsuspected: Proportion
    """Complaining reviews among the read ones, without any that is suspicious."""


def voices(evidence: Evidence) -> dict[tuple[str, str], Voices]:
    """By (competitor, theme), where anybody complains."""
    read = evidence.reviews.select("competitor", "key", "helpful", "suspicious", "counted", "is_read")
    read = read.filter("counted", "is_read")
    clean = dict(read.filter(pl.col("suspicious").is_null()).group_by("competitor").len().iter_rows())
    facts = read.select("key", "helpful", "suspicious")
    intense = (pl.col("urgency").fill_null(0) > 0) | pl.col("churn").fill_null(value=False)
    said = (
        evidence.statements.filter("complains")
        .join(facts, on="key", how="inner")
        .group_by("competitor", "theme")
        .agg(
            pl.len().alias("complains"),
            intense.sum().alias("intense"),
            pl.col("helpful").fill_null(0).clip(0).sum(),
            pl.col("suspicious").is_null().sum().alias("clean"),
        )
        .sort("competitor", "theme")
    )
    return {
        (who, theme): Voices(Proportion(hot, complains), votes, Proportion(alone, clean.get(who, 0)))
        for who, theme, complains, hot, votes, alone in said.iter_rows()
    }
