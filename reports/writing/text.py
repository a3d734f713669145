"""Numbers, dates and other people's words, as Markdown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#$&])")
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+[.)])")
_SCHEME = re.compile(r"[\s\x00-\x20]*[A-Za-z][A-Za-z0-9+.\s-]*:")
"""`javascript:` and all that a browser takes for it: blanks and line breaks in it do not count there."""
_WEB = re.compile(r"(?i)https?://")
_AUTOLINK = re.compile(r"(?i)(://)|\b(www)(\.)|(@)")
_ENTITY = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def escape(text: str) -> str:
    """Somebody's words, so that they show as written and neither format, link, run nor break the page.

    Line breaks become blanks; control and bidirectional characters, which could hide or reorder what surrounds them,
    are left out.
    """
    shown = _SPECIAL.sub(lambda m: _ENTITY.get(m[1], f"\\{m[1]}"), plain(text))
    shown = _LINE_START.sub(r"\1\\\2", shown)
    return _AUTOLINK.sub(_unlink, shown)


def plain(text: str) -> str:
    """Somebody's words on one line, without control and bidirectional characters; what writes them still escapes."""
    shown = "".join(" " if c in "\n\r\t\u2028\u2029" else c for c in text)
    shown = "".join(c for c in shown if unicodedata.category(c) not in {"Cc", "Cf", "Cs"} or c == "\u200d")
    shown = "".join(c for c in shown if ord(c) & 0xFFFE != 0xFFFE)  # no characters at all, and no XML may hold them
    return re.sub(r" {2,}", " ", shown).strip()


def _unlink(match: re.Match[str]) -> str:
    if match[1]:
        return "&#58;//"
    return f"{match[2]}&#46;" if match[2] else "&#64;"


def link(label: str, href: str | None) -> str:
    """A link, or the label alone where the address is none that a reader should be sent to."""
    if href is None or (_SCHEME.match(href) and not _WEB.match(href)):
        return label
    safe = re.sub(r"[\s<>()\"'\\`|]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), href)
    return f"[{label}]({safe})"


def percent(share: float | None) -> str:
    """A share with one decimal: `7.1 %`."""
    return "–" if share is None else f"{100 * share:.1f} %"


def whole_percent(share: float) -> str:
    """A round share: `95 %`."""
    return f"{100 * share:g} %"


def interval(low: float | None, high: float | None) -> str:
    """The bounds of a share: `6.5–7.8 %`."""
    return "–" if low is None or high is None else f"{100 * low:.1f}–{100 * high:.1f} %"


def count(number: int) -> str:
    """Thousands set apart by commas."""
    return f"{number:,}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 review`, `2,000 reviews`."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def day(iso: str | None) -> str:
    """`2025-10-31` as `31 Oct 2025`; `undated` without one."""
    if iso is None:
        return "undated"
    value = date.fromisoformat(iso)
    return f"{value.day} {value:%b %Y}"


def days(first: str | None, last: str | None) -> str:
    """A stretch of time."""
    if first is None or last is None:
        return "undated"
    return day(first) if first == last else f"{day(first)} to {day(last)}"


_YOU = {"they": "you", "them": "you", "their": "your", "theirs": "yours", "themselves": "yourself"}


def to_you(need: str) -> str:
    """A need said to the customer: `their money` becomes `your money`."""
    return re.sub(r"\b(they|them|their|theirs|themselves)\b", lambda m: _YOU[m[0]], need)


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """A Markdown table; `right` names the columns set to the right."""
    rule = [("--:" if i in right else "---") for i in range(len(head))]
    lines = [head, rule, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
