"""What one market adds to the rules: a folder `NAME.rules` beside its `NAME.toml`, with any of these files.

- `themes.toml`       themes of its own, whole as in the project's file; or for a known theme the keys that differ:
                      its `cues` and `not` are added to the known ones, `drop = true` leaves it out
- `corrections.toml`  what people corrected (see `corrections`)
- `learned.tsv`       what `unmet learn` added to the weights of terms from the market's own stars

The version of the rules covers them, so reviews are read again when they change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from reports.rules import Rules, default, languages, learned, tables, theme
from reports.rules.corrections import FILE as CORRECTIONS
from reports.rules.corrections import corrections
from reports.rules.errors import RulesError
from reports.rules.tables import Cue, Theme

THEMES = "themes.toml"
FILES = (THEMES, CORRECTIONS, learned.TERMS)


def folder(market: Path) -> Path:
    """Where a market file's own rules stand, if it has any."""
    return market.with_suffix(".rules")


def of(market: Path | None, names: Mapping[str, str], *, unlearned: bool = False) -> Rules:
    """The rules of a market file: the project's, what its folder adds to them, and its rivals; raises RulesError.

    `names`: what a rival is called, in lower case -> its name. `unlearned`: without what the market's stars taught.
    """
    known = default()
    raw = _contents(folder(market)) if market is not None and folder(market).is_dir() else {}
    if unlearned:
        raw.pop(learned.TERMS, None)
    if not raw and not names:
        return known
    sha = hashlib.sha256(f"{known.version}\0{sorted(names.items())}".encode())
    for file, text in raw.items():
        sha.update(f"\0{file}\0{text}".encode())
    themes = _themed(known, raw[THEMES]) if THEMES in raw else known.themes
    slugs = tuple(each.slug for each in themes)
    own = replace(
        known,
        version=sha.hexdigest()[:12],
        names=names,
        themes=themes,
        corrections=corrections(raw[CORRECTIONS], slugs) if CORRECTIONS in raw else known.corrections,
        learned=learned.refined(known.learned, raw[learned.TERMS]) if learned.TERMS in raw else known.learned,
    )
    return replace(own, languages=languages.following(own, known))


def _contents(place: Path) -> dict[str, str]:
    raw = {}
    for file in sorted(path.name for path in place.iterdir() if not path.name.startswith(".")):
        if file not in FILES:
            if file.startswith("learned-"):  # what `unmet learn` learned before
                continue
            raise RulesError(f"{place / file}: no such rules. A market's own are {', '.join(FILES)}.")
        try:
            raw[file] = (place / file).read_text("utf-8")
        except UnicodeDecodeError as error:
            raise RulesError(f"{place / file}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
    return raw


def _themed(known: Rules, text: str) -> tuple[Theme, ...]:
    themes = {each.slug: each for each in known.themes}
    for slug, value in tables.toml(THEMES, text).items():
        if slug not in themes:
            themes[slug] = theme(slug, value, known.words)
        elif (changed := _changed(themes[slug], value, known.words)) is None:
            del themes[slug]
        else:
            themes[slug] = changed
    return tuple(themes.values())


def _changed(old: Theme, value: Any, words: Mapping[str, str]) -> Theme | None:
    """A known theme with what the market says of it; None where the market drops it."""
    table = tables.table(THEMES, old.slug, value)
    told = ("name", "need", "benefit", "tier", "stage", "lever")
    tables.keys(THEMES, old.slug, table, (), (*told, "cues", "not", "drop"))
    if table.get("drop") is True:
        return None
    whole = {key: getattr(old, key) for key in told} | {key: table[key] for key in told if key in table}
    # a placeholder keeps the check of a whole theme happy where a market adds counter-cues only
    added = theme(old.slug, {**whole, "cues": table.get("cues", ["x"]), "not": table.get("not", [])}, words)
    cues = added.cues.cues if "cues" in table else ()
    return replace(added, cues=Cue(old.cues.cues + cues, old.cues.blanks + added.cues.blanks))
