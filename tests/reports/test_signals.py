"""The signals of a mention, read as a whole: what a sentence says beside its topic, and what it only seems to say.

Every signal has sentences of its own in `signals/`: hits, and traps that look alike. Those known to be read wrong stay
in sight: `missed` are hits that are not heard, `mistaken` are traps that are fallen for. Neither counts as one of the
twenty, and whoever mends one moves it to where it belongs.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, get_args

import polars as pl
import pytest

from reports import rules
from reports.reading.read import read
from reports.rules import tables

HERE = Path(__file__).parent
ENOUGH = 10
LISTS = {"kinds": "kinds", "segments": "segments"}
"""A group of signals -> the column of mentions that lists them."""
VALUES = {"motive": "motive", "need_level": "need_level", "loyalty": "loyalty", "tier": "tier", "stage": "stage"}
NAMED = ("compared_with", "switched_from", "switched_to")
RIVALS = {
    "readquill": "ReadQuill", "read quill": "ReadQuill", "quill": "ReadQuill", "zoomdish": "ZoomDish",
    "word": "Penword", "foodgo": "FoodGo",
}  # fmt: skip
"""Other names of the invented rivals in `reading/comparing_examples.toml`, in lower case -> the name to report."""


def told() -> dict[tuple[str, ...], dict[str, list[str]]]:
    """The path of each signal -> its lists of sentences."""
    found: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for file in sorted((HERE / "signals").glob("*.toml")):
        for group, table in tomllib.loads(file.read_text("utf-8")).items():
            each = {(group,): table} if "hits" in table else {(group, key): value for key, value in table.items()}
            assert not each.keys() & found.keys(), file.name
            found |= each
    return found


SIGNALS = told()
COMPARING: dict[str, Any] = tomllib.loads((HERE / "reading" / "comparing_examples.toml").read_text("utf-8"))


def expected() -> set[tuple[str, ...]]:
    """Every value that a signal can have; comparing and switching have a file of their own."""
    known = rules.default()
    of = {
        "kinds": ("complaint", "praise", *known.kinds),
        "segments": tuple(segment.slug for segment in known.segments),
        "motive": tuple(known.motives),
        "need_level": tuple(known.need_levels),
        "loyalty": tuple(known.loyalty),
        "tier": get_args(tables.Tier),
        "stage": get_args(tables.Stage),
    }
    return {(group, value) for group, values in of.items() for value in values} | {("churn",), ("urgency",)}


@cache
def mentions() -> pl.DataFrame:
    """All sentences, each read as a review without stars: one row a mention, `key` is the sentence."""
    texts = [text for lists in SIGNALS.values() for each in lists.values() for text in each]
    texts += [text for lists in COMPARING.values() for text in (*dict(lists["hits"]), *lists["traps"])]
    texts = sorted(set(texts))
    frame = pl.DataFrame({"key": texts, "body": texts}).with_columns(
        title=pl.lit(None, dtype=pl.String), stars=pl.lit(None, dtype=pl.Float64), language=pl.lit("en")
    )
    return read(frame, replace(rules.default(), names=RIVALS)).mentions


def held(path: tuple[str, ...]) -> pl.Expr:
    """Whether a mention says so."""
    group = path[0]
    if group in LISTS:
        return pl.col(LISTS[group]).list.contains(path[1])
    if group in VALUES:
        return (pl.col(VALUES[group]) == path[1]).fill_null(value=False)
    return {"churn": pl.col("churn"), "urgency": pl.col("urgency") > 0}[group]


def saying(path: tuple[str, ...]) -> set[str]:
    return set(mentions().filter(held(path))["key"])


def test_every_signal_has_twenty_sentences_and_half_are_traps() -> None:
    assert set(SIGNALS) == expected()
    few = {path: (len(set(each["hits"])), len(set(each["traps"]))) for path, each in SIGNALS.items()}
    few |= {(name,): (len(dict(each["hits"])), len(set(each["traps"]))) for name, each in COMPARING.items()}
    assert {path: counts for path, counts in few.items() if min(counts) < ENOUGH} == {}
    assert set(COMPARING) == set(NAMED)


@pytest.mark.parametrize("path", SIGNALS, ids=".".join)
def test_a_sentence_that_says_so_is_heard(path: tuple[str, ...]) -> None:
    assert sorted(set(SIGNALS[path]["hits"]) - saying(path)) == []


@pytest.mark.parametrize("path", SIGNALS, ids=".".join)
def test_a_sentence_that_only_sounds_like_it_is_left_alone(path: tuple[str, ...]) -> None:
    assert sorted(set(SIGNALS[path]["traps"]) & saying(path)) == []


def test_few_are_known_to_be_read_wrong() -> None:
    wrong = {path: {*each.get("missed", ()), *each.get("mistaken", ())} for path, each in SIGNALS.items()}
    assert all(len(texts) <= ENOUGH // 2 for texts in wrong.values())
    assert sum(map(len, wrong.values())) <= len(SIGNALS) // 4


@pytest.mark.parametrize("column", NAMED)
def test_a_whole_review_names_what_it_compares_with_left_or_went_to(column: str) -> None:
    hits, traps = dict(COMPARING[column]["hits"]), COMPARING[column]["traps"]
    said = mentions().filter(pl.col(column).is_not_null()).select("key", column)
    assert dict(said.filter(pl.col("key").is_in(list(hits))).iter_rows()) == hits
    assert said.filter(pl.col("key").is_in(traps)).rows() == []
