"""The section of a gap, whole: of several rivals, of one alone, of a need too wide to build for."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from reports.writing import survey
from reports.writing.gap import broad, gap_section
from reports.writing.positioning import sentence
from reports.writing.single import whom

WHOLE = Path(__file__).with_name("gap_section.md")
NAMES = {"alder": "Alder", "birch": "Birch", "ours": "Ours"}


def proportion(k: int, n: int) -> dict[str, Any]:
    return {"k": k, "n": n, "share": k / n, "low": k / n / 2, "high": min(1.0, 2 * k / n)}


def cell(slug: str, complains: int, praises: int, n: int = 100, **more: Any) -> dict[str, Any]:
    told = {"competitor": slug, "complains": proportion(complains, n), "praises": proportion(praises, n)}
    return {**told, "wishes": 0, "drag": None, "fails": False, "worse": False, "worse_alike": False, **more}


def quote(text: str, competitor: str, stars: float, date: str) -> dict[str, Any]:
    href = f"https://{competitor}.example/reviews"
    return {"text": text, "competitor": competitor, "stars": stars, "date": date, "href": href, "label": "review"}


PAINS = [
    {"name": "no reply from support", "reviews": 18, "rivals": [{"competitor": "alder", "k": 18}]},
    {
        "name": "slow support",
        "reviews": 6,
        "rivals": [{"competitor": "alder", "k": 4}, {"competitor": "birch", "k": 2}],
    },
]
NEED = "get a person to fix it when something goes wrong"
GAP: dict[str, Any] = {
    "theme": "support", "name": "Support that answers", "need": NEED, "tier": "works", "lever": "people",
    "benefit": "know within the hour that somebody has your problem in hand", "kind": "open flank", "grade": "fair",
    "opportunity": {"score": 13.84, "low": 11.4, "high": 16.3, "importance": 8.4, "satisfaction": 3.1},
    "complaints": 31, "failing": ["alder"], "urgent": 4, "leaving": 2, "momentum": None, "shared": proportion(12, 31),
    "segments": [{"name": "Teachers", "reviews": 5}], "instead": [{"name": "Fernlight", "reviews": 3}],
    "measured_by": [], "workarounds": [{"name": "pen and paper", "reviews": 4}], "pain_points": PAINS,
    "phrases": [{"text": "wrote to support", "mentions": 4}],
    "quotes": [quote("Three weeks and *nobody* has answered my letter.", "alder", 1.0, "2026-05-02")],
    "praise": [quote("Twice I asked and twice somebody answered within the day.", "birch", 5.0, "2026-04-01")],
    "survey": survey.of_gap(1, NEED, ["alder"], NAMES, [pain["name"] for pain in PAINS]),
}  # fmt: skip
DOCUMENT: dict[str, Any] = {
    "competitors": [
        {"slug": "alder", "name": "Alder", "ours": False, "read": 100},
        {"slug": "birch", "name": "Birch", "ours": False, "read": 100},
        {"slug": "ours", "name": "Ours", "ours": True, "read": 50},
    ],
    "reviews": {"rivals": 2},
    "gaps": [GAP],
    "matrix": [{"theme": "support", "cells": [
        cell("ours", 0, 1, 50), cell("birch", 3, 9),
        cell("alder", 28, 1, fails=True, worse=True, worse_alike=True, drag=0.35),
    ]}],
}  # fmt: skip


def test_a_whole_section() -> None:
    assert gap_section(GAP, DOCUMENT, NAMES) + "\n" == WHOLE.read_text("utf-8")


def test_one_rival_alone_is_compared_with_nobody() -> None:
    gap = {**GAP, "kind": "single rival", "praise": [], "instead": [], "segments": []}
    alone = {
        "competitors": DOCUMENT["competitors"][:1],
        "reviews": {"rivals": 1},
        "gaps": [gap],
        "matrix": [{"theme": "support", "cells": [cell("alder", 28, 1, fails=True, drag=0.35)]}],
    }
    told = gap_section(gap, alone, {"alder": "Alder"})
    assert "and they cannot. 31 of 100 reviews of Alder complain or ask for it" in told
    assert (
        "That is 28.0 % of its reviews (20.1–37.5 %; 95 %), against 1 that praise it. These reviews cost it 0.35"
        in told
    )
    assert "no reply from support (18); slow support (6)." in told
    for word in ("rivals", "market", "flank", "▲", "| ---", "Where it is done well"):
        assert word not in told


def test_what_too_few_say_is_left_out() -> None:
    gap = {**GAP, "segments": [], "instead": [], "workarounds": [], "urgent": 2, "phrases": [], "pain_points": []}
    told = gap_section(gap, {**DOCUMENT, "gaps": [gap]}, NAMES)
    assert "\n- **What would close it**" in told
    for word in ("Who", "Instead", "Why now", "In their words", "What exactly"):
        assert f"**{word}**" not in told


def test_a_need_too_wide_to_build_for_is_led_by_its_pain_points() -> None:
    wide = {**GAP, "complaints": 70}
    assert broad(wide, DOCUMENT)
    assert not broad(GAP, DOCUMENT)
    told = gap_section(wide, {**DOCUMENT, "gaps": [wide]}, NAMES)
    assert "too wide to build for; start with what they name most: “no reply from support” (18)" in told
    few = {**wide, "pain_points": [{**pain, "reviews": 3} for pain in PAINS]}
    assert "too wide to build for; nothing in it stands out: “no reply" in gap_section(
        few, {**DOCUMENT, "gaps": [few]}, NAMES
    )


def test_positioning_names_nobody_whom_the_reviews_do_not() -> None:
    document = deepcopy(DOCUMENT)
    document["competitors"] = document["competitors"][:2]
    document["matrix"][0]["cells"] = document["matrix"][0]["cells"][1:]
    bare = {**GAP, "segments": [{"name": "Teachers", "reviews": 1}], "pain_points": []}
    assert sentence(bare, document, NAMES) == (
        f"for customers who need to {NEED} and are let down by Alder, our product is the one that lets them."
        " It can be done: 9 of 100 reviews of Birch praise it."
    )
    document["matrix"][0]["cells"][0] = cell("birch", 30, 9)  # more complain than praise: it shows nothing
    assert sentence(bare, document, NAMES).endswith("lets them.")


def test_many_rivals_are_counted_rather_than_named() -> None:
    rivals = [{"slug": slug, "name": slug, "ours": False} for slug in "abc"]
    document = {"competitors": [*rivals, {"slug": "us", "name": "us", "ours": True}]}
    names = {slug: slug.upper() for slug in "abc"}
    assert whom(["c", "a", "b"], document, names) == "all 3 rivals"
    assert whom(["c", "a"], document, names) == "C and A"


def test_more_complaints_of_unhappier_customers_are_told_apart() -> None:
    document = {**DOCUMENT, "matrix": [{"theme": "support", "cells": [
        cell("birch", 3, 9), cell("alder", 28, 1, fails=True, worse=True, worse_alike=False),
    ]}]}  # fmt: skip
    said = gap_section(GAP, document, NAMES)
    assert "△ More often, but not among reviews of the same stars: Alder does worse all round rather than at" in said
    assert "▲" not in said


def test_intervals_of_several_gaps_hold_at_once() -> None:
    other = {**GAP, "theme": "price"}
    matrix = [*DOCUMENT["matrix"], {"theme": "price", "cells": DOCUMENT["matrix"][0]["cells"]}]
    told = gap_section(GAP, {**DOCUMENT, "gaps": [GAP, other], "matrix": matrix}, NAMES)
    assert "| Share (95 %, all gaps at once) |" in told
    assert "28.0 % (19.2–38.9 %)" in told  # Wilson's with 97.5 % each
