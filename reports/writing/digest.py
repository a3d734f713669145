"""What a night has to tell, in a few lines; nothing where nothing moved.

`digest` is a function of the newest report, the ledger and what was told before, so that two runs that follow each
other, or a run after a restart, tell nothing twice:

| told             | when                                                         | told again                   |
|------------------|--------------------------------------------------------------|------------------------------|
| a new gap        | it stands among the gaps and did not for `QUIET_DAYS`        | after it was gone for as long |
| more complaints  | of a theme, beyond chance, with the interval of the change   | likewise                     |
| a new phrase     | no theme holds it, and more people say it than before        | likewise                     |
| a source broke   | the last visit of a listing did not see what is shown there  | when it recovers             |
| broke off        | collecting ended before all listings were visited            | when it does not             |
| no report        | none could be made of what was collected                     | when one can be              |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import polars as pl

from reports.writing.text import count, day, listed, plain, plural

Document = dict[str, Any]

QUIET_DAYS = 30
"""What comes and goes at the edge of being told is not told each time."""
MOST_LINES = 5
"""Of one kind; the rest are counted."""
MOST_DETAIL = 160
"""Characters of a listing's own words about what went wrong."""
NOT_BROKEN = frozenset({"limit"})
"""Visits that are not complete and yet went as they should: our own limit ended them."""
SAYS_NOTHING = "ended"
"""Why a visit stopped whose end was ours, and says nothing of the site."""


@dataclass(frozen=True)
class Told:
    """What was told of a market before; with dates as YYYY-MM-DD."""

    gaps: Mapping[str, str] = field(default_factory=dict)
    """Theme -> the day it last stood among the gaps."""
    risen: Mapping[str, str] = field(default_factory=dict)
    """Theme -> the day it last was complained about more than before."""
    phrases: Mapping[str, str] = field(default_factory=dict)
    """Phrase -> the day it last was new."""
    broken: Mapping[str, str] = field(default_factory=dict)
    """`competitor listing` -> the day it broke."""
    broke_off: str | None = None
    """The day from which collecting ended too early."""
    no_report: str | None = None
    """The day from which no report could be made."""


@dataclass(frozen=True)
class Digest:
    """What to send."""

    title: str
    """One line."""
    lines: tuple[str, ...]
    """One line each, plain text."""

    @property
    def body(self) -> str:
        """All lines."""
        return "\n".join(self.lines)


def digest(
    document: Document, visits: pl.DataFrame, told: Told | None, broke_off: str = ""
) -> tuple[Digest | None, Told]:
    """What to tell of a market, None for nothing, and what is told then.

    Args:
        document: the newest report.
        visits: the ledger of its market, ordered by time.
        told: what was told before; None when nothing ever was, which makes the first digest say what stands.
        broke_off: why collecting ended before all listings were visited.
    """
    before = told or Told()
    today = document["date"] or "undated"
    gaps, gaps_told = _news([g["theme"] for g in document["gaps"]], before.gaps, today)
    risen, risen_told = _news(list(_risen(document)), before.risen, today)
    phrases, phrases_told = _news(list(_phrases(document)), before.phrases, today)
    broke, mended, broken = _sources(document, visits, before.broken)
    now = Told(
        gaps=gaps_told,
        risen=risen_told,
        phrases=phrases_told,
        broken=broken,
        broke_off=(before.broke_off or today) if broke_off else None,
    )
    ended = [f"Collecting broke off: {_detail(broke_off)}"] if broke_off and not before.broke_off else []
    whole = (
        [f"All listings are visited again; collecting broke off since {_day(before.broke_off)}."]
        if before.broke_off and not broke_off
        else []
    )
    again = [f"Reports are made again; none could be since {_day(before.no_report)}."] if before.no_report else []
    parts = [
        ("new gap", "new gaps", [_gap(g, document, told) for g in document["gaps"] if g["theme"] in gaps]),
        ("rise", "rises", [line for theme, line in _risen(document).items() if theme in risen]),
        ("new complaint", "new complaints", [line for item, line in _phrases(document).items() if item in phrases]),
        ("source broke", "sources broke", broke),
        ("source works again", "sources work again", mended),
        ("", "collecting broke off", ended),
        ("", "collecting works again", whole),
        ("", "reports again", again),
    ]
    name = plain(document["market"]["name"])
    lines = [line for _, _, found in parts for line in _short(found)]
    if told is None:
        head = f"{plural(len(document['gaps']), 'gap')} in {plural(document['reviews']['counted'], 'review')}"
        first = "From now on you hear of this market when something moves. This is how it stands:"
        return Digest(f"{name}: {head}", (first, *lines)), now
    if not lines:
        return None, now
    titles = [plural(len(found), one, many) if one else many for one, many, found in parts if found]
    return Digest(f"{name}: {listed(titles)}", tuple(lines)), now


def no_report(name: str, why: str, today: date, told: Told | None) -> tuple[Digest | None, Told]:
    """The same where no report could be made; told once, until one is."""
    before = told or Told()
    if before.no_report:
        return None, before
    lines = (f"No report could be made: {_detail(why)}",)
    return Digest(f"{plain(name)}: no report", lines), replace(before, no_report=today.isoformat())


