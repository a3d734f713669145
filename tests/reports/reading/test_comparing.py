"""What a mention compares with, what it left, what it went to. Sentences and products are invented."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from reports import rules
from reports.reading import comparing, cues, gates

EXAMPLES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("comparing_examples.toml").read_text())
NAMES = {
    "readquill": "ReadQuill",
    "read quill": "ReadQuill",
    "quill": "ReadQuill",
    "zoomdish": "ZoomDish",
    "word": "Penword",
    "foodgo": "FoodGo",
}


def told(sentences: list[str], names: dict[str, str] | None = None) -> pl.DataFrame:
    pieces = (
        pl.DataFrame({"text": sentences}, schema={"text": pl.String}).with_row_index("row").with_columns(cues.plain())
    )
    found = comparing.add(pieces, rules.default(), names)
    gate = gates.over(pieces[cues.PLAIN], rules.default())
    assert_frame_equal(comparing.add(pieces, rules.default(), names, gate), found)
    return found


def test_the_gate_keeps_no_product_out_of_real_reviews(shared: Path) -> None:
    reviews = pl.read_parquet(shared / "corpora" / "app-stars" / "reviews.parquet")["text"].fill_null("")
    found = told(reviews.gather_every(40).to_list())
    assert found["switched_to"].count() > 5  # `told` compares with and without the gate


@pytest.mark.parametrize("column", EXAMPLES)
def test_what_a_sentence_names(column: str) -> None:
    hits = dict(EXAMPLES[column]["hits"])
    assert len(hits) >= 10
    found = told(list(hits), NAMES)
    assert dict(found.select("text", column).iter_rows()) == hits


@pytest.mark.parametrize("column", EXAMPLES)
def test_what_only_looks_like_it(column: str) -> None:
    traps = EXAMPLES[column]["traps"]
    assert len(set(traps)) >= 10
    found = told(traps, NAMES)
    assert found.filter(pl.col(column).is_not_null()).select("text", column).rows() == []


def test_both_sides_of_a_switch() -> None:
    found = told(["I switched from Evernote to Notion last month.", "We replaced quill with FoodGo."], NAMES)
    assert found.select("switched_from", "switched_to").rows() == [("Evernote", "Notion"), ("ReadQuill", "FoodGo")]


def test_a_name_is_the_markets_where_it_is_known_and_else_as_written() -> None:
    sentences = ["Better than quill", "Better than Read Quill", "better than palmnote", "Better than the PalmNote app"]
    assert told(sentences, NAMES)["compared_with"].to_list() == ["ReadQuill", "ReadQuill", "palmnote", "PalmNote"]
    assert told(sentences)["compared_with"].to_list() == ["quill", "Read Quill", "palmnote", "PalmNote"]


def test_names_of_several_words_and_signs() -> None:
    names = {"clash of quills": "Clash of Quills", "dishey": "Dishey", "dishey+": "Dishey+"}
    sentences = [
        "Better than Clash of Quills",
        "i switched to clash of quills",
        "Moved to Dishey+ in May",
        "unlike dishey.",
    ]
    found = told(sentences, names).select(pl.coalesce("switched_to", "compared_with")).to_series().to_list()
    assert found == ["Clash of Quills", "Clash of Quills", "Dishey+", "Dishey"]
    assert told(["Better than Lord of Quills for kids"])["compared_with"].to_list() == ["Lord of Quills"]


def test_a_name_that_is_a_word_too_is_one_only_where_it_stands_alone_or_has_its_capital() -> None:
    sentences = ["Better than word", "Better than a wise word", "Better than an old Word", "The word is quicker"]
    assert told(sentences, NAMES)["compared_with"].to_list() == ["Penword", "wise word", "Penword", comparing.OTHERS]


def test_weak_evidence_counts_for_a_name_alone() -> None:
    sentences = ["Honestly, Blinko is cheaper.", "Honestly, delivery is cheaper.", "foodgo is cheaper."]
    assert told(sentences, NAMES)["compared_with"].to_list() == ["Blinko", comparing.OTHERS, "FoodGo"]


def test_capitals_tell_nothing_where_every_word_has_one() -> None:
    sentences = ["I Stopped Using Coupons Here", "Sadly i stopped using Blinko here"]
    assert told(sentences)["switched_from"].to_list() == [None, "Blinko"]


def test_rows_and_their_order_stay() -> None:
    sentences = ["Unlike Tunely, it works.", "", "Lovely.", "I switched to Blinko and it is better than Tunely."]
    found = told(sentences)
    assert found.columns == ["row", "text", cues.PLAIN, "compared_with", "switched_from", "switched_to"]
    assert found.drop(cues.PLAIN).rows() == [
        (0, "Unlike Tunely, it works.", "Tunely", None, None),
        (1, "", None, None, None),
        (2, "Lovely.", None, None, None),
        (3, "I switched to Blinko and it is better than Tunely.", "Tunely", None, "Blinko"),
    ]


def test_no_mentions_at_all() -> None:
    assert told([]).height == 0


@pytest.mark.parametrize(
    "text", ["Besser als Ωmega™ than 最高", "than", "better than ", "I switched to\u00a0", "than \U0001f600"]
)
def test_odd_text_is_no_trouble(text: str) -> None:
    assert told([text], NAMES)["compared_with"].to_list() == [None]


@pytest.mark.parametrize(
    ("pattern", "gate"),
    [
        ("than (x+)", "than "),
        ("(?:use|try) (x+) instead", " instead"),
        ("(x+) refugees?", " refugees?"),
        ("(?:a|b) (x+) (?:c|d)", "(?:a|b) "),
    ],
)
def test_a_gate_is_the_longer_side_of_the_name(pattern: str, gate: str) -> None:
    assert comparing._loose(pattern, False) == gate
