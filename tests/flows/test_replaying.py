"""Archived pages read again: what a mended parser corrects, in time order, without any network."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import others
import pytest

from data import locks
from data.archive import Archive, Kept
from data.lake import Lake
from data.market import load
from data.review import Review
from data.settings import settings
from flows import collect, replaying
from flows.plan import plan
from scrapers._source import Page, Request

NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "https://apps.apple.com/us/app/ink/id1"
MARKET = f'name = "Notes"\n[competitors.ink]\nname = "Ink"\nlistings = ["{URL}"]\n'


def entry(number: int, body: str, night: int = 0) -> dict[str, Any]:
    told = {"id": str(number), "im:rating": "2", "title": "Hm", "content": body}
    told["updated"] = (NIGHT + (night - 30) * DAY).isoformat()
    return {name: {"label": value} for name, value in told.items()}


def feed(*entries: dict[str, Any]) -> bytes:
    return json.dumps({"feed": {"entry": list(entries), "link": []}}).encode()


@pytest.fixture
def market(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNMET_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("UNMET_MARKETS", str(tmp_path))
    file = tmp_path / "notes.toml"
    file.write_text(MARKET)
    return file


def night(market: Path, number: int, *bodies: bytes) -> None:
    """A visit that gets these pages, kept and merged as any other."""
    config = settings().model_copy(update={"now": NIGHT + number * DAY, "pages": len(bodies)})
    pages = iter(bodies)
    (errand,) = plan(load(market))

    def fetch(request: Request) -> Page:
        return Page(request, 200, {"content-type": "application/json"}, next(pages), NIGHT + number * DAY)

    collect.visit(errand, Lake(config.lake), config, fetch)


def misread(market: Path, old: str, new: str) -> None:
    """The parser has been mended since: the lake holds what it read before."""
    lake = Lake(settings().lake)
    rows = lake.reviews("notes")
    table = rows.with_columns(body=rows["body"].str.replace(old, new), digest=rows["digest"] + "x")
    table.write_delta(f"{lake.root}/reviews", mode="overwrite")


def bodies() -> dict[str, str]:
    rows = Lake(settings().lake).reviews("notes")
    return dict(zip(rows["id"], rows["body"], strict=True))


def test_a_mended_parser_corrects_what_is_held_and_nobody_has_edited_or_visited_anything(market, capsys):
    night(market, 0, feed(entry(1, "It crashes."), entry(2, "It is dear.")))
    misread(market, "crashes", "cra")
    lake = Lake(settings().lake)
    visits = lake.visits("notes").height
    assert replaying.run(market) == 0
    done = capsys.readouterr()
    assert done.out == "notes/ink/app_store: 1 page, 2 reviews: 0 new, 2 read otherwise, 0 as before\n"
    assert "`unmet report MARKET.toml` writes new ones" in done.err
    assert bodies() == {"1": "It crashes.", "2": "It is dear."}
    assert (lake.changes("notes").height, lake.visits("notes").height) == (0, visits)
    assert replaying.run(None) == 0  # all markets of the folder
    assert "0 new, 0 read otherwise, 2 as before" in capsys.readouterr().out


def test_the_newest_page_has_the_word_and_the_oldest_the_date(market, capsys):
    night(market, 0, feed(entry(1, "First.")))
    night(market, 1, feed(entry(1, "Second.", 1), entry(2, "Other.")))
    before = Lake(settings().lake).reviews("notes")
    assert replaying.run(market) == 0
    assert "2 pages, 2 reviews: 0 new, 0 read otherwise, 2 as before" in capsys.readouterr().out
    assert Lake(settings().lake).reviews("notes").equals(before)
    # and from the pages alone, as if the lake were lost
    Lake(settings().lake).forget("notes")
    assert replaying.run(market) == 0
    assert "2 new" in capsys.readouterr().out
    assert Lake(settings().lake).reviews("notes").drop("first_seen").equals(before.drop("first_seen"))
    assert Lake(settings().lake).reviews("notes")["first_seen"].to_list() == [NIGHT, NIGHT + DAY]


def test_a_page_that_is_refused_costs_only_itself(market, capsys):
    night(market, 0, feed(entry(1, "It crashes.")), b"Service moved")
    night(market, 1, feed(entry(2, "It is dear.")))
    Lake(settings().lake).forget("notes")
    assert replaying.run(market) == 1
    out = capsys.readouterr().out
    assert out.startswith(
        "notes/ink/app_store: 3 pages, 2 reviews: 2 new, 0 read otherwise, 0 as before; 1 page refused"
    )
    assert "the first because https://itunes.apple.com/us/rss/" in out
    assert len(out.splitlines()) == 1
    assert sorted(bodies()) == ["1", "2"]


def test_nothing_is_read_again_while_a_run_brings_in_what_is_younger(market):
    night(market, 0, feed(entry(1, "It crashes.")))
    with others.run_of(settings().lake, "notes"), pytest.raises(locks.Busy, match=r"^notes: another run of it is und"):
        replaying.run(market)


def test_without_a_page_nothing_can_be_done(market, capsys):
    assert replaying.run(market) == 3
    done = capsys.readouterr()
    assert done.out == "notes/ink/app_store: no page is kept\n"
    assert done.err.startswith("unmet: no page is kept; a run of `unmet mine` keeps them for 30 days")


def test_pages_are_read_with_what_their_walk_had_seen(tmp_path, market):
    # a topic of a category is read at once, however many posts it says it has; the walk's memory says that it is one
    url = "https://forum.example.com/c/help/6"
    market.write_text(f'name = "N"\n[competitors.ink]\nname = "I"\nlistings = ["{url}"]\n')
    (errand,) = plan(load(market))
    assert errand.source == "discourse"
    post = {"id": 1, "post_number": 1, "topic_id": 7, "cooked": "<p>It crashes.</p>", "user_id": 5}
    topic = {"title": "Hm", "post_stream": {"posts": [post], "stream": list(range(1, 60))}}
    archive = Archive(tmp_path / "archive")
    asked = "https://forum.example.com/t/7.json#rest=&page=0&read=1"
    page = Kept(asked, 200, {}, json.dumps(topic).encode(), NIGHT)
    archive.keep(archive.path("notes", "ink", "discourse", url, NIGHT.date()), page)
    done = replaying.replay(errand, archive)
    assert [r.body for r in done.reviews.values()] == ["It crashes."]


def test_an_older_statement_on_a_later_page_does_not_win():
    def review(body: str, day: int | None) -> Review:
        written = None if day is None else NIGHT + day * DAY
        return Review(source="s", product="p", id="1", body=body, written=written)

    new, old, undated = review("New.", 2), review("Old.", 1), review("Undated.", None)
    assert replaying.joined(None, new) is new
    assert replaying.joined(new, old) is new
    edited = replaying.joined(old, new)
    assert (edited.body, edited.written, edited.edited) == ("New.", NIGHT + DAY, NIGHT + 2 * DAY)
    assert replaying.joined(edited, new) == edited
    assert replaying.joined(old, undated).body == "Undated."
