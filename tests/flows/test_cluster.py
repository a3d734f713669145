"""`unmet report` on a Dask cluster: a real scheduler, two real workers, a real Prefect server; all reviews invented."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import servers

from data.lake import Lake
from data.market import load
from data.settings import Settings
from flows import collect
from flows.plan import plan
from scrapers._source import Page, Request

pytestmark = pytest.mark.flow

ROOT = Path(__file__).parents[2]
SAID = (
    "It keeps crashing on page {}, and support never answered my {} letters.",
    "I love it. Best in class {} of {}!",
    "Please add folder {} and a dark mode, it would be great for {} of us.",
    "味道不错，第{}次送得太慢了，{}",
)
START = (
    "import sys; from reports.reading import parallel; parallel.LEAST, parallel.LARGEST, parallel.CHINESE = 20, 60, 0;"
    "from flows.cli import main; main(sys.argv[1:])"
)
"""The command, to which a few hundred reviews are worth several processes."""


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A market of two rivals; beside its file the lake with their 480 reviews, not read yet."""
    folder = tmp_path_factory.mktemp("market")
    rows = [
        {"id": str(i), "body": SAID[i % 4].format(i, i % 7), "rating": 1 + i % 5, "app": f"a{i % 2}"}
        for i in range(480)
    ]
    (folder / "reviews.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    export = '[[competitors.{0}.exports]]\npath = "reviews.jsonl"\nsource = "x"\nwhere = {{ app = "{0}" }}\n'
    rivals = [f'[competitors.{name}]\nname = "{name}"\n{export.format(name)}' for name in ("a0", "a1")]
    file = folder / "inks.toml"
    file.write_text("name = 'Inks'\n" + "".join(rivals), "utf-8")
    lake, config = Lake(folder / "lake"), Settings(now=datetime(2026, 11, 20, 3, tzinfo=UTC))
    for errand in plan(load(file), file):
        visit, error = collect.visit(errand, lake, config, never)
        assert (visit.new, error) == (240, None)
    return file


def never(request: Request) -> Page:
    raise AssertionError(f"{request.url}: was asked for")


def report(home: Path, market: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """`unmet report` on a copy of the lake, so that all reviews are read."""
    shutil.copytree(market.parent / "lake", home / "lake")
    own = {"PYTHONPATH": str(ROOT), "UNMET_REPORTS": str(home / "out"), "UNMET_LAKE": str(home / "lake")}
    return subprocess.run(
        [sys.executable, "-P", "-c", START, "report", str(market)],
        cwd=ROOT, capture_output=True, text=True, timeout=200, check=False,
        env={k: v for k, v in os.environ.items() if not k.startswith(("UNMET_", "PREFECT_"))} | own | env,
    )  # fmt: skip


def written(home: Path) -> dict[str, bytes]:
    """Every file of the reports, and what the lake holds of what was read."""
    files = {str(path.relative_to(home)): path.read_bytes() for path in (home / "out").rglob("*") if path.is_file()}
    for name, keys in (("readings", ["key"]), ("mentions", ["key", "mention"])):
        rows = Lake(home / "lake").table(name, "inks")
        assert rows is not None
        files[name] = rows.sort(keys).write_ndjson().encode()
    return files


def test_what_two_workers_read_is_what_one_process_reads(
    prefect_api: str, market: Path, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    alone, many = (tmp_path_factory.mktemp("home") for _ in range(2))
    done = report(alone, market, UNMET_WORKERS="1")
    assert done.returncode == 0, done.stderr
    with servers.dask_cluster(tmp_path, servers.clean() | {"PREFECT_API_URL": prefect_api}, 2) as (address, _):
        done = report(many, market, UNMET_DASK=address, PREFECT_API_URL=prefect_api)
    assert (done.returncode, done.stderr) == (0, "")
    assert written(many) == written(alone)
    assert servers.task_runs(prefect_api, "read", 4) == 4


def test_no_scheduler_no_worker_and_no_server_are_one_line_each(
    market: Path, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    nobody = f"tcp://127.0.0.1:{servers.free_port()}"
    server = {"PREFECT_API_URL": "http://127.0.0.1:9/api"}
    with servers.dask_cluster(tmp_path, servers.clean(), 0) as (idle, _):
        told = {
            name: report(tmp_path_factory.mktemp("home"), market, **env)
            for name, env in {
                "no server": {"UNMET_DASK": idle},
                "no scheduler": {"UNMET_DASK": nobody, **server},
                "no worker": {"UNMET_DASK": idle, **server},
            }.items()
        }
    assert [(done.returncode, done.stderr.count("\n")) for done in told.values()] == [(2, 1), (3, 1), (3, 1)]
    assert "PREFECT_API_URL" in told["no server"].stderr
    assert f"unmet: {nobody}: " in told["no scheduler"].stderr
    assert f"{idle}: has no workers" in told["no worker"].stderr
