"""A Prefect server of its own for a benchmark, with nothing in its database but what the benchmark runs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

START_SECONDS = 120


def environment(home: Path) -> dict[str, str]:
    """What a command is run with: a home of its own, and no setting of whoever runs the benchmark."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("UNMET_", "PREFECT_"))}
    from flows import quiet

    return clean | quiet.DEFAULTS | quiet.SCREEN | {"PREFECT_HOME": str(home)}


@contextmanager
def server(home: Path) -> Iterator[dict[str, str]]:
    """While it runs, the environment in which a command finds it."""
    port, env = free_port(), environment(home)
    url = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            until = time.monotonic() + START_SECONDS
            while not _answers(url):
                if running.poll() is not None or time.monotonic() > until:
                    sys.exit("Prefect's server did not start; try `prefect server start` by hand")
                time.sleep(0.2)
            yield env | {"PREFECT_API_URL": url}
        finally:
            running.terminate()


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
