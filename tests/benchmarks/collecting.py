"""Collecting 50 listings of 10 hosts through the flow, against the best schedule that politeness allows.

The best schedule. A host is asked one thing at a time, and from the end of an answer to the next request is a pause;
so n requests to it, robots.txt among them, take at least n answers and n - 1 pauses. Hosts do not wait for one another,
and a run has more threads (`MOST_THREADS`, 64) than there are listings: so the slowest host alone bounds the run,

    best = max over hosts of (n x answer + (n - 1) x pause).

Were there more listings than threads, the bound would be the greater of that and the sum over all listings divided by
the threads. What is timed is the whole `mine` flow, from its call to its return, in a process of its own and with a
Prefect server running: planning, tasks, archive, merges and ledger included, Python's start and imports not. The server
on loopback takes 50 ms an answer, and tells from its own log how long the requests took and that no pause was shorter.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlsplit

import prefects
from servers import free_port

ANSWER = 0.05
HOSTS = 10
LISTINGS = 5
"""Of each host."""
PER_PAGE = 50
PAUSES = (1.5, 0.2)
"""Seconds; the first is the setting's default, the second leaves nothing to hide behind."""


@dataclass(frozen=True)
class Run:
    """One run of the flow."""

    seconds: float
    asking: float
    """From the first request to the end of the last answer, as the server saw it."""
    processor: float
    best: float
    new: int


def pages(host: int, listing: int) -> int:
    """How many pages a listing has: 2 to 5, so that hosts and listings end at different times."""
    return 2 + (host + listing * 3) % 4


def requests(host: int) -> int:
    """All pages of a host's listings, and robots.txt."""
    return 1 + sum(pages(host, listing) for listing in range(LISTINGS))


def best(pause: float) -> float:
    """Seconds that the best polite schedule takes."""
    return max(requests(host) * ANSWER + (requests(host) - 1) * pause for host in range(HOSTS))


def tables(_: Path, runs: int) -> Iterator[str]:
    """The benchmark's Markdown, line by line."""
    yield (
        f"## Collecting {HOSTS * LISTINGS} listings of {HOSTS} hosts, {sum(map(requests, range(HOSTS)))} requests,"
        f" {ANSWER * 1000:.0f} ms an answer (medians of {runs} runs, {os.cpu_count()} cores)\n"
    )
    yield "| pause | best polite schedule | first request to last answer | whole flow | processor | flow over best |"
    yield "|--:|--:|--:|--:|--:|--:|"
    for pause in PAUSES:
        with tempfile.TemporaryDirectory() as home, prefects.server(Path(home)) as env:
            each = [_apart(pause, Path(home) / f"run{number}", env) for number in range(runs + 1)]
        told = each[1:]  # the first one makes the server's tables and caches
        ratios = sorted(run.seconds / run.best for run in told)
        seconds, asking, processor = (median(getattr(r, n) for r in told) for n in ("seconds", "asking", "processor"))
        yield (
            f"| {pause:g} s | {told[0].best:.2f} s | {asking:.2f} s | {seconds:.2f} s | {processor:.2f} s"
            f" | {median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f}) |"
        )


def _apart(pause: float, home: Path, env: dict[str, str]) -> Run:
    """A run in a process of its own, against a site in another."""
    home.mkdir()
    with _site() as (port, site):
        told = env | {
            "UNMET_LAKE": str(home / "lake"),
            "UNMET_PAUSE_SECONDS": str(pause),
            "UNMET_CONNECT_TO": json.dumps({f"h{host}.example": f"127.0.0.{host + 1}:{port}" for host in range(HOSTS)}),
        }
        asked = [sys.executable, __file__, "run", str(home), str(pause)]
        done = subprocess.run(asked, env=told, stdout=subprocess.PIPE, check=True, text=True).stdout
        assert site.stdin is not None
        log = json.loads(site.communicate("", timeout=10)[0].splitlines()[-1])
    run = json.loads(done.splitlines()[-1])
    _polite(log, pause)
    asking = max(ended for _, _, _, ended in log) - min(started for _, _, started, _ in log)
    return Run(**run, asking=asking, best=best(pause))


