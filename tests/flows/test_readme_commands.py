"""README's own market and commands, run as written, against a small site on loopback that answers for the hosts."""

import json
import re
import shlex
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytestmark = pytest.mark.flow

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "tests" / "pages"
HOSTS = ("itunes.apple.com", "apps.apple.com", "inkpad.example", "notepal.example")


class Site(BaseHTTPRequestHandler):
    """Apple's feed with one page of reviews, and a page with schema.org reviews."""

    def do_GET(self) -> None:
        if self.path == "/robots.txt":
            self.answer(404, b"")
        elif "/page=1/" in self.path:
            self.answer(200, (PAGES / "app_store.json").read_bytes())
        elif "/rss/" in self.path:
            self.answer(200, (PAGES / "app_store_past_end.json").read_bytes())
        else:
            self.answer(200, (PAGES / "schema_org.html").read_bytes())

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def readme(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)


@pytest.fixture
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.usefixtures("beside_server")
def test_its_commands_run_as_written(unmet, site):
    markets = unmet.home / "markets"
    (markets / "saved").mkdir(parents=True)
    (markets / "notes.toml").write_text(readme("toml")[0], "utf-8")
    (markets / "saved" / "page.html").write_bytes((PAGES / "schema_org_microdata.html").read_bytes())
    (markets / "jotter.csv").write_text(
        "reviewId,content,score,at\n1,I love it. Works perfectly.,5,31-10-2025 23:31\n", "utf-8"
    )
    lines = [line for block in readme("sh") for line in block.splitlines()]
    commands = [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("unmet ")]
    assert [c[0] for c in commands] == ["mine", "mine", "mine", "verify", "serve", "nightly"]
    env = {
        "UNMET_CONNECT_TO": json.dumps(dict.fromkeys(HOSTS, site)),
        "UNMET_PAUSE_SECONDS": "0",
        "UNMET_RETRY_SECONDS": "[]",
    }
    for command in commands:
        if command[0] == "serve":  # runs until stopped; test_serve.py runs it
            continue
        words = [str(markets / "notes.toml") if word == "data/markets/notes.toml" else word for word in command]
        done = unmet(*words, **env)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    assert {p.name for p in unmet.out.iterdir()} == {"notes", "ad-hoc-inkpad", "index.md", "index.html", "feed.atom"}
    notes = (unmet.out / "notes" / "latest.md").read_text("utf-8")
    assert "Inkpad" in notes
    assert "notepal" not in notes.lower(), "a newcomer is only looked at"
    beside = (unmet.out / "notes" / "with-notepal-example" / "latest.md").read_text("utf-8")
    assert "## What notepal.example changes" in beside
    assert "Jotter** (ours)" in notes or "no gap" in notes.lower() or "No gap stands out" in notes