def _news(found: Sequence[str], before: Mapping[str, str], today: str) -> tuple[set[str], dict[str, str]]:
    """What was not there of late, and when each was there last; what is long gone is forgotten."""
    known = {item: last for item, last in before.items() if _days(last, today) <= QUIET_DAYS}
    return {item for item in found if item not in known}, dict(sorted((known | dict.fromkeys(found, today)).items()))


def _days(then: str, now: str) -> int:
    try:
        return (date.fromisoformat(now) - date.fromisoformat(then)).days
    except ValueError:  # a market without any dates
        return 0


def _gap(gap: Document, document: Document, told: Told | None) -> str:
    score, names = gap["opportunity"], {c["slug"]: plain(c["name"]) for c in document["competitors"]}
    fails = listed([names.get(slug, slug) for slug in gap["failing"]])
    whose = f", {fails} {'fails' if len(gap['failing']) == 1 else 'fail'}" if fails else ""
    return (
        f"{'New gap' if told else 'Gap'}: customers need to {gap['need']}."
        f" {plural(gap['complaints'], 'review')} complain or ask{whose};"
        f" opportunity {score['score']:.1f} ({score['low']:.1f} to {score['high']:.1f}), {gap['grade']} evidence"
        f"{_cause(gap['theme'], document) if told else ''}."
    )


_CAUSES = {"collection": "mostly because more or less was collected", "rules": "mostly because the rules changed"}


def _cause(theme: str, document: Document) -> str:
    """Why a gap is new where it is not customers who made it."""
    told = document.get("changes") or {"themes": []}
    for moved in told["themes"]:
        if moved["theme"] == theme:
            largest = max(moved["parts"], key=lambda part: abs(moved["parts"][part]))
            return f", {_CAUSES[largest]}" if largest in _CAUSES else ""
    return ""


def _risen(document: Document) -> dict[str, str]:
    """Theme -> the line that tells of its rise: since the last report, else lately against before."""
    found = {}
    for gap in document["gaps"]:
        moved = gap["momentum"]
        if moved and moved["verdict"] == "rising":
            found[gap["theme"]] = _rise(gap["name"], "lately", moved, moved["recent"], moved["before"])
    for moved in (document.get("changes") or {"themes": []})["themes"]:
        drift = moved["drift"]
        if drift and drift["verdict"] == "grown":
            since = f"since {_day(document['changes']['since'])}"
            found[moved["theme"]] = _rise(moved["name"], since, drift, drift["written"], drift["before"])
    return found


def _rise(name: str, when: str, moved: Document, now: Document, before: Document) -> str:
    return (
        f"More complaints about {name}: {when} {count(now['k'])} of {count(now['n'])} reviews, before"
        f" {count(before['k'])} of {count(before['n'])}; {100 * moved['change']:+.1f} points"
        f" (95 %: {100 * moved['low']:+.1f} to {100 * moved['high']:+.1f})."
    )


def _phrases(document: Document) -> dict[str, str]:
    """Phrase -> the line that tells of it; only what is new by date."""
    told = document.get("emerging")
    if not told or not told["dated"]:
        return {}
    found = {}
    for cry in told["found"]:
        before = f", before {count(cry['before']['k'])} of {count(cry['before']['n'])}" if cry["before"] else ""
        found[cry["phrase"]] = (
            f"New complaint that no theme holds: “{plain(cry['phrase'])}” in {count(cry['reviews']['k'])} of"
            f" {plural(cry['reviews']['n'], 'review')}{before}."
        )
    return found


def _sources(
    document: Document, visits: pl.DataFrame, before: Mapping[str, str]
) -> tuple[list[str], list[str], dict[str, str]]:
    """Lines of the listings that broke and of those that recovered, and since when each broken one is."""
    names = {c["slug"]: plain(c["name"]) for c in document["competitors"]}
    shown = {(row["competitor"], row["listing"]) for row in document["coverage"]}
    broke: list[str] = []
    mended: list[str] = []
    broken: dict[str, str] = {}
    for visit in visits.unique(["competitor", "listing"], keep="last", maintain_order=True).iter_rows(named=True):
        if (visit["competitor"], visit["listing"]) not in shown:
            continue
        key = f"{visit['competitor']} {visit['listing']}"
        if visit["stop"] == SAYS_NOTHING:
            broken |= {key: before[key]} if key in before else {}
            continue
        where = f"{names.get(visit['competitor'], visit['competitor'])}, {plain(visit['listing'])}"
        if not visit["complete"] and visit["stop"] not in NOT_BROKEN:
            broken[key] = before.get(key) or _iso(visit["at"])
            if key not in before:
                why = _detail(visit["detail"]) if visit["detail"] else "no reason is known"
                broke.append(f"Broke: {where}: {visit['stop']}: {why}")
        elif key in before:
            mended.append(f"Works again: {where}; it was broken since {_day(before[key])}.")
    return broke, mended, dict(sorted(broken.items()))


def _iso(at: datetime) -> str:
    return at.date().isoformat()


def _day(iso: str) -> str:
    return "an unknown day" if iso == "undated" else day(iso)


def _detail(text: str) -> str:
    short = plain(text)
    return short if len(short) <= MOST_DETAIL else f"{short[: MOST_DETAIL - 1].rstrip()}…"


def _short(lines: Sequence[str]) -> list[str]:
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], *([f"… and {count(more)} more of these."] if more > 0 else [])]
