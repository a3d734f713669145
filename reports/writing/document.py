"""The report as one JSON document: every number with its numerator and denominator, every quote with its place.

Markdown is rendered from this document and from nothing else, so what is printed is what is recorded.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote as url_quote

from data.market import Export, Saved, pages
from reports.reading.personal import mask, names_person
from reports.rules.accuracy import Card
from reports.weighing import cells, gaps, momentum, opportunity, overlap, planks
from reports.weighing.gaps import Gap
from reports.weighing.quotes import Quote
from reports.weighing.statistics import Proportion
from reports.weighing.voices import Voices
from reports.weighing.weigh import Standing, Weighed
from reports.writing import (
    accuracy,
    changes,
    coverage,
    crowd,
    emerging,
    loyalty,
    months,
    pains,
    personas,
    survey,
    switching,
    tiers,
    versions,
)  # fmt: skip
from reports.writing.figures import proportion as _proportion
from reports.writing.figures import rounded as _round

FORMAT = 2
"""Raised when a field changes its meaning or goes away."""

Document = dict[str, Any]


@dataclass(frozen=True)
class Places:
    """Where the report lies and what it was made from, so that its links and its verification find their way."""

    folder: Path
    market_file: Path | None

    def relative(self, path: Path) -> str:
        """A path as a link from the report's folder."""
        return Path(os.path.relpath(path, self.folder)).as_posix()


def build(weighed: Weighed, places: Places, card: Card | None) -> Document:
    """The document of a weighed market; `card` says how well rules read, these or others."""
    market = weighed.snapshot.market
    window = weighed.evidence.window
    day = weighed.snapshot.day()
    shared = overlap.shared(weighed.evidence.statements, [g.theme.slug for g in weighed.gaps], _rivals(weighed))
    return {
        "format": FORMAT,
        "market": {
            "slug": market.slug,
            "name": market.name,
            "notice": market.notice,
            "file": places.relative(places.market_file) if places.market_file else None,
        },
        "date": day.isoformat() if day else None,
        "rules": weighed.rules.version,
        "snapshot": weighed.snapshot.digest(),
        "window": {"start": _day(window.start), "end": _day(window.end), "days": market.window_days},
        "reviews": _reviews(weighed),
        "competitors": [_standing(s) for s in weighed.standings],
        "gaps": [_gap(g, number, weighed, places, shared) for number, g in enumerate(weighed.gaps, start=1)],
        "shared": _proportion(shared[""]),
        "trends_refused": weighed.moved,
        "matrix": _matrix(weighed),
        "pain_points": pains.section(weighed),
        "emerging": emerging.section(weighed, lambda quote: _quote(quote, weighed, places)),
        "changes": changes.section(weighed),
        "months": months.section(weighed),
        "versions": versions.section(weighed),
        "crowd": crowd.section(weighed),
        "personas": personas.section(weighed),
        "switching": switching.section(weighed, lambda quote: _quote(quote, weighed, places)),
        "loyalty": loyalty.section(weighed),
        "tiers": tiers.section(weighed),
        "coverage": coverage.section(weighed),
        "accuracy": accuracy.section(card, weighed.rules.base),
        "method": {
            "bootstrap": {"draws": opportunity.DRAWS, "seed": opportunity.SEED, "certain": opportunity.CERTAIN},
            "fails": {"complaints": cells.FAILS_FROM, "share": cells.NOTICEABLE},
            "plank_from": planks.PLANK_FROM,
            "grades": {str(name): least for name, least in gaps.GRADES},
            "recent_days": momentum.RECENT_DAYS,
        },
    }


def _day(value: datetime | None) -> str | None:
    return value.date().isoformat() if value else None


def _reviews(weighed: Weighed) -> Document:
    rivals = [s for s in weighed.standings if not s.competitor.ours]
    dated = weighed.evidence.reviews.filter("counted")["written"].drop_nulls()
    first, last = dated.min(), dated.max()
    return {
        "held": sum(s.held for s in weighed.standings),
        "counted": sum(s.counted for s in weighed.standings),
        "read": sum(s.read for s in weighed.standings),
        "copies": sum(s.copies for s in weighed.standings),
        "undated": weighed.evidence.reviews.filter("counted")["written"].null_count(),
        "first": _day(first) if isinstance(first, datetime) else None,
        "last": _day(last) if isinstance(last, datetime) else None,
        "of_rivals": sum(s.counted for s in rivals),
        "rivals": len(rivals),
    }


def _standing(standing: Standing) -> Document:
    plank = standing.plank
    return {
        "slug": standing.competitor.slug,
        "name": standing.competitor.name,
        "ours": standing.competitor.ours,
        "held": standing.held,
        "counted": standing.counted,
        "read": standing.read,
        "copies": standing.copies,
        "suspicious": standing.suspicious,
        "stars_without_suspicious": _round(standing.stars_without_suspicious),
        "rated": standing.rated,
        "stars": _round(standing.mean_stars),
        "plank": None
        if plank is None
        else {
            "theme": plank.cell.theme,
            "complains": _proportion(plank.cell.complains),
            "drag": _round(plank.cell.drag),
            "drag_low": _round(plank.drag_low),
            "drag_high": _round(plank.drag_high),
            "stars_without": _round(plank.cell.stars_without),
            "without_low": _round(plank.without_low),
            "without_high": _round(plank.without_high),
            "ties": list(plank.ties),
        },
    }


