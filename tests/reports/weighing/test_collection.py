"""A trend is refused when the collection moved: lost pages never read as fewer complaints."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data.lake import Lake
from data.market import load
from data.review import Review
from data.visit import Visit
from reports import report

NOW = datetime(2026, 7, 1, tzinfo=UTC)
MARKET = """
name = "Notes"
[competitors.a]
name = "A"
listings = ["https://loud.example/reviews", "https://calm.example/reviews"]
[competitors.b]
name = "B"
listings = ["https://other.example/reviews"]
"""
BAD = "Support never replies to me, case {i} is still open."
GOOD = "I love the design, it works perfectly, project {i}."


def reviews(host: str, every: int, bad: int) -> list[Review]:
    """One review every so many hours for half a year; `bad` of ten complain."""
    return [
        Review(
            source="schema_org", product=host, id=str(i), url=f"https://{host}/{i}", rating=1 if i % 10 < bad else 5,
            scale="5", body=(BAD if i % 10 < bad else GOOD).format(i=f"{i} {host[:4]}"),
            written=NOW - timedelta(hours=every * i),
        )
        for i in range(180 * 24 // every)
    ]  # fmt: skip


def visit(competitor: str, host: str, found: int, *, at: datetime = NOW, stop: str = "end", **more: Any) -> Visit:
    listing = f"https://{host}/reviews"
    told: dict[str, Any] = {
        "market": "notes", "competitor": competitor, "source": "schema_org", "listing": listing, "at": at,
        "asked": listing, "pages": 1, "found": found, "new": found, "edited": 0, "known": 0, "duplicate": 0, "gone": 0,
        "unreadable": 0, "total": None, "oldest": None, "newest": at, "outcome": "reviews",
        "stop": stop, "complete": stop in {"end", "known", "cap"}, "detail": None, "bytes": 1, "seconds": 0.1,
    }  # fmt: skip
    return Visit(**told | more)


@pytest.fixture
def market(tmp_path):
    file = tmp_path / "notes.toml"
    file.write_text(MARKET, "utf-8")
    return tmp_path, file, {"loud": reviews("loud.example", 12, 6), "calm": reviews("calm.example", 12, 1)}


def document(market, loud: list[Review], *more: Visit, **of_loud: Any):
    """The report on three listings, each visited once to its end; `of_loud` is what that visit of the loud one told."""
    home, file, places = market
    lake = Lake(home / "lake")
    other = reviews("other.example", 12, 2)
    for competitor, host, found in (("a", "loud", loud), ("a", "calm", places["calm"]), ("b", "other", other)):
        lake.merge("notes", competitor, f"https://{host}.example/reviews", found, NOW)
        told = {"found": len(found)} | (of_loud if host == "loud" else {})
        lake.add_visit(visit(competitor, f"{host}.example", **told))
    for later in more:
        lake.add_visit(later)
    return report.make(lake, load(file), home / "out", file)


def lost_half(found: list[Review]) -> list[Review]:
    """Of the last ninety days every second page of ten is lost."""
    return [r for i, r in enumerate(found) if r.written < NOW - timedelta(days=90) or (i // 10) % 2]


def test_with_everything_collected_a_trend_is_told(market):
    _, made = document(market, market[2]["loud"])
    assert made["trends_refused"] == []
    assert made["gaps"][0]["momentum"]["verdict"] == "steady"


def test_half_the_pages_lost_is_no_falling_trend_and_says_why(market):
    path, made = document(market, lost_half(market[2]["loud"]))
    assert [g["momentum"] for g in made["gaps"]] == [None] * len(made["gaps"])
    assert made["trends_refused"] == ["https://loud.example/reviews brought 90 reviews lately and 178 before"]
    page = path.read_text("utf-8")
    assert "**No trends this time.** The collection changed" in page
    assert "falling" not in page


def test_a_visit_that_broke_off_refuses(market):
    broken = visit("a", "loud.example", 20, at=NOW + timedelta(days=1), stop="blocked")
    _, made = document(market, market[2]["loud"], broken)
    assert made["trends_refused"] == ["https://loud.example/reviews could not be read whole the last time (blocked)"]


def test_a_visit_that_found_half_of_the_one_before_refuses(market):
    half = visit("a", "loud.example", 180, at=NOW + timedelta(days=1))
    _, made = document(market, market[2]["loud"], half)
    assert made["trends_refused"] == [
        "https://loud.example/reviews gave 180 reviews the last time and 360 the time before"
    ]


def test_another_mix_of_places_refuses(market):
    recent = NOW - timedelta(days=90)
    only_before = [r for r in market[2]["loud"] if r.written < recent]
    _, made = document(market, only_before)
    assert made["trends_refused"] == [
        "https://loud.example/reviews brought 0 reviews lately and 178 before",
        "33 % of the reviews come from other places than before"
        " (https://loud.example/reviews gave 33 % of them, now 0 %)",
    ]


# -- a limit of our own ------------------------------------------------------------------------------------------------

LOUD = "https://loud.example/reviews"


@pytest.mark.parametrize("then", ["limit", "known"])
def test_our_own_limit_refuses_unless_the_visit_reached_back_beyond_what_is_compared(market, then: str):
    told = {"stop": "limit", "complete": False}
    later = [visit("a", "loud.example", 20, at=NOW + timedelta(days=1), stop="known", new=0)] if then == "known" else []
    path, made = document(market, market[2]["loud"], *later, **told, oldest=NOW - timedelta(days=120))
    assert made["trends_refused"] == [f"{LOUD} could not be read whole the last time (limit)"]
    (went,) = [row["visit"] for row in made["coverage"] if row["listing"] == LOUD]
    assert (went["reach"], went["complete"], went["found"]) == ("limit", False, 360)
    assert "| as far as `UNMET_PAGES` lets it go (" in path.read_text("utf-8")
    _, made = document(market, market[2]["loud"], *later, **told, oldest=NOW - timedelta(days=181))
    assert made["trends_refused"] == []


# -- another way of asking ---------------------------------------------------------------------------------------------

OTHERWISE = [f"{LOUD} is asked in another way than before"]


def turned(market, days: int, **now: Any) -> list[str]:
    """Why no trend is told where the loud listing was asked otherwise until so many days ago, and today as told."""
    before = visit("a", "loud.example", 300, at=NOW - timedelta(days=days), asked=f"{LOUD}?sort=helpful")
    _, made = document(market, market[2]["loud"], before, asked=f"{LOUD}?sort=newest", **now)
    return made["trends_refused"]


def test_another_order_or_another_form_of_the_site_refuses(market):
    assert turned(market, 100, stop="cap", oldest=NOW - timedelta(days=100)) == OTHERWISE


def test_another_way_is_fine_once_it_has_shown_all_that_is_held_of_both_parts(market):
    assert turned(market, 100) == []  # to the end
    assert turned(market, 100, stop="cap", oldest=NOW - timedelta(days=180)) == []
    assert turned(market, 100, found=341) == OTHERWISE, "a twentieth is held that the new way does not show"


def test_another_way_of_long_ago_says_nothing_of_the_time_compared(market):
    assert turned(market, 181, stop="cap", oldest=NOW - timedelta(days=100)) == []


# -- fewer reviews, because fewer were written -------------------------------------------------------------------------


def spike() -> list[Review]:
    """A hundred and fifty more reviews of the loud listing, in the fortnight before the time called recent."""
    return [
        replace(r, id=f"spike {i}", body=f"{r.body} It was all over the news, number {i}.",
                written=NOW - timedelta(days=91, hours=2 * i))
        for i, r in enumerate(reviews("loud.example", 12, 6)[:150])
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({"total": 510}, False),
        ({"total": 530}, True),  # twenty may be missing, all of them recent ones
        ({"total": 510, "unreadable": 20}, True),
        ({"total": 510, "found": 530, "duplicate": 40}, True),
        ({"total": 510, "stop": "cap"}, True),
        ({}, True),
    ],
    ids=["all of them", "some missing", "some unreadable", "some twice", "not to the end", "nobody counts"],
)
def test_a_drop_is_the_customers_own_where_the_sites_own_count_proves_that_nothing_is_missing(market, told, refused):
    loud = [*market[2]["loud"], *spike()]
    assert len(loud) == 510
    _, made = document(market, loud, **told)
    why = f"{LOUD} brought 180 reviews lately and 329 before"
    assert made["trends_refused"] == ([why] if refused else [])


def test_what_later_visits_added_counts_as_seen_and_the_highest_count_ever_told_as_what_there_is(market):
    loud = [*market[2]["loud"], *spike()]
    first = {"found": 500, "new": 500, "total": 500}
    later = visit("a", "loud.example", 20, at=NOW + timedelta(days=1), stop="known", new=10, total=510)
    assert document(market, loud, later, **first)[1]["trends_refused"] == []
    # a site that shows half as many, and says so, has lost them all the same
    before = visit("a", "loud.example", 510, at=NOW - timedelta(days=1), stop="end", total=900)
    why = f"{LOUD} brought 180 reviews lately and 329 before"
    assert document(market, loud, before, later, **first)[1]["trends_refused"] == [why]


def test_half_the_pages_lost_is_no_falling_trend_even_where_the_site_counts(market):
    loud = lost_half(market[2]["loud"])
    _, made = document(market, loud, total=360)
    assert made["trends_refused"] == [f"{LOUD} brought 90 reviews lately and 178 before"]
