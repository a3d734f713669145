"""What changed since an earlier report, and why: customers, the collection, the rules, or edits.

A count of complaining reviews changes review by review: some count now that did not, some no longer do. Each of these
has one cause, found by asking in a fixed order, so that the parts add up exactly:

    k_now - k_then = sum over causes of (gained - lost)

| cause    | part       | a review that counts now and did not, or the other way round                              |
|----------|------------|-------------------------------------------------------------------------------------------|
| written  | opinion    | was written on the day of the earlier report or later                                     |
| aged     | opinion    | has left the window                                                                       |
| found    | collection | was not held then, and is older than the earlier report, or nobody can say how old        |
| came     | collection | stands on a listing that was not read then                                                |
| went     | collection | stood on a listing that is no longer in the market                                        |
| lost     | collection | is no longer held                                                                         |
| reread   | collection | its kept page reads otherwise since a parser was mended                                   |
| copies   | collection | is, or is no longer, the copy of another                                                  |
| window   | collection | the window was set otherwise                                                              |
| scope    | collection | its product was, or is no longer, a rival                                                 |
| edited   | edits      | its author changed it                                                                     |
| rules    | rules      | the same text is read otherwise                                                           |

A review that its source no longer shows still counts, since a customer said it; `gone` tells how many.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from data.market import Export, Saved
from data.merging import GONE
from reports.weighing.drift import Drift, drifts
from reports.weighing.evidence import Evidence, Snapshot
from reports.weighing.state import STATE, State

PARTS = {
    "opinion": ("written", "aged"),
    "collection": ("found", "came", "went", "lost", "reread", "copies", "window", "scope"),
    "rules": ("rules",),
    "edits": ("edited",),
}
ALL = "all"
LISTS = ["themes", "pains"]
ASKED = (
    "key", "was_held", "was_counted", "is_counted", "was_edited", "digest", "digest_now", "gone", "gone_now",
    "themes", "themes_now", "pains", "pains_now", "gained_by", "lost_by",
)  # fmt: skip
"""What is asked of a review in both states."""
BETWEEN = "\t"
"""What no slug and no name of a pain point holds."""


@dataclass(frozen=True)
class Moved:
    """How one count moved. `causes` holds (cause, gained, lost), in the order of `PARTS`, without those of nothing."""

    kind: str
    """`theme`, `pain`, or `all` for the reviews counted."""
    item: str
    then: int
    now: int
    causes: tuple[tuple[str, int, int], ...]
    rivals: tuple[tuple[str, int, int], ...]
    """(competitor, then, now) where these differ."""

    def part(self, name: str) -> int:
        """What a part of `PARTS` adds to `now - then`."""
        return sum(gained - lost for cause, gained, lost in self.causes if cause in PARTS[name])


@dataclass(frozen=True)
class Changes:
    """Everything that moved since an earlier report."""

    since: date
    rules_then: str
    reviews: Moved
    read: tuple[int, int]
    """Of those counted at the rivals, the ones that could be read, then and now: what shares are of."""
    themes: tuple[Moved, ...]
    """Those with a review gained or lost, the one with the largest part first."""
    pains: tuple[Moved, ...]
    drifts: tuple[Drift, ...]
    """Empty where too little was written, or a trend may not be told."""
    new_gaps: tuple[str, ...]
    gone_gaps: tuple[str, ...]
    new_pains: tuple[str, ...]
    """Recurring pain points that did not recur."""
    gone_pains: tuple[str, ...]
    edited: int
    """Reviews that counted then and count now, and that their authors changed in between."""
    gone: int
    """Counted reviews that their source has ceased to show since; they count all the same."""

    @property
    def still(self) -> bool:
        """Whether nothing moved at all."""
        moved = (self.reviews.causes, self.themes, self.pains, self.new_gaps, self.gone_gaps, self.edited, self.gone)
        return not any(moved)


def changes(then: State, now: State, snapshot: Snapshot, evidence: Evidence, trends: bool) -> Changes:
    """What moved from an earlier state to today's; `trends` says whether the collection lets one be told."""
    facts = _facts(then, now, snapshot, evidence)
    before, after = _counting(then), _counting(now)
    moved = _moved(before, after, facts, then, now)
    by_item = {(m.kind, m.item): m for m in moved}
    return Changes(
        since=then.day,
        rules_then=then.rules,
        reviews=by_item.get((ALL, ""), Moved(ALL, "", 0, 0, (), ())),
        read=(_read(then), _read(now)),
        themes=tuple(m for m in moved if m.kind == "theme" and m.causes),
        pains=tuple(m for m in moved if m.kind == "pain" and m.causes),
        drifts=drifts(facts, evidence, now.rivals) if trends else (),
        new_gaps=tuple(g for g in now.gaps if g not in then.gaps),
        gone_gaps=tuple(g for g in then.gaps if g not in now.gaps),
        new_pains=tuple(p for p in now.recurring if p not in then.recurring),
        gone_pains=tuple(p for p in then.recurring if p not in now.recurring),
        edited=facts.filter(
            pl.col("was_counted")
            & pl.col("is_counted")
            & pl.col("was_edited")
            & (pl.col("digest") != pl.col("digest_now"))
        ).height,
        gone=facts.filter(pl.col("is_counted") & pl.col("gone_now") & ~pl.col("gone").fill_null(value=False)).height,
    )


