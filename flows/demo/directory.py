"""The demo's software directory: product pages for people, with reviews in three conditions.

Billory and Tallyhop carry JSON-LD, Penny Ledger microdata, and Quillbill's page has been rebuilt: its reviews are
there to see, but nothing says that they are reviews, and its JSON-LD is cut off in the middle.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from html import escape
from typing import Any

from flows.demo.posts import PRODUCTS, Post, Product

ADDRESS = "http://directory.example"
PER_PAGE = 20

_STYLE = """
body { font: 16px/1.5 Georgia, serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #2b2b33; }
header, footer { border-bottom: 1px solid #ddd; padding-bottom: .5rem; font-size: .9rem; }
.review { border-top: 1px solid #eee; padding: .8rem 0; }
.stars { color: #b8860b; letter-spacing: .1em; }
.by { color: #777; font-size: .85rem; }
"""


def product_page(product: Product, reviews: Sequence[Post], page: int) -> str | None:
    """A product's page n of 20 reviews each, newest first; None for a page there is not."""
    pages = max(1, math.ceil(len(reviews) / PER_PAGE))
    if not 1 <= page <= pages:
        return None
    shown = reviews[(page - 1) * PER_PAGE : page * PER_PAGE]
    if product.slug == "quillbill":
        return _rebuilt(product, shown)
    following = _address(product, page + 1) if page < pages else None
    if product.slug == "penny-ledger":
        head, main = "", _microdata(product, reviews, shown)
    else:
        head, main = _json_ld(product, reviews, shown), _plain(product, reviews, shown)
    links = f'<link rel="canonical" href="{escape(_address(product, page))}">'
    if following:
        links += f'\n<link rel="next" href="{escape(following)}">'
    return _frame(f"{product.name} reviews, page {page} of {pages}", links + head, main + _pager(product, page, pages))


def index_page() -> str:
    """The directory's front page: a list of its products."""
    items = "\n".join(
        f'<li><a href="/software/{p.slug}">{escape(p.name)}</a>: {escape(p.blurb)}</li>' for p in PRODUCTS
    )
    return _frame("Invoicing for freelancers", "", f"<h1>Invoicing for freelancers</h1>\n<ul>\n{items}\n</ul>")


def _address(product: Product, page: int) -> str:
    return f"{ADDRESS}/software/{product.slug}" + (f"?page={page}" if page > 1 else "")


def _frame(title: str, head: str, main: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} | The Software Directory</title>
{head}
<style>{_STYLE}</style>
</head>
<body>
<header><a href="/">The Software Directory</a> / Business / Invoicing</header>
<main>
{main}
</main>
<footer><p>An invented directory of invented products.</p></footer>
</body>
</html>
"""


def _average(reviews: Sequence[Post]) -> str:
    return f"{sum(r.rating for r in reviews) / max(1, len(reviews)):.1f}"


def _stars(rating: int) -> str:
    return f'<span class="stars" title="{rating} of 5">{"★" * rating}{"☆" * (5 - rating)}</span>'


def _pager(product: Product, page: int, pages: int) -> str:
    links = []
    if page > 1:
        links.append(f'<a rel="prev" href="{escape(_address(product, page - 1))}">Newer reviews</a>')
    links.append(f"page {page} of {pages}")
    if page < pages:
        links.append(f'<a rel="next" href="{escape(_address(product, page + 1))}">Older reviews</a>')
    return f'\n<nav class="pager">{" · ".join(links)}</nav>'


def _json_ld(product: Product, reviews: Sequence[Post], shown: Sequence[Post]) -> str:
    document: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.name,
        "description": product.blurb,
        "category": "Invoicing software",
        "brand": {"@type": "Brand", "name": product.seller},
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": _average(reviews),
            "bestRating": "5",
            "reviewCount": len(reviews),
        },
        "review": [_ld_review(r) for r in shown],
    }
    text = json.dumps(document, ensure_ascii=False, indent=1).replace("</", "<\\/")
    return f'\n<script type="application/ld+json">\n{text}\n</script>'


def _ld_review(review: Post) -> dict[str, Any]:
    node: dict[str, Any] = {
        "@type": "Review",
        "author": {"@type": "Person", "name": review.author},
        "datePublished": review.written.date().isoformat(),
        "reviewRating": {"@type": "Rating", "ratingValue": review.rating, "bestRating": 5, "worstRating": 1},
        "reviewBody": review.body,
    }
    if review.title:
        node["name"] = review.title
    return node


def _plain(product: Product, reviews: Sequence[Post], shown: Sequence[Post]) -> str:
    """What people see on a page whose data lies in JSON-LD."""
    parts = [
        f"<h1>{escape(product.name)}</h1>\n<p>{escape(product.blurb)}</p>",
        f"<p>{_average(reviews)} of 5 from {len(reviews)} reviews</p>",
    ]
    for r in shown:
        title = f"<h3>{escape(r.title)}</h3>" if r.title else ""
        parts.append(
            f'<article class="review" id="review-{r.id}">{title}{_stars(r.rating)}\n<p>{escape(r.body)}</p>\n'
            f'<p class="by">{escape(r.author)}, {r.written.date().isoformat()}</p></article>'
        )
    return "\n".join(parts)


def _microdata(product: Product, reviews: Sequence[Post], shown: Sequence[Post]) -> str:
    """The same page with its data in the markup itself, as older shop software writes it."""
    parts = [
        '<div itemscope itemtype="https://schema.org/Product">',
        f'<h1 itemprop="name">{escape(product.name)}</h1>\n<p itemprop="description">{escape(product.blurb)}</p>',
        '<p itemprop="aggregateRating" itemscope itemtype="https://schema.org/AggregateRating">'
        f'<span itemprop="ratingValue">{_average(reviews)}</span> of <span itemprop="bestRating">5</span> from '
        f'<span itemprop="reviewCount">{len(reviews)}</span> reviews</p>',
    ]
    for r in shown:
        title = f'<h3 itemprop="name">{escape(r.title)}</h3>' if r.title else ""
        day = r.written.date()
        parts.append(
            f'<article class="review" id="review-{r.id}" itemprop="review" itemscope '
            f'itemtype="https://schema.org/Review">{title}'
            '<span itemprop="reviewRating" itemscope itemtype="https://schema.org/Rating">'
            f'<meta itemprop="ratingValue" content="{r.rating}"><meta itemprop="bestRating" content="5">'
            f'{_stars(r.rating)}</span>\n<p itemprop="reviewBody">{escape(r.body)}</p>\n'
            '<p class="by"><span itemprop="author" itemscope itemtype="https://schema.org/Person">'
            f'<span itemprop="name">{escape(r.author)}</span></span>, '
            f'<time itemprop="datePublished" datetime="{day.isoformat()}">{day.day} {day:%B %Y}</time></p></article>'
        )
    parts.append("</div>")
    return "\n".join(parts)


def _rebuilt(product: Product, shown: Sequence[Post]) -> str:
    """A page after a redesign that forgot its data: unlabelled boxes, and JSON-LD that breaks off."""
    broken = (
        '\n<script type="application/ld+json">\n{"@context": "https://schema.org", "@type": "Product", '
        f'"name": "{product.name}", "review": [{{"@type": "Review", "reviewBody": \n</script>'
    )
    boxes = "\n".join(
        f'<div class="x7q"><div class="x7a">{"●" * r.rating}</div><div>{escape(r.body)}</div>'
        f'<div class="x7b">{escape(r.author)}</div></div>'
        for r in shown
    )
    main = f'<div class="x1"><div class="x2">{escape(product.name)}</div>\n<div class="x3">{boxes}</div></div>'
    return _frame(product.name, broken, main)
