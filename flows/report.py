"""Flow: lake -> report, with the report and its tables as Prefect artifacts."""

# Annotations stay real objects here: Prefect validates parameters against them, also where it loads this file by path
# and cannot look their names up.

from collections.abc import Sequence
from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from data import locks
from data.lake import Lake
from data.market import load
from data.settings import settings
from flows import artifacts, cluster, progress
from flows.names import of_market
from flows.plan import widened
from reports import report as press
from reports.writing.charts import unpictured

LONGEST_SECONDS = 4 * 3600


@flow(name="report", flow_run_name=of_market("report"), timeout_seconds=LONGEST_SECONDS)
def report(market: Path, newcomers: Sequence[str] = ()) -> str:
    """Reads what is new, and publishes the market's report once it holds against the lake; returns its path.

    Args:
        market: The market file; a path from the folder of README.md, such as `data/markets/notes.toml`.
        newcomers: Addresses of rivals that the file does not name; the report says how they change the market.
    """
    config = settings()
    known = load(market)
    loaded = widened(known, newcomers, market) if newcomers else known
    new = loaded.competitors[len(known.competitors) :]
    lake = Lake(config.lake)
    progress.listener.step(f"{loaded.name}: reading and weighing")
    slugs = [c.slug for c in new]
    log = get_run_logger()
    with locks.run(config.lake, loaded.slug), cluster.readers(config.dask) as elsewhere:
        path, document = press.make(
            lake, loaded, config.reports, market.resolve(), slugs, checked=True, elsewhere=elsewhere
        )
    name = "-".join([loaded.slug, *slugs])
    create_markdown_artifact(
        key=f"report-{name}",
        markdown=unpictured(path.read_text("utf-8")),
        description=f"Unmet needs: {loaded.name}",
    )
    create_table_artifact(
        key=f"gaps-{name}", table=artifacts.gaps(document), description=f"Gaps, ranked: {loaded.name}"
    )
    create_table_artifact(
        key=f"coverage-{name}", table=artifacts.coverage(document), description=f"What was read: {loaded.name}"
    )
    log.info("report written to %s", path)
    return str(path)
