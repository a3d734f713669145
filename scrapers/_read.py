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
LONGEST_MESSAGE = 60
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\n{3,}")
_BLOCK = re.compile(r"(?i)<\s*(?:br|/p|/div|/li|/h[1-6]|/tr|/blockquote)\s*/?>")
# Unclosed ones hide the rest, as in a browser; else a text full of them would take hours.
_HIDDEN = re.compile(r"(?is)<(script|style|template)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)")
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
_ANY_TAG = re.compile(r"<[a-zA-Z!]")
# Only what Steam formats with (https://steamcommunity.com/comment/Recommendation/formattinghelp): people write [EDIT].
_BBCODE = re.compile(
    r"(?i)\[(?P<block>/?(?:h[1-6]|hr|list|olist|\*|quote|code|table|tr|p)|/(?:th|td))(?:=[^\[\]]{0,2000})?\]|"
    r"\[/?(?:b|i|u|s|strike|spoiler|noparse|url|th|td)(?:=[^\[\]]{0,2000})?\]"
)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CHARSET = re.compile(rb"(?i)\bcharset\s*=\s*[\"']?\s*([a-z0-9_-]{3,20})")
# Python has codecs that no page uses and that take quadratic time or decode to bytes; only text ones are obeyed.
_SAFE_CODEC = re.compile(
    r"utf-?8|utf-16(?:le|be)?|us-ascii|latin-?1|iso-?8859-?(?:[1-9]|1[013-6])|windows-(?:125[0-8]|874)|cp125[0-8]|koi8-[ru]|"
    r"shift[_-]jis|euc-(?:jp|kr)|gb2312|gbk|gb18030|big5"
)
# As browsers read them (https://encoding.spec.whatwg.org/#names-and-labels, 2026-11)
_CODECS = {"iso-8859-1": "windows-1252", "latin1": "windows-1252", "us-ascii": "windows-1252", "gb2312": "gb18030"}
_CHALLENGE = re.compile(
    rb"(?i)just a moment\.\.\.|cf-chl-|challenge-platform|_incapsula_|captcha-delivery\.com|px-captcha|"
    rb"verify(?:ing)? (?:(?:that )?you are (?:a )?human|your connection)|enable javascript and cookies to continue|"
    rb"whoa there, pardner"
)

_PHONE = re.compile(
    r"\+[0-9 ().-]{7,20}[0-9]|\(?0[0-9]{1,4}\)?[ ./-][0-9 ./-]{5,18}[0-9]|\(?[0-9]{3}\)?[ .-]{1,2}[0-9]{3}[ .-][0-9]{4}"
)
_PERSONS = re.compile(
    r"(?i)[@＠]|%40|^(?:tel|mailto|acct):|/(?:users?|u|profiles?|people|members?|authors?)/[^/?#]|linkedin\.com/in/|"
    r"[?&#](?:user(?:name|_?id)?|uid|author|e-?mail|mail|phone|tel|account)="
)

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_SHORT = (*(m[:3] for m in MONTHS), "sept")
_WEEKDAY = r"(?i:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_NEAR_ISO = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:(?:T|t|\s+)([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)\s*(Z|z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_MONTH_FIRST = re.compile(_WEEKDAY + r"([A-Za-z]{3,9})\.?\s+([0-9]{1,2})(?:st|nd|rd|th)?,?\s+([0-9]{4})")
_DAY_FIRST = re.compile(_WEEKDAY + r"([0-9]{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]{3,9})\.?,?\s+([0-9]{4})")


def challenge(page: Page) -> None:
    """Raises ChallengePage when the page is a bot check sent with status 200."""
    if _CHALLENGE.search(page.body[:60_000]):
        raise ChallengePage(
            f"{page.url} answered with a bot check instead of reviews; leave the site alone, or save the page by hand"
        )


def json_of(page: Page) -> Any:
    """The page's JSON; raises ChangedPage when it is not JSON, and says what it is instead."""
    text = page.body.decode("utf-8-sig", "replace").strip()
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as e:
        challenge(page)
        raise ChangedPage(f"{page.url} sent {told(text)} where JSON was due") from e


def told(text: str) -> str:
    """What was sent instead of what was due, for a person: a site's short message as it is, and of all else the kind.

    The beginning of a longer text may be a review, or the name of whoever wrote it, and what is told here is kept.
    """
    text = text.strip()
    if not text:
        return "an empty answer"
    if text[0] == "<":
        return "an HTML page"
    if text[0] in "{[":
        return "broken JSON"
    return repr(text) if len(text) <= LONGEST_MESSAGE else f"{len(text):,} characters of text"


def markup_of(page: Page) -> str:
    """The page's HTML as text; raises ChangedPage when it is something else, and says what."""
    body, head = page.body, page.body[:2_000]
    for mark, name in _MARKS:
        if body.startswith(mark):
            return _markup(page, body.decode(name, "replace"))
    try:
        return _markup(page, body.decode("utf-8"))
    except UnicodeDecodeError:  # so it is something older, or damaged: what the page declares decides
        declared = _CHARSET.search(page.headers.get("content-type", "").encode("utf-8", "replace") + b" " + head)
        name = declared[1].decode("ascii").lower() if declared else "utf-8"
        return _markup(
            page, body.decode(_CODECS.get(name, name) if _SAFE_CODEC.fullmatch(name) else "utf-8", "replace")
        )


def _markup(page: Page, text: str) -> str:
    start = text[:2_000].strip()
    if not start:
        what = "an empty page"
    elif start[0] in "{[":
        what = "JSON"
    elif len(_CONTROL.findall(start)) > len(start) // 50:
        what = "binary data"
    elif not _ANY_TAG.search(text):
        what = told(text)
    else:
        return text.replace("\0", "")
    raise ChangedPage(f"{page.url} sent {what} where an HTML page was due")


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


def bbcode_of(value: Any) -> str | None:
    """Plain text out of a string with Steam's BBCode; brackets that format nothing stay. None as with `plain`."""
    if not isinstance(value, str):
        return None
    return plain(_BBCODE.sub(lambda tag: "\n" if tag["block"] else "", value))


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


def personal(value: str) -> bool:
    """Whether what should name a review or a product plainly names a person: by e-mail address, phone or page."""
    value = value.strip()
    # of hyphens and slashes alone are ids of many a site
    phone = _PHONE.fullmatch(value) and any(c in "+() " for c in value)
    return not value.isalnum() and bool(phone or _PERSONS.search(value))


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


def written_time(value: Any) -> datetime | None:
    """A time as pages write it: ISO 8601, its near relatives, or a date with an English month's name.

    None for the rest: whether 03/04 is in March or in April is not guessed, nor are other languages.
    """
    if not isinstance(value, str) or len(value) > 60:
        return None
    value = value.strip()
    if found := _NEAR_ISO.fullmatch(value):
        year, month, day, clock, zone = found.groups()
        zone = {"Z": "+00:00", "z": "+00:00", "UTC": "+00:00", "GMT": "+00:00", None: ""}.get(zone, zone)
        return iso_time(f"{year}-{month:0>2}-{day:0>2}" + (f"T{clock}{zone}" if clock else ""))
    if found := _MONTH_FIRST.fullmatch(value):
        name, day, year = found.groups()
    elif found := _DAY_FIRST.fullmatch(value):
        day, name, year = found.groups()
    else:
        return None
    if name.lower() not in (*MONTHS, *_SHORT):
        return None
    month = _SHORT.index(name[:3].lower()) + 1
    return iso_time(f"{year}-{month:02}-{day:0>2}")
