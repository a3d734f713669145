"""One errand, done: what stands in the lake, the ledger and the archive afterwards, whatever went wrong."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from data.archive import ArchiveError
from data.errors import UnmetError
from data.lake import Lake, LakeError
from data.market import Competitor, Export, Listing, Market, Saved
from data.settings import Settings
from data.visit import Visit
from flows import collect
from flows.plan import Errand, plan
from reports import report
from scrapers._errors import Blocked, ChangedPage, Disallowed, Ended, ExportError, ScrapeError, Unreachable
from scrapers._source import Page, Request
from scrapers._walk import Walk

NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
URL = "https://apps.apple.com/us/app/ink/id1"
FEED = "https://itunes.apple.com/us/rss/customerreviews/page=1/id=1/sortby=mostrecent/json"


def entry(number: int, body: str = "It crashes.") -> dict[str, Any]:
    written = NIGHT - timedelta(days=400 - number)
    told = {
        "id": str(number), "im:rating": "2", "title": "Hm", "content": body, "updated": written.isoformat(),
    }  # fmt: skip
    return {name: {"label": value} for name, value in told.items()}


class AppStore:
    """Answers for the feed: the pages given, newest first, and an empty one after them, as Apple does."""

    def __init__(self, *pages: list[dict[str, Any]]) -> None:
        self.pages = list(pages)
        self.asked: list[int] = []
        self.broken: dict[int, ScrapeError | bytes] = {}

    def fetch(self, request: Request) -> Page:
        found = re.search(r"/page=(\d+)/", request.url)
        assert found is not None
        number = int(found[1])
        self.asked.append(number)
        wrong = self.broken.get(number)
        if isinstance(wrong, ScrapeError):
            raise wrong
        entries = self.pages[number - 1] if number <= len(self.pages) else []
        last = f"https://itunes.apple.com/us/rss/customerreviews/page={len(self.pages)}/id=1/sortby=mostrecent/xml"
        feed = {"feed": {"entry": entries, "link": [{"attributes": {"rel": "last", "href": last}}]}}
        body = wrong if wrong is not None else json.dumps(feed).encode()
        return Page(request, 200, {"content-type": "application/json"}, body, NIGHT)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def errand(place: Listing | Export | Saved) -> Errand:
    names = {Listing: "listings", Export: "exports", Saved: "saved"}
    ink = Competitor(slug="ink", name="Ink", **{names[type(place)]: (place,)})  # type: ignore[arg-type]
    return plan(Market(slug="notes", name="Notes", competitors=(ink,)))[0]


def nothing(request: Request) -> Page:
    raise AssertionError(f"{request.url} must not be asked: files need no network")


def visit(
    lake: Lake,
    place: Listing | Export | Saved,
    fetch: Callable[[Request], Page] = nothing,
    night: int = 0,
    **more: Any,
) -> tuple[Visit, UnmetError | None]:
    config = Settings(lake=lake.root, now=NIGHT + timedelta(days=night), **more)
    done, error = collect.visit(errand(place), lake, config, fetch)
    assert done.found == done.new + done.edited + done.known + done.duplicate
    assert last_visit(lake, place.name) == done.as_dict()
    return done, error


def last_visit(lake: Lake, listing: str) -> dict[str, Any]:
    return lake.visits("notes").filter(competitor="ink", listing=listing).row(-1, named=True)


def counts(done: Visit) -> tuple[int, int, int, int, int]:
    return done.found, done.new, done.edited, done.known, done.duplicate


LISTING = Listing(url=URL)

# -- the web -----------------------------------------------------------------------------------------------------------


def test_a_first_visit_reads_to_the_end(lake: Lake) -> None:
    store = AppStore([entry(9), entry(8)], [entry(7)])
    done, error = visit(lake, LISTING, store.fetch)
    assert error is None
    assert (store.asked, counts(done)) == ([1, 2, 3], (3, 3, 0, 0, 0))
    told = {**done.as_dict(), "seconds": 0, "bytes": 0}
    assert told == Visit(
        market="notes", competitor="ink", source="app_store", listing=URL, at=NIGHT, asked=FEED, pages=3, found=3,
        new=3, edited=0, known=0, duplicate=0, gone=0, unreadable=0, total=None, oldest=NIGHT - timedelta(days=393),
        newest=NIGHT - timedelta(days=391), outcome="reviews", stop="end", complete=True, detail=None, bytes=0,
        seconds=0,
    ).as_dict()  # fmt: skip
    assert lake.reviews("notes")["id"].to_list() == ["7", "8", "9"]


def test_the_next_visit_stops_where_everything_is_known(lake: Lake) -> None:
    store = AppStore([entry(9), entry(8)], [entry(7), entry(6)], [entry(5)])
    visit(lake, LISTING, store.fetch)
    store.pages.insert(0, [entry(11), entry(10)])
    store.asked.clear()
    done, _ = visit(lake, LISTING, store.fetch, night=1)
    assert (store.asked, counts(done), done.stop, done.complete) == ([1, 2], (4, 2, 0, 2, 0), "known", True)


def test_a_listing_that_was_not_asked_before_the_run_ended_was_not_visited(lake: Lake) -> None:
    store = AppStore([entry(9)], [entry(8)], [entry(7)])
    visit(lake, LISTING, store.fetch)
    store.broken[1] = Ended("the run was ended")
    config = Settings(lake=lake.root, now=NIGHT + timedelta(days=1))
    done, error = collect.visit(errand(LISTING), lake, config, store.fetch)
    assert (done.stop, done.pages, type(error), lake.visits("notes").height) == ("ended", 0, Ended, 1)
    store.broken.clear()
    store.asked.clear()
    visit(lake, LISTING, store.fetch, night=2)
    assert store.asked == [1]  # the visit before still says that all below is held


def test_an_edited_review_on_a_known_page_is_not_known(lake: Lake) -> None:
    store = AppStore([entry(9), entry(8)], [entry(7), entry(6)], [entry(5)])
    visit(lake, LISTING, store.fetch)
    store.pages[0][1] = entry(8, "It crashes more.")
    store.asked.clear()
    done, _ = visit(lake, LISTING, store.fetch, night=1)
    assert (store.asked, counts(done), done.stop) == ([1, 2], (4, 0, 1, 3, 0), "known")
    assert lake.changes("notes")["key"].to_list() == ["app_store:1:8"]


def test_once_a_week_a_visit_goes_to_the_end_and_sees_what_changed_below(lake: Lake) -> None:
    store = AppStore([entry(9), entry(8)], [entry(7), entry(6)], [entry(5)])
    visit(lake, LISTING, store.fetch)
    store.pages[1:] = [[entry(7, "It crashes less."), entry(5)]]
    done, _ = visit(lake, LISTING, store.fetch, night=6)
    assert (counts(done), done.gone, done.stop) == ((2, 0, 0, 2, 0), 0, "known")
    done, _ = visit(lake, LISTING, store.fetch, night=7)
    assert (counts(done), done.gone, done.stop) == ((4, 0, 1, 3, 0), 1, "end")


def test_a_visit_that_broke_off_keeps_its_reviews_and_the_next_one_goes_to_the_end(lake: Lake) -> None:
    store = AppStore([entry(9)], [entry(8)])
    visit(lake, LISTING, store.fetch)
    store.pages[:0] = [[entry(12)], [entry(11), entry(10)]]
    gone = store.broken[2] = Unreachable("page 2: no answer; it is left alone until the next run")
    done, error = visit(lake, LISTING, store.fetch, night=1)
    assert error is gone
    assert (counts(done), done.stop, done.complete, done.detail) == ((1, 1, 0, 0, 0), "unreachable", False, str(gone))
    assert lake.reviews("notes")["id"].to_list() == ["12", "8", "9"]
    # all of page 1 is known now, but what is below it was never seen
    store.broken.clear()
    store.asked.clear()
    done, _ = visit(lake, LISTING, store.fetch, night=2)
    assert (store.asked, counts(done), done.stop) == ([1, 2, 3, 4, 5], (5, 2, 0, 3, 0), "end")
    store.asked.clear()
    done, _ = visit(lake, LISTING, store.fetch, night=3)
    assert (store.asked, counts(done), done.stop) == ([1], (1, 0, 0, 1, 0), "known")


def test_a_clock_moved_back_hides_no_visit_that_broke_off(lake: Lake) -> None:
    store = AppStore([entry(9), entry(8)], [entry(7)])
    visit(lake, LISTING, store.fetch, night=3)
    store.pages = [[entry(14), entry(13)], [entry(12), entry(11)], *store.pages]
    store.broken[2] = Unreachable("gone for a moment")
    broke, _ = visit(lake, LISTING, store.fetch, night=1)
    assert (broke.at, broke.stop) == (NIGHT + timedelta(days=3, seconds=1), "unreachable")
    store.broken.clear()
    store.asked.clear()
    done, _ = visit(lake, LISTING, store.fetch, night=2)
    assert (done.at, done.stop, store.asked) == (NIGHT + timedelta(days=3, seconds=2), "end", [1, 2, 3, 4, 5])
    assert lake.reviews("notes")["id"].to_list() == ["11", "12", "13", "14", "7", "8", "9"]


def test_a_visit_cut_short_by_an_empty_page_is_not_taken_for_whole(lake: Lake) -> None:
    store = AppStore([entry(9)], [], [entry(7)])
    done, error = visit(lake, LISTING, store.fetch)
    assert (error, done.stop, done.complete) == (None, "empty", False)
    assert done.detail == (
        "page 2 of the feed came empty although it says that it has 3 pages;"
        " later reviews may be missing until the next visit"
    )


def test_the_ledger_says_incomplete_even_if_the_run_dies_before_the_reviews_are_in(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = AppStore([entry(9)], [entry(8)])
    visit(lake, LISTING, store.fetch)
    store.pages[:0] = [[entry(10)]]
    store.broken[2] = Unreachable("no answer")

    def full_disk(*_: Any) -> None:
        raise LakeError("the disk is full")

    monkeypatch.setattr(lake, "merge", full_disk)
    config = Settings(lake=lake.root, now=NIGHT + timedelta(days=1))
    with pytest.raises(LakeError):
        collect.visit(errand(LISTING), lake, config, store.fetch)
    last = last_visit(lake, URL)
    assert (last["at"], last["complete"], last["stop"]) == (NIGHT + timedelta(days=1), False, "unreachable")


def test_a_review_twice_in_one_visit_is_a_duplicate(lake: Lake) -> None:
    store = AppStore([entry(9), entry(8)], [entry(8), entry(7)])
    done, _ = visit(lake, LISTING, store.fetch)
    assert counts(done) == (4, 3, 0, 0, 1)


def test_a_blocked_first_page_brings_nothing_and_says_so(lake: Lake) -> None:
    store = AppStore([entry(9)])
    store.broken[1] = Blocked("the site turned us away")
    done, error = visit(lake, LISTING, store.fetch)
    assert isinstance(error, Blocked)
    assert (counts(done), done.outcome, done.stop, done.pages) == ((0, 0, 0, 0, 0), "blocked", "blocked", 0)
    assert lake.reviews("notes").height == 0


def test_every_page_is_in_the_archive_the_one_that_could_not_be_read_too(lake: Lake) -> None:
    store = AppStore([entry(9)], [entry(8)])
    store.broken[2] = b"Service moved"
    done, error = visit(lake, LISTING, store.fetch)
    assert isinstance(error, ChangedPage)
    assert (done.stop, done.pages) == ("changed", 2)
    archive = collect.archive(Settings(lake=lake.root))
    kept = list(archive.pages(archive.path("notes", "ink", "app_store", URL, NIGHT.date())))
    assert [k.body == b"Service moved" for k in kept] == [False, True]
    assert (kept[0].at, kept[0].headers["content-type"]) == (NIGHT, "application/json")
    assert done.bytes == sum(len(k.body) for k in kept)


def test_a_page_that_cannot_be_kept_ends_the_visit_and_what_came_before_stays(lake: Lake, full_disk: Any) -> None:
    store = AppStore([entry(9)], [entry(8, "".join(map(str, range(60_000))))], [entry(7)])
    with full_disk(60_000):
        done, error = visit(lake, LISTING, store.fetch)
    assert isinstance(error, ArchiveError)
    assert (counts(done), done.pages, done.stop, done.complete) == ((1, 1, 0, 0, 0), 2, "unsaved", False)
    assert done.detail == str(error)
    assert "a page cannot be kept (File too large); check space and rights, then run again" in str(error)
    assert lake.reviews("notes")["id"].to_list() == ["9"]
    store.asked.clear()
    done, error = visit(lake, LISTING, store.fetch, night=1)
    assert (error, store.asked, counts(done)) == (None, [1, 2, 3, 4], (3, 2, 0, 1, 0))


def test_our_own_limit_of_pages_is_told_and_is_no_whole_visit(lake: Lake) -> None:
    store = AppStore(*[[entry(9 - n)] for n in range(5)])
    done, error = visit(lake, LISTING, store.fetch, pages=2)
    assert (store.asked, error, done.stop, done.complete) == ([1, 2], None, "limit", False)
    assert done.detail == "stopped after 2 pages, as set by UNMET_PAGES; there are more"


def test_under_the_same_limit_the_next_visit_stops_at_known_reviews(lake: Lake) -> None:
    store = AppStore(*[[entry(9 - n)] for n in range(5)])
    visit(lake, LISTING, store.fetch, pages=2)
    for night, limit in ((1, 2), (2, 1)):
        store.asked.clear()
        done, _ = visit(lake, LISTING, store.fetch, night, pages=limit)
        assert (store.asked, done.stop, done.complete) == ([1], "known", True)


def test_once_the_limit_is_raised_the_next_visit_goes_on_to_the_older_reviews(lake: Lake) -> None:
    store = AppStore(*[[entry(9 - n)] for n in range(5)])
    visit(lake, LISTING, store.fetch, pages=2)
    visit(lake, LISTING, store.fetch, night=1, pages=2)
    store.asked.clear()
    done, _ = visit(lake, LISTING, store.fetch, night=2, pages=4)
    assert (store.asked, counts(done), done.stop) == ([1, 2, 3, 4], (4, 2, 0, 2, 0), "limit")
    store.asked.clear()
    done, _ = visit(lake, LISTING, store.fetch, night=3)
    assert (store.asked, counts(done), done.stop) == ([1, 2, 3, 4, 5, 6], (5, 1, 0, 4, 0), "end")


class Reddit:
    """Twelve posts: the feed shows the newest five, the API all, three a page."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def fetch(self, request: Request) -> Page:
        self.asked.append(request.url)
        address = urlsplit(request.url)
        if address.netloc == "www.reddit.com":
            body = self.feed(range(12, 7, -1))
        else:
            assert request.headers["Authorization"] == "bearer invented-token"
            after = int(parse_qs(address.query).get("after", ["t3_13"])[0].removeprefix("t3_"))
            shown = range(after - 1, max(after - 4, 0), -1)
            body = self.listing(shown, f"t3_{shown[-1]}" if shown[-1] > 1 else None)
        return Page(request, 200, {}, body.encode(), NIGHT)

    @staticmethod
    def feed(numbers: range) -> str:
        entries = "".join(
            f"<entry><id>t3_{n}</id><title>Post {n}</title><content>&lt;!-- SC_OFF --&gt;&lt;p&gt;It crashes, case {n}."
            "&lt;/p&gt;&lt;!-- SC_ON --&gt;</content></entry>"
            for n in numbers
        )
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'

    @staticmethod
    def listing(numbers: range, after: str | None) -> str:
        posts = [
            {
                "kind": "t3",
                "data": {"name": f"t3_{n}", "title": f"Post {n}", "selftext_html": f"<p>It crashes, case {n}.</p>"},
            }
            for n in numbers
        ]
        return json.dumps({"data": {"children": posts, "after": after}})


