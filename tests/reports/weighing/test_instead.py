"""What customers do instead of what a rival fails at."""

from __future__ import annotations

from typing import Any

import polars as pl

from reports.rules import default
from reports.weighing import instead


def mentions(*rows: tuple[str, int, str, str]) -> pl.DataFrame:
    """Key, number, text and first theme of each."""
    held: list[dict[str, Any]] = [
        {"key": key, "mention": number, "text": text, "themes": [theme]} for key, number, text, theme in rows
    ]
    return pl.DataFrame(held)


def test_a_workaround_counts_in_the_complaint_or_in_the_sentence_after_it() -> None:
    said = mentions(
        ("a", 0, "Without a signal it shows nothing, so I jot my hours in a notebook.", "offline"),
        ("b", 0, "There is no offline mode.", "offline"),
        ("b", 1, "We are back to pen and paper.", "general"),
        ("c", 0, "There is no offline mode.", "offline"),
        ("c", 1, "I write my letters on paper because the editor is poor.", "ease"),  # of another need
        ("d", 0, "We are back to pen and paper.", "general"),  # of no need
    )
    found = instead.coping(said, said.filter(pl.col("themes").list.first() == "offline"), default())
    assert found.rows() == [("a", "pen and paper"), ("b", "pen and paper")]


def test_products_outside_the_market_are_named_as_written() -> None:
    said = pl.DataFrame({"switched_to": ["Alder Pro", "Fernlight", "others", None]})
    assert instead.gone_to(said, {"alder": "Alder"})["switched_to"].to_list() == ["Alder", "Fernlight", None, None]


def test_a_product_is_not_held_against_itself() -> None:
    said = pl.DataFrame({"competitor": ["a", "a", "b", "b"], "compared_with": ["Alder", "Birch", "others", None]})
    found = instead.held_against(said, {"a": "Alder", "b": "Birch"})["compared_with"]
    assert found.to_list() == [None, "Birch", None, None]
