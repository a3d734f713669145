"""Mutated pages through every parser, run by `make fuzz`: reviews or the parser's own error, nothing else, and soon.

Two sets of pages: the invented ones under `tests/pages`, and, where the folder of real data lies beside the checkout,
what the services really sent. A third of the mutations are bytes anywhere, a third bytes where the page has its data, a
third keep the page's syntax and change what it says: a value of its JSON, a tag of its markup.

A page passes when its source returns a batch that the lake can hold, whose next request stays on the host that was
asked, or raises a ParseError of one line; and when that takes no more than `SLOWEST` seconds of processor time.

Every mutation follows from the seed, the page's name and its number, so a finding is run again with
`python -P tests/fuzz.py --only PAGE --from NUMBER --count 1`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import scrapers
from data.review import frame
from scrapers._errors import ParseError
from scrapers._source import Batch, Handle, Page, Request, within

PAGES = Path(__file__).parent / "pages"
RECORDED = Path(os.environ.get("UNMET_SHARED") or Path(__file__).parents[2] / "shared") / "captures"
SEED = 20261122
NOW = datetime(2026, 11, 22, tzinfo=UTC)
SLOWEST = 1.0  # seconds of processor time that no page may exceed; the largest is 3 MB
HUNG = 60  # seconds after which a parser is taken for hung
LARGE = 50_000  # bytes from which only every fiftieth mutation is of the whole page; the others are of its essence
TOKENS = (
    b"null", b"[]", b"{}", b'""', b"-1", b"4294967295", b"1e999", b"\x00", b"\xff\xfe", b"\xf0\x9f\x98", b"<", b">",
    b'"', b"\\", b"&#x110000;", b"]]>", b"<!--", b"{" * 50, b"[" * 50, b"<div>" * 50, b"9" * 400,
    b"2026-13-45T99:99:99",
)  # fmt: skip
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**31, 2**63, 10**400, 1e308, float("nan"), float("-inf"), 0.5, "", " ", "0", "-1",
    "9" * 400, "1e999", "\ud800", "\x00", "\u2028", "a\nb", "<b>", "&#x110000;", "2026-13-45T99:99:99", "0001-01-01",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "http://[", "//other.example/x", "https://other.example/",
    "x" * 10_000, [], {}, [[]], [None], {"": None}, {"label": None}, "@100@", "@900@", "@20000@",
)  # fmt: skip
"""Values where others are due; those between @ become so many nested lists."""

LISTINGS = {  # recorded file or folder -> its source and listing
    "appstore": ("app_store", "https://apps.apple.com/us/app/x/id284815942"),
    "discourse": ("discourse", "https://f.example/"),
    "discourse/api_latest.json": ("discourse", "https://f.example/c/x/1"),
    "discourse/api_topic.json": ("discourse", "https://f.example/t/x/57"),
    "generic_schemaorg": ("schema_org", "https://shop.example/p"),
    "github_issues": ("github_issues", "https://github.com/o/r"),
    "googleplay": ("google_play", "https://play.google.com/store/apps/details?id=com.google.android.apps.translate"),
    "googleplay/details_whereami_2026-07.html": ("google_play", "https://play.google.com/store/apps/details?id=com.adex77.WhereAmI"),
    "hackernews": ("hacker_news", "https://hn.algolia.com/?q=x"),
    "reddit": ("reddit", "https://www.reddit.com/r/a1"),
    "reddit/praw_TestSubreddit.test_search.json": ("reddit", "https://www.reddit.com/search?q=x"),
    "shopify": ("shopify", "https://apps.shopify.com/klaviyo"),
    "stackexchange": ("stack_exchange", "https://stackoverflow.com/questions/tagged/x"),
    "steam": ("steam", "https://store.steampowered.com/app/1245620/"),
    "trustpilot": ("trustpilot", "https://www.trustpilot.com/review/www.bhphotovideo.com"),
    "trustpilot/eventnet.de_2024-07.html": ("trustpilot", "https://www.trustpilot.com/review/eventnet.de"),
}  # fmt: skip

_OPENING = re.compile(r"(?:\A|>|\n|data:|=)\s*(?=[\[{])")
_TAG = re.compile(rb"<[A-Za-z/][^<>]{0,2000}>")
_LIVELY = re.compile(rb"item(?:prop|scope|type|id)|data-|aria-label|\b(?:rel|id|content)=|<[a-z]+:|<(?:entry|id|link)")
_BALLAST = re.compile(
    rb"(?is)<(style|svg|noscript|script|nav|footer|form|ul|picture|button|select)\b.*?</\1\s*>|<!--.*?-->|(?<=\s)\s+|"
    rb"<(?:link|img|input|br|source|iframe)\b[^<>]*>"
)
_TELLING = re.compile(rb"(?i)review|itemprop|itemscope|\brel=.?(?:next|canonical)|ld\+json")
_VALUE = re.compile(rb"=\s*(\"[^\"]*\"|'[^']*')")
say = partial(print, flush=True)


class Escaped(Exception):
    """What a parser did that it must not do."""


@dataclass(frozen=True)
class Subject:
    """One page to mutate, and what was asked for it."""

    name: str
    source: str
    listing: str
    asked: str | None
    body: bytes

    @cached_property
    def given(self) -> tuple[Handle, str]:
        """What the listing names, and the address that the page answers."""
        source = scrapers.source(self.source)
        handle = source.handle(self.listing)
        assert handle is not None
        return handle, self.asked or source.start(handle).url

    @cached_property
    def documents(self) -> list[tuple[int, int]]:
        """Where its JSON stands; of many pieces, those that tell of reviews."""
        text, found, end = self.body.decode("latin-1"), [], 0
        for opening in _OPENING.finditer(text):
            with suppress(ValueError, RecursionError):
                if opening.end() >= end:
                    _, end = json.JSONDecoder().raw_decode(text, opening.end())
                    found.append((opening.end(), end))
        telling = [(a, b) for a, b in found if _TELLING.search(self.body, a, b)]
        return [(a, b) for a, b in telling or found if b - a > 10]

    @cached_property
    def tags(self) -> list[tuple[int, int]]:
        """Where the tags stand that a parser may look at, or all of them."""
        found = [tag.span() for tag in _TAG.finditer(self.body)] if self.body.lstrip()[:1] == b"<" else []
        return [(a, b) for a, b in found if _LIVELY.search(self.body, a, b)] or found


def bytes_changed(body: bytes, rng: random.Random, spots: list[tuple[int, int]]) -> bytes:
    """The page with one to four things done to it, at the spots where there are any."""
    data = bytearray(body)
    for _ in range(rng.randint(1, 4)):
        first, last = rng.choice(spots) if spots else (0, len(data))
        at = min(rng.randint(first, last), len(data))
        here, token = slice(at, at + rng.choice((0, 1, 2, 8, 64, 512))), rng.choice(TOKENS)
        data[here] = rng.choice((b"", data[here] * 2, token, token + data[here], bytes([rng.randrange(256)])))
        if rng.random() < 0.03:
            del data[at:]
    return bytes(data)


def value_changed(root: Any, rng: random.Random) -> Any:
    """JSON with one value somewhere in it taken out, exchanged, wrapped, bent or replaced; strings of JSON as well."""
    top: Any = [root]
    inside, key = top, 0
    while isinstance(inside[key], list | dict) and inside[key] and rng.random() < 0.85:
        inside = inside[key]
        key = rng.randrange(len(inside)) if isinstance(inside, list) else rng.choice(list(inside))
    value = inside[key]
    bent = [deepcopy(rng.choice(ODD)), [value] * rng.choice((0, 1, 2))]
    if isinstance(value, str):
        bent += [value * 3, value[: len(value) // 2], value[::-1], value + "\u0000\ud83d"]
        if value[:1] in {"[", "{"}:
            with suppress(ValueError):
                bent = [json.dumps(value_changed(json.loads(value), rng))]
    elif isinstance(value, int | float):
        bent += [-value, str(value), value * 1_000_003]
    roll = rng.randrange(6)
    if roll == 0 and inside is not top:
        del inside[key]
    elif roll == 1 and inside is not top:
        other = rng.randrange(len(inside)) if isinstance(inside, list) else rng.choice(list(inside))
        inside[key], inside[other] = inside[other], value
    else:
        inside[key] = rng.choice(bent)
    return top[0]


def json_changed(subject: Subject, rng: random.Random) -> bytes:
    """The page with one to three values of one piece of its JSON changed."""
    start, end = rng.choice(subject.documents)
    data = json.loads(subject.body[start:end].decode("utf-8", "replace"))
    for _ in range(rng.randint(1, 3)):
        data = value_changed(data, rng)
    text = re.sub(r'(?:\\*")@(\d+)@(?:\\*")', lambda n: "[" * int(n[1]) + "]" * int(n[1]), json.dumps(data))
    return subject.body[:start] + text.encode() + subject.body[end:]


def tags_changed(subject: Subject, rng: random.Random) -> bytes:
    """The page with one to four tags taken out, doubled, exchanged, or with another value in them."""
    body = subject.body
    for start, end in sorted(rng.sample(subject.tags, min(rng.randint(1, 4), len(subject.tags))), reverse=True):
        tag, token, other = body[start:end], rng.choice(TOKENS), slice(*rng.choice(subject.tags))
        new = [b"", tag * 2, tag * 50, tag + token, subject.body[other]]
        new += [tag[: v.start(1)] + b'"' + token + b'"' + tag[v.end(1) :] for v in _VALUE.finditer(tag)]
        body = body[:start] + rng.choice(new) + body[end:]
    return body


def mutated(subject: Subject, rng: random.Random) -> bytes:
    """The page with something done to it."""
    way = rng.choice([json_changed] * bool(subject.documents) + [tags_changed] * bool(subject.tags) or [None])
    roll = rng.randrange(3)
    if roll == 0 and way:
        return way(subject, rng)
    return bytes_changed(subject.body, rng, subject.documents + subject.tags if roll == 1 else [])


def invented() -> Iterator[Subject]:
    """The pages in the repository."""
    for name, told in tomllib.loads((PAGES / "pages.toml").read_text("utf-8")).items():
        yield Subject(name, told["source"], told["url"], told.get("asked"), (PAGES / name).read_bytes())


def recorded() -> Iterator[Subject]:
    """What the services sent, where it lies beside the checkout."""
    for path in sorted(RECORDED.glob("*/*")):
        name = f"{path.parent.name}/{path.name}"
        if path.name == "rating_values.json":  # no page
            continue
        source, listing = LISTINGS.get(name) or LISTINGS[path.parent.name]
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        asked = None
        if source == "app_store" and path.suffix == ".xml":
            asked = "https://itunes.apple.com/us/rss/customerreviews/page=1/id=284815942/sortby=mostrecent/xml#empty"
        elif source == "google_play" and path.suffix == ".html":
            asked = listing
        elif path.name.startswith("praw_"):  # a recording of a client's tests holds the answer as a string
            body = json.loads(body)["interactions"][1]["response"]["body"]["string"].encode()
        elif source == "stack_exchange":  # whoever recorded it blanked the words
            data = json.loads(body)
            words = {"title": "Why &amp; how?", "body": "<p>It fails.</p>"}
            body = json.dumps({**data, "items": [{**item, **words} for item in data["items"]]}).encode()
        yield Subject(name, source, listing, asked, body)


def essence(subject: Subject) -> Subject:
    """A large page without what no parser looks at and with fewer records, as long as it still has reviews."""
    if len(subject.body) < LARGE:
        return subject
    if subject.body.lstrip()[:1] in {b"{", b"["}:
        body = json.dumps(_fewer(json.loads(subject.body))).encode()
    else:
        body = _BALLAST.sub(lambda part: part[0] if _TELLING.search(part[0]) else b"", subject.body)
    whole, few = (judge(subject, b, own=False) for b in (subject.body, body))
    alike = isinstance(whole, Batch) and isinstance(few, Batch) and len(few.reviews) >= min(40, len(whole.reviews))
    return replace(subject, body=body) if alike else subject


def _fewer(value: Any) -> Any:
    """JSON with at most 40 entries in its lists and its tables of records."""
    if isinstance(value, dict):
        return {k: _fewer(v) for k, v in islice(value.items(), None if len(value) < 200 else 40)}
    return [_fewer(v) for v in value[:40]] if isinstance(value, list) else value


def judge(subject: Subject, data: bytes, *, own: bool) -> Batch | ParseError:
    """What the source makes of a page; raises Escaped when it is not what it owes.

    `own` says that the page itself is asked whose it is, as for a file without an address.
    """
    source = scrapers.source(subject.source)
    found = within(source, data)
    handle, asked = found if own and found else subject.given
    try:
        batch = source.parse(Page(Request(asked), 200, {}, data, NOW), handle)
    except ParseError as e:
        if "\n" in str(e):
            raise Escaped(f"an error of several lines: {e}") from e
        return e
    frame(list(batch.reviews))
    if any("\n" in warning for warning in batch.warnings):
        raise Escaped(f"a warning of several lines: {batch.warnings}")
    if batch.next and urlsplit(batch.next.url).netloc != urlsplit(asked).netloc:
        raise Escaped(f"the next request leaves {asked}: {batch.next.url}")
    return batch


def run(subject: Subject, first: int, count: int) -> tuple[Counter[str], float]:
    """How many mutations came to what, and the slowest page in seconds; says of each that escaped how to see it."""
    small = essence(subject)
    counts: Counter[str] = Counter()
    slowest = 0.0
    for number in range(first, first + count):
        data = mutated(subject if number % 50 == 0 else small, random.Random(f"{SEED}/{subject.name}/{number}"))
        signal.alarm(HUNG)
        started = time.process_time()
        try:
            told = judge(subject, data, own=number % 2 == 1)
            slowest = max(slowest, took := time.process_time() - started)
            if took > SLOWEST:
                raise Escaped(f"took {took:.1f} s")
            counts["batches" if isinstance(told, Batch) else "refusals"] += 1
        except Exception as e:
            counts["escaped"] += 1
            if count == 1:
                raise
            say(f"{type(e).__name__}: {str(e)[:200]!r}; --only {subject.name} --from {number} --count 1")
        signal.alarm(0)
    return counts, slowest


def shares(subjects: list[Subject], count: int, *, evenly: bool) -> list[int]:
    """How many mutations each page of a source gets, `count` in all or more: where nothing is to be read, 100 do."""
    told = [judge(s, s.body, own=False) for s in subjects]  # imports what parsers import late, too
    rich = [evenly or len(told) == 1 or (isinstance(t, Batch) and bool(t.reviews)) for t in told]
    return [-(-count // max(1, sum(rich))) if much else min(100, count) for much in rich]


def table(title: str, subjects: list[Subject], first: int, count: int) -> int:
    """Runs and prints one set of pages, a line a source; says how many mutations escaped."""
    by_source: dict[str, list[Subject]] = {}
    for subject in subjects:
        by_source.setdefault(subject.source, []).append(subject)
    say(f"\n{title}\n\n| source | pages | largest, kB | mutations | batches | refusals | escaped | slowest, ms |")
    say("| --- | --: | --: | --: | --: | --: | --: | --: |")
    escaped = 0
    for source, mine in by_source.items():
        parts = shares(mine, count, evenly=title == "invented")
        results = [run(subject, first, part) for subject, part in zip(mine, parts, strict=True)]
        counts = sum((r[0] for r in results), Counter[str]())
        told = (counts[kind] for kind in ("batches", "refusals", "escaped"))
        row = map(str, (len(mine), -(-max(len(s.body) for s in mine) // 1000), counts.total(), *told))
        say(f"| {source} | {' | '.join(row)} | {1000 * max(r[1] for r in results):.1f} |")
        escaped += counts["escaped"]
    return escaped


def _hung(*_: object) -> None:
    raise Escaped(f"did not end within {HUNG} s")


def main() -> None:
    """Shares the mutations of each source among its pages and prints a table for each set of pages."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--only", help="a page's or a source's name; invented; recorded")
    arguments.add_argument("--from", dest="first", type=int, default=0)
    arguments.add_argument("--count", type=int, default=int(os.environ.get("FUZZ", "10000")), help="a source and set")
    told = arguments.parse_args()
    signal.signal(signal.SIGALRM, _hung)
    started, escaped = time.process_time(), 0
    say(f"seed {SEED}; no page may take more than {SLOWEST:g} s")
    for title, subjects in (("invented", invented), ("recorded", recorded)):
        found = [s for s in subjects() if told.only in {None, s.name, s.source, title}]
        escaped += table(title, found, told.first, told.count) if found else 0
    if not RECORDED.is_dir():
        say(f"\nno recorded answers at {RECORDED}")
    say(f"\n{escaped} escaped; {time.process_time() - started:.0f} s of processor time")
    sys.exit(escaped > 0)


if __name__ == "__main__":
    main()
