"""The small labelled set that ships (`labelled.jsonl`): invented, so that anybody can measure, and half of it hard.

One line a text:
- `complains`: whether its writer is dissatisfied, on the whole; `kinds`: what it does, in any part of it
- `theme`: what it is mainly about (`general`: nothing in particular); `sentiment`: `+`, `-`, or `0` where neither
- `switched_from`, `switched_to`, `segments`: as said in the text; where missing, the text says nothing of the kind
- `motive`: why they came, left or stay; only on texts where it is beyond doubt
- `hard`: what makes it so. `no strong word`: all that is said is what happened

Labels were set before their text was read, but for one text, whose wording was made plain afterwards (the student's
first flat); the plain texts were added after a first look at the figures of the hard ones.
Never mend a rule with one of them in view.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from card import baselines, scores
from card.corpora import Texts
from card.scores import Flags
from reports.reading.judging import COMPLAINS
from reports.rules import Rules
from reports.rules.accuracy import Measure

FILE = Path(__file__).parents[1] / "labelled.jsonl"
HARD = "invented texts that are hard: irony, negation, slips, or bare facts without a strong word"
PLAIN = "invented texts as most reviews are, from seven trades"
SPOKEN = ("motive", "segments", "switched")

Row = dict[str, Any]


def rows() -> list[Row]:
    """The labelled texts."""
    return [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]


def measured(rules: Rules, *, beside: bool) -> Iterator[Measure]:
    """One figure a field; those that every text has are told apart for plain and for hard texts."""
    right = rows()
    texts = [row["text"] for row in right]
    reading = Texts(texts).read(rules)
    said = reading.reviews.rows(named=True)
    vader = baselines.vader(texts) if beside else None
    hard = np.array(["hard" in row for row in right])
    unread = np.array([r["complaint_text"] is None for r in said])
    complains = np.array([row["complains"] for row in right])
    found = np.array([r["complaint_text"] or 0.0 for r in said]) >= COMPLAINS
    signs = np.array([{"+": 1.0, "-": -1.0, "0": 0.0}[row["sentiment"]] for row in right])
    felt = np.array([r["sentiment"] or 0.0 for r in said])
    themed = np.array([[row["theme"]] == r["themes"][:1] for row, r in zip(right, said, strict=True)])
    for suffix, of, on in (("", ~hard, PLAIN), ("-hard", hard, HARD)):
        hits, others = (complains == found) & ~unread, {}
        if vader is not None:
            others = {"VADER": float(((vader < 0) == complains)[of].mean())}
        yield _share(f"complains{suffix}", "tell who complains", on, hits[of], unread[of], others)
        signed = of & (signs != 0)
        if vader is not None:
            others = {"VADER": float((vader * signs > 0)[signed].mean())}
        yield _share(f"sentiment{suffix}", "tell good from bad", on, (felt * signs > 0)[signed], unread[signed], others)
        yield _share(f"theme{suffix}", "name the theme", on, themed[of], unread[of], {})

    on = "invented texts, half of them hard"
    uses = {segment.slug for segment in rules.segments if segment.kind == "use"}  # not who they are: not labelled
    spoken = _spoken(reading.mentions.rows(named=True))
    nothing: dict[str, set[str]] = {name: set() for name in SPOKEN}
    heard = [spoken.get(number, nothing) for number in range(len(right))]
    for name, what, due, got in (
        ("kinds", "name complaint, praise, bug, request and question",
         [set(row["kinds"]) for row in right], [set(r["kinds"]) for r in said]),
        ("switching", "name what they left, or left for",
         [_switched(r) for r in right], [h["switched"] for h in heard]),
        ("segments", "notice who says who they are",
         [set(r.get("segments", [])) for r in right], [h["segments"] - uses for h in heard]),
    ):  # fmt: skip
        yield _pairs(name, what, on, due, got, unread)
    moved = np.array(["motive" in row for row in right])
    held = np.array([row.get("motive") in h["motive"] for row, h in zip(right, heard, strict=True)])
    yield _share("motive", "name what moves them", on, held[moved], unread[moved], {})


def _share(name: str, what: str, on: str, hits: Flags, unread: Flags, others: dict[str, float]) -> Measure:
    right, of = int(hits.sum()), len(hits)
    parts = {"right": right, "of": of}
    return Measure(f"labelled/{name}", what, on, "share right", of, int(unread.sum()), right / of, None, others, parts)


def _pairs(name: str, what: str, on: str, due: list[set[str]], got: list[set[str]], unread: Flags) -> Measure:
    """F1 over everything that is, or is said to be, in each text."""
    each = [(a, b, value) for a, b in zip(due, got, strict=True) for value in sorted(a | b)]
    yes, said = np.array([value in a for a, _, value in each]), np.array([value in b for _, b, value in each])
    precision, recall = scores.precision_recall(yes, said)
    parts = {"precision": precision, "recall": recall}
    value = scores.f1(yes, said)
    return Measure(f"labelled/{name}", what, on, "F1", len(due), int(unread.sum()), value, None, {}, parts)


def _spoken(mentions: Iterable[Row]) -> dict[int, dict[str, set[str]]]:
    """What any mention of a text says, by the text's number."""
    spoken: dict[int, dict[str, set[str]]] = {}
    for mention in mentions:
        of = spoken.setdefault(mention["key"], {name: set() for name in SPOKEN})
        of["motive"] |= {mention["motive"]} - {None}
        of["segments"] |= set(mention["segments"])
        of["switched"] |= _switched(mention)
    return spoken


def _switched(row: Row) -> set[str]:
    return {f"{side} {row[side].lower()}" for side in ("switched_from", "switched_to") if row.get(side)}
