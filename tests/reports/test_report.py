"""From the lake to a verified report, on a small invented market."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from data.lake import Lake
from data.market import load
from data.review import Review
from data.visit import Visit
from reports import report
from reports.writing.files import ReportError

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MARKET = """
name = "Notes for [everyone]"
[competitors.alpha]
name = "Alpha"
listings = ["https://alpha.example/reviews"]
[competitors.beta]
name = "Beta"
listings = ["https://beta.example/reviews"]
"""
BAD = "Support never replies to my emails, I wrote three times about case {i}."
GOOD = "I love the design of these notes, it works perfectly for project {i}."


def review(product: str, i: int, body: str, stars: float) -> Review:
    return Review(
        source="schema_org",
        product=f"{product}.example",
        id=str(i),
        url=f"https://{product}.example/reviews#{i}",
        author=f"person {i}",
        rating=stars,
        scale="5",
        body=body,
        written=NOW - timedelta(days=i),
    )


def visit(competitor: str, found: int) -> Visit:
    listing = f"https://{competitor}.example/reviews"
    return Visit(
        market="notes", competitor=competitor, source="schema_org", listing=listing, at=NOW, asked=listing, pages=1,
        found=found, new=found, edited=0, known=0, duplicate=0, gone=0, unreadable=0,
        total=None, oldest=None, newest=NOW, outcome="reviews",
        stop="end", complete=True, detail=None, bytes=1, seconds=0.1,
    )  # fmt: skip


@pytest.fixture
def place(tmp_path):
    file = tmp_path / "notes.toml"
    file.write_text(MARKET, "utf-8")
    lake = Lake(tmp_path / "lake")
    alpha = [review("alpha", i, BAD.format(i=i) if i < 30 else GOOD.format(i=i), 1 if i < 30 else 5) for i in range(90)]
    beta = [review("beta", i, GOOD.format(i=i), 5) for i in range(60)]
    for slug, reviews in (("alpha", alpha), ("beta", beta)):
        lake.merge("notes", slug, f"https://{slug}.example/reviews", reviews, NOW)
        lake.add_visit(visit(slug, len(reviews)))
    return lake, load(file), file, tmp_path / "out"


def made(place):
    lake, market, file, out = place
    return report.make(lake, market, out, file)


def files_in(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def check(place, path):
    lake, market, file, _ = place
    return report.check(lake, market, path.with_suffix(".json"), file)


def test_the_planted_gap_is_found_named_and_counted(place):
    _, document = made(place)
    gap = document["gaps"][0]
    assert (gap["theme"], gap["kind"], gap["complaints"], gap["failing"]) == ("support", "open flank", 30, ["alpha"])
    cell = next(r for r in document["matrix"] if r["theme"] == "support")["cells"][0]
    assert cell["complains"] == {"k": 30, "n": 90, "share": 0.3333, "low": 0.2445, "high": 0.4358}
    # mean stars (30 x 1 + 60 x 5) / 90 = 3.67; without the thirty: 5
    assert document["competitors"][0]["plank"] | {"complains": None} == {
        "theme": "support", "complains": None, "drag": 1.33, "drag_low": 0.93, "drag_high": 1.73, "stars_without": 5.0,
        "without_low": 5.0, "without_high": 5.0, "ties": [],
    }  # fmt: skip
    assert document["competitors"][1]["plank"] is None


def test_every_quote_is_verbatim_linked_and_by_another_person(place):
    lake, *_ = place
    _, document = made(place)
    bodies = {r["key"]: r["body"] for r in lake.reviews("notes").to_dicts()}
    quotes = [q for gap in document["gaps"] for q in gap["quotes"] + gap["praise"]]
    assert quotes
    assert all(bodies[q["key"]][q["start"] : q["end"]] == q["text"] for q in quotes)
    assert len({q["key"] for q in quotes}) == len(quotes)
    assert all(re.fullmatch(r"https://(alpha|beta)\.example/reviews#\d+", q["href"]) for q in quotes)


def test_made_twice_it_is_the_same_to_the_byte(place):
    path, _ = made(place)
    first = files_in(path.parent)
    assert report.read_new(place[0], "notes", report.rules_for(place[1], place[2])) == 0
    made(place)
    assert files_in(path.parent) == first
    assert set(first) == {
        "2026-03-01.md", "2026-03-01.html", "2026-03-01.json", "latest.md", "latest.html",
        "2026-03-01.survey.csv", "2026-03-01.state.parquet",
        "charts/2026-03-01-heat.svg", "charts/2026-03-01-landscape.svg", "charts/2026-03-01-months.svg",
    }  # fmt: skip
    assert first["latest.html"] == first["2026-03-01.html"]
    assert "- March 2026: [1](notes/2026-03-01.md)" in (path.parent.parent / "index.md").read_text("utf-8")
    assert '<a href="notes/latest.html">Notes for [everyone]</a>' in (path.parent.parent / "index.html").read_text()


def test_an_honest_report_verifies(place):
    path, _ = made(place)
    assert check(place, path) == []


def test_one_digit_changed_anywhere_in_the_page_is_found(place):
    path, _ = made(place)
    text = path.read_text("utf-8")
    digits = [m.start() for m in re.finditer(r"\d", text)]
    for at in digits[:: max(1, len(digits) // 40)]:
        changed = text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]
        path.write_text(changed, "utf-8")
        wrong = check(place, path)
        assert len(wrong) == 1
        assert wrong[0].startswith("2026-03-01.md line ")


def test_one_number_changed_in_the_document_is_found(place):
    path, document = made(place)
    document["gaps"][0]["complaints"] += 1
    path.with_suffix(".json").write_text(json.dumps(document), "utf-8")
    assert check(place, path)[0] == "gaps[1].complaints: says 31, recomputed 30"


def test_one_word_changed_in_a_quote_is_found_in_page_and_document(place):
    path, document = made(place)
    quote = document["gaps"][0]["quotes"][0]
    page = path.read_text("utf-8")
    path.write_text(page.replace("never", "always", 1), "utf-8")
    assert any("should say" in line for line in check(place, path))
    path.write_text(page, "utf-8")
    said = quote["text"]
    quote["text"] = said.replace("never", "always")
    path.with_suffix(".json").write_text(json.dumps(document), "utf-8")
    wrong = check(place, path)
    assert f"quote of {quote['key']}: says {quote['text']!r}, the review says {said!r}" in wrong


def test_a_lake_that_moved_on_is_said(place):
    lake, *_ = place
    path, _ = made(place)
    lake.merge("notes", "alpha", "https://alpha.example/reviews", [review("alpha", 999, GOOD, 5)], NOW)
    wrong = check(place, path)
    assert wrong[0].endswith("the lake has moved on; make the report anew")


def test_a_market_never_visited_has_no_report(place, tmp_path):
    _, market, file, out = place
    with pytest.raises(ReportError, match="nothing was collected yet"):
        report.make(Lake(tmp_path / "empty"), market, out, file)
    assert not out.exists()


def test_an_edited_review_counts_as_it_stands_now(place):
    lake, *_ = place
    made(place)
    edited = review("alpha", 0, "They answered after all, great support, thanks!", 5)
    lake.merge("notes", "alpha", "https://alpha.example/reviews", [edited], NOW)
    _, document = made(place)
    assert document["gaps"][0]["complaints"] == 29
    assert lake.changes("notes").select("old_rating", "rating").rows() == [(1.0, 5.0)]


def test_copies_count_once_and_are_shown(place):
    lake, *_ = place
    text = "Support never replies to anything I send them, and nobody seems to care about it."
    copies = [review("beta", 100 + i, text, 1) for i in range(20)]
    lake.merge("notes", "beta", "https://beta.example/reviews", copies, NOW)
    _, document = made(place)
    beta = document["competitors"][1]
    assert (beta["held"], beta["counted"], beta["copies"]) == (80, 61, 19)
    assert document["gaps"][0]["complaints"] == 31


def test_a_report_of_an_older_form_is_said_to_be_one(place):
    path, document = made(place)
    old = path.with_suffix(".json")
    old.write_text(json.dumps({"format": 1, "gaps": [{"need": "of another time"}]}), "utf-8")
    assert check(place, path) == [f"2026-03-01.json: is of form 1, now {document['format']}; make the report anew"]
