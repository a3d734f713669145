"""The rules that reviews are read by: themes, lexicon and cues. They are data: edit the three files, not the code.

- `themes.toml`  what customers talk about, and what they need there
- `lexicon.tsv`  words that VADER misjudges in product reviews: word, valence from -4 to 4, reason
- `cues.toml`    what a clause does: complain, praise, wish, compare, leave; who says it and why

`load` checks everything and raises `RulesError` with one line that names the file, the key and the fix.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

import polars as pl

from data.errors import UnmetError

Tier = Literal["works", "pleasant", "loved"]
Stage = Literal["discover", "order", "deliver", "use", "bill", "support", "leave"]
Lever = Literal["product", "price", "promotion", "channel", "people"]

HERE = Path(__file__).parent
FILES = ("themes.toml", "lexicon.tsv", "cues.toml")


class RulesError(UnmetError):
    """A rules file says something we cannot act on."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Regexes over one lower-cased clause, each to be matched as `\\b(?:cue)\\b`; `{word}`s are already written out."""

    cues: tuple[str, ...]
    blanks: tuple[str, ...] = ()
    """Spans to blank out before the cues are tried: what looks like the topic and is not."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A broad need, whoever fails it."""

    slug: str
    name: str
    """As a customer would want it."""
    need: str
    """Completes "Customers need to ..."."""
    benefit: str
    """Completes "You ..."."""
    tier: Tier
    stage: Stage
    lever: Lever
    cues: Cue


