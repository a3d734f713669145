"""The hungry crowd of each gap, for the document and as Markdown."""

from __future__ import annotations

from typing import Any

from reports.weighing.crowd import Crowd
from reports.weighing.statistics import Proportion
from reports.weighing.weigh import Weighed
from reports.writing.text import count, escape, interval, listed, percent, table

Document = dict[str, Any]

LEAST = 10
"""Complaining reviews below which a share of them is not printed."""


def section(weighed: Weighed) -> list[Document]:
    """One record a gap, in the order of the gaps."""
    names = {theme.slug: theme.name for theme in weighed.rules.themes}
    return [_crowd(crowd, names) for crowd in weighed.crowds]


def _crowd(crowd: Crowd, names: dict[str, str]) -> Document:
    change = crowd.change
    return {
        "theme": crowd.theme,
        "name": names[crowd.theme],
        "urgent": _proportion(crowd.urgent),
        "leaving": _proportion(crowd.leaving),
        "hungry": _proportion(crowd.hungry),
        "recent": crowd.recent and {"k": crowd.recent.k, "n": crowd.recent.n},
        "before": crowd.before and {"k": crowd.before.k, "n": crowd.before.n},
        "change": change and {name: round(v, 4) for name, v in zip(("by", "low", "high"), change, strict=True)},
        "verdict": crowd.verdict,
        "hungrier": crowd.hungrier,
    }


def _proportion(p: Proportion) -> Document:
    share, low, high = (None if v is None else round(v, 4) for v in (p.share, p.low, p.high))
    return {"k": p.k, "n": p.n, "share": share, "low": low, "high": high}


def render(document: Document, names: dict[str, str]) -> str:
    """How many of those who complain about a gap need it now, or leave over it."""
    crowds: list[Document] = document.get("crowd", [])
    if not crowds:
        return ""
    head = ["Gap", "Complain", "Urgent", "Leaving", "Either"]
    rows = [
        [
            escape(crowd["name"]),
            count(crowd["hungry"]["n"]),
            count(crowd["urgent"]["k"]),
            count(crowd["leaving"]["k"]),
            _share(crowd),
        ]
        for crowd in crowds
    ]
    if any(crowd["recent"] for crowd in crowds):
        head.append("Lately")
        rows = [[*row, _course(crowd)] for row, crowd in zip(rows, crowds, strict=True)]
    hungrier = [f"“{escape(crowd['name'])}”" for crowd in crowds if crowd["hungrier"]]
    lead = (
        f"{listed(hungrier)}: those who complain of it are more often in a hurry or on their way out than those who"
        " complain of the other gaps, beyond chance."
        if hungrier
        else "No gap's complaints sound more pressing than those of the others, beyond chance."
    )
    return "\n".join(
        [
            "## The hungry crowd",
            "",
            f"{lead} *Urgent*: some sign of a hurry; *leaving*: has left or says so; *either* as a share of those who"
            " complain or wish.",
            "",
            table(head, rows, right=(1, 2, 3, 4)),
        ]
    )


def _share(crowd: Document) -> str:
    hungry = crowd["hungry"]
    if hungry["n"] < LEAST:
        return f"{count(hungry['k'])} (too few for a share)"
    return f"{percent(hungry['share'])} ({interval(hungry['low'], hungry['high'])})"


def _course(crowd: Document) -> str:
    recent, before = crowd["recent"], crowd["before"]
    if recent is None or before is None:
        return "–"
    sides = f"{count(recent['k'])} of {count(recent['n'])}, before {count(before['k'])} of {count(before['n'])}"
    verdict = {"growing": "growing", "calming": "calming", "steady": "no change beyond chance"}[crowd["verdict"]]
    return f"{verdict}: {sides}"
