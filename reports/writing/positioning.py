"""The line that says for whom a product would be what the rivals are not, built from what the reviews hold.

Who (a segment, only where customers name themselves), the need, the rivals that fail and at what, who is
praised for it. Nothing else goes in: what our product would be is for whoever builds it to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.weighing.gaps import LEAST_SAID
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
    if praised is not None:
        slug, k, n = praised
        line += f" It can be done: {count(k)} of {count(n)} reviews of {names[slug]} praise it."
    own = _our_complaints(gap, document)
    if own is not None:
        slug, k, n = own
        line += f" Not true yet: {count(k)} of {count(n)} reviews of {names[slug]} complain about it too."
    return line


def _who(gap: Document) -> str:
    """The segment that names itself most, within a sentence (`Teachers` as `teachers`), or just customers."""
    if not gap["segments"] or gap["segments"][0]["reviews"] < LEAST_WHO * gap["complaints"]:
        return "customers"
    who = escape(gap["segments"][0]["name"])
    return who[0].lower() + who[1:] if who[1:2].islower() else who


def _cells(gap: Document, document: Document) -> list[Document]:
    row = next(r for r in document["matrix"] if r["theme"] == gap["theme"])
    return list(row["cells"])


def _our_complaints(gap: Document, document: Document) -> tuple[str, int, int] | None:
    """Our own product, its complaining and its read reviews, where it is no better than those that it would beat."""
    ours = {c["slug"] for c in document["competitors"] if c["ours"]}
    for cell in _cells(gap, document):
        said = cell["complains"]
        if cell["competitor"] in ours and said["k"] >= LEAST_SAID and said["k"] > cell["praises"]["k"]:
            return cell["competitor"], said["k"], said["n"]
    return None


def _praised(gap: Document, document: Document) -> tuple[str, int, int] | None:
    """The product that does not fail here and is praised most, with its reviews that praise it and that were read."""
    happy = [c for c in _cells(gap, document) if not c["fails"] and c["praises"]["k"] >= LEAST_PRAISED]
    happy = [c for c in happy if c["praises"]["k"] > c["complains"]["k"]]
    if not happy:
        return None
    best = max(happy, key=lambda c: (c["praises"]["share"], c["competitor"]))
    return best["competitor"], best["praises"]["k"], best["praises"]["n"]
