"""The demo's machine-readable places: Apple's customer reviews feed and lookup, and Mozilla's ratings API.

Shapes, key order, strings where numbers would do, links that lead to the other form: all as the real services send
them, because a source that reads the demo has to be the source that reads the world.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from flows.demo.posts import Post, Product

APPLE = "http://appstore.example"
MOZILLA = "http://addons.example"
PER_PAGE = 50
LAST_PAGE = 10
TOO_DEEP = "CustomerReviews RSS page depth is limited to 10"

_CUPERTINO = timezone(timedelta(hours=-7))  # the feed says -07:00 in winter, too


def _label(value: object) -> dict[str, Any]:
    return {"label": str(value)}


def apple_feed(reviews: Sequence[Post], cc: str, app_id: str, page: int, order: str) -> dict[str, Any]:
    """One page of the feed as JSON; no reviews at all means an app that the storefront does not know.

    Past the end there is no `entry`, yet the links stay filled; for an unknown app they are empty.
    """
    shown = reviews[(page - 1) * PER_PAGE : page * PER_PAGE]
    feed: dict[str, Any] = {
        "author": {"name": _label("iTunes Store"), "uri": _label("http://www.apple.com/itunes/")},
    }
    if shown:
        entries = [_apple_entry(r, cc, app_id) for r in shown]
        feed["entry"] = entries[0] if len(entries) == 1 else entries
    feed["updated"] = _label(_cupertino(_newest(reviews)))
    feed["rights"] = _label("Copyright 2008 Apple Inc.")
    feed["title"] = _label("iTunes Store: Customer Reviews")
    feed["icon"] = _label("http://itunes.apple.com/favicon.ico")
    links = _apple_links(reviews, cc, app_id, page, order, "json")
    feed["link"] = [{"attributes": link} for link in links]
    feed["id"] = _label(links[1]["href"])
    return {"feed": feed}


def apple_xml(reviews: Sequence[Post], cc: str, app_id: str, page: int, order: str) -> str:
    """The same page in the feed's older form, Atom with two `content` an entry."""
    links = _apple_links(reviews, cc, app_id, page, order, "xml")
    shown = reviews[(page - 1) * PER_PAGE : page * PER_PAGE]
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns:im="http://itunes.apple.com/rss" xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        f"<id>{escape(links[1]['href'])}</id><title>iTunes Store: Customer Reviews</title>",
        f"<updated>{_cupertino(_newest(reviews))}</updated>",
        *("<link " + " ".join(f"{k}={quoteattr(v)}" for k, v in link.items()) + "/>" for link in links),
        "<icon>http://itunes.apple.com/favicon.ico</icon>",
        "<author><name>iTunes Store</name><uri>http://www.apple.com/itunes/</uri></author>",
        "<rights>Copyright 2008 Apple Inc.</rights>",
        *(_xml_entry(r, cc, app_id) for r in shown),
        "</feed>",
    ]
    return "\n".join(lines)


