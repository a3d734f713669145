"""Two nights of one market started together."""

from __future__ import annotations

import shutil
import time

from .kill import Result
from .nights import AFTER, NIGHT, Nights

TOLD = "unmet: crowd: another run of it is under way; wait for its report, or stop it, then run again"


def twice(at: Nights, count: int, until: float = float("inf")) -> Result:
    """Starts so many pairs; fewer, if time is up before. `cut` counts the runs that left the field to the other."""
    result, began = Result("two at once"), time.monotonic()
    for number in range(count):
        if time.monotonic() > until:
            break
        where = at.place(f"twice-{number}")
        before = at.site.asked
        runs = [at.start(where, NIGHT), at.start(where, NIGHT)]
        codes = sorted(run.wait() for run in runs)
        result.nights += 1
        result.where[str(codes)] += 1
        for run in runs:
            if run.code == 3 and TOLD in " ".join(run.said.split()):
                result.cut += 1
            elif run.code != 0:
                result.wrong.append(f"{number}: ended with {run.code}: {run.said[-1500:]}")
        # one after the other asks each listing once more for its first page; both at once would ask for all twice
        if (asked := at.site.asked - before) > at.asked + len(at.site.listings):
            result.wrong.append(f"{number}: {asked} pages were asked for, where a night asks for {at.asked}")
        if codes[0] != 0:
            result.wrong.append(f"{number}: neither ended well")
        at.run(where, AFTER)
        result.wrong += [f"{number}: {wrong}" for wrong in at.wrong(where)]
        shutil.rmtree(where)
    result.seconds = time.monotonic() - began
    return result
