"""The report's Markdown as one HTML page that needs nothing but itself: no network, no outside file, no foreign script.

The body is the Markdown, read by markdown-it with HTML switched off; sections, ids, figures and links are put in as
tokens of ours. What reviewers wrote reaches the page as text and as nothing else. The page's own policy allows one
style sheet and one script, each by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

HERE = Path(__file__).parent
ANCHOR = re.compile(r'<a id="([a-z0-9-]+)"></a>')
"""How our Markdown names a place; a reviewer's `<` is always escaped."""
WEB = re.compile(r"(?i)https?://")
LOCAL = re.compile(r"(?!//)[^:?#]*(#[a-z0-9-]*)?")
"""A path without scheme or host, or an anchor."""


@dataclass(frozen=True)
class Heading:
    """A section of the page, as the contents list it."""

    id: str
    text: str


def page(title: str, markdown: str, figures: Mapping[str, str], rivals: Mapping[str, str]) -> str:
    """The whole page; the same for the same report.

    Args:
        title: of the browser's window; plain text.
        markdown: the report, or the index.
        figures: path under which the Markdown shows a chart -> its figure as HTML (`figure.inline`).
        rivals: slug -> name as plain text, for the charts' filter.
    """
    parser = _parser()
    headings: list[Heading] = []
    tokens = list(_sections(_shaped(parser.parse(markdown), figures), headings))
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )
    # style and script lie in this folder; the body was rendered with HTML switched off
    return _template().render(
        title=title,
        policy=policy,
        style=Markup(style),
        script=Markup(script),
        body=Markup(parser.renderer.render(tokens, parser.options, {})),
        headings=headings,
        rivals=rivals if figures else {},
    )


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


@cache
def _asset(name: str) -> str:
    return f"\n{(HERE / name).read_text('utf-8')}"


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((HERE / "page.html").read_text("utf-8"))


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _raw(content: str) -> Token:
    return Token("html_block", "", 0, content=content)


def _shaped(tokens: list[Token], figures: Mapping[str, str]) -> Iterator[Token]:
    """The tokens with named places on their headings, charts as figures, tables that scroll, and safe links."""
    place, about, skip = "", "", 0
    used: set[str] = set()
    for at, token in enumerate(tokens):
        if skip:
            skip -= 1
            continue
        if token.type == "paragraph_open":
            content = tokens[at + 1].content
            named = ANCHOR.fullmatch(content)
            picture = _picture(tokens[at + 1], figures)
            if named or picture:
                place = named[1] if named else place
                skip = 2
                if picture:
                    yield _raw(picture)
                continue
            if at and tokens[at - 1].type == "blockquote_open":
                token.attrSet("dir", "auto")
        elif token.type == "heading_open":
            about = _text(tokens[at + 1])
            token.attrSet("id", _fresh(place or slug(tokens[at + 1]), used))
            place = ""
        elif token.type == "table_open":
            yield _raw(f'<div class="scroll" role="region" tabindex="0" aria-label="Table: {escape(about)}">')
        elif token.type in {"th_open", "td_open"}:
            # markdown-it writes a style attribute, which the page's policy rightly refuses
            if token.attrs.pop("style", None) == "text-align:right":
                token.attrSet("class", "number")
            if token.type == "th_open":
                token.attrSet("scope", "col")
        elif token.type == "inline":
            token.children = [_safe(child) for child in token.children or []]
        yield token
        if token.type == "table_close":
            yield _raw("</div>\n")


def _sections(tokens: Iterator[Token], headings: list[Heading]) -> Iterator[Token]:
    """The tokens with every second heading and what follows it in a section; notes the headings."""
    opened, within = False, ""
    for token in tokens:
        if token.type == "heading_open" and token.tag == "h2":
            if opened:
                yield _raw("</section>\n")
            within, opened = str(token.attrGet("id")), True
            kind = "gap" if within.startswith("gap-") else "part"
            yield _raw(f'<section class="{kind}" aria-labelledby="{within}">\n')
        elif token.type == "inline" and within:
            headings.append(Heading(within, _text(token)))
            within = ""
        yield token
    if opened:
        yield _raw("</section>\n")


def _picture(inline: Token, figures: Mapping[str, str]) -> str | None:
    children = inline.children or []
    if len(children) != 1 or children[0].type != "image":
        return None
    return figures.get(str(children[0].attrGet("src")))


def _safe(token: Token) -> Token:
    """A link that leads away without telling where from; another kind of address is no link; no other pictures."""
    if token.type == "image":
        return Token("text", "", 0, content=token.content)
    if token.type == "link_open":
        href = str(token.attrGet("href") or "")
        if WEB.match(href):
            token.attrSet("rel", "noopener noreferrer nofollow")
        elif not LOCAL.fullmatch(href):
            token.attrs.pop("href", None)
    return token


def _text(inline: Token) -> str:
    """What an inline token shows, without its marks."""
    return "".join(child.content for child in inline.children or [] if child.type in {"text", "code_inline"})


def slug(heading: Token) -> str:
    """A heading's id, made as GitHub makes it, so that one link serves Markdown and page."""
    return re.sub(r"[^\w\- ]", "", _text(heading).lower()).strip().replace(" ", "-") or "section"


def _fresh(name: str, used: set[str]) -> str:
    found, number = name, 0
    while found in used:
        number += 1
        found = f"{name}-{number}"
    used.add(found)
    return found
