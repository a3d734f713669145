"""The line that says for whom a product would be what the rivals are not, built from what the reviews hold.

Who (a segment, only where customers name themselves), the need, the rivals that fail and at what, who is
praised for it. Nothing else goes in: what our product would be is for whoever builds it to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.writing.single import whom
from reports.writing.text import count, escape, listed

Document = dict[str, Any]

MOST_PAINS = 2
LEAST_WHO = 0.05
"""A segment that fewer of the complaining reviews name is no ideal customer."""
LEAST_PRAISED = 5
"""A rival praised in fewer reviews shows nothing."""


def sentence(gap: Document, document: Document, names: Mapping[str, str]) -> str:
    """The positioning line of a gap, as Markdown; `names`: slug -> escaped name."""
    product = next((names[c["slug"]] for c in document["competitors"] if c["ours"]), "our product")
    rivals = gap["failing"] or [c["slug"] for c in document["competitors"] if not c["ours"]]
    told = [f"“{escape(pain['name'])}”" for pain in gap["pain_points"][:MOST_PAINS]]
    fails = f" (they report {listed(told)})" if told else ""
    line = (
        f"for {_who(gap)} who need to {escape(gap['need'])} and are let down by {whom(rivals, document, names)}{fails},"
        f" {product} is the one that lets them."
    )
    praised = _praised(gap, document)
    if praised is None:
        return line
    slug, k, n = praised
    return f"{line} It can be done: {count(k)} of {count(n)} reviews of {names[slug]} praise it."


def _who(gap: Document) -> str:
    """The segment that names itself most, within a sentence (`Teachers` as `teachers`), or just customers."""
    if not gap["segments"] or gap["segments"][0]["reviews"] < LEAST_WHO * gap["complaints"]:
        return "customers"
    who = escape(gap["segments"][0]["name"])
    return who[0].lower() + who[1:] if who[1:2].islower() else who


def _praised(gap: Document, document: Document) -> tuple[str, int, int] | None:
    """The product that does not fail here and is praised most, with its reviews that praise it and that were read."""
    row = next(r for r in document["matrix"] if r["theme"] == gap["theme"])
    happy = [c for c in row["cells"] if not c["fails"] and c["praises"]["k"] >= LEAST_PRAISED]
    happy = [c for c in happy if c["praises"]["k"] > c["complains"]["k"]]
    if not happy:
        return None
    best = max(happy, key=lambda c: (c["praises"]["share"], c["competitor"]))
    return best["competitor"], best["praises"]["k"], best["praises"]["n"]
