"""Mutated pages through every parser: reviews or the parser's own error, nothing else, and soon.

Two sets of pages: the invented ones under `tests/pages`, and, where the folder of real data lies beside the checkout,
what the services really sent. A third of the mutations are bytes anywhere, a third bytes where the page has its data, a
third keep the page's syntax and change what it says: a value of its JSON, a tag of its markup.

A page passes when its source returns a batch that the lake can hold, whose next request stays on the host that was
asked, or raises a ParseError of one line.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mutating import SEED, TOKENS, Escaped, bytes_changed, json_of, say, tried, value_changed

import scrapers
from data.review import frame
from scrapers._errors import ParseError
from scrapers._source import Batch, Handle, Page, Request, within

PAGES = Path(__file__).parents[1] / "pages"
RECORDED = Path(os.environ.get("UNMET_SHARED") or Path(__file__).parents[3] / "shared") / "captures"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LARGE = 50_000  # bytes from which only every fiftieth mutation is of the whole page; the others are of its essence
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


def json_changed(subject: Subject, rng: random.Random) -> bytes:
    """The page with one to three values of one piece of its JSON changed."""
    start, end = rng.choice(subject.documents)
    data = json.loads(subject.body[start:end].decode("utf-8", "replace"))
    for _ in range(rng.randint(1, 3)):
        data = value_changed(data, rng)
    return subject.body[:start] + json_of(data).encode() + subject.body[end:]


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
    """How many mutations of a page came to what, and the slowest in seconds."""
    small = essence(subject)

    def judged(number: int) -> str:
        data = mutated(subject if number % 50 == 0 else small, random.Random(f"{SEED}/{subject.name}/{number}"))
        told = judge(subject, data, own=number % 2 == 1)
        return "batches" if isinstance(told, Batch) else "refusals"

    return tried(subject.name, range(first, first + count), judged)


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


def tables(only: str | None, first: int, count: int) -> int:
    """Shares the mutations of each source among its pages and prints a table for each set of pages."""
    escaped = 0
    for title, subjects in (("invented", invented), ("recorded", recorded)):
        found = [s for s in subjects() if only in {None, s.name, s.source, title, "pages"}]
        escaped += table(title, found, first, count) if found else 0
    if not RECORDED.is_dir():
        say(f"\nno recorded answers at {RECORDED}")
    return escaped
