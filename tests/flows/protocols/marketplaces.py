"""Places where people rate extensions and apps: marketplaces with answers of their own kind."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from data.review import content_id

from .place import JSON, NOT_FOUND, Answer, Call, OnPaper, Place, Planted, json_of, midnight, seconds, zulu


class GooglePlay(Place):
    """Google's batch calls: JSON in JSON behind a guard, 150 a page, a token that the next call brings back."""

    def id(self, review: Planted) -> str:
        return f"00000000-0000-4000-8000-{review.number:012x}"

    def answer(self, call: Call) -> Answer:
        if call.path != "/_/PlayStoreUi/data/batchexecute" or call.query.get("hl") != "en":
            return NOT_FOUND
        ((asked,),) = json.loads(parse_qs(call.body.decode())["f.req"][0])
        _, _, (_, sort, (size, _, token), *_), (package, _) = json.loads(asked[1])
        assert (sort, package) == (2, "com.billory.app")
        at = int(token.removeprefix("CiQ-")) if token else 0
        rows = [self._row(r) for r in self.reviews[at : at + size]]
        more = at + size < len(self.reviews)
        payload = [rows, *([[None, f"CiQ-{at + size}"]] if more else [])]
        reply = json.dumps([["wrb.fr", asked[0], json.dumps(payload), None, None, None, "generic"], ["di", 61]])
        end = json.dumps([["e", 4, None, None, len(reply)]])
        return Answer(200, JSON, f")]}}'\n\n{len(reply)}\n{reply}\n{len(end)}\n{end}\n")

    def _row(self, r: Planted) -> list[Any]:
        when = [seconds(r.written), 0]
        return [self.id(r), [r.author, None], r.rating, None, r.body, when, 3, None, None, [None] * 2, "4.1.0"]


class JetBrainsMarketplace(Place):
    """The marketplace's comments: as many a page as asked for, an empty one past the end, the vendor's among them."""

    def answer(self, call: Call) -> Answer:
        if call.path != "/api/plugins/12345/comments":
            return NOT_FOUND
        page, size = int(call.query["page"]), int(call.query["size"])
        shown = self.reviews[(page - 1) * size : page * size]
        return json_of([record for r in shown for record in self._records(r)])

    def _records(self, r: Planted) -> list[dict[str, Any]]:
        common = {"plugin": {"id": 12345}, "cdate": str(1000 * seconds(r.written)), "votes": {"positive": 1}}
        own = {"id": 10_000 + r.number, "rating": r.rating, "comment": r.body.replace("<", "&lt;")}
        records: list[dict[str, Any]] = [{**common, **own, "author": {"name": r.author}}]
        if r.number % 10 == 0:
            answer = {"id": 90_000 + r.number, "parentId": 10_000 + r.number, "comment": "We look at it.", "rating": 0}
            records.append({**common, **answer, "author": {"name": "Billory Works"}, "vendor": True})
        return records


class OpenVsx(Place):
    """The registry's reviews of an extension: all in one answer, without ids."""

    def id(self, review: Planted) -> str:
        return content_id("billory.desk", zulu(review.written), float(review.rating), review.title, review.body)

    def answer(self, call: Call) -> Answer:
        if call.path != "/api/billory/desk/reviews":
            return NOT_FOUND
        return json_of({"postUrl": "", "deleteUrl": "", "reviews": [self._review(r) for r in self.reviews]})

    def _review(self, r: Planted) -> dict[str, Any]:
        user = {"loginName": r.author, "provider": "github"}
        return {"user": user, "timestamp": zulu(r.written), "title": r.title, "comment": r.body, "rating": r.rating}


class Odrs(Place):
    """GNOME's ratings service: all reviews of an application in one answer, stars out of a hundred."""

    scale = "100"

    def rating(self, review: Planted) -> float | None:
        return 20.0 * review.rating

    def answer(self, call: Call) -> Answer:
        if call.path != "/1.0/reviews/api/app/org.billory.Billory":
            return NOT_FOUND
        return json_of([self._review(r) for r in self.reviews])

    def _review(self, r: Planted) -> dict[str, Any]:
        return {
            "review_id": 10_000 + r.number, "app_id": "org.billory.Billory", "rating": 20 * r.rating,
            "summary": r.title, "description": r.body, "user_display": r.author, "locale": "en_GB.UTF-8",
            "date_created": float(seconds(r.written)), "version": "4.1", "karma_up": 0, "karma_down": 0, "reported": 0,
        }  # fmt: skip


