"""`unmet doctor` against a small server that answers for every source's site."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import scrapers
from flows import doctor
from scrapers._terms import forbidden

PAGES = Path(__file__).parents[1] / "pages"
EMPTY = b'{"feed": {"link": [{"attributes": {"rel": "first", "href": "x"}}]}}'
ASKED = [name for name in scrapers.names() if scrapers.source(name).ABOUT.example]


class Sites:
    """Every site: what it answers, by host, and which hosts were asked for a page."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []
        sites = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host = self.headers["Host"]
                status, body = 404, b""
                if self.path != "/robots.txt":
                    sites.asked.append(host)
                    status, body = sites.answers.get(host, (503, b""))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def host_of(name: str) -> str:
    source = scrapers.source(name)
    handle = source.handle(source.ABOUT.example)
    assert handle is not None
    return urlsplit(source.start(handle).url).netloc


@pytest.fixture
def sites(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sites]:
    made = Sites()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    here = f"127.0.0.1:{made.server.server_port}"
    monkeypatch.setenv("UNMET_CONNECT_TO", json.dumps({host_of(name): here for name in ASKED}))
    monkeypatch.setenv("UNMET_PAUSE_SECONDS", "0")
    monkeypatch.setenv("UNMET_TRIES", "1")
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize("name", ASKED)
def test_every_example_is_an_address_of_its_source_that_may_be_asked(name):
    about = scrapers.source(name).ABOUT
    assert scrapers.source(name).handle(about.example) is not None
    assert not about.opt_in
    assert forbidden(about.example) is None


def test_every_source_is_asked_but_those_that_may_not_be_or_have_no_listing_for_everyone():
    left_out = {"export", "reddit", "schema_org"}
    for name in set(scrapers.names()) - set(ASKED) - left_out:
        about = scrapers.source(name).ABOUT
        assert about.opt_in or forbidden(about.address), f"{name} could be asked, but names no listing"


def test_each_source_has_its_line(sites, capsys):
    sites.answers = {
        host_of("app_store"): (200, (PAGES / "app_store.json").read_bytes()),
        host_of("steam"): (200, b"<html>maintenance</html>"),
        host_of("mozilla_addons"): (200, b"<html><title>Just a moment...</title>cf-chl-</html>"),
        host_of("github_issues"): (403, b""),
        host_of("wordpress"): (404, b""),
        host_of("hacker_news"): (200, b'{"hits": [], "nbPages": 0, "nbHits": 0}'),
    }
    assert doctor.run() == 1
    lines = told(capsys)
    assert tuple(lines) == scrapers.names()
    words = {name: lines[name].split(" (")[0] for name in lines}
    assert {name: words[name] for name in ASKED if name in words} | {
        "app_store": "ok", "steam": "changed", "mozilla_addons": "blocked", "github_issues": "blocked",
        "wordpress": "changed", "hacker_news": "changed", "stack_exchange": "unreachable", "discourse": "unreachable",
    } == {name: words[name] for name in ASKED}  # fmt: skip
    assert lines["app_store"].startswith("ok (")
    assert lines["hacker_news"] == "changed (no reviews came, though https://hn.algolia.com/?q=Firefox has some)"
    assert lines["shopify"] == "not asked (terms)"
    assert lines["export"] == "not asked (no listing that would do for everyone)"
    assert Counter(sites.asked) == Counter(host_of(name) for name in ASKED)


def test_a_first_page_that_comes_empty_is_asked_for_in_the_sources_other_ways(sites, capsys):
    sites.answers = {host_of("app_store"): (200, EMPTY)}
    assert doctor.run() == 3
    assert told(capsys)["app_store"].startswith("changed (no reviews came")
    assert sites.asked.count("itunes.apple.com") == 5


def test_without_any_site_there_is_a_line_each_and_no_more(sites, capsys):
    sites.server.socket.close()
    assert doctor.run() == 3
    lines = told(capsys)
    assert {lines[name].split(" (")[0] for name in ASKED} == {"unreachable"}