def _polite(log: list[tuple[str, str, float, float]], pause: float) -> None:
    """Ends the benchmark where a run was faster than it may be, or did less than it should."""
    hosts: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for host, _, started, ended in log:
        hosts[host].append((started, ended))
    counts = {host: len(asked) for host, asked in hosts.items()}
    if counts != {f"h{host}.example": requests(host) for host in range(HOSTS)}:
        sys.exit(f"not every page was asked for once: {counts}")
    for host, asked in hosts.items():
        gaps = [later[0] - earlier[1] for earlier, later in pairwise(sorted(asked))]
        if min(gaps) < pause:
            sys.exit(f"{host} was asked again after {min(gaps):.3f} s")


def _flow(home: Path) -> dict[str, Any]:
    from flows import quiet

    quiet.hush()
    from data.lake import Lake
    from data.market import load
    from data.settings import settings
    from flows.mine import mine

    file = home / "crowd.toml"
    file.write_text(_market(), "utf-8")
    used, began = time.process_time(), time.perf_counter()
    state = mine(file, return_state=True)
    seconds, processor = time.perf_counter() - began, time.process_time() - used
    visits = Lake(settings().lake).visits(load(file).slug)
    if not state.is_completed() or visits.height != HOSTS * LISTINGS:
        sys.exit(f"{visits.height} listings were visited, and the flow ended as {state.name}")
    expected = sum(pages(host, listing) * PER_PAGE for host in range(HOSTS) for listing in range(LISTINGS))
    if visits["new"].sum() != expected:
        sys.exit(f"{visits['new'].sum()} reviews were new, not {expected}")
    return {"seconds": seconds, "processor": processor, "new": expected}


def _market() -> str:
    lines = ['name = "Crowd"']
    for host in range(HOSTS):
        listings = [
            f'{{ url = "https://h{host}.example/firefox/addon/{host}-{listing}/", source = "mozilla_addons" }}'
            for listing in range(LISTINGS)
        ]
        lines += [f"[competitors.rival-{host}]", f'name = "Rival {host}"', f"listings = [{', '.join(listings)}]"]
    return "\n".join(lines)


@contextmanager
def _site() -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """The site, in a process of its own; it tells its port, and its log when its standard input ends."""
    asked = [sys.executable, __file__, "site"]
    with subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as site:
        try:
            assert site.stdout is not None
            yield int(site.stdout.readline()), site
        finally:
            site.kill()


async def _serve() -> None:
    log: list[tuple[str, str, float, float]] = []
    port = free_port()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
                started = time.monotonic()
                target = head.split(" ", 2)[1]
                host = next(line[6:] for line in head.split("\r\n") if line.lower().startswith("host: "))
                body = _page(target).encode()
                await asyncio.sleep(ANSWER - (time.monotonic() - started))
                log.append((host, target, started, time.monotonic()))
                writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    servers = [await asyncio.start_server(answer, f"127.0.0.{host + 1}", port) for host in range(HOSTS)]
    print(port, flush=True)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait, daemon=True).start()
    await ended.wait()
    print(json.dumps(log), flush=True)
    for server in servers:
        server.close()


def _page(target: str) -> str:
    """An answer of the ratings' API, in the form that Mozilla's has; robots.txt allows everything."""
    if target == "/robots.txt":
        return "User-agent: *\nAllow: /\n"
    query = parse_qs(urlsplit(target).query)
    addon, number = query["addon"][0], int(query["page"][0])
    host, listing = map(int, addon.split("-"))
    last = pages(host, listing)
    results = [
        {
            "id": 10_000 * number + each,
            "score": 1 + each % 5,
            "body": f"Number {each} of page {number} says that it works well but loses what was typed.",
            "created": f"2026-0{1 + each % 9}-11T08:00:00Z",
            "user": {"name": f"somebody {each}"},
        }
        for each in range(PER_PAGE)
    ]
    here = target.replace(f"page={number}", f"page={number + 1}", 1)
    onward = here if number < last else None
    return json.dumps({"count": last * PER_PAGE, "page_count": last, "next": onward, "results": results})


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["site"]:
            asyncio.run(_serve())
        case ["run", home, _]:
            print(json.dumps(_flow(Path(home))))
