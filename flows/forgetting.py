"""`unmet forget`: takes reviews, and all that quotes them, off this machine."""

from __future__ import annotations

import shutil
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.prompt import Confirm

from data import forgotten, locks
from data.archive import Archive
from data.errors import UnmetError
from data.lake import Lake, LakeError
from data.market import load, slugify
from data.settings import settings
from flows import collect
from flows.codes import DONE, NOTHING, USAGE
from flows.screen import console
from reports import report as press
from reports.writing import files, newcomer

_NOBODY = ""
"""No competitor's slug."""


@dataclass(frozen=True)
class _Part:
    """What is held of one market and matches."""

    market: str
    rows: dict[str, int]
    """Table -> rows."""
    listings: tuple[str, ...]
    pages: tuple[Path, ...]
    """Files of the page archive."""
    reports: tuple[Path, ...]
    """Reports and what lies beside them; a market file that was written there stays."""
    keys: tuple[str, ...] | None = None
    """The reviews meant, where single ones are; None for all that match."""

    @property
    def empty(self) -> bool:
        return not (self.pages or any(self.rows.values()))


def run(
    market: Path | None,
    competitor: str | None,
    source: str | None,
    yes: bool,
    review: str | None = None,
    author: str | None = None,
) -> int:
    """Forgets what matches, after asking; says how much there was of each kind.

    A single review, or an author, does not come back either.
    """
    single = review is not None or author is not None
    if single and (competitor is not None or source is not None):
        _say("unmet: --review and --author stand alone; leave out --competitor and --source")
        return USAGE
    config = settings()
    lake, archive = Lake(config.lake), collect.archive(config)
    slug = None if market is None else slugify(market.stem)
    all_markets = _markets(lake, archive, config.reports)
    chosen = [m for m in all_markets if slug in {None, m}]
    # a market's reports alone are a match too when the whole market is meant: a run that died may have left them
    whole = competitor is source is None and not single

    def matching() -> list[_Part]:
        keys = {m: lake.keys(m, review, author) if single else None for m in chosen}
        parts = [_part(m, lake, archive, config.reports, competitor, source, keys[m]) for m in chosen]
        return [p for p in parts if not p.empty or (whole and p.reports)]

    parts = matching()
    if not parts:
        lake.purge()  # a run that died after the rows were gone left their files
        known = f"there is {', '.join(all_markets)}" if all_markets else "there is nothing at all"
        _say(f"unmet: nothing is held that matches; {known}")
        return NOTHING
    if not yes:
        if not sys.stdin.isatty():
            _say("unmet: forgetting cannot be taken back; say --yes to go on without being asked")
            return USAGE
        if not Confirm.ask(f"Forget {_what(parts)}? It cannot be taken back", console=console, default=False):
            _say("nothing was forgotten")
            return DONE
    with ExitStack() as held, console.status("forgetting"):
        for m in chosen:  # a run under way would bring back what it holds already
            held.enter_context(locks.run(config.lake, m))
        parts = matching()
        known_files = {part.market: _market_file(part, market) for part in parts}
        if single:  # first: a run that dies over it must not collect them again
            _bar(config.lake, parts, author)
        for part in parts:
            _forget(part, lake, archive, competitor, source)
        lake.purge()
        rewritten = [_again(part, lake, config.reports, known_files[part.market]) for part in parts]
        if (config.reports / "index.md").is_file():
            files.write_index(config.reports)
    for part, report in zip(parts, rewritten, strict=True):
        print(f"{part.market}: forgot {_counts(part)}")
        if report is not None:
            print(f"{part.market}: a report of what is left: {report}")
    if single:
        _say(
            "They are not collected again; pages that still show them are kept raw for `UNMET_KEEP_PAGES_DAYS` at most."
        )
    else:
        _say("Their listings are collected again by the next run, unless you take them out of the market file.")
    keys = ", ".join(f"report-{name}" for part in parts for name in (part.market, *_newcomers(part)))
    _say(
        "Prefect's own pages may still show reports of past runs: `prefect artifact delete KEY`, until none is left"
        f" ({keys})."
    )
    return DONE


