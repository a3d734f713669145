"""Every page in tests/pages, read by its source, against its golden: whole records and what the batch says of them."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import scrapers
from scrapers._source import Batch, Page, Request

PAGES = Path(__file__).parent.parent / "pages"
LISTED: dict[str, dict[str, str]] = tomllib.loads((PAGES / "pages.toml").read_text("utf-8"))
TYPES = {".html": "text/html; charset=utf-8", ".json": "application/json", ".xml": "text/xml; charset=utf-8"}
FETCHED = datetime(2026, 11, 22, 12, tzinfo=UTC)


def read(name: str) -> Batch:
    """What the page's source makes of it."""
    entry, path = LISTED[name], PAGES / name
    source = scrapers.source(entry["source"])
    handle = source.recognise(entry["url"])
    assert handle is not None, f"{entry['source']} does not recognise {entry['url']}"
    request = Request(entry["asked"]) if "asked" in entry else source.start(handle)
    page = Page(request, 200, {"content-type": TYPES[path.suffix]}, path.read_bytes(), FETCHED)
    return source.parse(page, handle)


def record(batch: Batch) -> dict[str, Any]:
    """The batch as JSON has it. A review's empty fields are left out of it: absent is null, and easier to read."""
    return {
        "reviews": [{k: v for k, v in r.as_dict().items() if v is not None} for r in batch.reviews],
        "next": batch.next.url if batch.next else None,
        "outcome": batch.outcome,
        "stop": batch.stop,
        "unreadable": batch.unreadable,
        "total": batch.total,
        "warnings": list(batch.warnings),
    }


@pytest.mark.parametrize("name", sorted(LISTED))
def test_page_reads_as_its_golden_says(name: str) -> None:
    golden = PAGES / f"{Path(name).stem}.reviews.json"
    got = record(read(name))
    if not golden.exists():
        golden.write_text(json.dumps(got, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"{golden} was missing and has been written: read it, then run again")
    assert got == json.loads(golden.read_text("utf-8"))


def test_every_golden_has_its_page_and_every_page_its_entry() -> None:
    goldens = {p.name.removesuffix(".reviews.json") for p in PAGES.glob("*.reviews.json")}
    pages = {p.name for p in PAGES.iterdir() if p.suffix in TYPES and not p.name.endswith(".reviews.json")}
    assert pages == set(LISTED)
    assert goldens == {Path(name).stem for name in LISTED}
