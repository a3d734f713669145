"""No page and no market file makes us ask what stands inside a network: a server on this machine counts who comes.

A connection to any other address than this machine's fails the test (tests/conftest.py), so what is refused here was
never tried.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from scrapers import _public
from scrapers._errors import Refused, Unreachable
from scrapers._fetch import Fetcher, Limits
from scrapers._public import public, resolve
from scrapers._source import Request
from scrapers._transport import Transport

LIMITS = Limits(pause_seconds=0, tries=2, first_wait_seconds=0.01, timeout_seconds=5)

NAMES = {
    "localhost": ["127.0.0.1"],
    "localhost.": ["127.0.0.1"],
    "127.0.0.1.": ["127.0.0.1"],
    "LOCALHOST": ["127.0.0.1"],
    "inside.example": ["127.0.0.1"],
    "six.inside.example": ["::1"],
    "lan.example": ["192.168.1.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "mixed.example": ["93.184.216.34", "127.0.0.1"],
    "nat.example": ["64:ff9b::7f00:1"],
    "zone.example": ["fe80::1%lo"],
    "odd.example": ["no address at all"],
    "www.shop.example": ["127.0.0.1"],
}
"""What the names of these tests mean; all other hosts are addresses, and the system says what their spelling means."""

HERE = (
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0x0.0x0.0x1", "017700000001",
    "0177.0.0.1", "0177.0.0.01", "00000177.1", "127.0.0.1.", "127。0。0。1", "１２７.０.０.１", "0", "0.0.0.0",
    "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "localhost", "localhost.", "LOCALHOST", "inside.example", "six.inside.example", "user:word@127.0.0.1",
    "shop.example@127.0.0.1", "shop.example%20@127.0.0.1",
)  # fmt: skip
"""Ways to say this machine."""
ELSEWHERE = (
    "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.0.1", "3232235521", "0300.0250.1", "127.255.255.254",
    "100.64.0.1", "100.100.100.200", "169.254.169.254", "2852039166", "0xa9.0xfea9fe", "168.63.129.16", "192.0.0.192",
    "192.0.2.1", "192.88.99.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "[::127.0.0.1]", "[::ffff:10.0.0.1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]",
    "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001:0:7f00:1::1]", "[2001:db8::1]", "[fc00::1]", "[fd00:ec2::254]",
    "[fe80::1]", "[fe80::1%25lo]", "[fec0::1]", "[ff02::1]", "[2600::5efe:7f00:1]", "[2600::200:5efe:a00:1]",
    "lan.example", "metadata.google.internal", "mixed.example", "nat.example", "zone.example", "odd.example",
)  # fmt: skip
"""Ways to say what is no public host either."""


def look_up(host: str, port: int) -> list[str]:
    return NAMES[host] if host in NAMES else resolve(host, port)


@dataclass
class Counter:
    """A server on both loopback addresses, at one port; it counts connections and remembers Host headers."""

    location: str = ""
    connections: int = 0
    hosts: list[str] = field(default_factory=list)
    port: int = 0


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    counter: Counter

    def get_request(self) -> tuple[object, object]:
        self.counter.connections += 1
        return super().get_request()

    def handle_error(self, *_: object) -> None:
        """A client that hangs up over a certificate is no news."""


class _Six(_Server):
    address_family = 10  # AF_INET6


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        counter = self.server.counter
        counter.hosts.append(self.headers["host"])
        self.send_response(302 if counter.location else 200)
        if counter.location:
            self.send_header("location", counter.location.encode().decode("latin-1"))
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def serving(*, both: bool = False, tls: ssl.SSLContext | None = None) -> Iterator[Counter]:
    made = Counter()
    servers = [_Server(("127.0.0.1", 0), _Handler)]
    made.port = servers[0].server_port
    if both:
        with suppress(OSError):  # a machine without IPv6: its addresses are refused all the same
            servers.append(_Six(("::1", made.port), _Handler))
    for server in servers:
        server.counter = made
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield made
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


@pytest.fixture
def counter() -> Iterator[Counter]:
    with serving(both=True) as made:
        yield made


def fetcher(counter: Counter, *, allow_private: bool = False) -> Fetcher:
    to = {"shop.example": f"127.0.0.1:{counter.port}"}
    transport = Transport(to, allow_private=allow_private, verify=False, resolver=look_up)
    return Fetcher("unmet/0 (test)", LIMITS, to, transport)


@pytest.mark.parametrize("host", [*HERE, *ELSEWHERE])
def test_no_spelling_of_an_inside_address_is_asked(counter: Counter, host: str) -> None:
    with fetcher(counter) as asking, pytest.raises((Refused, Unreachable)) as e:
        asking.fetch(Request(f"http://{host}:{counter.port}/reviews"))
    assert counter.connections == 0
    assert "\n" not in str(e.value)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "017700000001", "127。0。0。1", "localhost"]
)
def test_the_setting_lets_them_be_asked(counter: Counter, host: str) -> None:
    """Else the test above could pass for another reason than the check."""
    with fetcher(counter, allow_private=True) as asking:
        asking.fetch(Request(f"http://{host}:{counter.port}/reviews"))
    assert counter.connections == 1


def test_what_is_refused_is_said_in_a_line_with_the_way_out(counter: Counter) -> None:
    with fetcher(counter) as asking, pytest.raises(Refused) as e:
        asking.fetch(Request("http://metadata.google.internal/computeMetadata/v1/"))
    assert str(e.value) == (
        "http://metadata.google.internal/robots.txt: no public address (metadata.google.internal is 169.254.169.254);"
        " what stands inside a network is not asked, unless UNMET_ALLOW_PRIVATE=1 is set (asked for robots.txt first)"
    )


@pytest.mark.parametrize("host", [*HERE, *ELSEWHERE])
def test_no_redirect_leads_inside(counter: Counter, host: str) -> None:
    """`shop.example` answers on this machine because `connect_to` says so; where it sends us counts as any address.

    The redirect is the answer to robots.txt, which may lead to other sites; that of a page may not, see below.
    """
    counter.location = f"http://{host}:{counter.port}/robots.txt"
    with fetcher(counter) as asking, pytest.raises((Refused, Unreachable)):
        asking.fetch(Request("http://shop.example/reviews"))
    # a location that is no address may be taken for a path of the site; nothing else is asked
    assert set(counter.hosts) == {"shop.example"}
    assert counter.connections == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/", "//127.0.0.1:{port}/", "http://www.shop.example:{port}/x",
        "http://shop.example@127.1:{port}/", "file:///etc/passwd", "gopher://127.0.0.1:{port}/", "ftp://127.0.0.1:{port}/",
        "data:text/plain,x", "javascript:1",
    ],
)  # fmt: skip
def test_no_redirect_of_a_page_leads_inside_or_off_the_web(counter: Counter, location: str) -> None:
    with fetcher(counter) as asking:
        asking._robots_txt = lambda url: ""  # type: ignore[method-assign]
        counter.location = location.format(port=counter.port)
        with pytest.raises((Refused, Unreachable)):
            asking.fetch(Request("http://shop.example/reviews"))
    assert counter.hosts == ["shop.example"]


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://shop.example/robots.txt", "data:text/plain,x"])
def test_robots_txt_does_not_lead_off_the_web(counter: Counter, location: str) -> None:
    counter.location = location
    with fetcher(counter) as asking, pytest.raises(Unreachable):
        asking.fetch(Request("http://shop.example/reviews"))
    assert counter.hosts == ["shop.example"]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "data:,x", "//127.0.0.1"]
)
def test_only_web_addresses_are_asked(counter: Counter, url: str) -> None:
    with fetcher(counter) as asking, pytest.raises(Unreachable):
        asking.fetch(Request(url))


# -- what is judged is what is connected to ----------------------------------------------------------------------------


def test_a_name_is_looked_up_once_and_the_judged_address_is_used(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS that answers twice differently: public when it is judged, inside a moment later."""
    answers = [["127.0.0.1"], ["127.0.0.2"], ["127.0.0.2"]]
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    monkeypatch.setattr(_public, "public", lambda address: address == "127.0.0.1")  # let it pass for a public one
    transport = Transport(verify=False, resolver=rebinding)
    with Fetcher("unmet/0 (test)", LIMITS, transport=transport) as asking:
        asking.fetch(Request(f"http://rebind.example:{counter.port}/reviews"))
    assert (asked, counter.connections) == (["rebind.example"], 1)  # robots.txt and the page, on one connection
    assert counter.hosts == [f"rebind.example:{counter.port}"] * 2

    anew = Fetcher("unmet/0 (test)", LIMITS, transport=Transport(verify=False, resolver=rebinding))
    with anew as asking, pytest.raises(Refused, match=r"rebind\.example is 127\.0\.0\.2"):
        asking.fetch(Request(f"http://rebind.example:{counter.port}/reviews"))
    assert counter.connections == 1