def _bar(lake: str, parts: list[_Part], author: str | None) -> None:
    try:
        forgotten.bar(lake, {key for part in parts for key in part.keys or ()}, author)
    except OSError as e:
        why = e.strerror or e
        raise LakeError(
            f"{lake}: what is to stay forgotten cannot be kept ({why}), and nothing was forgotten; check space and"
            " rights, then run again"
        ) from e


def _newcomers(part: _Part) -> list[str]:
    """What the market's reports with newcomers are called in Prefect's pages."""
    prefix = newcomer.folder([""])
    return [part.market + "-" + p.name.removeprefix(prefix) for p in part.reports if p.name.startswith(prefix)]


def _markets(lake: Lake, archive: Archive, reports: Path) -> list[str]:
    """Every market that anything at all is held of."""
    folders = [p.name for p in reports.iterdir() if p.is_dir()] if reports.is_dir() else []
    return sorted({*lake.markets(), *archive.markets(), *folders})


def _part(
    market: str,
    lake: Lake,
    archive: Archive,
    reports: Path,
    competitor: str | None,
    source: str | None,
    keys: list[str] | None,
) -> _Part:
    rows = lake.held(market, competitor, source, keys)
    listings = tuple(lake.listings(market, competitor, source, keys))
    folder = reports / market
    beside = tuple(sorted(p for p in folder.iterdir() if p.suffix != ".toml")) if folder.is_dir() else ()
    # of single reviews only the pages of their own listings go, whoever else is on them
    of = _NOBODY if keys is not None else competitor
    pages = tuple(archive.held(market, of, source, listings))
    return _Part(market, rows, listings, pages, beside, None if keys is None else tuple(keys))


def _forget(part: _Part, lake: Lake, archive: Archive, competitor: str | None, source: str | None) -> None:
    """What quotes the reviews goes first: a run that dies over it finds them again by the reviews."""
    for path in part.reports:
        try:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        except OSError as e:
            raise files.ReportError(f"{path}: cannot be deleted ({e.strerror}); check rights, then run again") from e
    archive.forget(part.market, _NOBODY if part.keys is not None else competitor, source, part.listings)
    lake.forget(part.market, competitor, source, part.keys)


def _market_file(part: _Part, named: Path | None) -> Path | None:
    """The market's file: as named, or as its newest report says."""
    if named is not None:
        return named.resolve() if named.is_file() else None
    for report in sorted((p for p in part.reports if p.suffix == ".json"), reverse=True):
        try:
            told = files.load(report)["market"]["file"]
        except (UnmetError, KeyError, TypeError):
            continue
        if told is not None and (report.parent / str(told)).is_file():
            return (report.parent / str(told)).resolve()
    return None


def _again(part: _Part, lake: Lake, reports: Path, file: Path | None) -> Path | None:
    """The report of what is left, where there is anything and the market's file says what it is a report of."""
    if not lake.held(part.market)["visits"]:
        return None
    if file is None:
        _say(
            f"{part.market}: its market file is not known; `unmet report MARKET.toml` writes the report of what is left"
        )
        return None
    try:
        return press.make(lake, load(file), reports, file)[0]
    except UnmetError as e:
        _say(f"{part.market}: no report of what is left ({e})")
        return None


def _what(parts: list[_Part]) -> str:
    return "; ".join(f"{part.market}: {_counts(part)}" for part in parts)


def _counts(part: _Part) -> str:
    counts = {name[:-1]: part.rows[name] for name in ("reviews", "mentions", "changes", "visits")}
    counts |= {"page file": len(part.pages), "report": sum(p.suffix == ".json" for p in part.reports)}
    return ", ".join(f"{n:,} {what}{'' if n == 1 else 's'}" for what, n in counts.items())


def _say(text: str) -> None:
    console.print(text, soft_wrap=True, markup=False)
