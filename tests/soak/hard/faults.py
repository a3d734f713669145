"""Sites that misbehave in twelve ways, over real sockets on loopback: what is collected all the same, and what is told.

Every listing has its reviews on pages of five. A fault meets the visit at one page: for good, or for once (`PASSING`,
those that another try gets past). The night after, every site is well.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit

from data.lake import Lake
from data.market import Competitor, Listing, Market
from data.settings import Settings
from flows import collect
from flows.plan import plan
from scrapers._fetch import Fetcher, Limits
from scrapers._transport import Transport

NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
PER_PAGE = 5
LIMITS = Limits(
    pause_seconds=0, timeout_seconds=5, page_seconds=1, page_bytes=300_000, tries=2, first_wait_seconds=0.01,
    longest_wait_seconds=1,
)  # fmt: skip
EXPECTED = {
    "reset": ("unreachable", "no answer"),
    "truncated body": ("unreachable", "no answer"),
    "wrong length": ("changed", "JSON"),
    "wrong encoding": ("unreachable", "the answer is packed wrongly"),
    "redirect loop": ("unreachable", "redirected more than 5 times"),
    "slow drip": ("unreachable", "took over 1 s"),
    "endless stream": ("too large", "more than 300,000 bytes"),
    "429 storm": ("blocked", "answered 429"),
    "5xx burst": ("unreachable", "answered 503"),
    "challenge page": ("blocked", "bot check"),
    "TLS error": ("unreachable", "certificate verify failed"),
    "DNS failure": ("unreachable", "Name or service not known"),
}
"""Kind -> the visit's `stop`, and what its line says."""
PASSING = ("reset", "truncated body", "slow drip", "429 storm", "5xx burst")
FIRST = ("TLS error", "DNS failure")
"""Kinds that meet a visit before its first page."""


@dataclass
class Listed:
    """One listing: its fault, the page that it meets, and whether for good."""

    number: int
    pages: int
    kind: str | None = None
    at: int = 0
    lasting: bool = True

    @property
    def host(self) -> str:
        """Its host, which tells its kind."""
        return f"s{self.number}.example"

    def ids(self, until: int | None = None) -> set[str]:
        """The ids of its reviews; of the pages before one."""
        pages = self.pages if until is None else until - 1
        return {str(self.number * 100_000 + page * 100 + n) for page in range(1, pages + 1) for n in range(PER_PAGE)}

    @property
    def held(self) -> set[str]:
        """What the first night must bring home."""
        if self.kind is None or not self.lasting:
            return self.ids()
        return set() if self.kind in FIRST else self.ids(self.at)


@dataclass
class Told:
    """What came of a set of listings."""

    listings: int = 0
    requests: int = 0
    reviews: int = 0
    wrong: list[str] = field(default_factory=list)
    stops: Counter[str] = field(default_factory=Counter)
    most_sent: int = 0
    """Bytes that the server got rid of in one answer without an end."""
    seconds: float = 0.0


class Sites:
    """All listings behind one port, and one more port that speaks TLS with a certificate that nobody signed."""

    def __init__(self, listings: Sequence[Listed]) -> None:
        self.listings = {each.host: each for each in listings}
        self.well = False
        self.requests = self.most_sent = 0
        self.met: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.over = threading.Event()

    def say(self, handler: BaseHTTPRequestHandler) -> None:
        """Answers, as the listing's fault has it."""
        each = self.listings[(handler.headers["Host"] or "").partition(":")[0]]
        with self.lock:
            self.requests += 1
        if handler.path == "/robots.txt":
            return _send(handler, b"User-agent: *\nAllow: /\n")
        number = int(parse_qs(urlsplit(handler.path).query)["page"][0])
        body = _page(each, number, handler.path)
        if self.well or each.kind is None or number != each.at or each.kind in FIRST:
            return _send(handler, body)
        with self.lock:
            self.met[each.host] += 1
            if not each.lasting and self.met[each.host] > 1:
                return _send(handler, body)
        self._misbehave(handler, each.kind, body)
        return None

    def _misbehave(self, handler: BaseHTTPRequestHandler, kind: str, body: bytes) -> None:
        match kind:
            case "reset":
                handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                handler.connection.close()
            case "truncated body":
                _send(handler, body[:50], length=len(body))
            case "wrong length":
                _send(handler, body, length=len(body) - 9)
            case "wrong encoding":
                _send(handler, body, ("Content-Encoding", "gzip"))
            case "redirect loop":
                _send(handler, b"", ("Location", handler.path), status=302)
            case "429 storm":
                _send(handler, b"slow down", ("Retry-After", "0"), status=429)
            case "5xx burst":
                _send(handler, b"down", status=503)
            case "challenge page":
                _send(handler, b'<html><title>Just a moment...</title><script src="/cdn-cgi/challenge-platform/x">')
            case "slow drip" | "endless stream":
                self._stream(handler, b" " if kind == "slow drip" else b" " * 65536, kind == "slow drip")
        handler.close_connection = True

    def _stream(self, handler: BaseHTTPRequestHandler, piece: bytes, slow: bool) -> None:
        handler.send_response(200)
        handler.end_headers()
        sent = 0
        while not self.over.wait(0.05 if slow else 0):
            handler.wfile.write(piece)
            sent += len(piece)
            self.most_sent = max(self.most_sent, sent)


def _send(
    handler: BaseHTTPRequestHandler, body: bytes, *headers: tuple[str, str], status: int = 200, length: int = -1
) -> None:
    handler.send_response(status)
    for name, value in headers:
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body) if length < 0 else length))
    handler.end_headers()
    handler.wfile.write(body)
    handler.close_connection = length >= 0


