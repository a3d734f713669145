"""Twenty listings on six hosts at once: no host ever notices, and the slowest host alone decides how long it takes.

Whole hours of a night's run in small: an answer takes 50 ms, a pause is 100 ms, and one host asks for 300 ms.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest

from data.lake import Lake
from data.market import Competitor, Listing, Market
from data.settings import Settings
from data.visit import Visit
from flows import collect
from flows.mine import MOST_THREADS, _by_turns
from flows.plan import plan

ANSWER, PAUSE, CRAWL_DELAY = 0.05, 0.1, 0.3
SLACK = 0.25
"""Seconds for the first connection and the last answer, however short the run."""

LISTINGS = {"big": 8, "second": 5, "third": 3, "slow": 2, "fifth": 1, "sixth": 1}
REVIEWS = {"big": 90, "second": 90, "third": 120, "slow": 40, "fifth": 290, "sixth": 20}
"""Reviews of each listing at a host, 50 a page."""


def host(name: str) -> str:
    return f"{name}.example"


def market() -> Market:
    competitors = tuple(
        Competitor(
            slug=f"{name}-{i}",
            name=f"{name} {i}",
            listings=(Listing(url=f"https://{host(name)}/firefox/addon/{name}-{i}/", source="mozilla_addons"),),
        )
        for name, count in LISTINGS.items()
        for i in range(count)
    )
    return Market(slug="crowd", name="Crowd", competitors=competitors)


@dataclass(frozen=True)
class Crowd:
    """A run and what the server saw of it."""

    visits: list[Visit]
    log: list[Any]

    def at(self, name: str) -> list[Any]:
        return [a for a in self.log if a.host == host(name)]


@pytest.fixture(scope="module")
def crowd(protocols: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Crowd:
    class Slow(protocols.MozillaAddons):  # type: ignore[name-defined, misc]
        robots = f"User-agent: *\nCrawl-delay: {CRAWL_DELAY}\n"

    lake = Lake(tmp_path_factory.mktemp("crowd") / "lake")
    kinds = dict.fromkeys(LISTINGS, protocols.MozillaAddons) | {"slow": Slow}
    made = [kinds[name](host(name), n) for name, n in REVIEWS.items()]
    errands = _by_turns(plan(market()))
    with protocols.Loopback(made, delay=ANSWER) as site:
        config = Settings(
            lake=lake.root, now=datetime(2026, 11, 20, 3, tzinfo=UTC), pause_seconds=PAUSE, connect_to=site.connect_to
        )
        with collect.fetcher(config) as fetcher, ThreadPoolExecutor(MOST_THREADS) as pool:
            tasks = [
                pool.submit(collect.visit, errand, lake, config, fetcher.fetch, hold=fetcher.hold) for errand in errands
            ]
            done = [task.result() for task in tasks]
        assert [error for _, error in done if error] == []
        return Crowd([visit for visit, _ in done], site.log)


def test_everything_is_collected(crowd: Crowd) -> None:
    assert sum(LISTINGS.values()) == len(crowd.visits) == 20
    assert {(v.new, v.stop) for v in crowd.visits} == {(n, "end") for n in REVIEWS.values()}


@pytest.mark.parametrize("name", LISTINGS)
def test_no_host_sees_two_requests_at_once_or_a_short_pause(crowd: Crowd, name: str) -> None:
    gaps = [later.started - earlier.ended for earlier, later in pairwise(crowd.at(name))]
    assert min(gaps) >= (CRAWL_DELAY if name == "slow" else PAUSE)


@pytest.mark.parametrize("name", LISTINGS)
def test_robots_txt_is_asked_once_a_host_and_first(crowd: Crowd, name: str) -> None:
    assert [a.path for a in crowd.at(name)].index("/robots.txt") == 0
    assert sum(a.path == "/robots.txt" for a in crowd.at(name)) == 1


def test_the_slowest_host_alone_decides_how_long_it_takes(crowd: Crowd) -> None:
    def schedule(name: str) -> float:
        """How long a host's requests take when nothing but its own pauses lies between them."""
        asked = crowd.at(name)
        pause = CRAWL_DELAY if name == "slow" else PAUSE
        return sum(a.ended - a.started for a in asked) + pause * (len(asked) - 1)

    slowest = max(map(schedule, LISTINGS))
    took = max(a.ended for a in crowd.log) - min(a.started for a in crowd.log)
    assert took <= 1.1 * slowest + SLACK
    assert took < 0.6 * sum(map(schedule, LISTINGS)), "hosts wait for one another"


def test_hosts_take_turns_in_the_order_of_the_errands() -> None:
    hosts = [errand.handle.url.split("/")[2] for errand in _by_turns(plan(market())) if errand.handle]
    assert hosts[:6] == [host(name) for name in LISTINGS]
    assert hosts[6:10] == [host(name) for name in ("big", "second", "third", "slow")]
    assert hosts[-3:] == [host("big")] * 3


def test_sites_with_one_api_take_turns_as_one_host() -> None:
    tags = [f"https://{site}.stackexchange.com/questions/tagged/ink" for site in ("cooking", "travel", "bicycles")]
    stores = [f"https://apps.apple.com/us/app/ink/id{n}" for n in (1, 2)]
    places = tuple(Listing(url=url) for url in [*tags, *stores])
    ink = Market(slug="ink", name="Ink", competitors=(Competitor(slug="ink", name="Ink", listings=places),))
    assert [e.source for e in _by_turns(plan(ink))] == ["stack_exchange", "app_store"] * 2 + ["stack_exchange"]
