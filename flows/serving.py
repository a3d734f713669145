"""`unmet serve`: the nightly flow on a schedule, with Prefect's server and pages beside it."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx

from data.errors import UnmetError
from data.settings import settings
from flows import quiet
from flows.codes import DONE
from flows.plan import market_files
from flows.screen import console

HOST = "127.0.0.1"
START_SECONDS = 120
OBSERVERS = ("prefect.FlowRunCancellingObserver", "prefect.FlowRunSuspendingObserver")
"""Those of Prefect's runner who keep a connection to the server, and tell with a traceback that it broke."""
ENDING_SECONDS = 1
"""A process that is killed loses its connections a moment before it has ended."""
PAGES = {"PREFECT_SERVER_UI_STATIC_DIRECTORY", "PREFECT_UI_STATIC_DIRECTORY"}
"""Settings of where Prefect's pages lie, the old name too."""
UNREACHABLE = (httpx.TransportError,)
"""What Prefect's client raises once its server does not answer any more."""


class ServeError(UnmetError):
    """The schedule cannot be served."""


def serve(cron: str | None) -> int:
    """Serves until stopped. Uses the server that PREFECT_API_URL names, else starts one on this machine."""
    quiet.prepare(screen=False)
    # Prefect's own, said when it is stopped
    warnings.filterwarnings("ignore", message="coroutine 'Runner.astop' was never awaited")
    config = settings()
    # what stops a service; Python would end at once and leave the server behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(DONE))
    files = market_files([])
    with _server(config.port):
        from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
        from prefect.schedules import Cron

        from flows.nightly import nightly

        markets = "1 market" if len(files) == 1 else f"{len(files)} markets"
        console.print(f"{markets}, {cron or config.cron} ({config.timezone}); stop with Ctrl-C", markup=False)
        try:
            nightly.serve(
                name="nightly",
                schedule=Cron(cron or config.cron, timezone=config.timezone),
                tags=["unmet"],
                # two runs of one market must not overlap; one that is due while another runs is left out, not queued
                global_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
                pause_on_shutdown=False,
            )
        except ValueError as e:
            raise ServeError(f"schedule {cron or config.cron!r}: {e}; a cron line has five fields") from e
        except PermissionError as e:
            # Prefect's runner keeps its files below the same name for every user of a machine
            raise ServeError(f"{e.filename}: {e.strerror}; set TMPDIR to a folder of your own") from e
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
    stopping = threading.Event()
    # Prefect copies its pages beside its own code, where a service's user may not write: it would have none, and say so
    # in a log that nobody reads
    env = dict(os.environ)
    if not env.keys() & PAGES:
        env["PREFECT_SERVER_UI_STATIC_DIRECTORY"] = str(_home() / "pages")
    try:
        started = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError as e:
        raise ServeError(
            f"Prefect's server cannot be started ({e.filename}: {e.strerror}); mend that, then again"
        ) from e
    with started as server:
        up = False
        try:
            with console.status("starting Prefect's server"):
                _wait(url, server)
            os.environ["PREFECT_API_URL"] = url
            console.print(f"Prefect's pages: http://{HOST}:{port}")
            threading.Thread(target=_end_with, args=(server, stopping), name="server-watch", daemon=True).start()
            for name in OBSERVERS:
                logging.getLogger(name).addFilter(partial(_is_news, server))
            up = True
            yield
        finally:
            stopping.set()
            died = server.poll()
            server.terminate()
            if up and died is not None:
                raise ServeError(f"Prefect's server ended (exit {died}); run `unmet serve` again, nothing is lost")


def _home() -> Path:
    """Where Prefect keeps its own records."""
    return Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser()


def _is_news(server: subprocess.Popen[bytes], _: logging.LogRecord) -> bool:
    """Whether what an observer tells, a connection that broke, says more than that the server has ended."""
    try:
        server.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return False


def _end_with(server: subprocess.Popen[bytes], stopping: threading.Event) -> None:
    """Stops this process once its server has ended: without one, it would look for work in vain and seem well."""
    server.wait()
    if not stopping.is_set():
        # what Prefect's runner says of each connection that broke, and Python of each coroutine that waited for one, is
        # one fact: the line that `_server` ends with
        logging.disable(logging.CRITICAL)
        sys.unraisablehook = lambda _: None
        os.kill(os.getpid(), signal.SIGTERM)


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
