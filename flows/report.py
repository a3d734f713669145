"""Flow: lake -> report, with the report as a Prefect artifact."""

# Annotations stay real objects here: Prefect validates parameters against them, also where it loads this file by path
# and cannot look their names up.

from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact

from data.lake import Lake
from data.market import load
from data.settings import settings
from flows import cluster, progress
from flows.plan import widened
from reports import report as press
from reports.writing.charts import unpictured


@flow(name="report", flow_run_name="report {market}")
def report(market: Path, newcomers: list[str] | None = None) -> str:
    """Reads what is new, and publishes the market's report once it holds against the lake; returns its path.

    Args:
        market: the market file.
        newcomers: addresses of rivals that the file does not name; the report says how they change the market.
    """
    config = settings()
    known = load(market)
    loaded = widened(known, newcomers, market) if newcomers else known
    new = loaded.competitors[len(known.competitors) :]
    lake = Lake(config.lake)
    progress.listener.step(f"{loaded.name}: reading and weighing")
    slugs = [c.slug for c in new]
    with cluster.readers(config.dask) as elsewhere:
        path, _ = press.make(lake, loaded, config.reports, market.resolve(), slugs, checked=True, elsewhere=elsewhere)
    create_markdown_artifact(
        key="-".join(["report", loaded.slug, *slugs]),
        markdown=unpictured(path.read_text("utf-8")),
        description=f"Unmet needs: {loaded.name}",
    )
    get_run_logger().info("%s: report written to %s", loaded.slug, path)
    return str(path)
