"""Cuts a text into mentions: sentences, and the clauses that a `but` sets against each other.

Offsets count characters (code points) of the text as given, so `text[start:end]` is the mention.
"""

from __future__ import annotations

import re

_EMOJI = r"(?:\s*[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff])*"
_END = re.compile(
    r"[.!?…。！？]+[\"'”’)\]]*"
    + _EMOJI
    + r"(?=\s|$|[A-Z\u00c0-\u00de])"  # a full stop, also where the blank after it is missing
    r"|[。！？]+"
    r"|\s*\n+"
    r"|;(?=\s)"
    r"|\s+[-–—]\s+(?=\w)"
    r"|,?\s+(?=(?i:but|however|although|though|except that|unfortunately|sadly)\b)"
)
_ABBREVIATION = re.compile(
    r"(?i)(?:^|[\s(])(?:e\.g|i\.e|etc|vs|mr|mrs|ms|dr|st|no|approx|ver|v|inc|ltd|co|a\.m|p\.m|rs|min|max|\w)\.$"
)
_WORD = re.compile(r"\w")


def split(text: str) -> list[tuple[int, int]]:
    """The mentions of a text as (start, end), in order, without blanks at either side.

    A piece without a letter or digit (an emoji, `!!!`) belongs to the mention before it, since it comments on that.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for boundary in _END.finditer(text):
        end = boundary.end()
        if (
            text[boundary.start()] == "."
            and end < len(text)
            and _ABBREVIATION.search(text, start, boundary.start() + 1)
        ):
            continue
        _add(spans, text, start, end)
        start = end
    _add(spans, text, start, len(text))
    return spans


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start == end:
        return
    if spans and not _WORD.search(text, start, end):
        spans[-1] = (spans[-1][0], end)
    else:
        spans.append((start, end))
