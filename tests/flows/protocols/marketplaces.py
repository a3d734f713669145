"""Places where people rate extensions and apps: marketplaces with answers of their own kind."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from data.review import content_id

from .place import JSON, NOT_FOUND, Answer, Call, Place, Planted, json_of, seconds, zulu


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
