"""The only HTTP client: named, patient, obedient to robots.txt, bounded in every direction.

It honours robots.txt (RFC 9309) and its crawl delay, keeps one request at a time per host, waits as long as a busy
site asks, retries only what may pass, follows redirects only within the site, and stops reading an answer that is too
large, too slow or packed in a way it did not ask for.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import httpx
import stamina
from protego import Protego

from scrapers._errors import Blocked, Disallowed, Ended, FetchError, Missing, Refused, TooLarge, Unreachable
from scrapers._pace import Turns
from scrapers._public import NotPublic
from scrapers._source import Page, Request
from scrapers._transport import FAILURES, NO_ADDRESS, Transport

BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that may be another one later."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5
FOR_ANYONE = frozenset({"accept", "accept-language", "content-type"})
"""Headers that go along with a redirect to another host or port of the site; any other may hold a source's key."""
ROBOTS_BYTES = 512_000
"""RFC 9309 asks crawlers to read at least 500 KiB of robots.txt."""
LONGEST_CRAWL_DELAY = 60.0
PIECE = 1_000_000
"""Bytes that are unpacked at once."""


@dataclass(frozen=True)
class Limits:
    """How patient and how greedy the client is; see `data.settings` for each."""

    pause_seconds: float = 1.5
    timeout_seconds: float = 30
    page_seconds: float = 120
    page_bytes: int = 10_000_000
    unpacked_bytes: int = 50_000_000
    tries: int = 4
    longest_wait_seconds: float = 300
    first_wait_seconds: float = 1.0
    """Before the second try where the site does not say how long to wait; doubled with each further one."""


class _Busy(Exception):
    """An answer or a broken connection that is worth another try."""

    def __init__(self, reason: str, wait: float | None, blocked: bool) -> None:
        super().__init__(reason)
        self.wait = wait
        self.blocked = blocked


