"""schema.org data in a page: JSON-LD and microdata, as one list of nodes.

Microdata is brought into the shape of JSON-LD, so that one reader serves both. Nothing here knows what a review says;
it finds the nodes, what they belong to, and what could not be read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import lxml.etree
import lxml.html

from scrapers._errors import ChangedPage
from scrapers._loose_json import json_in
from scrapers._read import MAX_DEPTH, markup_of, number, text_of
from scrapers._source import Page

REVIEW = frozenset({"Review", "UserReview", "CriticReview", "EmployerReview"})
MAX_KEYS = 100
MAX_STEPS = 200_000
"""Elements of microdata that are read, each once for every item, property and reference that holds it."""
MICRODATA = -1
"""The block that all microdata of a page counts as; those of JSON-LD are numbered from 0."""

_PREFIX = re.compile(r"(?i)^(?:https?://(?:www\.)?schema\.org/|schema:)#?")
_LD_TYPE = re.compile(r"(?i)\s*application/ld\+json\s*(?:;.*)?")
_END = re.compile(r"(?i)</(?:body|html)\s*>")
_SCRIPT = re.compile(r"(?i)<script\b([^<>]*)>")
_SCRIPT_END = re.compile(r"(?i)</script")
_FORMATTING = re.compile(r"(?i)</?(?:p|br|div|span|b|i|u|em|strong|ul|ol|li|font|h[1-6])(?:\s[^<>]*)?/?>")
_GROUPS = re.compile(r"[0-9]{1,3}(?:[.,\s][0-9]{3})+(?![0-9])|[0-9]+(?:\.0+)?(?![0-9])")
_TEXT = frozenset({"author", "name", "headline", "reviewBody", "description", "text", "datePublished", "ratingValue"})

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """A node with what it belongs to."""

    node: Node
    subject: Node | None
    """The node that held it, or the one it names as `itemReviewed`; None when the page does not say."""
    block: int


@dataclass
class Document:
    """All structured data of a page."""

    reviews: list[Found] = field(default_factory=list)
    aggregates: list[Found] = field(default_factory=list)
    broken: int = 0
    """JSON-LD blocks that are no JSON."""
    typed: int = 0
    """Nodes of any type: none at all is another finding than none with reviews."""
    warnings: list[str] = field(default_factory=list)
    index: dict[str, Node] = field(default_factory=dict)
    """`@id` -> the node that says more than its id."""

    def values(self, node: Node | None, name: str) -> list[Any]:
        """Every value of a property, lists flattened and references resolved; empty when it has none."""
        if node is None:
            return []
        found: list[Any] = []
        for key in (name, f"schema:{name}", f"http://schema.org/{name}", f"https://schema.org/{name}"):
            value = node.get(key)
            if isinstance(value, Mapping) and ("@list" in value or "@set" in value):
                value = value.get("@list", value.get("@set"))
            found += value if isinstance(value, list) else [value]
        return [self.resolve(v) for v in found if v is not None]

    def resolve(self, value: Any) -> Any:
        """The node that a reference stands for, the text that a value object holds, else the value itself."""
        if not isinstance(value, Mapping):
            return value
        if "@value" in value and "@type" not in value:
            return value["@value"]
        if is_reference(value):
            return self.index.get(value["@id"], value)
        return value

    def text(self, node: Node | None, *names: str) -> str | None:
        """The first of these properties that holds text; of a thing its name."""
        for name in names:
            for value in self.values(node, name):
                if isinstance(value, Mapping):
                    inner = [*self.values(value, "name"), value.get("@value")]
                    value = next((v for v in inner if isinstance(v, str) and v.strip()), None)
                if text := words(value):
                    return text
        return None

    def count(self, node: Node | None, name: str) -> int | None:
        """A count such as 89, `"1,204"` or `89 reviews`; None when the property has none."""
        for value in self.values(node, name):
            if isinstance(value, str):
                value = value[:80]
                groups = _GROUPS.findall(value)
                value = re.sub(r"\.0+$|[.,\s]", "", groups[0]) if len(groups) == 1 else None
            result = number(value)
            if result is not None and result >= 0 and result == int(result):
                return int(result)
        return None

    def things(self, node: Node | None, name: str) -> list[Node]:
        """The values of a property that are nodes."""
        return [v for v in self.values(node, name) if isinstance(v, Mapping)]


def words(value: Any) -> str | None:
    """Plain text, entities undone once; formatting tags that were sent as entities go as well."""
    text = text_of(value)
    if text and _FORMATTING.search(text):
        text = text_of(text.replace("&", "&amp;"))
    return text


def some(number: int, thing: str) -> str:
    """`1 review`, `2 reviews`: a count in prose."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def kinds(node: Node) -> frozenset[str]:
    """The node's schema.org types, without their prefix; a type of another vocabulary keeps its address."""
    types = node.get("@type")
    types = types if isinstance(types, list) else [types]
    return frozenset(_PREFIX.sub("", t.strip()) for t in types if isinstance(t, str) and t.strip())


