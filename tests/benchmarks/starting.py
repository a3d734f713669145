"""What a command costs beside its work: its own start, a report of a small lake, and a flow run beside what it runs.

The overhead of a flow run is the wall time of a whole `unmet nightly` of a market of one small export, from the start
of the process to its end, less that of the same work without Prefect in the same kind of process: the visit, and the
report with its check. Where no server runs, Prefect starts a temporary one; an empty flow in a process of its own shows
what Prefect asks for that itself.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import prefects

ROOT = Path(__file__).parents[2]
REVIEWS = 200
EMPTY = "from prefect import flow\n@flow\ndef empty() -> None: pass\nempty()"
IMPORTED = "import sys; from flows.cli import app; sys.exit(any(n.partition('.')[0] == 'prefect' for n in sys.modules))"


def tables(_: Path, runs: int) -> Iterator[str]:
    """The benchmark's Markdown, line by line."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        market = _market(home)
        env = prefects.environment(home / "prefect") | _places(home)
        _took(env, "-m", "flows.cli", "nightly", str(market))  # the lake, and Prefect's database
        alone = {
            "an empty Python program": ("-c", "pass"),
            "`unmet --help`": ("-m", "flows.cli", "--help"),
            f"`unmet report`, {REVIEWS} reviews that were read": ("-m", "flows.cli", "report", str(market)),
        }
        yield f"## A command's own start (medians of {runs} runs, {os.cpu_count()} cores)\n"
        yield "| | seconds | processor seconds |"
        yield "|---|--:|--:|"
        for name, asked in alone.items():
            took = _median([_took(env, *asked) for _ in range(runs)])
            yield f"| {name} | {took.seconds:.2f} | {took.processor:.2f} |"
        imported = subprocess.run([sys.executable, "-P", "-c", IMPORTED], env=env, cwd=ROOT, check=False).returncode
        yield f"\nThe command imports {'Prefect' if imported else 'nothing of Prefect'} before a flow runs.\n"
        yield f"## A flow run beside its work (medians of {runs} alternating runs; in brackets, of the processor)\n"
        yield "| Prefect's server | flow | its work alone | an empty flow | flow less work | and less an empty flow |"
        yield "|---|--:|--:|--:|--:|--:|"
        yield _beside("none runs", env, market, runs)
        with prefects.server(home / "server") as told:
            yield _beside("runs already", told | _places(home), market, runs)


def _beside(name: str, env: dict[str, str], market: Path, runs: int) -> str:
    nights = ("-m", "flows.cli", "nightly", str(market))
    asked = (nights, (__file__, "work", str(market)), ("-c", EMPTY))
    took = [[_took(env, *arguments) for arguments in asked] for _ in range(runs)]
    flow, work, empty = (_median(list(each)) for each in zip(*took, strict=True))
    over = _median([flow - work for flow, work, _ in took])
    rest = _median([flow - work - empty for flow, work, empty in took])
    return f"| {name} | {' | '.join(f'{t.seconds:.2f} ({t.processor:.2f})' for t in (flow, work, empty, over, rest))} |"


@dataclass(frozen=True)
class Took:
    """What a process took, from its start to its end; of the processor, that of the processes it started as well."""

    seconds: float
    processor: float

    def __sub__(self, other: Took) -> Took:
        return Took(self.seconds - other.seconds, self.processor - other.processor)


def _median(took: list[Took]) -> Took:
    return Took(median(each.seconds for each in took), median(each.processor for each in took))


def _took(env: dict[str, str], *arguments: str) -> Took:
    used, began = _processor(), time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: {done.stderr}")
    return Took(time.perf_counter() - began, _processor() - used)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _places(home: Path) -> dict[str, str]:
    return {"UNMET_LAKE": str(home / "lake"), "UNMET_REPORTS": str(home / "out"), "PYTHONPATH": str(ROOT)}


def _market(home: Path) -> Path:
    said = ("It loses what I typed.", "Support never answers.", "Works well, and is quick.", "Too expensive for me.")
    lines = ["id,body,score,at"] + [
        f"{n},{said[n % 4].replace(',', ';')} {n},{1 + n % 5},2026-{1 + n % 9:02}-11" for n in range(REVIEWS)
    ]
    (home / "small.csv").write_text("\n".join(lines), "utf-8")
    file = home / "small.toml"
    file.write_text(
        'name = "Small"\n[competitors.ink]\nname = "Ink"\n[[competitors.ink.exports]]\npath = "small.csv"\n'
        'source = "google_play"\ncolumns = { id = "id", body = "body", rating = "score", written = "at" }\n',
        "utf-8",
    )
    return file


def _work(file: Path) -> None:
    """What the nightly flow does for a market of files, without Prefect."""
    from data.lake import Lake
    from data.market import load
    from data.settings import settings
    from flows import collect
    from flows.plan import plan
    from reports import report

    market, config = load(file), settings()
    lake = Lake(config.lake)
    with collect.fetcher(config) as fetcher:
        for errand in plan(market, file):
            collect.visit(errand, lake, config, fetcher.fetch)
    report.make(lake, market, config.reports, file, checked=True)


if __name__ == "__main__":
    _work(Path(sys.argv[2]))
