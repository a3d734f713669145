"""A small review site on loopback: six invented hosts, one real HTTP server.

    with DemoSite() as site:
        fetch(..., connect_to=site.connect_to)   # requests arrive here under their invented Host
        site.night = 2                           # October's reviews and three edits appear

Hosts that speak as the real ones do, so that the demo and the flow tests run the very sources that a user runs:
`appstore.example` (Apple's review feed), `directory.example` (schema.org pages), `addons.example` (Mozilla's API),
`plugins.example` (WordPress.org's review feed), `news.example` (Hacker News' search), `forum.example` (Discourse).
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from flows.demo import directory, feeds, forums
from flows.demo.posts import BY_APP_ID, BY_SLUG, NIGHTS, Post, posts

HOSTS = (
    "appstore.example", "directory.example", "addons.example", "plugins.example", "news.example", "forum.example",
)  # fmt: skip
ROBOTS = "User-agent: *\nDisallow: /private/\n"
JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

_FEED = re.compile(r"/(?P<cc>[a-zA-Z]{2})/rss/customerreviews/(?P<steps>.+)/(?P<form>json|xml)")
_PLUGIN_FEED = re.compile(r"/support/plugin/([a-z0-9-]+)/reviews/feed/")


@dataclass(frozen=True)
class Asked:
    """One request the site answered; times are of the monotonic clock, in seconds."""

    host: str
    path: str
    """With its query, as asked."""
    status: int
    started: float
    ended: float


@dataclass(frozen=True)
class Answer:
    """What goes back over the wire."""

    status: int
    type: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


NOT_FOUND = Answer(404, TEXT, "Not found\n")


class DemoSite:
    """The site; it serves between `__enter__` and `__exit__`, on a port of the system's choice."""

    def __init__(self, night: int = 1) -> None:
        self.night = night
        self._lock = threading.Lock()
        self._log: list[Asked] = []
        self._throttled: set[int] = set()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def night(self) -> int:
        """1: reviews written until 2026-09-30; 2: all of them until 2026-10-31, three of them edited."""
        return self._night

    @night.setter
    def night(self, value: int) -> None:
        if value not in NIGHTS:
            raise ValueError(f"night {value}: the demo has nights {', '.join(map(str, NIGHTS))}")
        self._night = value

    @property
    def connect_to(self) -> dict[str, str]:
        """Host name -> `127.0.0.1:PORT`, what the fetcher's setting of that name wants."""
        if self._server is None:
            raise RuntimeError("the demo site has an address only while it runs: use `with DemoSite() as site`")
        return dict.fromkeys(HOSTS, f"127.0.0.1:{self._server.server_port}")

    @property
    def log(self) -> list[Asked]:
        """Every request answered so far, in the order the answers ended."""
        with self._lock:
            return list(self._log)

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.site = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="demo-site", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
        self._server = self._thread = None

    def record(self, asked: Asked) -> None:
        """Adds one request to the log."""
        with self._lock:
            self._log.append(asked)

    def answer(self, host: str, target: str) -> Answer:
        """What that host says to a GET of that path and query."""
        parts = urlsplit(target)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query))
        if host not in HOSTS:
            return NOT_FOUND
        if path == "/robots.txt":
            return Answer(200, TEXT, ROBOTS)
        if path.startswith("/private/"):
            return Answer(200, TEXT, "Nobody who reads robots.txt ever sees this.\n")
        if host == "appstore.example":
            return self._appstore(path, query)
        if host == "directory.example":
            return self._directory(path, query)
        if host == "addons.example":
            return self._addons(path, query)
        return self._forums(host, path, query)

    def _standing(self, place: str, competitor: str) -> list[Post]:
        return [p for p in _standing(self.night) if p.place == place and p.competitor == competitor]

    def _appstore(self, path: str, query: Mapping[str, str]) -> Answer:
        if path == "/lookup":
            return self._lookup(query)
        if (m := _FEED.fullmatch(path)) is None:
            return NOT_FOUND
        # Segments come in any order and case: page=1/id=9/sortby=mostrecent, id=9/sortBy=mostRecent/page=1.
        steps = {k.lower(): v for k, _, v in (step.partition("=") for step in m["steps"].split("/"))}
        page = _whole(steps.get("page", "1"))
        if page is None or "id" not in steps:
            return NOT_FOUND
        if page > feeds.LAST_PAGE:
            return Answer(400, TEXT, feeds.TOO_DEEP)
        cc, app_id, order = m["cc"].lower(), steps["id"], steps.get("sortby", "mostrecent").lower()
        product = BY_APP_ID.get(_whole(app_id) or 0)
        reviews = [p for p in self._standing("app_store", product.slug) if p.country == cc] if product else []
        if order == "mosthelpful":
            reviews.sort(key=lambda p: p.helpful, reverse=True)
        if m["form"] == "xml":
            return Answer(200, "text/xml; charset=utf-8", feeds.apple_xml(reviews, cc, app_id, page, order))
        return _json(feeds.apple_feed(reviews, cc, app_id, page, order))

    def _lookup(self, query: Mapping[str, str]) -> Answer:
        cc = query.get("country", "us").lower()
        wanted = [BY_APP_ID.get(_whole(i) or 0) for i in query.get("id", "").split(",")]
        found = [
            (product, [p for p in self._standing("app_store", product.slug) if p.country == cc])
            for product in wanted
            if product
        ]
        return Answer(200, "text/javascript; charset=utf-8", json.dumps(feeds.apple_lookup(found)))

    def _directory(self, path: str, query: Mapping[str, str]) -> Answer:
        if path == "/":
            return Answer(200, HTML, directory.index_page())
        product = BY_SLUG.get(path.removeprefix("/software/").rstrip("/")) if path.startswith("/software/") else None
        page = _whole(query.get("page", "1"))
        if product is None or page is None:
            return NOT_FOUND
        text = directory.product_page(product, self._standing("schema_org", product.slug), page)
        return Answer(200, HTML, text) if text is not None else NOT_FOUND

    def _addons(self, path: str, query: Mapping[str, str]) -> Answer:
        if path != "/api/v5/ratings/rating/":
            return NOT_FOUND
        night = self.night
        with self._lock:
            first = night not in self._throttled
            self._throttled.add(night)
        if first:
            text = json.dumps({"detail": "Request was throttled. Expected available in 1 second."})
            return Answer(429, JSON, text, {"Retry-After": "1"})
        product = BY_SLUG.get(query.get("addon", ""))
        reviews = self._standing("mozilla_addons", product.slug) if product else []
        page, size = _whole(query.get("page", "1")), _whole(query.get("page_size", "25"))
        if product is None or not reviews:
            return Answer(404, JSON, json.dumps({"detail": "Not found."}))
        found = feeds.mozilla_ratings(reviews, product, page or 0, min(size or 25, 50))
        return _json(found) if found is not None else Answer(404, JSON, json.dumps({"detail": "Invalid page."}))

    def _forums(self, host: str, path: str, query: Mapping[str, str]) -> Answer:
        if host == "news.example" and path == "/api/v1/search_by_date":
            return _json(forums.news_search([p for p in _standing(self.night) if p.place == "hacker_news"], query))
        if host == "forum.example" and path == "/posts.json":
            return _json(
                forums.forum_posts(self._standing("discourse", "penny-ledger"), _whole(query.get("before", "")))
            )
        plugin = _PLUGIN_FEED.fullmatch(path) if host == "plugins.example" else None
        product = BY_SLUG.get(plugin[1]) if plugin else None
        reviews = self._standing("wordpress", product.slug) if product else []
        if product is None or not reviews:
            return NOT_FOUND
        return Answer(200, "application/rss+xml; charset=UTF-8", forums.wordpress_feed(reviews, product))


@cache
def _standing(night: int) -> tuple[Post, ...]:
    return posts(night)


def _whole(text: str) -> int | None:
    """A page number or id of at least 1, else None."""
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,11}", text) else None


def _json(value: Any) -> Answer:
    return Answer(200, JSON, json.dumps(value, ensure_ascii=False))


class _Server(ThreadingHTTPServer):
    site: DemoSite


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "DemoSite"
    sys_version = ""
    timeout = 10

    def do_GET(self) -> None:
        started = time.monotonic()
        host = self.headers.get("Host", "").partition(":")[0].lower()
        answer = self.server.site.answer(host, self.path)
        body = answer.text.encode("utf-8")
        self.send_response(answer.status)
        for name, value in {
            "Content-Type": answer.type,
            "Content-Length": str(len(body)),
            "Connection": "close",
            **answer.headers,
        }.items():
            self.send_header(name, value)
        # In the log before the last byte leaves: who has read the answer can read the record of it.
        self.server.site.record(Asked(host, self.path, answer.status, started, time.monotonic()))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the demo's screen belongs to the run."""
