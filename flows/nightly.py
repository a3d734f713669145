"""Flow: every market: collect, read, report."""

# Annotations stay real objects here: Prefect validates parameters against them, also where it loads this file by path
# and cannot look their names up.

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Failed

from data import locks
from data.market import load
from data.settings import settings
from flows.mine import mine
from flows.plan import market_files
from flows.report import report


@flow(name="nightly", flow_run_name="nightly")
def nightly(markets: list[Path] | None = None, newcomers: list[str] | None = None) -> list[State[Any]]:
    """Runs every market, one after the other; a market with a failed listing still gets its report.

    Args:
        markets: market files or folders of them; all of `data/markets` when empty.
        newcomers: addresses of rivals that the market files do not name; collected and reported beside each market.
    """
    states: list[State[Any]] = []
    for file in market_files(markets or []):
        try:
            # held until the report is out, so that none is made of what another run has collected by half
            with locks.run(settings().lake, load(file).slug):
                states.append(mine(file, newcomers, return_state=True))
                states.append(report(file, newcomers, return_state=True))
        except locks.Busy as e:
            states.append(Failed(message=str(e), data=e))
    return states
