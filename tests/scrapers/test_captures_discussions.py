"""The discussion sources against recorded answers.

The words belong to their authors and lie outside the repository; only counts taken from them stand here.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

import scrapers
from scrapers._errors import ChangedPage
from scrapers._source import Batch, Page, Request, Stop

SHARED = Path(os.environ.get("UNMET_SHARED") or Path(__file__).parents[3] / "shared")
FOLDER = SHARED / "captures"

if not (FOLDER / "hackernews").is_dir():
    pytest.skip(f"no recorded answers at {FOLDER}", allow_module_level=True)


class Facts(NamedTuple):
    """Counted in the recorded bytes, not taken from the parser."""

    listing: str
    mark: str
    """What every record holds once."""
    records: int
    aside: int
    """Pull requests, pinned and moderators' posts, the forum's own, a picture without a word."""
    reviews: int
    voted: int
    """Reviews with a count of votes; Reddit hides young ones, its feed has none."""
    stop: Stop | None
    next: str | None = None
    """How the next request's address ends."""


R = "https://www.reddit.com"
RECORDED = {
    "hackernews/search_anthropic_2026-05.json": Facts(
        "https://hn.algolia.com/?q=x", '"objectID":', 6, 0, 6, 6, Stop.END
    ),
    "github_issues/issues.json": Facts("https://github.com/o/r", '"repository_url"', 2, 1, 1, 0, Stop.END),
    "discourse/api_posts_latest.json": Facts("https://f.example/", '"cooked":', 4, 2, 2, 2, None, "?before=2"),
    "discourse/api_topic.json": Facts("https://f.example/t/x/57", '"cooked":', 4, 2, 2, 2, Stop.END),
    "discourse/api_latest.json": Facts(
        "https://f.example/c/x/1", '"posters":', 3, 3, 0, 0, None, "/t/1.json#rest=&page=1&read=1"
    ),
    "reddit/reddit_anthropic.json": Facts(f"{R}/r/a1", '"kind": "t3"', 10, 2, 8, 7, None, "&count=10"),
    "reddit/reddit_claudeai.json": Facts(f"{R}/r/a1", '"kind": "t3"', 10, 2, 8, 7, None, "&count=10"),
    "reddit/reddit_top.rss": Facts(f"{R}/r/a1", "<entry>", 25, 0, 25, 0, Stop.CAP),
    "reddit/praw_TestSubreddit.test_search.json": Facts(f"{R}/search?q=x", '"kind": "t3"', 6, 0, 6, 6, Stop.END),
    "reddit/praw_TestSubredditListings.test_new.json": Facts(
        f"{R}/r/askreddit", '"kind": "t3"', 100, 0, 100, 0, None, "&count=100"
    ),
}
"""File -> what is in it."""

OTHER = {
    "github_issues/issue-comments.json": "https://github.com/o/r",
    "github_issues/perceval_issue_reactions.json": "https://github.com/o/r",
    "discourse/api_search.json": "https://f.example/",
    "stackexchange/perceval_questions.json": "https://stackoverflow.com/questions/tagged/x",
    "stackexchange/perceval_questions_backoff.json": "https://stackoverflow.com/questions/tagged/x",
}
"""Answers to other questions than ours, and questions whose words were blanked by those who recorded them."""

SOURCES = {
    "hackernews": "hacker_news",
    "github_issues": "github_issues",
    "discourse": "discourse",
    "reddit": "reddit",
    "stackexchange": "stack_exchange",
}


def bytes_of(name: str) -> bytes:
    """The answer; recordings of PRAW's tests hold it as a string beside the answer with the token."""
    sent = (FOLDER / name).read_bytes()
    if "/praw_" in name:
        body: str = json.loads(sent)["interactions"][1]["response"]["body"]["string"]
        return body.encode()
    return sent


def read(name: str, listing: str, sent: bytes) -> Batch:
    source = scrapers.source(SOURCES[name.partition("/")[0]])
    handle = source.handle(listing)
    assert handle is not None
    url = source.start(handle).url
    return source.parse(Page(Request(url), 200, {}, sent, datetime(2026, 11, 22, tzinfo=UTC)), handle)


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_recorded_answers(name: str) -> None:
    facts, sent = RECORDED[name], bytes_of(name)
    assert sent.decode().count(facts.mark) == facts.records == facts.aside + facts.reviews
    batch = read(name, facts.listing, sent)
    assert (len(batch.reviews), batch.unreadable, batch.stop) == (facts.reviews, 0, facts.stop)
    assert (batch.next.url if batch.next else "").endswith(facts.next or "")
    assert sum(r.helpful is not None for r in batch.reviews) == facts.voted
    for review in batch.reviews:
        assert review.written
        assert review.author
        assert review.url
        assert review.title or review.body
        assert (review.rating, review.scale) == (None, None)
        assert not {"SC_OFF", "submitted by", "&#x", "&amp;", "<p>", "```"} & set(review.body.split())


@pytest.mark.parametrize("name", sorted(OTHER))
def test_answers_to_other_questions_are_a_changed_page(name: str) -> None:
    with pytest.raises(ChangedPage):
        read(name, OTHER[name], (FOLDER / name).read_bytes())


@pytest.mark.parametrize(("name", "wait"), [("perceval_questions.json", 0), ("perceval_questions_backoff.json", 0.2)])
def test_recorded_questions_with_words_put_in(name: str, wait: float) -> None:
    """They came blanked; everything else in them is as Stack Exchange sent it."""
    name = f"stackexchange/{name}"
    data = json.loads((FOLDER / name).read_bytes())
    for item in data["items"]:
        item["title"], item["body"] = "Why &amp; how?", "<p>It fails.</p>"
    batch = read(name, OTHER[name], json.dumps(data).encode())
    (review,) = batch.reviews  # both records were given the id 1
    assert (review.title, review.body, review.helpful, review.id) == ("Why & how?", "It fails.", 1, "1")
    assert review.written
    assert review.author
    assert (batch.wait, batch.total, batch.stop) == (wait, 2, None)
    assert batch.next is not None
    assert batch.next.url.endswith("&page=2")


def test_every_recorded_answer_is_listed() -> None:
    files = {f"{folder}/{path.name}" for folder in SOURCES for path in (FOLDER / folder).iterdir()}
    assert files == set(RECORDED) | set(OTHER)
