"""steam: which addresses, which forms of answer, which records, and where a walk goes on or ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers import steam
from scrapers._errors import ChallengePage, ChangedPage, ParseError
from scrapers._read import bbcode_of
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop
from scrapers._walk import walk

LISTING = "https://store.steampowered.com/app/900000/Delve_Together/"
PAGE = Path(__file__).parent.parent / "pages" / "steam.json"
RECORDED = Path("captures/steam")


def handle_of(listing: str = LISTING) -> Handle:
    handle = steam.handle(listing)
    assert handle is not None
    return handle


def page_of(body: Any, url: str | None = None) -> Page:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Page(Request(url or steam.start(handle_of()).url), 200, {}, sent, datetime(2026, 11, 22, tzinfo=UTC))


def read(body: Any, *, url: str | None = None, listing: str = LISTING) -> Batch:
    return steam.parse(page_of(body, url), handle_of(listing))


def review(number: Any = 7, **more: Any) -> dict[str, Any]:
    author = {"steamid": "76561190000000007"}
    return {"recommendationid": str(number), "author": author, "review": "No.", "voted_up": False, **more}


def answer(*reviews: Any, **more: Any) -> dict[str, Any]:
    return {"response": {**({"reviews": list(reviews)} if reviews else {}), **more}}


def asked(batch: Batch) -> tuple[dict[str, Any], str]:
    """What the next request asks, and its fragment."""
    assert batch.next is not None
    parts = urlsplit(batch.next.url)
    sent: dict[str, Any] = json.loads(parse_qs(parts.query)["input_json"][0])
    return sent, parts.fragment


def at(cursor: str, fragment: str = "") -> str:
    """The address of the page after `cursor`."""
    batch = read(answer(review(), cursor=cursor))
    assert batch.next is not None
    return batch.next.url + (f"#{fragment}" if fragment else "")


@pytest.mark.parametrize(
    "url",
    [
        LISTING,
        "http://store.steampowered.com/app/900000",
        "https://store.steampowered.com/agecheck/app/900000/?l=german",
        "https://steamcommunity.com/app/900000/reviews/?browsefilter=mostrecent",
        "https://store.steampowered.com/appreviews/900000?json=1",
    ],
)
def test_listings_are_recognised(url: str) -> None:
    handle = steam.recognise(url)
    assert handle is not None
    assert (handle.source, handle.product) == ("steam", "900000")


@pytest.mark.parametrize(
    "url",
    [
        "https://store.steampowered.com/",
        "https://store.steampowered.com/bundle/900000/",
        "https://store.steampowered.com/app/0123/",
        "https://store.steampowered.com/app/name/",
        "https://store.steampowered.com.evil.example/app/900000/",
        "ftp://store.steampowered.com/app/900000/",
        "http://[",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert steam.recognise(url) is None


def test_first_request_asks_for_the_newest_in_all_languages() -> None:
    url = steam.start(handle_of()).url
    assert url.startswith("https://api.steampowered.com/IUserReviewsService/GetAppReviews/v1/?input_json=")
    assert json.loads(parse_qs(urlsplit(url).query)["input_json"][0]) == {
        "appid": 900000,
        "filter": 1,
        "languages": ["all"],
        "purchase_type": 1,
        "num_per_page": 100,
    }


def test_listing_on_another_host_is_asked_there_when_its_source_is_named() -> None:
    listing = "http://127.0.0.1:8099/app/900000/"
    assert steam.recognise(listing) is None
    assert steam.start(handle_of(listing)).url.startswith("http://127.0.0.1:8099/IUserReviewsService/")
    (one,) = read(answer(review()), listing=listing).reviews
    assert one.url == "http://127.0.0.1:8099/profiles/76561190000000007/recommended/900000/"


@pytest.mark.parametrize("address", ["billory.json", "https://saved.example/billory.json"])
def test_saved_page_that_does_not_say_its_app_is_a_sample(address: str) -> None:
    batch = steam.parse(page_of(answer(review(), cursor="abc"), address), Handle("steam", "billory", address))
    assert (batch.stop, batch.reviews[0].url) == (Stop.SAMPLE, None)


@pytest.mark.parametrize(
    "record",
    [
        review(None, recommendationid=None),
        review(recommendationid=True),
        review(recommendationid=" "),
        review(recommendationid="9" * 101),
        review(voted_up="yes"),
        review(voted_up=1),
        review(review={"english": "localised"}),
        "a string",
        None,
        [],
    ],
)
def test_record_of_another_form_is_counted(record: Any) -> None:
    batch = read(answer(review(8), record))
    assert ([r.id for r in batch.reviews], batch.unreadable, batch.warnings) == (["8"], 1, ())


def test_missing_thumb_is_neither_up_nor_down() -> None:
    record = review(9)
    del record["voted_up"]
    batch = read(answer(review(8), record))
    assert batch.unreadable == 1
    assert batch.warnings == ("reviews without a thumb up or down, which were not read: 1",)


def test_fields_that_are_missing_or_odd_stay_empty() -> None:
    odd = {"author": 4, "language": ["x"], "timestamp_created": "soon", "votes_up": -1, "steam_purchase": 1}
    (one,) = read(answer({"recommendationid": 7, "voted_up": True, "developer_response": [], **odd})).reviews
    assert (one.id, one.rating, one.scale, one.body, one.url) == ("7", 1.0, "thumbs", "", LISTING)
    assert (one.author, one.language, one.written, one.helpful) == (None, None, None, None)
    assert (one.verified, one.incentivised, one.reply, one.replied) == (None, None, None, None)


@pytest.mark.parametrize("steamid", ["../../evil", "7656<script>", "", None])
def test_odd_author_gets_no_place_in_an_address(steamid: Any) -> None:
    (one,) = read(answer(review(author={"steamid": steamid}))).reviews
    assert one.url == LISTING


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("[b]bold[/b] and [url=https://x.example/a]linked[/url]", "bold and linked"),
        ("[h1]Head[/h1]text[hr][/hr]more", "Head\ntext\n\nmore"),
        ("[LIST][*]one[*]two[/LIST]", "one\ntwo"),
        ("[EDIT] 9/10 [sic] a[0] [x] [/]", "[EDIT] 9/10 [sic] a[0] [x] [/]"),
        ("I <3 it & <b>raw</b> &amp;", "I <3 it & <b>raw</b> &amp;"),
        ("[quote=someone]was[/quote]is", "was\nis"),
        ("[b][/b]", None),
        (None, None),
        (7, None),
    ],
)
def test_formatting_is_undone_and_other_brackets_stay(raw: Any, text: str | None) -> None:
    assert bbcode_of(raw) == text


def test_many_open_brackets_take_no_time() -> None:
    assert bbcode_of("[b=" * 300_000) is not None


def test_cursor_is_sent_back_as_it_came() -> None:
    sent, fragment = asked(read(answer(review(), cursor="AoJ+/=%&#\u20ac", total_matching=300)))
    assert (sent["cursor"], fragment) == ("AoJ+/=%&#\u20ac", "seen=1&of=300")


@pytest.mark.parametrize("cursor", [None, "", "*", 7, ["x"], "x" * 501])
def test_no_cursor_is_the_end(cursor: Any) -> None:
    assert read(answer(review(), cursor=cursor)).stop is Stop.END


def test_repeated_cursor_is_the_end() -> None:
    batch = read(answer(review(), cursor="abc"), url=at("abc"))
    assert (batch.next, batch.stop, batch.outcome) == (None, Stop.END, Outcome.REVIEWS)


def test_repeated_cursor_far_below_the_count_is_no_complete_visit() -> None:
    batch = read(answer(review(), cursor="abc"), url=at("abc", "seen=100&of=1200"))
    assert batch.stop is Stop.EMPTY
    assert batch.warnings == ("Steam gave 101 of 1,200 reviews and then no more",)


def test_count_of_the_first_page_is_remembered() -> None:
    sent, fragment = asked(read(answer(review(), review(8), cursor="b"), url=at("a", "seen=100&of=1200")))
    assert (sent["cursor"], fragment) == ("b", "seen=102&of=1200")


def test_walk_that_never_ends_is_ended() -> None:
    batch = read(answer(review(), cursor="b"), url=at("a", "seen=3000&of=1200"))
    assert (batch.stop, bool(batch.warnings)) == (Stop.END, True)


def test_empty_page_is_asked_for_once_more() -> None:
    sent, fragment = asked(read(answer(cursor="b"), url=at("a", "seen=300&of=1200")))
    assert (sent["cursor"], fragment) == ("a", "seen=300&of=1200&again=1")
    batch = read(answer(cursor="b"), url=at("a", fragment))
    assert (batch.stop, batch.outcome) == (Stop.EMPTY, Outcome.UNKNOWN_EMPTY)
    assert batch.warnings == ("Steam gave 300 of 1,200 reviews and then no more",)


def test_reviews_on_the_second_asking_go_on_as_usual() -> None:
    sent, fragment = asked(read(answer(review(), cursor="b"), url=at("a", "seen=300&of=1200&again=1")))
    assert (sent["cursor"], fragment) == ("b", "seen=301&of=1200")


@pytest.mark.parametrize(
    ("body", "fragment", "outcome", "stop"),
    [
        (answer(query_summary={"num_reviews": 0, "total_reviews": 0}), None, Outcome.PROVEN_EMPTY, Stop.END),
        (answer(total_matching=0, cursor="*"), None, Outcome.PROVEN_EMPTY, Stop.END),
        ({"response": {}}, None, Outcome.UNKNOWN_EMPTY, Stop.EMPTY),
        (answer(total_matching=40), None, Outcome.UNKNOWN_EMPTY, None),
        (answer(cursor="*"), None, Outcome.UNKNOWN_EMPTY, None),
        (answer(total_matching=40), "again=1", Outcome.UNKNOWN_EMPTY, Stop.EMPTY),
        (answer(cursor="*"), "again=1", Outcome.UNKNOWN_EMPTY, Stop.EMPTY),
    ],
)
def test_empty_first_pages(body: Any, fragment: str | None, outcome: Outcome, stop: Stop | None) -> None:
    batch = read(body, url=steam.start(handle_of()).url + (f"#{fragment}" if fragment else ""))
    assert (batch.reviews, batch.outcome, batch.stop) == ((), outcome, stop)
    assert bool(batch.warnings) is (stop is Stop.EMPTY)


@pytest.mark.parametrize(
    ("fragment", "outcome", "stop"),
    [
        ("seen=1150&of=1200", Outcome.PROVEN_EMPTY, Stop.END),
        ("seen=300&of=1200", Outcome.UNKNOWN_EMPTY, None),
        ("", Outcome.UNKNOWN_EMPTY, None),
        ("again=1", Outcome.PROVEN_EMPTY, Stop.END),
    ],
)
@pytest.mark.parametrize("body", [{"response": {}}, answer(cursor="a")])
def test_empty_later_pages(body: Any, fragment: str, outcome: Outcome, stop: Stop | None) -> None:
    batch = read(body, url=at("a", fragment))
    assert (batch.outcome, batch.stop) == (outcome, stop)


@pytest.mark.parametrize(
    ("body", "stop"),
    [
        ({"success": 1, "query_summary": {"total_reviews": 900}, "reviews": [review()], "cursor": "x"}, Stop.SAMPLE),
        ({"success": 1, "query_summary": {"total_reviews": 1}, "reviews": [review()]}, Stop.END),
        ({"reviews": {"7": review()}, "cursors": {}}, Stop.SAMPLE),
        ([review()], Stop.SAMPLE),
        ({"7": review()}, Stop.SAMPLE),
        ({"success": 1, "query_summary": {"total_reviews": 0}, "reviews": []}, Stop.EMPTY),
        ([], Stop.EMPTY),
    ],
)
def test_older_and_saved_forms(body: Any, stop: Stop) -> None:
    batch = read(body)
    assert (batch.next, batch.stop) == (None, stop)
    assert [r.id for r in batch.reviews] == ([] if stop is Stop.EMPTY else ["7"])


@pytest.mark.parametrize(
    "body",
    [
        {"response": []},
        {"response": None},
        answer(reviews="many"),
        answer(reviews=7),
        answer("x", "y"),
        {"success": 2},
        {"success": 2, "reviews": [review()]},
        {"success": 1},
        {},
        7,
        None,
        b"",
        b"\xff\xfe",
        b"<html><body>Welcome to Steam</body></html>",
        b"[" * 10_000_000,
        b'{"response":' * 800_000,
        b'{"response":{"reviews":[{"recommendationid":' + b"9" * 6_000 + b"}]}}",
    ],
    ids=lambda body: repr(body[:20] if isinstance(body, bytes) else body)[:40],
)
def test_other_answers_are_a_changed_page(body: Any) -> None:
    with pytest.raises(ChangedPage):
        read(body)


def test_bot_check_where_json_was_due() -> None:
    with pytest.raises(ChallengePage):
        read(b"<html><title>Verifying your connection...</title></html>")


def test_whole_walk_with_a_page_that_came_empty_once() -> None:
    pages = [
        answer(review(1), review(2), cursor="a", total_matching=3, query_summary={"total_reviews": 3}),
        answer(cursor="a2"),
        answer(review(3), cursor="b"),
        answer(cursor="b"),
    ]
    seen: list[str] = []

    def fetch(request: Request) -> Page:
        seen.append(request.url)
        return page_of(pages[len(seen) - 1], request.url)

    result = walk(steam, handle_of(), fetch)  # type: ignore[arg-type]  # a module is a Source
    assert ([r.id for r in result.reviews], result.stop, result.total) == (["1", "2", "3"], Stop.END, 3)
    assert [urlsplit(url).fragment for url in seen] == ["", "seen=2&of=3", "seen=2&of=3&again=1", "seen=3&of=3"]


def test_recorded_reviews_are_all_read(shared: Path) -> None:
    raw = (shared / RECORDED / "er_1245620_2024-04.json").read_bytes()
    batch = steam.parse(page_of(raw), handle_of("https://store.steampowered.com/app/1245620/"))
    told = json.loads(raw)["reviews"]
    assert (len(batch.reviews), batch.unreadable, batch.total, batch.stop) == (4073, 0, 414_245, Stop.SAMPLE)
    assert [r.id for r in batch.reviews] == list(told)
    assert sum(r.rating == 1 for r in batch.reviews) == sum(r["voted_up"] for r in told.values()) == 3865
    assert all(r.written and r.language == "en" and r.helpful is not None for r in batch.reviews)
    assert sum(r.edited is not None for r in batch.reviews) == 163
    assert sum(not r.body for r in batch.reviews) == sum(not r["review"].strip() for r in told.values()) == 28


def test_recorded_summaries_prove_nothing(shared: Path) -> None:
    told = json.loads((shared / RECORDED / "appreviews_summaries_2026-09-11_transcribed.json").read_text("utf-8"))
    for app, summary in told.items():
        if not app.startswith("_"):
            batch = read(summary)
            assert (batch.stop, batch.total) == (Stop.EMPTY, summary["query_summary"]["total_reviews"])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.data())
def test_records_of_any_form_raise_nothing_but_parse_errors(data: st.DataObject) -> None:
    sent = json.loads(PAGE.read_text("utf-8"))
    record = data.draw(st.sampled_from([r for r in sent["response"]["reviews"] if isinstance(r, dict)]))
    record[data.draw(st.sampled_from(sorted(record)))] = data.draw(VALUES)
    sent["response"][data.draw(st.sampled_from(["cursor", "total_matching", "query_summary"]))] = data.draw(VALUES)
    read(sent, url=at("a", data.draw(st.sampled_from(["", "seen=5&of=9", "seen=&of=x&again=", "again=1", "%"]))))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.data())
def test_damaged_bytes_raise_nothing_but_parse_errors(data: st.DataObject) -> None:
    sent = bytearray(PAGE.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    del sent[data.draw(st.integers(1, len(sent))) :]
    try:
        read(bytes(sent))
    except ParseError:
        return


@pytest.mark.parametrize("url", ["", "page.json", "http://[", "https://x.example/?input_json=[", "#of=9999999999999"])
def test_any_address_of_a_page_is_survived(url: str) -> None:
    assert len(steam.parse(Page(Request(url), 200, {}, PAGE.read_bytes(), datetime.now(UTC)), handle_of()).reviews) == 4
