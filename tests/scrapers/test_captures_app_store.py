"""app_store against recorded answers of Apple's feed.

The words belong to their authors and lie outside the repository; only counts and ids taken from them stand here.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from scrapers import app_store
from scrapers._source import Outcome, Page, Request, Stop

SHARED = Path(os.environ.get("UNMET_SHARED") or Path(__file__).parents[3] / "shared")
FOLDER = SHARED / "captures" / "appstore"
FEED = "https://itunes.apple.com"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no recorded answers at {FOLDER}")


class Facts(NamedTuple):
    """Counted in the recorded bytes, not taken from the parser."""

    product: str
    country: str
    asked: str
    """After the storefront's part of the address."""
    reviews: int
    dated: int
    first: str | None
    """The id of the first review."""
    outcome: Outcome
    stop: Stop | None


def _json(product: str, page: int) -> str:
    return f"page={page}/id={product}/sortby=mostrecent/json"


def _xml(product: str) -> str:
    return f"page=1/id={product}/sortby=mostrecent/xml#unknown"


R, P, U = Outcome.REVIEWS, Outcome.PROVEN_EMPTY, Outcome.UNKNOWN_EMPTY
RECORDED = {
    "100000000_gb_1.json": Facts("100000000", "gb", _json("100000000", 1), 0, 0, None, U, None),
    "1510826067_gb_1.json": Facts("1510826067", "gb", _json("1510826067", 1), 4, 0, "6504352127", R, None),
    "1510826067_gb_2.json": Facts("1510826067", "gb", _json("1510826067", 2), 0, 0, None, P, Stop.END),
    "497799835_cn_10.json": Facts("497799835", "cn", _json("497799835", 10), 50, 0, "6455612413", R, Stop.CAP),
    "497799835_cn_5.json": Facts("497799835", "cn", _json("497799835", 5), 50, 0, "6668621742", R, None),
    "497799835_fr_1.json": Facts("497799835", "fr", _json("497799835", 1), 50, 0, "6918761820", R, None),
    "555731861_us_11.json": Facts("555731861", "us", _json("555731861", 11), 0, 0, None, P, Stop.CAP),
    "appvox_284815942_us_2021-11.json": Facts("284815942", "us", _json("284815942", 1), 50, 50, "8044879566", R, None),
    "appvox_empty_zw_2021-10.xml": Facts("1208224953", "zw", _xml("1208224953"), 0, 0, None, U, Stop.EMPTY),
}


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_recorded_answers(name: str) -> None:
    facts, body = RECORDED[name], (FOLDER / name).read_bytes()
    handle = app_store.recognise(f"https://apps.apple.com/{facts.country}/app/id{facts.product}")
    assert handle is not None
    request = Request(f"{FEED}/{facts.country}/rss/customerreviews/{facts.asked}")
    batch = app_store.parse(Page(request, 200, {}, body, datetime(2026, 11, 22, tzinfo=UTC)), handle)
    assert len(batch.reviews) == facts.reviews == len(re.findall(rb'"im:rating"', body))
    assert sum(r.written is not None for r in batch.reviews) == facts.dated
    assert [r.id for r in batch.reviews][:1] == [facts.first][: facts.reviews]
    assert (batch.outcome, batch.stop, batch.unreadable) == (facts.outcome, facts.stop, 0)
    assert batch.next is None or batch.next.url.startswith(f"{FEED}/{facts.country}/"), (
        "a link of the feed was followed"
    )
    assert all(r.body and r.title and r.author and r.version and r.helpful is not None for r in batch.reviews)


def test_every_recorded_answer_is_listed() -> None:
    assert {p.name for p in FOLDER.iterdir()} == set(RECORDED)
