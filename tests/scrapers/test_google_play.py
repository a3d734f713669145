"""google_play: addresses, the request, replies of every kind, saved pages. All text is invented.

Whole records stand in tests/pages/google_play*.reviews.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.market import Competitor, Listing, Market, MarketError
from flows.plan import plan
from scrapers import google_play
from scrapers._errors import ChallengePage, ChangedPage, ParseError
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop
from scrapers._walk import walk

LISTING = "https://play.google.com/store/apps/details?id=com.example.billory&hl=en"
PAGES = Path(__file__).parent.parent / "pages"


def handle(url: str = LISTING) -> Handle:
    found = google_play.handle(url)
    assert found is not None
    return found


def read(body: str | bytes, url: str | None = None) -> Batch:
    request = Request(url) if url else google_play.start(handle())
    data = body.encode() if isinstance(body, str) else body
    return google_play.parse(Page(request, 200, {}, data, datetime(2026, 11, 22, tzinfo=UTC)), handle())


def row(number: int, rating: Any = 4, text: Any = "Tidy.") -> list[Any]:
    return [f"0a4f1c52-{number:04}", ["A"], rating, None, text, [1_782_000_000, 0], 0]


def reply(payload: Any, rpc: str = "UsvDTd", prefix: str = ")]}'\n\n") -> str:
    return prefix + json.dumps([["wrb.fr", rpc, json.dumps(payload), None, None, None, "generic"], ["di", 9]])


def failed(name: str) -> str:
    error = [5, None, [[f"type.googleapis.com/com.google.play.gateway.proto.{name}", [1]]]]
    return ")]}'\n\n" + json.dumps([["wrb.fr", "UsvDTd", None, None, None, error, "generic"]])


def test_listings_are_recognised() -> None:
    assert google_play.recognise(LISTING) == Handle("google_play", "com.example.billory", LISTING, {"hl": "en"})
    url = "http://play.google.com/store/apps/details?gl=DE&hl=pt_BR&id=a.b"
    assert google_play.recognise(url) == Handle("google_play", "a.b", url, {"hl": "pt_BR", "gl": "DE"})
    assert google_play.start(handle(url)).url.startswith("https://play.google.com/_/")


@pytest.mark.parametrize(
    "url",
    [
        "https://play.google.com/store/apps/details",
        "https://play.google.com/store/apps/details?id=",
        "https://play.google.com/store/apps/details?id=a%22b",
        "https://play.google.com/store/books/details?id=a.b",
        "https://play.google.com.evil.example/store/apps/details?id=a.b",
        "ftp://play.google.com/store/apps/details?id=a.b",
        "https://[::1/store/apps/details?id=a.b",
        "",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert google_play.recognise(url) is None


def test_another_host_is_asked_when_the_market_file_names_the_source() -> None:
    elsewhere = "http://127.0.0.1:8099/store/apps/details?id=com.example.billory"
    assert google_play.recognise(elsewhere) is None
    assert google_play.start(handle(elsewhere)).url == f"http://127.0.0.1:8099{google_play.METHOD}?hl=en"


def test_asks_for_the_newest_as_a_form() -> None:
    request = google_play.start(handle())
    assert request.body is not None
    sent = json.loads(parse_qs(request.body.decode())["f.req"][0])
    assert request.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert json.loads(sent[0][0][1]) == [None, None, [2, 2, [150, None, None], None, []], ["com.example.billory", 7]]


def test_is_off_unless_the_market_allows_it() -> None:
    place = Listing(url=LISTING)
    market = Market(slug="m", name="M", competitors=(Competitor(slug="c", name="C", listings=(place,)),))
    with pytest.raises(MarketError, match=r"read its terms and say allow = \[\"google_play\"\]"):
        plan(market)
    (errand,) = plan(market.model_copy(update={"allow": ("google_play",)}))
    assert (errand.source, errand.handle) == ("google_play", handle())


@pytest.mark.parametrize("prefix", [")]}'\n\n", ")]}'", ")]}'  [", "", "\ufeff)]}'\n"])
@pytest.mark.parametrize("rpc", ["UsvDTd", "oCPfdb", "later"])
def test_any_prefix_and_rpc_is_read(prefix: str, rpc: str) -> None:
    body = reply([[row(1)], [None, "t"]], rpc, prefix.replace("[", ""))
    assert [r.id for r in read(body).reviews] == ["0a4f1c52-0001"]


def test_chunks_that_follow_their_length_are_read() -> None:
    first, last = json.dumps([["wrb.fr", "x", json.dumps([[row(1)]])]]), json.dumps([["di", 9]])
    assert len(read(f")]}}'\n\n{len(first)}\n{first}\n{len(last)}\n{last}\n").reviews) == 1


class Store:
    """Answers by the token in the body, as a POST's address is always the same."""

    def __init__(self, answers: Mapping[str | None, str]) -> None:
        self.answers = answers
        self.asked: list[str | None] = []

    def fetch(self, request: Request) -> Page:
        assert request.body is not None
        token = json.loads(json.loads(parse_qs(request.body.decode())["f.req"][0])[0][0][1])[2][2][2]
        self.asked.append(token)
        return Page(request, 200, {}, self.answers[token].encode(), datetime(2026, 11, 22, tzinfo=UTC))


def test_walks_from_token_to_token() -> None:
    store = Store({None: reply([[row(1)], [None, "a"]]), "a": reply([[row(2)], [None, "b"]]), "b": reply([[row(3)]])})
    result = walk(google_play, handle(), store.fetch)  # type: ignore[arg-type]  # a module is a Source
    assert (len(result.reviews), store.asked, result.stop) == (3, [None, "a", "b"], Stop.END)


