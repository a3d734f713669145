"""Other processes, that are at work in a lake at the same time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def run_of(lake: str | Path, market: str) -> Iterator[None]:
    """While it lasts, a run of the market is under way in another process."""
    code = f"from data import locks\nwith locks.run({str(lake)!r}, {market!r}):\n  print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield
        process.communicate("\n")
