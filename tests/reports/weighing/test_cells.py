"""Where a rival fails, and where its customers complain more than those of the others."""

from __future__ import annotations

import polars as pl

from reports.weighing.cells import Cell, cells, worse_than_others
from reports.weighing.evidence import Evidence, Window
from reports.weighing.gaps import Kind, _kind
from reports.weighing.statistics import Proportion


def evidence(of: dict[str, list[tuple[float, bool, int]]]) -> Evidence:
    """Competitor -> (stars, whether it complains of `a`, how many such reviews)."""
    rows = [
        (who, f"{who} {block} {i}", stars, complains)
        for who, blocks in of.items()
        for block, (stars, complains, n) in enumerate(blocks)
        for i in range(n)
    ]
    frame = pl.DataFrame(rows, schema=["competitor", "key", "stars", "complains"], orient="row")
    no = pl.lit(value=False)
    return Evidence(
        Window(None, None),
        frame.select("competitor", "key", "stars", counted=pl.lit(value=True), is_read=pl.lit(value=True)),
        frame.filter("complains").with_columns(theme=pl.lit("a"), wishes=no, praises=no),
        pl.DataFrame(),
    )


def of(of: dict[str, list[tuple[float, bool, int]]]) -> dict[str, Cell]:
    table = cells(evidence(of), ["a"], list(of), list(of))
    return {who: table[who, "a"] for who in of}


def test_a_rival_with_unhappier_customers_is_worse_but_not_among_equals():
    # one in four of the one-star reviews complains of it at either rival; one of them has four times as many
    found = of({
        "glad": [(1.0, True, 25), (1.0, False, 75), (5.0, False, 900)],
        "sore": [(1.0, True, 100), (1.0, False, 300), (5.0, False, 600)],
    })  # fmt: skip
    assert (found["sore"].worse, found["sore"].worse_alike, found["sore"].alike) == (True, False, 0.0)
    assert not found["glad"].worse


def test_a_rival_that_is_worse_among_equals_too():
    found = of({
        "one": [(1.0, True, 10), (1.0, False, 190), (5.0, False, 200)],
        "two": [(1.0, True, 60), (1.0, False, 140), (5.0, False, 200)],
    })  # fmt: skip
    assert (found["two"].worse, found["two"].worse_alike) == (True, True)
    # 25 points more among 200 reviews of one star, none among 200 of five, in equal parts
    assert round(found["two"].alike or 0, 4) == 0.125


def test_one_rival_with_many_reviews_does_not_stand_for_all_others():
    said = {"a": {"big": Proportion(100, 10_000), "b": Proportion(40, 400), "c": Proportion(20, 400)}}
    # 5 % is more than the 1.3 % of all others together, but less than the mean of 1 % and 10 %
    assert worse_than_others(said) == [("b", "a")]


def test_what_is_tested_does_not_hang_on_how_complaints_are_spread():
    # forty things that four rivals share alike; one that five of five said at one of them would stand alone, not here
    even = {f"t{i}": dict.fromkeys("abcd", Proportion(2, 200)) for i in range(40)}
    lone = {"lone": {"a": Proportion(5, 200), **dict.fromkeys("bcd", Proportion(0, 200))}}
    assert worse_than_others(lone) == [("a", "lone")]
    assert worse_than_others(even | lone) == []


def test_a_rival_fails_where_most_who_speak_complain_beyond_chance():
    assert of({"x": [(1.0, True, 9), (5.0, False, 91)]})["x"].fails
    # fewer than one in a hundred
    assert not of({"x": [(1.0, True, 9), (5.0, False, 991)]})["x"].fails
    # four are too few, whatever their share
    assert not of({"x": [(1.0, True, 4), (5.0, False, 6)]})["x"].fails


def cell(who: str, complains: int, *, fails: bool = False, worse: bool = False, n: int = 200) -> Cell:
    told = Proportion(complains, n)
    return Cell(who, "a", told, told, Proportion(0, n), 0, 0, 1.0, None, None, fails=fails, worse=worse)


def test_an_open_flank_needs_a_rival_that_is_worse_and_one_that_does_not_fail():
    fine = cell("fine", 4)
    assert _kind([cell("bad", 30, fails=True, worse=True), fine]) is Kind.FLANK
    assert _kind([cell("bad", 9, fails=True), fine]) is Kind.SOME
    assert _kind([cell("bad", 9, fails=True, worse=True), cell("few", 0, n=20)]) is Kind.SOME
    assert _kind([cell("bad", 30, fails=True, worse=True), cell("too", 30, fails=True)]) is Kind.MARKET
