"""`unmet serve` against a real Prefect server: what it serves really gets scheduled."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
import servers
from slow import Shop

from flows import serving

pytestmark = pytest.mark.flow

ROOT = Path(__file__).parents[2]

SECONDS = 180


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


TINY = 'name = "T"\n[competitors.a]\nname = "A"\n[[competitors.a.exports]]\npath = "../reviews.csv"\nsource = "x"\n'
ENDLESS = """name = "T"
[competitors.a]
name = "A"
listings = [{ url = "http://shop.example/a", source = "schema_org" }]
"""


@pytest.fixture
def served(unmet):
    """`unmet serve` with a schedule, once it is there: (process, port, what was scheduled)."""
    (unmet.home / "reviews.csv").write_text("id,body,rating\n1,It crashes.,1\n", "utf-8")
    with serving_of(unmet, TINY) as there:
        yield there


@contextmanager
def serving_of(unmet, market, **settings):
    """The same of a market."""
    (unmet.home / "markets").mkdir()
    (unmet.home / "markets" / "tiny.toml").write_text(market, "utf-8")
    port = servers.free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "serve", "--cron", "0 3 * * *"],
        cwd=ROOT, env=unmet.env | {"UNMET_PORT": str(port)} | settings, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        until = time.monotonic() + SECONDS
        while not (runs := scheduled(port)) and process.poll() is None and time.monotonic() < until:
            time.sleep(0.5)
        yield process, port, runs
        process.terminate()  # and with it the server, which a kill would leave behind
        process.wait(timeout=60)


def server_of(process):
    """The process id of the Prefect server that `unmet serve` started."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    (server,) = [c for c in children if b"server" in Path(f"/proc/{c}/cmdline").read_bytes()]
    return int(server)


def test_a_schedule_makes_runs_and_stops_quietly_with_its_server(served):
    process, port, runs = served
    server = server_of(process)
    process.send_signal(signal.SIGTERM)  # as systemd and containers stop it; Ctrl-C is the same to Prefect's runner
    said, _ = process.communicate(timeout=60)
    assert runs, f"no run was scheduled within {SECONDS} s:\n{said}"
    assert set(runs) == {"Scheduled"}
    assert f"Prefect's pages: http://127.0.0.1:{port}" in said
    assert "\n1 market, 0 3 * * * (UTC); stop with Ctrl-C\n" in said
    assert "Traceback" not in said
    assert process.returncode == 0
    assert not Path(f"/proc/{server}").exists()


def test_prefects_pages_are_there_though_its_code_cannot_be_written_to(served, unmet):
    _, port, _ = served
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as page:
        assert "<title>Prefect Server</title>" in page.read().decode()
    # an installed program is often another user's; what Prefect would write beside its code lies with its records
    assert (unmet.home / "prefect" / "pages" / "v1" / "index.html").is_file()


def asked(port, path, body):
    """What the Prefect server answers."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/{path}", json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def test_nights_that_are_due_or_late_while_one_runs_are_left_out(unmet):
    shop = Shop()
    connect_to = json.dumps({"shop.example": shop.at})
    try:
        with serving_of(unmet, ENDLESS, UNMET_CONNECT_TO=connect_to, UNMET_TIMEOUT_SECONDS="120") as (_, port, _):
            (deployment,) = asked(port, "deployments/filter", {})
            due = [asked(port, f"deployments/{deployment['id']}/create_flow_run", {})["id"]]
            assert shop.asked.wait(SECONDS)  # the first night is under way, and goes on
            late = {"state": {"type": "SCHEDULED", "name": "Late"}}  # as those that were missed while nothing ran
            due += [asked(port, f"deployments/{deployment['id']}/create_flow_run", late)["id"] for _ in range(2)]
            until, states = time.monotonic() + SECONDS, []
            while states != ["Running", "Cancelled", "Cancelled"] and time.monotonic() < until:
                runs = asked(port, "flow_runs/filter", {"flow_runs": {"id": {"any_": due}}})
                states = [next(run["state_name"] for run in runs if run["id"] == night) for night in due]
                time.sleep(0.5)
            assert states == ["Running", "Cancelled", "Cancelled"]
            shop.over.set()
    finally:
        shop.close()


def test_without_a_market_nothing_is_started(unmet):
    (unmet.home / "markets").mkdir()
    done = unmet("serve", UNMET_PORT=str(servers.free_port()))
    assert done.returncode == 2
    assert done.stderr == (
        f"unmet: {unmet.home}/markets: no market file there; write one, README shows how, or try `unmet demo`\n"
    )


def test_it_ends_in_a_line_when_its_server_does(served):
    process, _, _ = served
    os.kill(server_of(process), signal.SIGKILL)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert said.strip().splitlines()[-1] == (
        "unmet: Prefect's server ended (exit -9); run `unmet serve` again, nothing is lost"
    )
    assert "Traceback" not in said


def test_a_python_that_may_not_be_run_is_told_in_a_line(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with (
        pytest.raises(serving.ServeError, match=r"^Prefect's server cannot be started \(/nowhere/python: No such file"),
        serving._server(servers.free_port()),
    ):
        pass
