"""The rules that reviews are read by: themes, lexicon and cues. They are data: edit the files, not the code.

- `themes.toml`  what customers talk about, and what they need there
- `lexicon.tsv`  words that VADER misjudges in product reviews: word, valence from -4 to 4, reason
- `cues.toml`    what a clause does: complain, praise, wish, compare, leave; who says it and why
- `pains.toml`   what exactly fails, under the names that reports print
- `wording.toml` how customers' words are brought to one form before pain points are looked for
- `zh/`           the first three files in Chinese: themes keep their names, and say how Chinese customers speak of them
- `learned.tsv`, `learned.toml`   terms and weights learned from star ratings; written by `make learn` alone

`load` checks everything and raises `RulesError` with one line that names the file, the key and the fix.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast, get_args

from reports.rules import languages, tables
from reports.rules import learned as _learned
from reports.rules import pains as _pains
from reports.rules import wording as _wording
from reports.rules.corrections import Corrections
from reports.rules.errors import RulesError
from reports.rules.learned import Learned
from reports.rules.pains import Pains
from reports.rules.tables import Cue, Lever, Segment, Stage, Theme, Tier

__all__ = ["FILES", "HERE", "Cue", "Rules", "RulesError", "Segment", "Theme", "default", "load"]

HERE = Path(__file__).parent
FILES = ("themes.toml", "lexicon.tsv", "cues.toml", _pains.FILE, _wording.FILE, _learned.TERMS, _learned.EVIDENCE)


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules, under one version."""

    version: str
    """First 12 hex digits of the SHA-256 of the files, in the order of `FILES`, then those of the other languages."""
    base: str
    """The version of the project's own rules that these build on; for those, the same."""
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
    learned: Learned
    comparing: Mapping[str, Cue]
    """What `reports/reading/comparing.py` needs beside the three above, by the keys of `tables.COMPARING`."""
    workarounds: tuple[Segment, ...] = ()
    """What customers do instead, as they tell it; English only, Chinese has none yet."""
    pains: Pains = field(default_factory=Pains)
    """What names pain points."""
    languages: Mapping[str, Rules] = field(default_factory=dict)
    """ISO 639-1 code -> the same rules as another language than English says them; what was learned is English."""
    words: Mapping[str, str] = field(default_factory=dict)
    """The expressions that cues may name."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What the rivals of a market are called, in lower case -> the rival's name; nothing in the project's own rules."""
    corrections: Corrections = field(default_factory=Corrections)
    """What people corrected in a market; nothing in the project's own rules."""


def load(folder: Path = HERE) -> Rules:
    """The rules in a folder; raises RulesError. A language without a folder in it is not spoken."""
    files = {code: languages.files(code) for code in languages.LANGUAGES if (folder / code).is_dir()}
    sha = hashlib.sha256()
    raw: dict[str, str] = {}
    for file in (*FILES, *(file for each in files.values() for file in each)):
        try:
            content = (folder / file).read_bytes()
            raw[file] = content.decode()
        except FileNotFoundError:
            raise RulesError(f"{file} is missing in {folder}: the rules are {', '.join(FILES)}.") from None
        except UnicodeDecodeError as error:
            raise RulesError(f"{file}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
        sha.update(content)
    fields, segments, words = tables.clauses("cues.toml", raw["cues.toml"])
    themes = tables.toml("themes.toml", raw["themes.toml"])
    english = Rules(
        version=sha.hexdigest()[:12],
        base=sha.hexdigest()[:12],
        themes=tuple(theme(slug, table, words) for slug, table in themes.items()),
        lexicon=tables.lexicon("lexicon.tsv", raw["lexicon.tsv"]),
        segments=tables.named("cues.toml", "segments", segments, words),
        learned=_learned.learned(raw[_learned.TERMS], raw[_learned.EVIDENCE]),
        words=words,
        pains=_pains.pains(raw[_pains.FILE], _wording.wording(raw[_wording.FILE]), themes),
        **fields,
    )
    others = {code: languages.said(code, english, raw) for code in files}
    return replace(english, languages=MappingProxyType(others))


@cache
def default() -> Rules:
    """The rules that come with the project."""
    return load()


def theme(slug: str, value: Any, words: Mapping[str, str]) -> Theme:
    """A whole theme, checked; raises RulesError."""
    file = "themes.toml"
    table = tables.table(file, tables.slug(file, slug), value)
    told = ("name", "need", "benefit", "tier", "stage", "lever")
    tables.keys(file, slug, table, (*told, "cues"), ("not",))
    text = {key: tables.text(file, slug, key, table[key]) for key in told}
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
        cues=tables.cue(file, slug, {key: table[key] for key in ("cues", "not") if key in table}, words),
    )
