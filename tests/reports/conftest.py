"""Invented evidence: reviews of one line each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from reports import rules
from reports.reading.read import MENTIONS
from reports.weighing import evidence as gathering
from reports.weighing.evidence import Evidence, Window

WRITTEN = datetime(2026, 5, 1, tzinfo=UTC)
REVIEWS: dict[str, Any] = {
    "competitor": pl.String, "key": pl.String, "stars": pl.Float64, "counted": pl.Boolean, "is_read": pl.Boolean,
}  # fmt: skip
FACTS: dict[str, Any] = {
    "competitor": pl.String, "listing": pl.String, "key": pl.String, "stars": pl.Float64,
    "written": pl.Datetime("us", "UTC"), "helpful": pl.Int64, "author": pl.String, "url": pl.String, "row": pl.Int64,
}  # fmt: skip
BLANK: dict[str, Any] = {
    "mention": 0, "text": "Too short to quote.", "sentiment": 0.0, "complaint": 0.3, "kinds": [],
    "themes": ["general"], "segments": [], "urgency": 0.0, "churn": False, "helpful": None, "author": None, "row": None,
    "stars": None, "written": WRITTEN,
}  # fmt: skip
"""A mention that says nothing."""

Said = dict[str, Any]


def _evidence(said: list[Said], read: dict[str, int]) -> Evidence:
    """Evidence of mentions (`competitor`, `key`, and what is not as in `BLANK`), at competitors with so many reviews.

    Reviews beyond those with a mention say nothing.
    """
    mentions = [
        dict.fromkeys((*MENTIONS, *FACTS)) | BLANK | {"listing": f"https://{m['competitor']}.example/"} | m
        for m in said
    ]
    for mention in mentions:
        mention |= {
            "url": f"https://{mention['competitor']}.example/{mention['key']}",
            "start": 0,
            "end": len(mention["text"]),
        }
    reviews = {m["key"]: (m["competitor"], m["key"], m["stars"], True, True) for m in mentions}
    for who, n in read.items():
        quiet = n - sum(review[0] == who for review in reviews.values())
        assert quiet >= 0, f"{who}: more speak than there are"
        reviews |= {f"{who}-quiet{i}": (who, f"{who}-quiet{i}", None, True, True) for i in range(quiet)}
    frame = pl.DataFrame(mentions, schema={**MENTIONS, **FACTS})
    return Evidence(
        Window(None, None),
        pl.DataFrame(list(reviews.values()), schema=REVIEWS, orient="row"),
        gathering._statements(frame, rules.default()),
        frame,
    )


@pytest.fixture(scope="session")
def evidence_of() -> Callable[[list[Said], dict[str, int]], Evidence]:
    return _evidence
