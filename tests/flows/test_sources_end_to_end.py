"""Every source through the real collector: over real HTTP, into a real lake, three nights in a row.

What each night must bring stands in `protocols.CASES`; when it was asked for, in the server's log. What is read from
pages saved by hand is in test_saved_end_to_end.py.
"""

from __future__ import annotations

import gzip
import logging
from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import polars as pl
import pytest
from protocols import CASES, KEY, NEW

from data.archive import Archive
from data.lake import Lake
from data.market import Competitor, Listing, Market
from data.settings import Settings
from data.visit import Visit
from flows import collect
from flows.plan import plan
from scrapers._errors import Blocked, ScrapeError

NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
PAUSE = 0.01
ALLOWED = ("google_play", "shopify")
KEYS = ("GITHUB_TOKEN", "REDDIT_TOKEN")


@dataclass(frozen=True)
class Night:
    """What one night brought a listing."""

    visit: Visit
    error: ScrapeError | None
    asked: list[Any]
    """The server's log of its host, `protocols.Asked`."""
    held: pl.DataFrame
    """Its reviews in the lake afterwards."""
    expected: dict[str, tuple[float | None, str | None, datetime | None]]
    """Id -> rating, scale, time of what its place showed that night."""

    @property
    def pages(self) -> list[Any]:
        """Requests that brought a page."""
        return [a for a in self.asked if a.status == 200 and a.path != "/robots.txt"]


@dataclass(frozen=True)
class Run:
    """All nights of all listings, and the lake as it stands at the end."""

    nights: list[dict[str, Night]]
    lake: Lake


def market() -> Market:
    return Market(
        slug="proof",
        name="Proof",
        allow=ALLOWED,
        competitors=tuple(
            Competitor(
                slug=f"rival-{i}", name=name, listings=(Listing(url=c.url, source=c.source if c.named else None),)
            )
            for i, (name, c) in enumerate(CASES.items())
        ),
    )


def visited(names: Collection[str], site: Any, lake: Lake, config: Settings) -> dict[str, Night]:
    """One night: these listings at once, as the flow does it, with one client, one lake, a thread a listing."""
    errands = dict(zip(CASES, plan(market()), strict=True))
    listings = [e.place.name for e in errands.values()]
    before = len(site.log)
    with collect.fetcher(config) as fetcher, ThreadPoolExecutor(len(names)) as pool:
        tasks = {
            name: pool.submit(
                collect.visit, errands[name], lake, config, fetcher.fetch, hold=fetcher.hold, places=listings
            )
            for name in names
        }
        done = {name: task.result() for name, task in tasks.items()}
    log, rows = site.log[before:], lake.reviews("proof")
    return {
        name: Night(
            *done[name],
            [a for a in log if a.host == CASES[name].host],
            rows.filter(listing=CASES[name].url),
            site.places[CASES[name].host].expected(),
        )
        for name in names
    }


def settings(lake: Lake, site: Any, night: int) -> Settings:
    return Settings(
        lake=lake.root, now=NIGHT + timedelta(days=night), pause_seconds=PAUSE, connect_to=site.connect_to,
        contact="tests@unmet.example",
    )  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for key in KEYS:
            patch.delenv(key, raising=False)
        patch.setenv("TRUSTPILOT_API_KEY", KEY)
        yield


def places(protocols: ModuleType, names: Collection[str]) -> list[Any]:
    return [getattr(protocols, CASES[name].place)(CASES[name].host, CASES[name].planted) for name in names]


