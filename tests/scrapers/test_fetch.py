"""The client against a real server on loopback: whom it obeys, how long it waits, what it gives up on."""

from __future__ import annotations

import gzip
import itertools
import socket
import struct
import threading
import time
import tracemalloc
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from scrapers._errors import Blocked, Disallowed, Ended, Missing, Refused, TooLarge, Unreachable
from scrapers._fetch import Fetcher, Limits
from scrapers._pace import Turns
from scrapers._source import Request
from scrapers._transport import Transport

AGENT = "unmet/0.1 (review research; contact: mail@example.org)"
NOW = datetime(2026, 11, 22, 12, 0, 0, 800_000, tzinfo=UTC)
HOSTS = ("shop.example", "www.shop.example", "other.example", "a.example", "b.example", "c.example", "d.example")
PAUSE = 0.02


@dataclass
class Asked:
    """One request as the server saw it, timed just before its answer went out."""

    host: str
    path: str
    headers: dict[str, str]
    body: bytes
    start: float
    end: float = 0.0
    at_once: int = 0
    """Requests of this host under way when it came, itself included."""


Behaviour = Callable[[Any], None]


class Site:
    """A server whose paths behave as scripted, one behaviour after the other, the last one for ever."""

    def __init__(self) -> None:
        self.log: list[Asked] = []
        self.script: dict[str, list[Behaviour]] = {}
        self._lock = threading.Lock()
        self._busy: Counter[str] = Counter()
        this = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            site = this
            asked: Asked

            def do_GET(self) -> None:
                self.site._serve(self)

            def do_POST(self) -> None:
                self.site._serve(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that hang up are meant
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def on(self, path: str, *behaviours: Behaviour) -> None:
        self.script[path] = list(behaviours)

    def robots(self, text: str) -> None:
        self.on("/robots.txt", answer(text.encode()))

    def asked(self, path: str) -> list[Asked]:
        return [a for a in self.log if a.path == path]

    def paths(self) -> list[str]:
        return [a.path for a in self.log]

    def _serve(self, handler: Any) -> None:
        host = handler.headers["Host"]
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        with self._lock:
            self._busy[host] += 1
            headers = {k.lower(): v for k, v in handler.headers.items()}
            asked = Asked(host, handler.path, headers, body, time.monotonic(), at_once=self._busy[host])
            self.log.append(asked)
            queue = self.script.get(host + handler.path) or self.script.get(handler.path) or [answer(status=404)]
            behaviour = queue.pop(0) if len(queue) > 1 else queue[0]
        handler.asked = asked
        behaviour(handler)

    def done(self, handler: Any) -> None:
        """The answer is about to go out: from here on the client may count its pause."""
        with self._lock:
            handler.asked.end = time.monotonic()
            self._busy[handler.asked.host] -= 1


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    yield server
    server.close()


def answer(body: bytes = b"", status: int = 200, after: float = 0.0, **headers: str) -> Behaviour:
    def behave(handler: Any) -> None:
        if after:
            time.sleep(after)
        handler.site.done(handler)
        handler.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def redirect(target: str, status: int = 302) -> Behaviour:
    return answer(b"moved", status, location=target)


def cut_off(handler: Any) -> None:
    answer(b"short", content_length="100")(handler)
    handler.close_connection = True


def reset(handler: Any) -> None:
    handler.site.done(handler)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def drip(first: bytes, more: bytes, **headers: str) -> Behaviour:
    """Sends some bytes, then a few more every few milliseconds until the client hangs up."""

    def behave(handler: Any) -> None:
        handler.site.done(handler)
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("connection", "close")
        handler.end_headers()
        handler.wfile.write(first)
        while True:
            handler.wfile.write(more)
            time.sleep(0.01)

    return behave


@pytest.fixture
def client(site: Site) -> Iterator[Callable[..., Fetcher]]:
    made: list[Fetcher] = []

    def make(**limits: Any) -> Fetcher:
        quick = {"pause_seconds": PAUSE, "timeout_seconds": 5, "tries": 3, "first_wait_seconds": 0.02, **limits}
        to = dict.fromkeys(HOSTS, site.address)
        plain = Transport(to, verify=False)  # nothing here is encrypted, and loading certificates takes time
        made.append(Fetcher(AGENT, Limits(**quick), to, plain, clock=lambda: NOW))
        return made[-1]

    yield make
    for fetcher in made:
        fetcher.close()


def get(fetcher: Fetcher, path: str = "/page", host: str = "shop.example") -> bytes:
    return fetcher.fetch(Request(f"http://{host}{path}")).body


def message(error: pytest.ExceptionInfo[Exception]) -> str:
    assert "\n" not in str(error.value)
    return str(error.value)


Make = Callable[..., Fetcher]


# -- a page ------------------------------------------------------------------------------------------------------------


def test_a_page_comes_as_it_was_sent_under_the_address_that_was_asked(site: Site, client: Make) -> None:
    site.on("/page", answer(b"<p>fine</p>", X_Total="7"))
    request = Request("http://shop.example/page#empty", {"Accept": "text/html"})
    page = client().fetch(request)
    assert (page.request, page.url, page.status, page.body) == (request, request.url, 200, b"<p>fine</p>")
    assert (page.headers["x-total"], page.fetched) == ("7", NOW)
    asked = site.asked("/page")[0].headers
    assert (asked["user-agent"], asked["accept"], asked["accept-encoding"]) == (AGENT, "text/html", "gzip")
    assert {a.headers["user-agent"] for a in site.log} == {AGENT}


def test_a_request_with_a_body_is_posted(site: Site, client: Make) -> None:
    site.on("/api", answer(b"{}"))
    assert client().fetch(Request("http://shop.example/api", {}, b'{"page": 1}')).body == b"{}"
    assert site.asked("/api")[0].body == b'{"page": 1}'


def test_a_packed_page_is_unpacked(site: Site, client: Make) -> None:
    text = b"a page " * 400_000
    site.on("/page", answer(gzip.compress(text), content_encoding="gzip"))
    site.on("/none", answer(b"", content_encoding="gzip"))
    fetcher = client()
    assert get(fetcher) == text
    assert get(fetcher, "/none") == b""


# -- robots.txt --------------------------------------------------------------------------------------------------------


def test_what_robots_txt_disallows_is_never_asked(site: Site, client: Make) -> None:
    site.robots("User-agent: *\nDisallow: /private\n")
    site.on("/page", answer(b"fine"))
    fetcher = client()
    with pytest.raises(Refused) as error:
        get(fetcher, "/private/reviews")
    assert message(error) == (
        "http://shop.example/private/reviews: robots.txt does not allow it;"
        " save its pages by hand (`saved`), import an export (`exports`), or take the listing out"
    )
    assert get(fetcher) == b"fine"
    assert site.paths() == ["/robots.txt", "/page"]


def test_rules_for_our_name_bind_and_rules_for_words_of_our_contact_do_not(site: Site, client: Make) -> None:
    site.robots(
        "User-agent: unmet\nDisallow: /no\n\nUser-agent: research\nDisallow: /page\n\nUser-agent: *\nDisallow: /\n"
    )
    site.on("/page", answer(b"fine"))
    fetcher = client()
    assert get(fetcher) == b"fine"
    with pytest.raises(Refused):
        get(fetcher, "/no")


def test_a_site_without_robots_txt_may_be_asked(site: Site, client: Make) -> None:
    site.on("/page", answer(b"fine"))
    fetcher = client()
    assert [get(fetcher), get(fetcher)] == [b"fine", b"fine"]
    assert site.paths() == ["/robots.txt", "/page", "/page"]


@pytest.mark.parametrize("status", [500, 503, 520])
def test_a_site_whose_robots_txt_fails_to_the_end_is_not_asked(site: Site, client: Make, status: int) -> None:
    site.on("/robots.txt", answer(status=status))
    with pytest.raises(Unreachable) as error:
        get(client())
    assert message(error) == (
        f"http://shop.example/robots.txt: answered {status}; it is left alone until the next run"
        " (asked for robots.txt first)"
    )
    assert site.paths() == ["/robots.txt"] * 3


@pytest.mark.parametrize("status", [401, 403, 451])
def test_a_site_that_turns_away_who_asks_for_robots_txt_is_not_asked(site: Site, client: Make, status: int) -> None:
    site.on("/robots.txt", answer(status=status))
    with pytest.raises(Disallowed) as error:
        get(client())
    assert message(error) == (
        "http://shop.example/robots.txt: is kept from us, which allows nothing of the site;"
        " save its pages by hand (`saved`), import an export (`exports`), or take the listing out"
    )
    assert site.paths() == ["/robots.txt"]


def test_a_site_too_busy_to_send_robots_txt_is_left_until_the_next_run(site: Site, client: Make) -> None:
    site.on("/robots.txt", answer(status=429))
    with pytest.raises(Blocked) as error:
        get(client())
    assert message(error) == (
        "http://shop.example/robots.txt: answered 429; it is left alone until the next run (asked for robots.txt first)"
    )


def test_robots_txt_is_asked_again_after_it_could_not_be_had(site: Site, client: Make) -> None:
    site.on("/robots.txt", answer(status=503), answer(b"User-agent: *\nDisallow: /page\n"))
    with pytest.raises(Refused):
        get(client())
    assert site.paths() == ["/robots.txt"] * 2


def test_a_moved_robots_txt_is_followed(site: Site, client: Make) -> None:
    site.on("/robots.txt", redirect("/real-robots.txt"))
    site.on("/real-robots.txt", answer(b"User-agent: *\nDisallow: /page\n"))
    with pytest.raises(Refused):
        get(client())
    site.on("/robots.txt", redirect("http://[no-address/"))
    with pytest.raises(Unreachable, match="redirects to no address"):
        get(client())


def test_crawl_delay_is_honoured_from_robots_txt_on(site: Site, client: Make) -> None:
    site.robots("User-agent: *\nCrawl-delay: 0.25\n")
    site.on("/page", answer(b"fine"))
    fetcher = client()
    for _ in range(3):
        get(fetcher)
    assert gaps(site.log) == pytest.approx([0.25] * 3, abs=0.2)
    assert min(gaps(site.log)) >= 0.25


# -- waiting -----------------------------------------------------------------------------------------------------------


def gaps(log: list[Asked]) -> list[float]:
    """Seconds between each answer and the next request."""
    return [later.start - earlier.end for earlier, later in itertools.pairwise(log)]


def test_retry_after_in_seconds_is_honoured_by_everyone_who_asks_that_host(site: Site, client: Make) -> None:
    site.on("/page", answer(status=429, after=0.1, Retry_After="1"), answer(b"fine"))
    site.on("/next", answer(b"next"))
    fetcher = client(pause_seconds=0)
    get(fetcher, "/next")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(get, fetcher)
        time.sleep(0.05)  # now the first one has its turn, and the second waits for it
        second = pool.submit(get, fetcher, "/next")
        assert [first.result(), second.result()] == [b"fine", b"next"]
    busy = site.asked("/page")[0]
    assert all(a.start - busy.end >= 1 for a in site.log[site.log.index(busy) + 1 :])


def test_retry_after_as_a_date_is_honoured(site: Site, client: Make) -> None:
    date = "Sun, 22 Nov 2026 12:00:01 GMT"  # 0.2 s after NOW
    site.on("/page", answer(status=503, Retry_After=date), answer(b"fine"))
    assert get(client(first_wait_seconds=5)) == b"fine"
    assert 0.2 <= gaps(site.asked("/page"))[0] < 2


@pytest.mark.parametrize(
    "value",
    ["soon", "-3", "1.5", "Fri, 99 Abc 2026", "", "Mon, 01 Jan 2024 00:00:00 +9999999999999999999",
     "Mon, 01 Jan 99999 00:00:00 GMT", "Mon, 01 Jan 0000 00:00:00 GMT", "Mon, 01 Jan 2024 99:00:00 -9999"],
)  # fmt: skip
def test_a_retry_after_that_says_nothing_is_as_none(site: Site, client: Make, value: str) -> None:
    site.on("/page", answer(status=503, Retry_After=value), answer(b"fine"))
    assert get(client()) == b"fine"


def test_a_longer_wait_than_we_have_ends_it_at_once_and_leaves_the_host_alone(site: Site, client: Make) -> None:
    site.on("/page", answer(status=429, Retry_After="3600"))
    site.on("/other", answer(b"fine"))
    fetcher = client(longest_wait_seconds=2)
    with pytest.raises(Blocked) as error:
        get(fetcher)
    assert message(error) == (
        "http://shop.example/page: answered 429, and asks to wait 3600 s; it is left alone until the next run"
    )
    with pytest.raises(Blocked) as error:
        get(fetcher, "/other")
    assert message(error) == "shop.example: asked to be left alone for another 3600 s; left until the next run"
    assert site.paths() == ["/robots.txt", "/page"]


def test_busy_for_ever_is_blocked_and_broken_for_ever_is_unreachable(site: Site, client: Make) -> None:
    site.on("/page", answer(status=429))
    site.on("/broken", answer(status=502))
    fetcher = client()
    with pytest.raises(Blocked) as error:
        get(fetcher)
    assert message(error) == "http://shop.example/page: answered 429; it is left alone until the next run"
    with pytest.raises(Unreachable) as error:
        get(fetcher, "/broken")
    assert message(error) == "http://shop.example/broken: answered 502; it is left alone until the next run"
    assert Counter(site.paths()) == {"/robots.txt": 1, "/page": 3, "/broken": 3}


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504, 521])
def test_what_may_pass_is_tried_again(site: Site, client: Make, status: int) -> None:
    site.on("/page", answer(status=status), answer(b"fine"))
    assert get(client()) == b"fine"


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (401, Blocked, "the site turned us away (it answered 401); leave it alone"),
        (403, Blocked, "the site turned us away (it answered 403); leave it alone"),
        (451, Blocked, "the site turned us away (it answered 451); leave it alone"),
        (404, Missing, "nothing there (it answered 404); check the address in a browser"),
        (410, Missing, "nothing there (it answered 410); check the address in a browser"),
    ],
)
def test_what_will_not_pass_is_asked_once(
    site: Site, client: Make, status: int, kind: type[Exception], said: str
) -> None:
    site.on("/page", answer(b"no", status))
    with pytest.raises(kind) as error:
        get(client())
    assert message(error) == f"http://shop.example/page: {said}"
    assert len(site.asked("/page")) == 1


