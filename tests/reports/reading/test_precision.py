"""What a review only seems to be about: themes and pain points read over whole reviews, with their look-alikes."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reports import rules
from reports.reading.read import read

EXAMPLES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("precision_examples.toml").read_text("utf-8"))
EACH = [(column, name) for column, names in EXAMPLES.items() for name in names]
STARS = 2.0
"""So that a sentence without a strong word counts as a complaint, as it would in such a review."""


@cache
def said(column: str, name: str) -> set[str]:
    """The example sentences of which any mention says so."""
    lists = [each for names in EXAMPLES.values() for of in names.values() for each in of.values()]
    texts = sorted({text for each in lists for text in each})
    return {text for text, values in reading(tuple(texts))[column].items() if name in values}


@cache
def reading(texts: tuple[str, ...]) -> dict[str, dict[str, set[str]]]:
    frame = pl.DataFrame({"key": texts, "body": texts}).with_columns(
        title=pl.lit(None, dtype=pl.String), stars=pl.lit(STARS), language=pl.lit("en")
    )
    held: dict[str, dict[str, set[str]]] = {column: {text: set() for text in texts} for column in EXAMPLES}
    for mention in read(frame, rules.default()).mentions.iter_rows(named=True):
        held["themes"][mention["key"]] |= set(mention["themes"])
        held["pain_points"][mention["key"]] |= {mention["pain_point"]} - {None}
    return held


@pytest.mark.parametrize(("column", "name"), EACH, ids=str)
def test_what_is_about_it_is_found(column: str, name: str) -> None:
    assert sorted(set(EXAMPLES[column][name]["hits"]) - said(column, name)) == []


@pytest.mark.parametrize(("column", "name"), EACH, ids=str)
def test_what_only_looks_like_it_is_left_alone(column: str, name: str) -> None:
    assert sorted(set(EXAMPLES[column][name]["traps"]) & said(column, name)) == []


def test_every_name_is_one_of_the_rules() -> None:
    known = rules.default()
    assert set(EXAMPLES["themes"]) <= {theme.slug for theme in known.themes}
    assert set(EXAMPLES["pain_points"]) <= {point.name for point in known.pains.points}
