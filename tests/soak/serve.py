"""`unmet serve` left running: a schedule of every two minutes against loopback sites, without growth or error.

    python tests/soak/serve.py --minutes 60

Starts the demo's sites and `unmet serve` with a lake, a report folder and a Prefect home of its own, looks once a
minute, and prints a Markdown table and a verdict; ends with 1 where something grew or failed. The second night's
reviews and edits appear after a quarter of the time. Below a quarter of an hour nothing is said about growth.

What may grow is what is meant to be kept: pages (30 days), a visit's row, reports, and Prefect's own record of runs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

import servers  # noqa: E402

from flows import demo  # noqa: E402
from flows.demo.site import DemoSite  # noqa: E402

CRON = "*/2 * * * *"
WARM_UP = 10
"""Minutes before growth is counted: imports, caches and the first reports."""
SHORTEST = 15
"""Minutes below which a trend is not told from noise."""
MIB = 2**20
MOST_MIB_AN_HOUR = 30.0
"""Growth of memory that is called growth; a day of it would be 720 MiB."""
MOST_HANDLES_AN_HOUR = 5.0
"""The same for open files and threads."""
WRONG = re.compile(r"Traceback|\bERROR\b|\bCRITICAL\b|Exception")
BROKEN_ON_PURPOSE = "http://directory.example/software/quillbill"


@dataclass(frozen=True)
class Process:
    """What /proc says of one process."""

    pid: int
    parent: int
    command: str
    rss: int
    """Bytes."""
    files: int
    threads: int


@dataclass(frozen=True)
class Sample:
    """One look at everything; memory and disk in bytes."""

    minute: float
    serve: Process | None
    server: int
    """Memory of Prefect's server, with its children."""
    server_files: int
    server_threads: int
    runs: int
    """Flow runs that ended."""
    tables: int
    pages: int
    reports: int
    files: int
    """Files in lake and reports."""
    prefect: int


def main() -> int:
    """Runs the soak; 0 when nothing grew and nothing failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=60)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="unmet-soak-") as home:
        return soak(minutes, Path(home))


def soak(minutes: int, home: Path) -> int:
    """Serves for so many minutes with everything below `home`, prints what was seen."""
    write_market(home / "markets")
    port, log = servers.free_port(), home / "serve.log"
    with DemoSite() as site, log.open("w", encoding="utf-8") as out:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("UNMET_", "PREFECT_"))} | {
            "UNMET_LAKE": str(home / "lake"),
            "UNMET_REPORTS": str(home / "out"),
            "UNMET_MARKETS": str(home / "markets"),
            "UNMET_CONNECT_TO": json.dumps(site.connect_to),
            "UNMET_PAUSE_SECONDS": "0.05",
            "UNMET_RETRY_SECONDS": "[]",
            "UNMET_PORT": str(port),
            "PREFECT_HOME": str(home / "prefect"),
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-P", "-m", "flows.cli", "serve", "--cron", CRON]
        serve = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)
        samples: list[Sample] = []
        states: Counter[str] = Counter()
        try:
            started = time.monotonic()
            for minute in range(1, minutes + 1):
                time.sleep(max(0.0, started + 60 * minute - time.monotonic()))
                if serve.poll() is not None:
                    break
                if minute > minutes / 4:
                    site.night = 2
                states = _states(port) or states
                samples.append(look(minute, serve.pid, home, states))
                print(_row(samples[-1]) if len(samples) > 1 else f"{HEAD}\n{_row(samples[-1])}", flush=True)
        finally:
            died = serve.poll()
            serve.send_signal(signal.SIGTERM)  # as systemd and a container's end do
            try:
                serve.wait(timeout=120)
            except subprocess.TimeoutExpired:
                serve.kill()
        said = log.read_text("utf-8", errors="replace")
        found = verdict(samples, states, said, died, _litter(home))
        asked = len(site.log)
    print(f"\n{asked:,} requests answered by the sites; runs by state: {dict(states)}\n")
    print("\n".join(found or ["Nothing grew beyond its bound and nothing failed."]))
    if found:
        print("\nLast lines of the log:\n" + "\n".join(said.splitlines()[-40:]), file=sys.stderr)
    return 1 if found else 0


def write_market(folder: Path) -> None:
    """Writes the demo's market without the listing that is broken on purpose; an error in the log is then an error."""
    folder.mkdir(parents=True)
    text = demo.MARKET.read_text("utf-8")
    kept = "".join(line for line in text.splitlines(keepends=True) if BROKEN_ON_PURPOSE not in line)
    tomllib.loads(kept)
    (folder / demo.MARKET.name).write_text(kept, "utf-8")


def look(minute: float, pid: int, home: Path, states: Counter[str]) -> Sample:
    """One sample of the processes below `pid` and of the folders below `home`."""
    known = {p.pid: p for p in _processes()}
    below = list(_below(pid, known.values()))
    tops = [p for p in below if p.parent == pid and " server " in f" {p.command} "]
    server = [p for top in tops for p in (top, *_below(top.pid, known.values()))]
    lake = home / "lake"
    pages = _size(lake / "archive")
    return Sample(
        minute=minute,
        serve=known.get(pid),
        server=sum(p.rss for p in server),
        server_files=sum(p.files for p in server),
        server_threads=sum(p.threads for p in server),
        runs=sum(n for state, n in states.items() if state in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}),
        tables=_size(lake) - pages,
        pages=pages,
        reports=_size(home / "out"),
        files=sum(1 for top in (lake, home / "out") for p in top.rglob("*") if p.is_file()),
        prefect=_size(home / "prefect"),
    )


