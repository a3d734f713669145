"""Twenty listings on loopback in the form of Mozilla's add-on API, as they stand before a night and after it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

RIVALS = 4
LISTINGS = 5
"""Of each rival, each on a host of its own."""
PER_PAGE = 8
SAYS = (
    (1, "Support never replies to my emails, I wrote three times about it."),
    (1, "It keeps crashing when I open a large file, and I lose my work."),
    (2, "Sync between my phone and my laptop fails again and again."),
    (2, "Far too expensive for what it does, the price doubled this year."),
    (3, "I wish it had a dark mode, my eyes hurt at night."),
    (4, "Works well, but exporting to PDF takes ages."),
    (5, "I love the design, it works perfectly for my notes."),
    (5, "Great app, simple and quick, I recommend it to everybody."),
)
"""(stars, words)."""


@dataclass
class Told:
    """A review as the site tells it."""

    id: int
    stars: int
    body: str
    created: str


@dataclass
class Site:
    """The listings: host -> its reviews, the newest first. `delay`: seconds an answer takes."""

    listings: dict[str, list[Told]] = field(default_factory=dict)
    delay: float = 0.0
    asked: int = 0

    def night(self, number: int) -> None:
        """What happens at every listing before a night: five write, one edits, one deletes."""
        for place, host in enumerate(hosts()):
            told = self.listings.setdefault(host, [])
            if number:
                told[2].stars, told[2].body = 5, f"They mended it in version {number}, thank you."
                del told[-1 - place % 3]
            for each in range(5 if number else 12):
                stars, body = SAYS[(place + each * 3 + number) % len(SAYS)]
                name = number * 100 + each
                day = f"2026-{2 + number:02}-{1 + each:02}T08:00:00Z"
                told.insert(0, Told(place * 10_000 + name, stars, f"{body} (note {place}-{name})", day))

    def answer(self, host: str, target: str) -> dict[str, Any]:
        """A page of a listing's reviews."""
        number, told = int(parse_qs(urlsplit(target).query)["page"][0]), self.listings[host]
        shown = told[(number - 1) * PER_PAGE : number * PER_PAGE]
        more = number * PER_PAGE < len(told)
        return {
            "count": len(told),
            "page_count": -(-len(told) // PER_PAGE),
            "next": target.replace(f"page={number}", f"page={number + 1}", 1) if more else None,
            "results": [
                {"id": r.id, "score": r.stars, "body": r.body, "created": r.created, "user": {"name": f"user {r.id}"}}
                for r in shown
            ],
        }


def hosts() -> list[str]:
    """The listings' hosts, in the order of the market file."""
    return [f"h{rival}-{place}.example" for rival in range(RIVALS) for place in range(LISTINGS)]


def market(file: Path) -> Path:
    """Writes the market file."""
    lines = ['name = "Crowd"']
    for rival in range(RIVALS):
        urls = [
            f'{{ url = "https://h{rival}-{place}.example/firefox/addon/a/", source = "mozilla_addons" }}'
            for place in range(LISTINGS)
        ]
        lines += [f"[competitors.rival-{rival}]", f'name = "Rival {rival}"', f"listings = [{', '.join(urls)}]"]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


@contextmanager
def serving(site: Site) -> Iterator[dict[str, str]]:
    """While it is served: host -> address, as the setting `connect_to` wants it."""
    gone = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            gone.wait(site.delay)
            host = self.headers["Host"]
            told = b"User-agent: *\nAllow: /\n"
            if self.path != "/robots.txt":
                site.asked += 1
                told = json.dumps(site.answer(host, self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that was killed in mid-answer is what this is about."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield dict.fromkeys(hosts(), f"127.0.0.1:{server.server_port}")
    finally:
        gone.set()
        server.shutdown()
        server.server_close()
        thread.join()