@dataclass(frozen=True, slots=True)
class Segment:
    """Customers who say of themselves what they are."""

    slug: str
    name: str
    cues: Cue


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules, under one version."""

    version: str
    """First 12 hex digits of the SHA-256 of the three files, in the order of `FILES`."""
    themes: tuple[Theme, ...]
    lexicon: Mapping[str, float]
    complaint: Cue
    praise: Cue
    kinds: Mapping[str, Cue]
    motives: Mapping[str, Cue]
    need_levels: Mapping[str, Cue]
    segments: tuple[Segment, ...]
    loyalty: Mapping[str, Cue]
    churn: Cue
    urgency: Cue
    switched_from: Cue
    """One capture group a cue: the product left, as written."""
    switched_to: Cue
    compared: Cue


_CUES = ("complaint", "praise", "churn", "urgency")
_CAPTURES = ("switched_from", "switched_to", "compared")
_GROUPS: Mapping[str, tuple[str, ...] | None] = {
    "kinds": ("bug", "request", "question"),
    "motive": None,
    "need_level": ("need", "want"),
    "loyalty": ("recommends", "warns", "returns"),
}
"""Tables of tables, and the keys they must have; None where a new key needs no change in the code."""

_WORD = re.compile(r"\{([a-z][a-z_]*)\}")
_SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_TOKEN = re.compile(r"[^\s\t]+")


def load(folder: Path = HERE) -> Rules:
    """The rules in a folder; raises RulesError."""
    sha = hashlib.sha256()
    raw: dict[str, str] = {}
    for file in FILES:
        try:
            content = (folder / file).read_bytes()
            raw[file] = content.decode()
        except FileNotFoundError:
            raise RulesError(f"{file} is missing in {folder}: the rules are {', '.join(FILES)}.") from None
        except UnicodeDecodeError as error:
            raise RulesError(f"{file}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
        sha.update(content)
    themes, cues = _toml("themes.toml", raw["themes.toml"]), _toml("cues.toml", raw["cues.toml"])
    words = _words(cues.pop("words", {}))
    known = (*_CUES, *_CAPTURES, *_GROUPS, "segments")
    _keys("cues.toml", "the file", cues, known)
    groups = {name: _group(name, cues[name], words) for name in _GROUPS}
    single = {name: _cue("cues.toml", name, cues[name], words) for name in _CUES}
    captures = {name: _cue("cues.toml", name, cues[name], words, groups=1) for name in _CAPTURES}
    return Rules(
        version=sha.hexdigest()[:12],
        themes=tuple(_theme(slug, table, words) for slug, table in themes.items()),
        lexicon=MappingProxyType(_lexicon(raw["lexicon.tsv"])),
        kinds=groups["kinds"],
        motives=groups["motive"],
        need_levels=groups["need_level"],
        loyalty=groups["loyalty"],
        segments=_segments(cues["segments"], words),
        **single,
        **captures,
    )


@cache
def default() -> Rules:
    """The rules that come with the project."""
    return load()


def _toml(file: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"{file} is not TOML: {error}.") from None


def _table(file: str, where: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RulesError(f"{file}, {where}: must be a table. Write [{where}] on a line of its own.")
    return cast("dict[str, Any]", value)


def _keys(file: str, where: str, table: Mapping[str, Any], wanted: tuple[str, ...], free: tuple[str, ...] = ()) -> None:
    """Exactly the wanted keys, and any of the free ones."""
    for key in table:
        if key not in wanted and key not in free:
            raise RulesError(f"{file}, {where}: unknown key {key!r}. The keys are {', '.join((*wanted, *free))}.")
    for key in wanted:
        if key not in table:
            raise RulesError(f"{file}, {where}: {key!r} is missing. Add it.")


def _text(file: str, where: str, key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise RulesError(f"{file}, {where}.{key}: must be text in quotes, not {value!r}.")
    return value


def _slug(file: str, slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        raise RulesError(f"{file}, {slug!r}: a slug is lower-case letters and digits joined by hyphens. Rename it.")
    return slug


def _words(value: Any) -> dict[str, str]:
    words: dict[str, str] = {}
    for key, expression in _table("cues.toml", "words", value).items():
        text = _text("cues.toml", "words", key, expression)
        words[key] = _expand("cues.toml", f"words.{key}", text, words)
        _compiles("cues.toml", f"words.{key}", words[key])
    return words


def _expand(file: str, where: str, text: str, words: Mapping[str, str]) -> str:
    def word(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in words:
            raise RulesError(f"{file}, {where}: no word {{{name}}}. Define it in [words] of cues.toml, above its use.")
        return words[name]

    return _WORD.sub(word, text)


def _theme(slug: str, value: Any, words: Mapping[str, str]) -> Theme:
    file = "themes.toml"
    table = _table(file, _slug(file, slug), value)
    _keys(file, slug, table, ("name", "need", "benefit", "tier", "stage", "lever", "cues"), ("not",))
    text = {key: _text(file, slug, key, table[key]) for key in ("name", "need", "benefit", "tier", "stage", "lever")}
    for key, allowed in (("tier", get_args(Tier)), ("stage", get_args(Stage)), ("lever", get_args(Lever))):
        if text[key] not in allowed:
            raise RulesError(f"{file}, {slug}.{key}: {text[key]!r} is not one of {', '.join(allowed)}.")
    return Theme(
        slug=slug,
        name=text["name"],
        need=text["need"],
        benefit=text["benefit"],
        tier=cast("Tier", text["tier"]),
        stage=cast("Stage", text["stage"]),
        lever=cast("Lever", text["lever"]),
        cues=_cue(file, slug, {key: table[key] for key in ("cues", "not") if key in table}, words),
    )


def _group(name: str, value: Any, words: Mapping[str, str]) -> Mapping[str, Cue]:
    table = _table("cues.toml", name, value)
    wanted = _GROUPS[name]
    if wanted is not None:
        _keys("cues.toml", name, table, wanted)
    return MappingProxyType({key: _cue("cues.toml", f"{name}.{key}", each, words) for key, each in table.items()})


def _segments(value: Any, words: Mapping[str, str]) -> tuple[Segment, ...]:
    segments = []
    for slug, each in _table("cues.toml", "segments", value).items():
        where = f"segments.{_slug('cues.toml', slug)}"
        table = _table("cues.toml", where, each)
        _keys("cues.toml", where, table, ("name", "cues"), ("not",))
        name = _text("cues.toml", where, "name", table["name"])
        cue = _cue("cues.toml", where, {key: table[key] for key in table if key != "name"}, words)
        segments.append(Segment(slug, name, cue))
    return tuple(segments)


def _cue(file: str, where: str, value: Any, words: Mapping[str, str], groups: int = 0) -> Cue:
    table = _table(file, where, value)
    _keys(file, where, table, ("cues",), ("not",))
    lists: dict[str, tuple[str, ...]] = {}
    for key in ("cues", "not"):
        patterns = table.get(key, [])
        if not isinstance(patterns, list) or (key == "cues" and not patterns):
            raise RulesError(f"{file}, {where}.{key}: must be a list of expressions in quotes.")
        texts = [_text(file, where, key, each) for each in patterns]
        expanded = tuple(_expand(file, f"{where}.{key}", each, words) for each in texts)
        for shown, pattern in zip(texts, expanded, strict=True):
            _plain(file, f"{where}.{key}", shown, pattern, groups if key == "cues" else 0)
        # one check for the whole list is much faster; one by one only to name the culprit
        if not _ok("|".join(f"(?:{pattern})" for pattern in expanded)):
            for pattern in expanded:
                _compiles(file, f"{where}.{key}", pattern)
            raise RulesError(f"{file}, {where}.{key}: the expressions are too large together. Split the longest.")
        lists[key] = expanded
    return Cue(lists["cues"], lists["not"])


def _plain(file: str, where: str, shown: str, pattern: str, groups: int) -> None:
    bare = re.sub(r"\\.|\[[^\]]*\]", "", pattern)
    if re.search("[A-Z]", bare):
        raise RulesError(f"{file}, {where}: {shown!r} has a capital and would never match. Write it in lower case.")
    found = len(re.findall(r"\((?!\?)", bare))
    if found != groups:
        fix = "Put the product's name in one group ( )" if groups else "Write (?: ) instead of ( )"
        raise RulesError(f"{file}, {where}: {shown!r} captures {found} groups, not {groups}. {fix}.")


def _compiles(file: str, where: str, pattern: str) -> None:
    if not _ok(pattern):
        fix = "Polars uses Rust regexes: no look-around, no back-references"
        raise RulesError(f"{file}, {where}: {pattern!r} does not compile. {fix}.")


def _ok(pattern: str) -> bool:
    if not pattern:
        return True
    try:
        pl.Series([""]).str.contains(rf"\b(?:{pattern})\b")
    except pl.exceptions.ComputeError:
        return False
    return True


def _lexicon(text: str) -> dict[str, float]:
    lexicon: dict[str, float] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        where = f"lexicon.tsv, line {number}"
        word, *rest = line.split("\t")
        if len(rest) != 2 or not rest[1].strip():
            raise RulesError(f"{where}: must be word, valence and reason, with a tab between.")
        if not _TOKEN.fullmatch(word) or word != word.lower():
            raise RulesError(f"{where}: {word!r} must be one word in lower case.")
        try:
            valence = float(rest[0])
        except ValueError:
            raise RulesError(f"{where}: the valence of {word!r} is {rest[0]!r}, not a number from -4 to 4.") from None
        if not -4 <= valence <= 4:
            raise RulesError(f"{where}: the valence of {word!r} is {rest[0]}. It must lie between -4 and 4.")
        if word in lexicon:
            raise RulesError(f"{where}: {word!r} stands there twice. Keep one.")
        lexicon[word] = valence
    return lexicon
