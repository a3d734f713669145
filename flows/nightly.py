"""Flow: every market: collect, read, report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from data.market import MarketError, load
from data.settings import settings
from flows.mine import mine
from flows.plan import plan
from flows.report import report


def market_files(markets: list[Path]) -> list[Path]:
    """The market files that are meant: those named, those in the folders named, or all of the settings' folder.

    Each is loaded and planned here, so that a mistake in the last one is found before the first one is asked for.
    """
    named = markets or [settings().markets]
    files = [file for path in named for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]
    if not files:
        raise MarketError(f"{named[0]}: no market file there; write one, README shows how, or try `unmet demo`")
    slugs: dict[str, Path] = {}
    for file in files:
        market = load(file)
        if market.slug in slugs:
            raise MarketError(f"{file}: has the same name as {slugs[market.slug]}; rename one, the name is its key")
        slugs[market.slug] = file
        plan(market, file)
    return [file.resolve() for file in files]


@flow(name="nightly", flow_run_name="nightly")
def nightly(markets: list[Path] | None = None) -> list[State[Any]]:
    """Runs every market, one after the other; a market with a failed listing still gets its report.

    Args:
        markets: market files or folders of them; all of `data/markets` when empty.
    """
    states: list[State[Any]] = []
    for file in market_files(markets or []):
        states.append(mine(file, return_state=True))
        states.append(report(file, return_state=True))
    return states
