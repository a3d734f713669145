"""Flow: every market: collect, read, report, tell."""

# Annotations stay real objects here: Prefect validates parameters against them, also where it loads this file by path
# and cannot look their names up.

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Failed

from data import locks
from data.errors import UnmetError
from data.market import load, slugify
from data.settings import settings
from flows.mine import mine
from flows.names import of_markets
from flows.plan import checked, named_files
from flows.report import report
from flows.telling import market_of, receivers
from flows.telling import tell as telling


# each market's flows have a timeout; Prefect has one alarm a process, so theirs would silence one around them
@flow(name="nightly", flow_run_name=of_markets("nightly"))
def nightly(markets: Sequence[Path] = (), newcomers: Sequence[str] = (), *, tell: bool = True) -> list[State[Any]]:
    """Runs every market, one after the other; one whose file is wrong, or a listing that fails, stops no other.

    Args:
        markets: Market files, or folders of them, as paths from the folder of README.md; all of `data/markets` when
            empty.
        newcomers: Addresses of rivals that the market files do not name; collected and reported beside each market.
        tell: Whether those whom UNMET_NOTIFY or a market file names hear of what moved.
    """
    states: list[State[Any]] = []
    slugs: dict[str, Path] = {}
    for named in named_files(list(markets)):
        try:
            file = checked(named, slugs)
            # held until all is told, so that nothing is made of what another run has collected by half
            with locks.run(settings().lake, load(file).slug):
                collected = mine(file, list(newcomers), return_state=True)
                written = report(file, list(newcomers), return_state=True)
                states += [collected, written]
                if tell and not newcomers:
                    states += told_of(file, collected, written)
        except UnmetError as e:
            get_run_logger().error("%s", e)  # Prefect's own line counts states, and says no reason
            states.append(Failed(message=str(e), data=e))
            # not of one that has the name of another: what was told is remembered by the name
            own = slugs.get(slugify(named.stem), named) == named and not isinstance(e, locks.Busy)
            if tell and own and not newcomers:
                states += told_of(named.resolve(), None, states[-1])
    return states


def told_of(file: Path, collected: State[Any] | None, written: State[Any]) -> list[State[Any]]:
    """Tells those who asked for it what moved in a market; no state where nobody did.

    `collected`: what came of its listings, None where none was asked; `written`: what came of its report.
    """
    if not receivers(market_of(file), settings()):
        return []
    # results and errors, not states: Prefect hands a task what a state holds
    result: Any = written.result(raise_on_failure=False)
    made, why = (Path(result), "") if written.is_completed() else (None, str(result))
    found: Any = None if collected is None else collected.result(raise_on_failure=False)
    match found:
        case TimeoutError():
            broke_off = "time was up before all listings were visited"
        case BaseException():
            broke_off = str(found) or type(found).__name__
        case _:  # states of listings, of which the ledger says more
            broke_off = ""
    return [telling(slugify(file.stem), file, made, why, broke_off, return_state=True)]
