"""What every place has: invented reviews, and the form in which they must reach the lake."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

FIRST_DAY = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)
ROBOTS = "User-agent: *\nDisallow: /private/\n"
JSON = "application/json; charset=utf-8"
XML = "text/xml; charset=utf-8"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Planted:
    """One invented review; number 0 is the oldest."""

    number: int
    rating: int
    title: str
    body: str
    author: str
    written: datetime


def plant(n: int) -> list[Planted]:
    """The first n invented reviews, newest first; two and two are written in the same second."""
    return [
        Planted(
            number=i,
            rating=1 + i * 7 % 5,
            title=f"Thought {i} & more",
            body=f"Invoice {i} prints at half <size>, twice.\nWe wait for day {i * 13 % 97}.",
            author=f"person_{i}",
            written=FIRST_DAY + timedelta(hours=4) * (i // 2),
        )
        for i in reversed(range(n))
    ]


@dataclass(frozen=True)
class Call:
    """What is asked."""

    path: str
    """Unquoted, without the query."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What goes back."""

    status: int
    type: str
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


NOT_FOUND = Answer(404, TEXT, "not found")


class Place:
    """One host and what it says; `reviews` are newest first and may be changed between requests."""

    robots = ROBOTS
    packed = False
    """Whether it sends gzip to whoever takes it."""
    scale: str | None = "5"

    def __init__(self, host: str, n: int) -> None:
        self.host = host
        self.reviews = plant(n)

    def answer(self, call: Call) -> Answer:
        """What the service would say."""
        raise NotImplementedError

    def grow(self, more: int) -> None:
        """The next night: some more reviews, and the newest of the old ones edited."""
        old = self.reviews
        edited = replace(old[0], body=old[0].body + "\nIt was mended.")
        self.reviews = [*plant(len(old) + more)[:more], edited, *old[1:]]

    def shown(self) -> list[Planted]:
        """What the service shows to anyone at all."""
        return self.reviews

    def id(self, review: Planted) -> str:
        """The id under which the review must reach the lake."""
        return str(10_000 + review.number)

    def rating(self, review: Planted) -> float | None:
        """Its raw rating there."""
        return float(review.rating)

    def written(self, review: Planted) -> datetime | None:
        """Its time there, as exact as the service tells it."""
        return review.written

    def expected(self) -> dict[str, tuple[float | None, str | None, datetime | None]]:
        """Id -> rating, scale and time of everything that a visitor can see."""
        return {self.id(r): (self.rating(r), self.scale, self.written(r)) for r in self.shown()}


class OnPaper(Place):
    """A place that forbids machines: somebody with a browser saves what it shows, page after page."""

    file = "json"
    """How the names of the saved files end."""

    def first(self) -> Call:
        """What the browser asks first."""
        raise NotImplementedError

    def following(self, call: Call, answer: Answer) -> Call | None:
        """What it asks after an answer; None where the place shows no more."""
        raise NotImplementedError

    def save(self, folder: Path, name: str) -> int:
        """Saves everything that is shown today as `NAME-01.json` and so on; says how many files."""
        folder.mkdir(parents=True, exist_ok=True)
        call: Call | None = self.first()
        files = 0
        while call is not None:
            answer = self.answer(call)
            assert answer.status == 200, f"{self.host} answers {answer.status} to {call.path} {call.query}"
            files += 1
            (folder / f"{name}-{files:02}.{self.file}").write_text(answer.body, "utf-8")
            call = self.following(call, answer)
        return files


class Discussion(Place):
    scale = None

    def rating(self, review: Planted) -> float | None:
        return None


def json_of(value: Any, **headers: str) -> Answer:
    return Answer(200, JSON, json.dumps(value), headers)


def paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.split("\n"))


def zulu(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0)