def slope(samples: Sequence[Sample], values: Sequence[float]) -> float:
    """Growth an hour by least squares."""
    return float(np.polyfit([s.minute / 60 for s in samples], values, 1)[0])


def verdict(
    samples: Sequence[Sample], states: Counter[str], said: str, died: int | None, litter: list[str]
) -> list[str]:
    """What went wrong, a line each; empty when nothing did. Growth is printed either way."""
    wrong = []
    if died is not None:
        wrong.append(f"`unmet serve` ended by itself (exit {died})")
    bad = {state: n for state, n in states.items() if state in {"FAILED", "CRASHED"}}
    if bad:
        wrong.append(f"runs that did not end well: {bad}")
    if not states.get("COMPLETED"):
        wrong.append("no run was completed")
    lines = [line for line in said.splitlines() if WRONG.search(line)]
    if lines:
        wrong.append(f"{len(lines)} lines of the log tell of errors; the first: {lines[0][:200]}")
    if litter:
        wrong.append(f"left behind: {', '.join(litter[:5])}")
    settled = [s for s in samples if s.minute > WARM_UP and s.serve]
    if len(settled) < SHORTEST - WARM_UP:
        print("\nToo short to tell growth from noise.")
        return wrong
    print("\n| What | From | To | An hour |\n| --- | --: | --: | --: |")
    runs = max(1, settled[-1].runs - settled[0].runs)
    for name, unit, bound, values in (
        ("memory of `unmet serve`", "MiB", MOST_MIB_AN_HOUR, [s.serve.rss / MIB for s in settled if s.serve]),
        ("memory of Prefect's server", "MiB", MOST_MIB_AN_HOUR, [s.server / MIB for s in settled]),
        ("open files of `unmet serve`", "", MOST_HANDLES_AN_HOUR, [float(s.serve.files) for s in settled if s.serve]),
        ("threads of `unmet serve`", "", MOST_HANDLES_AN_HOUR, [float(s.serve.threads) for s in settled if s.serve]),
        ("open files of Prefect's server", "", MOST_HANDLES_AN_HOUR, [float(s.server_files) for s in settled]),
        ("threads of Prefect's server", "", MOST_HANDLES_AN_HOUR, [float(s.server_threads) for s in settled]),
        ("lake's tables", "MiB", None, [s.tables / MIB for s in settled]),
        ("kept pages", "MiB", None, [s.pages / MIB for s in settled]),
        ("reports", "MiB", None, [s.reports / MIB for s in settled]),
        ("files of lake and reports", "", None, [float(s.files) for s in settled]),
        ("Prefect's records", "MiB", None, [s.prefect / MIB for s in settled]),
    ):
        rate = slope(settled, values)
        print(f"| {name} | {values[0]:,.1f} {unit} | {values[-1]:,.1f} {unit} | {rate:+,.1f} {unit} |")
        if bound is not None and rate > bound:
            wrong.append(f"{name} grows by {rate:,.1f} {unit} an hour; {bound:,.0f} are allowed")
    print(f"\n{runs} runs between the first and the last of these looks.")
    return wrong


HEAD = (
    "| Minute | serve MiB | files | threads | server MiB | files | threads | runs | tables MiB | pages MiB |"
    " reports MiB | files | Prefect MiB |\n" + "| --: " * 13 + "|"
)


def _row(s: Sample) -> str:
    serve = [f"{s.serve.rss / MIB:.0f}", str(s.serve.files), str(s.serve.threads)] if s.serve else ["-", "-", "-"]
    cells = [
        f"{s.minute:.0f}", *serve, f"{s.server / MIB:.0f}", str(s.server_files), str(s.server_threads), str(s.runs),
        f"{s.tables / MIB:.2f}", f"{s.pages / MIB:.2f}", f"{s.reports / MIB:.2f}", str(s.files),
        f"{s.prefect / MIB:.1f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _processes() -> Iterable[Process]:
    """Every process of this machine that can be looked at."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = dict(
                line.split(":", 1) for line in (folder / "status").read_text("utf-8").splitlines() if ":" in line
            )
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
            yield Process(
                pid=int(folder.name),
                parent=int(status["PPid"]),
                command=command,
                rss=int(status.get("VmRSS", "0").split()[0]) * 1024,
                files=len(list((folder / "fd").iterdir())),
                threads=int(status["Threads"]),
            )
        except OSError:  # it ended while we looked, or is another user's
            continue


def _below(pid: int, known: Iterable[Process]) -> Iterable[Process]:
    """The processes that descend from one."""
    known = list(known)
    for child in (p for p in known if p.parent == pid):
        yield child
        yield from _below(child.pid, known)


def _size(folder: Path) -> int:
    """Bytes of all files below a folder; one that vanishes while we look counts as gone."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total


def _litter(home: Path) -> list[str]:
    """What a run should not leave behind: a staged report, a file half written."""
    return [
        str(p.relative_to(home))
        for top in (home / "out", home / "lake")
        for p in top.rglob("*")
        if p.name == ".staged" or ".tmp" in p.name or re.fullmatch(r"\..+\.[0-9a-f]{8}", p.name)
    ]


def _states(port: int) -> Counter[str]:
    """How many runs of the schedule are in which state; empty when the server does not answer in time."""
    found: Counter[str] = Counter()
    try:
        for offset in range(0, 2000, 200):
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/api/flow_runs/filter",
                json.dumps({"limit": 200, "offset": offset, "flows": {"name": {"any_": ["nightly"]}}}).encode(),
                {"content-type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=20) as answer:
                runs = json.load(answer)
            found.update(run["state_type"] for run in runs)
            if len(runs) < 200:
                break
    except OSError:
        return Counter()
    return found


if __name__ == "__main__":
    sys.exit(main())
