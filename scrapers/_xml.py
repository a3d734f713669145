"""XML feeds, read without what makes XML dangerous: no DTD, no entities of their own, no network."""

from __future__ import annotations

import re

from lxml import etree

from scrapers._errors import ChangedPage
from scrapers._read import challenge
from scrapers._source import Page

ATOM = "{http://www.w3.org/2005/Atom}"

_BARE = re.compile(
    rb"(?s)<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|"
    rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});)|<(?![A-Za-z_/!?])"
)
"""What cannot be markup in a feed, `&` and `<3`, and where they may stand as they are."""
_ESCAPED = {b"&": b"&amp;", b"<": b"&lt;"}


def feed_of(page: Page, record: str) -> etree._Element:
    """The root of the page's feed; raises ChangedPage or ChallengePage.

    A feed saved from a browser has `&` and `<` in its texts and addresses as they are; they are escaped, which loses
    nothing. One that is still not well-formed is mended only when it holds no `record` at all: mending one that has
    records could lose some in silence.
    """
    body = page.body.strip()
    try:
        root = etree.fromstring(body, _parser())
    except (etree.XMLSyntaxError, ValueError) as e:
        root = _read(_BARE.sub(lambda found: _ESCAPED.get(found[0], found[0]), body), _parser())
        if root is None and f"<{record}".encode() not in body:
            root = _read(body, _parser(recover=True))
        if root is None:
            challenge(page)
            why = (str(e).splitlines() or ["no reason given"])[0]
            raise ChangedPage(f"{page.url} sent XML that is not well-formed ({why})") from e
    name = root.tag.rpartition("}")[2] if isinstance(root.tag, str) else "?"
    if name.lower() not in {"feed", "rss", "rdf"}:
        challenge(page)
        raise ChangedPage(f"{page.url} sent a document of type <{name}> where a feed was due")
    if root.getroottree().docinfo.doctype:
        raise ChangedPage(f"{page.url} sent a feed with a DTD, which no feed needs; it is not read")
    return root


def _read(body: bytes, parser: etree.XMLParser) -> etree._Element | None:
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_pis=True
    )