def is_reference(node: Node) -> bool:
    """Whether the node says nothing but an id, or an id and a type."""
    return isinstance(node.get("@id"), str) and not set(node) - {"@id", "@type"}


def document(page: Page) -> tuple[Document, Any]:
    """The page's structured data, and its tree for what stands in plain HTML; raises ParseError, nothing else."""
    text = markup_of(page)
    parser = lxml.html.HTMLParser(encoding="utf-8")
    text = _END.sub("", text)  # libxml2 2.14 drops whatever follows </html>, where some sites put their data
    try:
        tree = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError) as e:
        raise ChangedPage(f"{page.url} sent no HTML that can be read: {e}") from e
    result = Document()
    if any("depth" in e.message for e in parser.error_log):
        # libxml2 stops there and drops the rest, so blocks are taken from the text; microdata past it is lost
        result.warnings.append("the page's HTML is nested too deep; only the JSON-LD of its later part was read")
        blocks = list(_scripts_in(text))
    else:
        scripts = tree.iter("script")
        blocks = [s.text_content() for s in scripts if _LD_TYPE.fullmatch(s.get("type") or "")]
    data: list[tuple[Any, int]] = []
    for place, block in enumerate(blocks):
        if not block.strip():
            continue
        try:
            data.append((json_in(block), place))
        except (ValueError, RecursionError):
            result.broken += 1
    data += [(item, MICRODATA) for item in _microdata(tree, result.warnings)]
    for value, _ in data:
        _learn(value, result.index)
    _collect(data, result)
    return result, tree


def _scripts_in(text: str) -> Iterator[str]:
    """The JSON-LD blocks of a page, without its tree."""
    for tag in _SCRIPT.finditer(text):
        if "application/ld+json" in tag[1].lower():
            end = _SCRIPT_END.search(text, tag.end())
            if end is None:
                return
            yield text[tag.end() : end.start()]


def _microdata(tree: Any, warnings: list[str]) -> list[Any]:
    properties = tree.xpath("//*[@itemprop]")
    if not properties:
        return []
    references = sum(len(e.get("itemref").split()) for e in tree.xpath("//*[@itemref]"))
    if _steps(tree) + 10 * references * len(properties) > MAX_STEPS:
        warnings.append("the page's microdata is too large or nested too often, and was left unread")
        return []
    for element in properties:
        _prefer_text(element)
    # Late, because it takes 1.5 s (it loads RDF as well) and most pages have no microdata.
    from extruct.w3cmicrodata import MicrodataExtractor

    extractor = MicrodataExtractor()
    extractor._xp_prop = _own_properties  # its own way takes time with the square of the page's size and nesting
    try:
        items = extractor.extract_items(tree, None)
        return [_node(item, 0) for item in items]
    except (ValueError, TypeError, AssertionError, AttributeError, RecursionError, lxml.etree.LxmlError) as e:
        warnings.append(f"the page's microdata could not be read ({type(e).__name__})")
        return []


