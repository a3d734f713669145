"""The server in front of the places, and its log."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from .place import NOT_FOUND, TEXT, Answer, Call, Place


@dataclass(frozen=True)
class Asked:
    """One request in the log; times are of the monotonic clock."""

    host: str
    path: str
    """With its query, as asked."""
    status: int
    agent: str
    authorization: str | None
    key: str | None
    """What came as `apikey`."""
    started: float
    ended: float


class Loopback:
    """Answers for all places on one port of this machine; `delay` seconds an answer."""

    def __init__(self, places: Iterable[Place], delay: float = 0.0) -> None:
        self.places = {place.host: place for place in places}
        self.delay = delay
        self.busy: dict[str, tuple[int, str]] = {}
        """Host -> how many requests (but for robots.txt) it answers, and the Retry-After of the one that it then turns
        away."""
        self._log: list[Asked] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.site = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def connect_to(self) -> dict[str, str]:
        """Host -> address, as the setting of that name wants it."""
        return dict.fromkeys(self.places, f"127.0.0.1:{self._server.server_port}")

    @property
    def log(self) -> list[Asked]:
        """Everything asked so far, in the order in which it was asked."""
        with self._lock:
            return sorted(self._log, key=lambda asked: asked.started)

    def record(self, asked: Asked) -> None:
        """Adds a line to the log."""
        with self._lock:
            self._log.append(asked)

    def answer(self, host: str, call: Call) -> Answer:
        """The place's answer, unless it is busy."""
        place = self.places.get(host)
        if place is None or call.path.startswith("/private/"):
            return NOT_FOUND
        if call.path == "/robots.txt":
            return Answer(200, TEXT, place.robots)
        with self._lock:
            left, wait = self.busy.pop(host, (-1, ""))
            if left > 0:
                self.busy[host] = left - 1, wait
        return Answer(429, TEXT, "too many requests", {"Retry-After": wait}) if left == 0 else place.answer(call)


class _Server(ThreadingHTTPServer):
    site: Loopback
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 10

    def do_GET(self) -> None:
        started = time.monotonic()
        site = self.server.site
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        host = headers.get("host", "").partition(":")[0].lower()
        sent = self.rfile.read(int(headers.get("content-length", "0")))
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        answer = site.answer(host, Call(unquote(parts.path), query, headers, sent))
        body = answer.body.encode("utf-8")
        more = dict(answer.headers)
        place = site.places.get(host)
        if place is not None and place.packed and "gzip" in headers.get("accept-encoding", ""):
            body, more["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        if site.delay:
            time.sleep(site.delay)
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.type, "Content-Length": str(len(body)), **more}.items():
            self.send_header(name, value)
        # In the log before the last byte leaves: who has read the answer can read the record of it.
        site.record(
            Asked(
                host, self.path, answer.status, headers.get("user-agent", ""), headers.get("authorization"),
                headers.get("apikey"), started, time.monotonic(),
            )
        )  # fmt: skip
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""
