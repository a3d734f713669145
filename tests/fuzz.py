"""Mutated pages through every parser: it returns a batch or raises its own error, nothing else. Run by `make fuzz`.

Every mutation follows from the seed, the page's name and its number, so a finding is run again with
`python -P tests/fuzz.py --only PAGE --from NUMBER --count 1`. The pages are the invented ones under `tests/pages`.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import scrapers
from flows.collect import named
from scrapers._errors import ParseError
from scrapers._source import Page, Request

PAGES = Path(__file__).parent / "pages"
SEED = 20261122
NOW = datetime(2026, 11, 22, tzinfo=UTC)
TOKENS = (
    b"null", b"[]", b"{}", b'""', b"-1", b"4294967295", b"1e999", b"\x00", b"\xff\xfe", b"\xf0\x9f\x98", b"<", b">",
    b'"', b"\\", b"&#x110000;", b"]]>", b"<!--", b"{" * 50, b"[" * 50, b"<div>" * 50, b"9" * 400,
    b"2026-13-45T99:99:99",
)  # fmt: skip


def mutated(body: bytes, rng: random.Random) -> bytes:
    """The page with one to four things done to it."""
    data = bytearray(body)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        length = min(rng.choice((1, 2, 8, 64, 512)), len(data) - at)
        match rng.randrange(6):
            case 0:
                data[at : at + length] = b""
            case 1:
                data[at:at] = data[at : at + length]
            case 2:
                data[at : at + length] = rng.choice(TOKENS)
            case 3:
                data[at:at] = rng.choice(TOKENS)
            case 4 if length:
                data[at] = rng.randrange(256)
            case _:
                if rng.random() < 0.2:
                    del data[at:]
    return bytes(data)


def pages() -> Iterator[tuple[str, str, str, bytes]]:
    """(name, source, address, body) of every page there is."""
    for name, told in tomllib.loads((PAGES / "pages.toml").read_text("utf-8")).items():
        yield name, told["source"], told["url"], (PAGES / name).read_bytes()


def run(name: str, source_name: str, url: str, body: bytes, first: int, count: int) -> tuple[int, int, float]:
    """Batches, refusals and the slowest parse in seconds; raises what a parser must not raise."""
    source = scrapers.source(source_name)
    batches = refusals = 0
    slowest = 0.0
    for number in range(first, first + count):
        data = mutated(body, random.Random(f"{SEED}/{name}/{number}"))
        handle, address = named(source, source_name, Path(name), data, url, "fuzz")
        started = time.perf_counter()
        try:
            source.parse(Page(Request(address), 200, {}, data, NOW), handle)
            batches += 1
        except ParseError:
            refusals += 1
        except BaseException:
            print(f"{name}: mutation {number} escaped", file=sys.stderr)  # noqa: T201
            raise
        slowest = max(slowest, time.perf_counter() - started)
    return batches, refusals, slowest


def main() -> None:
    """Shares the mutations of each source among its pages and prints a table."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--only", help="a page's or a source's name")
    arguments.add_argument("--from", dest="first", type=int, default=0)
    arguments.add_argument("--count", type=int, default=int(os.environ.get("FUZZ", "10000")), help="a source")
    told = arguments.parse_args()
    found = [p for p in pages() if told.only in {None, p[0], p[1]}]
    by_source: dict[str, list[tuple[str, str, str, bytes]]] = {}
    for page in found:
        by_source.setdefault(page[1], []).append(page)
    print(f"seed {SEED}\n| source | pages | mutations | batches | refusals | slowest, ms |")  # noqa: T201
    print("| --- | --: | --: | --: | --: | --: |")  # noqa: T201
    for source, mine in by_source.items():
        share = -(-told.count // len(mine))
        results = [run(*page, told.first, share) for page in mine]
        batches, refusals, slowest = sum(r[0] for r in results), sum(r[1] for r in results), max(r[2] for r in results)
        row = (source, len(mine), batches + refusals, batches, refusals, round(1000 * slowest, 1))
        print("| " + " | ".join(str(value) for value in row) + " |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
