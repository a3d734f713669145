"""How much each competitor's customers say about each theme."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from reports.weighing.evidence import Evidence
from reports.weighing.statistics import Proportion, discoveries, more_often

FAILS_FROM = 5
"""Fewer complaints than this are too few to say that a rival fails."""
NOTICEABLE = 0.01
"""A rival fails only at what more than this share of its reviews complains about (lower bound)."""


@dataclass(frozen=True)
class Cell:
    """One competitor and one theme."""

    competitor: str
    theme: str
    speaks: Proportion
    """Read reviews that say anything about the theme."""
    complains: Proportion
    """Read reviews with a complaint or a wish about it."""
    praises: Proportion
    wishes: int
    torn: int
    """Reviews that both complain and praise."""
    drag: float | None
    """Mean stars without the complaining reviews minus mean stars: what the theme costs."""
    stars_without: float | None
    fails: bool
    """Whether most who speak of it complain, beyond chance, and often enough to matter."""
    worse: bool = False
    """Whether complaints are more frequent here than at the other rivals (false discovery rate 5 %)."""


def cells(
    evidence: Evidence, themes: list[str], competitors: list[str], rivals: list[str]
) -> dict[tuple[str, str], Cell]:
    """Every cell by (competitor, theme)."""
    counted = evidence.reviews.filter("counted")
    totals = dict(counted.filter("is_read").group_by("competitor").len().iter_rows())
    rated = {
        competitor: (total, n)
        for competitor, total, n in counted.drop_nulls("stars")
        .group_by("competitor")
        .agg(pl.col("stars").sum().alias("total"), pl.len().alias("n"))
        .iter_rows()
    }
    sums = evidence.statements.group_by("competitor", "theme").agg(
        pl.len().alias("speaks"),
        pl.col("complains").sum(),
        pl.col("praises").sum(),
        pl.col("wishes").sum(),
        (pl.col("complains") & pl.col("praises")).sum().alias("torn"),
        pl.col("stars").filter("complains").sum().alias("stars"),
        pl.col("stars").filter("complains").count().alias("rated"),
    )
    rows = {(r["competitor"], r["theme"]): r for r in sums.iter_rows(named=True)}
    found = {}
    for competitor in competitors:
        n = totals.get(competitor, 0)
        for theme in themes:
            r = rows.get((competitor, theme), {})
            complains = Proportion(r.get("complains", 0), n)
            speaks = Proportion(r.get("speaks", 0), n)
            of_speakers = Proportion(complains.k, speaks.k)
            fails = complains.k >= FAILS_FROM and (complains.low or 0) >= NOTICEABLE and (of_speakers.low or 0) > 0.5
            drag, without = _drag(*rated.get(competitor, (0.0, 0)), r.get("stars", 0.0), r.get("rated", 0))
            found[competitor, theme] = Cell(
                competitor=competitor,
                theme=theme,
                speaks=speaks,
                complains=complains,
                praises=Proportion(r.get("praises", 0), n),
                wishes=r.get("wishes", 0),
                torn=r.get("torn", 0),
                drag=drag,
                stars_without=without,
                fails=fails,
            )
    return _compared(found, themes, rivals)


def _drag(total: float, n: int, complaining: float, k: int) -> tuple[float | None, float | None]:
    if k == 0 or n - k <= 0:
        return None, None
    without = (total - complaining) / (n - k)
    return without - total / n, without


def _compared(found: dict[tuple[str, str], Cell], themes: list[str], rivals: list[str]) -> dict[tuple[str, str], Cell]:
    """Marks the cells in which a rival is complained about more often than the other rivals together."""
    if len(rivals) < 2:
        return found
    tested, p_values = [], []
    for theme in themes:
        for rival in rivals:
            here = found[rival, theme].complains
            others = [found[r, theme].complains for r in rivals if r != rival]
            if here.k >= FAILS_FROM:
                tested.append((rival, theme))
                p_values.append(more_often(here.k, here.n, sum(o.k for o in others), sum(o.n for o in others)))
    for key, stands in zip(tested, discoveries(p_values), strict=True):
        if stands:
            cell = found[key]
            found[key] = Cell(**{**cell.__dict__, "worse": True})
    return found
