"""export against the real markets that lie outside the repository; only counts taken from them stand here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from data.market import load
from scrapers import export

SHARED = Path(os.environ.get("UNMET_SHARED") or Path(__file__).parents[3] / "shared")
FOLDER = SHARED / "markets"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no markets over real reviews at {FOLDER}")

MARKETS = {
    "food-delivery": {"swiggy": (3_157, 3_157), "zomato": (3_045, 3_045)},
    "messengers": {
        "whatsapp": (10_000, 0), "viber": (9_999, 0), "line": (9_999, 0),
        "messenger": (10_000, 0), "skype": (10_000, 0), "snapchat": (10_000, 0),
    },
    "note-apps": {"evernote": (296, 0), "notability": (234, 0), "things": (300, 0), "word": (376, 0)},
    "streaming": {"apple-tv": (1_000, 1_000), "crunchyroll": (1_000, 1_000)},
}  # fmt: skip
"""Market -> competitor -> rows and dated rows, counted with the csv module and polars, not with the parser."""


@pytest.mark.parametrize("name", sorted(MARKETS))
def test_real_exports(name: str) -> None:
    market = load(FOLDER / f"{name}.toml")
    batches = {c.slug: export.read(e, c.slug) for c in market.competitors for e in c.exports}
    dated = {slug: sum(r.written is not None for r in b.reviews) for slug, b in batches.items()}
    assert {slug: (len(b.reviews), dated[slug]) for slug, b in batches.items()} == MARKETS[name]
    assert {slug: (b.unreadable, b.warnings) for slug, b in batches.items()} == dict.fromkeys(batches, (0, ()))
    assert all(r.rating is not None and r.body for b in batches.values() for r in b.reviews)
