"""Reports on disk: `<market>/<date>.md` and `.json`, `latest.md`, and `index.md` over all of them.

Every file is written beside its place and then moved there, so a reader never sees half of one.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from data.errors import UnmetError
from reports.writing.document import Document
from reports.writing.markdown import render
from reports.writing.text import count, day, escape, table


class ReportError(UnmetError):
    """A report cannot be written, read, or does not verify."""


def write(document: Document, out: Path, *beside: str) -> Path:
    """Writes a report below `out` and brings the index up to date; returns the Markdown's path.

    `beside` is a folder within the market's for reports that are not its own series.
    """
    folder = out.joinpath(str(document["market"]["slug"]), *beside)
    name = document["date"] or "undated"
    text = render(document)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _put(folder / f"{name}.json", dump(document))
        _put(folder / f"{name}.md", text)
        _put(folder / "latest.md", text)
        _put(out / "index.md", index(out))
    except OSError as e:
        raise ReportError(f"{folder}: cannot be written ({e.strerror}); check space and rights, then run again") from e
    return folder / f"{name}.md"


def dump(document: Document) -> str:
    """The document as JSON text, the same for the same document."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def load(path: Path) -> Document:
    """A report's document; raises ReportError."""
    try:
        document = json.loads(path.read_text("utf-8"))
        if not isinstance(document, dict) or "format" not in document:
            raise ValueError("it holds no report")
    except (OSError, ValueError) as e:
        raise ReportError(f"{path}: no report that can be read ({e}); make it anew with `unmet report`") from e
    return document


def index(out: Path) -> str:
    """All markets with their reports, the newest first, as Markdown."""
    rows = []
    for folder in sorted(p for p in out.iterdir() if p.is_dir()):
        dates = sorted((p.stem for p in folder.glob("*.json")), reverse=True)
        if not dates:
            continue
        newest = load(folder / f"{dates[0]}.json")
        first = newest["gaps"][0]["need"] if newest["gaps"] else "no gap stands out"
        links = [f"[{d}]({folder.name}/{d}.md)" for d in dates[:12]]
        rows.append(
            [
                f"[{escape(newest['market']['name'])}]({folder.name}/latest.md)",
                escape(first),
                count(newest["reviews"]["counted"]),
                day(newest["date"]),
                ", ".join(links),
            ]
        )
    head = ["Market", "Customers most need to …", "Reviews", "Newest", "Reports"]
    return f"# Unmet needs, market by market\n\n{table(head, rows, right=(2,))}\n"


def _put(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with fresh.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
