"""Which words a text must have for an expression to match in it.

A pattern is tried where it may match, and nowhere else. What is said here of a pattern is always so of a text in which
it matches, never more than it needs: where a part of a pattern is not understood, it asks for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

MOST = 48
"""More readings of one stretch of a pattern are not written out: it is cut there, and each part asks for itself."""
MANY = 400
"""As many words may stand for each other in one place."""
_GAP = "\x01"
"""In a reading: a place for any text or none."""
_EDGE = " "
"""In a reading: the edge of a word, or any character that is in none."""
_LETTERS = {letter: letter for letter in "abcdefghijklmnopqrstuvwxyz_"} | dict.fromkeys("0123456789", "0")
"""What words are made of; all digits are one."""
_WORD = re.compile(" ?[0a-z_]+ ?")
_FEW = 4
"""A class of more letters is any text."""
_REPEAT = re.compile(r"(?:([?*+])|\{(\d+)(?:,\d*)?\})\??")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_MARKS = re.compile(rf"\\.|{_CLASS.pattern}|[()|]", re.DOTALL)
"""What tells where groups and alternatives end, and what only looks like it."""
_GROUP = re.compile(r"\((?:\?(?:P?<\w+>|:))?")
_EDGES = ("(?-u:\\b)", "\\b", "^", "$")
_NAMED = re.compile(r"\\[pPx](?:\{[^}]*\}|[0-9A-Za-z]{1,2})")
_PLAIN = re.compile(r"[a-z ']+(?![?*+{])")
"""Letters that stand for themselves, all of them once."""

Word = str
"""A run of the letters a-z, _ and digits in a text, with a blank where its word begins and ends: " crash " is a word,
" crash" begins one, "crash" may stand in the middle of one. Every digit is written as 0."""
Need = frozenset[Word]
"""Any of these."""
Needs = frozenset[Need]
"""All of these; none where a pattern may match in any text."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a pattern: every way to read it, and what it needs beside that."""

    readings: frozenset[str]
    needs: Needs = frozenset()


_ANY = _Part(frozenset([_GAP]))


class _Odd(Exception):
    """A pattern has something that is not understood."""


_KNOWN: dict[tuple[str, bool], tuple[Needs, ...]] = {}


def needs(pattern: str, *, whole_words: bool) -> tuple[Needs, ...]:
    """What a text in lower case needs for a pattern of Rust's regex crate to match in it, one for each alternative.

    `whole_words`: the pattern is tried between two edges of words.
    """
    if (pattern, whole_words) not in _KNOWN:
        _KNOWN[pattern, whole_words] = _needs(pattern, whole_words)
    return _KNOWN[pattern, whole_words]


def remember(known: Mapping[tuple[str, bool], tuple[Needs, ...]]) -> None:
    """Takes over what another process found that patterns need, between the edges of words or not."""
    _KNOWN.update(known)


def _needs(pattern: str, whole_words: bool) -> tuple[Needs, ...]:
    edge = _EDGE if whole_words else _GAP
    try:
        ways = [_joined([_sequence(each, edge), _Part(frozenset([edge]))]) for each in _branches(pattern)]
    except _Odd:
        return (frozenset(),)
    return tuple(_all(way) for way in ways)


@cache
def _either(pattern: str, before: str) -> _Part:
    """A pattern that may have alternatives, and what stands before it."""
    parts = [_sequence(branch, before) for branch in _branches(pattern)]
    if len(parts) == 1:
        return parts[0]
    readings = frozenset().union(*(part.readings for part in parts))
    if len(readings) <= MANY and not any(part.needs for part in parts):
        return _Part(readings)
    best = [min(_all(part), key=_common, default=frozenset[Word]()) for part in parts]
    return _Part(_ends(readings), frozenset([frozenset().union(*best)]) if all(best) else frozenset())


def _common(need: Need) -> int:
    """A guess at how many texts have what is needed: short words are common."""
    return sum(max(1, 32 >> len(word.strip())) for word in need)


def _all(part: _Part) -> Needs:
    return part.needs | _asked(part.readings)


def _branches(pattern: str) -> list[str]:
    """The alternatives of a pattern."""
    found, depth, start = [], 0, 0
    for mark in _MARKS.finditer(pattern):
        told = mark[0]
        if told == "(":
            depth += 1
        elif told == ")":
            depth -= 1
        elif told == "|" and not depth:
            found.append(pattern[start : mark.start()])
            start = mark.end()
    return [*found, pattern[start:]]


@cache
def _sequence(pattern: str, before: str) -> _Part:
    """A pattern without alternatives outside of groups, and what stands before it."""
    parts, at = [_Part(frozenset([before]))], 0
    while at < len(pattern):
        plain = _PLAIN.match(pattern, at)
        if plain:
            parts.append(_run(plain[0]))
            at = plain.end()
            continue
        edge = _EDGE if all(each.endswith(_EDGE) for each in parts[-1].readings) else ""
        part, at = _atom(pattern, at, edge)
        repeat = _REPEAT.match(pattern, at)
        if repeat:
            part, at = _repeated(part, repeat), repeat.end()
        parts.append(part)
    return _joined(parts)


