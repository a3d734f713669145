"""Holds a report against the lake: every number recomputed, every quote looked up, every line and link followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from reports.reading.personal import mask
from reports.writing import links
from reports.writing.document import Document
from reports.writing.files import contents, dump, load


def differences(report: Path, fresh: Document, reviews: pl.DataFrame, home: Path | None = None) -> list[str]:
    """What in a report (`<date>.json` with its pages and charts beside it) is not so; one line each.

    Args:
        report: the JSON, published or staged.
        fresh: the document recomputed from the lake.
        reviews: the market's, with `key`, `title` and `body`.
        home: where a staged report is meant to lie.

    Returns:
        Nothing when all holds.
    """
    recorded = load(report)
    if recorded["format"] != fresh["format"]:
        return [f"{report.name}: is of form {recorded['format']}, now {fresh['format']}; make the report anew"]
    found = list(_moved(recorded, fresh))
    if not found:
        found += _compared(recorded, fresh, "")
        if not found and report.read_text("utf-8") != dump(recorded):
            found.append(f"{report.name}: holds the right values, but not in the form they were written in")
    found += _unsaid(recorded, reviews)
    try:
        files = contents(recorded)
    except (LookupError, TypeError, ValueError, AttributeError) as e:
        # its document is of another version, or was changed by hand: there is nothing to compare its pages with
        return [*found, f"{report.name}: this version of unmet cannot print it ({e!r}); make it anew"]
    newest = not any(other.stem > report.stem for other in report.parent.glob("*.json"))
    folders = [report.parent, *([home] if home else [])]
    for name, due in files.items():
        page = report.parent / name
        if page == report or (page.stem == "latest" and not newest):
            continue
        found += _lines(page, name, due)
        if page.suffix in {".md", ".html"} and page.stem != "latest":
            told = links.of_markdown(due) if page.suffix == ".md" else links.of_html(due)
            found += [f"{name}: {line}" for line in links.broken(told, folders)]
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


def quotes(value: Any) -> Iterator[Document]:
    """Every quote of a document, wherever in it: what names a review, a stretch of it, and its words."""
    if isinstance(value, dict):
        if {"key", "start", "end", "text"} <= value.keys():
            yield value
        for inner in value.values():
            yield from quotes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from quotes(inner)


def _unsaid(recorded: Document, reviews: pl.DataFrame) -> Iterator[str]:
    """Every quote that is not in its review, letter by letter, at its place, but for what points to a person."""
    found = list(quotes(recorded))
    quoted = reviews.select("key", "title", "body").filter(pl.col("key").is_in([str(q["key"]) for q in found]))
    texts = {key: {"title": title, "body": body} for key, title, body in quoted.iter_rows()}
    for quote in found:
        said = (texts.get(quote["key"], {}).get(quote.get("field", "body")) or "")[quote["start"] : quote["end"]]
        if mask(said) != quote["text"]:
            yield f"quote of {quote['key']}: says {quote['text']!r}, the review says {mask(said)!r}"


def _lines(page: Path, name: str, due: str) -> Iterator[str]:
    """Every line of a file that is not the one its document renders to."""
    try:
        said = page.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as e:
        yield f"{name}: cannot be read ({e})"
        return
    wanted = due.split("\n")
    for number, (a, b) in enumerate(zip(said, wanted, strict=False), start=1):
        if a != b:
            yield f"{name} line {number}: says {_short(a, b)!r}, should say {_short(b, a)!r}"
    if len(said) != len(wanted):
        yield f"{name}: {len(said)} lines, should have {len(wanted)}"


def _short(line: str, other: str) -> str:
    """A line, or of a long one what surrounds the first letter that differs from the other's."""
    if len(line) <= 160:
        return line
    same = next((n for n, (a, b) in enumerate(zip(line, other, strict=False)) if a != b), min(len(line), len(other)))
    start = max(0, same - 60)
    return f"{'...' if start else ''}{line[start : start + 150]}{'...' if len(line) > start + 150 else ''}"
