"""The demo: the ordinary nightly flow, twice, over a small review site on loopback.

Nothing in the pipeline knows that it is a demo. It is told by settings where the invented hosts answer, what day it
is, and to hurry; everything else is what a user's own market goes through.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from flows.demo.site import DemoSite

MARKET = Path(__file__).with_name("freelance-invoicing.toml")
NIGHTS = {1: "2026-10-01T03:00:00Z", 2: "2026-11-01T03:00:00Z"}
"""The moment of each run; the site shows what was written before it."""


def run(nightly: Callable[[list[Path]], None]) -> None:
    """Runs `nightly` for the demo's market on both nights, against the site."""
    with DemoSite() as site:
        for night, now in NIGHTS.items():
            site.night = night
            os.environ |= {
                "UNMET_CONNECT_TO": json.dumps(dict(site.connect_to)),
                "UNMET_NOW": now,
                "UNMET_PAUSE_SECONDS": "0.05",
                "UNMET_RETRY_SECONDS": "[]",
            }
            nightly([MARKET])
