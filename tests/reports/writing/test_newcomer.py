"""What a newcomer changes, as sentences."""

from __future__ import annotations

from typing import Any

from data.market import Competitor, Listing
from reports.writing import newcomer

NEW = Competitor(slug="new", name="New*one", listings=(Listing(url="https://new.example/reviews"),))
NAMES = {"old": "Old", "new": "New\\*one"}
Said = tuple[str, int, str]
"""A gap: theme, place, kind."""


def document(gaps: list[Said], failing: set[str] = frozenset(), n: int = 40) -> dict[str, Any]:  # type: ignore[assignment]
    """A document with these gaps, and a newcomer that fails at some themes."""
    return {
        "competitors": [{"slug": "old", "name": "Old", "read": 200}, {"slug": "new", "name": "New*one", "read": n}],
        "gaps": [{"theme": theme, "name": theme.title(), "place": place, "kind": kind} for theme, place, kind in gaps],
        "matrix": [
            {
                "theme": theme,
                "cells": [
                    {"competitor": "new", "fails": theme in failing, "complains": {"k": 4, "n": n, "share": 4 / n}}
                ],
            }
            for theme in ("support", "price", "speed")
        ],
    }


def lines(before: list[Said], after: dict[str, Any]) -> list[str]:
    return newcomer.lines(after | {"newcomers": newcomer.section(document(before), after, [NEW])})


def test_nothing_moved_is_said() -> None:
    same = [("support", 1, "market-wide"), ("price", 2, "open flank")]
    assert lines(same, document(same)) == [
        "New*one changes no gap: the same ones, of the same kinds, in the same order"
    ]


def test_what_comes_goes_turns_and_moves() -> None:
    before = [("price", 1, "market-wide"), ("speed", 2, "open flank")]
    after = document([("support", 1, "open flank"), ("price", 2, "open flank")], {"support"})
    assert lines(before, after) == [
        "New: “Support” (open flank, rank 1): New*one fails there",
        "Not among the gaps any more: “Speed”, rank 2 before: New*one does not fail there, as far as its reviews tell",
        "“Price” is an open flank now, no longer market-wide: New*one does not fail there, as far as its reviews tell",
        "Ranks moved: “Price” from 1 to 2",
    ]


def test_few_reviews_do_not_say_where_it_does_not_fail() -> None:
    after = document([("price", 1, "open flank")], n=12)
    assert lines([("price", 1, "market-wide")], after) == ["“Price” is an open flank now, no longer market-wide"]
    told = newcomer.told(after | {"newcomers": newcomer.section(document([]), after, [NEW])}, NAMES)
    assert "Only 12 reviews of New\\*one could be read" in told


def test_the_section_holds_the_lines_that_keep_it() -> None:
    after = document([("price", 1, "open flank")])
    told = newcomer.told(after | {"newcomers": newcomer.section(document([]), after, [NEW])}, NAMES)
    assert told.startswith("## What New\\*one changes\n\nThe market without New\\*one and with")
    assert "| Price | – | 1, open flank | 4 of 40 (10.0 %) |" in told
    assert told.endswith(
        '```toml\n[competitors.new]\nname = "New*one"\nlistings = ["https://new.example/reviews"]\n```'
    )
    assert newcomer.told(after, NAMES) == ""
