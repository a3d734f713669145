"""What changed with an app version, for the document and as Markdown."""

from __future__ import annotations

from typing import Any

from reports.weighing.versions import LEAST_REVIEWS
from reports.weighing.weigh import Weighed
from reports.writing.text import count, day, escape, listed, percent

Document = dict[str, Any]

MOST_SHOWN = 8


def section(weighed: Weighed) -> Document:
    """The versions that could be compared with those before them, and what rose or fell with them."""
    names = {theme.slug: theme.name for theme in weighed.rules.themes}
    return {
        "compared": [{"competitor": c, "version": v, "reviews": n} for c, v, n in weighed.versions.compared],
        "turns": [
            {
                "competitor": turn.competitor,
                "version": turn.version,
                "since": turn.since.isoformat(),
                "theme": turn.theme,
                "name": names[turn.theme],
                "with": {"k": turn.k, "n": turn.n},
                "before": {"k": turn.before_k, "n": turn.before_n},
                "change": round(turn.change, 4),
                "low": round(turn.low, 4),
                "high": round(turn.high, 4),
            }
            for turn in weighed.versions.turns
        ],
    }


def render(document: Document, names: dict[str, str]) -> str:
    """What rose and what fell with a version, in a line each."""
    told: Document = document.get("versions", {"compared": [], "turns": []})
    if document["trends_refused"]:
        return ""
    head = "## Version by version\n\n"
    if not told["compared"]:
        return (
            f"{head}Insufficient: it needs two versions of one product, one after the other, with at least"
            f" {LEAST_REVIEWS} dated reviews each that name them."
        )
    compared = f"Compared with the versions before them, in the order of their reviews: {_compared(told, names)}."
    if not told["turns"]:
        return f"{head}{compared} No theme rose or fell with any of them beyond chance."
    lines = [f"{head}{compared}", ""]
    for turn in told["turns"][:MOST_SHOWN]:
        k, n, before = turn["with"]["k"], turn["with"]["n"], turn["before"]
        lines.append(
            f"- **{names[turn['competitor']]}**: complaints about “{escape(turn['name'])}”"
            f" {'rose' if turn['change'] > 0 else 'fell'} with {_version(turn['version'])} ({count(k)} of {count(n)},"
            f" {percent(k / n)}; before {count(before['k'])} of {count(before['n'])},"
            f" {percent(before['k'] / before['n'])}); first seen {day(turn['since'])}."
        )
    if len(told["turns"]) > MOST_SHOWN:
        lines.append(f"- And {count(len(told['turns']) - MOST_SHOWN)} more, in the JSON beside this page.")
    return "\n".join(lines)


def _compared(told: Document, names: dict[str, str]) -> str:
    by_rival: dict[str, list[str]] = {}
    for row in told["compared"]:
        by_rival.setdefault(row["competitor"], []).append(_version(row["version"]))
    return "; ".join(f"{names[rival]} {listed(versions)}" for rival, versions in by_rival.items())


def _version(name: str) -> str:
    """With a `v` before a digit: a line or a cell that began with `4.` would be taken for a list."""
    return escape(f"v{name}" if name[:1].isdigit() else name)