def _counting(of: State) -> pl.DataFrame:
    """What counts in a state at its rivals: kind, item, key, competitor; with a row of kind `all` for each review."""
    counted = of.reviews.filter((pl.col("status") == "counted") & pl.col("competitor").is_in(list(of.rivals)))
    parts = [counted.select(pl.lit(ALL).alias("kind"), pl.lit("").alias("item"), "key", "competitor")]
    for kind, column in (("theme", "themes"), ("pain", "pains")):
        rows = counted.explode(column).drop_nulls(column)
        parts.append(rows.select(pl.lit(kind).alias("kind"), pl.col(column).alias("item"), "key", "competitor"))
    return pl.concat(parts)


def _read(of: State) -> int:
    counted = (pl.col("status") == "counted") & pl.col("competitor").is_in(list(of.rivals))
    return of.reviews.filter(counted & pl.col("is_read")).height


def _facts(then: State, now: State, snapshot: Snapshot, evidence: Evidence) -> pl.DataFrame:
    """One row a review held then or now: `gained_by` and `lost_by`, its cause if it is gained or lost, and facts."""
    counts_then = (pl.col("status") == "counted") & pl.col("competitor").is_in(list(then.rivals))
    counts_now = (pl.col("status") == "counted") & pl.col("competitor").is_in(list(now.rivals))
    # lists are moved slowly, and here only compared
    joined = pl.col(LISTS).list.join(BETWEEN)
    old = then.reviews.select(*STATE).with_columns(joined, was_held=True, was_counted=counts_then)
    new = now.reviews.with_columns(joined, is_held=True, is_counted=counts_now).select(
        "key", "is_held", "is_counted", *(pl.col(c).alias(f"{c}_now") for c in STATE if c != "key")
    )
    written = evidence.reviews.select("key", "written")
    edits = snapshot.changes.filter((pl.col("digest") != GONE) & (pl.col("old_digest") != GONE))
    edits = edits.select("key", digest="old_digest", was_edited=True).unique()
    facts = (
        old.lazy()
        .join(new.lazy(), on="key", how="full", coalesce=True)
        .join(written.lazy(), on="key", how="left")
        .join(edits.lazy(), on=["key", "digest"], how="left")
        .with_columns(
            pl.col("was_held", "was_counted", "is_held", "is_counted", "was_edited", "gone_now").fill_null(value=False)
        )
    )
    edited = pl.when("was_edited").then(pl.lit("edited")).otherwise(pl.lit("reread"))
    differs = pl.col("digest") != pl.col("digest_now")
    read_then, whole_then = _read_then(then, snapshot)
    gained = (
        pl.when(~pl.col("was_held") & ~pl.col("listing_now").is_in(read_then))
        .then(pl.lit("came"))
        .when(~pl.col("was_held") & pl.col("written").is_null() & pl.col("listing_now").is_in(whole_then))
        .then(pl.lit("written"))
        .when(~pl.col("was_held") & (pl.col("written").dt.date() >= then.day).fill_null(value=False))
        .then(pl.lit("written"))
        .when(~pl.col("was_held"))
        .then(pl.lit("found"))
        .when(differs)
        .then(edited)
        .when("was_counted")
        .then(pl.lit("rules"))
        .when(pl.col("status") == "copy")
        .then(pl.lit("copies"))
        .when(pl.col("status") == "outside")
        .then(pl.lit("window"))
        .otherwise(pl.lit("scope"))
    )
    end = evidence.window.end
    left = pl.lit(value=False) if end is None else pl.col("written") <= end - timedelta(days=then.window_days)
    lost = (
        pl.when(~pl.col("is_held") & ~pl.col("listing").is_in(list(now.listings)))
        .then(pl.lit("went"))
        .when(~pl.col("is_held"))
        .then(pl.lit("lost"))
        .when(differs)
        .then(edited)
        .when("is_counted")
        .then(pl.lit("rules"))
        .when((pl.col("status_now") == "outside") & left)
        .then(pl.lit("aged"))
        .when(pl.col("status_now") == "outside")
        .then(pl.lit("window"))
        .when(pl.col("status_now") == "copy")
        .then(pl.lit("copies"))
        .otherwise(pl.lit("scope"))
    )
    return facts.with_columns(gained_by=gained, lost_by=lost).select(ASKED).collect()