def test_other_answers_are_for_the_source_to_read(site: Site, client: Make) -> None:
    site.on("/page", answer(b"page depth is limited", 400))
    page = client().fetch(Request("http://shop.example/page"))
    assert (page.status, page.body) == (400, b"page depth is limited")


# -- redirects ---------------------------------------------------------------------------------------------------------


def test_a_redirect_to_another_site_is_refused_and_nothing_is_sent_there(site: Site, client: Make) -> None:
    site.on("/page", redirect("http://other.example/page"))
    with pytest.raises(Refused) as error:
        get(client())
    assert message(error) == (
        "http://shop.example/page: redirects to other.example, another site; if that is meant, name it in the listing"
    )
    assert {a.host for a in site.log} == {"shop.example"}


@pytest.mark.parametrize(
    "target", ["https://shop.example.evil.example/", "//other.example/x", "ftp://shop.example/", ""]
)
def test_look_alikes_are_other_sites_too(site: Site, client: Make, target: str) -> None:
    site.on("/page", redirect(target))
    with pytest.raises(Refused):
        get(client())


def test_a_redirect_within_the_site_is_followed(site: Site, client: Make) -> None:
    site.on("/page", redirect("new?page=2", 301))
    site.on("/new?page=2", answer(b"fine"))
    page = client().fetch(Request("http://shop.example/page", {"Accept": "text/html"}))
    assert (page.url, page.body) == ("http://shop.example/page", b"fine")
    assert site.asked("/new?page=2")[0].headers["accept"] == "text/html"


