"""Reading 400,000 reviews on a Dask cluster of two workers, one thread each, against one process of `unmet` alone.

Prefect's server, the scheduler and the workers run before anything is timed, as on a cluster that is there; the first
slice of each worker pays for its imports, all the same. Each measurement has a process of its own, both kinds take
turns, and the medians are compared; what both read must be the same bytes. On a machine that has other work to do, wall
time says little, so processor seconds are told too: of all processes that read, and of the longest chain, which is who
asks and the busiest worker one after the other.

Usage: PYTHONPATH=. python tests/benchmarks/dask_reading.py ../shared/corpora RUNS
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

HERE = Path(__file__).parent
SIZE = 400_000
WORKERS = 2


@dataclass(frozen=True)
class Run:
    """One measurement."""

    seconds: float
    processor: float
    """Processor seconds of all its processes, user and system."""
    chain: float
    """Those of who asked and of the busiest worker."""
    mark: str
    """Of what was read."""


def tables(corpora: Path, runs: int) -> Iterator[str]:
    """The benchmark's Markdown, line by line; raises AssertionError where the two did not read the same."""
    sys.path.insert(0, str(HERE.parent / "support"))
    from servers import clean, dask_cluster, prefect_server

    env = clean() | {"PYTHONPATH": str(HERE.parents[1])}
    alone, many = [], []
    with TemporaryDirectory() as folder:
        home = Path(folder)
        with (
            prefect_server(home, env) as api,
            dask_cluster(home, env | {"PREFECT_API_URL": api}, WORKERS) as (at, team),
        ):
            for _ in range(runs):
                alone.append(_apart(corpora, env | {"UNMET_WORKERS": "1"}, []))
                cluster = env | {"UNMET_DASK": at, "PREFECT_API_URL": api}
                many.append(_apart(corpora, cluster, [each.pid for each in team]))
    marks = {run.mark for run in (*alone, *many)}
    assert len(marks) == 1, f"not the same bytes: {marks}"
    one, two = _median(alone), _median(many)
    ratios = sorted(a.seconds / b.seconds for a, b in zip(alone, many, strict=True))
    yield f"## {SIZE:,} reviews on a Dask cluster (medians of {runs} alternating runs, {os.cpu_count()} cores)\n"
    yield "| | seconds | processor seconds | longest chain |"
    yield "|---|--:|--:|--:|"
    for name, each in (("one process", one), (f"{WORKERS} workers of one thread", two)):
        yield f"| {name} | {each.seconds:.2f} | {each.processor:.2f} | {each.chain:.2f} |"
    yield (
        f"\n{one.seconds / two.seconds:.2f} times as fast by the clock (of each pair {ratios[0]:.2f} to"
        f" {ratios[-1]:.2f}), {one.processor / two.chain:.2f} times by the longest chain; load average"
        f" {os.getloadavg()[1]:.1f}. Same bytes out: sha256 {marks.pop()[:16]}.\n"
    )


def _median(runs: list[Run]) -> Run:
    return Run(
        statistics.median(each.seconds for each in runs),
        statistics.median(each.processor for each in runs),
        statistics.median(each.chain for each in runs),
        runs[0].mark,
    )


def _apart(corpora: Path, env: dict[str, str], workers: list[int]) -> Run:
    """A measurement by a process of its own."""
    before = [_used(pid) for pid in workers]
    told = subprocess.run(
        [sys.executable, "-P", __file__, "one", str(corpora)], stdout=subprocess.PIPE, check=True, env=env
    )
    used = [_used(pid) - start for pid, start in zip(workers, before, strict=True)]
    seconds, processor, mark = json.loads(told.stdout)
    return Run(seconds, processor + sum(used), processor + max(used, default=0.0), mark)


def _used(pid: int) -> float:
    """Processor seconds of a process so far."""
    told = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _read(corpora: Path) -> tuple[float, float, str]:
    sys.path.insert(0, str(HERE))
    from reading import AT_ONCE, _reviews

    from data.settings import settings
    from flows import cluster, quiet
    from reports import rules
    from reports.reading.parallel import Readers

    reviews, known = _reviews(corpora, SIZE), rules.default()
    quiet.prepare(screen=True)
    with (
        cluster.readers(settings().dask) as elsewhere,
        Readers(known, elsewhere=elsewhere) as readers,
    ):
        started, before = time.perf_counter(), time.process_time()
        found = [readers.read(part) for part in reviews.iter_slices(AT_ONCE)]
        seconds, processor = time.perf_counter() - started, time.process_time() - before
    sha = hashlib.sha256()
    for frame in (pl.concat([each.reviews for each in found]), pl.concat([each.mentions for each in found])):
        buffer = BytesIO()
        frame.rechunk().write_ipc(buffer)
        sha.update(buffer.getvalue())
    return seconds, processor, sha.hexdigest()


if __name__ == "__main__":
    if sys.argv[1] == "one":
        print(json.dumps(_read(Path(sys.argv[2]))))
    else:
        for line in tables(Path(sys.argv[1]), int(sys.argv[2])):
            print(line, flush=True)
