"""Keys of sources come from the environment, go to their own host, and are written nowhere."""

from __future__ import annotations

import gzip
import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from data.lake import Lake
from data.market import load
from data.settings import Settings
from flows import collect
from flows.plan import plan
from reports import report as press
from scrapers._errors import Blocked
from scrapers._source import Page, Request

NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
TOKEN = "planted-token-7f3a"
LISTINGS = {
    "GITHUB_TOKEN": "https://github.com/billory/desktop/issues",
    "REDDIT_TOKEN": "https://www.reddit.com/r/billory/",
}


def answer(request: Request) -> bytes:
    issues = [
        {"id": n, "number": n, "title": f"It crashes {n}",
         "body": f"The app crashes when I open note {n}, please fix it.",
         "html_url": f"https://github.com/billory/desktop/issues/{n}", "user": {"login": "a"},
         "created_at": (NIGHT - timedelta(days=n)).isoformat(), "comments": 0}
        for n in range(1, 40)
    ]  # fmt: skip
    return json.dumps(issues if "github" in request.url else {"kind": "Listing", "data": {"children": []}}).encode()


def everything(folder: Path) -> str:
    told = []
    for path in (p for p in folder.rglob("*") if p.is_file()):
        raw = path.read_bytes()
        told.append(raw.decode("latin-1"))
        if path.suffix == ".gz":
            told.append(gzip.decompress(raw).decode("latin-1"))
        if path.suffix == ".parquet":
            told.append(str(pl.read_parquet(path, hive_partitioning=False).to_dicts()))
    return "\n".join(told)


@pytest.mark.parametrize("variable", LISTINGS)
@pytest.mark.parametrize("refused", [False, True])
def test_a_key_is_sent_and_never_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, variable: str, refused: bool
) -> None:
    monkeypatch.setenv(variable, TOKEN)
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "notes.toml"
    file.write_text(f'name = "Notes"\n[competitors.a]\nname = "A"\nlistings = ["{LISTINGS[variable]}"]\n', "utf-8")
    config = Settings(lake=str(tmp_path / "lake"), reports=tmp_path / "out", now=NIGHT, pages=1)
    lake, market = Lake(config.lake), load(file)
    sent = []

    def fetch(request: Request) -> Page:
        sent.append(request)
        if refused:
            raise Blocked(f"{request.url}: the site turned us away (it answered 403); leave it alone")
        return Page(request, 200, {}, answer(request), NIGHT)

    for errand in plan(market):
        collect.visit(errand, lake, config, fetch)
    press.make(lake, market, config.reports, file)
    assert any(TOKEN in value for request in sent for value in request.headers.values())
    assert not any(TOKEN in request.url for request in sent)
    assert TOKEN not in everything(tmp_path)
    assert TOKEN not in caplog.text


def test_settings_hold_no_secret() -> None:
    assert not [
        name for name in Settings.model_fields if any(w in name for w in ("token", "secret", "password", "key"))
    ]
