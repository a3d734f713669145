"""Churn, referral and repurchase: how many of each product's reviewers say they leave, recommend, warn or come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from reports.weighing.evidence import Evidence
from reports.weighing.statistics import DIFFERENCES, Proportion, discoveries, more_often

MEASURES = ("leaves", "recommends", "warns", "returns")
REFERRAL = "referral"
"""Of the reviews that recommend or warn, those that recommend and do not warn: long reviews, which say more of
everything, do not move it."""
EXPECTED = 5
"""A rival is compared where by chance alone at least so many would say so, and as many not, on either side."""
ENOUGH = 30
"""Fewer read reviews say nothing about how loyal a product's customers are."""


@dataclass(frozen=True)
class Rate:
    """How many of a product's reviews say one thing."""

    reviews: Proportion
    differs: str | None = None
    """`more` or `less` than at the other rivals together, beyond chance (two-sided, `statistics.DIFFERENCES` over all
    rivals and measures); None where it cannot be told apart."""


@dataclass(frozen=True)
class Loyalty:
    """What one product's reviewers say about staying."""

    competitor: str
    rates: dict[str, Rate]
    """One for each of `MEASURES`, of its read reviews, and `REFERRAL`."""


def loyalty(evidence: Evidence, gone: pl.DataFrame, competitors: Sequence[str], rivals: Sequence[str]) -> list[Loyalty]:
    """One a competitor, in their order. `gone`: the switches, see `reports.weighing.switching.switches`.

    A review leaves if it says so or names what it left for; each review counts once for each measure.
    """
    read = evidence.reviews.select("competitor", "counted", "is_read").filter("counted", "is_read")
    totals = dict(read.group_by("competitor").len().iter_rows())
    left = gone.filter(pl.col("origin") == pl.col("competitor")).select("key").unique()
    said = pl.col("loyalty")
    counts = (
        evidence.mentions.select("competitor", "key", "churn", "loyalty")
        .with_columns(leaves=pl.col("churn") | pl.col("key").is_in(left["key"].implode()))
        .group_by("competitor", "key")
        .agg(
            pl.col("leaves").any(),
            *((said == measure).any().alias(measure) for measure in MEASURES[1:]),
        )
        .with_columns(heard=pl.col("recommends") | pl.col("warns"), clear=pl.col("recommends") & ~pl.col("warns"))
        .group_by("competitor")
        .agg(pl.col(*MEASURES, "heard", "clear").sum())
    )
    rows = {row["competitor"]: row for row in counts.iter_rows(named=True)}
    found = []
    for slug in competitors:
        row, n = rows.get(slug, {}), totals.get(slug, 0)
        rates = {measure: Rate(Proportion(row.get(measure, 0), n)) for measure in MEASURES}
        rates[REFERRAL] = Rate(Proportion(row.get("clear", 0), row.get("heard", 0)))
        found.append(Loyalty(slug, rates))
    return _compared(found, rivals)


def _compared(found: list[Loyalty], rivals: Sequence[str]) -> list[Loyalty]:
    tested, p_values, sides = [], [], []
    for place, one in enumerate(found):
        others = [other for other in found if other.competitor in rivals and other is not one]
        if one.competitor not in rivals or not others:
            continue
        for measure in one.rates:
            here = one.rates[measure].reviews
            k = sum(other.rates[measure].reviews.k for other in others)
            n = sum(other.rates[measure].reviews.n for other in others)
            rare = min(here.k + k, here.n + n - here.k - k)
            if not here.n or rare / (here.n + n) * min(here.n, n) < EXPECTED:
                continue
            more, less = more_often(here.k, here.n, k, n), more_often(k, n, here.k, here.n)
            tested.append((place, measure))
            p_values.append(min(1.0, 2 * min(more, less)))
            sides.append("more" if more < less else "less")
    told = {
        key: side for key, side, stands in zip(tested, sides, discoveries(p_values, DIFFERENCES), strict=True) if stands
    }
    return [
        replace(one, rates={m: replace(rate, differs=told.get((place, m))) for m, rate in one.rates.items()})
        for place, one in enumerate(found)
    ]
