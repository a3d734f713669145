"""Where the links of Markdown and HTML lead, and which places they name: what `unmet verify` follows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt

from reports.writing.page import ANCHOR, slug

WEB = re.compile(r"(?i)(https?|data):")


@dataclass(frozen=True)
class Links:
    """What a page points to, and what in it may be pointed to."""

    targets: tuple[str, ...]
    """Addresses as written, each once, in the page's order."""
    places: frozenset[str]
    """Ids and, in Markdown, the anchors that a viewer makes of headings."""


def of_markdown(text: str) -> Links:
    """The links and pictures of Markdown."""
    targets: dict[str, None] = {}
    places = set(ANCHOR.findall(text))
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(text)
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            places.add(slug(tokens[at + 1]))
        for child in token.children or []:
            target = child.attrGet("href") if child.type == "link_open" else child.attrGet("src")
            if target is not None:
                targets[str(target)] = None
    return Links(tuple(targets), frozenset(places))


def of_html(text: str) -> Links:
    """The links and pictures of HTML."""
    reader = _Reader()
    reader.feed(text)
    return Links(tuple(reader.targets), frozenset(reader.places))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, None] = {}
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.places.add(value)
            elif name in {"href", "src"} and value is not None:
                self.targets[value] = None


def broken(links: Links, folders: Sequence[Path]) -> Iterator[str]:
    """Every target on this machine that is not there; the web is not asked.

    Args:
        links: of one page.
        folders: where the page lies, and then other folders that its relative links may be meant from.
    """
    for target in links.targets:
        if WEB.match(target):
            continue
        path, _, place = target.partition("#")
        if not path and place and place not in links.places:
            yield f"link to #{place}: no such place in the page"
        elif path and not any((folder / unquote(path)).exists() for folder in folders):
            yield f"link to {path}: no such file"