def test_a_token_that_comes_later_goes_deeper_at_the_next_visit(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    listing, site = Listing(url="https://www.reddit.com/r/ink/"), Reddit()
    monkeypatch.delenv("REDDIT_TOKEN", raising=False)
    done, _ = visit(lake, listing, site.fetch)
    assert (counts(done), done.stop, done.asked) == (
        (5, 5, 0, 0, 0), "cap", "https://www.reddit.com/r/ink/new/.rss?limit=100",
    )  # fmt: skip
    done, _ = visit(lake, listing, site.fetch, night=1)
    assert (counts(done), done.stop) == ((5, 0, 0, 5, 0), "known")
    monkeypatch.setenv("REDDIT_TOKEN", "invented-token")
    done, _ = visit(lake, listing, site.fetch, night=2)
    assert (counts(done), done.pages, done.stop) == ((12, 7, 0, 5, 0), 4, "end")
    assert done.asked == "https://oauth.reddit.com/r/ink/new?limit=100&raw_json=1"
    done, _ = visit(lake, listing, site.fetch, night=3)
    assert (counts(done), done.pages, done.stop) == ((3, 0, 0, 3, 0), 1, "known")


def robots_say_no(request: Request) -> Page:
    raise Disallowed(f"{request.url}: robots.txt does not allow it")


@pytest.mark.parametrize(
    ("token", "line"),
    [
        (
            "",
            "https://www.reddit.com/r/ink/new/.rss?limit=100: robots.txt does not allow it; set REDDIT_TOKEN to a token"
            " of its API, which is asked at another host, or import an export (`exports`)",
        ),
        (
            "invented-token",
            "https://oauth.reddit.com/r/ink/new?limit=100&raw_json=1: robots.txt does not allow it; save its pages by"
            " hand (`saved`), import an export (`exports`), or take the listing out",
        ),
    ],
)
def test_where_robots_txt_says_no_ledger_and_report_say_what_to_do(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str, line: str
) -> None:
    monkeypatch.setenv("REDDIT_TOKEN", token)
    place = Listing(url="https://www.reddit.com/r/ink/")
    done, error = visit(lake, place, robots_say_no)
    assert isinstance(error, Disallowed)
    assert (done.stop, done.outcome, done.complete, done.detail) == ("refused", "blocked", False, line)
    market = Market(slug="notes", name="Notes", competitors=(Competitor(slug="ink", name="Ink", listings=(place,)),))
    page, _ = report.make(lake, market, tmp_path / "out", None)
    assert line in html.unescape(page.read_text("utf-8")).replace("\\", "")


def test_progress_is_told_page_by_page(lake: Lake) -> None:
    store, told = AppStore([entry(9), entry(8)], [entry(7)]), []

    def on_page(walk: Walk) -> None:
        told.append((walk.pages, len(walk.reviews)))

    collect.visit(errand(LISTING), lake, Settings(lake=lake.root, now=NIGHT), store.fetch, on_page=on_page)
    assert told == [(1, 2), (2, 3), (3, 3)]


def test_the_client_is_made_as_the_settings_say() -> None:
    config = Settings(contact="mail@example.org", pause_seconds=2, tries=7, connect_to={"a.example": "127.0.0.1:1"})
    with collect.fetcher(config) as fetcher:
        assert fetcher.user_agent == "unmet/0.1 (review research; contact: mail@example.org)"
        assert (fetcher.limits.pause_seconds, fetcher.limits.tries, fetcher.limits.page_bytes) == (2, 7, 10_000_000)
        assert fetcher.connect_to == {"a.example": "127.0.0.1:1"}
        assert not fetcher.allow_private
    with collect.fetcher(Settings(allow_private=True)) as fetcher:
        assert fetcher.allow_private


# -- files -------------------------------------------------------------------------------------------------------------

ROWS = "id,body,rating\n1,It crashes.,1\n2,,\n3,Fine.,5\n1,It crashes.,1\n"


def test_an_export_is_read_whole_and_rows_that_cannot_be_are_counted(lake: Lake, tmp_path: Path) -> None:
    file = tmp_path / "ink.csv"
    file.write_text(ROWS)
    place = Export(path=file, source="google_play")
    done, error = visit(lake, place)
    assert (error, counts(done), done.unreadable) == (None, (3, 2, 0, 0, 1), 1)
    assert (done.listing, done.asked, done.source, done.pages, done.bytes) == (
        "ink.csv", "ink.csv", "google_play", 1, len(ROWS),
    )  # fmt: skip
    assert (done.stop, done.complete, done.detail) == ("end", True, "ink.csv: 1 row has no text and no rating (row 2)")
    assert lake.reviews("notes")["key"].to_list() == ["google_play:ink:1", "google_play:ink:3"]
    file.write_text(ROWS.replace("Fine.", "Fine!") + "4,New.,3\n")
    done, _ = visit(lake, place, night=1)
    assert counts(done) == (4, 1, 1, 1, 1)


def test_the_ledger_names_nobody(lake: Lake, tmp_path: Path) -> None:
    """Reports print what it says of a visit, and it outlives the reviews that are forgotten."""
    file = tmp_path / "ink.csv"
    file.write_text("id,text,rating\n1,It crashes.,jane.doe@mail.example\n")
    done, _ = visit(lake, Export(path=file, source="google_play"))
    assert done.detail == "ink.csv: column 'rating' has 1 value of the form '[e-mail]' (row 1), not a rating: left out"

    def answered(_: Request) -> Page:
        raise Blocked("https://shop.example/: answered that jane.doe@mail.example on +1 555 555 0142 knows why")

    done, _ = visit(lake, Listing(url="https://apps.apple.com/us/app/ink/id1"), answered)
    assert done.detail == "https://shop.example/: answered that [e-mail] on [phone] knows why"


def test_an_export_that_cannot_be_read_leaves_what_was_read_before(lake: Lake, tmp_path: Path) -> None:
    file = tmp_path / "ink.csv"
    file.write_text(ROWS)
    place = Export(path=file, source="google_play")
    visit(lake, place)
    file.unlink()
    done, error = visit(lake, place, night=1)
    assert isinstance(error, ExportError)
    assert (counts(done), done.stop, done.complete, done.pages) == ((0, 0, 0, 0, 0), "unreadable", False, 0)
    assert done.detail == f"{file}: cannot be read (No such file or directory); check the path"
    assert lake.reviews("notes").height == 2


def shop(*bodies: str) -> str:
    told = [{"@type": "Review", "reviewBody": b, "reviewRating": {"ratingValue": 2}} for b in bodies]
    data = {"@context": "https://schema.org", "@type": "Product", "name": "Ink", "review": told}
    return f'<html><body><script type="application/ld+json">{json.dumps(data)}</script></body></html>'


def test_one_broken_saved_page_does_not_cost_the_others(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "1.html").write_text(shop("It crashes."))
    (tmp_path / "2.html").write_text('{"this": "is no page"}')
    (tmp_path / "3.html").write_text(shop("It crashes.", "It is slow."))
    place = Saved(path=str(tmp_path / "*.html"), source="schema_org", url="https://shop.example/ink")
    done, error = visit(lake, place)
    assert isinstance(error, ChangedPage)
    assert (counts(done), done.pages, done.stop, done.complete) == ((3, 2, 0, 0, 1), 2, "changed", False)
    assert sorted(lake.reviews("notes")["body"]) == ["It crashes.", "It is slow."]
    (tmp_path / "2.html").write_text(shop("It is dear."))
    done, error = visit(lake, place, night=1)
    assert (error, counts(done), done.pages, done.stop) == (None, (4, 1, 0, 2, 1), 3, "sample")


def test_a_saved_page_that_cannot_be_opened_is_unreadable(lake: Lake, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "1.html").write_text(shop("It crashes."))
    (tmp_path / "2.html").write_text(shop("It is slow."))
    read = Path.read_bytes

    def guarded(path: Path) -> bytes:
        if path.name == "1.html":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", guarded)
    done, error = visit(lake, Saved(path=str(tmp_path / "*.html"), source="schema_org"))
    assert str(error) == "1.html: cannot be read (Permission denied); check its rights"
    assert (counts(done), done.stop) == ((1, 1, 0, 0, 0), "unreadable")
