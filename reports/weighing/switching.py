"""Who goes where: from which product to which, how many say so, and what they name as the reason.

A reviewer of X who writes that they switched to Y went from X to Y; one who writes at X that they came from Z went from
Z to X. What is said of two other products counts as it is said. A product that is not named ("moved to another app")
stays unnamed: it is never guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from data.market import Competitor
from reports.reading.comparing import OTHERS
from reports.reading.signals import GENERAL
from reports.weighing import quotes
from reports.weighing.cells import FAILS_FROM
from reports.weighing.evidence import Evidence
from reports.weighing.quotes import Quote
from reports.weighing.statistics import Proportion, discoveries, more_often

LEAST = 3
"""A path that fewer reviews name is recorded, but not printed."""
MOST_REASONS = 3
MOST_QUOTES = 2


@dataclass(frozen=True)
class Product:
    """One end of a path."""

    name: str | None
    """None where the reviewers do not say which."""
    competitor: str | None
    """Its slug, for a product of the market."""


@dataclass(frozen=True)
class Flow:
    """Customers who went from one product to another."""

    origin: Product
    target: Product
    reviews: int
    """Each counts once, however often it says so."""
    left: Proportion | None
    """Of the origin's read reviews those that say they went there; None for a product that has none here."""
    came: Proportion | None
    """Of the target's read reviews those that say they came from there."""
    themes: tuple[tuple[str, int], ...]
    """(theme slug, reviews): what the sentence of the switch is about, what those who left complain of, and what those
    who came praise; most reviews first."""
    motives: tuple[tuple[str, int], ...]
    quotes: tuple[Quote, ...]
    ahead: bool = False
    """Whether a larger share of the origin's reviewers go to the target than of the target's to the origin, beyond
    chance (false discovery rate 5 %)."""


@dataclass(frozen=True)
class Switching:
    """All paths of a market, most reviews first."""

    reviews: Proportion
    """Of all read reviews those that name a switch."""
    flows: tuple[Flow, ...]


def switches(evidence: Evidence, competitors: Sequence[Competitor]) -> pl.DataFrame:
    """The mentions that name a switch, with its ends `origin` and `target`.

    Each is a competitor's slug, another product's name, or null. Another product is told by the way it is written most
    often, with a capital if anybody writes one: "one note", "One Note" and "OneNote" are one.
    """
    slugs = {_folded(name): c.slug for c in competitors for name in (c.slug, c.name, *c.aliases)}
    said = evidence.mentions.filter(pl.col("switched_from").is_not_null() | pl.col("switched_to").is_not_null())
    written: dict[str, Counter[str]] = {}
    for name in [*said["switched_from"].drop_nulls(), *said["switched_to"].drop_nulls()]:
        written.setdefault(_folded(name), Counter())[name] += 1
    shown = {folded: _shown(names) for folded, names in written.items()} | slugs
    ends = [
        _ends(page, *(None if name in (None, OTHERS) else shown[_folded(name)] for name in pair))
        for page, *pair in said.select("competitor", "switched_from", "switched_to").rows()
    ]
    return said.with_columns(
        pl.Series("origin", [origin for origin, _ in ends], dtype=pl.String),
        pl.Series("target", [target for _, target in ends], dtype=pl.String),
    ).filter(pl.col("origin").ne_missing(pl.col("target")))


def _folded(name: str) -> str:
    """A name without case, blanks and points; as it stands where nothing else is in it."""
    return re.sub(r"[\W_]+", "", name.casefold()) or name


def _shown(written: Counter[str]) -> str:
    return min(written, key=lambda name: (name == name.lower(), -written[name], name))


def _ends(page: str, origin: str | None, target: str | None) -> tuple[str | None, str | None]:
    """Both ends of a switch told at a product's page: where one is missing, it is that product, if it can be."""
    if origin is None and target != page:
        return page, target
    if target is None and origin != page:
        return origin, page
    return origin, target


