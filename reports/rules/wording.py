"""How customers' words are brought to one form, from `wording.toml`: spellings, synonyms, endings, what is left out.

Pain points are looked for in that form (`reports/rules/pains.py`) and named from its words
(`reports/reading/grammar.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from reports.rules import tables
from reports.rules.errors import RulesError

FILE = "wording.toml"
EDGE = ","
"""Stands for every mark that ends a clause, and for both ends of a mention."""
NUMBER = "#"
SIGNS = "#%$"
LISTS: Mapping[str, tuple[str, ...]] = {
    "verbs": ("words", "alone", "ails", "breaks", "refuses", "hard", "mute"),
    "nouns": ("words", "plural", "lost", "verbal", "vague", "spare", "gradable"),
    "modifiers": ("words",),
    "left_out": ("words",),
}
"""Tables of word lists -> their keys; what each is for stands in the file."""
_VOWELS = frozenset("aeiou")
_DOUBLES = re.compile(r"[^aeiou][aeiou][^aeiouwxy]$")
_SHORT = re.compile(r"[^aeiou]*[aeiou][^aeiouwxy]")
_LAST_STRESSED = frozenset("forget reset unpin submit".split())


@dataclass(frozen=True, eq=False, slots=True)
class Wording:
    """The words of reviews and their forms; empty for a language whose pain points are not named."""

    forms: Mapping[str, str] = field(default_factory=dict)
    """A word as written -> its form: a word, several, or nothing where it is left out."""
    phrases: Mapping[str, str] = field(default_factory=dict)
    """Several words in their forms -> the one expression for them, likewise."""
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """`table.key` of `LISTS` -> the words."""
    states: Mapping[str, str] = field(default_factory=dict)
    """What may be wrong with something, in its form -> as names say it."""

    def form(self, word: str) -> str:
        """A word in lower case, a number or a mark in its form."""
        if word[0].isdigit():
            return NUMBER
        if not word[0].isalpha() and word[0] not in SIGNS:
            return EDGE
        return self.forms.get(word, word)


def wording(content: str) -> Wording:
    """The contents of the file, checked; raises RulesError."""
    told = tables.toml(FILE, content)
    tables.keys(FILE, "the file", told, ("same", "phrases", "states", *LISTS))
    irregular: dict[str, str] = {}
    lists: dict[str, frozenset[str]] = {}
    for name, keys in LISTS.items():
        table = tables.table(FILE, name, told[name])
        tables.keys(FILE, name, table, keys)
        for key in keys:
            words = tables.text(FILE, name, key, table[key]).split()
            irregular |= {other: word for word, *others in (each.split(":") for each in words) for other in others}
            lists[f"{name}.{key}"] = frozenset(word.partition(":")[0] for word in words)
    verbs, nouns = lists["verbs.words"], lists["nouns.words"]
    for table_name, known in (("verbs", verbs), ("nouns", nouns)):
        for key in LISTS[table_name][1:]:
            for word in sorted(lists[f"{table_name}.{key}"] - known - nouns):
                raise RulesError(f"{FILE}, {table_name}.{key}: {word!r} is not among {table_name}.words. Add it there.")
    forms = {plural(noun): noun for noun in sorted(nouns)}
    forms |= {each: verb for verb in sorted(verbs) for each in sorted(inflected(verb))}
    forms |= irregular | {word: word for word in nouns | verbs}
    forms |= dict.fromkeys(lists["left_out.words"], "")
    same = _same(tables.table(FILE, "same", told["same"]))
    forms = {word: same.get(form, form) for word, form in forms.items()} | same
    _settled("same", same.values(), forms)
    for key in ("nouns.words", "verbs.words", "modifiers.words"):
        _settled(key, lists[key], forms)
    phrases = _phrases(tables.table(FILE, "phrases", told["phrases"]))
    _settled("phrases", [*phrases, *phrases.values()], forms)
    states = _by_word("states", tables.table(FILE, "states", told["states"]))
    _settled("states", states, forms)
    return Wording(forms, phrases, lists, states)


def inflected(verb: str) -> set[str]:
    """The regular forms of a verb beside itself; where its last letter may be doubled, both ways."""
    if verb.endswith("e"):
        return {verb + "s", verb + "d", going(verb)}
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return {verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"}
    doubled = {verb + verb[-1] + "ed", verb + verb[-1] + "ing"} if _DOUBLES.search(verb) else set()
    return {plural(verb), verb + "ed", verb + "ing"} | doubled


def plural(noun: str) -> str:
    """The regular plural of a noun."""
    if noun.endswith("y") and noun[-2:-1] not in _VOWELS:
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "z", "ch", "sh")) else "s")


def going(verb: str) -> str:
    """A verb as in `keeps going`."""
    if verb.endswith("e") and not verb.endswith("ee"):
        return (verb[:-2] + "y" if verb.endswith("ie") else verb[:-1]) + "ing"
    return verb + (verb[-1] if _SHORT.fullmatch(verb) or verb in _LAST_STRESSED else "") + "ing"


def _by_word(name: str, table: Mapping[str, Any]) -> dict[str, str]:
    """A table of `form = "words"` turned round: word -> form."""
    found: dict[str, str] = {}
    for form, words in table.items():
        for word in tables.text(FILE, name, form, words).split():
            if found.setdefault(word, form) != form:
                raise RulesError(f"{FILE}, {name}: {word!r} stands under {found[word]!r} and {form!r}. Keep one.")
    return found


def _same(table: Mapping[str, Any]) -> dict[str, str]:
    return {form: form for form in table if " " not in form} | _by_word("same", table)


def _phrases(table: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for form, phrases in table.items():
        if not isinstance(phrases, list) or not phrases:
            raise RulesError(f"{FILE}, phrases.{form}: must be a list of phrases in quotes.")
        for phrase in phrases:
            words = tables.text(FILE, "phrases", form, phrase)
            if found.setdefault(words, form) != form:
                raise RulesError(f"{FILE}, phrases: {words!r} stands under {found[words]!r} and {form!r}. Keep one.")
    return found


def _settled(where: str, texts: Collection[str], forms: Mapping[str, str]) -> None:
    """Refuses words that never are what a text is brought to."""
    for word in sorted({word for text in texts for word in text.split()}):
        if not word[0].isdigit() and forms.get(word, word) != word:
            instead = f"as {forms[word]!r}" if forms[word] else "nowhere, as it is left out"
            raise RulesError(f"{FILE}, {where}: {word!r} is itself written {instead}. Write it so here.")
