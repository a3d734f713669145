"""Places where people rate: stores, shops and directories."""

from __future__ import annotations

import base64
import json
import math
import re
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import urlencode

from .place import HTML, NOT_FOUND, TEXT, Answer, Call, Place, Planted, json_of, midnight, paragraphs, seconds, zulu


class AppStore(Place):
    """Apple's feed: 50 a page, ten pages, an empty one past the end, links to raw XML."""

    _FEED = re.compile(r"/us/rss/customerreviews/page=(\d+)/id=(\d+)/sortby=mostrecent/json")

    def shown(self) -> list[Planted]:
        return self.reviews[:500]

    def answer(self, call: Call) -> Answer:
        found = self._FEED.fullmatch(call.path)
        if found is None:
            return NOT_FOUND
        page, app = int(found[1]), found[2]
        if page > 10:
            return Answer(400, TEXT, "CustomerReviews RSS page depth is limited to 10")
        last = min(10, max(1, math.ceil(len(self.reviews) / 50)))
        entries = [self._entry(r, app) for r in self.reviews[(page - 1) * 50 : page * 50]]
        links = {"self": page, "first": 1, "last": last, "previous": max(1, page - 1), "next": min(page + 1, 10)}
        feed: dict[str, Any] = {"author": {"name": {"label": "iTunes Store"}}}
        if entries:
            feed["entry"] = entries[0] if len(entries) == 1 else entries
        feed["link"] = [
            {"attributes": {"rel": rel, "href": f"https://17.0.0.1/us/rss/customerreviews/page={n}/id={app}/xml"}}
            for rel, n in links.items()
        ]
        return json_of({"feed": feed})

    def _entry(self, r: Planted, app: str) -> dict[str, Any]:
        written = r.written.astimezone(timezone(timedelta(hours=-7))).isoformat()
        labels = {
            "updated": written, "im:rating": str(r.rating), "im:version": "4.1", "id": self.id(r), "title": r.title,
            "im:voteSum": "0", "im:voteCount": "0",
        }  # fmt: skip
        return {
            "author": {"uri": {"label": f"https://itunes.apple.com/us/reviews/id{r.number}"},
                       "name": {"label": r.author}, "label": ""},
            **{name: {"label": value} for name, value in labels.items()},
            "content": {"label": r.body, "attributes": {"type": "text"}},
            "link": {"attributes": {"rel": "related", "href": f"https://itunes.apple.com/us/review?id={app}"}},
        }  # fmt: skip


class Steam(Place):
    """Valve's API: 100 a cursor, the second page empty when asked for the first time, no `reviews` at the end."""

    scale = "thumbs"

    def __init__(self, host: str, n: int) -> None:
        super().__init__(host, n)
        self.hiccups = 1

    def rating(self, review: Planted) -> float | None:
        return float(review.rating >= 3)

    def answer(self, call: Call) -> Answer:
        if call.path != "/IUserReviewsService/GetAppReviews/v1/":
            return NOT_FOUND
        asked = json.loads(call.query["input_json"])
        cursor = asked.get("cursor", "*")
        at = 0 if cursor == "*" else int(base64.b64decode(cursor)[3:])
        shown = self.reviews[at : at + min(100, asked["num_per_page"])]
        summary: dict[str, Any] = {"num_reviews": len(shown)}
        if at == 0:
            summary["total_reviews"] = len(self.reviews)
        if at == 100 and self.hiccups:
            self.hiccups -= 1
            shown = []
        following = base64.b64encode(b"\xfb\xef\xbe" + str(at + len(shown)).encode()).decode()  # with + and / in it
        inner: dict[str, Any] = {"cursor": following, "query_summary": summary}
        if shown:
            inner["reviews"] = [self._review(r) for r in shown]
        return json_of({"response": inner})

    def _review(self, r: Planted) -> dict[str, Any]:
        return {
            "recommendationid": self.id(r), "author": {"steamid": str(76561190000000000 + r.number)},
            "language": "english", "review": f"[b]{r.title}[/b]\n{r.body}", "timestamp_created": seconds(r.written),
            "timestamp_updated": seconds(r.written), "voted_up": r.rating >= 3, "votes_up": 0, "votes_funny": 0,
            "weighted_vote_score": 0, "steam_purchase": True, "received_for_free": False,
        }  # fmt: skip


class SchemaOrg(Place):
    """A shop's product page: JSON-LD, 20 a page, `rel=next` in the head."""

    packed = True

    def id(self, review: Planted) -> str:
        return f"https://{self.host}/reviews/{super().id(review)}"

    def written(self, review: Planted) -> datetime | None:
        return midnight(review.written)

    def answer(self, call: Call) -> Answer:
        page, pages = int(call.query.get("page", "1")), math.ceil(len(self.reviews) / 20)
        if call.path != "/p/billory" or not 1 <= page <= pages:
            return NOT_FOUND
        product = {
            "@context": "https://schema.org", "@type": "Product", "name": "Billory",
            "aggregateRating": {"@type": "AggregateRating", "ratingValue": 3, "reviewCount": len(self.reviews)},
            "review": [self._review(r) for r in self.reviews[(page - 1) * 20 : page * 20]],
        }  # fmt: skip
        text = json.dumps(product).replace("</", "<\\/")
        onward = f'<link rel="next" href="/p/billory?page={page + 1}">' if page < pages else ""
        head = f'<title>Billory</title>{onward}<script type="application/ld+json">{text}</script>'
        return Answer(200, HTML, f"<!doctype html><html><head>{head}</head><body><h1>Billory</h1></body></html>")

    def _review(self, r: Planted) -> dict[str, Any]:
        return {
            "@type": "Review", "@id": self.id(r), "name": r.title, "reviewBody": r.body,
            "author": {"@type": "Person", "name": r.author}, "datePublished": r.written.date().isoformat(),
            "reviewRating": {"@type": "Rating", "ratingValue": r.rating, "bestRating": 5},
        }  # fmt: skip