def test_the_next_address_is_tried_when_the_first_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_public, "public", lambda address: True)
    both = Transport(verify=False, resolver=lambda host, port: ["::1", "127.0.0.1"])
    with serving() as only_four, Fetcher("unmet/0 (test)", LIMITS, transport=both) as asking:
        asking.fetch(Request(f"http://two.example:{only_four.port}/reviews"))
    assert only_four.connections == 1


def test_tls_still_names_and_checks_the_host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(_public, "public", lambda address: True)
    names: list[str | None] = []
    tls, pem = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), certificate(tmp_path, "shop.example")
    tls.load_cert_chain(pem)
    tls.sni_callback = lambda _socket, name, _context: names.append(name)
    trusting = ssl.create_default_context(cafile=str(pem))
    with serving(tls=tls) as made:

        def ask(host: str) -> None:
            transport = Transport(resolver=lambda host, port: ["127.0.0.1"], context=trusting)
            with Fetcher("unmet/0 (test)", LIMITS, transport=transport) as asking:
                asking.fetch(Request(f"https://{host}:{made.port}/reviews"))

        ask("shop.example")
        assert (names, made.hosts) == (["shop.example"], [f"shop.example:{made.port}"] * 2)
        with pytest.raises(Unreachable, match=r"(?i)certificate"):
            ask("other.example")


