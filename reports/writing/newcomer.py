"""How rivals that a market's file does not name change its gaps: which come, go, change their kind or their rank.

Both states are weighed from the same snapshot by the same rules, with and without the newcomers, so nothing else moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from data import as_toml
from data.market import Competitor
from reports.weighing.gaps import ENOUGH_REVIEWS
from reports.writing.text import count, escape, listed, percent, plural, table

Document = dict[str, Any]


def folder(slugs: Sequence[str]) -> str:
    """The folder within the market's that holds reports with these newcomers."""
    return f"with-{'-'.join(slugs)}"[:100]


def section(before: Document, after: Document, new: Sequence[Competitor]) -> Document:
    """What the document of a market says of newcomers; `before` is it without them, `after` with."""
    was, now = _placed(before), _placed(after)
    cells = {row["theme"]: {c["competitor"]: c for c in row["cells"]} for row in after["matrix"]}
    themes = [*now, *(theme for theme in was if theme not in now)]
    rows = []
    for theme in themes:
        gap = now.get(theme) or was[theme]
        rows.append(
            {
                "theme": theme,
                "name": gap["name"],
                "before": _state(was.get(theme)),
                "after": _state(now.get(theme)),
                "said": [
                    {"competitor": c.slug, **{key: cells[theme][c.slug][key] for key in ("complains", "fails")}}
                    for c in new
                ],
            }
        )
    return {
        "slugs": [c.slug for c in new],
        "listings": [listing.url for c in new for listing in c.listings],
        "gaps": rows,
        "toml": [as_toml.rival(c.slug, c.name, [listing.url for listing in c.listings]) for c in new],
    }


def lines(document: Document) -> list[str]:
    """The changes, a plain sentence each, for a screen."""
    new = document["newcomers"]
    names = {c["slug"]: c["name"] for c in document["competitors"]}
    who = listed([names[slug] for slug in new["slugs"]])
    moved = list(_moved(new, names))
    return moved or [f"{who} changes no gap: the same ones, of the same kinds, in the same order"]


def told(document: Document, names: Mapping[str, str]) -> str:
    """The section of a report that says so; nothing where there are no newcomers. `names`: slug -> escaped name."""
    new = document.get("newcomers")
    if not new:
        return ""
    who = listed([names[slug] for slug in new["slugs"]])
    verb = "changes" if len(new["slugs"]) == 1 else "change"
    moved = list(_moved(new, names, escape))
    parts = [f"## What {who} {verb}"]
    if moved:
        parts.append(f"The market without {who} and with, from the same reviews:")
        parts.append("\n".join(f"- {line}." for line in moved))
    else:
        parts.append(f"{who} {verb} no gap: the same ones, of the same kinds, in the same order.")
    rows = [
        [
            f"{escape(row['name'])}",
            _shown(row["before"]),
            _shown(row["after"]),
            *(_cell(said) for said in row["said"]),
        ]
        for row in new["gaps"]
    ]
    head = ["Gap", "Without", "With", *(f"{names[slug]}: complain or wish" for slug in new["slugs"])]
    parts.append(table(head, rows))
    parts.append("**Bold**: it fails there as well (most who speak of it complain, beyond chance).")
    thin = [c for c in document["competitors"] if c["slug"] in new["slugs"] and c["read"] < ENOUGH_REVIEWS]
    parts += [
        f"Only {plural(c['read'], 'review')} of {names[c['slug']]} could be read: too few to say what its customers do"
        " not complain about."
        for c in thin
    ]
    kept = "\n".join(new["toml"]).rstrip()
    parts.append(f"The market's file was not changed. To keep {who}, add to it:\n\n```toml\n{_fenced(kept)}\n```")
    return "\n\n".join(parts)


def _placed(document: Document) -> dict[str, Document]:
    """The gaps of a document by theme, in their order, with their rank as it is printed."""
    found = document["gaps"]
    placed = {}
    for gap in found:
        tied = sum(g["place"] == gap["place"] for g in found) > 1
        rank = 1 + sum(g["place"] < gap["place"] for g in found)
        placed[gap["theme"]] = {**gap, "rank": f"{rank}{'=' if tied else ''}"}
    return placed


def _state(gap: Document | None) -> Document | None:
    return None if gap is None else {"rank": gap["rank"], "kind": gap["kind"]}


def _moved(new: Document, names: Mapping[str, str], shown: Any = str) -> Iterator[str]:
    """What changed, the weightiest first."""
    rows = new["gaps"]
    for row in rows:
        if row["before"] is None:
            yield f"New: “{shown(row['name'])}” ({row['after']['kind']}, rank {row['after']['rank']}){_why(row, names)}"
    for row in rows:
        if row["after"] is None:
            was = row["before"]["rank"]
            yield f"Not among the gaps any more: “{shown(row['name'])}”, rank {was} before{_why(row, names)}"
    both = [row for row in rows if row["before"] and row["after"]]
    for row in both:
        was, now = row["before"]["kind"], row["after"]["kind"]
        if was != now:
            yield f"“{shown(row['name'])}” is {_kind(now)} now, no longer {_kind(was)}{_why(row, names)}"
    moved = [row for row in both if _number(row["before"]) != _number(row["after"])]
    if moved:
        told = [f"“{shown(row['name'])}” from {row['before']['rank']} to {row['after']['rank']}" for row in moved]
        yield f"Ranks moved: {listed(told)}"


def _kind(kind: str) -> str:
    return {"open flank": "an open flank", "unserved wish": "an unserved wish", "single rival": "of one rival"}.get(
        kind, kind
    )


def _number(state: Document) -> str:
    return str(state["rank"]).rstrip("=")


def _why(row: Document, names: Mapping[str, str]) -> str:
    fails = [names[said["competitor"]] for said in row["said"] if said["fails"]]
    enough = [said for said in row["said"] if said["complains"]["n"] >= ENOUGH_REVIEWS]
    others = [names[said["competitor"]] for said in enough if not said["fails"]]
    if fails:
        return f": {listed(fails)} {'fails' if len(fails) == 1 else 'fail'} there"
    if others:
        return f": {listed(others)} {'does' if len(others) == 1 else 'do'} not fail there, as far as its reviews tell"
    return ""


def _shown(state: Document | None) -> str:
    return "–" if state is None else f"{state['rank']}, {state['kind']}"


def _cell(said: Document) -> str:
    n = said["complains"]
    if not n["n"]:
        return "no review could be read"
    text = f"{count(n['k'])} of {count(n['n'])} ({percent(n['share'])})"
    return f"**{text}**" if said["fails"] else text


def _fenced(text: str) -> str:
    """Lines that cannot end their fence."""
    return text.replace("```", "'''")
