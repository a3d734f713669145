"""Prefect as this project runs it: set before Prefect is imported, and overridable by the user's own settings."""

from __future__ import annotations

import logging
import os

DEFAULTS = {
    # the temporary server takes 11-25 s on a small machine and Prefect gives up after 20
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # while it shuts down, the server's task-run recorder prints pages of tracebacks that mean nothing to a user
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOG_RETRYABLE_ERRORS": "false",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_TASKS_REFRESH_CACHE": "false",
    "DO_NOT_TRACK": "1",
}


def prepare() -> None:
    """Sets our defaults where the user has set nothing; call it before importing Prefect."""
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)


def hush() -> None:
    """Keeps Prefect's and the retry library's log lines off the screen; they still go to Prefect's server."""
    import prefect.main  # noqa: F401  # sets up logging, which is then changed

    for name in ("prefect", "prefect.flow_runs", "prefect.task_runs", "prefect.runner", "prefect.server"):
        logger = logging.getLogger(name)
        for handler in list(logger.handlers):
            if "Console" in type(handler).__name__ or type(handler) is logging.StreamHandler:
                logger.removeHandler(handler)
    for name in ("stamina", "httpx", "asyncio"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
