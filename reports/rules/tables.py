"""Reads the tables of the rules and checks every value: what a cue, a theme and a lexicon may say.

Every fault is a `RulesError` of one line that names the file, the key and the fix.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

import polars as pl

from reports.rules.errors import RulesError

Tier = Literal["works", "pleasant", "loved"]
Stage = Literal["discover", "order", "deliver", "use", "bill", "support", "leave"]
Lever = Literal["product", "price", "promotion", "channel", "people"]
Side = Literal["segment", "demographic", "use"]
"""Of a customer: their role or relation to the product; who they are in life; what they use the product for."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Regexes over one lower-cased clause; `{word}`s are already written out."""

    cues: tuple[str, ...]
    blanks: tuple[str, ...] = ()
    """Spans to blank out before the cues are tried: what looks like the topic and is not."""
    whole_words: bool = True
    """Each is matched as `\\b(?:cue)\\b`; else as it stands, for a script that writes no blanks between words."""


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
    """What cues tell of customers under a name to print: what they are, what they use it for, or do instead."""

    slug: str
    name: str
    cues: Cue
    kind: Side = "segment"


CUES = ("complaint", "praise", "churn", "urgency")
CAPTURES = ("switched_from", "switched_to", "compared")
GROUPS: Mapping[str, tuple[str, tuple[str, ...] | None]] = {
    "kinds": ("kinds", ("bug", "request", "question")),
    "motive": ("motives", None),
    "need_level": ("need_levels", ("need", "want")),
    "loyalty": ("loyalty", ("recommends", "warns", "returns")),
}
"""Tables of tables: the field of `Rules`, and the keys they must have; None where a new key needs no new code."""
COMPARING: Mapping[str, int] = {
    **dict.fromkeys(("compared_named", "switched_from_named", "switched_to_named"), 1),
    **dict.fromkeys(("superlative", "comparative", "cut", "no_rival", "others"), 0),
    **dict.fromkeys(("elsewhere", "no_product", "no_place", "common"), 0),
}
"""The tables of `comparing`, only for scripts that write blanks between words -> how many groups a cue captures."""
ENGLISH_ONLY = ("comparing", "workarounds")
"""Tables that no other language has yet."""

_WORD = re.compile(r"\{([a-z][a-z_]*)\}")
_SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_TOKEN = re.compile(r"[^\s\t]+")


def toml(file: str, content: str) -> dict[str, Any]:
    """A file's tables."""
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"{file} is not TOML: {error}.") from None
    except RecursionError:
        raise RulesError(f"{file}: lists or tables within each other hundreds deep. Take them apart.") from None


def table(file: str, where: str, value: Any) -> dict[str, Any]:
    """The value, which must be a table."""
    if not isinstance(value, dict):
        raise RulesError(f"{file}, {where}: must be a table. Write [{where}] on a line of its own.")
    return cast("dict[str, Any]", value)


def keys(file: str, where: str, held: Mapping[str, Any], wanted: tuple[str, ...], free: tuple[str, ...] = ()) -> None:
    """Exactly the wanted keys, and any of the free ones."""
    for key in held:
        if key not in wanted and key not in free:
            raise RulesError(f"{file}, {where}: unknown key {key!r}. The keys are {', '.join((*wanted, *free))}.")
    for key in wanted:
        if key not in held:
            raise RulesError(f"{file}, {where}: {key!r} is missing. Add it.")


def text(file: str, where: str, key: str, value: Any) -> str:
    """The value, which must be text."""
    if not isinstance(value, str) or not value.strip():
        raise RulesError(f"{file}, {where}.{key}: must be text in quotes, not {value!r}.")
    return value


def slug(file: str, value: str) -> str:
    """The value, which must be a slug."""
    if not _SLUG.fullmatch(value):
        raise RulesError(f"{file}, {value!r}: a slug is lower-case letters and digits joined by hyphens. Rename it.")
    return value


def _words(file: str, value: Any) -> dict[str, str]:
    words: dict[str, str] = {}
    for key, expression in table(file, "words", value).items():
        words[key] = _expand(file, f"words.{key}", text(file, "words", key, expression), words)
        _compiles(file, f"words.{key}", words[key])
    return words


