"""Pain points in a report: under each gap what exactly fails, and a table of the market's."""

from __future__ import annotations

from typing import Any

from reports.weighing.pains import LEAST, Named, Pain, of_theme
from reports.weighing.weigh import Weighed
from reports.writing.single import alone
from reports.writing.text import count, day, escape, percent, table

Document = dict[str, Any]

MOST_IN_GAP = 5
MOST_IN_TABLE = 25
MOST_KEPT = 100
"""More than this the document does not hold; a gap's own are there all the same."""


def section(weighed: Weighed) -> list[Document]:
    """The market's pain points for its document, most reviews first."""
    return [_pain(pain) for pain in weighed.pains[:MOST_KEPT]]


def of_gap(weighed: Weighed, theme: str) -> list[Document]:
    """The pain points of a theme for its gap: those that say what fails first, then by reviews."""
    return [_pain(pain) for pain in of_theme(weighed.pains, theme)[:MOST_IN_GAP]]


def _pain(pain: Pain) -> Document:
    return {
        "name": pain.name,
        "themes": list(pain.themes),
        "reviews": pain.reviews,
        "rivals": [_named(named) for named in pain.rivals],
        "ours": [_named(named) for named in pain.ours],
        "newest": pain.newest.date().isoformat() if pain.newest else None,
    }


def _named(named: Named) -> Document:
    k, n, share = named.reviews.k, named.reviews.n, named.reviews.share
    return {
        "competitor": named.competitor,
        "k": k,
        "n": n,
        "share": None if share is None else round(share, 4),
        "more": named.more,
    }


def exactly(pains: list[Document], names: dict[str, str]) -> list[str]:
    """The line of a gap that says what exactly fails: `logs me out (31: Evernote 25, Notability 6)`."""
    if not pains:
        return []
    told = [f"{escape(pain['name'])} ({count(pain['reviews'])}{_who(pain, names)})" for pain in pains]
    return [f"- **What exactly**: {'; '.join(told)}."]


def _who(pain: Document, names: dict[str, str]) -> str:
    """At which rivals; nothing where one product is read alone."""
    if len(names) == 1:
        return ""
    return ": " + ", ".join(f"{names[named['competitor']]} {count(named['k'])}" for named in pain["rivals"])


def overview(document: Document, names: dict[str, str]) -> str:
    """The table of what recurs in the market, whatever its theme."""
    pains: list[Document] = document.get("pain_points", [])
    if not pains:
        return ""
    themes = {row["theme"]: row["name"] for row in document["matrix"]}
    dated = any(pain["newest"] for pain in pains)
    slugs = [c["slug"] for c in document["competitors"]]
    rows = []
    for pain in pains[:MOST_IN_TABLE]:
        held = {named["competitor"]: named for named in (*pain["rivals"], *pain["ours"])}
        cells = [escape(pain["name"]), escape(themes.get(pain["themes"][0], "–")), count(pain["reviews"])]
        cells += [_cell(held[slug]) if slug in held else "–" for slug in slugs]
        rows.append([*cells, *([day(pain["newest"])] if dated else [])])
    head = ["Pain point", "Theme", "Reviews", *(names[slug] for slug in slugs), *(["Newest"] if dated else [])]
    return "\n".join(
        [
            "## What recurs",
            "",
            f"Complaints and wishes under the same name in at least {LEAST} reviews; a review counts once for each."
            + ("" if alone(document) else " ▲: more often than at the other rivals, beyond chance."),
            "",
            table(head, rows, right=range(2, 3 + len(slugs))),
        ]
    )


def _cell(named: Document) -> str:
    return f"{count(named['k'])} ({percent(named['share'])}){' ▲' if named['more'] else ''}"
