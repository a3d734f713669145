"""Servers on loopback as benchmarks and tests start them: Prefect's, a Dask scheduler with its workers, an S3 store,
PostgreSQL."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
START_SECONDS = 240


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], env: dict[str, str], log: Path, **how: object) -> Iterator[subprocess.Popen[bytes]]:
    """A process of this checkout while the block runs; what it says goes to a file."""
    with log.open("ab") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=said, stderr=said, **how)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Waits until something is ready; raises AssertionError with what the process said where it never is."""
    end = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")
        time.sleep(0.2)


def answers(url: str) -> bool:
    """Whether an address answers at all."""
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except OSError:
        return False


@contextmanager
def prefect_server(home: Path, env: dict[str, str]) -> Iterator[str]:
    """A Prefect server; the address of its interface."""
    with prefect_process(home, env) as (api, _):
        yield api


@contextmanager
def prefect_process(home: Path, env: dict[str, str]) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The same with its process, for those who end it."""
    port, log = free_port(), home / "prefect.log"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    quiet = {"PREFECT_HOME": str(home / "prefect"), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    with running(command, env | quiet, log) as server:
        until(lambda: answers(f"http://127.0.0.1:{port}/api/health"), server, log)
        yield f"http://127.0.0.1:{port}/api", server


def postgres_folder() -> Path | None:
    """Where PostgreSQL's programs lie, if it is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    told = shutil.which("initdb")
    return found[-1].parent if found else Path(told).resolve().parent if told else None


@contextmanager
def postgres(programs: Path) -> Iterator[str]:
    """A PostgreSQL server with an empty database, not kept; its address, as Prefect wants it."""
    who: dict[str, str] = {"user": "postgres"} if os.geteuid() == 0 else {}  # it does not run as root
    with TemporaryDirectory(prefix="postgres-") as folder:
        home, port = Path(folder), free_port()
        if who:
            shutil.chown(home, who["user"])
        made = [programs / "initdb", "-D", home / "db", "-U", "prefect", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd=home, **who)  # type: ignore[call-overload]
        command = [programs / "postgres", "-D", home / "db", "-p", port, "-h", "127.0.0.1", "-k", home, "-F"]
        log = home / "postgres.log"
        with running([str(part) for part in command], clean(), log, **who) as server:
            until(lambda: listens(port), server, log)
            yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"


@contextmanager
def dask_cluster(home: Path, env: dict[str, str], workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A Dask scheduler and workers of one thread each; its address, and their processes."""
    port, log = free_port(), home / "dask.log"
    address = f"tcp://127.0.0.1:{port}"
    one = {"POLARS_MAX_THREADS": "1", "RAYON_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    dask = [sys.executable, "-P", "-m", "dask"]
    with ExitStack() as stack:
        bare = ["--no-dashboard", "--host", "127.0.0.1"]
        scheduler = stack.enter_context(running([*dask, "scheduler", *bare, "--port", str(port)], env, log))
        until(lambda: listens(port), scheduler, log)
        command = [*dask, "worker", address, "--nthreads", "1", "--no-nanny", *bare, "--local-directory", str(home)]
        team = [stack.enter_context(running(command, env | one, log)) for _ in range(workers)]
        if team:
            until(lambda: log.read_text("utf-8").count("Registered to:") >= workers, team[-1], log)
        yield address, team


S3 = """
import sys
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple
run_simple("127.0.0.1", int(sys.argv[1]), DomainDispatcherApplication(create_backend_app), threaded=False)
"""
"""One request after the other: moto looks for an object and then writes it, so that two at once might both write."""


@contextmanager
def s3_server(home: Path) -> Iterator[dict[str, str]]:
    """A server that speaks S3's protocol, with an empty bucket `lakes`; the environment by which it is found."""
    port, log = free_port(), home / "s3.log"
    url = f"http://127.0.0.1:{port}"
    with running([sys.executable, "-P", "-c", S3, str(port)], clean(), log) as server:
        until(lambda: listens(port), server, log)
        urllib.request.urlopen(urllib.request.Request(f"{url}/lakes", method="PUT"), timeout=30).close()
        yield {
            "AWS_ENDPOINT_URL": url, "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing",
        }  # fmt: skip


def listens(port: int) -> bool:
    """Whether anybody listens at a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def task_runs(api: str, name: str, number: int) -> int:
    """How many runs of a task a server knows to have ended, once there are so many: it hears of them late."""
    return len(_ended(api, "task_runs", number, name))


def flow_runs(api: str, number: int) -> list[str]:
    """The states of the flow runs that ended, once there are so many."""
    return [run["state_name"] for run in _ended(api, "flow_runs", number)]


def _ended(api: str, what: str, number: int, name: str = "") -> list[dict[str, str]]:
    asked = urllib.request.Request(f"{api}/{what}/filter", b'{"limit": 200}', {"content-type": "application/json"})
    end = time.monotonic() + START_SECONDS
    while True:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            ended = [run for run in json.load(answer) if run["state_type"] in {"COMPLETED", "FAILED", "CRASHED"}]
        found = [run for run in ended if run["name"].startswith(name)]
        if len(found) >= number or time.monotonic() > end:
            return found
        time.sleep(0.2)


def clean() -> dict[str, str]:
    """The environment without anybody's settings of this project and of Prefect."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("UNMET_", "PREFECT_", "DASK_"))}
