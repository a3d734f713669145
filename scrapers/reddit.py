"""Reddit: the newest posts of a subreddit or of a search.

Without a key there is only the Atom feed: the newest posts, at most 100, no votes, and none further back. With a token
of the OAuth API the same requests go to `oauth.reddit.com` and bring JSON, which goes back about 1,000 posts. The text
is taken from the HTML in both, so that a post is the same whichever way it came. What was deleted or removed is left
out, as Reddit's terms ask; so is what moderators pin and sign.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._posts import asked_number, gather, host_of, identity, markdown_of, origin_of, post_of
from scrapers._read import dig, iso_time, json_of, number, plain, unix_time, votes
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop
from scrapers._xml import ATOM, feed_of

ABOUT = About(
    title="Reddit",
    address="https://www.reddit.com/r/name/ or https://www.reddit.com/r/name/search?q=term",
    access="public feed; official API with a token",
    terms="the Data API's terms: commercial use needs Reddit's consent; its robots.txt turns robots away from the feed",
    limits="the newest 100 posts, about 1,000 with a token; no comments, no ratings",
    discussion=True,
    key="REDDIT_TOKEN",
    instead="set REDDIT_TOKEN to a token of its API, which is asked at another host, or import an export (`exports`)",
)

SITE = "https://www.reddit.com"
API = "https://oauth.reddit.com"
HOSTS = frozenset({"reddit.com", "www.reddit.com", "old.reddit.com", "new.reddit.com"})
PER_PAGE = 100
MOST = 900
"""A listing goes back about 1,000 posts; one that ends after so many was cut off."""
LONGEST_WAIT = 600.0

_SUB = re.compile(r"/r/([A-Za-z0-9_+]{2,100})(?:/(?:best|hot|new|rising|top))?(?:/?\.rss|/)?")
_SEARCH = re.compile(r"(?:/r/([A-Za-z0-9_+]{2,100}))?/search(?:\.rss|/)?")
_GONE = re.compile(r"(?i)\[ ?(?:deleted|removed)(?: by [a-z /_]{1,40})? ?\]")
_TEXT = re.compile(r"(?s)<!-- SC_OFF -->(.*?)(?:<!-- SC_ON -->|\Z)")
_THING = re.compile(r"t[1-6]_[a-z0-9]{1,20}")


def recognise(url: str) -> Handle | None:
    """A subreddit such as `https://www.reddit.com/r/name/`, or a search on Reddit."""
    return handle(url) if host_of(url) in HOSTS else None


def handle(url: str) -> Handle | None:
    """What path and query name, whatever the host, for a listing whose market file says `source = "reddit"`."""
    if not origin_of(url):
        return None
    parts = urlsplit(url)
    if found := _SUB.fullmatch(parts.path):
        return Handle("reddit", found[1], url, {"sub": found[1]})
    try:
        term = plain(parse_qs(parts.query).get("q", [""])[0])
    except ValueError:
        return None
    found = _SEARCH.fullmatch(parts.path)
    if found is None or term is None:
        return None
    sub = {"sub": found[1]} if found[1] else {}
    return Handle("reddit", f"{found[1] or ''}?q={term}", url, {**sub, "query": term})


def start(handle: Handle) -> Request:
    """The feed of the newest posts."""
    return Request(_address(handle))


def sign(request: Request, key: str) -> Request:
    """The request to the OAuth API, with the token, if it was one to Reddit; no other host is ever told."""
    parts = urlsplit(request.url)
    if origin_of(request.url) not in {SITE, API}:
        return request
    query = parts.query if "raw_json=" in parts.query else f"{parts.query}&raw_json=1".lstrip("&")
    path = parts.path.removesuffix(".rss").rstrip("/")
    headers = {**request.headers, "Authorization": f"bearer {key.strip()}"}
    return Request(f"{API}{path}?{query}", headers, request.body)


def parse(page: Page, handle: Handle) -> Batch:
    """The posts of a feed or of a listing, and the next request; raises ParseError, nothing else."""
    if page.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _feed(page, handle)
    data = json_of(page)
    if isinstance(more := dig(data, "json", "data", "things"), list):  # what the API gives for folded comments
        data = {"data": {"children": more}}
    listings = data if isinstance(data, list) else [data]
    if not listings or any(not isinstance(dig(part, "data", "children"), list) for part in listings):
        said = plain(dig(data, "message")) or "JSON that is no listing"
        raise ChangedPage(f"{page.url} sent {said[:200]!r} where posts were due")
    things = list(_things(listings))
    reviews, unreadable = gather(page, things, _aside, lambda thing: _review(thing, handle))
    after, seen = dig(data, "data", "after"), asked_number(page.url, "count", 0) + len(things)
    following: Request | None = None
    stop, warnings = Stop.END, tuple[str, ...]()
    if isinstance(after, str) and _THING.fullmatch(after):
        following = Request(f"{_address(handle)}&after={after}&count={seen}")
    elif after is not None:
        stop, warnings = Stop.EMPTY, ("the listing goes on in a way that is not known here",)
    elif seen >= MOST:
        stop, warnings = Stop.CAP, (f"Reddit's listing ends after {seen} posts, as it does for everybody",)
    outcome = Outcome.REVIEWS
    if not reviews:
        outcome = Outcome.UNKNOWN_EMPTY if following or stop is Stop.EMPTY else Outcome.PROVEN_EMPTY
    if any(dig(thing, "kind") == "more" for thing in things):
        warnings = (*warnings, "some comments are folded away and were not read")
    return Batch(reviews, following, outcome, None if following else stop, unreadable, None, warnings, _wait(page))


def _feed(page: Page, handle: Handle) -> Batch:
    root = feed_of(page, "entry")
    if root.tag != f"{ATOM}feed":
        raise ChangedPage(f"{page.url} sent a <{root.tag}> document where an Atom feed was due")
    things = [_thing(entry) for entry in root.findall(f"{ATOM}entry")]
    reviews, unreadable = gather(page, things, _aside, lambda thing: _review(thing, handle))
    if not things:
        why = "the feed came empty; this does not prove that there are no posts"
        return Batch(outcome=Outcome.UNKNOWN_EMPTY, stop=Stop.EMPTY, warnings=(why,))
    why = f"without {ABOUT.key} Reddit's feed shows the newest {len(things)} posts and none before them"
    outcome = Outcome.REVIEWS if reviews else Outcome.UNKNOWN_EMPTY
    return Batch(reviews, outcome=outcome, stop=Stop.CAP, unreadable=unreadable, warnings=(why,))


def _address(handle: Handle) -> str:
    """The feed's address; `sign` makes one of the API out of it."""
    site = SITE if host_of(handle.url) in HOSTS else origin_of(handle.url)
    sub = f"/r/{handle.params['sub']}" if "sub" in handle.params else ""
    if "query" not in handle.params:
        return f"{site}{sub}/new/.rss?limit={PER_PAGE}"
    query = {"q": handle.params["query"], "sort": "new", "limit": PER_PAGE, **({"restrict_sr": 1} if sub else {})}
    return f"{site}{sub}/search.rss?{urlencode(query)}"


