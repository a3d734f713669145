"""Flow: every market: collect, read, report."""

# Annotations stay real objects here: Prefect validates parameters against them, also where it loads this file by path
# and cannot look their names up.

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.mine import mine
from flows.names import of_markets
from flows.plan import market_files
from flows.report import report


# each market's flows have a timeout; Prefect has one alarm a process, so theirs would silence one around them
@flow(name="nightly", flow_run_name=of_markets("nightly"))
def nightly(markets: Sequence[Path] = (), newcomers: Sequence[str] = ()) -> list[State[Any]]:
    """Runs every market, one after the other; a market with a failed listing still gets its report.

    Args:
        markets: Market files, or folders of them, as paths from the folder of README.md; all of `data/markets` when
            empty.
        newcomers: Addresses of rivals that the market files do not name; collected and reported beside each market.
    """
    states: list[State[Any]] = []
    for file in market_files(list(markets)):
        states.append(mine(file, list(newcomers), return_state=True))
        states.append(report(file, list(newcomers), return_state=True))
    return states