def _atom(pattern: str, at: int, before: str) -> tuple[_Part, int]:
    """What stands at a place of a pattern, and where it ends."""
    for edge in _EDGES:
        if pattern.startswith(edge, at):
            return _Part(frozenset([_EDGE])), at + len(edge)
    letter = pattern[at]
    if letter == "(":
        end = _closing(pattern, at)
        return _either(pattern[_matched(_GROUP, pattern, at).end() : end], before), end + 1
    if letter == "[":
        found = _matched(_CLASS, pattern, at)
        return _class(found[0]), found.end()
    if letter == "\\":
        named = _NAMED.match(pattern, at)
        if named:
            return _ANY, named.end()
        letter = pattern[at + 1 : at + 2]
        if letter.isalnum() or not letter:
            return (_one(" ") if letter == "s" else _ANY), at + 2
        return _one(letter), at + 2
    if letter in "*+?{})|":
        raise _Odd
    return (_ANY if letter == "." else _one(letter)), at + 1


@cache
def _one(letter: str) -> _Part:
    return _Part(frozenset([_LETTERS.get(letter, _EDGE)]))


@cache
def _run(letters: str) -> _Part:
    return _Part(frozenset([letters.replace("'", _EDGE)]))


def _closing(pattern: str, start: int) -> int:
    """Where the group ends that begins at a place."""
    depth = 0
    for mark in _MARKS.finditer(pattern, start):
        if mark[0] in ("(", ")"):
            depth += 1 if mark[0] == "(" else -1
            if not depth:
                if pattern.startswith("(?", start) and not _matched(_GROUP, pattern, start)[0].endswith((":", ">")):
                    raise _Odd
                return mark.start()
    raise _Odd


def _matched(what: re.Pattern[str], pattern: str, at: int) -> re.Match[str]:
    found = what.match(pattern, at)
    if not found:
        raise _Odd
    return found


def _class(text: str) -> _Part:
    """A class: its letters if they are few, any mark if it has none, any text if it is wide."""
    inner = text[1:-1]
    if inner.startswith("^") or "\\" in inner or "[" in inner or "&&" in inner or "--" in inner or "~~" in inner:
        return _ANY
    letters: set[str] = set()
    at = 0
    while at < len(inner):
        if inner[at + 1 : at + 2] == "-" and at + 2 < len(inner):
            letters |= {chr(code) for code in range(ord(inner[at]), ord(inner[at + 2]) + 1)}
            at += 3
        else:
            letters.add(inner[at])
            at += 1
    readings = frozenset(_LETTERS.get(letter, _EDGE) for letter in letters)
    return _Part(readings) if len(readings) <= _FEW else _ANY


def _repeated(part: _Part, repeat: re.Match[str]) -> _Part:
    least = int(repeat[2] or 0) or int(repeat[1] == "+")
    few = len(part.readings) <= _FEW
    if least:
        more = _GAP + (_EDGE if all(each.endswith(_EDGE) for each in part.readings) else "")
        many = frozenset([each + more for each in part.readings]) if few else _ends(part.readings)
        return _Part(many, _all(part))
    if few and repeat[1] == "?":
        return _Part(part.readings | {""})
    any_text = _ends(part.readings)
    return _ANY if any_text == _ANY.readings else _Part(any_text | {""})


def _ends(readings: frozenset[str]) -> frozenset[str]:
    """Any text, between edges where all readings begin and end with one."""
    first = _EDGE if all(each.startswith(_EDGE) for each in readings) else ""
    last = _EDGE if all(each.endswith(_EDGE) for each in readings) else ""
    return frozenset([first + _GAP + last])


def _joined(parts: list[_Part]) -> _Part:
    """Parts one behind the other."""
    readings: frozenset[str] = frozenset([""])
    asked: Needs = frozenset()
    for part in parts:
        asked |= part.needs
        if len(readings) * len(part.readings) > MOST:
            edge = _EDGE if all(each.startswith(_EDGE) for each in part.readings) else ""
            asked |= _asked(frozenset([each + edge for each in readings]))
            readings = _ends(readings)
        readings = frozenset([one + other for one in readings for other in part.readings])
    return _Part(readings, asked)


def _asked(readings: frozenset[str]) -> Needs:
    """What a text needs for any of the readings to be in it."""
    # two blanks, so that neighbours share none
    words = [_WORD.findall(reading.replace(_EDGE, 2 * _EDGE)) for reading in readings]
    if not all(words):
        return frozenset()
    if len({len(each) for each in words}) == 1:
        return frozenset(frozenset(each) for each in zip(*words, strict=True))
    chosen = ([each[0] for each in words], [each[-1] for each in words], [max(each, key=len) for each in words])
    return frozenset(frozenset(each) for each in chosen)
