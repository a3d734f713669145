"""The persona matrix in a report: who they are, what hurts them, what moves them, and whom to serve first."""

from __future__ import annotations

from reports.rules import Rules
from reports.weighing.personas import ENOUGH, ENOUGH_TO_SCORE, KINDS, LEAST, Combination, Persona
from reports.weighing.weigh import Weighed
from reports.writing.figures import Document, proportion, rounded
from reports.writing.text import count, escape, interval, listed, percent, plural, table

LEAST_PRINTED = 10
"""Smaller groups are in the JSON only."""
MOST_IN_TABLE = 10
MOST_TOLD = 3
MOST_TIED = 2


def section(weighed: Weighed) -> Document:
    """The groups and the filled cells of the matrix, most reviews first."""
    found, rules = weighed.personas, weighed.rules
    return {
        "reviews": proportion(found.reviews),
        "enough": ENOUGH,
        "enough_to_score": ENOUGH_TO_SCORE,
        "first": list(found.first),
        "groups": [_persona(group, rules) for group in found.groups],
        "cells": [_cell(cell) for cell in found.combinations],
    }


def _persona(group: Persona, rules: Rules) -> Document:
    themes = {theme.slug: theme.name for theme in rules.themes}
    segments = {segment.slug: segment.name for segment in rules.segments}
    return {
        "slug": group.segment.slug,
        "name": group.segment.name,
        "kind": group.segment.kind,
        "complains": proportion(group.complains),
        "apart": group.apart,
        "others": proportion(group.others),
        "more": group.more,
        "price": proportion(group.price),
        "motives": [{"motive": motive, "reviews": n} for motive, n in group.motives],
        "themes": [
            {
                "theme": h.theme, "name": themes[h.theme], "complains": proportion(h.reviews), "apart": h.apart,
                "more": h.more,
            }
            for h in group.hurts
        ],
        "also": {
            kind: [{"slug": slug, "name": segments[slug], "reviews": n} for slug, n in group.also[kind]]
            for kind in KINDS
        },
        "opportunities": None
        if group.scores is None
        else [
            {
                "theme": o.theme, "name": themes[o.theme], "place": o.place, "score": rounded(o.score, 1),
                "low": rounded(o.low, 1), "high": rounded(o.high, 1), "importance": rounded(o.importance, 1),
                "satisfaction": rounded(o.satisfaction, 1),
            }
            for o in group.scores
        ],
    }  # fmt: skip


def _cell(cell: Combination) -> Document:
    return {
        "segment": cell.segment, "demographic": cell.demographic, "use": cell.use, "theme": cell.theme,
        "reviews": cell.reviews,
    }  # fmt: skip


def render(document: Document, names: dict[str, str]) -> str:
    """Whom to serve first, and one row a group."""
    held = document["personas"]
    said, groups = held["reviews"], held["groups"]
    lines = ["## Who is hurt", ""]
    shown = [group for group in groups if group["complains"]["n"] >= LEAST_PRINTED][:MOST_IN_TABLE]
    shown.sort(key=lambda group: KINDS.index(group["kind"]))  # who they are before what they use it for
    if not shown:
        most = (
            f"the largest, {escape(groups[0]['name'])}, has {count(groups[0]['complains']['n'])}"
            if groups
            else "nobody says so"
        )
        return "\n".join(
            [*lines, f"Insufficient: a group needs {LEAST_PRINTED} reviews that say who they are; {most}."]
        )
    head = ["Who", "Complain or wish", "Over price", "Moved by", "What hurts", "Also", "Use it for"]
    columns = [[_who(g), _share(g["complains"]) + _mark(g), _price(g), *_told(g)] for g in shown]
    keep = [i for i in range(len(head)) if any(row[i] for row in columns)]
    return "\n".join(
        [
            *lines,
            _first(held),
            "",
            f"{plural(said['k'], 'review')} of {count(said['n'])} ({percent(said['share'])}) say who their author is"
            " or what they use it for. ▲: more than the others of them, beyond chance, and not only in the sentence"
            f" that says so. *Over price*: of the complaining reviews. Empty: fewer than {LEAST} say so.",
            "",
            table([head[i] for i in keep], [[row[i] for i in keep] for row in columns]),
            *_scores(shown, held["enough_to_score"]),
        ]
    )


