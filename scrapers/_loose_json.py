"""JSON as pages hold it: wrapped in comments, with a comma too many, with bare control characters."""

from __future__ import annotations

import json
import re
from typing import Any

_MARKERS = re.compile(r"(?://|/\*)?[ \t]{0,9}(?:<!\[CDATA\[|\]\]>|<!--|-->)[ \t]{0,9}(?:\*/)?")
# An unclosed string or comment runs to the end: whatever is searched for from many places must not be missing.
_LOOSE = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|/\*.*?(?:\*/|\Z)|//[^\n]*|<!--.*?(?:-->|\Z)|,(?=\s*[}\]])', re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")


def json_in(block: str) -> Any:
    """The JSON of a block: strictly, then without comments, CDATA, control characters and trailing commas.

    Raises ValueError or RecursionError when that does not help either.
    """
    try:
        return json.loads(block, strict=False)
    except ValueError:
        block = _CONTROL.sub("", block).strip()
    try:  # a comment around the data
        return json.loads(_loosened(_MARKERS.sub("", block)), strict=False)
    except ValueError:  # comments beside it
        return json.loads(_loosened(block), strict=False)


def _loosened(block: str) -> str:
    block = _LOOSE.sub(lambda m: m[0].replace("\\'", "'") if m[0].startswith('"') else "", block)
    return block.strip().rstrip(";")
