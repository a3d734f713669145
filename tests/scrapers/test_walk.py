"""One visit to one listing: when it goes on, why it stops, and what it keeps when something breaks."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from data.archive import ArchiveError
from data.review import Review
from scrapers import _errors
from scrapers._errors import Blocked, ChallengePage, ChangedPage, Fault, Missing, ScrapeError, Unreachable
from scrapers._source import COMPLETE, About, Batch, Handle, Outcome, Page, Request, Stop
from scrapers._walk import Walk, reason, walk

HANDLE = Handle("fake", "p", "https://shop.example/r")
AT = datetime(2026, 11, 22, tzinfo=UTC)


def review(number: int) -> Review:
    return Review(source="fake", product="p", id=str(number), body=f"Text {number}.", rating=3.0, scale="5")


def batch(*numbers: int, to: int | None = None, stop: Stop | None = None, **more: object) -> Batch:
    """Reviews of these numbers, and page `to` next, or the end."""
    following = None if to is None else Request(f"https://shop.example/r?page={to}")
    ends = stop if following is None else None
    outcome = more.pop("outcome", Outcome.REVIEWS if numbers else Outcome.PROVEN_EMPTY)
    return Batch(
        reviews=tuple(map(review, numbers)),
        next=following,
        outcome=outcome,  # type: ignore[arg-type]
        stop=ends or (Stop.END if following is None else None),
        **more,  # type: ignore[arg-type]
    )


class Fake:
    """A source whose pages are given: page number -> batch, or the error that reading it raises."""

    __name__ = "fake"
    ABOUT = About("Fake", "", "", "", "")

    def __init__(self, pages: dict[int, Batch | ScrapeError]) -> None:
        self.pages = pages
        self.did: list[str] = []

    def recognise(self, url: str) -> Handle | None:
        return None

    handle = recognise

    def start(self, handle: Handle) -> Request:
        return Request("https://shop.example/r?page=1")

    def sign(self, request: Request, key: str) -> Request:
        return request

    def fetch(self, request: Request) -> Page:
        number = request.url.partition("page=")[2]
        self.did.append(f"fetch {number}")
        given = self.pages[int(number)]
        if isinstance(given, _errors.FetchError):
            raise given
        return Page(request, 200, {}, b"12345", AT)

    def keep(self, page: Page) -> None:
        self.did.append(f"keep {page.url.partition('page=')[2]}")

    def parse(self, page: Page, handle: Handle) -> Batch:
        number = page.url.partition("page=")[2]
        self.did.append(f"parse {number}")
        given = self.pages[int(number)]
        if isinstance(given, ScrapeError):
            raise given
        return given


def ids(result: Walk) -> list[str]:
    return [r.id for r in result.reviews]


def test_pages_are_read_to_the_end_and_kept_before_they_are_parsed() -> None:
    source = Fake({1: batch(1, 2, to=2), 2: batch(3, to=3), 3: batch()})
    seen: list[tuple[int, int]] = []
    result = walk(source, HANDLE, source.fetch, keep=source.keep, on_page=lambda w: seen.append((w.pages, len(ids(w)))))
    assert source.did == [f"{what} {n}" for n in (1, 2, 3) for what in ("fetch", "keep", "parse")]
    assert (ids(result), result.stop, result.outcome, result.error) == (["1", "2", "3"], Stop.END, "reviews", None)
    assert (result.pages, result.bytes, seen) == (3, 15, [(1, 2), (2, 3), (3, 3)])


@pytest.mark.parametrize("stop", [Stop.END, Stop.CAP, Stop.SAMPLE, Stop.EMPTY])
def test_the_sources_own_reason_to_stop_is_taken(stop: Stop) -> None:
    source = Fake({1: batch(1, stop=stop)})
    assert walk(source, HANDLE, source.fetch).stop is stop


def test_a_page_of_known_reviews_ends_the_visit_and_is_still_brought_home() -> None:
    source = Fake({1: batch(1, 2, to=2), 2: batch(3, 4, to=3), 3: batch(5)})
    result = walk(source, HANDLE, source.fetch, known=lambda r: r.id in "345")
    assert (ids(result), result.stop, result.pages) == (["1", "2", "3", "4"], Stop.KNOWN, 2)


def test_one_new_review_among_known_ones_goes_on() -> None:
    source = Fake({1: batch(1, 2, to=2), 2: batch(3)})
    result = walk(source, HANDLE, source.fetch, known=lambda r: r.id != "2")
    assert (ids(result), result.stop) == (["1", "2", "3"], Stop.KNOWN)


def test_a_page_without_reviews_is_not_a_page_of_known_ones() -> None:
    source = Fake({1: batch(to=2, outcome=Outcome.UNKNOWN_EMPTY), 2: batch(1)})
    result = walk(source, HANDLE, source.fetch, known=lambda _: False)
    assert (ids(result), result.stop, result.outcome) == (["1"], Stop.END, "reviews")


def test_without_earlier_visit_nothing_is_known_and_it_goes_to_the_end() -> None:
    source = Fake({1: batch(1, to=2), 2: batch(1, to=3), 3: batch(2)})
    assert ids(walk(source, HANDLE, source.fetch)) == ["1", "1", "2"]


@pytest.mark.parametrize("back", [1, 2])
def test_a_site_that_leads_back_to_a_page_already_read_is_left(back: int) -> None:
    source = Fake({1: batch(1, to=2), 2: batch(2, to=back)})
    result = walk(source, HANDLE, source.fetch)
    assert (ids(result), result.stop, result.pages) == (["1", "2"], Stop.END, 2)
    assert result.warnings == ["the site led back to a page already read; the walk ended there"]


def test_no_more_pages_than_set_are_asked_and_it_is_said() -> None:
    source = Fake({n: batch(n, to=n + 1) for n in range(1, 9)})
    result = walk(source, HANDLE, source.fetch, most_pages=3)
    assert (ids(result), result.stop, result.pages) == (["1", "2", "3"], Stop.LIMIT, 3)
    assert result.warnings == ["stopped after 3 pages, as set by UNMET_PAGES; there are more"]
    assert Stop.LIMIT not in COMPLETE
    exact = Fake({1: batch(1, to=2), 2: batch(2)})
    assert walk(exact, HANDLE, exact.fetch, most_pages=2).stop is Stop.END


@pytest.mark.parametrize(
    ("error", "stop"),
    [(Unreachable("no answer"), Stop.UNREACHABLE), (Blocked("429"), Stop.BLOCKED), (ChangedPage("no"), Stop.CHANGED)],
)
def test_an_error_in_the_middle_keeps_what_came_before(error: ScrapeError, stop: Stop) -> None:
    source = Fake({1: batch(1, 2, to=2), 2: error})
    result = walk(source, HANDLE, source.fetch, keep=source.keep)
    assert (ids(result), result.stop, result.outcome, result.error) == (["1", "2"], stop, "reviews", error)
    assert stop not in COMPLETE
    assert ("keep 2" in source.did) == (error.__class__ is ChangedPage)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Blocked("403"), "blocked"),
        (ChallengePage("a bot check"), "blocked"),
        (Missing("404"), "unknown empty"),
        (ChangedPage("another form"), "unknown empty"),
    ],
)
def test_an_error_on_the_first_page_brings_nothing_home(error: ScrapeError, outcome: str) -> None:
    source = Fake({1: error})
    result = walk(source, HANDLE, source.fetch)
    assert (ids(result), result.outcome, result.error) == ([], outcome, error)


def test_a_source_that_cannot_even_start_ends_the_visit_too() -> None:
    class Broken(Fake):
        def start(self, handle: Handle) -> Request:
            raise ChangedPage("this is a file")

    source = Broken({})
    result = walk(source, HANDLE, source.fetch)
    assert (result.stop, str(result.error), source.did) == (Stop.CHANGED, "this is a file", [])


def test_counts_totals_and_warnings_are_gathered() -> None:
    source = Fake(
        {
            1: batch(1, to=2, unreadable=2, total=9, warnings=("a", "b")),
            2: batch(2, to=3, unreadable=1, warnings=("b", "c")),
            3: batch(3, total=8),
        }
    )
    result = walk(source, HANDLE, source.fetch)
    assert (result.unreadable, result.total, result.warnings) == (3, 8, ["a", "b", "c"])


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        (Outcome.UNKNOWN_EMPTY, Outcome.PROVEN_EMPTY, "proven empty"),
        (Outcome.PROVEN_EMPTY, Outcome.UNKNOWN_EMPTY, "unknown empty"),
    ],
)
def test_without_reviews_the_last_page_decides_what_that_proves(first: Outcome, second: Outcome, outcome: str) -> None:
    source = Fake({1: batch(to=2, outcome=first), 2: batch(outcome=second)})
    assert walk(source, HANDLE, source.fetch).outcome == outcome


def test_a_bug_of_a_parser_costs_nothing_that_was_read_before_it() -> None:
    source = Fake({1: batch(1, 2, to=2), 2: batch(3)})
    error = KeyError("no such\nfield")

    def fetch(request: Request) -> Page:
        if request.url.endswith("2"):
            raise error
        return source.fetch(request)

    done = walk(source, HANDLE, fetch)
    assert ([review.id for review in done.reviews], done.stop) == (["1", "2"], Stop.CHANGED)
    assert isinstance(done.error, Fault)
    told = re.sub(r":\d+:", ":1:", str(done.error))
    assert told == "KeyError at test_walk.py:1: a bug of unmet's own; please report it with what the log says"
    assert done.error.__cause__ is error


def test_an_answer_that_asks_to_wait_holds_its_host() -> None:
    source = Fake({1: batch(1, to=2, wait=7.0), 2: batch(2)})
    held: list[tuple[str, float]] = []
    walk(source, HANDLE, source.fetch, hold=lambda request, seconds: held.append((request.url, seconds)))
    assert held == [("https://shop.example/r?page=1", 7.0)]


STOPS = {
    "ScrapeError": Stop.CHANGED,
    "FetchError": Stop.UNREACHABLE,
    "Refused": Stop.REFUSED,
    "Disallowed": Stop.REFUSED,
    "Blocked": Stop.BLOCKED,
    "Missing": Stop.MISSING,
    "Unreachable": Stop.UNREACHABLE,
    "TooLarge": Stop.TOO_LARGE,
    "ParseError": Stop.CHANGED,
    "ChangedPage": Stop.CHANGED,
    "ChallengePage": Stop.BLOCKED,
    "ExportError": Stop.UNREADABLE,
    "Ended": Stop.ENDED,
    "Fault": Stop.CHANGED,
    "ArchiveError": Stop.UNSAVED,
}


def test_every_error_has_its_stop() -> None:
    kinds = {n: k for n, k in vars(_errors).items() if isinstance(k, type) and issubclass(k, ScrapeError)}
    kinds |= {"ArchiveError": ArchiveError}
    assert {name: reason(kind("x")) for name, kind in kinds.items()} == STOPS
