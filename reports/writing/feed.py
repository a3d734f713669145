"""The reports as an Atom feed (RFC 4287), the newest first; the same reports make the same bytes.

An entry is a report, one a market and day: making a day's report again changes its entry and not its id. Times are the
report's day, since a report knows no other. Links are relative to the feed, so that it can be put anywhere with the
reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5
from xml.sax.saxutils import escape as _escape

from reports.writing.text import count, days, listed, plain, plural

Document = dict[str, Any]

NAME = "feed.atom"
MOST = 30
"""Entries; the index leads to all reports."""
MOST_GAPS = 3
NAMESPACE = UUID("5a0c9d0e-6f0b-5b0e-9d3c-2f6d1f0b7c11")
"""Of the ids; of no meaning, and never changed."""
BEFORE_ALL = "1970-01-01"
"""When a feed without reports was brought up to date."""


def render(reports: Sequence[tuple[str, str, Document | None]]) -> str:
    """The feed of reports: (folder, date as YYYY-MM-DD, document, or None where it is of another version)."""
    newest = max((day for _, day, _ in reports), default=BEFORE_ALL)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        f"<id>{_id('feed')}</id>",
        "<title>Unmet needs, market by market</title>",
        f"<updated>{newest}T00:00:00Z</updated>",
        "<author><name>unmet</name></author>",
        f'<link rel="self" type="application/atom+xml" href="{NAME}"/>',
        '<link rel="alternate" type="text/html" href="index.html"/>',
        *(line for report in reports for line in _entry(*report)),
        "</feed>",
    ]
    return "\n".join(lines) + "\n"


def _entry(folder: str, day: str, document: Document | None) -> list[str]:
    name = folder if document is None else document["market"]["name"]
    there = f"{quote(folder)}/{day}"
    return [
        "<entry>",
        f"<id>{_id(f'{folder}/{day}')}</id>",
        f"<title>{_text(f'{name}: unmet needs, {day}')}</title>",
        f"<updated>{day}T00:00:00Z</updated>",
        f'<link rel="alternate" type="text/html" href="{there}.html"/>',
        f'<link rel="related" type="text/markdown" href="{there}.md"/>',
        f"<summary>{_text(summary(document))}</summary>",
        "</entry>",
    ]


def summary(document: Document | None) -> str:
    """What a report says at a glance, as one paragraph."""
    if document is None:
        return "A report of another version of unmet; its page says what it found."
    reviews, gaps = document["reviews"], document["gaps"]
    notice = f"{document['market']['notice']} " if document["market"]["notice"] else ""
    read = f"{plural(reviews['counted'], 'review')}, {days(reviews['first'], reviews['last'])}"
    if not gaps:
        return f"{notice}{read}: no gap stands out."
    shown = [
        f"{number}. {gap['need']} ({count(gap['complaints'])} complain or ask, opportunity"
        f" {gap['opportunity']['score']:.1f}, 95 %: {gap['opportunity']['low']:.1f} to"
        f" {gap['opportunity']['high']:.1f}, {gap['grade']} evidence)"
        for number, gap in enumerate(gaps[:MOST_GAPS], start=1)
    ]
    return f"{notice}{read}: {plural(len(gaps), 'gap')}. Customers need to: {listed(shown)}."


def _id(what: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE, what)}"


def _text(text: str) -> str:
    return _escape(plain(text))
