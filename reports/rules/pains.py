"""The pain points that are known by name, from `pains.toml`, and the cues that tell them.

A cue is written in words rather than as an expression, since it is tried on words in their forms (`wording.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from reports.rules import tables
from reports.rules.errors import RulesError
from reports.rules.wording import Wording

FILE = "pains.toml"
MOST_WORDS = 6
"""A longer name is a sentence."""
GAP = ".."
_GAP = r"(?: [!-+\--~]+ ){0,3}"
_NAME = re.compile(r"[a-z0-9][a-z0-9' /-]*[a-z0-9]")
_LIST = re.compile(r"\{([a-z_]+)\}")


Place = tuple[tuple[str, ...], ...]
"""What may fill one place of a cue: a word, or several in a row."""


@dataclass(frozen=True, slots=True)
class Said:
    """What says something: one expression for all cues, over a text in which every word has a blank on both sides."""

    pattern: str
    needed: tuple[tuple[Place, ...], ...]
    """For each cue the places that must be filled."""


@dataclass(frozen=True, slots=True)
class PainPoint:
    """A specific complaint or wish that recurs in many markets."""

    name: str
    themes: tuple[str, ...]
    """Where it belongs, the first above all; empty where it goes with its mention."""
    cues: Said | None
    """What says so in any complaint or wish."""
    wishes: Said | None
    """What says so only in a wish."""
    blanks: str
    """What looks like it and is not; empty for nothing."""
    fallback: bool
    """Whether it is named only where nothing more exact can be said."""


@dataclass(frozen=True, slots=True)
class Pains:
    """All that names pain points; nothing for a language in which none are named."""

    points: tuple[PainPoint, ...] = ()
    wording: Wording = field(default_factory=Wording)

    def words(self) -> set[str]:
        """Every word of the cues."""
        said = (each for point in self.points for each in (point.cues, point.wishes) if each)
        return {word for each in said for cue in each.needed for place in cue for words in place for word in words}

    def themes(self) -> dict[str, tuple[str, ...]]:
        """The name of each pain point that has themes of its own -> these."""
        return {point.name: point.themes for point in self.points if point.themes}


def pains(content: str, wording: Wording, themes: Iterable[str]) -> Pains:
    """The contents of the file, checked against the themes and the words that there are; raises RulesError."""
    told, slugs = tables.toml(FILE, content), tuple(themes)
    words = tables.table(FILE, "words", told.pop("words", {}))
    lists = {key: tables.text(FILE, "words", key, value).split("|") for key, value in words.items()}
    return Pains(tuple(_point(name, value, wording, lists, slugs) for name, value in told.items()), wording)


def _point(
    name: str, value: Any, wording: Wording, lists: Mapping[str, list[str]], slugs: tuple[str, ...]
) -> PainPoint:
    table = tables.table(FILE, name, value)
    tables.keys(FILE, name, table, ("themes",), ("cues", "wishes", "not", "fallback"))
    if not _NAME.fullmatch(name) or len(name.split()) > MOST_WORDS:
        raise RulesError(f"{FILE}, {name!r}: a name is at most {MOST_WORDS} words in lower case. Shorten it.")
    for slug in _texts(name, "themes", table):
        if slug not in slugs:
            raise RulesError(f"{FILE}, {name}.themes: {slug!r} is no theme of themes.toml. Correct it or leave it out.")
    if not table.keys() & {"cues", "wishes"}:
        raise RulesError(f"{FILE}, {name}: 'cues' is missing. Add it.")
    if not isinstance(table.get("fallback", False), bool):
        raise RulesError(f"{FILE}, {name}.fallback: must be true or false, not {table['fallback']!r}.")
    compiled = {
        key: [_cue(f"{name}.{key}", cue, wording, lists) for cue in _texts(name, key, table)]
        for key in ("cues", "wishes", "not")
    }
    said = {
        key: Said("|".join(pattern for pattern, _ in cues), tuple(needed for _, needed in cues)) if cues else None
        for key, cues in compiled.items()
    }
    blanks = said["not"].pattern if said["not"] else ""
    for pattern in (blanks, *(each.pattern for each in said.values() if each)):
        _compiles(name, pattern)
    fallback = bool(table.get("fallback", False))
    return PainPoint(name, tuple(table["themes"]), said["cues"], said["wishes"], blanks, fallback)


def _texts(name: str, key: str, table: Mapping[str, Any]) -> list[str]:
    held = table.get(key, [])
    if not isinstance(held, list):
        raise RulesError(f"{FILE}, {name}.{key}: must be a list of texts in quotes.")
    return [tables.text(FILE, name, key, each) for each in held]


def _cue(where: str, cue: str, wording: Wording, lists: Mapping[str, list[str]]) -> tuple[str, tuple[Place, ...]]:
    """The expression of a cue, and the places in it that must be filled."""
    parts, needed = [], []
    for place in cue.split():
        if place == GAP:
            parts.append(_GAP)
            continue
        words = _forms(f"{where}, {cue!r}", place.removesuffix("?"), wording, lists)
        listed = "|".join(re.escape(word).replace(r"\ ", "  ") for word in words)
        pattern = f" {listed} " if len(words) == 1 else f" (?:{listed}) "
        if place.endswith("?"):
            parts.append(f"(?:{pattern})?")
        else:
            parts.append(pattern)
            needed.append(tuple(tuple(word.split()) for word in words))
    if not needed:
        raise RulesError(f"{FILE}, {where}: {cue!r} says nothing. Name at least one word.")
    return "".join(parts), tuple(needed)


def _forms(where: str, place: str, wording: Wording, lists: Mapping[str, list[str]]) -> list[str]:
    """The words that may fill one place, in their forms."""
    found: dict[str, None] = {}
    for word in place.split("|"):
        listed = _LIST.fullmatch(word)
        if listed:
            if listed[1] not in lists:
                raise RulesError(f"{FILE}, {where}: no list {word} in [words]. Define it there.")
            found |= dict.fromkeys(_forms(where, "|".join(lists[listed[1]]), wording, lists))
            continue
        forms = [wording.form(each) if each else "" for each in word.split("+")]
        if "" in forms:
            raise RulesError(f"{FILE}, {where}: {word!r} is left out of what cues are tried on. Leave it out here too.")
        form = " ".join(forms)
        if form in wording.phrases:
            form = wording.phrases[form]
        found[form] = None
    return list(found)


def _compiles(name: str, pattern: str) -> None:
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError:
        raise RulesError(f"{FILE}, {name}: its cues are too large together. Shorten the longest.") from None
