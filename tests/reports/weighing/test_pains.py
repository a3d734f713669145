"""Which pain points recur in a market, and how a report prints them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from data.lake import Lake
from data.market import load
from data.review import Review
from data.visit import Visit
from reports import report, rules
from reports.reading.read import MENTIONS
from reports.weighing.evidence import Evidence, Window
from reports.weighing.pains import LEAST, Named, Pain, of_theme, pains
from reports.weighing.statistics import Proportion
from reports.writing.pains import exactly, overview

NOW = datetime(2026, 5, 1, tzinfo=UTC)
Said = tuple[str, str, str, list[str]]
"""A mention: competitor, key, pain point, themes."""


def evidence(said: list[Said], read: dict[str, int]) -> Evidence:
    """Evidence of such mentions, at competitors with so many read reviews."""
    columns: dict[str, Any] = {
        "competitor": [competitor for competitor, *_ in said],
        "key": [key for _, key, *_ in said],
        "pain_point": [name for _, _, name, _ in said],
        "themes": [themes for *_, themes in said],
        "written": [NOW - timedelta(days=n) for n in range(len(said))],
    }
    mentions = pl.DataFrame(columns, schema={name: MENTIONS.get(name, pl.String) for name in columns} | {
        "written": pl.Datetime("us", "UTC"),
    })  # fmt: skip
    reviews = pl.DataFrame(
        [(who, True, True) for who, n in read.items() for _ in range(n)],
        schema={"competitor": pl.String, "counted": pl.Boolean, "is_read": pl.Boolean},
        orient="row",
    )
    return Evidence(Window(None, None), reviews, pl.DataFrame(), mentions)


def found(said: list[Said], read: dict[str, int], rivals: list[str] | None = None) -> list[Pain]:
    return pains(evidence(said, read), list(read), rivals or list(read), rules.default())


def said(competitor: str, n: int, name: str, *themes: str) -> list[Said]:
    return [(competitor, f"{competitor}{i}", name, list(themes)) for i in range(n)]


def test_what_fewer_reviews_say_does_not_recur() -> None:
    few, enough = said("a", LEAST - 1, "logs me out", "login"), said("a", LEAST, "no dark mode", "ease")
    assert [pain.name for pain in found([*few, *enough], {"a": 50})] == ["no dark mode"]


def test_a_review_counts_once_however_often_it_says_so() -> None:
    thrice = [("a", "a1", "logs me out", ["login"])] * 3
    assert found(thrice, {"a": 50}) == []


def test_whole_rows() -> None:
    mentions = (
        said("a", 25, "logs me out", "general") + said("b", 6, "logs me out", "login") + said("c", 2, "logs me out")
    )
    mentions += said("b", 3, "can't edit messages", "messaging", "features") + said("c", 4, "no noodle", "general")
    assert found(mentions, {"a": 100, "b": 100, "c": 40}, rivals=["a", "b"]) == [
        Pain(
            name="logs me out",
            themes=("login",),
            reviews=31,
            rivals=(Named("a", Proportion(25, 100), more=True), Named("b", Proportion(6, 100))),
            ours=(Named("c", Proportion(2, 40)),),
            newest=NOW,
        ),
        Pain(
            name="can't edit messages",
            themes=("features", "messaging"),
            reviews=3,
            rivals=(Named("b", Proportion(3, 100)),),
            ours=(),
            newest=NOW - timedelta(days=33),
            exact=True,
        ),
    ]


def test_without_a_theme_it_is_general() -> None:
    (pain,) = found(said("a", 3, "no noodle", "general"), {"a": 10})
    assert pain.themes == ("general",)


def test_a_gap_names_what_says_most_first() -> None:
    mentions = said("a", 9, "does not work", "reliability") + said("a", 4, "keeps crashing", "reliability")
    listed = of_theme(found(mentions, {"a": 90}), "reliability")
    assert [(pain.name, pain.exact) for pain in listed] == [("keeps crashing", True), ("does not work", False)]


def test_the_order_of_mentions_does_not_matter() -> None:
    mentions = (
        said("a", 5, "logs me out", "login") + said("b", 5, "no dark mode", "ease") + said("a", 5, "no tags", "search")
    )
    once = evidence(mentions, {"a": 40, "b": 40})
    turned = replace(once, mentions=once.mentions.reverse())
    arguments: tuple[Any, ...] = (["a", "b"], ["a", "b"], rules.default())
    assert pains(once, *arguments) == pains(turned, *arguments)


MARKET = """
name = "Notes"
[competitors.alpha]
name = "Alpha*"
listings = ["https://alpha.example/reviews"]
[competitors.beta]
name = "Beta"
listings = ["https://beta.example/reviews"]
"""


def reviews(product: str, bad: str, n: int, of: int) -> list[Review]:
    good = "I love the design of these notes, it works perfectly for project {}."
    return [
        Review(
            source="schema_org", product=f"{product}.example", id=str(i), url=f"https://{product}.example/reviews#{i}",
            rating=1 if i < n else 5, scale="5", body=bad.format(i) if i < n else good.format(i),
            written=NOW - timedelta(days=i),
        )
        for i in range(of)
    ]  # fmt: skip


@pytest.fixture
def made(tmp_path):
    file, lake = tmp_path / "notes.toml", Lake(tmp_path / "lake")
    file.write_text(MARKET, "utf-8")
    bad = {
        "alpha": "Support never replies to my emails about case {}.",
        "beta": "The support never answered letter {}.",
    }
    for slug, n in (("alpha", 25), ("beta", 6)):
        listing = f"https://{slug}.example/reviews"
        lake.merge("notes", slug, listing, reviews(slug, bad[slug], n, 90), NOW)
        lake.add_visit(
            Visit(
                market="notes", competitor=slug, source="schema_org", listing=listing, at=NOW, asked=listing, pages=1,
                found=90, new=90, edited=0, known=0, duplicate=0, gone=0, unreadable=0, total=None, oldest=None,
                newest=NOW, outcome="reviews", stop="end", complete=True, detail=None, bytes=1, seconds=0.1,
            )
        )  # fmt: skip
    path, document = report.make(lake, load(file), tmp_path / "out", file)
    return lake, load(file), file, path, document


def test_a_report_says_what_exactly_and_verifies(made):
    lake, market, file, path, document = made
    row = {
        "name": "no reply from support", "themes": ["support"], "reviews": 31,
        "rivals": [
            {"competitor": "alpha", "k": 25, "n": 90, "share": 0.2778, "more": True},
            {"competitor": "beta", "k": 6, "n": 90, "share": 0.0667, "more": False},
        ],
        "ours": [], "newest": "2026-05-01",
    }  # fmt: skip
    assert document["pain_points"] == [row]
    assert [gap["pain_points"] for gap in document["gaps"] if gap["theme"] == "support"] == [[row]]
    page = path.read_text("utf-8")
    assert "- **What exactly**: no reply from support (31: Alpha\\* 25, Beta 6).\n" in page
    assert "| no reply from support | Support that answers | 31 | 25 (27.8 %) ▲ | 6 (6.7 %) | 1 May 2026 |\n" in page
    assert report.check(lake, market, path.with_suffix(".json"), file) == []
    path.write_text(page.replace("(31: Alpha", "(32: Alpha"), "utf-8")
    assert len(report.check(lake, market, path.with_suffix(".json"), file)) == 1


def test_nothing_is_printed_where_nothing_recurs() -> None:
    assert exactly([], {}) == []
    assert overview({"matrix": [], "competitors": []}, {}) == ""
