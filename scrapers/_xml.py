"""XML feeds, read without what makes XML dangerous: no DTD, no entities of their own, no network."""

from __future__ import annotations

from lxml import etree

from scrapers._errors import ChangedPage
from scrapers._read import challenge
from scrapers._source import Page

ATOM = "{http://www.w3.org/2005/Atom}"


def feed_of(page: Page, record: str) -> etree._Element:
    """The root of the page's feed; raises ChangedPage or ChallengePage.

    A feed that is not well-formed is mended only when it holds no `record` at all (Apple's empty feed is sent with a
    bare `&`): mending one that has records could lose some in silence.
    """
    body = page.body.strip()
    try:
        root = etree.fromstring(body, _parser())
    except (etree.XMLSyntaxError, ValueError) as e:
        challenge(page)
        root = None if f"<{record}".encode() in body else _mended(body)
        if root is None:
            why = (str(e).splitlines() or ["no reason given"])[0]
            raise ChangedPage(f"{page.url} sent XML that is not well-formed ({why})") from e
    name = root.tag.rpartition("}")[2] if isinstance(root.tag, str) else "?"
    if name.lower() not in {"feed", "rss", "rdf"}:
        challenge(page)
        raise ChangedPage(f"{page.url} sent a document of type <{name}> where a feed was due")
    if root.getroottree().docinfo.doctype:
        raise ChangedPage(f"{page.url} sent a feed with a DTD, which no feed needs; it is not read")
    return root


def _mended(body: bytes) -> etree._Element | None:
    try:
        return etree.fromstring(body, _parser(recover=True))
    except (etree.XMLSyntaxError, ValueError):
        return None


def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_pis=True
    )
