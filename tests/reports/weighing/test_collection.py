"""A trend is refused when the collection moved: lost pages never read as fewer complaints."""

from datetime import UTC, datetime, timedelta

import pytest

from data.lake import Lake
from data.market import load
from data.review import Review
from data.visit import Visit
from reports import report, rules

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


def visit(competitor: str, host: str, found: int, *, at: datetime = NOW, stop: str = "end") -> Visit:
    listing = f"https://{host}/reviews"
    return Visit(
        market="notes", competitor=competitor, source="schema_org", listing=listing, at=at, asked=listing, pages=1,
        found=found, new=found, edited=0, known=0, duplicate=0, gone=0, unreadable=0,
        total=None, oldest=None, newest=at, outcome="reviews",
        stop=stop, complete=stop == "end", detail=None, bytes=1, seconds=0.1,
    )  # fmt: skip


@pytest.fixture
def market(tmp_path):
    file = tmp_path / "notes.toml"
    file.write_text(MARKET, "utf-8")
    return tmp_path, file, {"loud": reviews("loud.example", 12, 6), "calm": reviews("calm.example", 12, 1)}


def document(market, loud: list[Review], *more: Visit):
    home, file, places = market
    lake = Lake(home / "lake")
    other = reviews("other.example", 12, 2)
    for competitor, host, found in (("a", "loud", loud), ("a", "calm", places["calm"]), ("b", "other", other)):
        lake.merge("notes", competitor, f"https://{host}.example/reviews", found, NOW)
        lake.add_visit(visit(competitor, f"{host}.example", len(found)))
    for later in more:
        lake.add_visit(later)
    return report.make(lake, load(file), rules.default(), home / "out", file)


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
        "33 % of the reviews come from other places than before",
    ]
