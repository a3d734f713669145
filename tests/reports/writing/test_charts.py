"""Charts: what each says it shows, and that its drawing is whole, small, the same each time, and says it too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from reports.weighing.gaps import Kind
from reports.writing import drawing, labels, plots
from reports.writing.charts import (
    KINDS,
    Cell,
    Chart,
    Month,
    Point,
    charts,
    figure,
    heat_map,
    landscape,
    months,
    unpictured,
)
from reports.writing.labels import Box

ROOT = Path(__file__).parents[3]


def proportion(k, n):
    share = k / n if n else None
    return {"k": k, "n": n, "share": share, "low": share and share / 2, "high": share and min(1, 2 * share)}


def row(theme, place, importance, satisfaction, *cells):
    """A row of the matrix; a cell is competitor, k, n, and `f`, `w`, `a`: it fails, is worse, and so among alike."""
    score = importance + max(importance - satisfaction, 0)
    return {
        "theme": theme, "name": f"The {theme}", "place": place,
        "opportunity": {"score": score, "importance": importance, "satisfaction": satisfaction},
        "cells": [
            {"competitor": slug, "speaks": proportion(k + 1, n), "complains": proportion(k, n), "fails": "f" in marks,
             "worse": "w" in marks or "a" in marks, "worse_alike": "a" in marks}
            for slug, k, n, marks in cells
        ],
    }  # fmt: skip


def a_gap(theme, kind="open flank", momentum=None):
    return {"theme": theme, "name": f"The {theme}", "kind": kind, "failing": ["ink"], "momentum": momentum}


@pytest.fixture
def market():
    """Two rivals and our own product; one gap deep in the corner, one theme in it, one far from it."""
    return {
        "date": "2026-03-01",
        "competitors": [
            {"slug": "own", "name": "Own", "ours": True},
            {"slug": "ink", "name": "Ink & Co", "ours": False},
            {"slug": "jot", "name": "Jot", "ours": False},
        ],
        "gaps": [a_gap("bill"), a_gap("door", "market-wide")],
        "matrix": [
            row("bill", 1, 9.0, 1.0, ("own", 0, 10, ""), ("ink", 30, 100, "fa"), ("jot", 3, 90, "")),
            row("door", 2, 8.0, 3.0, ("own", 1, 10, ""), ("ink", 12, 100, "fw"), ("jot", 9, 90, "f")),
            row("view", 3, 4.0, 9.0, ("own", 0, 10, ""), ("ink", 2, 100, ""), ("jot", 4, 0, "")),
            row("rare", 4, 1.0, 5.0, ("own", 0, 10, ""), ("ink", 1, 100, ""), ("jot", 0, 90, "")),
        ],
        "trends_refused": [],
    }  # fmt: skip


def course(theme, *counts, first=1):
    points = [{"month": f"2026-{m:02d}", "k": k, "n": n} for m, (k, n) in enumerate(counts, start=first)]
    return {"theme": theme, "name": f"The {theme}", "points": points}


MOVED = {"before": {"k": 4, "n": 100}, "recent": {"k": 20, "n": 100}}


def test_the_landscape_says_how_many_lie_in_the_corner_and_which_gap_deepest(market):
    chart = landscape(market)
    assert chart is not None
    assert chart.says == (
        "2 of 3 themes lie in the underserved corner; deepest of the gaps is “The bill”"
        " (importance 9.0, satisfaction 1.0)."
    )
    assert chart.marks[0] == Point(
        "The bill: importance 9.0, satisfaction 1.0, opportunity 17.0 of 20; gap 1, some rivals fail at it"
        " where others do not; failing: Ink & Co",
        ("ink",), "The bill", 9.0, 1.0, "open flank", 1,
    )  # fmt: skip
    assert [p.name for p in chart.marks] == ["The bill", "The door", "The view"], "too few speak of the rare one"


def test_every_kind_of_gap_has_its_words_its_shape_and_its_colour_in_the_dark():
    assert set(KINDS) == set(plots.SHAPES) == {str(kind) for kind in Kind}
    assert len({plots.SHAPES[kind] for kind in KINDS}) == len(KINDS)
    style = (ROOT / "reports" / "writing" / "page.css").read_text("utf-8")
    for _, colour in plots.SHAPES.values():
        assert f'[fill="{colour}"]' in style


def test_a_corner_without_gaps_and_an_empty_one_are_said(market):
    market["gaps"] = []
    assert landscape(market).says == (
        "2 of 3 themes lie in the underserved corner, none of them with complaints enough at any rival to be a gap."
    )
    for one in market["matrix"]:
        one["opportunity"]["score"] = 9.9
    assert landscape(market).says == (
        "None of 3 themes lies in the underserved corner: what matters is served, or matters to few."
    )


def test_the_heat_map_names_the_sorest_spot_of_a_rival_and_who_fails_most(market):
    chart = heat_map(market)
    assert chart.says == (
        "The sorest spot is “The bill” at Ink & Co, where 30 of 100 reviews complain or wish (30.0 %);"
        " Ink & Co fails at the most themes shown (2 of 3)."
    )
    first = {c.competitor: c for c in chart.marks[:3]}
    assert list(first) == ["Own (ours)", "Ink & Co", "Jot"]
    assert first["Ink & Co"] == Cell(
        "Ink & Co, The bill: 30 of 100 reviews complain or wish, 30.0 %; fails at it;"
        " more often than at the other rivals, beyond chance, also among reviews of the same stars",
        ("ink",), "The bill", "Ink & Co", 0.3, True, "▲",
    )  # fmt: skip
    unread = next(c for c in chart.marks if c.theme == "The view" and c.competitor == "Jot")
    assert (unread.share, unread.says) == (None, "Jot, The view: no review could be read")


def test_one_product_alone_has_no_heat_map(market):
    market["competitors"] = market["competitors"][1:2]
    for one in market["matrix"]:
        one["cells"] = one["cells"][1:2]
    assert heat_map(market) is None


def test_the_months_claim_only_what_the_report_tested(market):
    market["months"] = [course("bill", (1, 40), (0, 0), (2, 40), (9, 40)), course("door", (3, 40), (3, 40), (3, 40))]
    assert months(market).says == (
        "Dated reviews are too few or too close together to call any of these lines a trend."
    )
    market["gaps"][0]["momentum"] = MOVED | {"verdict": "rising"}
    market["gaps"][1]["momentum"] = MOVED | {"verdict": "steady"}
    assert months(market).says == (
        "“The bill” grows (4.0 % of reviews before, 20.0 % lately); the other one did not change beyond chance."
    )
    market["gaps"][0]["momentum"]["verdict"] = "steady"
    assert months(market).says == "Nothing moves: none of these 2 gaps changed beyond chance lately."
    assert months(market).marks[1] == Month(
        "The bill, 2026-03: 2 of 40 reviews complain or wish, 5.0 %", ("ink",), "The bill", "2026-03-01", 0.05,
        pytest.approx(0.0138, abs=1e-4), pytest.approx(0.165, abs=1e-3),
    )  # fmt: skip


def test_without_dates_or_where_trends_are_refused_no_months_are_drawn(market):
    assert months(market) is None
    market["months"] = [course("bill", (1, 40), (2, 40))]
    assert months(market) is None, "two months make no course"
    market["months"] = [course("bill", (1, 40), (2, 40), (3, 40))]
    market["trends_refused"] = ["Ink: half as many came"]
    assert months(market) is None


def test_in_markdown_a_chart_is_its_sentence_and_a_picture_with_words(market):
    assert figure(market, "heat") == (
        "The sorest spot is “The bill” at Ink &amp; Co, where 30 of 100 reviews complain or wish (30.0 %);"
        " Ink &amp; Co fails at the most themes shown (2 of 3).\n\n"
        "![Heat map of 3 themes by 3 products; the darker, the larger the share of reviews that complain or wish."
        " The numbers are in the matrix of the report.](charts/2026-03-01-heat.svg)"
    )
    assert figure(market, "months") == ""


def test_without_pictures_their_sentences_stay(market):
    told = figure(market, "heat")
    end = "## B\n\n\\![a](charts/x.svg) in a line\n"
    assert unpictured(f"# A\n\n{told}\n\n{end}") == f"# A\n\n{told.partition('!')[0]}{end}"


@pytest.fixture
def drawn(market) -> dict[str, tuple[Chart, str]]:
    market["months"] = [course(theme, (1, 40), (3, 40), (9, 40)) for theme in ("bill", "door")]
    market["competitors"][1]["name"] = 'Ink & <script>"x"</script> \u202e\x00\ufffe'
    return {chart.name: (chart, drawing.svg(chart)) for chart in charts(market)}


def test_every_mark_is_drawn_once_and_says_what_it_stands_for(drawn):
    assert list(drawn) == ["landscape", "heat", "months"]
    for chart, svg in drawn.values():
        root = ElementTree.fromstring(svg)
        said = [e.get("aria-label") for e in root.iter() if e.get("role") == "graphics-symbol"]
        assert sorted(said) == sorted(mark.says for mark in chart.marks)
        assert root.get("aria-label") == f"{chart.title}. {chart.says} {chart.alt}"


def test_a_drawing_is_small_and_holds_nothing_that_could_run_or_fetch(drawn):
    for _, svg in drawn.values():
        assert len(svg) < 60_000
        tags = {e.tag.rpartition("}")[2] for e in ElementTree.fromstring(svg).iter()}
        assert tags <= {"svg", "g", "path", "rect", "line", "text", "tspan"}
        names = {name for e in ElementTree.fromstring(svg).iter() for name in e.attrib}
        assert not {name for name in names if "href" in name or name.startswith("on") or name == "style"}
    assert "Ink &amp; &lt;script&gt;" in drawn["heat"][1]


def test_another_process_at_another_place_on_earth_draws_the_same_bytes(drawn, market, tmp_path):
    code = (
        "import json, sys; from reports.writing import charts, drawing\n"
        "for chart in charts.charts(json.load(open(sys.argv[1]))): sys.stdout.write(drawing.svg(chart))"
    )
    (tmp_path / "d.json").write_text(json.dumps(market), "utf-8")
    env = os.environ | {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7", "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "d.json")], cwd=ROOT, env=env, capture_output=True, check=True
    )
    assert run.stdout.decode() == "".join(svg for _, svg in drawn.values())


def test_figures_in_the_heat_map_can_be_read_on_their_cells():
    """WCAG 2 asks for 4.5 : 1."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    shades = [plots.shade(part / 100) for part in range(101)]
    for shade, part in zip(shades, range(101), strict=True):
        light, dark = sorted((luminance(shade), luminance(plots.ink(part / 100))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (part, shade)
    steps = [luminance(shade) for shade in shades]
    assert steps == sorted(steps, reverse=True), "lightness alone tells the order, so a grey print does"


def test_names_of_points_never_cover_a_name_or_a_point():
    points = [(100 + 17 * (i % 5), 100 + 13 * (i // 5)) for i in range(20)]
    names = [[f"{i} some longer name", str(i)] for i in range(20)]
    spots = labels.place(points, names, [i < 10 for i in range(20)], Box(0, 0, 640, 460), 12)
    boxes = [labels.box(spot, 12) for spot in spots if spot is not None]
    dots = [Box(x - 5, y - 5, x + 5, y + 5) for x, y in points]
    assert len(boxes) >= 8
    for i, box in enumerate(boxes):
        assert box.within(Box(0, 0, 640, 460))
        assert not any(box.overlap(other) for other in [*boxes[:i], *dots])


def test_a_lone_point_is_named_to_its_right_and_at_the_right_edge_to_its_left():
    room = Box(0, 0, 200, 200)
    near, edge = labels.place([(20, 100), (190, 50)], [["Name"], ["Name"]], [True, True], room, 12)
    assert (near.align, near.x, near.leads) == ("left", 30, False)
    assert (edge.align, edge.x, edge.leads) == ("right", 180, False)
