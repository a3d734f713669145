"""Reviews out of schema.org nodes: which property says what, on which scale, and which two nodes are one review."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from data.review import Review, content_id
from scrapers._read import number, plain, written_time
from scrapers._structured import Document, Found, Node, kinds, some, words

_RATIO = re.compile(
    r"(?i)(?:[^0-9]{1,40}\s)?([0-9]+(?:[.,][0-9]+)?)\s*"
    r"(?:/|out of|of|von|sur|de|di|su|van|av|af|z|из)\s*([0-9]+)(?:\D.*)?"
)
_MARKED = re.compile(r"(?i)([0-9]+(?:[.,][0-9]+)?)\s*(%|★|stars?\b.*)")
_SPACE = re.compile(r"\s+")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_PLACEHOLDERS = frozenset(
    {"comment", "review", "description", "reviewbody", "text", "null", "undefined", "none", "n/a"}
)
_CUT = re.compile(
    r"(?i)(…|\.{3})\s*\[?(?:read more|show more|see more|more|mehr|mehr (?:anzeigen|lesen)|weiterlesen|lire la suite|"
    r"voir plus|afficher (?:l['’]avis complet|plus)|leer más|ver más|ler mais|ver mais|leggi (?:tutto|di più)|"
    r"lees meer|meer lezen|läs mer|læs mere|les mer|lue lisää|czytaj więcej|читать (?:далее|полностью))\]?\s*\Z"
)
_OWN_ID = re.compile(r"[0-9]{4,}|[0-9a-f]{8,}", re.IGNORECASE)


@dataclass(frozen=True)
class Told:
    """The reviews of a page."""

    reviews: tuple[Review, ...]
    unreadable: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Stated:
    """A rating as the page gives it."""

    value: float | None = None
    best: float | None = None
    worst: float | None = None

    @property
    def outside(self) -> bool:
        """Whether the value lies off the scale; schema.org takes 1 for an unstated worst value, and so 0 is none."""
        if self.value is None:
            return False
        if self.best is not None and (self.value > self.best or (self.worst is not None and self.worst >= self.best)):
            return True
        return self.value <= 0 if self.worst is None else self.value < self.worst


@dataclass(frozen=True)
class _Draft:
    """A review, what its id is made of, and where it stood."""

    review: Review
    given: str | None
    raw_date: str | None
    syntax: str


def read(found: Document, product: str, url: str) -> Told:
    """The reviews of a page, each once, in the order of the page."""
    warnings: list[str] = []
    stated = [_stated(found, f) for f in found.reviews]
    # One rating above 5 without a stated scale shows that the page does not mean stars: then none of them is known.
    stars = all(s.value is None or s.best is not None or s.value <= 5 for s in stated)
    drafts: list[_Draft] = []
    unreadable = outside = cut = 0
    critics = 0
    for f, rating in zip(found.reviews, stated, strict=True):
        known = rating.value is not None and not rating.outside and (rating.best is not None or stars)
        outside += rating.value is not None and not known
        draft = _draft(found, f, rating if known else _Stated(), product, url)
        if draft.review.rating is None and not draft.review.body and not draft.review.title:
            unreadable += 1
            continue
        critics += "CriticReview" in kinds(f.node)
        if _CUT.search(draft.review.body):
            cut += 1
            body = _CUT.sub(r"\1", draft.review.body)
            draft = replace(draft, review=replace(draft.review, body=body))
        drafts.append(draft)
    if outside:
        warnings.append(
            f"{some(outside, 'rating')} outside the stated scale, or above 5 on none; kept without a rating"
        )
    if cut:
        warnings.append(f"{some(cut, 'text')} cut short by the page")
    if critics:
        warnings.append(f"{some(critics, 'review')} by critics (CriticReview), not by customers")
    names = {name for f in found.reviews if (name := found.text(f.subject, "name"))}
    if len(names) > 1:
        warnings.append(f"the page holds reviews of {len(names)} different things; all count for its address")
    reviews = _each_once(_identified(drafts, product))
    return Told(tuple(reviews), unreadable, tuple(warnings))


def _draft(found: Document, f: Found, rating: _Stated, product: str, url: str) -> _Draft:
    node = f.node
    raw_date = next(
        (d.strip() for n in ("datePublished", "dateCreated") for d in found.values(node, n) if isinstance(d, str)), None
    )
    bodies = (found.text(node, name) for name in ("reviewBody", "description", "text"))
    body = next((b for b in bodies if b and b.lower() not in _PLACEHOLDERS), "")
    title = found.text(node, "headline", "name")
    if title and _folded(title) in {_folded(n) for n in _names(found, f)}:
        title = None
    best = rating.best if rating.best is not None else 5.0
    review = Review(
        source="schema_org",
        product=product,
        id="",
        url=url,
        author=found.text(node, "author", "creator") or _full_name(found, node),
        rating=rating.value,
        scale=None if rating.value is None else f"{best:g}",
        title=title,
        body=body,
        language=_language(found, node),
        written=written_time(raw_date),
        edited=next((written_time(d) for d in found.values(node, "dateModified")), None),
    )
    return _Draft(review, _given(found, node, url), raw_date, f.syntax)


def _names(found: Document, f: Found) -> Iterable[str]:
    for thing in (f.subject, *found.things(f.node, "itemReviewed")):
        if thing is not None and (name := found.text(thing, "name")):
            yield name


def _full_name(found: Document, node: Node) -> str | None:
    for person in found.things(node, "author"):
        parts = (found.text(person, "givenName"), found.text(person, "familyName"))
        if name := " ".join(p for p in parts if p):
            return name
    return None


def _language(found: Document, node: Node) -> str | None:
    for value in found.values(node, "inLanguage"):
        if isinstance(value, Mapping):
            value = found.text(value, "alternateName", "name")
        if isinstance(value, str) and (tag := re.match(r"\s*([A-Za-z]{2})(?:[-_]|\s*$)", value)):
            return tag[1].lower()
    return None


def _given(found: Document, node: Node, url: str) -> str | None:
    """The site's own id of the review; None for the page's address and for what looks like a place in a list."""
    for name in ("@id", "identifier"):
        for value in found.values(node, name):
            if isinstance(value, Mapping):
                value = next(iter(found.values(value, "value")), None)
            if isinstance(value, int) and not isinstance(value, bool):
                value = str(value)
            if not isinstance(value, str) or not (value := plain(value) or "") or value.startswith("_:"):
                continue
            tail = value.removeprefix(url)
            if tail and _OWN_ID.search(re.split(r"[/#?=]", tail)[-1]):
                return value
    return None


def _stated(found: Document, f: Found) -> _Stated:
    """The review's rating and the scale that it, or else its subject or its page, gives."""
    ratings = found.values(f.node, "reviewRating") or found.values(f.node, "rating")
    whole = [r for r in ratings if not isinstance(r, Mapping) or not found.values(r, "reviewAspect")]
    for rating in [*(whole or ratings), f.node]:
        values = (
            [*found.values(rating, "ratingValue"), rating.get("@value")] if isinstance(rating, Mapping) else [rating]
        )
        for raw in values:
            value, best = _valued(raw)
            if value is None:
                continue
            if isinstance(rating, Mapping):
                best = best or _limit(found, rating, "bestRating")
                worst = _limit(found, rating, "worstRating")
            else:
                worst = None
            return _Stated(value, best or _best_of_page(found, f), worst)
    return _Stated()


