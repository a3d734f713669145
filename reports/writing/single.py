"""Of whom a report speaks: one rival alone, which says nothing of a market, or some or all of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.writing.text import count, escape, listed

Document = dict[str, Any]

NOTE = (
    "One product was read, so this says what its customers miss and nothing about a market: whether others do better,"
    " or fail at the same, is not known. Add rivals to its market file to learn that."
)


def alone(document: Document) -> str | None:
    """The name of the only product that a report speaks of, escaped, or None where it speaks of several."""
    competitors = document["competitors"]
    return escape(competitors[0]["name"]) if len(competitors) == 1 else None


def whom(slugs: Sequence[str], document: Document, names: Mapping[str, str]) -> str:
    """Rivals within a sentence: their names, or `all 4 rivals`; `names`: slug -> escaped name."""
    rivals = [c["slug"] for c in document["competitors"] if not c["ours"]]
    if len(rivals) > 2 and set(slugs) == set(rivals):
        return f"all {count(len(rivals))} rivals"
    return listed([names[slug] for slug in slugs])
