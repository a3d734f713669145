"""A small invented market's document, and a browser to look at its page with."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data.lake import Lake
from data.market import load
from data.review import Review
from data.visit import Visit
from reports import report

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MARKET = """
name = "Notes"
[competitors.alpha]
name = "Alpha"
listings = ["https://alpha.example/reviews"]
[competitors.beta]
name = "Beta"
listings = ["https://beta.example/reviews"]
[competitors.own]
name = "Own"
ours = true
listings = ["https://own.example/reviews"]
"""
SAID = {
    "support": "Support never replies to my emails about case {i}.",
    "offline": "I cannot open my notes offline in town {i}.",
    "price": "Far too expensive since the price went up in year {i}.",
    "good": "I love the design of these notes, it works perfectly for project {i}.",
}
HEADLESS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --hide-scrollbars"
).split()


def _review(product: str, i: int, body: str, stars: float) -> Review:
    return Review(
        source="schema_org", product=f"{product}.example", id=str(i), url=f"https://{product}.example/reviews#{i}",
        author=f"person {product} {i}", rating=stars, scale="5", body=body, written=NOW - timedelta(days=i),
    )  # fmt: skip


def _visit(competitor: str, found: int) -> Visit:
    listing = f"https://{competitor}.example/reviews"
    return Visit(
        market="notes", competitor=competitor, source="schema_org", listing=listing, at=NOW, asked=listing, pages=1,
        found=found, new=found, edited=0, known=0, duplicate=0, gone=0, unreadable=0, total=None, oldest=None,
        newest=NOW, outcome="reviews", stop="end", complete=True, detail=None, bytes=1, seconds=0.1,
    )  # fmt: skip


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Path, Path]:
    """Lake, market file and the published report's Markdown of a market in which Alpha fails at support."""
    home = tmp_path_factory.mktemp("pages")
    file = home / "notes.toml"
    file.write_text(MARKET, "utf-8")
    lake = Lake(home / "lake")
    shares = {"alpha": ("support", 30, "offline", 12), "beta": ("price", 14, "offline", 10), "own": ("price", 3, "", 0)}
    for slug, (first, n, second, m) in shares.items():
        bodies = [(SAID[first], 1.0)] * n + [(SAID[second or "good"], 2.0)] * m + [(SAID["good"], 5.0)] * 50
        reviews = [_review(slug, i, body.format(i=i), stars) for i, (body, stars) in enumerate(bodies)]
        lake.merge("notes", slug, f"https://{slug}.example/reviews", reviews, NOW)
        lake.add_visit(_visit(slug, len(reviews)))
    path, _ = report.make(lake, load(file), home / "out", file, checked=True)
    return lake, file, path


@pytest.fixture
def document(made: tuple[Lake, Path, Path]) -> dict[str, Any]:
    """The report's document; a copy to change at will."""
    read: dict[str, Any] = json.loads(made[2].with_suffix(".json").read_text("utf-8"))
    return read


class Browser:
    """A headless Chromium, spoken to through its driver (W3C WebDriver, and Chromium's own commands)."""

    def __init__(self, driver: str, chromium: str, folder: Path) -> None:
        self.process = subprocess.Popen(
            [driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            assert self.process.stdout is not None
            told = next(m for line in self.process.stdout if (m := re.search(r"successfully on port (\d+)", line)))
            self.base = f"http://127.0.0.1:{told[1]}/session"
            wanted = {
                "goog:chromeOptions": {"binary": chromium, "args": [*HEADLESS, f"--user-data-dir={folder}"]},
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            }
            session = self._ask("POST", "", {"capabilities": {"alwaysMatch": wanted}})
        except BaseException:
            self._end()
            raise
        self.base += f"/{session['sessionId']}"

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path, method=method, data=data, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def command(self, name: str, **parameters: object) -> Any:
        """A command of Chromium's DevTools protocol."""
        return self._ask("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def look(self, page: Path, width: int = 1280, scheme: str = "light") -> None:
        """Opens a page in a window of that width, on a light or dark machine."""
        self._ask("POST", "/url", {"url": "about:blank"})
        self.log("browser"), self.log("performance")
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.command("Emulation.setDeviceMetricsOverride", **size)
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._ask("POST", "/url", {"url": page.as_uri()})

    def run(self, script: str) -> Any:
        """What a script in the page returns."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": []})

    def press(self, key: str) -> None:
        """A key, as a keyboard sends it."""
        code = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowRight": 39}[key]
        typed = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown" if typed else "rawKeyDown", "keyUp"):
            self.command("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **typed)

    def log(self, kind: str) -> list[dict[str, Any]]:
        """What was logged since the last look: `browser` (console) or `performance` (network)."""
        told: list[dict[str, Any]] = self._ask("POST", "/se/log", {"type": kind})
        return told

    def requests(self) -> list[str]:
        """Every address that the page asked for."""
        told = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        return [m["params"]["request"]["url"] for m in told if m["method"] == "Network.requestWillBeSent"]

    def close(self) -> None:
        """Ends both processes."""
        self._ask("DELETE", "")
        self._end()

    def _end(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests that look."""
    driver = shutil.which("chromedriver")
    chromium = next((found for name in ("chromium", "chromium-browser", "google-chrome")
                     if (found := shutil.which(name))), None)  # fmt: skip
    if driver is None or chromium is None:
        pytest.skip("no chromium with chromedriver here: `apt-get install chromium chromium-driver`")
    started = Browser(driver, chromium, tmp_path_factory.mktemp("profile"))
    yield started
    started.close()
