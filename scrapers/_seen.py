"""What a walk has seen so far, in the fragment of the next request's address, which is never sent.

Some sites lead back to a page that they gave before, under the same token or under another page's number. Each request
carries a short mark of every page before it, so that a page whose mark is there already ends the walk.
"""

from __future__ import annotations

import re

from data.review import content_id

MOST = 300
"""More pages than a visit reads; older marks go first."""

_SEEN = re.compile(r"(?:^|&)seen=([0-9a-f.]{1,6000})(?:&|$)")


def mark(*parts: object) -> str:
    """Eight hex digits that stand for a token, or for the ids on a page."""
    return content_id(*parts)[:8]


def marks(url: str) -> tuple[str, ...]:
    """The marks that an address carries."""
    found = _SEEN.search(url.partition("#")[2])
    return tuple(found[1].split(".")) if found else ()


def marked(address: str, before: tuple[str, ...], mark: str) -> str:
    """An address that carries the marks of the request before it and one more."""
    return f"{address}#seen={'.'.join([*before, mark][-MOST:])}"
