"""What a person said in a post of a discussion, out of its HTML or Markdown; and what such posts share.

What somebody else said, or a log said, must not be read as this person's words: quotes and code blocks are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._read import plain, text_of
from scrapers._source import Page

_ASIDE = re.compile(r"(?i)<(/?)(?:pre|blockquote|aside)\b[^<>]*>")
_PARAGRAPH = re.compile(r"(?i)<p\b[^<>]*>")
_COMMENT = re.compile(r"(?s)<!--.*?(?:-->|\Z)")

_FENCE = re.compile(r"(`{3,})[^`]*$|(~{3,})")
_LINE_MARK = re.compile(r"(?:#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?)")
_REFERENCE = re.compile(r"\[[^\[\]]{1,200}\]:\s*\S")
_INLINE_CODE = re.compile(r"(?<!`)(`++)([^`\n]+)\1(?!`)")
_TARGET = r"(?:\([^()\s]{0,2000}(?:\([^()\s]{0,200}\))?[^()\s]{0,200}(?:\s[^()\n]{0,500})?\)|\[[^\[\]\n]{0,200}\])"
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,500}\]" + _TARGET)
_LINK = re.compile(r"\[([^\[\]\n]{0,500})\]" + _TARGET)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>")
_EMPHASIS = re.compile(
    r"(?<![\w*\\])(\*{1,3})(?=[^\s*])([^*\n]+)(?<=[^\s*\\])\1(?![\w*])|"
    r"(?<![\w\\])(_{1,3})(?=[^\s_])([^_\n]+)(?<=[^\s_\\])\3(?!\w)"
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_HELD = re.compile("\ue000([0-9]{1,9})\ue001")
"""Where inline code stood while the marks around it are undone; private characters that no post needs."""


def post_of(value: Any) -> str | None:
    """Plain text out of a post's HTML, without code blocks and quotes of others; None as with `plain`.

    A line that begins with `>` is a quote too: so it is done where there is no markup for it.
    """
    if not isinstance(value, str):
        return None
    kept, depth, at = [], 0, 0
    value = _COMMENT.sub("", value)
    for tag in _ASIDE.finditer(value):
        if depth == 0:
            kept.append(value[at : tag.start()])
        depth = max(0, depth + (-1 if tag[1] else 1))
        at = tag.end()
    if depth == 0:
        kept.append(value[at:])
    text = text_of(_PARAGRAPH.sub("\n\n", "\n".join(kept))) or ""
    return plain("\n".join(line for line in text.split("\n") if not line.startswith(">")))


def markdown_of(value: Any) -> str | None:
    """Plain text out of a post's Markdown, without code blocks, quotes of others, images, comments and marks.

    It knows what people write in issues and posts, not all of CommonMark; what it does not know stays as written.
    """
    if not isinstance(value, str):
        return None
    value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\ue000", "").replace("\ue001", "")
    held: list[str] = []

    def hold(code: re.Match[str]) -> str:
        held.append(code[2].strip())
        return f"\ue000{len(held) - 1}\ue001"

    text = _INLINE_CODE.sub(hold, "\n".join(_spoken(value)))
    text = _AUTOLINK.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub("", text)))
    for _ in range(2):  # emphasis within emphasis
        text = _EMPHASIS.sub(lambda m: m[2] or m[4], text)
    text = _ESCAPED.sub(r"\1", text_of(text.replace("~~", "")) or "")
    # an entity may spell the private characters as well, hence the look at the length
    return plain(_HELD.sub(lambda m: held[int(m[1])] if int(m[1]) < len(held) else "", text))


def _spoken(text: str) -> Iterator[str]:
    """The lines that are the writer's own prose, without the marks at their beginning."""
    fence, comment = "", False
    for whole_line in text.split("\n"):
        line = whole_line.strip()
        if fence:
            if line.startswith(fence) and not line.strip(fence[0]):
                fence = ""
            continue
        if comment or line.startswith("<!--"):
            comment = "-->" not in line
            line = line.partition("-->")[2].strip()
            if not line:
                continue
        opened = _FENCE.match(line)
        if opened:
            fence = opened[1] or opened[2]
        elif len(line) > 2 and not line.strip("-*_=|: "):  # a rule, or the line below the head of a table
            continue
        elif not line.startswith(">") and not _REFERENCE.match(line):
            yield _LINE_MARK.sub("", line, count=1) if _LINE_MARK.match(line) else line


def gather(
    page: Page, records: Iterable[Any], aside: Callable[[Any], bool], review: Callable[[Any], Review | None]
) -> tuple[tuple[Review, ...], int]:
    """The reviews of a page's records, each id once, and how many records cannot be read.

    `aside` says of a record that it is no customer's statement. Raises ChangedPage when no record can be read at all.
    """
    reviews: dict[str, Review] = {}
    unreadable = 0
    for record in records:
        if aside(record):
            continue
        found = review(record)
        if found is None:
            unreadable += 1
        else:
            reviews.setdefault(found.id, found)
    if unreadable and not reviews:
        raise ChangedPage(f"{page.url}: none of its {unreadable} records can be read; the form of the answer changed")
    return tuple(reviews.values()), unreadable


def identity(value: Any) -> str | None:
    """A record's own id, raw, as text; None when it is neither a whole number nor a short word."""
    if whole(value) is not None:
        return str(value)
    return value if isinstance(value, str) and re.fullmatch(r"[!-~]{1,100}", value) else None


def whole(value: Any) -> int | None:
    """A count: a whole number of at least 0; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def asked(url: str, name: str) -> str:
    """What an address asks for under `name`; empty when it asks for nothing, or is no address."""
    try:
        return parse_qs(urlsplit(url).query).get(name, [""])[0]
    except ValueError:
        return ""


def asked_number(url: str, name: str, least: int) -> int:
    """The number that an address asks for under `name`; `least` for a page saved by hand under another address."""
    value = asked(url, name)
    return max(least, int(value)) if re.fullmatch(r"[0-9]{1,15}", value) else least


def origin_of(url: str) -> str:
    """Scheme and host of a web address, such as `https://forum.example`; empty when it is none."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.hostname else ""
    except ValueError:
        return ""


def host_of(url: str) -> str:
    """The host of a web address in lower case; empty when it is none."""
    return (urlsplit(url).hostname or "") if origin_of(url) else ""
