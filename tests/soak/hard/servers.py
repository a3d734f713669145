"""Prefect's server: one of its own for a soak, and one that is gone in the middle of a run."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servers import clean, prefect_process

from .forks import Forks
from .kill import Result
from .nights import AFTER, NIGHT, Nights


@contextmanager
def server(home: Path) -> Iterator[dict[str, str]]:
    """While it runs, the environment in which a command finds it, and no setting of whoever runs the tests."""
    from flows import quiet

    home.mkdir(parents=True, exist_ok=True)
    env = clean() | quiet.DEFAULTS | quiet.SCREEN
    with prefect_process(home, env) as (api, process):
        yield env | {"PREFECT_HOME": str(home), "PREFECT_API_URL": api, "SERVER_PID": str(process.pid)}


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
