"""Flow: a market's listings -> lake. One task run a listing; one that fails does not stop the others."""

# Annotations stay real objects here: Prefect validates parameters against them, also where it loads this file by path
# and cannot look their names up.

import math
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from threading import Semaphore
from typing import Any
from urllib.parse import urlsplit

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture, wait
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import Task

import scrapers
from data import locks, upkeep
from data.errors import UnmetError
from data.lake import Lake, LakeError
from data.market import Market, load
from data.settings import Settings, settings
from data.visit import Visit
from flows import collect, pace, progress, quiet
from flows.names import of_market
from flows.plan import Errand, plan, widened
from scrapers._errors import Fault, Unreachable
from scrapers._fetch import Fetcher

MOST_THREADS = 64
"""Listings at work at once; a host is asked one thing at a time whatever this is."""


LONGEST_SECONDS = 12 * 3600
"""Of one market's collecting; what was read until then is kept, and the next run goes on. 200 pages of a listing take
five minutes at the default pause, and the listings of one host wait for each other."""

HEAR_SECONDS = 0.5
"""How soon Ctrl-C is heard."""
ENDING_SECONDS = 60
"""After that time a visit that waits for a site is left to end by itself."""

THREADS: Any = ThreadPoolTaskRunner(max_workers=MOST_THREADS)  # its type parameter is narrower than flow() wants


def worth_retrying(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """Only a site that did not answer may answer later in the same run; a refusal or a changed page will not."""
    error: Any = state.result(raise_on_failure=False)
    return isinstance(error, Unreachable)


@task(name="visit", task_run_name="{name}", cache_policy=NO_CACHE, persist_result=False)
def visit_listing(
    name: str, errand: Errand, lake: Lake, config: Settings, fetcher: Fetcher, places: list[str]
) -> Visit:
    """Visits one listing; raises what went wrong after everything that could be read is in the lake."""
    board = progress.listener
    visit, error = collect.visit(
        errand,
        lake,
        config,
        fetcher.fetch,
        hold=fetcher.hold,
        places=places,
        on_page=lambda walk: board.moved(name, walk),
    )
    board.visited(name, visit)
    log = get_run_logger()
    if error is None:
        log.info(progress.told(visit))
        return visit
    log.warning(progress.told(visit))
    if isinstance(error, Fault):
        log.error("%s: %s", name, error, exc_info=error.__cause__)
    raise error


@flow(name="mine", flow_run_name=of_market("mine"), task_runner=THREADS, timeout_seconds=LONGEST_SECONDS)
def mine(market: Path, newcomers: Sequence[str] = ()) -> list[State[Any]]:
    """Collects the reviews of a market file's listings; fails, after visiting all, when a listing failed.

    Args:
        market: The market file; a path from the folder of README.md, such as `data/markets/notes.toml`.
        newcomers: Addresses of rivals that the file does not name; collected into the market's lake all the same.
    """
    loaded = load(market)
    return collect_market(widened(loaded, newcomers, market) if newcomers else loaded, market)


def collect_market(market: Market, file: Path | None) -> list[State[Any]]:
    """Submits one task a listing within the running flow and returns their final states."""
    quiet.hush()
    config = settings()
    errands = plan(market, file)
    lake = Lake(config.lake)
    places = [place.name for c in market.competitors for place in c.places]
    waits = config.retry_seconds
    retried = visit_listing.with_options(
        retries=len(waits), retry_delay_seconds=list(waits), retry_condition_fn=worth_retrying
    )
    # a second run of the market would ask its sites twice as often as they were promised
    with locks.run(config.lake, market.slug):
        _sweep(lake)
        progress.listener.planned([e.name for e in errands])
        futures: list[PrefectFuture[Visit]] = []
        try:
            with collect.fetcher(config, pace.shared() if config.shared_pace else None) as fetcher:
                for errand in _by_turns(errands):
                    futures.append(retried.submit(errand.name, errand, lake, config, fetcher, places))
                _end_of(futures)
        except BaseException:
            # nothing is asked any more, and what was read until now gets into the lake while the market is ours
            _end_of(futures, ENDING_SECONDS)
            raise
        expire(config)
        _tidy(lake, market.slug)
    return [future.state for future in futures]


def _end_of(futures: list[PrefectFuture[Visit]], patience: float = math.inf) -> None:
    """Waits for all, as long as `patience`, seconds; Ctrl-C and the end of a flow's time are heard meanwhile."""
    ended, until = Semaphore(0), time.monotonic() + patience
    for future in futures:
        future.add_done_callback(lambda _: ended.release())
    for _ in futures:
        # a signal may come to any thread, and the one that acts on it would sleep on until a listing is done
        while not ended.acquire(timeout=HEAR_SECONDS):
            if time.monotonic() > until:
                return
    wait(futures)


def expire(config: Settings) -> None:
    """Deletes archived pages that are older than they are kept."""
    collect.archive(config).expire((config.clock() - timedelta(days=config.keep_pages_days)).date())


def _sweep(lake: Lake) -> None:
    """Deletes what a run that died left half written; where others write at the moment, the next run does it."""
    try:
        left = upkeep.sweep(lake)
    except UnmetError:
        return
    if left:
        get_run_logger().info("%d files that a run left half written were deleted", len(left))


def _tidy(lake: Lake, market: str) -> None:
    """Packs the market's small files once there are many; that it cannot be done, on a full disk, costs no report."""
    try:
        packed = upkeep.tidy(lake, market)
        upkeep.expire(lake)
    except LakeError as e:
        get_run_logger().warning("%s: left in many small files: %s", market, e)
        return
    if packed:
        get_run_logger().info("%s: packed %s", market, ", ".join(packed))


def _by_turns(errands: list[Errand]) -> list[Errand]:
    """Hosts take turns, so that a host with many listings does not keep all threads waiting for it.

    The host that is asked, that is: the sites of one network may have one API.
    """
    queues: dict[str, list[Errand]] = {}
    for errand in errands:
        first = scrapers.source(errand.source).start(errand.handle).url if errand.handle else ""
        queues.setdefault(urlsplit(first).netloc, []).append(errand)
    ordered = []
    while any(queues.values()):
        ordered += [queue.pop(0) for queue in queues.values() if queue]
    return ordered