@dataclass
class Fetcher:
    """Turns a Request into a Page, or raises a FetchError. Thread-safe; one object serves a whole run."""

    user_agent: str
    limits: Limits = field(default_factory=Limits)
    connect_to: Mapping[str, str] = field(default_factory=dict)
    transport: httpx.BaseTransport | None = None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    turns: Turns = field(default_factory=Turns)
    allow_private: bool = False
    """Whether hosts inside a network, this machine included, may be asked; see `data.settings`."""

    def __post_init__(self) -> None:
        self._client = httpx.Client(
            transport=self.transport or Transport(self.connect_to, allow_private=self.allow_private),
            timeout=self.limits.timeout_seconds,
            follow_redirects=False,
            headers={"User-Agent": self.user_agent, "Accept-Encoding": "gzip"},
        )
        self._robots: dict[str, Protego] = {}
        self._asking: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def close(self) -> None:
        """Closes the connections; who still wants to ask hears that the run was ended."""
        self.turns.end()
        self._client.close()
        self.turns.close()

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fetch(self, request: Request) -> Page:
        """The page at an address, after robots.txt, turns, retries and redirects within the site."""
        url, headers = request.url, request.headers
        for _ in range(MOST_REDIRECTS + 1):
            self._ask_robots(url)
            page = self._patiently(Request(url, headers, request.body))
            if page.status not in REDIRECTS:
                return Page(request, page.status, page.headers, page.body, page.fetched)
            url = _redirect(url, page.headers.get("location", ""))
            if _origin(url) != _origin(request.url):
                headers = {name: value for name, value in headers.items() if name.lower() in FOR_ANYONE}
        raise Unreachable(f"{request.url}: redirected more than {MOST_REDIRECTS} times; check the address in a browser")

    def hold(self, request: Request, seconds: float) -> None:
        """Nobody asks the request's host again before `seconds` have passed, as far as we wait for anything."""
        self.turns.hold(urlsplit(request.url).netloc, min(seconds, self.limits.longest_wait_seconds))

    # -- robots.txt ------------------------------------------------------------------------------------------------

    def _ask_robots(self, url: str) -> None:
        rules = self._rules(url)
        if not rules.can_fetch(url, self._token):
            raise Disallowed(f"{url}: robots.txt does not allow it")

    @property
    def _token(self) -> str:
        """The name that robots.txt knows us by; matching the whole user-agent would match words of the contact too."""
        return self.user_agent.partition("/")[0]

    def _rules(self, url: str) -> Protego:
        origin = _origin(url)
        with self._asking[origin]:
            if origin not in self._robots:
                rules = Protego.parse(self._robots_txt(f"{origin}/robots.txt"))
                delay = rules.crawl_delay(self._token)
                if delay:
                    self.turns.slow(urlsplit(url).netloc, min(float(delay), LONGEST_CRAWL_DELAY))
                self._robots[origin] = rules
            return self._robots[origin]

    def _robots_txt(self, url: str) -> str:
        """No such file allows everything; a site that cannot say, or turns us away, allows nothing (RFC 9309)."""
        for _ in range(MOST_REDIRECTS + 1):
            try:
                page = self._patiently(Request(url))
            except Missing:
                return ""
            except Blocked as e:
                if isinstance(e.__cause__, _Busy):
                    raise Blocked(f"{e} (asked for robots.txt first)") from e
                raise Disallowed(f"{url}: is kept from us, which allows nothing of the site") from e
            except FetchError as e:
                raise type(e)(f"{e} (asked for robots.txt first)") from e
            if page.status not in REDIRECTS:
                return page.body[:ROBOTS_BYTES].decode("utf-8", "replace")
            try:
                target = urljoin(url, page.headers.get("location", ""))
            except ValueError as e:
                raise Unreachable(f"{url}: redirects to no address ({e}); try again later") from e
            if urlsplit(target).scheme not in {"http", "https"}:
                raise Unreachable(f"{url}: redirects to {target[:200]}, which is no web address; try again later")
            url = target
        return ""

    # -- one answer ------------------------------------------------------------------------------------------------

    def _patiently(self, request: Request) -> Page:
        host, first = urlsplit(request.url).netloc, self.limits.first_wait_seconds

        def backoff(error: Exception) -> bool | float:
            if not isinstance(error, _Busy):
                return False
            if error.wait is None:
                return True
            if error.wait > self.limits.longest_wait_seconds:
                return False
            return error.wait

        try:
            for attempt in stamina.retry_context(
                on=backoff,
                attempts=self.limits.tries,
                timeout=None,
                wait_initial=first,
                wait_max=30.0,
                wait_jitter=first,
            ):
                with attempt, self.turns.turn(host, self.limits.pause_seconds, self.limits.longest_wait_seconds):
                    return self._once(request)
        except _Busy as e:
            kind = Blocked if e.blocked else Unreachable
            wait = f", and asks to wait {e.wait:.0f} s" if e.wait else ""
            raise kind(f"{request.url}: {e}{wait}; it is left alone until the next run") from e
        raise AssertionError("stamina either returns or raises")

    def _once(self, request: Request) -> Page:
        deadline = time.monotonic() + self.limits.page_seconds
        method = "GET" if request.body is None else "POST"
        sent, asked = dict(request.headers), {"deadline": deadline}
        try:
            with self._client.stream(
                method, request.url, headers=sent, content=request.body, extensions=asked
            ) as response:
                headers = {k.lower(): v for k, v in response.headers.items()}
                body = self._body(response, request.url) if response.status_code not in REDIRECTS else b""
        except FAILURES as e:
            if self.turns.ended:  # that is why it failed
                raise Ended(f"{request.url}: the run was ended meanwhile; the next run goes on") from e
            late = time.monotonic() >= deadline
            why = f"took over {self.limits.page_seconds:g} s" if late else f"no answer ({_cause(e)})"
            raise _Busy(why, None, blocked=False) from e
        except NotPublic as e:
            raise Refused(
                f"{request.url}: no public address ({e}); what stands inside a network is not asked, unless"
                " UNMET_ALLOW_PRIVATE=1 is set"
            ) from e
        except zlib.error as e:
            raise Unreachable(f"{request.url}: the answer is packed wrongly ({e}); try again later") from e
        except httpx.RemoteProtocolError as e:
            # our sockets raise httpcore's errors; this is httpx, which looks at the address of any redirect
            raise Unreachable(f"{request.url}: redirects to no address ({e}); check the address in a browser") from e
        except NO_ADDRESS as e:
            raise Unreachable(f"{request.url}: not an address that can be asked ({e})") from e
        status = response.status_code
        if status in BUSY or status > 500:
            wait = _retry_after(headers, self.clock())
            if wait:
                # while it is still our turn, so that nobody slips in between
                self.turns.hold(urlsplit(request.url).netloc, wait)
            raise _Busy(f"answered {status}", wait, blocked=status == 429)
        if status in {401, 403, 451}:
            raise Blocked(f"{request.url}: the site turned us away (it answered {status}); leave it alone")
        if status in {404, 410}:
            raise Missing(f"{request.url}: nothing there (it answered {status}); check the address in a browser")
        return Page(request, status, headers, body, self.clock())

    def _body(self, response: httpx.Response, url: str) -> bytes:
        packed = response.headers.get("content-encoding", "identity").strip().lower()
        if packed not in {"", "identity", "gzip", "x-gzip"}:
            raise Unreachable(f"{url}: sent packed as {packed!r}, which was not asked for; try again later")
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if packed in {"gzip", "x-gzip"} else None
        body = bytearray()
        sent = 0
        # as sent, not as httpx unpacks it: that unpacks a chunk whole, however much it becomes, and keeps quiet about
        # chunks that become nothing, so that neither limit would ever be looked at
        for chunk in response.iter_raw():
            sent += len(chunk)
            if sent > self.limits.page_bytes:
                raise TooLarge(f"{url}: more than {self.limits.page_bytes:,} bytes; this is no page of reviews")
            for piece in _pieces(unpacker, chunk):
                body += piece
                if len(body) > self.limits.unpacked_bytes:
                    raise TooLarge(f"{url}: unpacks to more than {self.limits.unpacked_bytes:,} bytes")
        if unpacker is not None and sent and not unpacker.eof:
            raise _Busy("the packed answer was cut off", None, blocked=False)
        return bytes(body)


