"""Servers on loopback as benchmarks and tests start them: Prefect's, and a Dask scheduler with its workers."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_SECONDS = 120


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
    port, log = free_port(), home / "prefect.log"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    quiet = {"PREFECT_HOME": str(home / "prefect"), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    with running(command, env | quiet, log) as server:
        until(lambda: answers(f"http://127.0.0.1:{port}/api/health"), server, log)
        yield f"http://127.0.0.1:{port}/api"


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


def listens(port: int) -> bool:
    """Whether anybody listens at a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def task_runs(api: str) -> list[str]:
    """The names of the task runs that a server knows, without their marks, those that completed."""
    asked = urllib.request.Request(f"{api}/task_runs/filter", b'{"limit": 200}', {"content-type": "application/json"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return [run["name"].rpartition("-")[0] for run in json.load(answer) if run["state_type"] == "COMPLETED"]


def clean() -> dict[str, str]:
    """The environment without anybody's settings of this project and of Prefect."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("UNMET_", "PREFECT_", "DASK_"))}