def _apple_entry(review: Post, cc: str, app_id: str) -> dict[str, Any]:
    return {
        "author": {"uri": _label(_author_page(review, cc)), "name": _label(review.author), "label": ""},
        "updated": _label(_cupertino(review.updated)),
        "im:rating": _label(review.rating),
        "im:version": _label(review.version or "1.0"),
        "id": _label(review.id),
        "title": _label(review.title or ""),
        "content": {"label": review.body, "attributes": {"type": "text"}},
        "link": {"attributes": {"rel": "related", "href": _related(cc, app_id)}},
        "im:voteSum": _label(review.helpful),
        "im:contentType": {"attributes": {"term": "Application", "label": "Application"}},
        "im:voteCount": _label(review.helpful + review.helpful // 3),
    }


def _xml_entry(review: Post, cc: str, app_id: str) -> str:
    body = escape(review.body)
    return (
        f"<entry><updated>{_cupertino(review.updated)}</updated><id>{review.id}</id>"
        f"<title>{escape(review.title or '')}</title>"
        f'<content type="text">{body}</content>'
        f'<link rel="related" href={quoteattr(_related(cc, app_id))}/>'
        f"<im:voteSum>{review.helpful}</im:voteSum>"
        f'<im:contentType term="Application" label="Application"/>'
        f"<im:voteCount>{review.helpful + review.helpful // 3}</im:voteCount>"
        f"<im:rating>{review.rating}</im:rating><im:version>{escape(review.version or '1.0')}</im:version>"
        f"<author><name>{escape(review.author)}</name><uri>{escape(_author_page(review, cc))}</uri></author>"
        f'<content type="html">{escape(f"<p>{body}</p>")}</content></entry>'
    )


def _apple_links(
    reviews: Sequence[Post], cc: str, app_id: str, page: int, order: str, form: str
) -> list[dict[str, str]]:
    """The feed's six links; `first`, `last`, `previous` and `next` lead to the xml form, also from JSON."""
    last = min(LAST_PAGE, max(1, math.ceil(len(reviews) / PER_PAGE)))
    this = f"/customerreviews/page={page}/id={app_id}/sortby={order}/{form}"

    def to(n: int) -> str:
        if not reviews:
            return ""
        return f"{APPLE}/{cc}/rss/customerreviews/page={n}/id={app_id}/sortby={order}/xml?urlDesc={this}"

    return [
        {"rel": "alternate", "type": "text/html", "href": f"{APPLE}/WebObjects/viewGrouping?cc={cc}&id=130"},
        {"rel": "self", "href": f"{APPLE}/{cc}/rss{this}"},
        {"rel": "first", "href": to(1)},
        {"rel": "last", "href": to(last)},
        {"rel": "previous", "href": to(max(1, min(page - 1, last)))},
        {"rel": "next", "href": to(min(page + 1, LAST_PAGE))},
    ]


def apple_lookup(found: Sequence[tuple[Product, Sequence[Post]]]) -> dict[str, Any]:
    """What `/lookup` says of those apps; many more people rate an app than write about it."""
    results = []
    for product, reviews in found:
        stars = [r.rating for r in reviews]
        results.append(
            {
                "wrapperType": "software",
                "kind": "software",
                "trackId": product.app_id,
                "trackName": product.name,
                "bundleId": f"example.{product.slug}",
                "trackViewUrl": f"{APPLE}/us/app/{product.slug}/id{product.app_id}",
                "sellerName": product.seller,
                "description": product.blurb,
                "primaryGenreName": "Business",
                "averageUserRating": round(sum(stars) / len(stars), 5) if stars else 0,
                "userRatingCount": 6 * len(stars),
                "version": next((r.version for r in reviews if r.version), "1.0"),
                "currentVersionReleaseDate": _zulu(_newest(reviews)),
            }
        )
    return {"resultCount": len(results), "results": results}


def mozilla_ratings(reviews: Sequence[Post], product: Product, page: int, size: int) -> dict[str, Any] | None:
    """One page of an add-on's ratings; None for a page there is not, which the API calls invalid."""
    pages = max(1, math.ceil(len(reviews) / size))
    if not 1 <= page <= pages:
        return None

    def to(n: int) -> str | None:
        query = urlencode({"addon": product.slug, "page": n, "page_size": size})
        return f"{MOZILLA}/api/v5/ratings/rating/?{query}" if 1 <= n <= pages else None

    return {
        "page_size": size,
        "page_count": pages,
        "count": len(reviews),
        "next": to(page + 1),
        "previous": to(page - 1),
        "results": [_mozilla_rating(r, product) for r in reviews[(page - 1) * size : page * size]],
    }


def _mozilla_rating(review: Post, product: Product) -> dict[str, Any]:
    reply = None
    if review.reply is not None:
        reply = {
            "id": review.serial + 5_000_000,
            "body": review.reply,
            "created": _zulu(review.written + timedelta(days=2, hours=3)),
            "is_deleted": False,
            "is_developer_reply": True,
            "user": _mozilla_user(product.app_id % 1000, product.seller),
        }
    return {
        "id": review.serial,
        "addon": {
            "id": product.app_id % 1000 + 2_600_000,
            "slug": product.slug,
            "name": product.name,
            "icon_url": f"{MOZILLA}/user-media/addon_icons/{product.slug}-64.png",
        },
        "body": review.body,
        "created": _zulu(review.written),
        "is_deleted": False,
        "is_developer_reply": False,
        "is_latest": True,
        "previous_count": 0,
        "reply": reply,
        "score": review.rating,
        "user": _mozilla_user(review.serial + 9_000_000, review.author),
        "version": {"id": 5_000_000 + review.serial % 1000, "version": review.version} if review.version else None,
    }


def _mozilla_user(number: int, name: str) -> dict[str, Any]:
    return {"id": number, "name": name, "url": f"{MOZILLA}/en-US/firefox/user/{number}/", "username": None}


def _author_page(review: Post, cc: str) -> str:
    return f"{APPLE}/{cc}/reviews/id{review.serial % 1_000_000_007}"


def _related(cc: str, app_id: str) -> str:
    return f"{APPLE}/{cc}/review?id={app_id}&type=Purple%20Software"


def _newest(reviews: Sequence[Post]) -> datetime:
    return max((r.updated for r in reviews), default=datetime(2026, 9, 1, tzinfo=UTC))


def _cupertino(moment: datetime) -> str:
    return moment.astimezone(_CUPERTINO).isoformat()


def _zulu(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