def _pieces(unpacker: zlib._Decompress | None, chunk: bytes) -> Iterator[bytes]:
    """A chunk as sent, unpacked in pieces of bounded size; what follows the packed part is left out."""
    if unpacker is None:
        yield chunk
        return
    while chunk and not unpacker.eof:
        yield unpacker.decompress(chunk, PIECE)
        chunk = unpacker.unconsumed_tail


def _redirect(url: str, location: str) -> str:
    """Where a redirect within the site leads; raises Refused when it leaves the site."""
    try:
        target = urljoin(url, location)
        old, new = urlsplit(url), urlsplit(target)
    except ValueError as e:
        raise Unreachable(f"{url}: redirects to no address ({e}); check the address in a browser") from e
    if not location or new.scheme not in {"http", "https"} or _site(new.hostname) != _site(old.hostname):
        raise Refused(
            f"{url}: redirects to {new.hostname or 'nowhere'}, another site; if that is meant, name it in the listing"
        )
    if old.scheme == "https" and new.scheme == "http":
        raise Refused(f"{url}: redirects from https to http; nothing is asked in the clear that was asked encrypted")
    return target


def _origin(url: str) -> str:
    """Scheme, host and port: whose robots.txt holds, and whom a key is for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _site(host: str | None) -> str:
    return (host or "").removeprefix("www.")


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the site asks us to wait, out of either form of Retry-After; None when it does not say."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _cause(error: Exception) -> str:
    return str(error) or type(error).__name__
