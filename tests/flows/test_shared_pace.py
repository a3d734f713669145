"""Two Prefect workers on a server with PostgreSQL: a host sees one pace."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import servers

from data.lake import Lake

pytestmark = pytest.mark.flow

ROOT = Path(__file__).parents[2]
HOST = "addons.mozilla.org"
PAUSE = 0.5
REVIEWS = 120
"""Of each listing, 50 a page."""


DEPLOY = """
import sys
from prefect import flow
mine = flow.from_source(source=sys.argv[1], entrypoint="flows/mine.py:mine")
mine.to_deployment(name="one", work_pool_name="unmet").apply()
"""
"""`prefect deploy` of 3.8.8 makes it as well, and then fails over a hint at workers that are there (422)."""


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prefect server whose database is PostgreSQL."""
    programs = servers.postgres_folder()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: one pace over several workers is not tested")
    home = tmp_path_factory.mktemp("server")
    with servers.postgres(programs) as database:
        env = servers.clean() | {"PREFECT_API_DATABASE_CONNECTION_URL": database}
        with servers.prefect_server(home, env) as address:
            yield address


def market(folder: Path, name: str) -> Path:
    file = folder / f"{name}.toml"
    file.write_text(
        f'name = "{name}"\n[competitors.{name}]\nname = "{name}"\n'
        f'listings = ["https://{HOST}/firefox/addon/{name}/"]\n',
        "utf-8",
    )
    return file


def test_two_workers_never_ask_one_host_faster_than_its_pace(api: str, protocols: ModuleType, tmp_path: Path) -> None:
    names = ("ink", "pen")
    with protocols.Loopback([protocols.MozillaAddons(HOST, REVIEWS)], delay=0.05) as site, ExitStack() as stack:
        env = servers.clean() | {
            "PREFECT_API_URL": api, "PREFECT_HOME": str(tmp_path / "prefect"), "PREFECT_WORKER_QUERY_SECONDS": "1",
            "PYTHONPATH": str(ROOT), "UNMET_HOME": str(ROOT), "UNMET_LAKE": str(tmp_path / "lake"),
            "UNMET_SHARED_PACE": "true", "UNMET_PAUSE_SECONDS": str(PAUSE), "UNMET_NOW": "2026-11-20T03:00:00Z",
            "UNMET_CONNECT_TO": json.dumps(dict(site.connect_to)),
        }  # fmt: skip
        prefect = [sys.executable, "-P", "-m", "prefect", "--no-prompt"]
        deployed = [sys.executable, "-P", "-c", DEPLOY, str(ROOT)]
        asked = [["deployment", "run", "mine/one", "-p", f"market={market(tmp_path, name)}"] for name in names]
        pool = ["work-pool", "create", "unmet", "--type", "process"]
        for what in ([*prefect, *pool], deployed, *([*prefect, *each] for each in asked)):
            done = subprocess.run(what, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        for name in names:  # one run at a time each, so that each takes one
            worker = [*prefect, "worker", "start", "--pool", "unmet", "--type", "process", "--limit", "1"]
            stack.enter_context(servers.running(worker, env, tmp_path / f"{name}.log"))
        assert servers.flow_runs(api, 2) == ["Completed"] * 2, "".join(p.read_text() for p in tmp_path.glob("*.log"))
        log = site.log
    assert [Lake(tmp_path / "lake").held(name)["reviews"] for name in names] == [REVIEWS] * 2
    whose = [name for asked in log for name in names if name in asked.path]
    assert sum(a != b for a, b in pairwise(whose)) > 1, "they did not work at the same time"
    gaps = [later.started - earlier.ended for earlier, later in pairwise(log)]
    assert min(gaps) >= PAUSE


def test_a_pace_is_not_shared_without_a_server(unmet: Any, tmp_path: Path) -> None:
    told = unmet("mine", str(market(tmp_path, "ink")), UNMET_SHARED_PACE="true")
    assert (told.returncode, told.stderr.splitlines()[-1:]) == (
        2,
        ["unmet: UNMET_SHARED_PACE: one Prefect server has to hold the pace; start one, and set PREFECT_API_URL to it"],
    )
