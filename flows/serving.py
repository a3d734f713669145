"""`unmet serve`: the nightly flow on a schedule, with Prefect's server and pages beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from data.errors import UnmetError
from data.settings import settings
from flows import quiet
from flows.codes import DONE
from flows.plan import market_files
from flows.screen import console

HOST = "127.0.0.1"
START_SECONDS = 120
UNREACHABLE = (httpx.TransportError,)
"""What Prefect's client raises once its server does not answer any more."""


class ServeError(UnmetError):
    """The schedule cannot be served."""


def serve(cron: str | None) -> int:
    """Serves until stopped. Uses the server that PREFECT_API_URL names, else starts one on this machine."""
    quiet.prepare(screen=False)
    config = settings()
    with _server(config.port):
        from prefect.schedules import Cron

        from flows.nightly import nightly

        files = market_files([])
        console.print(
            f"{len(files)} markets, {cron or config.cron} ({config.timezone}); stop with Ctrl-C", markup=False
        )
        try:
            nightly.serve(
                name="nightly",
                schedule=Cron(cron or config.cron, timezone=config.timezone),
                tags=["unmet"],
                limit=1,  # two runs of one market must not overlap
                pause_on_shutdown=False,
            )
        except ValueError as e:
            raise ServeError(f"schedule {cron or config.cron!r}: {e}; a cron line has five fields") from e
    return DONE


@contextmanager
def _server(port: int) -> Iterator[None]:
    """A Prefect server to talk to: the user's own, one that already answers at the port, or a fresh one."""
    if os.environ.get("PREFECT_API_URL"):
        yield
        return
    url = f"http://{HOST}:{port}/api"
    if _healthy(url):
        os.environ["PREFECT_API_URL"] = url
        yield
        return
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            with console.status("starting Prefect's server"):
                _wait(url, server)
            os.environ["PREFECT_API_URL"] = url
            console.print(f"Prefect's pages: http://{HOST}:{port}")
            yield
        finally:
            server.terminate()


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise ServeError(
                f"Prefect's server ended at once (exit {server.returncode}); is its port taken? Set UNMET_PORT"
            )
        if _healthy(url):
            return
        time.sleep(0.3)
    raise ServeError(f"Prefect's server did not answer within {START_SECONDS} s at {url}; start it by hand")


def _healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
