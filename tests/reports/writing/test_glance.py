"""The first page: three sentences and one table, of a market, of ties, of one rival alone."""

from __future__ import annotations

from typing import Any

from reports.writing import markdown
from reports.writing.single import NOTE

NAMES = {"alder": "Alder", "birch": "Birch"}


def gap(name: str, place: int, **more: Any) -> dict[str, Any]:
    told = {
        "theme": name, "name": name.title(), "need": f"do {name}", "place": place, "kind": "open flank",
        "grade": "fair", "failing": ["alder"], "complaints": 31, "momentum": None, "pain_points": [],
        "opportunity": {"score": 13.84, "low": 11.4, "high": 16.3},
    }  # fmt: skip
    return told | more


def document(gaps: list[dict[str, Any]], competitors: tuple[str, ...] = ("alder", "birch")) -> dict[str, Any]:
    return {
        "market": {"slug": "notes", "name": "Notes", "notice": None},
        "date": "2026-05-02", "rules": "abc", "gaps": gaps, "trends_refused": [], "coverage": [],
        "competitors": [{"slug": s, "name": NAMES[s], "ours": False, "read": 100} for s in competitors],
        "reviews": {"rivals": len(competitors), "counted": 100 * len(competitors), "first": None, "last": None},
        "shared": {"k": 12, "n": 50},
    }  # fmt: skip


def glance(told: dict[str, Any]) -> list[str]:
    return markdown._glance(told, NAMES).split("\n")


def test_three_sentences_and_a_table() -> None:
    wide = gap("copying", 2, complaints=90, failing=["alder", "birch"], kind="market-wide", pain_points=[
        {"name": "can't paste", "reviews": 9}, {"name": "no *undo*", "reviews": 12},
    ])  # fmt: skip
    assert glance(document([gap("sharing", 1), wide])) == [
        "## At a glance",
        "",
        "The clearest opening: customers need to **do sharing** at Alder, and 31 of 200 reviews complain about it or"
        " ask for it.",
        "Next, clearly behind it, comes “Copying” (90 reviews).",
        "These are people who write reviews, not all customers; 24 % of those who complain stand under several gaps, so"
        " the counts do not add up: [ask](#ask) before you build.",
        "",
        "| # | Customers need to … | Fails at | Complain or wish | Opportunity (95 %) | Evidence | Kind |",
        "| --- | --- | --- | --: | --: | --- | --- |",
        "| 1 | [do sharing](#gap-1) | Alder | 31 | 13.8 (11.4–16.3) | fair | open flank |",
        "| 2 | [do copying](#gap-2): “no \\*undo\\*” (12) and “can't paste” (9) | Alder and Birch | 90 |"
        " 13.8 (11.4–16.3) | fair | market-wide |",
        "",
        "Under each gap a line that is missing (who, instead, why now) means that fewer than three reviews say so. No"
        " trend is claimed: dated reviews are too few or too close together.",
    ]


def test_ties_are_told_simply() -> None:
    two = document([gap("a", 1), gap("b", 1)])
    assert glance(two)[3] == "“B” is its equal, as far as these reviews can tell: decide by what you can build."
    four = document([gap(name, 1) for name in "abcd"])
    assert glance(four)[3] == (
        "The first 4 in the table are equals, as far as these reviews can tell: choose among them by what you can"
        " build."
    )
    assert glance(document([gap("a", 1)]))[3] == "No other need has the evidence to stand beside it."


def test_one_rival_alone_has_its_own_title_and_no_word_of_a_market() -> None:
    told = document([gap("sharing", 1, kind="single rival")], ("alder",))
    head = markdown._head(told)
    assert head.startswith("# What customers of Alder miss\n\n*100 reviews of Alder, undated.")
    assert head.endswith(NOTE)
    lines = glance(told)
    assert lines[2] == (
        "What its customers miss most: they need to **do sharing**, and 31 of 100 reviews complain about it or ask for"
        " it."
    )
    assert lines[6] == "| # | Customers need to … | Complain or wish | Opportunity (95 %) | Evidence |"
    assert "flank" not in " ".join(lines)


def test_without_gaps_it_says_so() -> None:
    assert "**No gap stands out.** 200 reviews could be read" in glance(document([]))[2]