def certificate(folder: Path, host: str) -> Path:
    """A file with a key and its own certificate for a host."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "host.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_proxies_of_the_environment_are_not_used(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would look the name up by itself, and could be made to ask what we must not."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{counter.port}")
    transport = Transport(verify=False, resolver=look_up)
    with Fetcher("unmet/0 (test)", LIMITS, transport=transport) as asking, pytest.raises(Refused):
        asking.fetch(Request("http://lan.example/reviews"))
    with Fetcher("unmet/0 (test)", LIMITS) as asking, pytest.raises(Refused):
        asking.fetch(Request("http://localhost/reviews"))
    assert counter.connections == 0


def test_a_connection_of_connect_to_is_not_used_for_an_address_in_a_page(counter: Counter) -> None:
    with fetcher(counter) as asking:
        asking.fetch(Request("http://shop.example/reviews"))
        with pytest.raises(Refused):
            asking.fetch(Request(f"http://127.0.0.1:{counter.port}/reviews"))
    assert set(counter.hosts) == {"shop.example"}


# -- addresses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "169.253.0.1",
        "192.167.255.255", "198.17.0.1", "198.20.0.1", "223.255.255.255", "1.1.1.1",
        "2606:4700::1111", "2a00:1450:4001::200e", "64:ff9b::808:808", "::ffff:8.8.8.8",
    ],
)  # fmt: skip
def test_public_addresses_are(address: str) -> None:
    assert public(address)


@given(st.ip_addresses(v=4))
def test_no_form_of_an_address_is_public_unless_python_says_global(address: IPv4Address) -> None:
    forms = [str(address), f"::ffff:{address}", str(IPv6Address((0x64FF9B << 96) | int(address)))]
    said = {public(form) for form in forms}
    assert len(said) == 1
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert said == {False}


@given(st.ip_addresses(v=6))
def test_no_other_ipv6_address_is_public_unless_python_says_global(address: IPv6Address) -> None:
    if public(str(address)):
        assert address.is_global
        assert not address.is_multicast


@given(st.text())
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert public(text) is False or "." in text or ":" in text
