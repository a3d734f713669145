"""One cell of a table as a value of a review's field; None for a cell that does not hold one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from scrapers._errors import ExportError
from scrapers._read import iso_time, moment, plain, text_of, unix_time

_TAG = re.compile(r"(?i)</?(?:a|b|blockquote|br|div|em|h[1-6]|i|img|li|ol|p|span|strong|table|td|tr|u|ul)\b[^<>]*>")
_DATE = re.compile(r"\s*(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)(?:[ T](\d{1,2}:\d\d)(:\d\d)?)?\s*")
_EPOCH = re.compile(r"\s*(\d{9,10}|\d{12,13})(?:\.0+)?\s*")
_NOTHING = frozenset({"", "nan", "nat", "null", "none", "na", "n/a", "<na>", "-"})
_YES = frozenset({"true", "t", "yes", "y", "1", "1.0", "up", "positive", "recommended"})
_NO = frozenset({"false", "f", "no", "n", "0", "0.0", "down", "negative", "not recommended"})


def blank(value: Any) -> bool:
    """Whether a cell says that it holds nothing, as pandas and its like write it."""
    if isinstance(value, float):
        return value != value  # NaN
    return value is None or (isinstance(value, str) and value.strip().lower() in _NOTHING)


def text(value: Any) -> str | None:
    """Plain text; markup is undone only where there is some, since `<3` is none."""
    if not isinstance(value, str):
        return None if blank(value) else plain(str(value))
    return text_of(value) if "<" in value and _TAG.search(value) else plain(value)


def thumbs(value: Any) -> float | None:
    """1 recommends, 0 does not."""
    answer = truth(value)
    return None if answer is None else float(answer)


def truth(value: Any) -> bool | None:
    """Yes or no, in the few words that files use for it."""
    word = str(value).strip().lower()
    return True if word in _YES else False if word in _NO else None


def address(value: Any) -> str | None:
    """A web address without blanks."""
    return value if isinstance(value, str) and re.fullmatch(r"(?i)https?://\S{1,2000}", value) else None


def language(value: Any) -> str | None:
    """ISO 639-1 out of `en`, `EN`, `en-US`."""
    found = re.fullmatch(r"([A-Za-z]{2})(?:[-_][A-Za-z0-9]{2,8})*", value.strip()) if isinstance(value, str) else None
    return found[1].lower() if found else None


def country(value: Any) -> str | None:
    """ISO 3166-1 alpha-2 in lower case."""
    return value.strip().lower() if isinstance(value, str) and re.fullmatch(r"\s*[A-Za-z]{2}\s*", value) else None


def times(values: Sequence[Any], dates: str | None, name: str) -> list[datetime | None]:
    """Times in UTC, where a cell without a zone counts as UTC; raises ExportError for a format that is none.

    Read strictly by the strptime format `dates`; without one, as ISO 8601 or seconds or milliseconds since 1970.
    """
    if dates is not None:
        try:
            datetime.strptime("", dates).astimezone(UTC)
        except (ValueError, re.error) as e:
            if isinstance(e, re.error) or "does not match" not in str(e):
                raise ExportError(f"{name}: dates = {dates!r} is no strptime format ({e}); mend it") from e
    known: dict[str, datetime | None] = {}
    result: list[datetime | None] = []
    for value in values:
        if isinstance(value, date):
            result.append(_typed(value))
            continue
        key = str(value)
        if key not in known:
            known[key] = None if blank(value) else _parsed(key, dates)
        result.append(known[key])
    return result


def _typed(value: date) -> datetime | None:
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    return moment(value if value.tzinfo else value.replace(tzinfo=UTC))


def _parsed(value: str, dates: str | None) -> datetime | None:
    if dates is None:
        if epoch := _EPOCH.fullmatch(value):
            return unix_time(int(epoch[1]) / (1 if len(epoch[1]) < 12 else 1000))
        return iso_time(value)
    try:
        parsed = datetime.strptime(value.strip(), dates)  # noqa: DTZ007 - a format without a zone is given UTC below
    except ValueError:
        return None
    return moment(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))


def advice(values: Sequence[Any]) -> str:
    """Which `dates` format would read these cells, as far as they tell."""
    found = [m for m in (_DATE.fullmatch(str(v)) for v in values) if m]
    if not found:
        return ""
    example = found[0]
    sign, year = example[2], "%Y" if len(example[4]) == 4 else "%y"
    time = "" if example[5] is None else " %H:%M" + ("" if example[6] is None else ":%S")
    day_first, month_first = f"%d{sign}%m{sign}{year}{time}", f"%m{sign}%d{sign}{year}{time}"
    if any(int(m[1]) > 12 for m in found):
        return f'; set dates = "{day_first}"'
    if any(int(m[3]) > 12 for m in found):
        return f'; set dates = "{month_first}"'
    return f'; set dates = "{day_first}" if the day comes first, "{month_first}" if the month does'
