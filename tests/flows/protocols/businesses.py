"""Trustpilot: its API for those with a key, and its pages for those with a browser."""

from __future__ import annotations

import json
import math
from html import escape
from typing import Any

from .cases import KEY
from .place import HTML, NOT_FOUND, TEXT, Answer, Call, OnPaper, Place, Planted, json_of, zulu

UNIT = "61700a9dca6e77f38925e878"
"""The business's id there."""
DOMAIN = "www.billory.example"


def _id(review: Planted) -> str:
    return f"6a0719e97a6499ab{review.number:08x}"


class TrustpilotApi(Place):
    """A business's reviews: as many a page as asked for, at most 100, past the end an empty list; 401 without a key."""

    def id(self, review: Planted) -> str:
        return _id(review)

    def answer(self, call: Call) -> Answer:
        if call.headers.get("apikey") != KEY:
            return Answer(401, TEXT, "Invalid ApiKey")
        if call.path != f"/v1/business-units/{UNIT}/reviews" or call.query.get("orderBy") != "createdat.desc":
            return NOT_FOUND
        page, size = int(call.query.get("page", "1")), min(100, int(call.query.get("perPage", "20")))
        onward = {"rel": "next-page", "method": "GET", "href": f"https://{self.host}{call.path}?page={page + 1}"}
        return json_of(
            {
                "links": [onward] if page * size < len(self.reviews) else [],
                "reviews": [self._review(r) for r in self.reviews[(page - 1) * size : page * size]],
            }
        )

    def _review(self, r: Planted) -> dict[str, Any]:
        return {
            "id": self.id(r), "stars": r.rating, "title": r.title, "text": r.body, "language": "en",
            "consumer": {"id": f"{r.number:024x}", "displayName": r.author, "displayLocation": "London, GB"},
            "createdAt": zulu(r.written), "updatedAt": None, "experiencedAt": zulu(r.written),
            "companyReply": None, "isVerified": False, "numberOfLikes": 0, "status": "active",
        }  # fmt: skip


class TrustpilotPages(OnPaper):
    """A business's pages: 20 a page, ten pages without a login, told in a script and as schema.org data.

    The first one holds one review more, which Trustpilot has removed.
    """

    file = "html"

    def shown(self) -> list[Planted]:
        return self.reviews[:200]

    def id(self, review: Planted) -> str:
        return _id(review)

    def first(self) -> Call:
        return Call(f"/review/{DOMAIN}", {"languages": "all", "sort": "recency"}, {}, b"")

    def following(self, call: Call, answer: Answer) -> Call | None:
        page = int(call.query.get("page", "1")) + 1
        more = f'href="/review/{DOMAIN}?page={page}"' in answer.body and page <= 10
        return Call(call.path, {**call.query, "page": str(page)}, {}, b"") if more else None

    def answer(self, call: Call) -> Answer:
        page, pages = int(call.query.get("page", "1")), math.ceil(len(self.reviews) / 20)
        if call.path != f"/review/{DOMAIN}" or not 1 <= page <= pages:
            return NOT_FOUND
        if page > 10:
            return Answer(403, TEXT, "log in to see more")
        shown = self.reviews[(page - 1) * 20 : page * 20]
        number = {"currentPage": page, "perPage": 20, "totalCount": len(self.reviews), "totalPages": pages}
        unit = {"id": UNIT, "identifyingName": DOMAIN, "displayName": "Billory", "numberOfReviews": len(self.reviews)}
        gone = [self._record(self.reviews[0], "6a0719e97a6499abffffffff", filtered=True)] if page == 1 else []
        props = {
            "businessUnit": unit, "reviews": gone + [self._record(r, self.id(r)) for r in shown],
            "relevantReviews": [self._record(r, self.id(r)) for r in self.reviews[-2:]],
            "aiSummary": {"summary": "People like it."}, "filters": {"pagination": number},
        }  # fmt: skip
        told = _script({"props": {"pageProps": props}, "page": "/review/[businessUnit]"})
        business = {"@type": "LocalBusiness", "@id": "#org", "name": "Billory"}
        graph = _script({"@context": "https://schema.org", "@graph": [business, *map(self._node, shown)]})
        link = f'<a rel="next" href="/review/{DOMAIN}?page={page + 1}">Next page</a>' if page < pages else ""
        return Answer(
            200, HTML,
            '<!doctype html><html lang="en-US"><head><title>Billory Reviews</title>'
            f'<link rel="canonical" href="https://{self.host}/review/{DOMAIN}?page={page}">'
            f'<script type="application/ld+json">{graph}</script></head><body><h1>{escape("Billory & Co")}</h1>{link}'
            f'<script id="__NEXT_DATA__" type="application/json">{told}</script></body></html>',
        )  # fmt: skip

    def _record(self, r: Planted, identity: str, *, filtered: bool = False) -> dict[str, Any]:
        return {
            "id": identity, "filtered": filtered, "isPending": False, "text": r.body, "title": r.title,
            "rating": r.rating, "likes": 0, "source": "Organic", "language": "en", "reply": None,
            "labels": {"merged": None, "verification": {"isVerified": False, "reviewSourceName": "Organic"}},
            "dates": {"experiencedDate": zulu(r.written), "publishedDate": zulu(r.written), "updatedDate": None},
            "consumer": {"id": f"{r.number:024x}", "displayName": r.author, "countryCode": "GB"},
        }  # fmt: skip

    def _node(self, r: Planted) -> dict[str, Any]:
        return {
            "@type": "Review", "@id": f"https://www.trustpilot.com/#/schema/Review/{DOMAIN}/{self.id(r)}",
            "itemReviewed": {"@id": "#org"}, "author": {"@type": "Person", "name": r.author}, "inLanguage": "en",
            "headline": r.title, "reviewBody": r.body, "datePublished": zulu(r.written),
            "reviewRating": {"@type": "Rating", "bestRating": "5", "worstRating": "1", "ratingValue": str(r.rating)},
        }  # fmt: skip


def _script(data: Any) -> str:
    return json.dumps(data).replace("</", "<\\/")
