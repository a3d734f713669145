"""Recurring complaints that no theme holds, for the document and as Markdown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reports.weighing.emerging import LEAST, Cry
from reports.weighing.quotes import Quote
from reports.weighing.weigh import Weighed
from reports.writing.text import count, day, escape, link, percent, plural

Document = dict[str, Any]

MOST_SHOWN = 8
"""More complaints than this stand in the JSON alone."""


def section(weighed: Weighed, quoted: Callable[[Quote], Document]) -> Document:
    """What no theme holds; `quoted` makes the document of a quote."""
    told = weighed.emerging
    return {
        "dated": told.dated,
        "unnamed": {"k": told.unnamed.k, "n": told.unnamed.n},
        "tested": told.tested,
        "found": [_cry(cry, quoted) for cry in told.cries],
    }


def _cry(cry: Cry, quoted: Callable[[Quote], Document]) -> Document:
    return {
        "phrase": cry.phrase,
        "variants": list(cry.variants),
        "reviews": {"k": cry.reviews.k, "n": cry.reviews.n},
        "before": cry.before and {"k": cry.before.k, "n": cry.before.n},
        "authors": cry.authors,
        "rivals": [{"competitor": who, "reviews": n} for who, n in cry.rivals],
        "quote": cry.quote and quoted(cry.quote),
    }


def render(document: Document, names: dict[str, str]) -> str:
    """One line for each complaint, with a quote; or that there is none."""
    told: Document | None = document.get("emerging")
    if told is None or not told["unnamed"]["n"]:
        return ""
    unnamed = told["unnamed"]
    share = f"{count(unnamed['k'])} of {plural(unnamed['n'], 'review')} ({percent(unnamed['k'] / unnamed['n'])})"
    if told["dated"]:
        head = "## Emerging: new, and held by no theme"
        lead = f"Lately {share} complain or wish in a sentence that no theme of the rules holds."
        none = "No phrase in them is said more than before, beyond chance"
    else:
        head = "## What no theme holds"
        lead = f"{share} complain or wish in a sentence that no theme of the rules holds."
        none = "No phrase marks them beyond chance"
    if not told["found"]:
        return f"{head}\n\n{lead} {none} ({count(told['tested'])} said by {LEAST} or more people were tried)."
    said = "Said more often than before, and more" if told["dated"] else "Said more often"
    lines = [
        head,
        "",
        f"{lead} {said} than in praise or about any theme, beyond chance, by at least {LEAST} people each; whether it"
        " is a need is for you to read:",
        "",
    ]
    rest = len(told["found"]) - MOST_SHOWN
    more = ["", f"{count(rest)} more, said by fewer, {'is' if rest == 1 else 'are'} in the JSON."] if rest > 0 else []
    return "\n".join([*lines, *(_line(cry, names) for cry in told["found"][:MOST_SHOWN]), *more])


def _line(cry: Document, names: dict[str, str]) -> str:
    where = ", ".join(f"{names[r['competitor']]} {count(r['reviews'])}" for r in cry["rivals"])
    before = cry["before"]
    was = f"; before {count(before['k'])} of {count(before['n'])}" if before else ""
    also = f", also {', '.join(f'“{escape(v)}”' for v in cry['variants'])}" if cry["variants"] else ""
    line = (
        f"- **“{escape(cry['phrase'])}”**{also}: {count(cry['reviews']['k'])} of {count(cry['reviews']['n'])} reviews"
        f" ({where}){was}."
    )
    quote = cry["quote"]
    if quote is None:
        return line
    source = link(escape(quote["label"]), quote["href"])
    return f"{line} “{escape(quote['text'])}” ({names[quote['competitor']]}, {day(quote['date'])}, {source})"
