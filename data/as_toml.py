"""Markets and competitors as the lines of a market file."""

from __future__ import annotations

import json
from collections.abc import Iterable

from data.market import Market


def rival(slug: str, name: str, urls: Iterable[str]) -> str:
    """A competitor's table, to paste into a market file."""
    listed = ", ".join(_text(url) for url in urls)
    return f"[competitors.{slug}]\nname = {_text(name)}\nlistings = [{listed}]\n"


def market(held: Market) -> str:
    """A market file of web addresses, to keep and to edit."""
    tables = [rival(c.slug, c.name, (listing.url for listing in c.listings)) for c in held.competitors]
    return "\n".join([f"name = {_text(held.name)}\n", *tables])


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # what JSON escapes, TOML reads alike
