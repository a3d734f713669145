"""Reading 400,000 reviews on a Dask cluster of two workers, one thread each, against one process of `unmet` alone.

Prefect's server, the scheduler and the workers run before anything is timed, as on a cluster that is there; the first
slice of each worker pays for its imports, all the same. Each measurement has a process of its own, both kinds take
turns, and the medians are compared; what both read must be the same bytes.
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
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

HERE = Path(__file__).parent
SIZE = 400_000
WORKERS = 2


def tables(corpora: Path, runs: int) -> Iterator[str]:
    """The benchmark's Markdown, line by line; raises AssertionError where the two did not read the same."""
    sys.path.insert(0, str(HERE.parent))
    from servers import clean, dask_cluster, prefect_server

    env = clean() | {"PYTHONPATH": str(HERE.parents[1])}
    with TemporaryDirectory() as folder:
        home = Path(folder)
        with prefect_server(home, env) as api, dask_cluster(home, env | {"PREFECT_API_URL": api}, WORKERS) as (at, _):
            pairs = []
            for _ in range(runs):
                one = _apart(corpora, env | {"UNMET_WORKERS": "1"})
                pairs.append((one, _apart(corpora, env | {"UNMET_DASK": at, "PREFECT_API_URL": api})))
    marks = {mark for pair in pairs for _, mark in pair}
    assert len(marks) == 1, f"not the same bytes: {marks}"
    alone, many = (statistics.median(seconds for seconds, _ in each) for each in zip(*pairs, strict=True))
    ratios = sorted(one / two for (one, _), (two, _) in pairs)
    yield f"## {SIZE:,} reviews on a Dask cluster (medians of {runs} alternating runs, {os.cpu_count()} cores)\n"
    yield "| | seconds |"
    yield "|---|--:|"
    yield f"| one process | {alone:.2f} |"
    yield f"| {WORKERS} workers of one thread | {many:.2f} |"
    yield (
        f"\n{alone / many:.2f} times as fast; of each pair {ratios[0]:.2f} to {ratios[-1]:.2f}."
        f" Same bytes out: sha256 {marks.pop()[:16]}.\n"
    )


def _apart(corpora: Path, env: dict[str, str]) -> tuple[float, str]:
    """Seconds and the mark of what was read, by a process of its own."""
    told = subprocess.run([sys.executable, "-P", __file__, str(corpora)], stdout=subprocess.PIPE, check=True, env=env)
    seconds, mark = json.loads(told.stdout)
    return seconds, mark


def _read(corpora: Path) -> tuple[float, str]:
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
        started = time.perf_counter()
        found = [readers.read(part) for part in reviews.iter_slices(AT_ONCE)]
        seconds = time.perf_counter() - started
    sha = hashlib.sha256()
    for frame in (pl.concat([each.reviews for each in found]), pl.concat([each.mentions for each in found])):
        buffer = BytesIO()
        frame.rechunk().write_ipc(buffer)
        sha.update(buffer.getvalue())
    return seconds, sha.hexdigest()


if __name__ == "__main__":
    print(json.dumps(_read(Path(sys.argv[1]))))