@pytest.mark.parametrize(
    ("target", "keeps"), [("/new", True), ("http://www.shop.example/new", False), ("http://shop.example:81/new", False)]
)
def test_a_key_goes_to_its_own_host_and_port_only(site: Site, client: Make, target: str, keeps: bool) -> None:
    site.on("/page?key=k", redirect(target))
    site.on("/new", redirect("http://shop.example/back"))
    site.on("/back", answer(b"fine"))
    keys = {"Authorization": "Bearer k", "apikey": "k", "X-Own": "k"}
    assert client().fetch(Request("http://shop.example/page?key=k", {**keys, "Accept": "text/html"})).body == b"fine"
    for path, kept in (("/page?key=k", True), ("/new", keeps), ("/back", keeps)):
        (asked,) = site.asked(path)
        assert asked.headers["accept"] == "text/html"
        assert [name.lower() in asked.headers for name in keys] == [kept] * 3


def test_robots_txt_holds_for_where_a_redirect_leads(site: Site, client: Make) -> None:
    site.robots("User-agent: *\nDisallow: /new\n")
    site.on("/page", redirect("/new"))
    with pytest.raises(Refused, match=r"^http://shop\.example/new: robots\.txt does not allow it"):
        get(client())
    assert site.paths() == ["/robots.txt", "/page"]