def _wait(page: Page) -> float:
    """How long the API asks to wait: till its count of requests starts anew, once none are left."""
    left, reset = (number(page.headers.get(f"x-ratelimit-{name}")) for name in ("remaining", "reset"))
    return min(max(reset, 0.0), LONGEST_WAIT) if left is not None and left < 1 and reset is not None else 0.0


def _things(listings: list[Any]) -> Iterator[Any]:
    """Posts and comments in the order in which they are shown, answers below what they answer."""
    stack = [child for part in reversed(listings) for child in reversed(part["data"]["children"])]
    while stack:
        thing = stack.pop()
        yield thing
        answers = dig(thing, "data", "replies", "data", "children")
        if isinstance(answers, list):
            stack += reversed(answers)


def _thing(entry: Any) -> dict[str, Any]:
    """An entry of the feed in the shape that the API has."""
    link = entry.find(f"{ATOM}link")
    name = entry.findtext(f"{ATOM}id") or ""
    content = entry.findtext(f"{ATOM}content")
    author = entry.findtext(f"{ATOM}author/{ATOM}name")
    # what is outside of the marks is the picture and "submitted by"; a post of a link has nothing else
    found = _TEXT.search(content or "")
    body = found[1] if found else "" if "submitted by" in (content or "") else content
    return {
        "kind": name.partition("_")[0],
        "data": {
            "name": name,
            "title": entry.findtext(f"{ATOM}title"),
            "selftext_html": body,
            "body_html": body,
            "author": author.strip().removeprefix("/u/") if author else None,
            "created": entry.findtext(f"{ATOM}published") or entry.findtext(f"{ATOM}updated"),
            "permalink": _path(link.get("href") or "") if link is not None else None,
        },
    }


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _html(data: Any) -> str | None:
    """The post's HTML; None without. The API escapes it once more where it was not asked for `raw_json`."""
    text = dig(data, "selftext_html") or dig(data, "body_html")
    return (html.unescape(text) if text.startswith("&lt;") else text) if isinstance(text, str) else None