def _read_then(then: State, snapshot: Snapshot) -> tuple[list[str], list[str]]:
    """The listings that had been read by that day, and those of them that had shown all they have.

    Only a place on the web that was seen to its end proves that an undated review was not there yet; a file proves
    nothing, since a longer one may take its place.
    """
    earlier = snapshot.visits.filter(
        (pl.col("at").dt.date() <= then.day) & pl.col("listing").is_in(list(then.listings))
    )
    read = set(earlier.filter("complete")["listing"]) | set(then.reviews["listing"])
    through = earlier.filter(pl.col("stop") != "known").sort("at", maintain_order=True).unique("listing", keep="last")
    files = [p.name for c in snapshot.market.competitors for p in c.places if isinstance(p, Export | Saved)]
    whole = through.filter((pl.col("stop") == "end") & pl.col("complete") & ~pl.col("listing").is_in(files))
    return sorted(read), sorted(set(whole["listing"]))


def _moved(before: pl.DataFrame, after: pl.DataFrame, facts: pl.DataFrame, then: State, now: State) -> list[Moved]:
    """Every count of then or now, the largest part first: eight more and eight fewer is no calm."""
    ids = ["kind", "item", "key"]
    differs = (pl.col("was_counted") != pl.col("is_counted")) | pl.any_horizontal(
        pl.col(column).ne_missing(pl.col(f"{column}_now")) for column in LISTS
    )
    causes = facts.filter(differs).select("key", "gained_by", "lost_by")
    # what is as it was neither came nor went, and that is nearly all
    old, new = (each.join(causes.select("key"), on="key", how="semi") for each in (before, after))
    gained = new.join(old, on=ids, how="anti").join(causes, on="key").rename({"gained_by": "cause"})
    lost = old.join(new, on=ids, how="anti").join(causes, on="key").rename({"lost_by": "cause"})
    tally: dict[tuple[str, str], dict[str, list[int]]] = {}
    for side, rows in enumerate((gained, lost)):
        for kind, item, cause, n in rows.group_by("kind", "item", "cause").len().iter_rows():
            tally.setdefault((kind, item), {}).setdefault(cause, [0, 0])[side] = n
    counts: dict[tuple[str, str], dict[str, list[int]]] = {}
    for side, rows in enumerate((before, after)):
        for kind, item, who, n in rows.group_by("kind", "item", "competitor").len().iter_rows():
            counts.setdefault((kind, item), {}).setdefault(who, [0, 0])[side] = n
    whose = list(dict.fromkeys([*now.rivals, *then.rivals]))
    found = []
    for (kind, item), of_rivals in counts.items():
        why = tally.get((kind, item), {})
        found.append(
            Moved(
                kind=kind,
                item=item,
                then=sum(n for n, _ in of_rivals.values()),
                now=sum(n for _, n in of_rivals.values()),
                causes=tuple((c, why[c][0], why[c][1]) for part in PARTS.values() for c in part if c in why),
                rivals=tuple((who, a, b) for who in whose for a, b in [of_rivals.get(who, [0, 0])] if a != b),
            )
        )
    return sorted(
        found, key=lambda m: (-max(abs(m.part(part)) for part in PARTS), -abs(m.now - m.then), m.kind, m.item)
    )