def _steps(tree: Any) -> int:
    """How many elements there are in items and properties, each counted once for every one that holds it."""
    steps, open_ones = 0, [(tree, 0)]
    while open_ones:
        element, around = open_ones.pop()
        around += element.get("itemscope") is not None
        around += element.get("itemprop") is not None
        steps += around
        open_ones += [(child, around) for child in element if isinstance(child.tag, str)]
    return steps


def _own_properties(item: Any) -> list[Any]:
    """The elements that are properties of an item and not of an item within it, in the page's order."""
    found, rest = [], list(reversed(item))
    while rest:
        element = rest.pop()
        if not isinstance(element.tag, str):
            continue
        if element.get("itemprop") is not None:
            found.append(element)
        if element.get("itemscope") is None:
            rest += reversed(element)
    return found


def _prefer_text(element: Any) -> None:
    """Gives an element without its machine-readable value its visible one; extruct would say '' or a link's address."""
    names = set((element.get("itemprop") or "").split())
    own = {"time": "datetime", "data": "value", "meter": "value"}.get(element.tag)
    if own is not None and not element.get(own):
        element.tag = "span"
    elif element.tag in {"a", "area", "link"} and names & _TEXT and element.get("itemscope") is None:
        element.tag = "meta" if element.tag == "link" else "span"


def _node(item: Any, depth: int) -> Any:
    """An item of extruct in the shape of JSON-LD; its plain text is escaped, as JSON-LD's texts are HTML."""
    if isinstance(item, str):
        return html.escape(item, quote=False)
    if isinstance(item, list):
        return [_node(i, depth) for i in item]
    if not isinstance(item, Mapping) or depth > MAX_DEPTH:
        return None
    node = {name: _node(value, depth + 1) for name, value in item.get("properties", {}).items()}
    if "type" in item:
        node["@type"] = item["type"]
    if "id" in item:
        node["@id"] = item["id"]
    if "value" in item:
        node["@value"] = _node(item["value"], depth + 1)
    return node


def _walk(value: Any) -> Iterator[tuple[Node, Node | None, str, int]]:
    """Every node, in order, with the node and the property that hold it and its depth."""
    stack: list[tuple[Any, Node | None, str, int]] = [(value, None, "", 0)]
    while stack:
        value, holder, key, depth = stack.pop()
        if isinstance(value, list):
            stack += [(v, holder, key, depth + 1) for v in reversed(value)]
        elif isinstance(value, Mapping):
            yield value, holder, key, depth
            if depth < MAX_DEPTH:
                stack += [
                    (v, value, k, depth + 1) for k, v in reversed(list(value.items())) if isinstance(v, dict | list)
                ]


def _learn(value: Any, index: dict[str, Node]) -> None:
    """Notes the nodes that references may mean; of two with one id, what either says."""
    for node, _, _, _ in _walk(value):
        name = node.get("@id")
        if isinstance(name, str) and not is_reference(node):
            known = index.get(name, {})
            if len(known) < MAX_KEYS:
                index[name] = {**node, **known}


def _collect(data: list[tuple[Any, int]], result: Document) -> None:
    held: dict[str, Node] = {}
    deep = False
    for value, block in data:
        for node, holder, key, depth in _walk(value):
            deep = deep or depth >= MAX_DEPTH
            types = kinds(node)
            result.typed += bool(types)
            key = _PREFIX.sub("", key)
            is_review = bool(types & REVIEW) and "ClaimReview" not in types
            owner = holder if key in {"review", "reviews"} else None
            if is_reference(node):
                if owner is not None:
                    held[node["@id"]] = owner
                if node["@id"] in result.index or not is_review:
                    continue
            if is_review:
                owner = owner or next(iter(result.things(node, "itemReviewed")), None)
                result.reviews.append(Found(node, owner, block))
            elif "AggregateRating" in types or key == "aggregateRating":
                about = next(iter(result.things(node, "itemReviewed")), None)
                result.aggregates.append(Found(node, about or holder, block))
    if deep:
        result.warnings.append(f"structured data nested deeper than {MAX_DEPTH} levels was left unread")
    result.reviews = [
        f if f.subject is not None else Found(f.node, held.get(str(f.node.get("@id"))), f.block) for f in result.reviews
    ]
