"""Holds a report on disk against the lake: every number recomputed, every quote looked up, every line compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from reports.writing.document import Document
from reports.writing.files import dump, load
from reports.writing.markdown import render


def differences(report: Path, fresh: Document, reviews: pl.DataFrame) -> list[str]:
    """What in a report (`<date>.json` with `<date>.md` beside it) is not so; one line each, empty when all holds.

    `fresh` is the document recomputed from the lake, `reviews` the market's reviews with `key`, `title` and `body`.
    """
    recorded = load(report)
    found = list(_moved(recorded, fresh))
    if not found:
        found += _compared(recorded, fresh, "")
        if not found and report.read_text("utf-8") != dump(recorded):
            found.append(f"{report.name}: holds the right values, but not in the form they were written in")
    found += _quotes(recorded, reviews)
    page = report.with_suffix(".md")
    found += _lines(page, render(recorded))
    latest = page.with_name("latest.md")
    if latest.is_file() and not any(p.stem > page.stem for p in page.parent.glob("*.json")):
        found += _lines(latest, render(recorded))
    return found


def _moved(recorded: Document, fresh: Document) -> Iterator[str]:
    """Reasons why the recorded numbers cannot be recomputed at all."""
    for name, what in (("rules", "the rules are other ones now"), ("snapshot", "the lake has moved on")):
        if recorded.get(name) != fresh[name]:
            yield f"{name}: made from {recorded.get(name)}, now {fresh[name]}: {what}; make the report anew"


def _compared(recorded: Any, fresh: Any, path: str) -> Iterator[str]:
    """Every value that is not the recomputed one."""
    if isinstance(recorded, dict) and isinstance(fresh, dict):
        for key in sorted(recorded.keys() | fresh.keys()):
            where = f"{path}.{key}" if path else key
            if key not in recorded or key not in fresh:
                yield f"{where}: {'missing' if key not in recorded else 'not of this report'}"
            else:
                yield from _compared(recorded[key], fresh[key], where)
    elif isinstance(recorded, list) and isinstance(fresh, list):
        if len(recorded) != len(fresh):
            yield f"{path}: {len(recorded)} entries, recomputed {len(fresh)}"
        for number, (a, b) in enumerate(zip(recorded, fresh, strict=False), start=1):
            yield from _compared(a, b, f"{path}[{number}]")
    elif recorded != fresh or type(recorded) is not type(fresh):
        yield f"{path}: says {recorded!r}, recomputed {fresh!r}"


def _quotes(recorded: Document, reviews: pl.DataFrame) -> Iterator[str]:
    """Every quote that is not in its review, letter by letter, at its place."""
    texts = {key: {"title": title, "body": body} for key, title, body in reviews.select("key", "title", "body").rows()}
    for quote in quotes(recorded):
        said = (texts.get(quote["key"], {}).get(quote["field"]) or "")[quote["start"] : quote["end"]]
        if said != quote["text"]:
            yield f"quote of {quote['key']}: says {quote['text']!r}, the review says {said!r}"


def quotes(part: Any) -> Iterator[Document]:
    """Every quote in a part of a document, wherever it stands: each table that names a review and a place in it."""
    if isinstance(part, dict):
        if {"key", "field", "start", "end", "text"} <= part.keys():
            yield part
        for value in part.values():
            yield from quotes(value)
    elif isinstance(part, list):
        for value in part:
            yield from quotes(value)


def _lines(page: Path, due: str) -> Iterator[str]:
    """Every line of a page that is not the one its document renders to."""
    try:
        said = page.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as e:
        yield f"{page.name}: cannot be read ({e})"
        return
    wanted = due.split("\n")
    for number, (a, b) in enumerate(zip(said, wanted, strict=False), start=1):
        if a != b:
            yield f"{page.name} line {number}: says {_short(a)!r}, should say {_short(b)!r}"
    if len(said) != len(wanted):
        yield f"{page.name}: {len(said)} lines, should have {len(wanted)}"


def _short(line: str) -> str:
    return line if len(line) <= 160 else f"{line[:157]}..."
