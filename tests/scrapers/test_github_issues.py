"""github_issues: which addresses, which records, whose words, where the list goes on, and who is told the token."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers import github_issues
from scrapers._errors import ChallengePage, ChangedPage, ParseError
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop

LISTING = "https://github.com/billory/desktop/issues"
API = "https://api.github.com/repos/billory/desktop/issues"
PAGE = Path(__file__).parent.parent / "pages" / "github_issues.json"


def handle_of(listing: str = LISTING) -> Handle:
    handle = github_issues.handle(listing)
    assert handle is not None
    return handle


def read(body: Any, *, number: int = 1, headers: dict[str, str] | None = None, listing: str = LISTING) -> Batch:
    handle = handle_of(listing)
    url = github_issues.start(handle).url.removesuffix("page=1") + f"page={number}"
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    page = Page(Request(url), 200, headers or {}, sent, datetime(2026, 11, 22, tzinfo=UTC))
    return github_issues.parse(page, handle)


def issue(number: Any = 7, **more: Any) -> dict[str, Any]:
    return {"number": number, "title": "It is slow", "body": "Since 2.0.", "created_at": "2026-10-03T08:15:30Z", **more}


@pytest.mark.parametrize(
    "url",
    [
        LISTING,
        "https://github.com/billory/desktop",
        "https://www.github.com/billory/desktop/",
        "https://github.com/billory/desktop.git",
        "https://github.com/billory/desktop/issues?q=is%3Aopen",
    ],
)
def test_listings_are_recognised(url: str) -> None:
    assert github_issues.recognise(url) == Handle("github_issues", "billory/desktop", url)


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/",
        "https://github.com/billory",
        "https://github.com/billory/desktop/pulls",
        "https://github.com/billory/desktop/issues/7",
        "https://github.com/orgs/billory",
        "https://github.com/billory/..",
        "https://gist.github.com/billory/desktop",
        "https://github.com.evil.example/billory/desktop",
        "http://[",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert github_issues.recognise(url) is None


def test_official_listings_ask_the_official_api_in_its_version() -> None:
    request = github_issues.start(handle_of())
    assert request.url == f"{API}?state=all&sort=created&direction=desc&per_page=100&page=1"
    assert request.headers["X-GitHub-Api-Version"] == "2022-11-28"


def test_listing_on_another_host_is_asked_there() -> None:
    listing = "http://127.0.0.1:8099/billory/desktop/issues"
    assert github_issues.recognise(listing) is None
    assert github_issues.start(handle_of(listing)).url.startswith("http://127.0.0.1:8099/repos/billory/desktop/issues?")
    (review,) = read([issue()], listing=listing).reviews
    assert review.url == "http://127.0.0.1:8099/billory/desktop/issues/7"


def test_token_goes_to_github_and_to_nobody_else() -> None:
    signed = github_issues.sign(github_issues.start(handle_of()), " abc ")
    assert signed.headers["Authorization"] == "Bearer abc"
    assert signed.headers["Accept"]
    assert "abc" not in signed.url
    for url in ("http://api.github.com/x", "https://api.github.com.evil.example/x", "http://127.0.0.1:8099/x"):
        assert github_issues.sign(Request(url), "abc") == Request(url)


@pytest.mark.parametrize(
    "record",
    [
        issue(None),
        issue("7"),
        issue(True),
        issue(-1),
        issue(title=None),
        issue(title=" "),
        issue(body=3),
        "x",
        None,
        [],
    ],
)
def test_record_of_another_form_is_counted(record: Any) -> None:
    batch = read([issue(8), record])
    assert ([r.id for r in batch.reviews], batch.unreadable) == (["8"], 1)


@pytest.mark.parametrize("more", [{"pull_request": {"url": "x"}}, {"user": {"login": "b", "type": "Bot"}}])
def test_pull_requests_and_programs_are_set_aside(more: dict[str, Any]) -> None:
    batch = read([issue(), issue(8, **more)])
    assert ([r.id for r in batch.reviews], batch.unreadable) == (["7"], 0)


def test_fields_that_are_missing_or_odd_stay_empty() -> None:
    (review,) = read(
        [{"number": 7, "title": "T", "user": None, "reactions": {"+1": 2**32}, "pull_request": None}]
    ).reviews
    assert (review.author, review.body, review.written, review.helpful, review.rating) == (None, "", None, None, None)


def test_words_of_the_form_are_not_the_users() -> None:
    body = (
        "**Is your feature request related to a problem? Please describe.**\r\n"
        "A clear and concise description of what the problem is.\r\n\r\nEvery export takes **an hour**.\r\n\r\n"
        "## Expected behaviour\r\n_No response_\r\n- [ ] I agree\r\n"
    )
    (review,) = read([issue(body=body)]).reviews
    assert review.body == "Every export takes an hour."


@pytest.mark.parametrize(
    ("link", "asked"),
    [
        (f'<{API}?page=3>; rel="next"', f"{API}?page=3"),
        (f'<{API}?page=1>; rel="prev", <{API}?after=Y3&page=3>; rel="next"', f"{API}?after=Y3&page=3"),
        (
            '<https://api.github.com/repositories/13/issues?page=3>; rel="next"',
            "https://api.github.com/repositories/13/issues?page=3",
        ),
        ('<http://api.github.com/repositories/13/issues?page=3>; rel="next"', "built"),
        ('<https://10.0.0.1/repositories/13/issues?page=3>; rel="next"', "built"),
        ('<https://api.github.com/user/keys?page=3>; rel="next"', "built"),
        ('<https://[>; rel="next"', "built"),
        (f'<{API}?page=1>; rel="prev"', None),
        ("", None),
    ],
)
def test_next_page_is_githubs_own_or_built_here(link: str, asked: str | None) -> None:
    batch = read([issue()], number=2, headers={"link": link} if link else {})
    built = f"{API}?state=all&sort=created&direction=desc&per_page=100&page=3"
    assert (batch.next.url if batch.next else None) == (built if asked == "built" else asked)
    assert batch.stop is (None if asked else Stop.END)
    assert batch.next is None or batch.next.headers == github_issues.HEADERS


def test_full_page_without_a_link_is_not_taken_for_the_last() -> None:
    assert read([issue(n) for n in range(100)]).next is not None


def test_requests_used_up_are_no_end_and_no_cap() -> None:
    headers = {"link": f'<{API}?page=2>; rel="next"', "x-ratelimit-remaining": "0", "x-ratelimit-limit": "60"}
    batch = read([issue()], headers=headers)
    assert (batch.next, batch.stop, len(batch.reviews)) == (None, Stop.BLOCKED, 1)
    assert "60 requests" in batch.warnings[0]
    assert "GITHUB_TOKEN" in batch.warnings[0]


def test_empty_pages() -> None:
    assert (read([]).outcome, read([]).stop) == (Outcome.PROVEN_EMPTY, Stop.END)
    pulls = read([issue(n, pull_request={}) for n in range(100)])
    assert (pulls.outcome, pulls.stop, pulls.unreadable) == (Outcome.UNKNOWN_EMPTY, None, 0)


@pytest.mark.parametrize("body", [{"message": "Not Found"}, {}, 7, b"", b"<html>", b"[" * 10_000_000, [issue(None)]])
def test_other_answers_are_a_changed_page(body: Any) -> None:
    with pytest.raises(ChangedPage):
        read(body)


def test_bot_check_where_json_was_due() -> None:
    with pytest.raises(ChallengePage):
        read(b"<html><title>Just a moment...</title></html>")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(10**4000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.data())
def test_records_and_headers_of_any_form_raise_nothing_but_parse_errors(data: st.DataObject) -> None:
    sent = json.loads(PAGE.read_text("utf-8"))
    record = data.draw(st.sampled_from(sent))
    record[data.draw(st.sampled_from(sorted(record)))] = data.draw(VALUES)
    link = data.draw(st.text(alphabet='<>; ,"=relnxt:/[]https.', max_size=40))
    read(sent, headers={"link": link, "x-ratelimit-remaining": data.draw(st.sampled_from(["0", "7", ""]))})


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.data())
def test_damaged_bytes_raise_nothing_but_parse_errors(data: st.DataObject) -> None:
    sent = bytearray(PAGE.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(sent))
    except ParseError:
        return


def test_a_saved_answer_of_the_search_holds_issues_too() -> None:
    pull = issue(9, pull_request={"url": "x"})
    whole = read({"total_count": 3, "incomplete_results": False, "items": [issue(7), issue(8), pull]})
    assert [(review.id, review.title) for review in whole.reviews] == [("7", "It is slow"), ("8", "It is slow")]
    assert (whole.next, whole.outcome, whole.stop, whole.total) == (None, Outcome.REVIEWS, Stop.END, 3)
    part = read({"total_count": 812, "incomplete_results": False, "items": [issue(7)]})
    assert (part.stop, part.total) == (Stop.SAMPLE, 812)
    none = read({"total_count": 0, "incomplete_results": False, "items": []})
    assert (none.reviews, none.outcome) == ((), Outcome.PROVEN_EMPTY)
    stopped = read({"total_count": 0, "incomplete_results": True, "items": []})
    assert stopped.outcome is Outcome.UNKNOWN_EMPTY


def test_a_single_saved_issue_is_read() -> None:
    batch = read(issue(7, body=None))
    assert [(review.id, review.body) for review in batch.reviews] == [("7", "")]
    assert (batch.next, batch.stop) == (None, Stop.SAMPLE)
