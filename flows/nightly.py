"""Flow: every market: collect, read, report, tell."""

# Annotations stay real objects here: Prefect validates parameters against them, also where it loads this file by path
# and cannot look their names up.

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from data.market import load
from data.settings import settings
from flows.mine import mine
from flows.names import of_markets
from flows.plan import market_files
from flows.report import report
from flows.telling import receivers
from flows.telling import tell as telling


# each market's flows have a timeout; Prefect has one alarm a process, so theirs would silence one around them
@flow(name="nightly", flow_run_name=of_markets("nightly"))
def nightly(markets: Sequence[Path] = (), newcomers: Sequence[str] = (), *, tell: bool = True) -> list[State[Any]]:
    """Runs every market, one after the other; a market with a failed listing still gets its report.

    Args:
        markets: Market files, or folders of them, as paths from the folder of README.md; all of `data/markets` when
            empty.
        newcomers: Addresses of rivals that the market files do not name; collected and reported beside each market.
        tell: Whether those whom UNMET_NOTIFY or a market file names hear of what moved.
    """
    states: list[State[Any]] = []
    config = settings()
    for file in market_files(list(markets)):
        states.append(mine(file, list(newcomers), return_state=True))
        written = report(file, list(newcomers), return_state=True)
        states.append(written)
        market = load(file)
        if tell and not newcomers and receivers(market, config):
            retried = telling.with_options(retries=len(config.retry_seconds), retry_delay_seconds=config.retry_seconds)
            # its result or its error, not the state: Prefect hands a task what a state holds
            result: Any = written.result(raise_on_failure=False)
            made, why = (Path(result), "") if written.is_completed() else (None, str(result))
            states.append(retried(market.slug, file, made, why, return_state=True))
    return states
