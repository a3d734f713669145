"""Discourse: the posts of a forum, a category or a topic on any site that runs this software, through its own JSON.

- a forum: all posts, newest first, 50 a page, each page asked for by the lowest id of the one before
- a category: its newest 100 topics, the first 20 posts of each; which topics are still to be asked for lies in the
  fragment of the request's address, which is never sent
- a topic: all its posts, last page first, so that a visit can stop at posts it knows; that takes a look at the topic
  before, which keeps no post when there is more than one page

Any host may be a forum. `/t/name/12` and `/c/name/12` are recognised where the host's name says so as well (`forum.`,
`community.` and the like); shops and blogs have such paths too, so elsewhere the market file names the source.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._posts import asked_number, gather, host_of, identity, origin_of, post_of, whole
from scrapers._read import dig, iso_time, json_of, plain, votes
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop

ABOUT = About(
    title="Discourse",
    address='https://forum.example.com/, .../c/name/12 or .../t/name/12, with source = "discourse"',
    access="public JSON of the forum",
    terms="per forum: read its terms; robots.txt is obeyed",
    limits="no ratings; of a category the newest 100 topics and the first 20 posts of each",
    discussion=True,
    example="https://meta.discourse.org/",
)

PER_PAGE = 20
"""Posts on a page of a topic."""
IDS = 50
"""Ids that old versions of Discourse look through for a page of a forum's posts; new ones give as many posts."""
OLD = "#old"
"""The fragment that remembers such a version."""
MOST_TOPICS = 100
"""Topics that are read of a category in one visit."""
REGULAR = 1
"""The type of a post that a person wrote; the others tell of pins, closings and moves."""
LIKE = 2
"""The action that is a like."""

_FORUM_HOST = re.compile(
    r"(?:ask|community|discourse|discuss|discussions?|forums?|help|meta|support|talk|users)\.[^.]+\..+"
)
_TYPICAL = re.compile(r"/(?:t/[^/]+|c/[^/]+(?:/[^/]+)?)/[0-9]{1,12}(?:/[^?#]*)?")
_TOPIC = re.compile(r"(/[\w.~-]+)??/t/(?:[^/]+/)?([0-9]{1,12})(?:/[0-9]{1,9})?/?")
_CATEGORY = re.compile(r"(/[\w.~-]+)??/c/([^/]+(?:/[^/]+)?)/([0-9]{1,9})(?:/l/[a-z]+|/none|/all)*/?")
_FORUM = re.compile(
    r"(/(?!(?:c|t|latest|new|top|hot|categories)(?:/|$))[\w.~-]+)??(?:/(?:latest|new|top|hot|categories))?/?"
)
_PICTURE_NOTE = re.compile(r'(?s)<div class="meta">(?:(?!</?div).){0,4000}</div>')
"""The name and size of a picture, which Discourse writes below it."""


def recognise(url: str) -> Handle | None:
    """A topic or a category on a host that calls itself a forum, such as `https://forum.example.com/t/name/12`."""
    host = host_of(url)
    return handle(url) if _FORUM_HOST.fullmatch(host) and _TYPICAL.fullmatch(urlsplit(url).path) else None


def handle(url: str) -> Handle | None:
    """What the path names, whatever the host, for a listing whose market file says `source = "discourse"`."""
    if not origin_of(url):
        return None
    path, host = urlsplit(url).path, urlsplit(url).netloc.lower()
    if found := _TOPIC.fullmatch(path):
        base = found[1] or ""
        return Handle("discourse", f"{host}{base}/t/{found[2]}", url, {"base": base, "topic": found[2]})
    if found := _CATEGORY.fullmatch(path):
        base = found[1] or ""
        params = {"base": base, "category": f"{found[2]}/{found[3]}"}
        return Handle("discourse", f"{host}{base}/c/{found[3]}", url, params)
    if found := _FORUM.fullmatch(path):
        base = found[1] or ""
        return Handle("discourse", f"{host}{base}", url, {"base": base})
    return None


def start(handle: Handle) -> Request:
    """The newest posts of the forum, the newest topics of the category, or the topic."""
    if "topic" in handle.params:
        return Request(f"{_base(handle)}/t/{handle.params['topic']}.json")
    if "category" in handle.params:
        return _list(handle, 0, 0)
    return Request(f"{_base(handle)}/posts.json")


