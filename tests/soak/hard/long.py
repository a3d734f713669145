"""A hundred nights on end: reviews are written, turn up late, are edited and deleted, listings and rules come.

The nights are days apart for everything that looks at the lake's own times. What looks at the disk's or the engine's
clock is told: the files of the tables' logs grow a day older each night, and what is out of the tables goes at once,
also out of what their logs list, since a night takes seconds here.
"""

from __future__ import annotations

import json
import os
import random
import resource
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from deltalake import DeltaTable

from data import upkeep
from data.lake import TABLES, Lake
from data.market import load
from data.settings import Settings
from flows import collect
from flows.plan import plan
from reports import report
from scrapers._source import Page, Request

FIRST = datetime(2026, 3, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
RIVALS, SHOWN, PER_PAGE, WINDOW = 3, 100, 50, 30
COMES = {30: 1, 60: 2}
"""Night -> the rival that gets another listing."""
RULES = {
    40: "[language]\ndrop = true\n",
    70: '[language]\ndrop = true\n\n[support]\ncues = ["purple void"]\n',
}
"""Night -> the market's own themes from then on."""
VOID_COUNTS = 70
"""From that night on the rules know what a purple void is."""
BAD = "Support never replies to my emails, I wrote three times about case {}."
GOOD = "I love the design of these notes, it works perfectly for project {}."
VOID = "It is terrible, my notes of project {} went into the purple void."
CHECKED = 10
"""One night in so many holds its report against the lake, as every real one does; it takes as long again."""


@dataclass
class Said:
    """A review, as the simulator knows it."""

    number: int
    host: str
    written: datetime
    body: str
    shown: bool = True
    was: str = ""
    """What it said on the night before, empty where it was not there."""

    def counts(self, night: int) -> bool:
        """Whether it complains about support, to those who read it on that night."""
        return self.body == BAD or (self.body == VOID and night >= VOID_COUNTS)


@dataclass
class Night:
    """What was measured after one night."""

    number: int
    reviews: int
    seconds: float
    processor: float
    resident: float
    """MiB."""
    tables: float
    logs: float
    archive: float
    """MiB on disk."""
    files: int


@dataclass
class Long:
    """What came of all nights."""

    nights: list[Night] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    moved: Counter[str] = field(default_factory=Counter)
    """Cause -> reviews that it moved, as the reports say, all of which the simulator knows."""


class World:
    """The sites of a market, and the truth about them."""

    def __init__(self, home: Path, seed: int) -> None:
        self.home, self.random = home, random.Random(seed)
        self.hosts = [f"r{rival}-0.example" for rival in range(RIVALS)]
        self.said: list[Said] = []
        self.file = home / "notes.toml"
        self.now = FIRST
        for host in self.hosts:
            for each in range(40):
                self._write(host, FIRST - timedelta(days=each % 20, hours=1 + each % 5))
        self._market()

    def _write(self, host: str, written: datetime) -> None:
        body = self.random.choices([BAD, GOOD, VOID], [4, 5, 1])[0]
        self.said.append(Said(len(self.said) + 1, host, written, body))

    def _market(self) -> None:
        lines = ['name = "Notes"', f"window_days = {WINDOW}"]
        for rival in range(RIVALS):
            mine = [h for h in self.hosts if h.startswith(f"r{rival}-")]
            urls = [f'{{ url = "https://{h}/firefox/addon/a/", source = "mozilla_addons" }}' for h in mine]
            lines += [f"[competitors.rival-{rival}]", f'name = "Rival {rival}"', f"listings = [{', '.join(urls)}]"]
        self.file.write_text("\n".join(lines) + "\n", "utf-8")

    def pass_a_day(self, night: int) -> Counter[tuple[str, str]]:
        """Until a night; says what it must come to: (cause, `gained` or `lost`) -> reviews about support."""
        truth: Counter[tuple[str, str]] = Counter()
        last, self.now = self.now, FIRST + night * DAY
        start = self.window()
        for each in self.said:
            each.was = each.body
        old = list(self.said)
        for host in self.hosts:
            for number in range(self.random.randint(0, 4)):
                self._write(host, self.now - timedelta(hours=1 + number))
            if self.random.random() < 0.3:
                self._write(host, last - timedelta(days=3, minutes=len(self.said) % 600))
        if night in COMES:
            host = f"r{COMES[night]}-1.example"
            self.hosts.append(host)
            self._market()
            for each in range(30):
                self._write(host, self.now - timedelta(days=1 + each % 15, hours=2))
        if night in RULES:
            folder = self.file.with_suffix(".rules")
            folder.mkdir(exist_ok=True)
            (folder / "themes.toml").write_text(RULES[night], "utf-8")
        shown = {each.number for host in self.hosts for each in self.shown(host)}
        young = [s for s in old if s.number in shown and s.written > self.now - timedelta(days=WINDOW - 9)]
        for each in self.random.sample(young, min(len(young), self.random.randint(0, 3))):
            each.body = GOOD if each.body == BAD else BAD
        for each in self.random.sample(young, min(len(young), self.random.randint(0, 2))):
            each.shown = each.body != each.was  # one that was edited the same day stays
        for each in self.said:
            before = bool(each.was) and each.written > start and Said.counts(each_as(each, each.was), night - 1)
            after = each.written > self.window() and each.counts(night)
            if before != after:
                truth[self._cause(each, last, night), "gained" if after else "lost"] += 1
        return truth

    def _cause(self, each: Said, last: datetime, night: int) -> str:
        if not each.was:
            if night in COMES and each.host == self.hosts[-1]:
                return "came"
            return "written" if each.written.date() >= last.date() else "found"
        if each.written <= self.window():
            return "aged"
        return "edited" if each.body != each.was else "rules"

    def window(self) -> datetime:
        """After which a review counts."""
        return max(each.written for each in self.said) - timedelta(days=WINDOW)

    def shown(self, host: str) -> list[Said]:
        """What a listing shows, the newest first."""
        mine = [each for each in self.said if each.host == host and each.shown]
        return sorted(mine, key=lambda s: (s.written, s.number), reverse=True)[:SHOWN]

    def fetch(self, request: Request) -> Page:
        """A page of a listing."""
        parts = urlsplit(request.url)
        number, shown = int(parse_qs(parts.query)["page"][0]), self.shown(parts.netloc)
        results = [
            {
                "id": s.number, "score": 5 if s.body == GOOD else 1, "body": s.body.format(s.number),
                "created": s.written.isoformat(), "user": {"name": f"user {s.number}"},
            }
            for s in shown[(number - 1) * PER_PAGE : number * PER_PAGE]
        ]  # fmt: skip
        onward = request.url.replace(f"page={number}", f"page={number + 1}", 1)
        more = number * PER_PAGE < len(shown)
        told = {"count": len(shown), "results": results, "next": onward if more else None}
        return Page(request, 200, {"content-type": "application/json"}, json.dumps(told).encode(), self.now)


def each_as(each: Said, body: str) -> Said:
    """A review with other words."""
    return Said(each.number, each.host, each.written, body)


def nights(home: Path, count: int, seed: int = 3, checked: int = CHECKED) -> Iterator[tuple[Night, Long]]:
    """Runs so many nights; gives each, and what all have come to so far."""
    world, result = World(home, seed), Long()
    lake, out = Lake(home / "lake"), home / "out"
    for number in range(count):
        began, used = time.monotonic(), time.process_time()
        truth = world.pass_a_day(number) if number else Counter[tuple[str, str]]()
        market = load(world.file)
        # each walk goes to the end, so that the lake knows of every edit on the night of it
        config = Settings(lake=lake.root, reports=out, now=world.now, whole_walk_days=1, workers=1)
        places = [place.name for c in market.competitors for place in c.places]
        for errand in plan(market, world.file):
            _, error = collect.visit(errand, lake, config, world.fetch, places=places)
            if error is not None:
                result.wrong.append(f"night {number}: {error}")
        upkeep.sweep(lake)
        upkeep.tidy(lake, market.slug)
        for name in TABLES:
            lake.change(name, _short_of_memory)
        upkeep.expire(lake, timedelta(0))
        collect.archive(config).expire((world.now - timedelta(days=config.keep_pages_days)).date())
        hold = number % checked == 0
        path, document = report.make(lake, market, out, world.file, checked=hold)
        result.wrong += _untrue(number, document, truth, world, result)
        for old in sorted(path.parent.glob("*.json"))[:-2]:  # the reports themselves are for their reader to keep
            for file in [*path.parent.glob(f"{old.stem}*"), *(path.parent / "charts").glob(f"{old.stem}*")]:
                file.unlink()
        _age(Path(lake.root))
        seconds, processor = time.monotonic() - began, time.process_time() - used
        measured = _measured(number, lake, market.slug, seconds, processor)
        result.nights.append(measured)
        readings, reviews = lake.count("readings", market.slug), lake.count("reviews", market.slug)
        if readings > (1 + upkeep.STALE) * reviews + 1:
            result.wrong.append(f"night {number}: {readings} readings of {reviews} reviews")
        yield measured, result


def _untrue(number: int, document: dict, truth: Counter, world: World, result: Long) -> list[str]:  # type: ignore[type-arg]
    """What a report says of the change since the night before that is not so."""
    if number == 0:
        return []
    row = next((r for r in document["changes"]["themes"] if r["theme"] == "support"), None)
    causes = row["causes"] if row else []
    said = {(c["cause"], side): c[side] for c in causes for side in ("gained", "lost") if c[side]}
    for (cause, _), moved in said.items():
        result.moved[cause] += moved
    wrong = []
    if said != dict(truth):
        wrong.append(f"night {number}: the report says {said}, and it was {dict(truth)}")
    if row:
        now = sum(each.counts(number) and each.written > world.window() for each in world.said)
        if row["now"] != now or row["now"] - row["then"] != sum(row["parts"].values()):
            wrong.append(f"night {number}: {row['then']} then and {row['now']} now, of {now}")
    return wrong


def _short_of_memory(table: DeltaTable) -> None:
    """Lets a table forget at once what its log lists of removed files for a week: real days, which pass in no test."""
    wanted = {"delta.deletedFileRetentionDuration": "interval 0 days"}
    if not wanted.items() <= table.metadata().configuration.items():
        table.alter.set_table_properties(wanted)


def _age(root: Path) -> None:
    """Lets the files of the tables' logs grow a day older."""
    for path in root.glob("*/_delta_log/*"):
        when = path.stat().st_mtime - DAY.total_seconds()
        os.utime(path, (when, when))


def _measured(number: int, lake: Lake, market: str, seconds: float, processor: float) -> Night:
    root, sizes, files = Path(lake.root), Counter[str](), 0
    for path in root.rglob("*"):
        if path.is_file():
            kind = "logs" if "_delta_log" in path.parts else "archive" if "archive" in path.parts else "tables"
            sizes[kind] += path.stat().st_size
            files += 1
    resident = int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize() / 2**20
    return Night(
        number + 1, lake.count("reviews", market), seconds, processor, resident,
        *(sizes[kind] / 2**20 for kind in ("tables", "logs", "archive")), files,
    )  # fmt: skip
