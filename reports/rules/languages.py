"""The rules in other languages than English: the same themes, segments and signals, as customers there speak of them.

What a theme is called, needs and promises is told once, in English; a language's folder says how to hear it. Its
`themes.toml` has `cues` and `not` for every theme, its `cues.toml` the tables of the English one (a segment without a
name, and any it has no words for left out), its `lexicon.tsv` all the words that carry feeling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from reports.rules import tables
from reports.rules.pains import Pains
from reports.rules.tables import Cue, Segment, Theme

if TYPE_CHECKING:
    from reports.rules import Rules

LANGUAGES: Mapping[str, bool] = {"zh": False}
"""ISO 639-1 code, which is the folder's name -> whether it writes blanks between words."""


def files(code: str) -> tuple[str, ...]:
    """The files of a language, from the folder of the rules."""
    return tuple(f"{code}/{file}" for file in ("themes.toml", "lexicon.tsv", "cues.toml"))


def said(code: str, english: Rules, raw: Mapping[str, str]) -> Rules:
    """The rules in a language, from the contents of its files; raises RulesError."""
    themes_file, lexicon_file, cues_file = files(code)
    whole = LANGUAGES[code]
    fields, segments, words = tables.clauses(cues_file, raw[cues_file], whole_words=whole)
    told = tables.toml(themes_file, raw[themes_file])
    tables.keys(themes_file, "the file", told, tuple(theme.slug for theme in english.themes))
    known = {segment.slug: segment for segment in english.segments}
    tables.keys(cues_file, "segments", segments, (), tuple(known))
    for field in ("motives", "need_levels", "loyalty", "kinds"):
        tables.keys(cues_file, field, fields[field], (), tuple(getattr(english, field)))

    def theme(each: Theme) -> Theme:
        return replace(each, cues=tables.cue(themes_file, each.slug, told[each.slug], words, whole_words=whole))

    def segment(slug: str) -> Segment:
        where = f"segments.{slug}"
        return replace(known[slug], cues=tables.cue(cues_file, where, segments[slug], words, whole_words=whole))

    return replace(
        english,
        themes=tuple(theme(each) for each in english.themes),
        lexicon=tables.lexicon(lexicon_file, raw[lexicon_file]),
        segments=tuple(segment(slug) for slug in segments),
        workarounds=(),
        pains=Pains(),  # none are named yet: this is the place for a language's own
        **fields,
    )


def following(market: Rules, known: Rules) -> Mapping[str, Rules]:
    """The project's rules in other languages after a market changed the English ones: its themes, cues and names.

    What the market says of a theme is heard in every language, so a market in China writes its cues in Chinese.
    """
    before = {theme.slug: theme.cues for theme in known.themes}

    def heard(each: Theme, said: Theme | None, *, whole: bool) -> Theme:
        if said is None:
            return replace(each, cues=replace(each.cues, whole_words=whole))
        old = before[each.slug]
        cues = said.cues.cues + each.cues.cues[len(old.cues) :]
        blanks = said.cues.blanks + each.cues.blanks[len(old.blanks) :]
        return replace(each, cues=Cue(cues, blanks, whole))

    others = {}
    for code, rules in known.languages.items():
        said = {theme.slug: theme for theme in rules.themes}
        themes = tuple(heard(each, said.get(each.slug), whole=LANGUAGES[code]) for each in market.themes)
        others[code] = replace(rules, version=market.version, names=market.names, themes=themes)
    return others
