"""How complaints moved from month to month, for its document and as Markdown."""

from __future__ import annotations

from datetime import date
from typing import Any

from reports.weighing.months import LEAST_PARTS, Point, Spike
from reports.weighing.weigh import Weighed
from reports.writing.text import count, escape, percent, plural, table

Document = dict[str, Any]

MOST_PARTS = 7
"""Parts printed, the newest; the document has them all."""
MOST_SPIKES = 6


def section(weighed: Weighed) -> list[Document]:
    """A course for each gap, then for the other themes with enough complaints.

    `month` names a part: `2026-05` for a month, the Monday for a week, the day for a day.
    """
    names = {theme.slug: theme.name for theme in weighed.rules.themes}
    return [
        {
            "theme": course.theme,
            "name": names[course.theme],
            "unit": course.unit,
            "points": [_point(point, course.unit) for point in course.points],
            "rivals": [
                {"competitor": rival, "points": [_point(point, course.unit) for point in points]}
                for rival, points in course.rivals
            ],
            "spikes": [_spike(spike, course.unit) for spike in course.spikes],
        }
        for course in weighed.courses
    ]


def _point(point: Point, unit: str) -> Document:
    day = point.start.isoformat()
    return {"month": day[:7] if unit == "month" else day, "k": point.k, "n": point.n}


def _spike(spike: Spike, unit: str) -> Document:
    k, n = spike.rest
    return {"competitor": spike.competitor, **_point(spike.point, unit), "rest": {"k": k, "n": n}}


def render(document: Document, names: dict[str, str]) -> str:
    """The table of the gaps' newest months, and the months that stand out at a rival."""
    courses: list[Document] = document.get("months", [])
    if document["trends_refused"]:
        return ""
    if not courses:
        return _insufficient(document)
    unit = courses[0]["unit"]
    gaps = {gap["theme"] for gap in document["gaps"]}
    shown = [course for course in courses if course["theme"] in gaps] or courses[:5]
    parts = shown[0]["points"][-MOST_PARTS:]
    head = ["Theme", *(f"{_name(p['month'], unit)} ({count(p['n'])})" for p in parts)]
    rows = [[escape(c["name"]), *(_cell(p) for p in c["points"][-MOST_PARTS:])] for c in shown]
    spikes = [(course, spike) for course in courses for spike in course["spikes"]]
    lines = [
        f"## {unit.capitalize()} by {unit}",
        "",
        "Share of the read reviews that complain or wish, and how many do; in the head how many were read.",
        "",
        table(head, rows, right=range(1, len(head))),
        "",
    ]
    if not spikes:
        return "\n".join([*lines, f"No {unit} stands out beyond chance."])
    lines += [f"Beyond chance, against the other {unit}s of the same product:", ""]
    # the newest first: what stood out last is what may still be so
    spikes.sort(key=lambda pair: pair[1]["month"], reverse=True)
    for course, spike in spikes[:MOST_SPIKES]:
        k, n, rest = spike["k"], spike["n"], spike["rest"]
        lines.append(
            f"- **{names[spike['competitor']]}**, {_name(spike['month'], unit)}: “{escape(course['name'])}” in"
            f" {count(k)} of {plural(n, 'review')} ({percent(k / n)}), otherwise in {count(rest['k'])} of"
            f" {count(rest['n'])} ({percent(rest['k'] / rest['n'])})."
        )
    if len(spikes) > MOST_SPIKES:
        lines.append(f"- And {count(len(spikes) - MOST_SPIKES)} more, in the JSON beside this page.")
    return "\n".join(lines)


def _insufficient(document: Document) -> str:
    reviews = document["reviews"]
    dated = reviews["counted"] - reviews["undated"]
    return (
        f"## Month by month\n\nInsufficient: it needs dated reviews on at least {LEAST_PARTS} days;"
        f" {count(dated)} of {plural(reviews['counted'], 'review')} {'carries' if dated == 1 else 'carry'} a date."
    )


def _name(part: str, unit: str) -> str:
    start = date.fromisoformat(f"{part}-01" if unit == "month" else part)
    if unit == "month":
        return f"{start:%b %Y}"
    return f"{'week of ' if unit == 'week' else ''}{start.day} {start:%b}"


def _cell(point: Document) -> str:
    return f"{percent(point['k'] / point['n'])} ({count(point['k'])})" if point["n"] else "–"
