"""What people corrected in a market (`corrections.toml`): replayed on every run, so that nothing is corrected twice.

[[review]]                                  # what a review, or the mentions in it with some words, is about
key = "app_store:123456:789"
text = "the second charge"                  # optional: only mentions that hold these words
themes = ["billing"]                        # any of these three
kinds = ["complaint"]
pain_point = "charged twice"

[[same]]                                    # names of one and the same pain point
pain_points = ["no offline mode", "needs internet"]
name = "no offline mode"

[[ignore]]                                  # words that say nothing here, such as a product's own name
phrase = "crash bandicoot"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reports.rules import tables
from reports.rules.errors import RulesError

FILE = "corrections.toml"
KINDS = ("bug", "complaint", "request", "praise", "question")


@dataclass(frozen=True, slots=True)
class Correction:
    """What one review says; None where the reading stands."""

    key: str
    text: str | None = None
    """Only mentions that hold these words, in any case; None for the whole review."""
    themes: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    pain_point: str | None = None


@dataclass(frozen=True, slots=True)
class Corrections:
    """All corrections of a market, in the order of the file."""

    reviews: tuple[Correction, ...] = ()
    same: Mapping[str, str] = field(default_factory=dict)
    """Name of a pain point -> the name it goes by."""
    ignore: tuple[str, ...] = ()
    """Phrases in lower case."""


def corrections(text: str, themes: tuple[str, ...]) -> Corrections:
    """The contents of the file, checked against the market's themes; raises RulesError."""
    told = tables.toml(FILE, text)
    tables.keys(FILE, "the file", told, (), ("review", "same", "ignore"))
    same: dict[str, str] = {}
    for number, table in _rows(told, "same"):
        where = f"same {number}"
        tables.keys(FILE, where, table, ("pain_points", "name"))
        name = tables.text(FILE, where, "name", table["name"])
        same.update(dict.fromkeys(_texts(where, "pain_points", table["pain_points"]), name))
    ignore = []
    for number, table in _rows(told, "ignore"):
        tables.keys(FILE, f"ignore {number}", table, ("phrase",))
        ignore.append(tables.text(FILE, f"ignore {number}", "phrase", table["phrase"]).lower())
    reviews = tuple(_review(f"review {number}", table, themes) for number, table in _rows(told, "review"))
    return Corrections(reviews, same, tuple(ignore))


def _review(where: str, table: Mapping[str, Any], themes: tuple[str, ...]) -> Correction:
    tables.keys(FILE, where, table, ("key",), ("text", "themes", "kinds", "pain_point"))
    if not table.keys() & {"themes", "kinds", "pain_point"}:
        raise RulesError(f"{FILE}, {where}: corrects nothing. Give themes, kinds or pain_point.")
    text, pain = (tables.text(FILE, where, key, table[key]) if key in table else None for key in ("text", "pain_point"))
    return Correction(
        key=tables.text(FILE, where, "key", table["key"]),
        text=text and text.lower(),
        themes=_chosen(where, "themes", table, (*themes, "general")),
        kinds=_chosen(where, "kinds", table, KINDS),
        pain_point=pain,
    )


def _rows(told: Mapping[str, Any], name: str) -> list[tuple[int, dict[str, Any]]]:
    rows = told.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RulesError(f"{FILE}, {name}: must be a table each. Write [[{name}]] on a line of its own.")
    return list(enumerate(rows, start=1))


def _texts(where: str, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise RulesError(f"{FILE}, {where}.{key}: must be a list of texts in quotes.")
    return tuple(tables.text(FILE, where, key, each) for each in value)


def _chosen(where: str, key: str, table: Mapping[str, Any], allowed: tuple[str, ...]) -> tuple[str, ...] | None:
    if key not in table:
        return None
    chosen = _texts(where, key, table[key])
    for each in chosen:
        if each not in allowed:
            raise RulesError(f"{FILE}, {where}.{key}: {each!r} is not one of {', '.join(allowed)}.")
    return chosen
