"""Prefect as this project runs it: set before Prefect is imported, and overridable by the user's own settings."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from data.errors import UnmetError

DEFAULTS = {
    # the temporary server takes 11-25 s on a small machine, and Prefect gives up after 20
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # while it shuts down, the server's task-run recorder prints pages of tracebacks that mean nothing to a user
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
    # who holds a deployment's one slot: kept in memory, a server that is killed forgets it, and the slot stays taken
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    # a server that is gone in mid-run is told after a minute, not after five
    "PREFECT_CLIENT_MAX_RETRIES": "3",
    "DO_NOT_TRACK": "1",
}
SCREEN = {
    # our own lines say how the run goes; Prefect's go to its server, where its pages show them
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
}

FLOWS, TASKS = "prefect.flow_runs", "prefect.task_runs"
ANYWAY = {FLOWS: "View at ", TASKS: "Finished in state Completed"}
"""What the loggers of a night's flows and listings say beside our own lines, and Prefect's pages show anyway."""


def prepare(*, screen: bool) -> None:
    """Sets our defaults where the user has set nothing; call it before importing Prefect.

    `screen` says that a person watches our own lines, so that Prefect's would be noise.
    """
    for name, value in {**DEFAULTS, **(SCREEN if screen else {})}.items():
        os.environ.setdefault(name, value)


@contextmanager
def unwatched() -> Iterator[None]:
    """While it lasts, flows send no heartbeats, unless the environment says how often.

    They tell a server of runs whose process died, and whoever types a command sees that. Each flow waits for up to a
    second for its last one, three times a market. Prefect knows no value of the environment for none.
    """
    if "PREFECT_FLOWS_HEARTBEAT_FREQUENCY" in os.environ:
        yield
        return
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield


def hush() -> None:
    """Keeps the lines that libraries log about retries and requests off the screen."""
    for name in ("stamina", "httpx", "asyncio"):
        if not logging.getLogger(name).handlers:
            logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False


def follow() -> None:
    """Makes a night's log one that a person can follow: a line a listing, and a line for an error of ours."""
    for name in ANYWAY:
        logging.getLogger(name).addFilter(_is_a_line)


def _is_a_line(record: logging.LogRecord) -> bool:
    """Whether a record is worth its line; takes the traceback off an error that says itself what to do next."""
    if record.exc_info and isinstance(record.exc_info[1], UnmetError):
        record.exc_info = None
        if record.name == TASKS and record.levelno >= logging.ERROR:
            return False  # the state that the task finishes in tells it too
    return not record.getMessage().startswith(ANYWAY[record.name])
