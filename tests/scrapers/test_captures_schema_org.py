"""schema_org against recorded pages of real shops, recipe and review sites.

The pages belong to their authors and lie outside the repository; only counts taken from them stand here.
"""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from scrapers import schema_org
from scrapers._source import Batch, Outcome, Page, Stop

SHARED = Path(os.environ.get("UNMET_SHARED") or Path(__file__).parents[3] / "shared")
FOLDER = SHARED / "captures" / "generic_schemaorg"

if not FOLDER.is_dir():
    pytest.skip(f"no recorded pages at {FOLDER}", allow_module_level=True)


class Facts(NamedTuple):
    """Counted in the page's source, not taken from the parser."""

    reviews: int
    rated: int
    scale: str | None
    dated: int
    texts: int
    total: int | None
    stop: Stop


RECORDED = {
    "peb_1a9172cf.html.gz": Facts(3, 3, "10", 0, 0, 25, Stop.SAMPLE),  # dates in Portuguese, texts not marked up
    "peb_4708bedc.html.gz": Facts(5, 5, "5", 0, 5, 5, Stop.END),
    "peb_4f29e8cc.html.gz": Facts(17, 17, "5", 0, 17, 17, Stop.END),
    "peb_6299847d.html.gz": Facts(1, 1, "5", 1, 1, 1, Stop.END),
    "peb_6f905464.html.gz": Facts(4, 4, "5", 4, 4, 4, Stop.END),
    "peb_b1ba7e15.html.gz": Facts(1, 1, "10", 0, 0, 1, Stop.END),  # as the first
    "peb_bd4c8475.html.gz": Facts(2, 2, "5", 0, 2, 2, Stop.END),
    "peb_d8830de9.html.gz": Facts(1, 1, "5", 0, 0, None, Stop.SAMPLE),
    "peb_f94bb87d.html.gz": Facts(2, 2, "5", 0, 2, 2, Stop.END),
    "traf_chefkoch.de.mandarinen.html": Facts(5, 0, None, 5, 5, 953, Stop.SAMPLE),
    "traf_eatsmarter.de.porridge.html": Facts(7, 7, "5", 7, 0, None, Stop.SAMPLE),  # a ratingCount, no reviewCount
    "traf_ebrosia.de.zinfandel.html": Facts(1, 1, "5", 1, 0, None, Stop.SAMPLE),
    "traf_pcgamer.com.darkest.html": Facts(1, 1, "100", 1, 1, None, Stop.SAMPLE),
    "traf_tofugu.com.dezuka-suisan.html": Facts(1, 1, "10", 1, 1, None, Stop.SAMPLE),
    "traf_travanto.de.ferienhaus-feinen.html": Facts(6, 6, "5", 6, 5, None, Stop.SAMPLE),
    "traf_zooroyal.de.trixie.html": Facts(4, 4, "5", 4, 0, None, Stop.SAMPLE),  # each text is the word "comment"
}
EMPTY = {"traf_wir-empfehlen.info.3289.html": None, "wae_testPage.html": 89}


def read(name: str) -> Batch:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"no {name}")
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    handle = schema_org.recognise(f"https://recorded.example/{path.name.split('.')[0]}")
    assert handle is not None
    page = Page(schema_org.start(handle), 200, {"content-type": "text/html"}, body, datetime(2026, 11, 22, tzinfo=UTC))
    return schema_org.parse(page, handle)


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_recorded_page_yields_what_was_counted_in_it(name: str) -> None:
    batch = read(name)
    got = Facts(
        reviews=len(batch.reviews),
        rated=sum(r.rating is not None for r in batch.reviews),
        scale=next(iter({r.scale for r in batch.reviews}), None),
        dated=sum(r.written is not None for r in batch.reviews),
        texts=sum(bool(r.body) for r in batch.reviews),
        total=batch.total,
        stop=batch.stop or Stop.UNREADABLE,
    )
    assert got == RECORDED[name]
    assert (batch.outcome, batch.unreadable, batch.warnings, batch.next) == (Outcome.REVIEWS, 0, (), None)
    assert len({r.id for r in batch.reviews}) == got.reviews
    assert len({r.scale for r in batch.reviews}) == 1
    assert read(name).reviews == batch.reviews


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_recorded_page_without_reviews(name: str) -> None:
    batch = read(name)
    assert (batch.reviews, batch.outcome, batch.stop) == ((), Outcome.UNKNOWN_EMPTY, Stop.EMPTY)
    assert (batch.total, len(batch.warnings)) == (EMPTY[name], 1)