def _first(held: Document) -> str:
    groups = {group["slug"]: group for group in held["groups"]}
    if not held["first"]:
        largest = max(group["complains"]["n"] for group in held["groups"])
        if largest < held["enough"]:
            return (
                f"**Whom to serve first** is insufficient: a group needs {held['enough']} reviews, and the largest has"
                f" {count(largest)}."
            )
        return "**Nobody stands out**: no group complains more than the other reviewers who say who they are."
    first, *others = [groups[slug] for slug in held["first"]]
    more = [f"“{escape(t['name'])}” ({count(t['complains']['k'])})" for t in first["themes"] if t["more"]][:MOST_TOLD]
    what = f", about {listed(more)} more than others" if more else ", more than others"
    said = first["complains"]
    tie = f" {listed([_who(g) for g in others])} cannot be told apart from them." if others else ""
    return (
        f"**Serve first: {_who(first)}.** {count(said['k'])} of {plural(said['n'], 'review')} complain or"
        f" wish ({interval(said['low'], said['high'])}){what}.{tie}"
    )


def _who(group: Document) -> str:
    name = escape(group["name"])
    return f"“{name}”" if group["kind"] == "use" else name


def _share(p: Document) -> str:
    return f"{count(p['k'])} of {count(p['n'])}"


def _mark(row: Document) -> str:
    return " ▲" if row["more"] else ""


def _price(group: Document) -> str:
    return _share(group["price"]) if group["price"]["n"] else ""


def _told(group: Document) -> list[str]:
    """What moves them, what hurts, what else they are, and what they use it for."""
    motives = [f"{escape(m['motive'])} ({count(m['reviews'])})" for m in group["motives"] if m["reviews"] >= LEAST]
    # what marks the group first
    hurts = sorted((t for t in group["themes"] if t["complains"]["k"] >= LEAST), key=lambda t: not t["more"])
    pains = [f"{escape(t['name'])} ({count(t['complains']['k'])}){_mark(t)}" for t in hurts[:MOST_TOLD]]
    also = [*group["also"]["segment"], *group["also"]["demographic"]]
    also = sorted(also, key=lambda a: -a["reviews"])[:2]
    beside = [
        [f"{escape(a['name'])} ({count(a['reviews'])})" for a in each] for each in (also, group["also"]["use"][:2])
    ]
    return [", ".join(part) for part in (motives[:2], pains, *beside)]


def _scores(groups: list[Document], enough: int) -> list[str]:
    """The best opportunities of each group that has enough reviews; up to two where they cannot be told apart."""
    rows = []
    for group in groups:
        tied = [o for o in group["opportunities"] or [] if o["place"] == 1]
        for o in tied[:MOST_TIED]:
            complains = next(t["complains"]["k"] for t in group["themes"] if t["theme"] == o["theme"])
            rows.append(
                [
                    _who(group),
                    f"{escape(o['name'])}{' (=)' if len(tied) > 1 else ''}",
                    count(complains),
                    f"{o['importance']:.1f}",
                    f"{o['satisfaction']:.1f}",
                    f"{o['score']:.1f} ({o['low']:.1f}–{o['high']:.1f})",
                ]
            )
    if not rows:
        return []
    head = ["Whose", "Best opportunity", "Complain or wish", "Importance", "Satisfaction", "Opportunity (95 %)"]
    return [
        "",
        f"Opportunity as for the market, over a group's own reviews at all rivals together, from {enough} on;"
        " (=): others of the group cannot be told apart from it.",
        "",
        table(head, rows, right=range(2, 6)),
    ]