def parse(page: Page, handle: Handle) -> Batch:
    """The posts on a page and the next request; raises ParseError, nothing else."""
    data = json_of(page)
    if isinstance(posts := dig(data, "latest_posts"), list):
        return _latest(posts, page, handle)
    if isinstance(posts := dig(data, "post_stream", "posts"), list):
        return _topic(data, posts, page, handle)
    if isinstance(topics := dig(data, "topic_list", "topics"), list):
        return _topics(data, topics, page, handle)
    said = plain(dig(data, "errors", 0)) or "JSON without posts"
    raise ChangedPage(f"{page.url} sent {said[:200]!r} where a forum's posts were due")


def past(request: Request, handle: Handle) -> Batch | None:
    """Of a category, the topic after one that was deleted or made private since the list was read."""
    queue = _queue(request.url)
    return replace(_onward(handle, *queue), outcome=Outcome.UNKNOWN_EMPTY) if queue else None


def _latest(posts: list[Any], page: Page, handle: Handle) -> Batch:
    reviews, unreadable = gather(page, posts, _aside, lambda post: _review(post, None, handle))
    before = asked_number(page.url, "before", 0)
    if not posts and before == 0:
        # which version it is cannot be told from this, and an old one looks at the newest 50 ids only, others' private
        # messages among them
        why = "the forum's newest posts came empty, which proves nothing: an old version hides public posts that way"
        return Batch(outcome=Outcome.UNKNOWN_EMPTY, stop=Stop.EMPTY, warnings=(why,))
    ids = [i for i in (whole(dig(post, "id")) for post in posts) if i is not None]
    lowest = min(ids, default=0)
    # Old versions show what is public among 50 ids, the one asked for included: where a page leads no further there,
    # others' private messages may fill those ids, and the next 50 are asked for.
    old = (before in ids and before > 1) or page.url.endswith(OLD)
    below = lowest if 1 < lowest < (before or lowest + 1) else before - IDS if old and lowest != 1 else 0
    following = Request(f"{_base(handle)}/posts.json?before={below}{OLD if old else ''}") if below > 0 else None
    return _batch(reviews, following, unreadable)


