"""Switching in a report: who goes where, how many say so, and why."""

from __future__ import annotations

from collections.abc import Callable

from reports.weighing.quotes import Quote
from reports.weighing.switching import LEAST, Flow, Product
from reports.weighing.weigh import Weighed
from reports.writing.figures import Document, proportion
from reports.writing.quoting import quoted
from reports.writing.text import count, escape, listed, percent, plural, table

MOST_IN_TABLE = 10
MOST_QUOTED = 3
TOLD = 2
"""A reason is printed when at least so many reviews of a path give it."""


def section(weighed: Weighed, quote: Callable[[Quote], Document]) -> Document:
    """All paths for the document, most reviews first."""
    themes = {theme.slug: theme.name for theme in weighed.rules.themes}
    found = weighed.switching
    return {
        "reviews": proportion(found.reviews),
        "least": LEAST,
        "flows": [_flow(flow, themes, quote) for flow in found.flows],
    }


def _flow(flow: Flow, themes: dict[str, str], quote: Callable[[Quote], Document]) -> Document:
    return {
        "from": _product(flow.origin),
        "to": _product(flow.target),
        "reviews": flow.reviews,
        "left": proportion(flow.left) if flow.left else None,
        "came": proportion(flow.came) if flow.came else None,
        "ahead": flow.ahead,
        "themes": [{"theme": slug, "name": themes[slug], "reviews": n} for slug, n in flow.themes],
        "motives": [{"motive": motive, "reviews": n} for motive, n in flow.motives],
        "quotes": [quote(each) for each in flow.quotes],
    }


def _product(product: Product) -> Document:
    return {"name": product.name, "competitor": product.competitor}


def render(document: Document, names: dict[str, str]) -> str:
    """The paths that enough reviews name, and what some of those who went say."""
    held = document["switching"]
    said, least = held["reviews"], held["least"]
    often = [flow for flow in held["flows"] if flow["reviews"] >= least]
    lines = ["## Who goes where", ""]
    if not often:
        most = max((flow["reviews"] for flow in held["flows"]), default=0)
        has = f"the most named has {count(most)}" if most else "nobody names one"
        return "\n".join([*lines, f"Insufficient: a path needs {least} reviews that name it; {has}."])
    shown = often[:MOST_IN_TABLE]
    rest = sum(flow["reviews"] for flow in held["flows"]) - sum(flow["reviews"] for flow in shown)
    lines += [
        f"In {plural(said['k'], 'review')} of {count(said['n'])} ({percent(said['share'])}) somebody went from one"
        " product to another, or thinks of it. *Left*: so many of the reviews of the product left; *came*: of those of"
        " the other. ▲: more go this way than back, beyond chance.",
        "",
        table(
            ["From", "To", "Reviews", "Left", "Came", "They name most"], [_row(flow) for flow in shown], right=(2, 3, 4)
        ),
    ]
    if rest:
        lines += ["", f"Less often named paths are in the JSON ({plural(rest, 'review')})."]
    # where both ends are named, there is more to learn
    named = sorted(shown, key=lambda flow: None in (flow["from"]["name"], flow["to"]["name"]))
    told = [flow["quotes"][0] for flow in named if flow["quotes"]][:MOST_QUOTED]
    return "\n".join([*lines, "", *quoted(told, names)]).rstrip("\n")


def _row(flow: Document) -> list[str]:
    return [
        _name(flow["from"]),
        _name(flow["to"]),
        count(flow["reviews"]),
        _share(flow["left"]) + (" ▲" if flow["ahead"] else ""),
        _share(flow["came"]),
        _why(flow),
    ]


def _name(product: Document) -> str:
    return "*not named*" if product["name"] is None else escape(product["name"])


def _share(p: Document | None) -> str:
    return f"{count(p['k'])} of {count(p['n'])}" if p and p["k"] else "–"


def _why(flow: Document) -> str:
    themes = [f"{escape(t['name'])} ({count(t['reviews'])})" for t in flow["themes"] if t["reviews"] >= TOLD]
    motives = [f"{escape(m['motive'])} ({count(m['reviews'])})" for m in flow["motives"] if m["reviews"] >= TOLD]
    return listed([*themes[:2], *motives[:1]]) or "–"
