"""The verbs that run flows or make reports, as the command calls them: run, then say what came of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from data import as_toml, locks
from data.lake import Lake
from data.market import MarketError, load
from data.settings import settings
from flows import cluster, collect, pace, plan, progress, quiet
from flows.codes import DONE, NOTHING, PARTLY
from flows.plan import market_files
from flows.screen import Screen, console
from reports import report as press
from reports.writing import newcomer
from reports.writing.document import Document
from reports.writing.files import ReportError
from reports.writing.files import load as load_report
from reports.writing.text import listed

TOP = 3
"""Gaps named on the screen; the report has them all."""


def demo() -> int:
    """The invented market, from an empty start, two nights."""
    from flows import demo as invented

    config = settings()
    market = load(invented.MARKET)
    lake = Lake(config.lake)
    lake.forget(market.slug)
    collect.archive(config).forget(market.slug)
    shutil.rmtree(config.reports / market.slug, ignore_errors=True)
    console.print("An invented market on a small review site that runs on this machine, collected on two nights.")
    codes: list[int] = []
    with Screen() as screen:
        progress.listen(screen)
        # one of its listings is broken on purpose, so the flow itself ends with a failed task
        invented.run(lambda markets: codes.append(_flow(markets)))
    if NOTHING in codes:
        return _tell([invented.MARKET], NOTHING)
    return _tell([invented.MARKET], DONE)


def nightly(markets: list[Path], *, tell: bool = True) -> int:
    """Every market, or those named; `tell`: whether those who asked for it hear of what moved."""
    files = market_files(markets)
    with Screen() as screen:
        progress.listen(screen)
        code = _flow(files, tell=tell)
    return code if code == NOTHING else _tell(files, code)


def mine(what: list[str]) -> int:
    """A market file, addresses without one, or a market file and the addresses of newcomers to it.

    Addresses alone get a market file beside their report, to keep and to edit; a market file is never changed.
    """
    files = [Path(w) for w in what if "://" not in w]
    urls = [w for w in what if "://" in w]
    if len(files) > 1 or (files and "://" in what[0]):
        raise MarketError(f"{files[-1]}: name one market file, before any addresses: `unmet mine MARKET.toml URL`")
    if files:
        return newcomers(files[0], urls) if urls else nightly(files, tell=False)
    market = plan.ad_hoc(what)
    file = settings().reports / market.slug / f"{market.slug}.toml"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(plan.toml(market), "utf-8")
    except OSError as e:
        raise ReportError(f"{file}: cannot be written ({e.strerror}); check space and rights, then run again") from e
    code = nightly([file], tell=False)
    console.print(f"Its market file, to keep and to edit: {_shown(file)}")
    return code


def newcomers(file: Path, urls: list[str]) -> int:
    """A market with rivals that its file does not name, and what they change; the file stays as it is."""
    known = load(file)
    new = plan.widened(known, urls, file).competitors[len(known.competitors) :]
    beside = newcomer.folder([c.slug for c in new])
    files = market_files([file])
    with Screen() as screen:
        progress.listen(screen)
        code = _flow(files, urls)
    folder = settings().reports / known.slug / beside
    dates = sorted(folder.glob("*.json"))
    if dates and code != NOTHING:
        document = load_report(dates[-1])
        _gaps(document)
        for line in newcomer.lines(document):
            _out(f"  {line}")
        _where(dates[-1])
    console.print(f"To keep {listed([c.name for c in new])}, add to {_shown(file)}:", markup=False, soft_wrap=True)
    for c in new:
        _out(f"\n{as_toml.rival(c.slug, c.name, [listing.url for listing in c.listings])}")
    return code


def report(market: Path) -> int:
    """Reads what is new and writes the report; no flow, no network."""
    loaded = load(market)
    config = settings()
    if config.dask:
        quiet.prepare(screen=True)
    with (
        locks.run(config.lake, loaded.slug),
        console.status(f"{loaded.name}: reading and weighing"),
        cluster.readers(config.dask) as elsewhere,
    ):
        press.make(Lake(config.lake), loaded, config.reports, market.resolve(), elsewhere=elsewhere)
    return _tell([market], DONE)


def _flow(files: list[Path], newcomers: list[str] | None = None, *, tell: bool = False) -> int:
    """Runs the nightly flow; the code says whether every report was written and every listing read."""
    config = settings()
    if config.dask:  # before a server of Prefect's is started for nothing
        cluster.check()
    if config.shared_pace:
        pace.check()
    quiet.prepare(screen=True)
    from flows import serving
    from flows.nightly import nightly as flow

    try:
        with quiet.unwatched():
            state: Any = flow(files, newcomers or [], tell=tell, return_state=True)
    except serving.UNREACHABLE as e:
        raise serving.ServeError(
            f"Prefect's server does not answer any more ({e}); what was collected is kept, so start it and run again"
        ) from e
    if state.is_completed():
        return DONE
    told = state.result(raise_on_failure=False)
    if not isinstance(told, list | tuple):  # the flow itself came to nothing
        _why(told)
        return NOTHING
    results = [(each, each.result(raise_on_failure=False)) for each in told]
    for each, result in results:
        # what went wrong at a listing is on the screen already
        if not each.is_completed() and not isinstance(result, list | tuple):
            _why(result)
    written = any(each.is_completed() and isinstance(result, str) for each, result in results)
    return PARTLY if written else NOTHING


def _why(error: Any) -> None:
    """A reason that a run came to nothing, on one line."""
    console.print(f"unmet: {' '.join(str(error).split())}", style="red", markup=False, soft_wrap=True)


def _tell(files: list[Path], code: int) -> int:
    """The top gaps and the path of each report, on stdout."""
    config = settings()
    for file in files:
        market = load(file)
        folder = config.reports / market.slug
        dates = sorted(folder.glob("*.json"))
        if not dates:
            continue
        document = load_report(dates[-1])
        _gaps(document)
        _where(dates[-1])
    return code


def _where(report: Path) -> None:
    """The page for a browser and the report itself, of a report's JSON."""
    _out(f"Page:   {_shown(report.with_suffix('.html'))}")
    _out(f"Report: {_shown(report.with_suffix('.md'))}")


def _gaps(document: Document) -> None:
    reviews = document["reviews"]["counted"]
    _out(f"\n{document['market']['name']}: {len(document['gaps'])} gaps in {reviews:,} reviews")
    for number, gap in enumerate(document["gaps"][:TOP], start=1):
        _out(
            f"  {number}. Customers need to {gap['need']}"
            f" ({gap['complaints']:,} complain or ask, {gap['kind']}, {gap['grade']} evidence)"
        )
    broken = [row for row in document["coverage"] if row["visit"] and not row["visit"]["complete"]]
    for row in broken[:TOP]:
        _out(f"  not read whole: {row['competitor']}, {row['listing']}: {row['visit']['detail']}")
    if len(broken) > TOP:
        _out(f"  nor {len(broken) - TOP} more of {len(document['coverage'])} listings; the report says why of each")


def _shown(path: Path) -> str:
    """A path as one would type it from here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith(os.path.join("..", "..")) else relative


def _out(text: str) -> None:
    print(text)