class VsCodeMarketplace(OnPaper):
    """The gallery's reviews: a hundred a page, the next ones up to the time of the last; an edit takes a new time."""

    _PATH = "/_apis/public/gallery/publishers/billory/extensions/desk/reviews"

    def __init__(self, host: str, n: int) -> None:
        super().__init__(host, n)
        self._first: dict[int, datetime] = {}

    def grow(self, more: int) -> None:
        super().grow(more)
        new, edited, rest = self.reviews[:more], self.reviews[more], self.reviews[more + 1 :]
        self._first[edited.number] = edited.written
        self.reviews = [replace(edited, written=new[0].written + timedelta(hours=1)), *new, *rest]

    def written(self, review: Planted) -> datetime | None:
        return self._first.get(review.number, review.written)

    def first(self) -> Call:
        return Call(self._PATH, {"count": "100", "filterOptions": "1"}, {}, b"")

    def following(self, call: Call, answer: Answer) -> Call | None:
        told = json.loads(answer.body)
        before = told["reviews"][-1]["updatedDate"]
        return Call(call.path, {**call.query, "beforeDate": before}, {}, b"") if told["hasMoreReviews"] else None

    def answer(self, call: Call) -> Answer:
        if call.path != self._PATH:
            return NOT_FOUND
        before, size = call.query.get("beforeDate", "9999"), min(100, int(call.query["count"]))
        due = [r for r in self.reviews if zulu(r.written) <= before]
        told = {"totalReviewCount": len(self.reviews), "hasMoreReviews": len(due) > size}
        return json_of({"reviews": [self._review(r) for r in due[:size]], **told})

    def _review(self, r: Planted) -> dict[str, Any]:
        return {
            "id": 10_000 + r.number, "userId": f"11111111-0000-0000-0000-{r.number:012}", "title": None,
            "userDisplayName": r.author, "updatedDate": zulu(r.written), "rating": r.rating, "text": r.body,
            "productVersion": "2.3.1", "isDeleted": False, "isIgnored": False,
        }  # fmt: skip


class AtlassianMarketplace(OnPaper):
    """The marketplace's reviews in the form of version 2: fifty a page from an offset on, stars without their scale."""

    def written(self, review: Planted) -> datetime | None:
        return midnight(review.written)

    def first(self) -> Call:
        return Call("/rest/2/addons/com.billory.desk/reviews", {"limit": "50", "sort": "recent"}, {}, b"")

    def following(self, call: Call, answer: Answer) -> Call | None:
        onward = json.loads(answer.body)["_links"].get("next")
        offset = int(call.query.get("offset", "0")) + 50
        return Call(call.path, {**call.query, "offset": str(offset)}, {}, b"") if onward else None

    def answer(self, call: Call) -> Answer:
        if call.path != self.first().path:
            return NOT_FOUND
        offset, size = int(call.query.get("offset", "0")), min(50, int(call.query.get("limit", "10")))
        links = {"self": {"href": f"{call.path}?limit={size}&offset={offset}"}}
        if offset + size < len(self.reviews):
            links["next"] = {"href": f"{call.path}?limit={size}&offset={offset + size}"}
        shown = [self._review(r) for r in self.reviews[offset : offset + size]]
        return json_of({"_links": links, "_embedded": {"reviews": shown}, "count": len(self.reviews)})

    def _review(self, r: Planted) -> dict[str, Any]:
        return {
            "_links": {"self": {"href": f"{self.first().path}/{self.id(r)}"}},
            "_embedded": {"author": {"name": r.author}}, "review": r.body.replace("<", "&lt;"), "stars": r.rating,
            "date": r.written.date().isoformat(), "totalVotes": 1, "helpfulVotes": 1, "hosting": "cloud",
        }  # fmt: skip
