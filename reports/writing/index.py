"""The index over all markets and dates, as Markdown; the page is made from the same text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby

from reports.writing.document import Document
from reports.writing.text import count, day, escape, listed, plural, table

UNDATED = "undated"


def render(newest: Mapping[str, tuple[Document, Sequence[str]]]) -> str:
    """Every market with its newest report, then every report by market and month.

    Args:
        newest: a market's folder -> its newest document, and the dates of all its reports, the newest first.
    """
    title = "# Unmet needs, market by market"
    if not newest:
        return f"{title}\n\nNo report yet: `unmet demo` makes one.\n"
    rows = []
    for folder, (document, _) in newest.items():
        gaps = document["gaps"]
        rows.append(
            [
                f"[{escape(document['market']['name'])}]({folder}/latest.md)",
                escape(gaps[0]["need"]) if gaps else "no gap stands out",
                count(len(gaps)),
                count(document["reviews"]["counted"]),
                listed([escape(c["name"]) for c in document["competitors"]]),
                day(document["date"]),
            ]
        )
    head = ["Market", "Customers most need to …", "Gaps", "Reviews", "Whose", "Newest"]
    parts = [title, table(head, rows, right=(2, 3)), "## All reports"]
    for folder, (document, dates) in newest.items():
        parts.append(f"**{escape(document['market']['name'])}**, {plural(len(dates), 'report')}:")
        parts.append("\n".join(_months(folder, dates)))
    parts.append("New reports as a feed: [feed.atom](feed.atom).")
    return "\n\n".join(parts) + "\n"


def _months(folder: str, dates: Sequence[str]) -> list[str]:
    """One line a month, so that a new report changes one line."""
    lines = []
    for month, days in groupby(dates, key=lambda d: d[:7]):
        if month == UNDATED[:7]:
            lines += [f"- [{d}]({folder}/{d}.md)" for d in days]
            continue
        links = ", ".join(f"[{date.fromisoformat(d).day}]({folder}/{d}.md)" for d in days)
        lines.append(f"- {date.fromisoformat(f'{month}-01'):%B %Y}: {links}")
    return lines


def linked(markdown: str) -> str:
    """The index's Markdown with its links leading to the pages rather than to the Markdown beside them."""
    return re.sub(r"\]\(([^()\s:]+)\.md\)", r"](\1.html)", markdown)
