"""Every source through the real collector: over real HTTP, into a real lake, three nights in a row.

On the first night every host is busy once. Until the second nothing happens. Until the third some reviews are written
and one is edited. What each night must bring stands in `CASES`; when it was asked for, in the server's log.
"""

from __future__ import annotations

import gzip
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
NEW = 5
"""Reviews written between the second night and the third, less than any source has a page."""


@dataclass(frozen=True)
class Case:
    """One source: where its listing is, who answers, and what each night's visit must come to."""

    source: str
    url: str
    host: str
    """The host that is really asked."""
    place: str
    """The class in `protocols` that answers for it."""
    planted: int
    pages: tuple[int, int, int]
    """Requests a night, robots.txt and the busy answer not counted."""
    stops: tuple[str, str, str]
    duplicate: int = 0
    """Reviews that the source shows twice within the first visit, because it must."""
    named: bool = False
    """Whether the market file names the source, because the address does not tell."""
    edits: bool = True
    """Whether a review that was written anew is the same review there."""


END, CAP = ("end", "known", "known"), ("cap", "known", "known")
CASES = {
    "app_store": Case(
        "app_store", "https://apps.apple.com/us/app/billory/id900000001", "itunes.apple.com", "AppStore",
        120, (4, 1, 2), END,
    ),
    "app_store, more than it shows": Case(
        "app_store", "https://apps.example/us/app/billory/id900000002", "apps.example", "AppStore",
        620, (10, 1, 2), CAP, named=True,
    ),
    "steam": Case(
        "steam", "https://store.steampowered.com/app/900000/Delve_Together/", "api.steampowered.com", "Steam",
        250, (5, 1, 2), END,
    ),
    "schema_org": Case(
        "schema_org", "https://www.desks.example/p/billory", "www.desks.example", "SchemaOrg", 50, (3, 1, 2), END,
    ),
    "shopify": Case(
        "shopify", "https://apps.shopify.com/parcel-pilot", "apps.shopify.com", "Shopify", 33, (4, 1, 2), END,
    ),
    "wordpress": Case(
        "wordpress", "https://wordpress.org/plugins/tidy-tables/", "wordpress.org", "WordPress",
        40, (1, 1, 1), ("cap", "known", "cap"),
    ),
    "mozilla_addons": Case(
        "mozilla_addons", "https://addons.mozilla.org/en-US/firefox/addon/tab-shelf/", "addons.mozilla.org",
        "MozillaAddons", 120, (3, 1, 2), END,
    ),
    "hacker_news": Case(
        "hacker_news", "https://hn.algolia.com/?q=Billory", "hn.algolia.com", "HackerNews",
        1151, (12, 1, 2), END, duplicate=1,
    ),
    "github_issues": Case(
        "github_issues", "https://github.com/billory/desktop", "api.github.com", "GitHubIssues", 230, (3, 1, 2), END,
    ),
    "discourse": Case(
        "discourse", "https://forum.billory.example/", "forum.billory.example", "Discourse",
        130, (4, 1, 2), END, named=True,
    ),
    "discourse, an old version": Case(
        "discourse", "https://talk.billory.example/latest", "talk.billory.example", "OldDiscourse",
        200, (9, 1, 2), END, duplicate=4, named=True,
    ),
    "stack_exchange": Case(
        "stack_exchange", "https://stackoverflow.com/questions/tagged/billory", "api.stackexchange.com",
        "StackExchange", 230, (3, 1, 2), END,
    ),
    "reddit": Case(
        "reddit", "https://www.reddit.com/r/billory/", "www.reddit.com", "Reddit",
        130, (1, 1, 1), ("cap", "known", "cap"),
    ),
    "google_play": Case(
        "google_play", "https://play.google.com/store/apps/details?id=com.billory.app&hl=en", "play.google.com",
        "GooglePlay", 330, (3, 1, 2), END,
    ),
    "jetbrains_marketplace": Case(
        "jetbrains_marketplace", "https://plugins.jetbrains.com/plugin/12345-billory", "plugins.jetbrains.com",
        "JetBrainsMarketplace", 230, (4, 1, 2), END,
    ),
    "open_vsx": Case(
        "open_vsx", "https://open-vsx.org/extension/billory/desk", "open-vsx.org", "OpenVsx",
        40, (1, 1, 1), ("end", "known", "end"), edits=False,
    ),
    "odrs": Case(
        "odrs", "https://flathub.org/apps/org.billory.Billory", "odrs.gnome.org", "Odrs",
        60, (1, 1, 1), ("end", "known", "end"),
    ),
}  # fmt: skip
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
def _no_keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for key in KEYS:
            patch.delenv(key, raising=False)
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


LONG = ("app_store", "steam", "shopify", "hacker_news", "github_issues", "discourse, an old version", "google_play")
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


def test_a_key_goes_to_its_api_and_nowhere_else(
    protocols: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "invented-token")
    lake = Lake(tmp_path / "lake")
    with protocols.Loopback(places(protocols, ["github_issues", "steam"])) as site:
        nights = visited(["github_issues", "steam"], site, lake, settings(lake, site, 0))
    assert {a.authorization for a in nights["steam"].asked} == {None}
    robots, *pages = nights["github_issues"].asked
    assert robots.authorization is None
    assert {a.authorization for a in pages} == {"Bearer invented-token"}
    for file in (tmp_path / "lake").rglob("*"):
        if file.is_file():
            content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
            assert b"invented-token" not in content
