"""JSON as pages hold it: wrapped in comments, with a comma or a brace too many, with bare control characters."""

from __future__ import annotations

import html
import json
import re
from typing import Any

_MARKERS = re.compile(r"(?://|/\*)?[ \t]{0,9}(?:<!\[CDATA\[|\]\]>|<!--|-->)[ \t]{0,9}(?:\*/)?")
# An unclosed string or comment runs to the end: whatever is searched for from many places must not be missing.
_LOOSE = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|/\*.*?(?:\*/|\Z)|//[^\n]*|<!--.*?(?:-->|\Z)|,(?=\s*[}\]])', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([\"\\/bfnrt]|u[0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.?))", re.DOTALL)
_BETWEEN = re.compile(r"[\s,;}\]]*+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")


def json_in(block: str) -> Any:
    """The JSON of a block: strictly, then without comments, CDATA, control characters and trailing commas.

    A block with several values gives a list of them. Raises ValueError or RecursionError when nothing of this helps.
    """
    try:
        return json.loads(block, strict=False)
    except ValueError:
        block = _CONTROL.sub("", block).strip()
    if '"' not in block:  # escaped as a whole, by a page that takes a script for text
        block = html.unescape(block)
    try:  # a comment around the data
        return _values(_loosened(_MARKERS.sub("", block)))
    except ValueError:  # comments beside it
        return _values(_loosened(block))


def _loosened(block: str) -> str:
    return _LOOSE.sub(lambda m: _ESCAPE.sub(_escaped, m[0]) if m[0].startswith('"') else "", block).strip()


def _escaped(found: re.Match[str]) -> str:
    r"""An escape as JSON has it, out of what JavaScript has (`\x26`, `\'`) or of a backslash that is one."""
    if found[1]:
        return found[0]
    if found[2]:
        return f"\\u00{found[2]}"
    return "'" if found[3] == "'" else f"\\\\{found[3]}"


def _values(block: str) -> Any:
    values: list[Any] = []
    decoder, at = json.JSONDecoder(strict=False), 0
    while at < len(block) or not values:
        value, at = decoder.raw_decode(block, at)
        values.append(value)
        between = _BETWEEN.match(block, at)
        at = between.end() if between else at
    return values if len(values) > 1 else values[0]
