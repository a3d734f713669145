"""Careful selection: take what is there, say what is missing, guess nothing.

Every function here either returns a value of the type it names, returns None for an absent optional value, or raises
`ChangedPage`. None of them lets a wrong type through.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from scrapers._errors import ChallengePage, ChangedPage
from scrapers._source import Page

MAX_DEPTH = 60
MAX_VOTES = 2**31
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\n{3,}")
_BLOCK = re.compile(r"(?i)<\s*(?:br|/p|/div|/li|/h[1-6]|/tr|/blockquote)\s*/?>")
_HIDDEN = re.compile(r"(?is)<(script|style|template)\b.*?</\1\s*>|<!--.*?-->")
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
_CHALLENGE = re.compile(
    rb"(?i)just a moment\.\.\.|cf-chl-|challenge-platform|_incapsula_|captcha-delivery\.com|px-captcha|"
    rb"verify(?:ing)? (?:that )?you are (?:a )?human|enable javascript and cookies to continue|whoa there, pardner"
)


def challenge(page: Page) -> None:
    """Raises ChallengePage when the page is a bot check sent with status 200."""
    if _CHALLENGE.search(page.body[:60_000]):
        raise ChallengePage(
            f"{page.url} answered with a bot check instead of reviews; leave the site alone for a day, or save the page by hand"
        )


def json_of(page: Page) -> Any:
    """The page's JSON; raises ChangedPage when it is not JSON, and says what it is instead."""
    text = page.body.decode("utf-8-sig", "replace").strip()
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as e:
        challenge(page)
        what = "an HTML page" if text[:200].lstrip().startswith("<") else f"{text[:60]!r}"
        raise ChangedPage(f"{page.url} sent {what} where JSON was due") from e


def dig(value: Any, *path: str | int) -> Any:
    """Walks dicts and lists; None as soon as a step is missing or of another type."""
    for step in path:
        if isinstance(step, str) and isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text_of(value: Any) -> str | None:
    """Plain text out of a string that may hold HTML and entities; None when it is not a string or holds nothing."""
    if not isinstance(value, str):
        return None
    if "<" in value:
        value = _TAG.sub("", _BLOCK.sub("\n", _HIDDEN.sub("", value)))
    return plain(html.unescape(value))


def plain(value: Any) -> str | None:
    """A string without control characters, unpaired surrogates and runs of blanks; None when nothing is left."""
    if not isinstance(value, str):
        return None
    value = value.encode("utf-8", "replace").decode("utf-8")
    value = _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (_SPACES.sub(" ", line).strip() for line in value.split("\n"))
    return _BREAKS.sub("\n\n", "\n".join(lines)).strip() or None


def number(value: Any) -> float | None:
    """A finite number out of an int, a float or text such as ` 4 `, `4,5`; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = value.strip()
        if re.fullmatch(r"-?\d{1,12},\d{1,12}", value):
            value = value.replace(",", ".")
        if not re.fullmatch(r"-?\d{1,15}(?:\.\d{1,30})?", value):
            return None
    if not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def votes(value: Any) -> int | None:
    """A count of votes; None when it is none, negative, or an underflow near 2^32."""
    result = number(value)
    return int(result) if result is not None and 0 <= result < MAX_VOTES else None


def moment(value: datetime | None) -> datetime | None:
    """A time in UTC if it has a zone and lies within reason, else None."""
    if value is None or value.tzinfo is None:
        return None
    try:
        value = value.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return value if EARLIEST <= value < LATEST else None


def iso_time(value: Any) -> datetime | None:
    """A time out of ISO 8601 text with a zone, or a date alone (midnight UTC); None for anything else."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\d", value.strip()):
        return None
    try:
        parsed = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return moment(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))


def unix_time(value: Any) -> datetime | None:
    """A time out of seconds since 1970; None when it is no number or lies beyond reason."""
    seconds = number(value)
    if seconds is None or not EARLIEST.timestamp() <= seconds < LATEST.timestamp():
        return None
    return datetime.fromtimestamp(seconds, UTC)
