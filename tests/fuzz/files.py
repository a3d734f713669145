"""Mutated files through what reads them: market files and the rules beside them, exports, archives of pages.

What passes: a market that a plan can be made of and whose files lie where it may read, rules, reviews that the lake can
hold, pages as they were kept; or an error of our own, of one line. A third of the mutations are bytes anywhere, a third
bytes where values stand, a third values exchanged for odd ones; packed files are mutated packed and unpacked.
"""

from __future__ import annotations

import gzip
import io
import json
import math
import random
import re
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import zstandard
from mutating import SEED, Escaped, bytes_changed, json_of, say, tried, value_changed

from data.archive import Archive, Kept
from data.errors import UnmetError
from data.market import SLUG, Export, load
from data.review import frame
from flows.plan import plan
from reports.rules import market as rules
from scrapers import export

MARKET = """
name = "Notes"
notice = "An invented market."
window_days = 200
allow = ["reddit"]
notify = ["slack-webhook/team"]

[competitors.ink]
name = "Ink"
aliases = ["Inkpad", "ink pad"]
listings = ["https://apps.apple.com/us/app/x/id900000001", { url = "https://x.example/p", source = "schema_org" }]

[competitors.pen]
name = "Pen"
ours = true

[[competitors.pen.exports]]
path = "reviews.csv"
source = "mine"
product = "pen"
where = { app = "pen" }
columns = { body = "said", rating = "stars" }
dates = "%d.%m.%Y"
scale = "5"
encoding = "utf-8"

[[competitors.pen.saved]]
path = "saved/*.html"
source = "trustpilot"
url = "https://www.trustpilot.com/review/x.example"
"""
THEMES = r"""
[ink-smell]
name = "Smell of the ink"
need = "write without a headache"
benefit = "a clear head"
tier = "works"
stage = "use"
lever = "product"
cues = ["smells?(?: of| like)? \\w+", "(?:ink|paper) (?:stinks|reeks)", "odou?r"]
not = ["no smell", "smells good"]

[support]
cues = ["ink line"]

[price]
drop = true
"""
CORRECTIONS = """
[[review]]
key = "mine:pen:1"
text = "it leaks"
themes = ["support"]
kinds = ["bug"]
pain_point = "leaks"

[[same]]
pain_points = ["leaks", "is not tight"]
name = "leaks"

[[ignore]]
phrase = "pen of pens"
"""
ROWS = [
    {
        "id": f"r{n}", "body": f"The pen leaks, {n} times a day; \"awful\".\nNever again 味道." if n % 4 else "",
        "title": None if n % 3 else "Leaks", "rating": n % 5 + 1, "written": f"2026-0{n % 9 + 1}-03T10:00:00Z",
        "author": f"user {n}", "helpful": n, "app": "pen", "verified": n % 2 == 0,
    }
    for n in range(12)
]  # fmt: skip
_VALUES = re.compile(rb"(?<== )\S.*|\"[^\"\n]*\"|[^,\t\n]+")


@dataclass(frozen=True)
class Subject:
    """A file to mutate."""

    name: str
    kind: str
    body: bytes
    """As it is on disk, unpacked."""
    judge: Callable[[Path], object]
    """Reads the file; raises UnmetError where it cannot be read, Escaped where it should not have been."""
    packed: Callable[[bytes], bytes] | None = None
    parsed: Callable[[bytes], Any] | None = None
    written: Callable[[Any], str] = json_of


def market(path: Path) -> None:
    """Loads a market file and plans what it asks for."""
    known = load(path)
    plan(known, path)
    for each in known.competitors:
        if not SLUG.fullmatch(each.slug):
            raise Escaped(f"a slug that is a path: {each.slug!r}")
        for file in each.exports:
            if file.path.resolve() != path.parent / "reviews.csv":
                raise Escaped(f"an export elsewhere: {file.path}")


def ruled(path: Path) -> None:
    """Takes up the rules beside a market file."""
    rules.of(path.parent.with_suffix(".toml"), {})


def reviews(path: Path) -> None:
    """Reads an export whole."""
    batch = export.read(Export(path=path, source="x"), "pen")
    frame(list(batch.reviews))
    if any("\n" in warning for warning in batch.warnings):
        raise Escaped(f"a warning of several lines: {batch.warnings}")


def archived(path: Path) -> None:
    """Reads the pages of an archive."""
    for page in Archive(path.parent).pages(path):
        if not (isinstance(page.status, int) and isinstance(page.body, bytes) and page.url and page.at.tzinfo):
            raise Escaped(f"a page that is none: {page}")


def toml_of(document: Any) -> str:
    """A document as TOML, its tables within its lines; what TOML has no form for is left out."""
    if not isinstance(document, dict):
        return json_of(document)
    return "\n".join(f"{json.dumps(key)} = {_inline(value)}" for key, value in document.items() if value is not None)


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(k)} = {_inline(v)}' for k, v in value.items() if v is not None)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_inline(each) for each in value if each is not None)}]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return json_of(value)


def _csv(rows: list[dict[str, Any]], between: str) -> bytes:
    return pl.DataFrame(rows).write_csv(separator=between).encode()


def _parquet() -> bytes:
    held = io.BytesIO()
    pl.DataFrame(ROWS).write_parquet(held)
    return held.getvalue()


