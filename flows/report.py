"""Flow: lake -> report, with the report as a Prefect artifact."""

# Annotations stay real objects here: Prefect validates parameters against them, also where it loads this file by path
# and cannot look their names up.

from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact

from data.lake import Lake
from data.market import load
from data.settings import settings
from flows import progress
from reports import report as press
from reports.writing.charts import unpictured


@flow(name="report", flow_run_name="report {market}")
def report(market: Path) -> str:
    """Reads what is new, and publishes the market's report once it holds against the lake; returns its path."""
    config = settings()
    loaded = load(market)
    lake = Lake(config.lake)
    progress.listener.step(f"{loaded.name}: reading and weighing")
    path, _ = press.make(lake, loaded, config.reports, market.resolve(), checked=True)
    shown = unpictured(path.read_text("utf-8"))
    create_markdown_artifact(key=f"report-{loaded.slug}", markdown=shown, description=f"Unmet needs: {loaded.name}")
    get_run_logger().info("%s: report written to %s", loaded.slug, path)
    return str(path)