def _page(each: Listed, number: int, target: str) -> bytes:
    onward = target.replace(f"page={number}", f"page={number + 1}", 1)
    results = [
        {"id": each.number * 100_000 + number * 100 + n, "score": 2, "body": f"It crashes, says {number}-{n}."}
        for n in range(PER_PAGE)
    ]
    told = {"count": each.pages * PER_PAGE, "results": results, "next": onward if number < each.pages else None}
    return json.dumps(told).encode()


@contextmanager
def _served(sites: Sites, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            sites.say(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            """Clients that hang up are meant."""

        def finish_request(self, request: Any, client_address: Any) -> None:
            # the handshake belongs into the connection's own thread
            if tls is None:
                super().finish_request(request, client_address)
                return
            with tls.wrap_socket(request, server_side=True, do_handshake_on_connect=False) as wrapped:
                wrapped.do_handshake()
                super().finish_request(wrapped, client_address)

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        sites.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _unsigned(home: Path) -> ssl.SSLContext:
    """A certificate that signs itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    day = timedelta(days=1)
    signed = made.not_valid_before(now - day).not_valid_after(now + day).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (home / "tls.pem").write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home / "tls.pem")
    return context


@contextmanager
def _named(sites: Sites) -> Iterator[None]:
    """The name service, which is not there to be asked: it knows the hosts, but for those whose fault that is."""
    real = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        each = sites.listings.get(name)
        if each is None:
            return real(host, *args, **named)
        if each.kind == "DNS failure" and not sites.well:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real("127.0.0.1", *args, **named)

    with mock.patch.object(socket, "getaddrinfo", look_up):
        yield


def nights(listings: Sequence[Listed], home: Path) -> Told:
    """A night with faults and a night without; what was not as it must be, a line each."""
    sites, told, began = Sites(listings), Told(len(listings)), time.monotonic()
    lake = Lake(home / "lake")
    with ExitStack() as stack:
        port = stack.enter_context(_served(sites))
        tls = stack.enter_context(_served(sites, _unsigned(home)))
        stack.enter_context(_named(sites))
        urls = {}
        for each in listings:
            # what fails on the way to the site is asked by its own name; all else through `connect_to`
            origin = f"https://{each.host}:{tls}" if each.kind == "TLS error" else f"http://{each.host}:{port}"
            urls[each.number] = f"{origin}/firefox/addon/a/"
        rivals = tuple(
            Competitor(
                slug=f"r{each.number}", name=f"R {each.number}",
                listings=(Listing(url=urls[each.number], source="mozilla_addons"),),
            )
            for each in listings
        )  # fmt: skip
        market = Market(slug="faults", name="Faults", competitors=rivals)
        for night in range(2):
            sites.well = night == 1
            config = Settings(lake=lake.root, now=NIGHT + timedelta(days=night))
            # on the second night the certificate is trusted
            client = Transport({}, allow_private=True, verify=night == 0)
            with (
                Fetcher("unmet/0.1", LIMITS, {}, client, clock=config.clock) as fetcher,
                ThreadPoolExecutor(64) as pool,
            ):
                work = [
                    pool.submit(collect.visit, e, lake, config, fetcher.fetch, hold=fetcher.hold) for e in plan(market)
                ]
                visits = {v.competitor: v for v, _ in (each.result(120) for each in work)}
            held = lake.reviews("faults")
            for each in listings:
                visit, name = visits[f"r{each.number}"], f"{each.kind or 'none'} at page {each.at} of {each.host}"
                ids = set(held.filter(competitor=f"r{each.number}")["id"])
                broke = each.kind is not None and each.lasting
                # a visit that broke off is made up for by one that goes to the end, and only that
                stop, says = ("end" if broke or not night else "known"), ""
                if each.kind is not None and each.lasting and not night:
                    stop, says = EXPECTED[each.kind]
                if night == 0:
                    told.stops[f"{each.kind}{'' if each.lasting else ', passing'}: {visit.stop}"] += 1
                if ids != (each.ids() if night else each.held):
                    told.wrong.append(f"{name}: {len(ids)} reviews on night {night}")
                if visit.stop != stop or says not in (visit.detail or ""):
                    told.wrong.append(f"{name}: {visit.stop}: {visit.detail}")
                ledger = lake.visits("faults").filter(competitor=f"r{each.number}").row(-1, named=True)
                if (ledger["stop"], ledger["detail"], ledger["complete"]) != (
                    visit.stop, visit.detail, stop in {"end", "known"},
                ):  # fmt: skip
                    told.wrong.append(f"{name}: the ledger says {ledger['stop']}: {ledger['detail']}")
            if held["key"].n_unique() != held.height:
                told.wrong.append(f"{held.height - held['key'].n_unique()} reviews twice")
            told.reviews = held.height
    told.requests, told.most_sent, told.seconds = sites.requests, sites.most_sent, time.monotonic() - began
    return told


def alone(kind: str, pages: int, lasting: bool = True) -> Told:
    """One kind at one listing, beside a listing that is well."""
    at = 1 if kind in FIRST else 2
    with tempfile.TemporaryDirectory() as home:
        return nights([Listed(0, pages, kind, at, lasting), Listed(1, pages)], Path(home))


def mixed(count: int, pages: int) -> Told:
    """All kinds at once over so many listings: half of them fail for good, a fifth for once, the others are well."""
    kinds, listings = list(EXPECTED), []
    for number in range(count):
        at = 1 + number % pages
        match number % 10:
            case 0 | 2 | 4 | 6 | 8:
                listings.append(Listed(number, pages, kinds[number // 2 % len(kinds)], at))
            case 1 | 5:
                listings.append(Listed(number, pages, PASSING[number // 2 % len(PASSING)], at, lasting=False))
            case _:
                listings.append(Listed(number, pages))
    with tempfile.TemporaryDirectory() as home:
        return nights(listings, Path(home))
