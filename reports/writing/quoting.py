"""Quotes as Markdown: what was said, by whose customer, how rated, when, and where it stands."""

from __future__ import annotations

from reports.writing.figures import Document
from reports.writing.text import day, escape, link


def quoted(quotes: list[Document], names: dict[str, str]) -> list[str]:
    """The lines of some quotes, each a block of its own with a blank line behind it."""
    lines = []
    for quote in quotes:
        stars = "" if quote["stars"] is None else f", {_stars(quote['stars'])}"
        source = link(escape(quote["label"]), quote["href"])
        lines += [
            f"> {escape(quote['text'])}",
            ">",
            f"> — {names[quote['competitor']]}{stars}, {day(quote['date'])}, {source}",
            "",
        ]
    return lines


def _stars(stars: float) -> str:
    whole = f"{stars:.0f}" if stars == int(stars) else f"{stars:.1f}"
    return f"{whole} star" if whole == "1" else f"{whole} stars"
