"""Prefect's server: one of its own for a soak, and one that is gone in the middle of a run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .forks import Forks
from .kill import Result
from .nights import AFTER, NIGHT, Nights

START_SECONDS = 180


@contextmanager
def server(home: Path) -> Iterator[dict[str, str]]:
    """While it runs, the environment in which a command finds it, and no setting of whoever runs the tests."""
    from flows import quiet

    clean = {name: value for name, value in os.environ.items() if not name.startswith(("UNMET_", "PREFECT_"))}
    env = clean | quiet.DEFAULTS | quiet.SCREEN | {"PREFECT_HOME": str(home)}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            until = time.monotonic() + START_SECONDS
            while not _answers(url):
                if running.poll() is not None or time.monotonic() > until:
                    raise TimeoutError("Prefect's server did not start")
                time.sleep(0.2)
            yield env | {"PREFECT_API_URL": url, "SERVER_PID": str(running.pid)}
        finally:
            running.kill()


def gone(at: Nights) -> Result:
    """A night whose server dies while its listings are read; the run after it has one that is there."""
    result, began = Result("Prefect's server gone in mid-run"), time.monotonic()
    where = at.place("gone")
    with server(at.home / "other-prefect") as env, Forks(at.home, {**at.forks.env, **env}, "gone") as forks:
        asked, at.site.delay = at.site.asked, 0.2
        run = at.start(where, NIGHT, by=forks)
        while at.site.asked == asked and run.code is None:
            time.sleep(0.01)
        os.kill(int(env["SERVER_PID"]), 9)
        at.site.delay = 0.0
        run.wait(600)
    result.nights, result.cut = 1, int(run.code != 0)
    result.where[f"ended with {run.code} after {run.seconds:.0f} s"] += 1
    if "Traceback" in run.said or (run.code != 0 and "unmet: " not in run.said):
        result.wrong.append(f"it said: {run.said[-3000:]}")
    after = at.start(where, AFTER)
    if after.wait() != 0:
        result.wrong.append(f"the run after it ended with {after.code}: {after.said[-1500:]}")
    result.wrong += at.wrong(where)
    shutil.rmtree(where)
    result.seconds = time.monotonic() - began
    return result


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
