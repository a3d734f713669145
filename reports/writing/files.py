"""Reports on disk: `<market>/<date>.md`, `.html`, `.json`, `.survey.csv` and charts, `latest.*`, an index over all.

A report is written to a place of its own first, where it can be held against the lake, and then moved to where readers
look; every move is of a whole file, so a reader never sees half of one.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from data.errors import UnmetError
from reports.writing import csvfile, drawing, feed, index, survey
from reports.writing.charts import FOLDER, charts
from reports.writing.document import FORMAT, Document
from reports.writing.figure import inline
from reports.writing.markdown import render
from reports.writing.page import page
from reports.writing.text import plain

STAGE = ".staged"
"""Where a market's next report lies until it is published."""
_FRESH = re.compile(r"\..+\.[0-9a-f]{8}")
"""A file on its way: its name to be, and a mark."""


class ReportError(UnmetError):
    """A report cannot be written, read, or does not verify."""


def contents(document: Document) -> dict[str, str]:
    """Every file of a report, by its path from the market's folder.

    A pure function of the document: verifying makes them again and compares.
    """
    name = document["date"] or "undated"
    drawn = [(chart, chart.file(document), drawing.svg(chart)) for chart in charts(document)]
    text = render(document)
    rivals = {c["slug"]: plain(c["name"]) for c in document["competitors"]}
    figures = {file: inline(chart, svg) for chart, file, svg in drawn}
    html = page(f"{plain(document['market']['name'])}: unmet needs", text, figures, rivals if len(rivals) > 1 else {})
    asked = {f"{name}{survey.SUFFIX}": csvfile.text(survey.survey_rows(document))} if document["gaps"] else {}
    return {
        **{file: svg for _, file, svg in drawn},
        **asked,
        f"{name}.html": html,
        f"{name}.md": text,
        f"{name}.json": dump(document),
        "latest.html": html,
        "latest.md": text,
    }


@contextmanager
def staged(document: Document, folder: Path) -> Iterator[Path]:
    """Writes a report of a folder where no reader looks; gives the path of its JSON there, for `publish`.

    One report of a folder at a time: another run waits for this one. What a run that died left is swept away.
    """
    stage = folder / STAGE
    lock = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        sweep(folder)
        (stage / FOLDER).mkdir(parents=True)
        for name, text in contents(document).items():
            _write(stage / name, text)
        yield stage / f"{document['date'] or 'undated'}.json"
    except OSError as e:
        raise ReportError(f"{folder}: cannot be written ({e.strerror}); check space and rights, then run again") from e
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def publish(report: Path, out: Path) -> Path:
    """Moves a staged report to where readers look and brings the index up to date; returns the Markdown's path."""
    stage, name = report.parent, report.stem
    folder = stage.parent
    drawn = sorted((stage / FOLDER).iterdir())
    if drawn:
        (folder / FOLDER).mkdir(exist_ok=True)
    # what a page shows comes before it, and the JSON, by which a report is known to be there, after its pages
    pages = sorted(stage.glob("*.*"), key=lambda p: (p.stem == "latest", p.suffix == ".json", p.name))
    for file in [*drawn, *pages]:
        file.replace(folder / file.relative_to(stage))
    kept = {file.name for file in [*drawn, *pages]}
    for old in [*(folder / FOLDER).glob(f"{name}-*.svg"), *folder.glob(f"{name}.*.csv")]:
        if old.name not in kept:
            old.unlink()
    write_index(out)
    return folder / f"{name}.md"


def sweep(folder: Path) -> list[Path]:
    """Deletes what runs that died left in a folder of reports that the caller holds; says what there was."""
    left = [path for path in folder.glob(".*") if path.name == STAGE or _FRESH.fullmatch(path.name)]
    for path in left:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return left


def tidy(out: Path) -> list[Path]:
    """Deletes what runs that died left in any folder of reports; says what there was."""
    if not out.is_dir():
        return []
    left = []
    for folder in (out, *sorted(p for p in out.glob("*/**") if p.is_dir() and p.name not in {STAGE, FOLDER})):
        if folder.is_dir():
            with held(folder):
                left += sweep(folder)
    return left


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Holds a folder of reports, waiting for a run that publishes there."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def write_index(out: Path) -> None:
    """Brings `index.md`, `index.html` and `feed.atom` up to date, one process after the other."""
    with held(out):
        sweep(out)
        _write_index(out)


def _write_index(out: Path) -> None:
    newest: dict[str, tuple[Document, list[str]]] = {}
    for folder in sorted(p for p in out.iterdir() if p.is_dir()):
        # the newest that can be read: what a disk did to one report, or anybody put beside them, stops no other market
        dates = sorted((p.stem for p in folder.glob("*.json") if _is_day(p.stem)), reverse=True)
        read = next((found for day in dates if (found := _read(folder / f"{day}.json"))), None)
        if read is not None:
            newest[folder.name] = (read, dates)
    text = index.render(newest)
    _put(out / "index.md", text)
    _put(out / "index.html", page("Unmet needs, market by market", index.linked(text), {}, {}))
    dated = [(day, folder) for folder, (_, days) in newest.items() for day in days if day != index.UNDATED]
    dated.sort(key=lambda report: report[1])
    dated.sort(key=lambda report: report[0], reverse=True)
    _put(out / feed.NAME, feed.render([(folder, day, _known(out / folder, day)) for day, folder in dated[: feed.MOST]]))


def _is_day(stem: str) -> bool:
    try:
        return stem == index.UNDATED or date.fromisoformat(stem).isoformat() == stem
    except ValueError:
        return False


def _known(folder: Path, day: str) -> Document | None:
    """A report's document where this version knows its fields, else None: an old report stops no new one."""
    document = _read(folder / f"{day}.json")
    return document if document and document["format"] == FORMAT else None


def _read(path: Path) -> Document | None:
    try:
        return load(path)
    except ReportError:
        return None


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


def _put(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        _write(fresh, text)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
