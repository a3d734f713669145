"""`unmet find` against a small server that answers for both stores."""

from __future__ import annotations

import json
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from data.market import MarketError, load
from flows import finding
from flows.plan import plan
from scrapers._search import Found

APPS = {
    "resultCount": 3,
    "results": [
        {
            "trackId": 1,
            "trackName": 'Ink"pad ✎',
            "trackViewUrl": "https://apps.apple.com/gb/app/inkpad/id1?uo=4",
            "userRatingCount": 12345,
            "averageUserRating": 4.56,
        },
        {"trackId": 2, "trackName": "Jotter", "userRatingCount": 0},
        {"trackId": 3, "trackName": "jotter"},
    ],
}
GAMES = {"total": 2, "items": [{"type": "app", "id": 7, "name": "JOTTER"}, {"type": "sub", "id": 8, "name": "Pack"}]}


class Stores:
    """What the server answers, and what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes]] = {
            "itunes.apple.com": (200, json.dumps(APPS).encode()),
            "store.steampowered.com": (200, json.dumps(GAMES).encode()),
        }
        self.asked: list[tuple[str, str]] = []
        stores = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host = self.headers["Host"]
                status, body = (404, b"") if self.path == "/robots.txt" else stores.answers[host]
                stores.asked.append((host, self.path))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stores]:
    made = Stores()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    here = f"127.0.0.1:{made.server.server_port}"
    monkeypatch.setenv("UNMET_CONNECT_TO", json.dumps(dict.fromkeys(made.answers, here)))
    monkeypatch.setenv("UNMET_PAUSE_SECONDS", "0")
    monkeypatch.setenv("UNMET_TRIES", "1")
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def test_rivals_are_tables_ready_to_paste(stores, capsys, tmp_path):
    assert finding.run("note taking", "GB") == 0
    done = capsys.readouterr()
    assert (
        done.out
        == """[competitors.ink-pad]
name = "Ink\\"pad ✎"
listings = [
  "https://apps.apple.com/gb/app/inkpad/id1",  # Apple App Store, 12,345 ratings, 4.6 stars
]

[competitors.jotter]
name = "Jotter"
listings = [
  "https://apps.apple.com/gb/app/id2",  # Apple App Store, 0 ratings
  "https://store.steampowered.com/app/7/",  # Steam, ratings not told
]

[competitors.jotter-2]
name = "jotter"
listings = [
  "https://apps.apple.com/gb/app/id3",  # Apple App Store, ratings not told
]
"""
    )
    assert "Apple App Store: 3 found" in done.err
    assert "Steam: 1 found" in done.err
    file = tmp_path / "notes.toml"
    file.write_text('name = "Notes"\n' + done.out, "utf-8")
    assert [e.source for e in plan(load(file))] == ["app_store", "app_store", "steam", "app_store"]
    (path,) = [path for host, path in stores.asked if host == "itunes.apple.com" and path != "/robots.txt"]
    assert parse_qs(urlsplit(path).query)["term"] == ["note taking"]
    assert ("store.steampowered.com", "/robots.txt") in stores.asked


def test_one_that_fails_stops_no_other(stores, capsys):
    stores.answers["store.steampowered.com"] = (403, b"")
    assert finding.run("notes", "us") == 1
    done = capsys.readouterr()
    assert len(tomllib.loads(done.out)["competitors"]) == 3
    assert "Steam: https://store.steampowered.com/api/storesearch/?" in done.err
    assert "the site turned us away (it answered 403)" in done.err
    stores.answers["itunes.apple.com"] = (200, b"<html></html>")
    assert finding.run("notes", "us") == 3
    done = capsys.readouterr()
    assert (done.out, len(done.err.splitlines())) == ("", 2)


def test_nothing_found_is_an_answer(stores, capsys):
    stores.answers = {
        "itunes.apple.com": (200, b'{"resultCount": 0, "results": []}'),
        "store.steampowered.com": (200, b'{"total": 0, "items": []}'),
    }
    assert finding.run("zzzz", "us") == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("term", "country"), [("notes", "england"), ("notes", "g1"), ("  ", "gb")])
def test_what_cannot_be_asked_is_not(stores, term, country):
    with pytest.raises(MarketError):
        finding.run(term, country)
    assert stores.asked == []


def test_any_name_makes_a_table_that_loads(tmp_path):
    names = ["x" * 200, "笔记", "笔记本", "Jotter", "jotter", "Jotter 2", "JOTTER"]
    found = [Found("steam", name, f"https://store.steampowered.com/app/{n}/") for n, name in enumerate(names, start=1)]
    file = tmp_path / "notes.toml"
    file.write_text("\n".join(['name = "N"', *finding._tables(finding._rivals(found))]), "utf-8")
    told = [(c.slug, c.name) for c in load(file).competitors]
    slugs = ["x" * 60, "rival", "rival-2", "jotter", "jotter-2", "jotter-2-2", "jotter-3"]
    assert told == list(zip(slugs, names, strict=True))