def _words(data: Any) -> str | None:
    """What the post says: from its HTML, else from its Markdown."""
    text = _html(data)
    return post_of(text) if text else markdown_of(dig(data, "selftext") or dig(data, "body"))


def _aside(thing: Any) -> bool:
    """Whether it is no customer's post: folded away, an advertisement, a moderator's, a program's, deleted, or without
    words of its own."""
    data, kind = dig(thing, "data"), dig(thing, "kind")
    if not isinstance(data, Mapping):
        return False
    if isinstance(kind, str) and kind not in {"t1", "t3"} and re.fullmatch(r"more|t[2-6]", kind):
        return True
    if data.get("stickied") is True or data.get("promoted") is True or data.get("removed_by_category") is not None:
        return True
    if data.get("distinguished") in ("moderator", "admin") or data.get("author") == "AutoModerator":
        return True
    title, body = plain(data.get("title")), _words(data)
    if any(words and _GONE.fullmatch(words) for words in (title, body)):
        return True
    if body is None:
        return data.get("author") == "[deleted]" or (kind == "t1" and bool(_html(data) or plain(data.get("body"))))
    return False


def _review(thing: Any, handle: Handle) -> Review | None:
    """The post or comment; None when it has no id, no words, or words of another type. Comments bear no title."""
    data, kind = dig(thing, "data"), dig(thing, "kind")
    name, title, body = identity(dig(data, "name")), dig(data, "title"), _words(data)
    if name is None or not _THING.fullmatch(name) or not name.startswith(f"{kind}_"):
        return None
    title = plain(html.unescape(title)) if kind == "t3" and isinstance(title, str) else None
    if title is None and (kind == "t3" or body is None):
        return None
    site = SITE if host_of(handle.url) in HOSTS else origin_of(handle.url)
    path = str(dig(data, "permalink")).partition("?")[0]
    if not re.fullmatch(r"/(?:r|u|user)/[^\s#\\]{1,500}", path):
        path = f"/comments/{name[3:]}" if kind == "t3" else ""
    author = plain(dig(data, "author"))
    return Review(
        source="reddit",
        product=handle.product,
        id=name,
        url=f"{site}{path}" if site and path else None,
        author=None if author == "[deleted]" else author,
        title=title,
        body=body or "",
        written=unix_time(dig(data, "created_utc")) or iso_time(dig(data, "created")),
        edited=unix_time(dig(data, "edited")),
        helpful=None if dig(data, "hide_score") or dig(data, "score_hidden") else votes(dig(data, "score")),
    )
