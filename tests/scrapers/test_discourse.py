"""discourse: which addresses, which posts, and how it walks a forum, a category and a topic."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.review import Review
from scrapers import discourse
from scrapers._errors import ChallengePage, ChangedPage, Missing, ParseError
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop
from scrapers._walk import walk

FORUM = "https://forum.billory.example/"
CATEGORY = "https://forum.billory.example/c/ideas/7"
TOPIC = "https://forum.billory.example/t/split-invoices/318"
PAGES = Path(__file__).parent.parent / "pages"


def handle_of(listing: str = FORUM) -> Handle:
    handle = discourse.handle(listing)
    assert handle is not None
    return handle


def page_of(body: Any, url: str) -> Page:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Page(Request(url), 200, {}, sent, datetime(2026, 11, 22, tzinfo=UTC))


def read(body: Any, *, listing: str = FORUM, url: str | None = None) -> Batch:
    handle = handle_of(listing)
    return discourse.parse(page_of(body, url or discourse.start(handle).url), handle)


def post(number: Any = 7, **more: Any) -> dict[str, Any]:
    return {"id": number, "cooked": "<p>It is slow.</p>", "post_number": 2, "topic_id": 3, "post_type": 1, **more}


def latest(*posts: Any) -> dict[str, Any]:
    return {"latest_posts": list(posts)}


@pytest.mark.parametrize(
    ("url", "product", "params"),
    [
        (TOPIC, "forum.billory.example/t/318", {"base": "", "topic": "318"}),
        (f"{TOPIC}/12?u=x", "forum.billory.example/t/318", {"base": "", "topic": "318"}),
        (CATEGORY, "forum.billory.example/c/7", {"base": "", "category": "ideas/7"}),
        (f"{FORUM}c/ideas/export/9/l/top", "forum.billory.example/c/9", {"base": "", "category": "ideas/export/9"}),
        (
            "https://community.billory.example/c/ideas/7",
            "community.billory.example/c/7",
            {"base": "", "category": "ideas/7"},
        ),
    ],
)
def test_typical_paths_are_recognised_on_hosts_that_call_themselves_forums(
    url: str, product: str, params: dict[str, str]
) -> None:
    assert discourse.recognise(url) == Handle("discourse", product, url, params)


@pytest.mark.parametrize(
    "url",
    [
        FORUM,
        "https://shop.billory.example/c/shoes/7",
        "https://billory.example/t/news/318",
        "https://forum.billory.example/about/7",
        "https://forum.billory.example/t/318",
        "https://forum/t/split/318",
        "http://[",
    ],
)
def test_other_addresses_are_left_to_those_who_name_the_source(url: str) -> None:
    assert discourse.recognise(url) is None


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        (FORUM, "https://forum.billory.example/posts.json"),
        ("https://forum.billory.example/latest", "https://forum.billory.example/posts.json"),
        ("https://billory.example/forum/", "https://billory.example/forum/posts.json"),
        ("https://billory.example/forum/t/x/9", "https://billory.example/forum/t/9.json"),
        ("http://127.0.0.1:8099/t/9", "http://127.0.0.1:8099/t/9.json"),
        (CATEGORY, "https://forum.billory.example/c/ideas/7/l/latest.json?order=created&page=0"),
    ],
)
def test_any_host_when_the_source_is_named(url: str, asked: str) -> None:
    assert discourse.start(handle_of(url)).url == asked


@pytest.mark.parametrize(
    "url", ["https://forum.billory.example/a/b/c", "forum.billory.example", "http://[", "ftp://x.example/"]
)
def test_addresses_of_no_forum(url: str) -> None:
    assert discourse.handle(url) is None


@pytest.mark.parametrize(
    "record",
    [
        post(None),
        post("7"),
        post(True),
        post(cooked=None),
        post(cooked=["x"]),
        post(cooked="", post_number=1),
        "x",
        None,
    ],
)
def test_record_of_another_form_is_counted(record: Any) -> None:
    batch = read(latest(post(8), record))
    assert ([r.id for r in batch.reviews], batch.unreadable) == (["8"], 1)


@pytest.mark.parametrize(
    "more",
    [
        {"post_type": 2},
        {"post_type": 3},
        {"hidden": True},
        {"deleted_at": "2026-10-03T08:15:30Z"},
        {"user_deleted": True},
        {"user_id": -1},
        {"cooked": "<blockquote>theirs</blockquote>"},
        {"cooked": "<p><img src='x.png'></p>"},
    ],
)
def test_what_is_nobodys_statement_is_set_aside(more: dict[str, Any]) -> None:
    batch = read(latest(post(8), post(9, **more)))
    assert ([r.id for r in batch.reviews], batch.unreadable) == (["8"], 0)


def test_only_the_first_post_bears_the_topics_title() -> None:
    first, second = read(latest(post(8, post_number=1, topic_title="A & B"), post(9, topic_title="A & B"))).reviews
    assert (first.title, second.title) == ("A & B", None)
    assert second.url == "https://forum.billory.example/t/3/2"


@pytest.mark.parametrize(
    ("actions", "likes"),
    [
        ([{"id": 2, "count": 5}], 5),
        ([{"id": 2}], None),
        ([{"id": 3, "count": 5}], 0),
        ([], 0),
        (None, None),
        ("x", None),
    ],
)
def test_likes(actions: Any, likes: int | None) -> None:
    (review,) = read(latest(post(actions_summary=actions))).reviews
    assert review.helpful == likes


def test_fields_that_are_missing_or_odd_stay_empty() -> None:
    (review,) = read(latest({"id": 7, "cooked": "x", "topic_id": "../evil", "created_at": 5, "version": "x"})).reviews
    assert (review.url, review.written, review.edited, review.author, review.rating) == (None, None, None, None, None)


def test_forum_is_walked_by_the_lowest_id_whatever_the_version() -> None:
    """175 posts, some of them gone; new versions tell what is below the id, old ones the post with the id as well."""
    made = [post(n) for n in range(400, 50, -2)]
    for above in (0, 1):

        def fetch(request: Request, above: int = above) -> Page:
            before = int(parse_qs(urlsplit(request.url).query).get("before", ["1000000"])[0]) + above
            return page_of(latest(*[p for p in made if p["id"] < before][:50]), request.url)

        result = walk(discourse, handle_of(), fetch)  # type: ignore[arg-type]
        assert {r.id for r in result.reviews} == {str(p["id"]) for p in made}
        # an old one is asked once more: behind the last post there might be a gap
        assert (result.stop, result.pages) == (Stop.END, 5 + above)


def test_old_forum_is_walked_across_ids_that_nobody_may_see() -> None:
    """Versions before 2025 tell what is public among 50 ids; 200 private messages in a row must not end the walk."""
    made = [post(n) for n in (*range(400, 340, -1), *range(140, 0, -1))]

    def fetch(request: Request) -> Page:
        top = int(parse_qs(urlsplit(request.url).query).get("before", ["400"])[0])
        return page_of(latest(*[p for p in made if top - 50 < p["id"] <= top]), request.url)

    result = walk(discourse, handle_of(), fetch)  # type: ignore[arg-type]
    assert {r.id for r in result.reviews} == {str(p["id"]) for p in made}
    assert (result.stop, result.pages) == (Stop.END, 9)


class Site:
    """A forum with one category and topics of many posts."""

    def __init__(self, topics: dict[int, int], gone: Collection[int] = ()) -> None:
        self.topics = topics
        self.gone = gone
        """Topics that the lists still name."""
        self.asked: list[str] = []

    def fetch(self, request: Request) -> Page:
        url = request.url.partition("#")[0]
        self.asked.append(url.removeprefix("https://forum.billory.example"))
        parts = urlsplit(url)
        number = int(parse_qs(parts.query).get("page", ["0"])[0])
        if parts.path.startswith("/c/"):
            shown = list(self.topics)[number * 30 :][:30]
            more = {"more_topics_url": "/c/ideas/7?page=1"} if len(self.topics) > number * 30 + 30 else {}
            pinned = [{"id": 1, "pinned": True}]
            body: Any = {"topic_list": {"topics": pinned + [{"id": t, "pinned": False} for t in shown], **more}}
        else:
            topic = int(parts.path.split("/")[2].removesuffix(".json"))
            if topic in self.gone:
                raise Missing(f"{url}: nothing there (it answered 404)")
            stream = [topic * 1000 + n for n in range(self.topics[topic])]
            posts = [post(i, topic_id=topic, post_number=n + 1) for n, i in enumerate(stream)]
            first = (max(number, 1) - 1) * 20
            body = {"title": "A wish", "post_stream": {"posts": posts[first:][:20], "stream": stream}}
        return page_of(body, request.url)


def test_category_is_walked_topic_by_topic_without_pinned_ones() -> None:
    site = Site(dict.fromkeys(range(80, 10, -1), 3))
    result = walk(discourse, handle_of(CATEGORY), site.fetch)  # type: ignore[arg-type]
    assert (result.stop, len(result.reviews), result.pages) == (Stop.END, 70 * 3, 3 + 70)
    assert site.asked[0] == "/c/ideas/7/l/latest.json?order=created&page=0"
    assert site.asked[1] == "/t/80.json"
    assert site.asked[31] == "/c/ideas/7/l/latest.json?order=created&page=1"
    assert "/t/1.json" not in site.asked


def test_topic_of_a_category_that_is_gone_is_passed_over_and_counted() -> None:
    for gone in (40, 21, 1):  # in the middle, the last of a page of the list, the last of all
        site = Site(dict.fromkeys(range(50, 0, -1), 3), {gone})
        result = walk(discourse, handle_of(CATEGORY), site.fetch)  # type: ignore[arg-type]
        assert (result.stop, result.error, len(result.reviews), result.pages) == (Stop.END, None, 49 * 3, 2 + 49)
        assert result.warnings == ["1 of 52 pages were gone (404) before their turn came: deleted or made private"]
        assert f"/t/{gone}.json" in site.asked


def test_category_of_which_much_or_all_is_gone_was_not_read_whole() -> None:
    for gone, left in ((range(1, 11), 40), (range(1, 51), 0)):
        site = Site(dict.fromkeys(range(50, 0, -1), 1), gone)
        result = walk(discourse, handle_of(CATEGORY), site.fetch)  # type: ignore[arg-type]
        assert (result.stop, len(result.reviews)) == (Stop.MISSING, left)
        assert result.outcome == ("reviews" if left else "unknown empty")


def test_topic_or_category_that_is_gone_itself_is_missing() -> None:
    result = walk(discourse, handle_of(TOPIC), Site({318: 3}, {318}).fetch)  # type: ignore[arg-type]
    assert (result.stop, type(result.error), result.warnings) == (Stop.MISSING, Missing, [])


def test_category_of_many_topics_is_a_cap() -> None:
    site = Site(dict.fromkeys(range(400, 200, -1), 1))
    result = walk(discourse, handle_of(CATEGORY), site.fetch)  # type: ignore[arg-type]
    assert (result.stop, len(result.reviews), result.pages) == (Stop.CAP, 100, 4 + 100)
    assert "newest 100 topics" in result.warnings[0]


def test_topic_is_read_to_its_first_page_the_last_one_first() -> None:
    site = Site({318: 45})
    result = walk(discourse, handle_of(TOPIC), site.fetch)  # type: ignore[arg-type]
    assert site.asked == ["/t/318.json", "/t/318.json?page=3", "/t/318.json?page=2", "/t/318.json?page=1"]
    assert (result.stop, len(result.reviews)) == (Stop.END, 45)
    assert result.reviews[-20].title == "A wish"


def test_visit_that_knows_the_first_posts_of_a_topic_still_sees_new_ones() -> None:
    site = Site({318: 45})
    known = {str(318_000 + n) for n in range(42)}

    def held(review: Review) -> bool:
        return review.id in known

    result = walk(discourse, handle_of(TOPIC), site.fetch, known=held)  # type: ignore[arg-type]
    assert result.stop is Stop.KNOWN
    assert {r.id for r in result.reviews} >= {"318042", "318043", "318044"}


@pytest.mark.parametrize(
    ("body", "listing"),
    [
        (latest(post(post_type=3)), FORUM),
        ({"topic_list": {"topics": []}}, CATEGORY),
        ({"post_stream": {"posts": [], "stream": []}}, TOPIC),
    ],
)
def test_empty_pages(body: Any, listing: str) -> None:
    batch = read(body, listing=listing)
    if batch.next is not None:  # set aside, and there may be more below it
        assert (batch.outcome, batch.next.url) == (Outcome.UNKNOWN_EMPTY, f"{FORUM}posts.json?before=7")
    else:
        assert (batch.outcome, batch.stop) == (Outcome.PROVEN_EMPTY, Stop.END)


def test_empty_first_page_of_a_forum_proves_nothing() -> None:
    batch = read(latest())
    assert (batch.outcome, batch.stop, batch.next) == (Outcome.UNKNOWN_EMPTY, Stop.EMPTY, None)
    assert "proves nothing" in batch.warnings[0]
    below = read(latest(), url=f"{FORUM}posts.json?before=9")  # of a new version: there is nothing below post 9
    assert (below.outcome, below.stop) == (Outcome.PROVEN_EMPTY, Stop.END)


@pytest.mark.parametrize(
    "fragment", ["#rest=" + "9" * 6000 + "&page=1", "#rest=1.2&page=" + "9" * 6000, "#rest=..&", "#x"]
)
def test_odd_fragments_are_taken_for_nothing(fragment: str) -> None:
    body = {"post_stream": {"posts": [post()], "stream": [7]}, "title": "T"}
    assert len(read(body, listing=TOPIC, url="https://forum.billory.example/t/318.json" + fragment).reviews) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"errors": ["no"]},
        {"latest_posts": {}},
        [],
        7,
        b"",
        b"[" * 10_000_000,
        latest(post(None)),
        {"topic_list": {"topics": [{}]}},
    ],
)
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
def test_records_of_any_form_raise_nothing_but_parse_errors(data: st.DataObject) -> None:
    sent = json.loads((PAGES / "discourse_topic.json").read_text("utf-8"))
    posts = sent["post_stream"]["posts"]
    record = data.draw(st.sampled_from(posts))
    record[data.draw(st.sampled_from(sorted(record)))] = data.draw(VALUES)
    sent[data.draw(st.sampled_from(sorted(sent)))] = data.draw(VALUES)
    for body in (sent, latest(*posts)):
        try:
            read(body)
        except ParseError:
            continue


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.data(), st.sampled_from(["discourse_topic.json", "discourse_category.json"]))
def test_damaged_bytes_raise_nothing_but_parse_errors(data: st.DataObject, name: str) -> None:
    sent = bytearray((PAGES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(sent))
    except ParseError:
        return
