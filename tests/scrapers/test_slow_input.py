"""Pages made to run a careless parser for hours: each source gets them in a process of its own and has to come back.

Every page in tests/pages with 100 kB of one repeated text in several places of it, such texts alone, deep nesting, and
XML whose entities would grow without end or read files. The limit of time is far above what it takes, seconds: what
backtracks would take hours.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tomllib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

import scrapers
from scrapers._errors import ParseError
from scrapers._source import Page, Request

PAGES = Path(__file__).parent.parent / "pages"
LISTED: dict[str, dict[str, str]] = tomllib.loads((PAGES / "pages.toml").read_text("utf-8"))
NAMES = sorted({entry["source"] for entry in LISTED.values()})
SIZE = 100_000
PUMPS = (
    "a", " ", "\n", "<", "<a ", "<!--", "<script ", "<pre>", "<div ", "[", "[a](", "(", "\\", '"', "'", "`", "```\n",
    "-", "*", "_", "1", "1,", "1 ", "/", "&", "&#", "&lt;", "{", '{"a":', ",", "=", "data:", "AF_initDataCallback({",
    "\x00", "<![CDATA[", '<p itemscope itemprop="review">', "1 out of 5 stars ", "[quote=a]", "![", "> ",
)  # fmt: skip
BOMB = (
    "<?xml version='1.0'?><!DOCTYPE feed [<!ENTITY a 'lol'>"
    + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]><feed xmlns='http://www.w3.org/2005/Atom'><title>&j;</title><entry><id>1</id><title>&j;</title></entry></feed>"
)
EXTERNAL = (
    "<?xml version='1.0'?><!DOCTYPE feed [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>&x;</title><entry><id>1</id><content>&x;</content></entry></feed>"
)
ENV = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
MOST_MEMORY = 3 * 1024**3


def hostile(page: bytes) -> list[bytes]:
    """A page with a repeated text in it, and such texts alone."""
    made = []
    for number, pump in enumerate(PUMPS):
        long = (pump * (SIZE // len(pump) + 1)).encode()
        at = len(page) * (number % 7 + 1) // 8
        made += [long, page[:at] + long + page[at:], page + long]
    return made


def pages_of(name: str) -> list[tuple[str, bytes]]:
    entry = next((e, n) for n, e in LISTED.items() if e["source"] == name)
    return [
        (entry[0]["url"], body)
        for body in [*hostile((PAGES / entry[1]).read_bytes()), BOMB.encode(), EXTERNAL.encode()]
    ]


def read_all(name: str) -> int:
    """How many of the hostile pages a source reads or refuses: all, or it raises."""
    source, done = scrapers.source(name), 0
    for url, body in pages_of(name):
        handle = source.handle(url)
        assert handle is not None
        try:
            batch = source.parse(Page(source.start(handle), 200, {}, body, datetime(2026, 11, 22, tzinfo=UTC)), handle)
        except ParseError:
            done += 1
            continue
        assert not any("root:" in (review.body or "") for review in batch.reviews)
        done += 1
    return done


@pytest.mark.parametrize("name", NAMES)
def test_no_page_keeps_a_parser_busy(name: str) -> None:
    code = f"from tests.scrapers.test_slow_input import read_all; print(read_all({name!r}))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=ENV,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY)),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) == 3 * len(PUMPS) + 2


def recognise_all() -> int:
    """How many long addresses all sources have looked at."""
    done = 0
    for entry in LISTED.values():
        for pump in (
            "a",
            "/",
            "/a",
            "-",
            "_",
            ".",
            "a.",
            "%2",
            "?",
            "&a=",
            "id=",
            "/id1",
            "1",
            ":",
            "@",
            "/t/a",
            "/c/a",
        ):
            long = (pump * SIZE)[:SIZE]
            for url in (
                f"{entry['url']}{long}!",
                f"{entry['url'].rpartition('/')[0]}/{long}/{entry['url'].rpartition('/')[2]}",
            ):
                with suppress(ValueError):
                    scrapers.recognise(url)
                done += 1
    return done


def test_no_address_keeps_a_source_busy() -> None:
    code = "from tests.scrapers.test_slow_input import recognise_all; print(recognise_all())"
    told = subprocess.run(
        [sys.executable, "-P", "-c", code], env=ENV, capture_output=True, text=True, timeout=300, check=True
    ).stdout
    assert int(told) == 34 * len(LISTED)


@pytest.mark.parametrize("bomb", [BOMB, EXTERNAL])
@pytest.mark.parametrize("name", ["app_store", "reddit", "wordpress"])
def test_no_feed_expands_entities_or_reads_files(name: str, bomb: str) -> None:
    source = scrapers.source(name)
    handle = source.handle(next(e["url"] for e in LISTED.values() if e["source"] == name))
    assert handle is not None
    with pytest.raises(ParseError):
        source.parse(Page(Request(handle.url), 200, {}, bomb.encode(), datetime(2026, 11, 22, tzinfo=UTC)), handle)
