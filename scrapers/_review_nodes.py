"""Reviews out of schema.org nodes: which property says what, and on which scale."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from data.review import Review
from scrapers._read import number, personal, plain, written_time
from scrapers._review_ids import Draft, each_once, folded, identified
from scrapers._structured import Document, Found, Node, kinds, some, words

_RATIO = re.compile(
    r"(?i)(?:[^0-9]{1,40}\s)?([0-9]+(?:[.,][0-9]+)?)\s*"
    r"(?:/|out of|of|von|sur|de|di|su|van|av|af|z|из)\s*([0-9]+)(?:\D.*)?"
)
_MARKED = re.compile(r"(?i)([0-9]+(?:[.,][0-9]+)?)\s*(%|★|stars?\b.*)")
_PLACEHOLDERS = frozenset(
    {"comment", "review", "description", "reviewbody", "text", "null", "undefined", "none", "n/a"}
)
_CUT = re.compile(
    r"(?i)(…|\.{3})\s*\[?(?:read more|show more|see more|more|mehr|mehr (?:anzeigen|lesen)|weiterlesen|lire la suite|"
    r"voir plus|afficher (?:l['’]avis complet|plus)|leer más|ver más|ler mais|ver mais|leggi (?:tutto|di più)|"
    r"lees meer|meer lezen|läs mer|læs mere|les mer|lue lisää|czytaj więcej|читать (?:далее|полностью))\]?\s*\Z"
)
MOST_TEXTS = 50
"""Texts of one review that are held against each other."""
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


def read(found: Document, product: str, url: str) -> Told:
    """The reviews of a page, each once, in the order of the page."""
    warnings: list[str] = []
    of_page = _best(found, (a.node for a in found.aggregates))
    subjects = {id(f.subject): f.subject for f in found.reviews}
    best = {key: _best(found, found.things(s, "aggregateRating")) or of_page for key, s in subjects.items()}
    stated = [_stated(found, f, best[id(f.subject)]) for f in found.reviews]
    # One rating above 5 without a stated scale shows that the page does not mean stars: then none of them is known.
    stars = all(s.value is None or s.best is not None or s.value <= 5 for s in stated)
    drafts: list[Draft] = []
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
    reviews = each_once(identified(drafts, product))
    return Told(tuple(reviews), unreadable, tuple(warnings))


def _draft(found: Document, f: Found, rating: _Stated, product: str, url: str) -> Draft:
    node = f.node
    raw_date = next(
        (d.strip() for n in ("datePublished", "dateCreated") for d in found.values(node, n) if isinstance(d, str)), None
    )
    body = next((b for name in ("reviewBody", "description", "text") if (b := _body(found, node, name))), "")
    title = found.text(node, "headline", "name")
    if title and folded(title) in {folded(n) for n in _names(found, f)}:
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
    return Draft(review, _given(found, f, url), raw_date, f.block)


def _body(found: Document, node: Node, name: str) -> str:
    """The texts of a property, one below the other: some pages tell each paragraph, some a shorter form as well."""
    texts = dict.fromkeys(t for v in found.values(node, name)[:MOST_TEXTS] if (t := found.text({name: v}, name)))
    kept = [t for t in texts if t.lower() not in _PLACEHOLDERS]
    whole: list[str] = []
    for text in sorted(kept, key=len, reverse=True):
        if not any(_core(text) in folded(longer) for longer in whole):
            whole.append(text)
    return "\n".join(t for t in kept if t in whole)


def _core(text: str) -> str:
    return folded(_CUT.sub("", text)).removesuffix("…").removesuffix("...").rstrip()


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


def _given(found: Document, f: Found, url: str) -> str | None:
    """The site's own id of the review; None for the page's address, for what looks like a place in a list, and for what
    names whoever wrote it: reports hold the ids of reviews."""
    held_by = None if f.subject is None else f.subject.get("@id")
    author = [a.get(n) for a in found.things(f.node, "author") for n in ("@id", "url", "identifier", "email", "name")]
    for name in ("@id", "identifier"):
        for value in found.values(f.node, name):
            if isinstance(value, Mapping):
                value = next(iter(found.values(value, "value")), None)
            if isinstance(value, int) and not isinstance(value, bool):
                value = str(value)
            if not isinstance(value, str) or not (value := plain(value) or "") or value.startswith("_:"):
                continue
            if value in author or personal(value):
                continue
            tail = value.removeprefix(url)
            if value not in (url, held_by) and _OWN_ID.search(re.split(r"[/#?=]", tail)[-1]):
                return value
    return None


def _stated(found: Document, f: Found, otherwise: float | None) -> _Stated:
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
            return _Stated(value, best or otherwise, worst)
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


def _best(found: Document, aggregates: Iterable[Node]) -> float | None:
    """The best value that aggregates state; None when they state none, or several."""
    best = {_limit(found, a, "bestRating") for a in aggregates} - {None}
    return best.pop() if len(best) == 1 else None