class Shopify(Place):
    """Shopify's app pages: ten a page, days in English, a link to the next page."""

    packed = True

    def written(self, review: Planted) -> datetime | None:
        return midnight(review.written)

    def answer(self, call: Call) -> Answer:
        if call.path != "/parcel-pilot/reviews" or call.query.get("sort_by") != "newest":
            return NOT_FOUND
        page, pages = int(call.query.get("page", "1")), math.ceil(len(self.reviews) / 10)
        rows = "\n".join(self._row(r) for r in self.reviews[(page - 1) * 10 : page * 10])
        onward = f'<a rel="next" href="/parcel-pilot/reviews?page={page + 1}&sort_by=newest">Next</a>'
        about = json.dumps(
            {"@type": "SoftwareApplication", "name": "Parcel Pilot",
             "aggregateRating": {"@type": "AggregateRating", "ratingValue": 3, "ratingCount": len(self.reviews)}}
        )  # fmt: skip
        return Answer(
            200, HTML,
            '<!doctype html><html lang="en"><head><title>Reviews: Parcel Pilot | Shopify App Store</title>'
            f'<link rel="canonical" href="https://{self.host}/parcel-pilot/reviews">'
            f'<script type="application/ld+json">{about}</script></head><body>'
            f'<div aria-label="3 out of 5 stars" role="img"></div>{rows}{onward if page < pages else ""}</body></html>',
        )  # fmt: skip

    def _row(self, r: Planted) -> str:
        day = f"{r.written:%B} {r.written.day}, {r.written.year}"
        return (
            f'<div id="review-{self.id(r)}"><div data-merchant-review="" data-review-content-id="{self.id(r)}">'
            f'<div><div><div aria-label="{r.rating} out of 5 stars" role="img"></div><div>\n {day}\n</div></div>'
            f"<div data-truncate-review><div data-truncate-content-copy>{paragraphs(r.body)}</div></div></div>"
            f'<div><div><span title="{escape(r.author)}">{escape(r.author)}</span></div><div>Canada</div></div>'
            "<div data-merchant-review-reply><div></div></div></div></div>"
        )


class WordPress(Place):
    """The feed of a plugin's reviews: the newest 30 and no second page."""

    def shown(self) -> list[Planted]:
        return self.reviews[:30]

    def id(self, review: Planted) -> str:
        return f"https://{self.host}/support/topic/thought-{review.number}/"

    def answer(self, call: Call) -> Answer:
        if call.path != "/support/plugin/tidy-tables/reviews/feed/":
            return NOT_FOUND
        items = "\n".join(self._item(r) for r in self.shown())
        return Answer(
            200, "application/rss+xml; charset=UTF-8",
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
            f"<title>WordPress.org Forums &#187; [Tidy Tables] Reviews</title>\n{items}\n</channel></rss>",
        )  # fmt: skip

    def _item(self, r: Planted) -> str:
        stars = f"{r.rating} star{'s' * (r.rating > 1)}"
        return (
            f"<item><guid>{self.id(r)}</guid><title><![CDATA[{escape(r.title)} ({stars})]]></title>"
            f"<link>{self.id(r)}</link><pubDate>{format_datetime(r.written)}</pubDate>"
            f"<dc:creator>{r.author}</dc:creator><description><![CDATA[\n<p>Replies: 0</p>\n<p>Rating: {stars}</p>\n"
            f"{paragraphs(r.body)}\n]]></description></item>"
        )


class MozillaAddons(Place):
    """Mozilla's ratings API: as many a page as asked for, at most 50, `next` until the last; any add-on is the same."""

    def answer(self, call: Call) -> Answer:
        page, size = int(call.query.get("page", "1")), min(50, int(call.query.get("page_size", "25")))
        pages = max(1, math.ceil(len(self.reviews) / size))
        if call.path != "/api/v5/ratings/rating/" or not 1 <= page <= pages:
            return NOT_FOUND
        query = urlencode({**call.query, "page": page + 1})
        return json_of(
            {
                "page_size": size, "page_count": pages, "count": len(self.reviews),
                "next": f"https://{self.host}{call.path}?{query}" if page < pages else None, "previous": None,
                "results": [self._rating(r) for r in self.reviews[(page - 1) * size : page * size]],
            }
        )  # fmt: skip

    def _rating(self, r: Planted) -> dict[str, Any]:
        return {
            "id": 10_000 + r.number, "body": f"{r.title}\n{r.body}", "created": zulu(r.written), "score": r.rating,
            "is_deleted": False, "is_developer_reply": False, "is_latest": True, "previous_count": 0, "reply": None,
            "user": {"id": r.number, "name": r.author, "url": ""}, "version": {"id": 1, "version": "2.0"},
        }  # fmt: skip