def _rivals(weighed: Weighed) -> list[str]:
    """The slugs of the rivals; of all where every product is ours."""
    slugs = [s.competitor.slug for s in weighed.standings if not s.competitor.ours]
    return slugs or [s.competitor.slug for s in weighed.standings]


def _gap(gap: Gap, number: int, weighed: Weighed, places: Places, shared: Mapping[str, Proportion]) -> Document:
    theme, score, moved = gap.theme, gap.opportunity, gap.momentum
    segments = {segment.slug: segment.name for segment in weighed.rules.segments}
    names = {s.competitor.slug: s.competitor.name for s in weighed.standings}
    named = pains.of_gap(weighed, theme.slug)
    asked = gap.failing or _rivals(weighed)
    return {
        "theme": theme.slug,
        "name": theme.name,
        "need": theme.need,
        "benefit": theme.benefit,
        "tier": theme.tier,
        "stage": theme.stage,
        "lever": theme.lever,
        "place": score.place,
        "kind": str(gap.kind),
        "grade": str(gap.grade),
        "opportunity": _opportunity(score),
        "complaints": gap.complaints,
        "wishes": gap.wishes,
        "praises": gap.praises,
        "failing": gap.failing,
        "pleasing": gap.pleasing,
        "urgent": gap.urgent,
        "leaving": gap.leaving,
        "momentum": None
        if moved is None
        else {
            "verdict": moved.verdict,
            "recent": {"k": moved.recent_k, "n": moved.recent_n},
            "before": {"k": moved.before_k, "n": moved.before_n},
            "change": _round(moved.change, 4),
            "low": _round(moved.low, 4),
            "high": _round(moved.high, 4),
        },
        "segments": [{"name": segments[slug], "reviews": n} for slug, n in gap.segments],
        "instead": [{"name": name, "reviews": n} for name, n in gap.instead],
        "measured_by": [{"name": name, "reviews": n} for name, n in gap.measured_by],
        "workarounds": [{"name": name, "reviews": n} for name, n in gap.workarounds],
        "shared": _proportion(shared[theme.slug]),
        "pain_points": named,
        "phrases": [{"text": p.text, "mentions": p.count} for p in gap.phrases],
        "quotes": [_quote(q, weighed, places) for q in gap.quotes],
        "praise": [_quote(q, weighed, places) for q in gap.praise_quotes],
        "survey": survey.of_gap(number, theme.need, asked, names, [pain["name"] for pain in named]),
    }


def _quote(quote: Quote, weighed: Weighed, places: Places) -> Document:
    href, label = _link(quote, weighed, places)
    return {
        "key": quote.key,
        "field": quote.field,
        "start": quote.start,
        "end": quote.end,
        "text": mask(quote.text),
        "competitor": quote.competitor,
        "stars": _round(quote.stars, 1),
        "date": _day(quote.written),
        "href": href,
        "label": label,
    }


def _link(quote: Quote, weighed: Weighed, places: Places) -> tuple[str | None, str]:
    """Where a person can see the review: its page, or its file and row; never the page of whoever wrote it."""
    url = None if quote.url and names_person(quote.url) else quote.url
    if url and quote.row is None:
        return url, "review"
    competitor = weighed.snapshot.market.competitor(quote.competitor)
    for place in competitor.places:
        if place.name != quote.listing:
            continue
        match place:
            case Export(path=path):
                return url_quote(places.relative(path)), f"{path.name}, row {quote.row}"
            case Saved():
                first = pages(place)[0]
                return url or url_quote(places.relative(first)), first.name
            case _:
                return url or place.name, "review"
    return None, "review"


def _matrix(weighed: Weighed) -> list[Document]:
    slugs = [s.competitor.slug for s in weighed.standings]
    return [
        {
            "theme": o.theme,
            "name": next(t.name for t in weighed.rules.themes if t.slug == o.theme),
            "place": o.place,
            "opportunity": _opportunity(o),
            "market": {"share": _round(o.share, 4), "low": _round(o.share_low, 4), "high": _round(o.share_high, 4)},
            "cells": [_cell(weighed.cells[slug, o.theme], weighed.voices.get((slug, o.theme))) for slug in slugs],
        }
        for o in weighed.ranked
    ]


def _opportunity(found: opportunity.Opportunity) -> Document:
    return {name: _round(getattr(found, name), 1) for name in ("score", "low", "high", "importance", "satisfaction")}


def _cell(cell: cells.Cell, behind: Voices | None) -> Document:
    return {
        "competitor": cell.competitor,
        "speaks": _proportion(cell.speaks),
        "complains": _proportion(cell.complains),
        "praises": _proportion(cell.praises),
        "wishes": cell.wishes,
        "satisfaction": _round(cell.satisfaction, 1),
        "drag": _round(cell.drag),
        "fails": cell.fails,
        "worse": cell.worse,
        "worse_alike": cell.worse_alike,
        "alike": _round(cell.alike, 4),
        "intense": _proportion(behind.intense) if behind else None,
        "helpful": behind.helpful if behind else 0,
        "unsuspected": _proportion(behind.unsuspected) if behind else None,
    }
