"""Runs of the command as processes of their own that start at once: forks of one that has loaded everything.

Loading Prefect and Polars takes longer than a small night; a fork has them, and everything from the command's first
line on happens in it as in any other process, so that it can be killed at any moment of its work.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[3]
PLAIN = "plain"
"""Instead of a verb: the steps of a nightly run without Prefect, which needs a server and takes three times as long."""


class Run:
    """One process: its number, and how it ended."""

    def __init__(self, pid: int, said: Path) -> None:
        self.pid, self._said, self.began = pid, said, time.monotonic()
        self._ended = threading.Event()
        self.code: int | None = None
        """The exit code; minus the signal's number for a run that was killed."""
        self.seconds = self.peak = 0.0
        """How long it ran, and its most memory in MiB."""

    def ended(self, code: int, peak: float) -> None:
        """The run has ended so."""
        self.code, self.seconds, self.peak = code, time.monotonic() - self.began, peak
        self._ended.set()

    def wait(self, timeout: float = 180) -> int:
        """Its exit code, once it has ended."""
        if not self._ended.wait(timeout) or self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            raise TimeoutError(f"a run took over {timeout:.0f} s; it said: {self.said[-2000:]}")
        return self.code

    def kill(self, after: float) -> int:
        """Kills it after so many seconds, if it still runs then; its exit code."""
        if not self._ended.wait(max(0.0, self.began + after - time.monotonic())):
            os.kill(self.pid, signal.SIGKILL)
        return self.wait()

    @property
    def said(self) -> str:
        """All that it printed."""
        return self._said.read_text("utf-8", "replace")


class Forks:
    """Starts runs; `env` is what all of them have in common."""

    def __init__(self, home: Path, env: Mapping[str, str], name: str = "run") -> None:
        self.env, self._name = env, name
        self._home, self._runs, self._count = home, dict[int, Run](), 0
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__], cwd=ROOT, env={**env, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._born: list[Run] = []
        self._told = threading.Condition()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for pid in list(self._runs):
            os.kill(pid, signal.SIGKILL)
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(60)
        self._listener.join(60)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def start(self, *arguments: str, limit: int | None = None, **env: str) -> Run:
        """Starts `unmet` with these arguments; `limit`: bytes beyond which none of its files grows."""
        self._count += 1
        said = self._home / f"{self._name}-{self._count}.log"
        asked = {"arguments": arguments, "env": env, "said": str(said), "limit": limit}
        with self._told:
            if self._process.stdin is None:
                raise AssertionError("it is a pipe")
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            if not self._told.wait_for(lambda: self._born, 120):
                raise TimeoutError("the process that forks does not answer")
            return self._born.pop()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            told = json.loads(line)
            with self._told:
                if "code" in told:
                    self._runs.pop(told["pid"]).ended(told["code"], told["peak"])
                else:
                    run = self._runs[told["pid"]] = Run(told["pid"], Path(told["said"]))
                    self._born.append(run)
                    self._told.notify_all()


def _serve(asked: Sequence[str]) -> None:
    """Forks for every line of standard input, and says who was born and who died."""
    lock = threading.Lock()
    for line in sys.stdin:
        job = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _run(job)
        _say(lock, {"pid": pid, "said": job["said"]})
        threading.Thread(target=_bury, args=(lock, pid)).start()


def _bury(lock: threading.Lock, pid: int) -> None:
    _, status, used = os.wait4(pid, 0)
    _say(lock, {"pid": pid, "code": os.waitstatus_to_exitcode(status), "peak": used.ru_maxrss / 1024})


def _say(lock: threading.Lock, told: dict[str, Any]) -> None:
    with lock:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _run(job: dict[str, Any]) -> None:
    import resource

    code = 70
    try:
        os.environ.update(job["env"])
        said = os.open(job["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(said, 1)
        os.dup2(said, 2)
        if job["limit"] is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (job["limit"], resource.RLIM_INFINITY))
        from flows.cli import main

        if job["arguments"][0] == PLAIN:
            _plain(Path(job["arguments"][1]))
        main(job["arguments"])
    except SystemExit as e:
        code = int(e.code or 0)
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _plain(file: Path) -> None:
    """What a nightly run does, step by step and without Prefect."""
    from concurrent.futures import ThreadPoolExecutor

    from data import locks, upkeep
    from data.errors import UnmetError
    from data.lake import Lake
    from data.market import load
    from data.settings import settings
    from flows import collect
    from flows.plan import plan
    from reports import report

    config, market = settings(), load(file)
    lake, errands = Lake(config.lake), plan(market, file)
    places = [place.name for c in market.competitors for place in c.places]
    try:
        with locks.run(config.lake, market.slug):
            upkeep.sweep(lake)
            with collect.fetcher(config) as fetcher, ThreadPoolExecutor(len(errands)) as pool:
                work = [pool.submit(collect.visit, e, lake, config, fetcher.fetch, places=places) for e in errands]
                errors = [error for each in work if (error := each.result()[1]) is not None]
            upkeep.tidy(lake, market.slug)
            report.make(lake, market, config.reports, file, checked=True)
        sys.exit(1 if errors else 0)
    except UnmetError as e:
        sys.stderr.write(f"unmet: {e}\n")
        sys.exit(3)


if __name__ == "__main__":
    from flows import quiet

    quiet.prepare(screen=True)
    from importlib import import_module

    # loaded and no more: threads that have begun to work, Polars' among them, would not go on in a fork
    import_module("flows.run")
    import_module("flows.nightly")
    _serve(sys.argv[1:])
