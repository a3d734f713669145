"""Snapshot -> what it amounts to."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data.market import Competitor
from reports.rules import Rules
from reports.weighing.cells import Cell, cells
from reports.weighing.changes import Changes, changes
from reports.weighing.collection import moved
from reports.weighing.crowd import Crowd, crowds
from reports.weighing.emerging import Emerging, emerging
from reports.weighing.evidence import Evidence, Snapshot, gather
from reports.weighing.gaps import Gap, gaps, quoted
from reports.weighing.loyalty import Loyalty, loyalty
from reports.weighing.momentum import split
from reports.weighing.months import Course, courses
from reports.weighing.opportunity import Opportunity, opportunities
from reports.weighing.pains import Pain, pains
from reports.weighing.personas import Personas, personas
from reports.weighing.planks import Plank, plank
from reports.weighing.resampling import Resampled, resample
from reports.weighing.state import State, state
from reports.weighing.switching import Switching, switches, switching
from reports.weighing.tiers import Tiers, tiers
from reports.weighing.versions import NO_VERSIONS, Versions, versions
from reports.weighing.voices import Voices, voices


@dataclass(frozen=True)
class Standing:
    """One competitor in the window."""

    competitor: Competitor
    held: int
    counted: int
    read: int
    copies: int
    suspicious: int
    """Counted reviews that are flagged; they count all the same."""
    stars_without_suspicious: float | None
    rated: int
    mean_stars: float | None
    plank: Plank | None
    """The theme that costs it most stars."""


@dataclass(frozen=True)
class Weighed:
    """Everything a report says, before it is put in words."""

    snapshot: Snapshot
    rules: Rules
    evidence: Evidence
    standings: list[Standing]
    cells: dict[tuple[str, str], Cell]
    voices: dict[tuple[str, str], Voices]
    """Who stands behind each cell; those without a complaint are left out."""
    ranked: list[Opportunity]
    gaps: list[Gap]
    pains: list[Pain]
    personas: Personas
    switching: Switching
    loyalty: list[Loyalty]
    tiers: Tiers
    moved: list[str]
    """Why no trend is claimed; empty when trends may be."""
    courses: list[Course]
    versions: Versions
    crowds: list[Crowd]
    emerging: Emerging
    state: State | None
    """For the next report to be compared with; None for a market that was never visited."""
    changes: Changes | None
    """Since an earlier report; None where there is none to compare with."""


def weigh(snapshot: Snapshot, rules: Rules, previous: State | None = None) -> Weighed:
    """Weighs a market, and what changed since a previous report of it; a pure function."""
    evidence = gather(snapshot, rules)
    competitors = snapshot.market.competitors
    rivals = [c.slug for c in competitors if not c.ours] or [c.slug for c in competitors]
    themes = [theme.slug for theme in rules.themes]
    table = cells(evidence, themes, [c.slug for c in competitors], rivals)
    drawn = resample(evidence, themes, [c.slug for c in competitors])
    ranked = opportunities(table, themes, rivals, drawn)
    names = {n.lower(): c.name for c in competitors for n in (c.name, *c.aliases)}
    standings = [_standing(evidence, competitor, table, themes, drawn) for competitor in competitors]
    parts = split(evidence)
    why = moved(evidence, snapshot.visits, rivals, parts)
    called = {c.slug: c.name for c in competitors}
    found = gaps(evidence, table, ranked, rivals, rules, names, None if why else parts, called)
    recurring = pains(evidence, [c.slug for c in competitors], rivals, rules)
    themes_of_gaps = [gap.theme.slug for gap in found]
    gone = switches(evidence, competitors)
    dated = None if why else parts
    said = quoted(found)
    went = switching(evidence, competitors, gone, said)
    today = state(snapshot, evidence, rules.version, rivals, themes_of_gaps, [p.name for p in recurring if p.exact])
    return Weighed(
        snapshot=snapshot,
        rules=rules,
        evidence=evidence,
        standings=standings,
        cells=table,
        voices=voices(evidence),
        ranked=ranked,
        gaps=found,
        pains=recurring,
        personas=personas(evidence, rivals, rules),
        switching=went,
        loyalty=loyalty(evidence, gone, [c.slug for c in competitors], rivals),
        tiers=tiers(evidence, [c.slug for c in competitors], rivals, rules),
        moved=why,
        courses=[] if why else courses(evidence, themes_of_gaps, themes, rivals),
        versions=NO_VERSIONS if why else versions(evidence, themes, rivals),
        crowds=crowds(evidence, themes_of_gaps, rivals, dated),
        emerging=emerging(evidence, rivals, dated, {q.key for g in found for q in (*g.quotes, *g.praise_quotes)}),
        state=today,
        changes=changes(previous, today, snapshot, evidence, not why) if previous and today else None,
    )


def _standing(
    evidence: Evidence,
    competitor: Competitor,
    table: dict[tuple[str, str], Cell],
    themes: list[str],
    drawn: Resampled,
) -> Standing:
    facts = evidence.reviews.select("competitor", "stars", "is_read", "in_window", "copy", "suspicious", "counted")
    held = facts.filter(pl.col("competitor") == competitor.slug)
    counted = held.filter("counted")
    stars = counted["stars"].drop_nulls()
    return Standing(
        competitor=competitor,
        held=held.height,
        counted=counted.height,
        read=counted.filter("is_read").height,
        copies=held.filter(pl.col("in_window") & pl.col("copy")).height,
        suspicious=counted["suspicious"].drop_nulls().len(),
        stars_without_suspicious=_mean(counted.filter(pl.col("suspicious").is_null())["stars"]),
        rated=stars.len(),
        mean_stars=_mean(stars),
        plank=plank(table, competitor.slug, themes, drawn),
    )


def _mean(stars: pl.Series) -> float | None:
    rated = stars.drop_nulls()
    return float(rated.sum()) / rated.len() if rated.len() else None
