"""Nights that are cut off: killed at a random moment, or with the disk full; after each, a normal run."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from .nights import AFTER, NIGHT, Nights


@dataclass
class Result:
    """What came of nights of one kind."""

    kind: str
    nights: int = 0
    cut: int = 0
    """Nights that did not end of themselves, or not well."""
    wrong: list[str] = field(default_factory=list)
    """What was not as it should be, a line each."""
    where: Counter[str] = field(default_factory=Counter)
    """What the night had got to when it was cut off."""
    seconds: float = 0.0


def killed(at: Nights, count: int, seed: int = 7, until: float = float("inf")) -> Result:
    """Kills so many nights at moments spread evenly over their length by chance; fewer, if time is up before."""
    moments = random.Random(seed)
    result, began = Result("SIGKILL at a random moment"), time.monotonic()
    for number in range(count):
        if time.monotonic() > until:
            break
        where = at.place(f"killed-{number}")
        run = at.start(where, NIGHT)
        after = moments.uniform(0, at.seconds)
        result.cut += run.kill(after) != 0
        result.where[_got_to(where)] += 1
        _judge(at, result, where, f"{number}, after {after:.2f} s")
    result.seconds = time.monotonic() - began
    return result


def full(at: Nights, sizes: Iterator[int] | list[int]) -> Result:
    """Nights in which no file grows beyond so many bytes, as if the disk were full then."""
    result, began = Result("disk full"), time.monotonic()
    for size in sizes:
        where = at.place(f"full-{size}")
        run = at.start(where, NIGHT, limit=size)
        code = run.wait()
        result.cut += code != 0
        if "Traceback" in run.said:
            result.wrong.append(f"{size} bytes: a traceback: {run.said[-1500:]}")
        if code != 0 and "unmet: " not in run.said:
            result.wrong.append(f"{size} bytes: no line says why: {run.said[-500:]}")
        result.where[_got_to(where)] += 1
        _judge(at, result, where, f"{size} bytes")
    result.seconds = time.monotonic() - began
    return result


def _judge(at: Nights, result: Result, where, name: str) -> None:
    result.nights += 1
    result.wrong += [f"{name}: half a report: {half}" for half in at.half(where)]
    after = at.start(where, AFTER)
    if after.wait() != 0:
        result.wrong.append(f"{name}: the run after it ended with {after.code}: {after.said[-1500:]}")
    result.wrong += [f"{name}: {wrong}" for wrong in at.wrong(where)]
    shutil.rmtree(where)


def _got_to(where) -> str:
    """How far a night had got, by what it left."""
    out = where / "out" / "crowd"
    if (out / f"{NIGHT[:10]}.state.parquet").exists():
        return "report out"
    if (out / ".staged").exists() or list(out.glob(f"{NIGHT[:10]}*")):
        return "report being written"
    if len(list((where / "lake" / "readings" / "_delta_log").glob("*.json"))) > 2:
        return "reading done"
    if list((where / "lake" / "archive").rglob(f"*{NIGHT[:10]}*")):
        return "collecting or reading"
    return "before the first page"