@pytest.fixture(scope="module")
def run(protocols: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Three nights of all listings."""
    lake = Lake(tmp_path_factory.mktemp("proof") / "lake")
    nights = []
    with protocols.Loopback(places(protocols, CASES)) as site:
        site.busy = {c.host: (0, "1") for c in CASES.values()}
        nights.append(visited(CASES, site, lake, settings(lake, site, 0)))
        nights.append(visited(CASES, site, lake, settings(lake, site, 1)))
        for place in site.places.values():
            place.grow(NEW)
        nights.append(visited(CASES, site, lake, settings(lake, site, 2)))
    return Run(nights, lake)


LONG = (
    "app_store",
    "steam",
    "shopify",
    "hacker_news",
    "github_issues",
    "discourse, an old version",
    "google_play",
    "trustpilot, its API",
)
"""Listings of several pages, one for every way in which a walk goes on."""


@pytest.fixture(scope="module")
def broken(protocols: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two nights of the long listings; on the first, every host turns us away for an hour at page 2."""
    lake = Lake(tmp_path_factory.mktemp("broken") / "lake")
    with protocols.Loopback(places(protocols, LONG)) as site:
        site.busy = {CASES[name].host: (1, "3600") for name in LONG}
        first = visited(LONG, site, lake, settings(lake, site, 0))
        return Run([first, visited(LONG, site, lake, settings(lake, site, 1))], lake)


every = pytest.mark.parametrize("name", CASES)


def told(night: Night) -> dict[str, tuple[float | None, str | None, datetime | None]]:
    rows = night.held.select("id", "rating", "scale", "written").iter_rows()
    return {identity: (rating, scale, written) for identity, rating, scale, written in rows}


@every
def test_the_address_means_its_source(name: str) -> None:
    errand = dict(zip(CASES, plan(market()), strict=True))[name]
    assert errand.source == CASES[name].source


@every
def test_the_first_visit_brings_what_is_planted_and_nothing_else(run: Run, name: str) -> None:
    night = run.nights[0][name]
    assert night.error is None
    assert told(night) == night.expected
    assert night.held["key"].n_unique() == night.held.height
    assert all(row.strip() for row in night.held["body"])


@every
def test_the_ledger_adds_up(run: Run, name: str) -> None:
    case = CASES[name]
    for night in (n[name] for n in run.nights):
        v = night.visit
        assert v.found == v.new + v.edited + v.known + v.duplicate
        assert (v.unreadable, v.complete, v.outcome) == (0, True, "reviews")
        assert v.pages == len(night.pages)
    first, second, third = (n[name].visit for n in run.nights)
    seen = len(run.nights[0][name].expected)
    assert (first.new, first.edited, first.known, first.duplicate) == (seen, 0, 0, case.duplicate)
    assert (second.new, second.edited, second.known, second.duplicate) == (0, 0, second.found, 0)
    assert (third.new, third.edited) == ((NEW, 1) if case.edits else (NEW + 1, 0))


@every
def test_it_stops_for_the_right_reason_after_the_right_number_of_pages(run: Run, name: str) -> None:
    visits = [n[name].visit for n in run.nights]
    assert tuple(v.stop for v in visits) == CASES[name].stops
    assert tuple(len(n[name].pages) for n in run.nights) == CASES[name].pages


@every
def test_a_night_without_news_asks_less_and_changes_nothing(run: Run, name: str) -> None:
    first, second = run.nights[0][name], run.nights[1][name]
    assert len(second.asked) < len(first.asked)
    assert second.held.equals(first.held)


@every
def test_news_and_an_edit_are_found(run: Run, name: str) -> None:
    before, after = run.nights[1][name], run.nights[2][name]
    assert told(after) == {**told(before), **after.expected}
    assert after.held.height == before.held.height + (NEW if CASES[name].edits else NEW + 1)
    assert after.held["body"].str.contains("It was mended.").sum() == 1


@every
def test_robots_txt_is_asked_first_and_once_a_night(run: Run, name: str) -> None:
    for night in run.nights:
        paths = [a.path for a in night[name].asked]
        assert paths[0] == "/robots.txt"
        assert Counter(paths)["/robots.txt"] == 1


@every
def test_a_busy_host_is_left_alone_as_long_as_it_asks(run: Run, name: str) -> None:
    asked = run.nights[0][name].asked
    statuses = [a.status for a in asked]
    assert (statuses[:2], Counter(statuses)[429]) == ([200, 429], 1)
    assert asked[2].path == asked[1].path
    assert asked[2].started - asked[1].ended >= 1
    assert all(a.status != 429 for night in run.nights[1:] for a in night[name].asked)


@every
def test_one_request_at_a_time_with_a_pause_and_a_name(run: Run, name: str) -> None:
    for night in run.nights:
        asked = night[name].asked
        assert all(b.started - a.ended >= PAUSE for a, b in pairwise(asked))
        assert {a.agent for a in asked} == {"unmet/0.1 (review research; contact: tests@unmet.example)"}
        assert all(a.authorization is None for a in asked)
        assert {a.key for a in asked if a.path != "/robots.txt"} == {CASES[name].key}


def test_a_wish_in_the_answer_to_be_left_alone_is_obeyed(run: Run) -> None:
    for night in (run.nights[0], run.nights[2]):  # on the second, one page is all
        pages = night["stack_exchange"].pages
        assert pages[1].started - pages[0].ended >= 1


def test_only_the_hosts_of_the_listings_are_asked(run: Run) -> None:
    hosts = {a.host for night in run.nights for n in night.values() for a in n.asked}
    assert hosts == {c.host for c in CASES.values()}


def test_every_page_is_in_the_archive_as_it_was_asked_for(run: Run) -> None:
    archive = Archive(Path(run.lake.root) / "archive")
    errands = dict(zip(CASES, plan(market()), strict=True))
    for name, errand in errands.items():
        file = archive.path("proof", errand.competitor, errand.source, errand.place.name, NIGHT.date())
        kept = [urlsplit(page.url) for page in archive.pages(file)]
        assert [f"{k.path}?{k.query}" if k.query else k.path for k in kept] == [
            a.path for a in run.nights[0][name].pages
        ]


def test_the_ledger_holds_every_visit_of_every_night(run: Run) -> None:
    visits = run.lake.visits("proof")
    assert visits.height == 3 * len(CASES)
    assert set(visits["stop"]) == {"end", "cap", "known"}


# -- a night that breaks off -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LONG)
def test_what_came_before_a_visit_broke_off_is_kept_and_the_next_reads_to_the_end(broken: Run, name: str) -> None:
    first, second = (n[name] for n in broken.nights)
    assert isinstance(first.error, Blocked)
    assert "asks to wait 3600 s" in (first.visit.detail or "")
    assert (first.visit.stop, first.visit.complete, first.asked[-1].status) == ("blocked", False, 429)
    assert first.visit.new == first.held.height > 0
    assert first.held.height < len(first.expected)
    assert told(second) == second.expected
    assert (second.visit.known, second.visit.complete) == (first.held.height, True)
    assert second.visit.stop == CASES[name].stops[0]


# -- keys --------------------------------------------------------------------------------------------------------------


def on_disk(folder: Path) -> bytes:
    """Everything that a run wrote, unpacked."""
    files = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    return b"\n".join(gzip.decompress(f) if f.startswith(b"\x1f\x8b") else f for f in files)


def test_a_key_goes_to_its_api_and_nowhere_else(
    protocols: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "invented-token")
    caplog.set_level(logging.DEBUG)
    names = ["github_issues", "steam", "trustpilot, its API"]
    lake = Lake(tmp_path / "lake")
    with protocols.Loopback(places(protocols, names)) as site:
        site.busy = {CASES[name].host: (1, "3600") for name in names}  # so that there is an error to tell of, too
        nights = visited(names, site, lake, settings(lake, site, 0))
    shown = {name: [(a.authorization, a.key) for a in nights[name].asked] for name in names}
    github, api = ("Bearer invented-token", None), (None, KEY)
    nothing = (None, None)
    assert shown == {
        "github_issues": [nothing, github, github],
        "steam": [nothing, nothing, nothing],
        "trustpilot, its API": [nothing, api, api],
    }
    kept = on_disk(tmp_path)
    assert b"api.trustpilot.com/v1/business-units/" in kept
    for secret in ("invented-token", KEY):
        assert secret.encode() not in kept
        assert secret not in caplog.text
        assert not any(secret in f"{night.visit} {night.error!r}" for night in nights.values())


@pytest.mark.parametrize("key", [None, "a-wrong-key"])
def test_an_api_that_wants_a_key_turns_others_away(
    protocols: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    monkeypatch.delenv("TRUSTPILOT_API_KEY")
    if key:
        monkeypatch.setenv("TRUSTPILOT_API_KEY", key)
    name = "trustpilot, its API"
    lake = Lake(tmp_path / "lake")
    with protocols.Loopback(places(protocols, [name])) as site:
        night = visited([name], site, lake, settings(lake, site, 0))[name]
    assert isinstance(night.error, Blocked)
    assert (night.visit.stop, night.visit.new, [a.status for a in night.asked]) == ("blocked", 0, [200, 401])
    assert ("no key was set: TRUSTPILOT_API_KEY" in str(night.error)) is (key is None)