def _valued(raw: Any) -> tuple[float | None, float | None]:
    """A rating and its best value out of `4`, ` 4,5 `, `4/5`, `4 von 5 Sternen`, `4 stars` or `80 %`."""
    value = number(raw)
    if value is not None or not isinstance(raw, str) or len(raw) > 80:
        return value, None
    if ratio := _RATIO.fullmatch(words(raw) or ""):
        return number(ratio[1]), number(ratio[2]) or None
    if marked := _MARKED.fullmatch(words(raw) or ""):
        return number(marked[1]), 100.0 if marked[2] == "%" else None
    return None, None


def _limit(found: Document, node: Node, name: str) -> float | None:
    limits = (number(v) for v in found.values(node, name))
    return next((v for v in limits if v is not None and (v > 0 or name == "worstRating")), None)


def _best_of_page(found: Document, f: Found) -> float | None:
    own = {_limit(found, a, "bestRating") for a in found.things(f.subject, "aggregateRating")} - {None}
    page = {_limit(found, a.node, "bestRating") for a in found.aggregates} - {None}
    best = own or page
    return best.pop() if len(best) == 1 else None


def _identified(drafts: list[_Draft], product: str) -> list[_Draft]:
    """Gives every review its id: the site's own where it names one review only, else a hash of what it says."""
    named: dict[str, set[tuple[str | None, str]]] = {}
    for d in drafts:
        if d.given is not None:
            named.setdefault(d.given, set()).add((d.review.author, d.review.body))
    alike: Counter[tuple[str, str]] = Counter()
    result = []
    for d in drafts:
        r = d.review
        if d.given is not None and len(named[d.given]) == 1:
            result.append(replace(d, review=replace(r, id=d.given)))
            continue
        # A date such as "2 months ago" would change the id from night to night.
        raw_date = d.raw_date if d.raw_date and _YEAR.search(d.raw_date) else None
        parts: list[object] = [product, r.author, raw_date, r.rating, r.body]
        identity = content_id(*parts)
        if not r.body:  # stars alone may well be given twice: the second such one is another review
            alike[d.syntax, identity] += 1
            nth = alike[d.syntax, identity]
            identity = identity if nth == 1 else content_id(*parts, nth)
        result.append(replace(d, review=replace(r, id=identity)))
    return result


def _each_once(drafts: list[_Draft]) -> list[Review]:
    """Drops what was told twice: the same id, or in microdata what JSON-LD tells as well."""
    first: dict[str, _Draft] = {}
    for d in drafts:
        first.setdefault(d.review.id, d)
    told = [d.review for d in first.values() if d.syntax == "json-ld"]
    free = list(range(len(told)))
    extra: list[Review] = []
    for d in first.values():
        if d.syntax == "json-ld":
            continue
        match = next((i for exact in (True, False) for i in free if _same(told[i], d.review, exact)), None)
        if match is None:
            extra.append(d.review)
            continue
        free.remove(match)
        told[match] = _filled(told[match], d.review)
    return told + extra


def _same(one: Review, other: Review, exact: bool) -> bool:
    """Whether two syntaxes tell of one review: all alike, or at least its text or the part of it that is shown."""
    a, b = _folded(one.body), _folded(other.body)
    if exact or not a or not b:
        alike = (one.author, one.rating) == (other.author, other.rating) and a == b
        return alike and (bool(a) or None in (one.written, other.written) or one.written == other.written)
    cut = b.removesuffix("…").removesuffix("...").rstrip()
    return a == b or (cut != b and len(cut) >= 20 and a.startswith(cut))


def _filled(one: Review, other: Review) -> Review:
    """What one syntax leaves open, the other may say; the id stays."""
    names = ("author", "title", "language", "written", "edited")
    gaps: dict[str, Any] = {n: getattr(one, n) or getattr(other, n) for n in names}
    if one.rating is None:
        gaps |= {"rating": other.rating, "scale": other.scale}
    return replace(one, **gaps)


def _folded(text: str) -> str:
    return _SPACE.sub(" ", text).strip().casefold()