def _warc(home: Path) -> bytes:
    archive, when = Archive(home), datetime(2026, 3, 1, tzinfo=UTC)
    path = archive.path("notes", "ink", "schema_org", "https://x.example/p", date(2026, 3, 1))
    for n in range(3):
        body = f"<html>page {n} 味 {'x' * n * 900}".encode()
        archive.keep(path, Kept(f"https://x.example/p?{n}", 200, {"content-type": "text/html"}, body, when, f"seen{n}"))
    return path.read_bytes()


def _members(data: bytes) -> bytes:
    """An archive's records, unpacked, in one piece."""
    return gzip.decompress(data)


def _repacked(data: bytes) -> bytes:
    """A gzip member for each record, as an archive has them."""
    parts = re.split(rb"(?=WARC/1\.[01]\r\n)", data)
    return b"".join(gzip.compress(part, 1) for part in parts if part)


def subjects(home: Path) -> Iterator[Subject]:
    """Every kind of file."""
    lines = "\n".join(json.dumps(row) for row in ROWS).encode()
    toml = {"parsed": lambda data: tomllib.loads(data.decode()), "written": toml_of}
    yield Subject("notes.toml", "market file", MARKET.encode(), market, **toml)
    yield Subject("themes.toml", "rules of a market", THEMES.encode(), ruled, **toml)
    yield Subject("corrections.toml", "rules of a market", CORRECTIONS.encode(), ruled, **toml)
    yield Subject("reviews.csv", "export", _csv(ROWS, ","), reviews)
    yield Subject("reviews.tsv", "export", _csv(ROWS, "\t"), reviews)
    yield Subject("reviews.jsonl", "export", lines, reviews)
    yield Subject("reviews.json", "export", json.dumps(ROWS).encode(), reviews, parsed=json.loads)
    nested = json.dumps({"app": "pen", "reviews": ROWS}).encode()
    yield Subject("nested.json", "export", nested, reviews, parsed=json.loads)
    yield Subject("reviews.csv.gz", "export", _csv(ROWS, ","), reviews, packed=gzip.compress)
    yield Subject("reviews.jsonl.zst", "export", lines, reviews, packed=zstandard.ZstdCompressor().compress)
    yield Subject("reviews.parquet", "export", _parquet(), reviews)
    yield Subject("pages.warc.gz", "archive", _members(_warc(home / "archive")), archived, packed=_repacked)


def mutated(subject: Subject, rng: random.Random) -> bytes:
    """The file with something done to it."""
    roll = rng.randrange(3)
    if roll == 0 and subject.packed:
        return bytes_changed(subject.packed(subject.body), rng, [])
    if roll == 0 and subject.parsed:
        value = subject.parsed(subject.body)
        for _ in range(rng.randint(1, 3)):
            value = value_changed(value, rng)
        data = subject.written(value).encode("utf-8", "surrogatepass")
    else:
        spots = [found.span() for found in _VALUES.finditer(subject.body)] if roll == 1 else []
        data = bytes_changed(subject.body, rng, spots)
    return subject.packed(data) if subject.packed else data


def run(subject: Subject, first: int, count: int) -> tuple[Counter[str], float]:
    """How many mutations of a file came to what, and the slowest in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        rest(home)
        whole = place(home, subject, -1)
        whole.write_bytes(subject.packed(subject.body) if subject.packed else subject.body)
        subject.judge(whole)  # what is refused as it is would prove nothing mutated
        whole.unlink()

        def judged(number: int) -> str:
            path = place(home, subject, number)
            path.write_bytes(mutated(subject, random.Random(f"{SEED}/{subject.name}/{number}")))
            try:
                subject.judge(path)
            except UnmetError as e:
                if "\n" in str(e):
                    raise Escaped(f"an error of several lines: {e}") from e
                return "refused"
            finally:
                path.unlink()
            return "read"

        return tried(subject.name, range(first, first + count), judged)


def rest(home: Path) -> None:
    """What a market file finds beside it."""
    (home / "saved").mkdir()
    (home / "saved" / "page.html").write_text("<html>", "utf-8")
    (home / "reviews.csv").write_text("app,said,stars\npen,It leaks.,1\n", "utf-8")
    (home / "notes.rules").mkdir()


def place(home: Path, subject: Subject, number: int) -> Path:
    """Where a mutated file lies; exports get names of their own, since the reader keeps the last one."""
    if subject.kind == "rules of a market":
        return home / "notes.rules" / subject.name
    return home / (f"{number}-{subject.name}" if subject.kind == "export" else subject.name)


def tables(only: str | None, first: int, count: int) -> int:
    """Runs the mutations of each kind, shared among its files, and prints a table; says how many escaped."""
    with tempfile.TemporaryDirectory() as folder:
        found = [s for s in subjects(Path(folder)) if only in {None, s.name, s.kind, "files"}]
    if not found:
        return 0
    held = Counter(subject.kind for subject in found)
    say("\n| file | kind | mutations | read | refused | escaped | slowest, ms |")
    say("| --- | --- | --: | --: | --: | --: | --: |")
    escaped = 0
    for subject in found:
        counts, slowest = run(subject, first, -(-count // held[subject.kind]))
        told = (counts[each] for each in ("read", "refused", "escaped"))
        row = " | ".join(map(str, (counts.total(), *told)))
        say(f"| {subject.name} | {subject.kind} | {row} | {1000 * slowest:.1f} |")
        escaped += counts["escaped"]
    return escaped
