"""Which words an expression needs: never more than it does, and enough to leave most texts out."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import rules
from reports.rules.needed import needs

RULES = rules.default()


def words(pattern: str, *, whole_words: bool = True) -> list[set[frozenset[str]]]:
    return [set(each) for each in needs(pattern, whole_words=whole_words)]


def any_of(*each: str) -> frozenset[str]:
    return frozenset(each)


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        ("crash(?:es|ed)?", [{any_of(" crash ", " crashes ", " crashed ")}]),
        ("crash[a-z]*", [{any_of(" crash")}]),
        (
            "can'?t log ?in",
            [{any_of(" can ", " cant "), any_of(" in ", " login "), any_of(" can ", " cant ", " login ")}],
        ),
        ("(?:so |very )*bad", [{any_of(" bad ")}]),
        ("slow|laggy", [{any_of(" slow ")}, {any_of(" laggy ")}]),
        ("(?:the )?fit is", [{any_of(" the ", " fit "), any_of(" is ")}]),
        ("[0-9]+ stars?", [{any_of(" 0"), any_of("0"), any_of(" star ", " stars ")}]),
        ("a.c", [{any_of(" a"), any_of("c ")}]),
        (r"\w+", [set()]),
        ("[$€]", [set()]),
        ("x*", [set()]),
        ("(?i)crash", [set()]),
        ("crash(", [set()]),
    ],
)
def test_what_a_pattern_needs(pattern: str, needed: list[set[frozenset[str]]]) -> None:
    assert words(pattern) == needed


def test_without_edges_a_word_may_go_on() -> None:
    assert words("crash", whole_words=False) == [{any_of("crash")}]


def holds(text: str, need: frozenset[str]) -> bool:
    """Whether a text has a word that is needed, told the plain way."""
    bare = "".join(
        "0" if "0" <= letter <= "9" else letter if letter in "_abcdefghijklmnopqrstuvwxyz" else " " for letter in text
    )
    return any(word in f" {bare} " for word in need)


PIECES = ["a", "b", "cd", "ef g", "7", " ", "'", "é", ".", "_"]


@st.composite
def patterns(draw: st.DrawFn, depth: int = 3) -> str:
    """A pattern of the constructs that rules use."""
    if depth == 0:
        return draw(
            st.sampled_from(
                [
                    *PIECES[:7],
                    "é",
                    r"\.",
                    "_",
                    "[ab]",
                    "[0-9]",
                    "[- ]",
                    "[a-z]",
                    "[a-z ]",
                    ".",
                    r"\w",
                    r"\b",
                    "(?-u:\\b)",
                ]
            )
        )
    parts = draw(st.lists(patterns(depth=depth - 1), min_size=1, max_size=3))
    kind = draw(st.sampled_from(["row", "either", "group"]))
    if kind == "row":
        return "".join(parts)
    inner = f"(?:{'|'.join(parts)})"
    return inner + draw(st.sampled_from(["", "?", "*", "+", "{2}", "{1,2}"])) if kind == "group" else inner


@settings(max_examples=400, deadline=None)
@given(patterns(), st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), min_size=1, max_size=20))
def test_no_text_that_matches_lacks_what_is_needed(pattern: str, texts: list[str]) -> None:
    for whole in (True, False):
        tried = rf"(?-u:\b)(?:{pattern})(?-u:\b)" if whole else pattern
        matched = pl.Series(texts).str.contains(tried).to_list()
        for text, hit in zip(texts, matched, strict=True):
            if hit:
                assert any(all(holds(text, need) for need in way) for way in needs(pattern, whole_words=whole))


def test_nearly_every_pattern_of_the_rules_needs_something() -> None:
    cues = [*(theme.cues for theme in RULES.themes), *(segment.cues for segment in RULES.segments), RULES.complaint]
    asked = [way for cue in cues for pattern in cue.cues for way in needs(pattern, whole_words=True)]
    assert sum(1 for way in asked if not way) <= len(asked) / 100
