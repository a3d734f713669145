"""How much each competitor's customers say about each theme, and where it is more than chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from reports.weighing.evidence import Evidence
from reports.weighing.statistics import (
    DIFFERENCES,
    FALSE,
    Proportion,
    at_least,
    difference_within,
    discoveries,
    more_often,
    stratified,
)

FAILS_FROM = 5
"""Fewer complaints than this are too few to say that a rival fails."""
NOTICEABLE = 0.01
"""A rival fails only at what more than this share of its reviews complains about, beyond chance."""
MOSTLY = 0.5
"""A rival fails only where more than this share of those who speak of a theme complain, beyond chance."""
UNRATED = 0
"""The stratum of reviews without stars."""

Key = tuple[str, str]
"""Competitor and theme."""
Strata = dict[str, list[Proportion]]
"""Competitor -> complaints and read reviews, one proportion a number of stars."""


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
    satisfaction: float | None
    """10 (praise + 1) / (praise + complaints + 2), 0..10; None where nobody speaks of it."""
    drag: float | None
    """Mean stars without the complaining reviews minus mean stars: what the theme costs."""
    stars_without: float | None
    fails: bool = False
    """Whether most who speak of it complain, beyond chance, and often enough to matter (false discovery rate 5 %)."""
    worse: bool = False
    """Whether complaints are more frequent here than at the other rivals (`statistics.DIFFERENCES`)."""
    alike: float | None = None
    """Where it is worse: share of complaints minus that of the other rivals among reviews of the same stars."""
    worse_alike: bool = False
    """Whether it is worse among reviews of the same stars too, so not only as it is worse all round."""


def cells(evidence: Evidence, themes: list[str], competitors: list[str], rivals: list[str]) -> dict[Key, Cell]:
    """Every cell by (competitor, theme)."""
    counted = evidence.reviews.filter("counted").select("competitor", "is_read", "stars")
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
            complaints, praises, speaks = r.get("complains", 0), r.get("praises", 0), r.get("speaks", 0)
            drag, without = _drag(*rated.get(competitor, (0.0, 0)), r.get("stars", 0.0), r.get("rated", 0))
            found[competitor, theme] = Cell(
                competitor=competitor,
                theme=theme,
                speaks=Proportion(speaks, n),
                complains=Proportion(complaints, n),
                praises=Proportion(praises, n),
                wishes=r.get("wishes", 0),
                torn=r.get("torn", 0),
                satisfaction=10 * (praises + 1) / (praises + complaints + 2) if speaks else None,
                drag=drag,
                stars_without=without,
            )
    return _compared(_failing(found), _strata(evidence, themes), rivals)


def _drag(total: float, n: int, complaining: float, k: int) -> tuple[float | None, float | None]:
    if k == 0 or n - k <= 0:
        return None, None
    without = (total - complaining) / (n - k)
    return without - total / n, without


def _failing(found: dict[Key, Cell]) -> dict[Key, Cell]:
    """Marks where a rival fails: both parts of the claim must hold, so the weaker of the two p-values counts."""

    def p_value(cell: Cell) -> float:
        often = at_least(cell.complains.k, cell.complains.n, NOTICEABLE)
        return max(often, at_least(cell.complains.k, cell.speaks.k, MOSTLY))

    tested = [key for key, cell in found.items() if cell.speaks.k >= FAILS_FROM]
    standing = [
        key for key in _standing(tested, lambda key: p_value(found[key])) if found[key].complains.k >= FAILS_FROM
    ]
    return found | {key: replace(found[key], fails=True) for key in standing}


def _compared(found: dict[Key, Cell], strata: dict[str, Strata], rivals: list[str]) -> dict[Key, Cell]:
    """Marks the cells in which a rival is complained about more often than the other rivals, in all and among equals.

    Rivals with unhappier customers have more complaints about nearly everything. So reviews of the same stars are
    compared too, in a family of tests of their own.
    """
    shares = {theme: {rival: found[rival, theme].complains for rival in rivals} for _, theme in found}
    alike = {(who, theme): _alike(strata.get(theme, {}), who, rivals) for who, theme in found if who in rivals}
    worse = worse_than_others(shares)
    tested = _testable(shares)
    still = set(_standing(tested, lambda key: stratified(alike[key])[0], DIFFERENCES))
    return found | {
        key: replace(found[key], worse=True, alike=difference_within(alike[key]), worse_alike=key in still)
        for key in worse
    }


def worse_than_others(said: Mapping[str, Mapping[str, Proportion]]) -> list[Key]:
    """Which rivals' customers say something more often than those of the others; `said`: what -> rival -> share.

    More often than all others together, by Fisher's exact test, and than their mean, so that one rival with many
    reviews does not stand for all. Returns (rival, what). What is tested hangs on the market's total alone: tests
    picked for how the total is spread over the rivals would be those that chance made look different.
    """

    def others(key: Key) -> list[Proportion]:
        return [share for rival, share in said[key[1]].items() if rival != key[0]]

    def p_value(key: Key) -> float:
        here, rest = said[key[1]][key[0]], others(key)
        return more_often(here.k, here.n, sum(o.k for o in rest), sum(o.n for o in rest))

    def tells(key: Key) -> bool:
        here, shares = said[key[1]][key[0]], [o.share for o in others(key) if o.share is not None]
        return here.k >= FAILS_FROM and bool(shares) and (here.share or 0.0) > sum(shares) / len(shares)

    return [key for key in _standing(_testable(said), p_value, DIFFERENCES) if tells(key)]


def _testable(said: Mapping[str, Mapping[str, Proportion]]) -> list[Key]:
    """(rival, what), where enough customers of all rivals together say it and there is another rival."""
    return [
        (rival, what)
        for what, of in said.items()
        for rival in of
        if len(of) > 1 and sum(share.k for share in of.values()) >= FAILS_FROM
    ]


def _standing(tested: list[Key], p_value: Callable[[Key], float], rate: float = FALSE) -> list[Key]:
    stands = discoveries([p_value(key) for key in tested], rate)
    return [key for key, true in zip(tested, stands, strict=True) if true]


def _strata(evidence: Evidence, themes: list[str]) -> dict[str, Strata]:
    """Theme -> competitor -> complaints and read reviews by whole stars, those without stars first."""
    by_stars = pl.col("stars").round().cast(pl.Int64).fill_null(UNRATED).alias("by")
    read = evidence.reviews.select("competitor", "stars", "counted", "is_read").filter("counted", "is_read")
    sizes = {(who, by): n for who, by, n in read.group_by("competitor", by_stars).len().iter_rows()}
    complaints = evidence.statements.select("theme", "competitor", "stars", "complains").filter("complains")
    said = complaints.group_by("theme", "competitor", by_stars).len()
    counts = {(theme, who, by): k for theme, who, by, k in said.iter_rows()}
    steps = sorted({by for _, by in sizes})
    return {
        theme: {
            who: [Proportion(counts.get((theme, who, by), 0), sizes.get((who, by), 0)) for by in steps]
            for who in sorted({who for who, _ in sizes})
        }
        for theme in themes
    }


def _alike(strata: Strata, competitor: str, rivals: list[str]) -> list[tuple[int, int, int, int]]:
    """A rival against the other rivals together, one table a number of stars."""
    rest = [strata[rival] for rival in rivals if rival != competitor and rival in strata]
    return [
        (here.k, here.n, sum(other[i].k for other in rest), sum(other[i].n for other in rest))
        for i, here in enumerate(strata.get(competitor, []))
    ]
