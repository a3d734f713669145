"""A market whose lake and pages lie on an object store: collected, reported, verified, read again, forgotten."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import servers

pytestmark = pytest.mark.flow

HOST = "addons.mozilla.org"
MARKET = f"""
name = "Inks"
[competitors.ink]
name = "Ink"
listings = ["https://{HOST}/firefox/addon/ink/"]
[competitors.pen]
name = "Pen"
listings = ["https://{HOST}/firefox/addon/pen/"]
"""


@pytest.mark.usefixtures("beside_server")
def test_every_verb_finds_the_lake_on_an_object_store_and_writes_nothing_beside_it(
    unmet: Any, protocols: ModuleType, tmp_path: Path
) -> None:
    file = tmp_path / "inks.toml"
    file.write_text(MARKET, "utf-8")
    with servers.s3_server(tmp_path) as found, protocols.Loopback([protocols.MozillaAddons(HOST, 120)]) as site:
        env = found | {
            "UNMET_LAKE": "s3://lakes/inks/", "UNMET_CONNECT_TO": json.dumps(dict(site.connect_to)),
            "UNMET_PAUSE_SECONDS": "0.01", "UNMET_NOW": "2026-11-20T03:00:00Z",
        }  # fmt: skip
        told = unmet("mine", str(file), **env)
        assert told.returncode == 0, told.stderr
        first = (unmet.out / "inks" / "2026-11-20.json").read_bytes()
        for verb in ("report", "verify", "replay"):
            told = unmet(verb, str(file), **env)
            assert told.returncode == 0, f"{verb}: {told.stdout}{told.stderr}"
        assert (unmet.out / "inks" / "2026-11-20.json").read_bytes() == first
        assert json.loads(first)["reviews"]["counted"] > 0
        told = unmet("forget", str(file), "--yes", **env)
        assert told.returncode == 0, told.stderr
        assert "reviews" in told.stdout
        told = unmet("verify", str(file), **env)
        assert told.returncode != 0
    assert not (unmet.home / "lake").exists()
    assert not Path("s3:").exists()