def test_www_is_the_same_site_with_a_robots_txt_of_its_own(site: Site, client: Make) -> None:
    site.on("shop.example/page", redirect("http://www.shop.example/page"))
    site.on("www.shop.example/page", redirect("http://www.shop.example/no"))
    site.on("www.shop.example/robots.txt", answer(b"User-agent: *\nDisallow: /no\n"))
    with pytest.raises(Refused, match=r"www\.shop\.example/no: robots\.txt"):
        get(client())
    assert [(a.host, a.path) for a in site.log] == [
        ("shop.example", "/robots.txt"),
        ("shop.example", "/page"),
        ("www.shop.example", "/robots.txt"),
        ("www.shop.example", "/page"),
    ]


def test_what_was_asked_encrypted_is_not_asked_in_the_clear(site: Site, client: Make) -> None:
    site.on("/page", redirect("http://shop.example/clear"))
    with pytest.raises(Refused, match="redirects from https to http"):
        client().fetch(Request("https://shop.example/page"))
    assert site.paths() == ["/robots.txt", "/page"]


def test_a_redirect_without_end_and_one_to_no_address_are_unreachable(site: Site, client: Make) -> None:
    site.on("/page", redirect("/page"))
    site.on("/odd", redirect("http://[odd/"))
    fetcher = client()
    with pytest.raises(Unreachable) as error:
        get(fetcher)
    assert message(error) == ("http://shop.example/page: redirected more than 5 times; check the address in a browser")
    assert len(site.asked("/page")) == 6
    with pytest.raises(Unreachable, match="redirects to no address"):
        get(fetcher, "/odd")


