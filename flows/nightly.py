"""Flow: every market: collect, read, report, tell."""

# Annotations stay real objects here: Prefect validates parameters against them, also where it loads this file by path
# and cannot look their names up.

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Failed

from data import locks
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
    for file in market_files(list(markets)):
        try:
            # held until all is told, so that nothing is made of what another run has collected by half
            with locks.run(settings().lake, load(file).slug):
                states.append(mine(file, list(newcomers), return_state=True))
                states.append(report(file, list(newcomers), return_state=True))
                if tell and not newcomers:
                    states += told_of(file, states[-1])
        except locks.Busy as e:
            states.append(Failed(message=str(e), data=e))
    return states


def told_of(file: Path, written: State[Any]) -> list[State[Any]]:
    """Tells those who asked for it what moved in a market; no state where nobody did.

    `written`: what came of its report.
    """
    config, market = settings(), load(file)
    if not receivers(market, config):
        return []
    # its result or its error, not the state: Prefect hands a task what a state holds
    result: Any = written.result(raise_on_failure=False)
    made, why = (Path(result), "") if written.is_completed() else (None, str(result))
    retried = telling.with_options(retries=len(config.retry_seconds), retry_delay_seconds=config.retry_seconds)
    return [retried(market.slug, file, made, why, return_state=True)]