def switching(evidence: Evidence, competitors: Sequence[Competitor], gone: pl.DataFrame, voices: set[str]) -> Switching:
    """The paths of `gone` (see `switches`); `voices` holds the keys and texts that are quoted already."""
    read = evidence.reviews.select("competitor", "counted", "is_read").filter("counted", "is_read")
    totals = dict(read.group_by("competitor").len().iter_rows())
    names = {c.slug: c.name for c in competitors}
    grounds = _grounds(evidence, gone)
    counted = gone.group_by("origin", "target").agg(pl.col("key").n_unique().alias("n"))
    pairs = [(origin, target) for origin, target, _ in counted.iter_rows()]
    sizes = {(origin, target): n for origin, target, n in counted.iter_rows()}
    order = sorted(pairs, key=lambda pair: (-sizes[pair], None in pair, pair[0] or "", pair[1] or ""))
    # paths are many and most of few reviews, so that each is looked up rather than looked for
    ends = ["origin", "target"]
    of, why_of = (frame.partition_by(ends, as_dict=True) for frame in (gone, grounds))
    fit = quotes.plainly(gone).partition_by(ends, as_dict=True)
    found = []
    for origin, target in order:
        mine, why = of[origin, target], why_of.get((origin, target), grounds.clear())
        found.append(
            Flow(
                origin=Product(names.get(origin or "", origin), origin if origin in names else None),
                target=Product(names.get(target or "", target), target if target in names else None),
                reviews=sizes[origin, target],
                left=_at(mine, origin, totals) if origin in names else None,
                came=_at(mine, target, totals) if target in names else None,
                themes=_most(why.explode("themes").filter(pl.col("themes") != GENERAL), "themes"),
                motives=_most(why, "motive"),
                quotes=tuple(_quotes(fit[origin, target], voices)) if (origin, target) in fit else (),
            )
        )
    return Switching(Proportion(gone["key"].n_unique(), read.height), tuple(_compared(found)))


def _at(mine: pl.DataFrame, page: str | None, totals: dict[str, int]) -> Proportion:
    return Proportion(mine.filter(pl.col("competitor") == page)["key"].n_unique(), totals.get(page or "", 0))


def _grounds(evidence: Evidence, gone: pl.DataFrame) -> pl.DataFrame:
    """The mentions that may say why: origin, target, key, themes, motive."""
    kinds = pl.col("kinds")
    complains = pl.any_horizontal(kinds.list.contains(kind) for kind in ("complaint", "bug", "request"))
    paths = gone.select("key", "competitor", "origin", "target").unique()
    switched = gone.select("key", "mention", "origin", "target", _itself=pl.lit(True))
    said = evidence.mentions.select("key", "competitor", "mention", "kinds", "themes", "motive").join(
        paths, on=["key", "competitor"], how="inner"
    )
    said = said.join(switched, on=["key", "mention", "origin", "target"], how="left", nulls_equal=True)
    left = (pl.col("competitor") == pl.col("origin")).fill_null(False) & complains
    came = (pl.col("competitor") == pl.col("target")).fill_null(False) & kinds.list.contains("praise")
    return said.filter(pl.col("_itself").fill_null(False) | left | came)


def _most(said: pl.DataFrame, column: str) -> tuple[tuple[str, int], ...]:
    counted = Counter(said.select("key", column).drop_nulls().unique()[column].to_list())
    return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_REASONS])


def _quotes(mine: pl.DataFrame, voices: set[str]) -> list[Quote]:
    return quotes.plain(mine, sorted(mine["competitor"].unique()), voices, MOST_QUOTES)


def _compared(flows: list[Flow]) -> list[Flow]:
    """Marks the paths between two products of the market on which more go one way than the other."""
    shares = {(f.origin.competitor, f.target.competitor): f.left for f in flows if f.left}
    tested, p_values = [], []
    for place, flow in enumerate(flows):
        here = flow.left
        if here is None or flow.came is None:
            continue
        back = shares.get((flow.target.competitor, flow.origin.competitor)) or Proportion(0, flow.came.n)
        if here.k + back.k >= FAILS_FROM:
            tested.append(place)
            p_values.append(more_often(here.k, here.n, back.k, back.n))
    standing = {place for place, stands in zip(tested, discoveries(p_values), strict=True) if stands}
    return [replace(flow, ahead=place in standing) for place, flow in enumerate(flows)]