# -- too much, too slow, broken ----------------------------------------------------------------------------------------


def test_a_page_of_too_many_bytes_is_not_read_to_its_end(site: Site, client: Make) -> None:
    site.on("/page", drip(b"x" * 60_000, b"x" * 60_000))
    site.on("/packed", drip(gzip.compress(b"x"), b"x" * 60_000, content_encoding="gzip"))
    fetcher = client(page_bytes=100_000)
    for path in ("/page", "/packed"):
        with pytest.raises(TooLarge) as error:
            get(fetcher, path)
        assert message(error) == (f"http://shop.example{path}: more than 100,000 bytes; this is no page of reviews")
        assert len(site.asked(path)) == 1


def test_a_page_that_unpacks_to_too_much_never_lies_in_memory_whole(site: Site, client: Make) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(60)) + packer.flush()
    site.on("/page", answer(bomb, content_encoding="gzip"))
    fetcher = client(unpacked_bytes=3_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge) as error:
            get(fetcher)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert message(error) == "http://shop.example/page: unpacks to more than 3,000,000 bytes"
    assert peak < 12_000_000


@pytest.mark.parametrize(
    "endless",
    [
        drip(b"<p>", b"."),
        drip(b"\x1f\x8b\x08\x08\0\0\0\0\0\0", b"name", content_encoding="gzip"),  # a name in gzip's header, for ever
        drip(gzip.compress(b"")[:10], b"\0\0\0\xff\xff", content_encoding="gzip"),  # empty blocks, for ever
    ],
    ids=["letters", "gzip header", "empty gzip blocks"],
)
def test_an_endless_drip_is_ended_by_the_clock(site: Site, client: Make, endless: Behaviour) -> None:
    site.on("/page", endless)
    started = time.monotonic()
    with pytest.raises(Unreachable) as error:
        get(client(page_seconds=0.2, tries=1))
    assert message(error) == "http://shop.example/page: took over 0.2 s; it is left alone until the next run"
    assert 0.2 <= time.monotonic() - started < 2


