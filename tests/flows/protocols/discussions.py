"""Places where people talk: no stars, other ways to go on."""

from __future__ import annotations

import math
import re
from html import escape
from typing import Any
from urllib.parse import urlencode

from .place import NOT_FOUND, Answer, Call, Discussion, Planted, json_of, paragraphs, seconds, zulu


class HackerNews(Discussion):
    """Algolia's search by date: any number of pages, but never more than 1,000 hits; slices by time."""

    def answer(self, call: Call) -> Answer:
        if call.path != "/api/v1/search_by_date" or call.query["query"] != '"Billory"':
            return NOT_FOUND
        found = re.fullmatch(r"created_at_i<=(\d+)", call.query.get("numericFilters", ""))
        hits = [r for r in self.reviews if found is None or seconds(r.written) <= int(found[1])]
        page, size = int(call.query["page"]), int(call.query["hitsPerPage"])
        within = hits[:1000]
        return json_of(
            {
                "hits": [self._hit(r) for r in within[page * size : (page + 1) * size]], "nbHits": len(hits),
                "nbPages": math.ceil(len(within) / size), "page": page, "hitsPerPage": size, "exhaustiveNbHits": True,
            }
        )  # fmt: skip

    def _hit(self, r: Planted) -> dict[str, Any]:
        hit = {
            "objectID": self.id(r), "author": r.author, "created_at": zulu(r.written),
            "created_at_i": seconds(r.written), "story_id": 9_000, "parent_id": 9_001, "story_title": "Billory",
            "comment_text": "<p>".join(escape(line) for line in f"Billory: {r.body}".split("\n")), "points": None,
        }  # fmt: skip
        return {**hit, "_tags": ["comment", f"author_{r.author}", "story_9000"]}


class GitHubIssues(Discussion):
    """GitHub's API: 100 records a page in the `Link` header's way, every tenth of them a pull request."""

    def id(self, review: Planted) -> str:
        return str(review.number + 1 + review.number // 9)

    def answer(self, call: Call) -> Answer:
        if call.path not in {"/repos/billory/desktop/issues", "/repositories/77/issues"}:
            return NOT_FOUND
        page, size = int(call.query.get("page", "1")), int(call.query.get("per_page", "30"))
        records: list[Any] = []
        for r in self.reviews:
            if r.number % 9 == 8:
                records.append(self._record(r, int(self.id(r)) + 1, {"url": "https://api.github.com/x"}))
            records.append(self._record(r, int(self.id(r)), None))
        pages = math.ceil(len(records) / size)
        links = {"next": page + 1, "last": pages} if page < pages else {"prev": page - 1, "first": 1}
        link = ", ".join(
            f'<https://{self.host}/repositories/77/issues?{urlencode({**call.query, "page": n})}>; rel="{rel}"'
            for rel, n in links.items()
        )
        left = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "50"}
        return json_of(records[(page - 1) * size : page * size], **({"Link": link} if pages > 1 else {}), **left)

    def _record(self, r: Planted, number: int, pull: dict[str, str] | None) -> dict[str, Any]:
        return {
            "number": number, "title": r.title, "user": {"login": r.author, "type": "User"}, "state": "open",
            "created_at": zulu(r.written), "updated_at": zulu(r.written),
            "body": "### What happened?\r\n\r\n" + escape(r.body).replace("\n", "\r\n"), "reactions": {"+1": 1},
            **({"pull_request": pull} if pull else {}),
        }  # fmt: skip


class Discourse(Discussion):
    """A forum's newest posts: 50 a page, those below the id asked for."""

    def answer(self, call: Call) -> Answer:
        if call.path != "/posts.json":
            return NOT_FOUND
        before = int(call.query.get("before", "0")) or math.inf
        return json_of({"latest_posts": [self._post(r) for r in self.page(before)]})

    def page(self, before: float) -> list[Planted]:
        """What stands on the page that is asked for by an id."""
        return [r for r in self.reviews if int(self.id(r)) < before][:50]

    def _post(self, r: Planted) -> dict[str, Any]:
        return {
            "id": int(self.id(r)), "username": r.author, "created_at": zulu(r.written), "updated_at": zulu(r.written),
            "cooked": paragraphs(r.body), "post_number": 2, "post_type": 1, "topic_id": 5, "version": 1,
            "topic_title": "Printing", "actions_summary": [], "user_id": r.number + 1, "hidden": False,
        }  # fmt: skip


class OldDiscourse(Discourse):
    """A forum of before 2025: a page is what is public among 50 ids, the one asked for included, however little.

    Ids 141 to 340 belong to private messages here, so that four pages in the middle show nothing new.
    """

    def id(self, review: Planted) -> str:
        return str(1 + review.number + (200 if review.number >= 140 else 0))

    def page(self, before: float) -> list[Planted]:
        top = min(before, max(int(self.id(r)) for r in self.reviews))
        return [r for r in self.reviews if top - 50 < int(self.id(r)) <= top]


class StackExchange(Discussion):
    """The network's API: always gzip, `has_more`, and on the first page a wish to be left alone for a second."""

    packed = True
    backoff = 1

    def answer(self, call: Call) -> Answer:
        if call.path != "/2.3/questions" or (call.query["site"], call.query["tagged"]) != ("stackoverflow", "billory"):
            return NOT_FOUND
        page, size = int(call.query["page"]), int(call.query["pagesize"])
        answer: dict[str, Any] = {
            "items": [self._question(r) for r in self.reviews[(page - 1) * size : page * size]],
            "has_more": page * size < len(self.reviews), "quota_max": 300, "quota_remaining": 200,
        }  # fmt: skip
        return json_of({**answer, "backoff": self.backoff} if page == 1 else answer)

    def _question(self, r: Planted) -> dict[str, Any]:
        return {
            "question_id": 10_000 + r.number, "title": escape(r.title), "body": paragraphs(r.body), "score": 1,
            "creation_date": seconds(r.written), "owner": {"display_name": r.author, "user_type": "registered"},
            "tags": ["billory"], "content_license": "CC BY-SA 4.0",
        }  # fmt: skip


class Reddit(Discussion):
    """The Atom feed of a subreddit: the newest 100 and no second page."""

    def shown(self) -> list[Planted]:
        return self.reviews[:100]

    def id(self, review: Planted) -> str:
        return f"t3_1{review.number:x}"

    def answer(self, call: Call) -> Answer:
        if call.path != "/r/billory/new/.rss":
            return NOT_FOUND
        entries = "".join(self._entry(r) for r in self.shown())
        return Answer(
            200, "application/atom+xml; charset=UTF-8",
            '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
            f"<id>/r/billory/new/.rss</id><title>billory</title>{entries}</feed>",
        )  # fmt: skip

    def _entry(self, r: Planted) -> str:
        where = f"https://{self.host}/r/billory/comments/1{r.number:x}/thought/"
        html = f'<!-- SC_OFF --><div class="md">{paragraphs(r.body)}</div><!-- SC_ON --> submitted by {r.author}'
        when = r.written.isoformat()
        return (
            f"<entry><author><name>/u/{r.author}</name></author><content type='html'>{escape(html)}</content>"
            f"<id>{self.id(r)}</id><link href='{where}'/><updated>{when}</updated><published>{when}</published>"
            f"<title>{escape(r.title)}</title></entry>"
        )
