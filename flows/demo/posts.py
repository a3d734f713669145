"""The invented reviews of the demo, as they stand on a given night.

`reviews.jsonl` holds one review a line; three of them carry an `edit`, which their authors make in October 2026.
What is planted among them, and how often, is written down in `planted.md`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

NIGHTS = {
    1: datetime(2026, 10, 1, tzinfo=UTC),
    2: datetime(2026, 11, 1, tzinfo=UTC),
}
"""A night shows what was written before its moment."""


@dataclass(frozen=True, kw_only=True)
class Product:
    """What the demo's places say of one product."""

    slug: str
    name: str
    app_id: int
    seller: str
    blurb: str


PRODUCTS = (
    Product(
        slug="billory",
        name="Billory",
        app_id=900000001,
        seller="Billory Works",
        blurb="Handsome invoices and payment links for independent people.",
    ),
    Product(
        slug="penny-ledger",
        name="Penny Ledger",
        app_id=900000002,
        seller="Penny Ledger Co-operative",
        blurb="Invoices, receipts, mileage and tax in one inexpensive ledger.",
    ),
    Product(
        slug="quillbill",
        name="Quillbill",
        app_id=900000003,
        seller="Quillbill Labs",
        blurb="From the first quote and the last tracked hour to a paid invoice.",
    ),
    Product(
        slug="tallyhop",
        name="Tallyhop",
        app_id=900000004,
        seller="Tallyhop Workshop",
        blurb="Invoicing for people who work where there is no desk.",
    ),
)
BY_SLUG = {product.slug: product for product in PRODUCTS}
BY_APP_ID = {product.app_id: product for product in PRODUCTS}


@dataclass(frozen=True, kw_only=True)
class Post:
    """One review as a place shows it tonight."""

    id: str
    competitor: str
    place: str
    rating: int
    """1 to 5 stars; 0 at a place that knows none."""
    title: str | None
    body: str
    author: str
    written: datetime
    updated: datetime
    """What an App Store shows as its time: the last edit's; elsewhere, and without an edit, `written`."""
    version: str | None
    helpful: int
    reply: str | None
    country: str | None
    thread: str | None = None
    """The id of the post that it answers, in a discussion."""

    @property
    def serial(self) -> int:
        """A number made of the id's digits, for the ids that a place hands out beside it."""
        return int("".join(c for c in self.id if c.isdigit()))


def posts(night: int, path: Path = HERE / "reviews.jsonl") -> tuple[Post, ...]:
    """Every review that stands anywhere on that night, newest first; raises KeyError for a night there is not."""
    until = NIGHTS[night]
    shown = [_post(json.loads(line), until) for line in path.read_text(encoding="utf-8").splitlines()]
    return tuple(sorted((p for p in shown if p.written < until), key=lambda p: (p.updated, p.id), reverse=True))


def _post(record: dict[str, Any], until: datetime) -> Post:
    """The review with its edit applied, if its author has made it by then."""
    edit = record.pop("edit", None)
    record["rating"] = record["rating"] or 0
    record["written"] = record["updated"] = datetime.fromisoformat(record["written"])
    if edit is not None and (at := datetime.fromisoformat(edit["at"])) < until:
        record |= {"rating": edit["rating"], "title": edit["title"], "body": edit["body"]}
        if record["place"] == "app_store":  # Mozilla's API tells of no edit: only the text is another
            record["updated"] = at
    return Post(**record)
