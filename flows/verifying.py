"""`unmet verify`: reports held against the lake."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from data.lake import Lake
from data.market import MarketError, load
from data.settings import settings
from flows.codes import DONE, NOTHING
from flows.plan import widened
from reports import report as press
from reports.writing import verify
from reports.writing.files import ReportError
from reports.writing.files import load as load_report

MOST_SHOWN = 20


def run(what: list[Path]) -> int:
    """Checks the reports and says for each whether it holds; NOTHING when one does not."""
    config = settings()
    lake = Lake(config.lake)
    code = DONE
    for report in _reports(what, config.reports):
        document = load_report(report)
        file = document["market"]["file"]
        if file is None:
            raise ReportError(f"{report}: does not say which market file it was made from; make it anew")
        market_file = (report.parent / file).resolve()
        market = load(market_file)
        known, new = len(market.competitors), document.get("newcomers")
        if new:
            market = widened(market, new["listings"], market_file)
        slugs = [c.slug for c in market.competitors[known:]]
        wrong = press.check(lake, market, report, market_file, slugs)
        quoted = sum(1 for _ in verify.quotes(document))
        if not wrong:
            _out(f"{report}: holds; {_numbers(document):,} numbers and {quoted} quotes recomputed from the lake")
            continue
        code = NOTHING
        _out(f"{report}: does not hold, {len(wrong)} differences")
        for line in wrong[:MOST_SHOWN]:
            _out(f"  {line}")
        if len(wrong) > MOST_SHOWN:
            _out(f"  and {len(wrong) - MOST_SHOWN} more")
        if _visited_since(lake, market.slug, report):
            _out(f"  the market was visited after it was written; `unmet report {market_file}` makes it anew")
    return code


def _visited_since(lake: Lake, market: str, report: Path) -> bool:
    """Whether the lake holds visits that the report cannot know of, as while a night goes on."""
    visits = lake.visits(market)["at"].to_list()
    return bool(visits) and max(visits) > datetime.fromtimestamp(report.stat().st_mtime, UTC)


def _reports(what: list[Path], out: Path) -> list[Path]:
    if not what:
        newest = [max(found) for folder in sorted(out.glob("*/")) if (found := list(folder.glob("*.json")))]
        if not newest:
            raise ReportError(f"{out}: no report there yet; `unmet demo` makes one")
        return newest
    found = []
    for path in what:
        if path.suffix == ".toml":
            dates = sorted((out / load(path).slug).glob("*.json"))
            if not dates:
                raise ReportError(f"{path}: has no report yet; make it with `unmet report {path}`")
            found.append(dates[-1])
        elif path.suffix in {".md", ".html", ".json"}:
            beside = path.with_suffix(".json")
            if not beside.is_file():
                dates = sorted(path.parent.glob("*.json"))
                if path.stem != "latest" or not dates:
                    raise ReportError(f"{path}: {beside.name} must lie beside it; make the report anew")
                beside = dates[-1]
            found.append(beside)
        else:
            raise MarketError(f"{path}: is neither a report (.md, .html, .json) nor a market file (.toml)")
    return found


def _numbers(value: object) -> int:
    if isinstance(value, dict):
        return sum(map(_numbers, value.values()))
    if isinstance(value, list):
        return sum(map(_numbers, value))
    return int(isinstance(value, int | float) and not isinstance(value, bool))


def _out(text: str) -> None:
    print(text)
