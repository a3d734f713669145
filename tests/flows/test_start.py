"""What a command loads: nothing that it does not need, so that it answers at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.lake import Lake
from data.market import load
from data.settings import Settings
from flows import collect
from flows.plan import plan
from scrapers._errors import FetchError
from scrapers._source import Page, Request

ROOT = Path(__file__).parents[2]
RUN = """
import sys
from flows.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
    raise
"""
HEAVY = {"prefect", "polars", "deltalake", "httpx", "altair", "sklearn", "scipy", "lingua", "vl_convert", "reports"}


def loaded(*arguments: str, **env: str) -> set[str]:
    """The names of the packages that a command has loaded by its end."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("UNMET_", "PREFECT_"))}
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=ROOT, env=clean | env, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("asked", [["--help"], ["--version"], ["mine", "--help"], ["nightly", "--help"]])
def test_help_loads_nothing_heavy(asked: list[str]) -> None:
    assert loaded(*asked) & HEAVY == set()


def test_what_runs_no_flow_loads_no_prefect(tmp_path: Path) -> None:
    """A report from the lake, its check, and the list of sources: none is a flow."""
    file = tmp_path / "notes.toml"
    file.write_text(
        'name = "Notes"\n[competitors.ink]\nname = "Ink"\n[[competitors.ink.exports]]\npath = "ink.csv"\n'
        'source = "google_play"\ncolumns = { body = "said", rating = "stars" }\n',
        "utf-8",
    )
    (tmp_path / "ink.csv").write_text("said,stars\nIt loses my notes.,1\nI love it.,5\n", "utf-8")
    config = Settings(lake=str(tmp_path / "lake"), reports=tmp_path / "out")
    for errand in plan(load(file), file):
        assert collect.visit(errand, Lake(config.lake), config, _nothing)[1] is None
    env = {"UNMET_LAKE": config.lake, "UNMET_REPORTS": str(config.reports)}
    for asked in (["report", str(file)], ["verify"], ["sources"]):
        assert "prefect" not in loaded(*asked, **env), asked
    assert (tmp_path / "out" / "notes" / "latest.md").is_file()


def _nothing(request: Request) -> Page:
    raise FetchError(f"{request.url}: a file asks for no page")