def _expand(file: str, where: str, expression: str, words: Mapping[str, str]) -> str:
    def word(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in words:
            raise RulesError(f"{file}, {where}: no word {{{name}}}. Define it in [words] of cues.toml, above its use.")
        return words[name]

    return _WORD.sub(word, expression)


def cue(
    file: str, where: str, value: Any, words: Mapping[str, str], *, groups: int = 0, whole_words: bool = True
) -> Cue:
    """One cue from its table of `cues` and `not`; `groups` is how many capture groups each of its cues must have."""
    held = table(file, where, value)
    keys(file, where, held, ("cues",), ("not",))
    lists: dict[str, tuple[str, ...]] = {}
    for key in ("cues", "not"):
        patterns = held.get(key, [])
        if not isinstance(patterns, list) or (key == "cues" and not patterns):
            raise RulesError(f"{file}, {where}.{key}: must be a list of expressions in quotes.")
        texts = [text(file, where, key, each) for each in patterns]
        expanded = tuple(_expand(file, f"{where}.{key}", each, words) for each in texts)
        for shown, pattern in zip(texts, expanded, strict=True):
            _plain(file, f"{where}.{key}", shown, pattern, groups if key == "cues" else 0)
        # one check for the whole list is much faster; one by one only to name the culprit
        if not _ok("|".join(f"(?:{pattern})" for pattern in expanded)):
            for pattern in expanded:
                _compiles(file, f"{where}.{key}", pattern)
            raise RulesError(f"{file}, {where}.{key}: the expressions are too large together. Split the longest.")
        lists[key] = expanded
    return Cue(lists["cues"], lists["not"], whole_words)


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


def lexicon(file: str, content: str) -> Mapping[str, float]:
    """Word -> valence."""
    valences: dict[str, float] = {}
    for number, line in enumerate(content.splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        where = f"{file}, line {number}"
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
        if word in valences:
            raise RulesError(f"{where}: {word!r} stands there twice. Keep one.")
        valences[word] = valence
    return MappingProxyType(valences)


def named(file: str, group: str, held: Mapping[str, Any], words: Mapping[str, str]) -> tuple[Segment, ...]:
    """The cues of a group that have names to print; only those of `segments` may say of what kind they are."""
    free = ("kind", "not") if group == "segments" else ("not",)
    found = []
    for name, each in held.items():
        where = f"{group}.{slug(file, name)}"
        told = table(file, where, each)
        keys(file, where, told, ("name", "cues"), free)
        kind = told.get("kind", "segment")
        if kind not in get_args(Side):
            raise RulesError(f"{file}, {where}.kind: {kind!r} is not one of {', '.join(get_args(Side))}.")
        cues = cue(file, where, {key: told[key] for key in told if key in ("cues", "not")}, words)
        found.append(Segment(name, text(file, where, "name", told["name"]), cues, cast("Side", kind)))
    return tuple(found)


def clauses(
    file: str, content: str, *, whole_words: bool = True
) -> tuple[dict[str, Any], Mapping[str, Any], Mapping[str, str]]:
    """What `cues.toml` holds: the fields of `Rules` that it fills, the segments as they stand, and the words."""
    cues = toml(file, content)
    words = _words(file, cues.pop("words", {}))
    keys(file, "the file", cues, (*CUES, *CAPTURES, *GROUPS, "segments", *(ENGLISH_ONLY if whole_words else ())))
    fields: dict[str, Any] = {
        name: cue(file, name, cues[name], words, groups=int(name in CAPTURES), whole_words=whole_words)
        for name in (*CUES, *CAPTURES)
    }
    for name, (field, wanted) in GROUPS.items():
        held = table(file, name, cues[name])
        if wanted is not None:
            keys(file, name, held, wanted)
        each = {key: cue(file, f"{name}.{key}", value, words, whole_words=whole_words) for key, value in held.items()}
        fields[field] = MappingProxyType(each)
    if whole_words:
        held = table(file, "comparing", cues["comparing"])
        keys(file, "comparing", held, tuple(COMPARING))
        each = {name: cue(file, f"comparing.{name}", held[name], words, groups=n) for name, n in COMPARING.items()}
        fields["comparing"] = MappingProxyType(each)
        fields["workarounds"] = named(file, "workarounds", table(file, "workarounds", cues["workarounds"]), words)
    return fields, table(file, "segments", cues["segments"]), words