def drip_headers(handler: Any) -> None:
    """Begins an answer whose headers never end, a byte at a time; no wait for the next byte is long."""
    handler.site.done(handler)
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        handler.wfile.write(b"a")
        time.sleep(0.01)


def test_headers_that_drip_in_for_ever_are_ended_by_the_clock_too(site: Site, client: Make) -> None:
    site.on("/page", drip_headers)
    started = time.monotonic()
    with pytest.raises(Unreachable) as error:
        get(client(page_seconds=0.3, tries=2))
    assert message(error) == "http://shop.example/page: took over 0.3 s; it is left alone until the next run"
    assert 0.6 <= time.monotonic() - started < 3
    assert len(site.asked("/page")) == 2


def test_after_a_deadline_the_next_request_has_its_whole_time(site: Site, client: Make) -> None:
    site.on("/page", drip_headers, answer(b"fine", after=0.2))
    fetcher = client(page_seconds=0.3, tries=2)
    assert get(fetcher) == b"fine"
    site.on("/page", answer(b"again", after=0.2))
    assert get(fetcher) == b"again"


def test_an_answer_that_never_begins_is_ended_by_the_timeout(site: Site, client: Make) -> None:
    site.on("/page", answer(b"late", after=0.4))
    with pytest.raises(Unreachable, match=r"^http://shop\.example/page: no answer \(timed out\); it is left alone"):
        get(client(timeout_seconds=0.1, tries=2))
    assert len(site.asked("/page")) == 2


def test_packing_that_was_not_asked_for_is_not_read(site: Site, client: Make) -> None:
    site.on("/page", answer(b"??", content_encoding="br"))
    site.on("/broken", answer(b"not gzip at all", content_encoding="gzip"))
    fetcher = client()
    with pytest.raises(Unreachable) as error:
        get(fetcher)
    assert message(error) == ("http://shop.example/page: sent packed as 'br', which was not asked for; try again later")
    with pytest.raises(Unreachable, match=r"^http://shop\.example/broken: the answer is packed wrongly \("):
        get(fetcher, "/broken")