def _topic(data: Any, posts: list[Any], page: Page, handle: Handle) -> Batch:
    title = plain(dig(data, "title"))
    queue = _queue(page.url)
    if queue is not None:
        reviews, unreadable = gather(page, posts, _aside, lambda post: _review(post, title, handle))
        return _onward(handle, *queue, reviews=reviews, unreadable=unreadable)
    asked, stream = asked_number(page.url, "page", 0), dig(data, "post_stream", "stream")
    last = -(-len(stream) // PER_PAGE) if isinstance(stream, list) else 1
    if asked == 0 and last > 1:
        return _batch((), _page_of(page, last), 0)
    reviews, unreadable = gather(page, posts, _aside, lambda post: _review(post, title, handle))
    return _batch(reviews, _page_of(page, asked - 1) if asked > 1 else None, unreadable)


def _topics(data: Any, topics: list[Any], page: Page, handle: Handle) -> Batch:
    """A category's list: no posts, but what to ask for. Pinned topics are the forum's own notices."""
    usable = [t for t in topics if dig(t, "pinned") is not True and dig(t, "pinned_globally") is not True]
    ids = dict.fromkeys(i for i in (whole(dig(t, "id")) for t in usable) if i is not None)
    unreadable = sum(whole(dig(t, "id")) is None for t in usable)
    if unreadable and not ids:
        raise ChangedPage(f"{page.url}: none of its {unreadable} topics has an id; the form of the answer changed")
    more = bool(topics) and isinstance(dig(data, "topic_list", "more_topics_url"), str)
    read = _fragment(page.url, "read")
    following = asked_number(page.url, "page", 0) + 1 if more else 0
    return _onward(handle, list(ids)[: max(0, MOST_TOPICS - read)], following, read, unreadable=unreadable)


def _onward(
    handle: Handle, ids: list[int], page: int, read: int, *, reviews: tuple[Review, ...] = (), unreadable: int = 0
) -> Batch:
    """The next of the topics, else the next page of the category's list (0: there is none)."""
    if ids:
        rest = ".".join(map(str, ids[1:]))
        address = f"{_base(handle)}/t/{ids[0]}.json#rest={rest}&page={page}&read={read + 1}"
        return _batch(reviews, Request(address), unreadable)
    if page and read >= MOST_TOPICS:
        outcome = Outcome.REVIEWS if reviews else Outcome.UNKNOWN_EMPTY
        why = f"the newest {read} topics of the category were read; older ones are left out"
        return Batch(reviews, outcome=outcome, stop=Stop.CAP, unreadable=unreadable, warnings=(why,))
    return _batch(reviews, _list(handle, page, read) if page else None, unreadable)


def _batch(reviews: tuple[Review, ...], following: Request | None, unreadable: int) -> Batch:
    outcome = Outcome.REVIEWS
    if not reviews:
        outcome = Outcome.UNKNOWN_EMPTY if following or unreadable else Outcome.PROVEN_EMPTY
    return Batch(reviews, following, outcome, None if following else Stop.END, unreadable)


def _list(handle: Handle, page: int, read: int) -> Request:
    path = f"{_base(handle)}/c/{handle.params.get('category', '')}/l/latest.json"
    return Request(f"{path}?order=created&page={page}" + (f"#read={read}" if read else ""))


def _page_of(page: Page, number: int) -> Request:
    return Request(f"{page.url.partition('?')[0].partition('#')[0]}?page={number}")


def _queue(url: str) -> tuple[list[int], int, int] | None:
    """The topics still to be asked for, the next page of the list, and how many topics were read; None without."""
    found = re.search(r"#rest=([0-9.]{0,2000})&", url)
    if found is None:
        return None
    ids = [int(i) for i in found[1].split(".") if 0 < len(i) < 16][:MOST_TOPICS]
    return ids, _fragment(url, "page"), _fragment(url, "read")


def _fragment(url: str, name: str) -> int:
    value = parse_qs(url.partition("#")[2]).get(name, ["0"])[0]
    return int(value) if re.fullmatch(r"[0-9]{1,6}", value) else 0


def _base(handle: Handle) -> str:
    return origin_of(handle.url) + handle.params.get("base", "")


def _aside(post: Any) -> bool:
    """Whether the post is nobody's statement: hidden, deleted, the forum's own, or without own words."""
    user = dig(post, "user_id")
    if dig(post, "post_type") not in (None, REGULAR) or (isinstance(user, int) and user < 0):
        return True  # the software's own users have negative numbers
    if dig(post, "hidden") is True or dig(post, "user_deleted") is True or dig(post, "deleted_at") is not None:
        return True
    text = dig(post, "cooked")
    return isinstance(text, str) and post_of(text) is None and dig(post, "post_number") != 1


def _review(post: Any, title: str | None, handle: Handle) -> Review | None:
    """The post as a review; None when it has no id, no words, or words of another type. Replies bear no title."""
    name, text, number, topic = (dig(post, key) for key in ("id", "cooked", "post_number", "topic_id"))
    if whole(name) is None or not isinstance(text, str):
        return None
    title = (title or plain(dig(post, "topic_title"))) if number == 1 else None
    body = post_of(_PICTURE_NOTE.sub("", text))
    if title is None and body is None:
        return None
    place = whole(topic) is not None and whole(number) is not None and origin_of(handle.url)
    likes = dig(post, "actions_summary")
    written, changed = iso_time(dig(post, "created_at")), iso_time(dig(post, "updated_at"))
    return Review(
        source="discourse",
        product=handle.product,
        id=identity(name) or "",
        url=f"{_base(handle)}/t/{topic}/{number}" if place else None,
        author=plain(dig(post, "username")),
        title=title,
        body=body or "",
        written=written,
        edited=changed if (whole(dig(post, "version")) or 1) > 1 and changed != written else None,
        # Discourse leaves an action out when nobody took it
        helpful=next((votes(dig(a, "count")) for a in likes if dig(a, "id") == LIKE), 0)
        if isinstance(likes, list)
        else None,
    )
