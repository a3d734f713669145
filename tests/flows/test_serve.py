"""`unmet serve` against a real Prefect server: what it serves really gets scheduled."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.flow

ROOT = Path(__file__).parents[2]

SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def scheduled(port: int) -> list[str]:
    """States of the runs that the schedule made, not a person."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/flow_runs/filter", b'{"limit": 20}', {"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return [run["state_name"] for run in json.load(answer) if run["auto_scheduled"]]
    except OSError:
        return []


def test_a_schedule_makes_runs_and_stops_quietly(unmet):
    (unmet.home / "markets").mkdir()
    (unmet.home / "reviews.csv").write_text("id,body,rating\n1,It crashes.,1\n", "utf-8")
    (unmet.home / "markets" / "tiny.toml").write_text(
        'name = "T"\n[competitors.a]\nname = "A"\n[[competitors.a.exports]]\npath = "../reviews.csv"\nsource = "x"\n',
        "utf-8",
    )
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "serve", "--cron", "0 3 * * *"],
        cwd=ROOT, env=unmet.env | {"UNMET_PORT": str(port)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        until = time.monotonic() + SECONDS
        while not (runs := scheduled(port)) and server.poll() is None and time.monotonic() < until:
            time.sleep(0.5)
    finally:
        server.send_signal(signal.SIGINT)
        said, _ = server.communicate(timeout=60)
    assert runs, f"no run was scheduled within {SECONDS} s:\n{said}"
    assert set(runs) == {"Scheduled"}
    assert f"Prefect's pages: http://127.0.0.1:{port}" in said
    assert "Traceback" not in said