@pytest.mark.parametrize(
    "broken",
    [cut_off, reset, answer(gzip.compress(b"a long page" * 50)[:20], content_encoding="gzip")],
    ids=["cut off", "reset", "packed and cut off"],
)
def test_a_broken_answer_is_asked_for_again_and_then_unreachable(site: Site, client: Make, broken: Behaviour) -> None:
    site.on("/page", broken, broken, answer(b"fine"))
    fetcher = client()
    assert get(fetcher) == b"fine"
    site.on("/page", broken)
    with pytest.raises(Unreachable, match=r"^http://shop\.example/page: .+; it is left alone until the next run$"):
        get(fetcher)
    assert len(site.asked("/page")) == 6


def test_nobody_at_home_is_unreachable(site: Site) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        to = {"shop.example": f"127.0.0.1:{unused.getsockname()[1]}"}
        limits = Limits(pause_seconds=0, tries=2, first_wait_seconds=0.01)
        with Fetcher(AGENT, limits, to) as fetcher, pytest.raises(Unreachable, match=r"asked for robots\.txt first"):
            get(fetcher)


def test_an_address_that_cannot_be_asked_is_unreachable(client: Make) -> None:
    with pytest.raises(Unreachable, match="not an address that can be asked"):
        client().fetch(Request("gopher://nowhere.example/1"))


# -- many at once ------------------------------------------------------------------------------------------------------


def test_one_host_never_sees_two_requests_at_once_nor_a_shorter_pause(site: Site, client: Make) -> None:
    site.on("/page", answer(b"fine", after=0.005))
    fetcher = client()
    hosts = ["shop.example", "SHOP.example"] * 8
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda host: get(fetcher, host=host), hosts)) == [b"fine"] * 16
    assert site.paths() == ["/robots.txt", *["/page"] * 16]
    assert {a.at_once for a in site.log} == {1}
    assert min(gaps(site.log)) >= PAUSE


def test_different_hosts_are_asked_at_the_same_time(site: Site, client: Make) -> None:
    hosts = ["a.example", "b.example", "c.example", "d.example"]
    together = threading.Barrier(len(hosts))

    def meet(handler: Any) -> None:
        together.wait(timeout=10)  # answers only when all four are here
        answer(b"met")(handler)

    site.on("/page", meet)
    fetcher = client()
    with ThreadPoolExecutor(len(hosts)) as pool:
        assert list(pool.map(lambda host: get(fetcher, host=host), hosts)) == [b"met"] * 4


def test_turns_count_the_pause_from_the_end_of_the_one_before() -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now[0] += seconds

    turns = Turns(clock=lambda: now[0], sleep=sleep)
    with turns.turn("a.example", 2):
        now[0] += 1.5
    with turns.turn("a.example", 2):
        pass
    now[0] += 0.5
    with turns.turn("me@A.example", 2), turns.turn("b.example", 2):
        pass
    turns.slow("a.example", 5)
    with turns.turn("a.example", 2):
        pass
    with turns.turn("a.example", 2):
        turns.hold("a.example", 9)
    with pytest.raises(Blocked), turns.turn("a.example", 2, patience=8):
        raise AssertionError("must not get its turn")
    with turns.turn("a.example", 2, patience=9):
        pass
    assert slept == [2, 1.5, 5, 5, 9]


def test_a_hold_that_comes_while_the_next_one_waits_is_seen_by_it() -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 1:
            turns.hold("a.example", 9)
        now[0] += seconds

    turns = Turns(clock=lambda: now[0], sleep=sleep)
    for _ in range(2):
        with turns.turn("a.example", 2):
            pass
    assert (slept, now[0]) == ([2, 7], 109)


def test_who_waits_for_a_turn_hears_at_once_that_the_run_was_ended() -> None:
    turns = Turns()
    turns.hold("a.example", 3600)
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(turns.turn("a.example", 1).__enter__) for _ in range(4)]
        turns.end()
        told = [str(each.exception(timeout=20)) for each in waiting]
    assert told == ["a.example: the run was ended before its turn came; the next run goes on"] * 4
    with pytest.raises(Ended), turns.turn("b.example", 0):
        raise AssertionError("must not get its turn")