def test_tokens_that_go_in_a_circle_end_the_walk() -> None:
    pages = {None: "a", "a": "b", "b": "c", "c": "a"}
    store = Store({asked: reply([[row(n)], [None, given]]) for n, (asked, given) in enumerate(pages.items())})
    result = walk(google_play, handle(), store.fetch)  # type: ignore[arg-type]  # a module is a Source
    assert (len(result.reviews), store.asked, result.stop) == (4, [None, "a", "b", "c"], Stop.END)
    assert result.warnings == ["Google Play led back to a page already read; the walk ended there"]


@pytest.mark.parametrize("payload", [[], None, [None], [[]], [[], [None, None]]])
def test_an_empty_payload_proves_nothing(payload: Any) -> None:
    for url in (None, f"{google_play.start(handle()).url}#seen=0123abcd"):
        batch = read(reply(payload), url)
        assert (batch.outcome, batch.stop, len(batch.warnings)) == (Outcome.UNKNOWN_EMPTY, Stop.EMPTY, 1)


def test_a_null_call_without_an_error_proves_nothing() -> None:
    body = ")]}'\n\n" + json.dumps([["wrb.fr", "oCPfdb", None, None, None, None, "generic"]])
    assert read(body).stop is Stop.EMPTY


def test_errors_inside_a_good_status_are_told_apart() -> None:
    with pytest.raises(ChallengePage, match="PlayGatewayError, asked too often"):
        read(failed("PlayGatewayError"))
    with pytest.raises(ChangedPage, match="PlayDataError"):
        read(failed("PlayDataError"))
    with pytest.raises(ChangedPage, match="error"):
        read(")]}'\n\n" + json.dumps([["er", None, None, None, None, 400]]))


def test_a_page_of_another_app_is_refused() -> None:
    page = (PAGES / "google_play_app.html").read_bytes()
    other = google_play.handle("https://play.google.com/store/apps/details?id=com.example.other")
    assert other is not None
    with pytest.raises(ChangedPage, match=r"is the page of com\.example\.billory, not of com\.example\.other"):
        google_play.parse(Page(Request(other.url), 200, {}, page, datetime.now(UTC)), other)


def test_a_saved_page_says_whose_it_is() -> None:
    found = google_play.within((PAGES / "google_play_app.html").read_bytes())
    assert found is not None
    assert found[0].product == "com.example.billory"
    assert google_play.within(b"{}") is google_play.within(b"") is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b")]}'",
        b")]}'\n\n[[1]]",
        reply({"a": 1}).encode(),
        reply(["x"]).encode(),
        reply([[["x"]]]).encode(),
        b')]}\'[["wrb.fr","x","{"]]',
        b"[" * 10_000_000,
        b'[["wrb.fr","x","' + b"[" * 10_000_000 + b'"]]',
        b"1 " * 5_000,
        b'[["wrb.fr","x","[[[\\"a\\",[],' + b"9" * 6_000 + b']]]"]]',
        b"<html><body>Welcome</body></html>",
        b"<html>" + b"AF_initDataCallback({data:[" * 300_000,  # each a block that is no JSON
    ],
    ids=lambda b: repr(b[:24]),
)
def test_other_answers_are_a_changed_page(body: bytes) -> None:
    with pytest.raises(ChangedPage):
        read(body)


def test_a_bot_check_is_one() -> None:
    with pytest.raises(ChallengePage):
        read("<html><title>Just a moment...</title></html>")


@pytest.mark.parametrize("wrong", [None, 7, [], ["id"], [None, [], 5], row(2, 0), row(2, "five"), row(2, 4, ["x"])])
def test_a_row_of_another_form_is_counted(wrong: Any) -> None:
    batch = read(reply([[row(1), wrong]]))
    assert (len(batch.reviews), batch.unreadable) == (1, 1)


NAMES = ("google_play.json", "google_play_app.html", "google_play_empty.json")
BODIES = [(PAGES / name).read_bytes() for name in NAMES]
CUTS = st.tuples(
    st.integers(0, 4_000), st.integers(0, 60), st.sampled_from([b"", b"<", b"[", b'\\"', b"{", b"\0", b"\xff", b"9"])
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(body=st.sampled_from(BODIES) | st.binary(max_size=200), cuts=st.lists(CUTS, max_size=4))
def test_whatever_the_bytes_only_a_parse_error_is_raised(body: bytes, cuts: list[tuple[int, int, bytes]]) -> None:
    for begin, length, new in cuts:
        body = body[:begin] + new + body[begin + length :]
    google_play.within(body)
    try:
        batch = read(body)
    except ParseError:
        return
    assert "\n" not in " ".join(batch.warnings)


def test_recorded_answers(shared: Path) -> None:
    folder = shared / "captures" / "googleplay"
    if not folder.is_dir():
        pytest.skip(f"no recorded answers at {folder}")
    translate, where = "com.google.android.apps.translate", "com.adex77.WhereAmI"
    for name, app, reviews, replies, stop in (
        ("translate-initial.txt", translate, 150, 42, None),
        ("translate-page2.txt", translate, 150, 30, None),
        ("details_translate_2026-07.html", translate, 20, 16, Stop.SAMPLE),
        ("details_whereami_2026-07.html", where, 20, 19, Stop.SAMPLE),
    ):
        of = handle(f"https://play.google.com/store/apps/details?id={app}")
        page = Page(google_play.start(of), 200, {}, (folder / name).read_bytes(), datetime.now(UTC))
        batch = google_play.parse(page, of)
        assert len({r.id for r in batch.reviews}) == len(batch.reviews) == reviews
        assert all(r.rating and r.written and r.author and r.body for r in batch.reviews)
        assert sum(r.reply is not None and r.replied is not None for r in batch.reviews) == replies
        assert (batch.unreadable, batch.stop) == (0, stop)
