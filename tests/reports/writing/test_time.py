"""How months, versions, the hungry crowd and what no theme holds are printed: whole sections of invented documents."""

from __future__ import annotations

from typing import Any

from reports.writing import crowd, emerging, months, versions

Document = dict[str, Any]
NAMES = {"a": "Alpha\\*", "b": "Beta"}


def point(month: str, k: int, n: int) -> Document:
    return {"month": month, "k": k, "n": n}


def course(theme: str, name: str, *points: Document, spikes: list[Document] | None = None) -> Document:
    unit = "month" if len(points[0]["month"]) == 7 else "week"
    return {"theme": theme, "name": name, "unit": unit, "points": list(points), "rivals": [], "spikes": spikes or []}


def document(**parts: Any) -> Document:
    told: Document = {"trends_refused": [], "gaps": [{"theme": "crash"}], "reviews": {"counted": 90, "undated": 0}}
    return told | parts


def test_the_months_of_the_gaps_and_what_stands_out() -> None:
    spike = {"competitor": "a", "month": "2026-02", "k": 9, "n": 30, "rest": {"k": 1, "n": 60}}
    crash = course("crash", "It <works>", point("2026-01", 1, 40), point("2026-02", 9, 50), spikes=[spike])
    other = course("price", "A fair price", point("2026-01", 30, 40), point("2026-02", 0, 0))
    assert months.render(document(months=[crash, other]), NAMES) == (
        "## Month by month\n\n"
        "Share of the read reviews that complain or wish, and how many do; in the head how many were read.\n\n"
        "| Theme | Jan 2026 (40) | Feb 2026 (50) |\n| --- | --: | --: |\n"
        "| It &lt;works&gt; | 2.5 % (1) | 18.0 % (9) |\n\n"
        "Beyond chance, against the other months of the same product:\n\n"
        "- **Alpha\\***, Feb 2026: “It &lt;works&gt;” in 9 of 30 reviews (30.0 %), otherwise in 1 of 60 (1.7 %)."
    )


def test_weeks_are_named_by_their_mondays() -> None:
    page = months.render(document(months=[course("crash", "Works", point("2026-01-05", 0, 0))]), NAMES)
    assert "| Theme | week of 5 Jan (0) |\n| --- | --: |\n| Works | – |\n\nNo week stands out beyond chance." in page


def test_without_dates_it_says_what_it_needs() -> None:
    undated = document(months=[], reviews={"counted": 1200, "undated": 1199})
    assert months.render(undated, NAMES) == (
        "## Month by month\n\n"
        "Insufficient: it needs dated reviews on at least 3 days; 1 of 1,200 reviews carries a date."
    )
    assert versions.render(document(versions={"compared": [], "turns": []}), NAMES) == (
        "## Version by version\n\nInsufficient: it needs two versions of one product, one after the other, with at"
        " least 15 dated reviews each that name them."
    )


def test_nothing_of_time_is_told_where_trends_are_refused() -> None:
    refused = document(months=[course("crash", "Works", point("2026-01", 1, 40))], trends_refused=["pages were lost"])
    assert months.render(refused, NAMES) + versions.render(refused, NAMES) == ""


def test_what_rose_and_fell_with_a_version() -> None:
    turn = {
        "competitor": "a", "version": "18.2", "since": "2026-02-03", "theme": "crash", "name": "It works",
        "with": {"k": 12, "n": 90}, "before": {"k": 9, "n": 410}, "change": 0.11, "low": 0.05, "high": 0.2,
    }  # fmt: skip
    fell = turn | {"competitor": "b", "version": "next|gen", "change": -0.2}
    compared = [
        {"competitor": c, "version": v, "reviews": 90} for c, v in (("a", "18.2"), ("a", "18.1"), ("b", "next|gen"))
    ]
    assert versions.render(document(versions={"compared": compared, "turns": [turn, fell]}), NAMES) == (
        "## Version by version\n\n"
        "Compared with the versions before them, in the order of their reviews: Alpha\\* v18.2 and v18.1; Beta"
        " next\\|gen.\n\n"
        "- **Alpha\\***: complaints about “It works” rose with v18.2 (12 of 90, 13.3 %; before 9 of 410, 2.2 %); first"
        " seen 3 Feb 2026.\n"
        "- **Beta**: complaints about “It works” fell with next\\|gen (12 of 90, 13.3 %; before 9 of 410, 2.2 %); first"
        " seen 3 Feb 2026."
    )


def test_the_hungry_crowd_of_each_gap() -> None:
    def proportion(k: int, n: int) -> Document:
        return {"k": k, "n": n, "share": k / n, "low": 0.1, "high": 0.5}

    calm = {
        "theme": "price", "name": "A fair price", "urgent": proportion(1, 9), "leaving": proportion(0, 9),
        "hungry": proportion(1, 9), "recent": None, "before": None, "change": None, "verdict": None, "hungrier": False,
    }  # fmt: skip
    pressed = {
        "theme": "crash", "name": "It works", "urgent": proportion(8, 40), "leaving": proportion(4, 40),
        "hungry": proportion(10, 40), "recent": {"k": 9, "n": 20}, "before": {"k": 1, "n": 20},
        "change": {"by": 0.4, "low": 0.1, "high": 0.6}, "verdict": "growing", "hungrier": True,
    }  # fmt: skip
    page = crowd.render(document(crowd=[pressed, calm]), NAMES)
    assert page.startswith("## The hungry crowd\n\n“It works”: those who complain of it are more often in a hurry or")
    assert page.endswith(
        "| Gap | Complain | Urgent | Leaving | Either | Lately |\n| --- | --: | --: | --: | --: | --- |\n"
        "| It works | 40 | 8 | 4 | 25.0 % (10.0–50.0 %) | growing: 9 of 20, before 1 of 20 |\n"
        "| A fair price | 9 | 1 | 0 | 1 (too few for a share) | – |"
    )
    assert "Lately" not in crowd.render(document(crowd=[calm]), NAMES)
    assert "No gap's complaints sound more pressing" in crowd.render(document(crowd=[calm]), NAMES)


def test_what_no_theme_holds_is_quoted_and_called_new_only_with_dates() -> None:
    quote = {
        "key": "k", "field": "body", "start": 0, "end": 9, "text": "Purple | [x](y)", "competitor": "a", "stars": 1.0,
        "date": "2026-02-03", "href": "https://a.example/1", "label": "review",
    }  # fmt: skip
    cry = {
        "phrase": "purple hexagon", "variants": ["hexagon blinks"], "reviews": {"k": 12, "n": 300}, "authors": 12,
        "before": {"k": 1, "n": 280}, "rivals": [{"competitor": "a", "reviews": 12}], "quote": quote,
    }  # fmt: skip
    told = {"dated": True, "unnamed": {"k": 60, "n": 300}, "tested": 40, "found": [cry]}
    page = emerging.render(document(emerging=told), NAMES)
    assert page.startswith("## Emerging: new, and held by no theme\n\nLately 60 of 300 reviews (20.0 %) complain")
    assert page.endswith(
        "- **“purple hexagon”**, also “hexagon blinks”: 12 of 300 reviews (Alpha\\* 12); before 1 of 280. “Purple \\|"
        " \\[x\\](y)” (Alpha\\*, 3 Feb 2026, [review](https://a.example/1))"
    )
    plain = emerging.render(document(emerging=told | {"dated": False, "found": []}), NAMES)
    assert plain == (
        "## What no theme holds\n\n60 of 300 reviews (20.0 %) complain or wish in a sentence that no theme of the rules"
        " holds. No phrase marks them beyond chance (40 said by 5 or more people were tried)."
    )
