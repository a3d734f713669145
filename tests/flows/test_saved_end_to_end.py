"""Sources that are read from saved pages only: a person saves, a market file names the files, three nights in a row.

The person keeps every file: what was saved on the first night still lies there on the third, beside what was saved
then. The places stand on loopback as well, where the hosts of the pages lead, so that a request would be seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from protocols import NEW, SAVED

from data.lake import Lake
from data.market import MarketError, load
from data.settings import Settings
from data.visit import Visit
from flows import collect
from flows.plan import plan

NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)

Told = dict[str, tuple[float | None, str | None, datetime | None]]


@dataclass(frozen=True)
class Night:
    """What one night brought, and what its place shows."""

    visit: Visit
    held: pl.DataFrame
    expected: Told
    files: int
    """Files that lie there."""

    @property
    def told(self) -> Told:
        """Id -> rating, scale, time as the lake has them."""
        rows = self.held.select("id", "rating", "scale", "written").iter_rows()
        return {identity: (rating, scale, written) for identity, rating, scale, written in rows}


@dataclass(frozen=True)
class Run:
    """The nights, oldest first, by source; and every request that anybody sent."""

    nights: dict[str, list[Night]]
    asked: list[Any]
    lake: Lake


def market_file(folder: Path) -> Path:
    """A market with one rival a source, all of it saved by hand."""
    lines = ['name = "Saved"\n']
    for i, (source, case) in enumerate(SAVED.items()):
        lines.append(f'[competitors.rival-{i}]\nname = "{source}"\n{case.toml}\n')
    file = folder / "shelf.toml"
    file.write_text("\n".join(lines), "utf-8")
    return file


@pytest.fixture(scope="module")
def run(protocols: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("shelf")
    shown = {name: getattr(protocols, case.place)(case.host, case.planted) for name, case in SAVED.items()}
    nights: dict[str, list[Night]] = {name: [] for name in SAVED}
    lake = Lake(folder / "lake")

    def save(day: str) -> None:
        for name, place in shown.items():
            place.save(folder / "saved", f"{name}-{day}")

    def night(number: int) -> None:
        config = Settings(
            lake=lake.root, now=NIGHT + timedelta(days=number), pause_seconds=0, connect_to=site.connect_to
        )
        market = load(market_file(folder))
        places = [place.name for c in market.competitors for place in c.places]
        with collect.fetcher(config) as fetcher:
            for errand in plan(market, folder / "shelf.toml"):
                visit, error = collect.visit(errand, lake, config, fetcher.fetch, places=places)
                assert error is None
                held = lake.reviews("shelf").filter(competitor=errand.competitor)
                files = len(list(folder.glob(SAVED[errand.source].path)))
                nights[errand.source].append(Night(visit, held, shown[errand.source].expected(), files))

    with protocols.Loopback(shown.values()) as site:
        save("2026-11-20")
        night(0)
        night(1)
        for place in shown.values():
            place.grow(NEW)
        save("2026-11-22")
        night(2)
        for file in folder.glob("saved/*-2026-11-20-*"):
            file.unlink()
        night(3)
        yield Run(nights, site.log, lake)


every = pytest.mark.parametrize("source", SAVED)


@every
def test_the_first_night_brings_what_is_planted_and_nothing_else(run: Run, source: str) -> None:
    case, night = SAVED[source], run.nights[source][0]
    assert night.told == night.expected
    assert set(night.held["key"]) == {f"{source}:{case.product}:{name}" for name in night.expected}
    assert all(row.strip() for row in night.held["body"])
    assert not any("person_" in author for author in night.held["author"])


@every
def test_the_ledger_adds_up(run: Run, source: str) -> None:
    case = SAVED[source]
    first, second, third, fourth = (n.visit for n in run.nights[source])
    shown = len(run.nights[source][0].expected)
    assert (first.new, first.edited, first.known, first.duplicate) == (shown, 0, 0, case.again)
    assert (second.new, second.edited, second.known, second.duplicate) == (0, 0, shown, case.again)
    assert (third.new, third.edited) == (NEW, 1)
    assert third.known + third.duplicate == third.found - NEW - 1
    assert (fourth.new, fourth.edited, fourth.gone) == (0, 0, 0)
    assert first.pages == case.files
    for night in run.nights[source]:
        v = night.visit
        assert (v.stop, v.outcome, v.complete, v.unreadable) == ("sample", "reviews", True, 0)
        assert (v.pages, v.detail) == (night.files, case.told)
        assert v.listing == Path(case.path).name


@every
def test_a_night_without_news_changes_nothing(run: Run, source: str) -> None:
    first, second, third, fourth = run.nights[source]
    assert second.held.equals(first.held)
    assert fourth.held.equals(third.held), "tidying up took something with it"


@every
def test_news_and_an_edit_are_found_among_the_files_of_both_days(run: Run, source: str) -> None:
    before, after = run.nights[source][1:3]
    assert after.told == {**before.told, **after.expected}
    assert after.held.height == before.held.height + NEW
    mended = after.held.filter(pl.col("body").str.contains("It was mended."))
    assert mended.height == 1
    changed = run.lake.changes("shelf").filter(pl.col("key") == mended["key"][0])
    assert changed["digest"].to_list() == mended["digest"].to_list()


def test_an_edit_that_takes_a_new_time_keeps_the_first(run: Run) -> None:
    after = run.nights["vscode_marketplace"][2].held
    (edited,) = after.filter(pl.col("edited").is_not_null()).iter_rows(named=True)
    assert edited["body"].endswith("It was mended.")
    assert edited["edited"] > edited["written"]


def test_nothing_is_ever_asked_of_their_hosts(run: Run) -> None:
    assert run.asked == []


@every
def test_the_same_place_as_a_listing_is_refused(source: str, tmp_path: Path) -> None:
    url = SAVED[source].url or "https://www.trustpilot.com/review/www.billory.example"
    for listing in (f'"{url}"', f'{{ url = "{url}", source = "{source}" }}'):
        file = tmp_path / "listed.toml"
        file.write_text(f'name = "L"\n[competitors.a]\nname = "A"\nlistings = [{listing}]\n', "utf-8")
        with pytest.raises(MarketError, match="its terms forbid automated reading; save its pages by hand"):
            plan(load(file), file)


def test_an_address_that_no_table_can_hold_costs_no_review(protocols: ModuleType, tmp_path: Path) -> None:
    """JSON can hold half a character; the answer's own address did once, and the lake refused what came with it."""
    place = protocols.AtlassianMarketplace("marketplace.atlassian.com", 3)
    place.save(tmp_path / "saved", "odd")
    (file,) = (tmp_path / "saved").iterdir()
    file.write_text(file.read_text("utf-8").replace("reviews?limit", "reviews/\\ud83d?limit"), "utf-8")
    market = tmp_path / "odd.toml"
    saved = 'saved = [{ path = "saved/odd-*", source = "atlassian_marketplace" }]'
    market.write_text(f'name = "Odd"\n[competitors.a]\nname = "A"\n{saved}\n', "utf-8")
    lake = Lake(tmp_path / "lake")
    (errand,) = plan(load(market), market)
    visit, error = collect.visit(errand, lake, Settings(lake=lake.root, now=NIGHT), lambda _: pytest.fail("asked"))
    assert (error, visit.new, lake.reviews("odd").height) == (None, 3, 3)
