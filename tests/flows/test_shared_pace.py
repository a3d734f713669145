"""Two collectors, each a process of its own, on one Prefect server with PostgreSQL: a host sees one pace."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.flow

ROOT = Path(__file__).parents[2]
HOST = "addons.mozilla.org"
PAUSE = 0.5
REVIEWS = 120
"""Of each listing, 50 a page."""


@pytest.fixture(scope="module")
def api(servers: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
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


def test_two_workers_never_ask_one_host_faster_than_its_pace(
    unmet: Any, api: str, protocols: ModuleType, tmp_path: Path
) -> None:
    names = ("ink", "pen")
    with protocols.Loopback([protocols.MozillaAddons(HOST, REVIEWS)], delay=0.05) as site:
        env = unmet.env | {
            "PREFECT_API_URL": api, "UNMET_SHARED_PACE": "true", "UNMET_PAUSE_SECONDS": str(PAUSE),
            "UNMET_CONNECT_TO": json.dumps(dict(site.connect_to)), "UNMET_NOW": "2026-11-20T03:00:00Z",
        }  # fmt: skip
        team = [
            subprocess.Popen(
                [sys.executable, "-m", "flows.cli", "mine", str(market(tmp_path, name))],
                cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )
            for name in names
        ]  # fmt: skip
        told = [process.communicate(timeout=240)[0] for process in team]
        log = site.log
    assert [process.returncode for process in team] == [0, 0], "\n".join(told)
    assert [f"{REVIEWS} new" in said for said in told] == [True, True]
    whose = [name for asked in log for name in names if name in asked.path]
    assert sum(a != b for a, b in pairwise(whose)) > 0, "they did not work at the same time"
    gaps = [later.started - earlier.ended for earlier, later in pairwise(log)]
    assert min(gaps) >= PAUSE


def test_a_pace_is_not_shared_without_a_server(unmet: Any, tmp_path: Path) -> None:
    told = unmet("mine", str(market(tmp_path, "ink")), UNMET_SHARED_PACE="true")
    assert (told.returncode, told.stderr.splitlines()[-1:]) == (
        2,
        ["unmet: UNMET_SHARED_PACE: one Prefect server has to hold the pace; start one, and set PREFECT_API_URL to it"],
    )
