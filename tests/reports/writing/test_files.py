"""Reports on disk: staged, held against the lake, published whole; and every file of one is verified."""

from __future__ import annotations

import json
import shutil
import threading
import time

import pytest

from data.market import load
from reports import report
from reports.writing import files, index, verify
from reports.writing.files import ReportError


@pytest.fixture
def place(made, tmp_path):
    """A published report in a copy: its lake, its market file, and its Markdown."""
    lake, file, path = made
    shutil.copytree(file.parent, tmp_path / "home")
    return lake, tmp_path / "home" / file.name, tmp_path / "home" / "out" / "notes" / path.name


def check(place):
    lake, file, path = place
    return report.check(lake, load(file), path.with_suffix(".json"), file)


def listing(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


WHOLE = [
    "2026-03-01.html", "2026-03-01.json", "2026-03-01.md", "2026-03-01.state.parquet", "2026-03-01.survey.csv",
    "charts",
    "charts/2026-03-01-heat.svg", "charts/2026-03-01-landscape.svg", "charts/2026-03-01-months.svg",
    "latest.html", "latest.md",
]  # fmt: skip


def test_a_report_is_these_files_and_holds(place):
    assert listing(place[2].parent) == WHOLE
    assert check(place) == []


@pytest.mark.parametrize("name", [name for name in WHOLE if name.endswith((".md", ".html", ".svg", ".csv"))])
def test_a_change_in_any_file_is_found_and_so_is_its_absence(place, name):
    file = place[2].parent / name
    text = file.read_text("utf-8")
    file.write_text(text.replace("e", "x", 1), "utf-8", newline="\n")
    assert [line.partition(": ")[0].rpartition(" line ")[0] for line in check(place)] == [name]
    file.unlink()
    assert any(line.startswith(f"{name}: cannot be read") for line in check(place))


def test_latest_is_of_the_newest_report_alone(place):
    folder = place[2].parent
    newer = json.loads((folder / "2026-03-01.json").read_text("utf-8")) | {"date": "2026-03-02"}
    (folder / "2026-03-02.json").write_text(files.dump(newer), "utf-8")
    (folder / "latest.md").write_text("of another day", "utf-8")
    assert check(place) == []


def test_a_quote_is_checked_wherever_it_stands(place, made, document):
    reviews = made[0].reviews("notes")
    quote = document["gaps"][0]["quotes"][0]
    document["emerging"] = [{"phrases": [{"quote": quote | {"start": quote["start"] + 1}}]}]
    path = place[2].with_suffix(".json")
    path.write_text(files.dump(document), "utf-8")
    wrong = verify.differences(path, document, reviews)
    assert any(line.startswith(f"quote of {quote['key']}: says {quote['text']!r}, the review says ") for line in wrong)


def test_a_link_to_a_file_that_is_gone_is_found(place, made, document):
    document["gaps"][0]["quotes"][0] |= {"href": "../../exports/gone.csv", "label": "gone.csv, row 3"}
    path = place[2].with_suffix(".json")
    path.write_text(files.dump(document), "utf-8")
    wrong = verify.differences(path, document, made[0].reviews("notes"))
    assert "2026-03-01.md: link to ../../exports/gone.csv: no such file" in wrong
    assert "2026-03-01.html: link to ../../exports/gone.csv: no such file" in wrong
    (path.parent.parent.parent / "exports").mkdir()
    (path.parent.parent.parent / "exports" / "gone.csv").write_text("x")
    assert not [line for line in verify.differences(path, document, made[0].reviews("notes")) if "link to" in line]


def test_a_report_of_another_version_is_told_in_a_line(place):
    path = place[2].with_suffix(".json")
    document = json.loads(path.read_text("utf-8"))
    for row in document["matrix"]:
        for cell in row["cells"]:
            del cell["complains"]
    path.write_text(files.dump(document), "utf-8")
    assert check(place)[-1] == (
        "2026-03-01.json: this version of unmet cannot print it (KeyError('complains')); make it anew"
    )


def test_what_does_not_hold_is_not_published(place, monkeypatch):
    lake, file, path = place
    before = {name: (path.parent / name).read_bytes() for name in WHOLE if "." in name}
    render = files.render
    monkeypatch.setattr(files, "render", lambda d: render(d) + f"run {time.monotonic_ns()}\n")
    with pytest.raises(ReportError, match=r"2026-03-01\.json: not published, it does not hold against the lake: "):
        report.make(lake, load(file), path.parent.parent, file, checked=True)
    assert {name: (path.parent / name).read_bytes() for name in before} == before
    assert listing(path.parent) == WHOLE


def test_what_a_run_that_died_left_is_swept_away(place):
    lake, file, path = place
    (path.parent / files.STAGE).mkdir()
    (path.parent / files.STAGE / "half.md").write_text("half")
    (path.parent / "charts" / "2026-03-01-old.svg").write_text("of a chart that this report no longer has")
    report.make(lake, load(file), path.parent.parent, file)
    assert listing(path.parent) == WHOLE


def test_two_runs_of_one_market_wait_for_each_other(document, tmp_path):
    told = []

    def run():
        with files.staged(document, tmp_path / "notes") as staged:
            told.append("in")
            time.sleep(0.2)
            files.publish(staged, tmp_path)
            told.append("out")

    # a lock of the file system is held by whoever opened the folder, so threads stand for processes here
    runs = [threading.Thread(target=run) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join(60)
    assert told == ["in", "out", "in", "out"]


def test_a_full_disk_leaves_the_report_before(place, full_disk):
    lake, file, path = place
    market = load(file)
    before = {name: (path.parent / name).read_bytes() for name in WHOLE if "." in name}
    rules = report.rules_for(market, file)
    made = report.document(lake, market, rules, path.parent, file)
    with (
        full_disk(20_000),
        pytest.raises(ReportError, match="cannot be written"),
        files.staged(made, path.parent),
    ):
        pytest.fail("nothing can be staged")
    assert {name: (path.parent / name).read_bytes() for name in before} == before
    assert listing(path.parent) == WHOLE


def test_the_index_lists_markets_and_every_date_by_month():
    gap = {"need": "keep | what they write"}
    named = {"market": {"name": "Notes [x]"}, "date": "2026-03-01", "reviews": {"counted": 1234},
             "competitors": [{"name": "Ink"}, {"name": "Jot"}]}  # fmt: skip
    told = index.render(
        {"notes": (named | {"gaps": [gap]}, ["2026-03-01", "2026-02-28", "2026-02-27"]),
         "tea": (named | {"gaps": [], "date": None}, ["undated"])}
    )  # fmt: skip
    assert told == (
        """\
# Unmet needs, market by market

| Market | Customers most need to … | Gaps | Reviews | Whose | Newest |
| --- | --- | --: | --: | --- | --- |
| [Notes \\[x\\]](notes/latest.md) | keep \\| what they write | 1 | 1,234 | Ink and Jot | 1 Mar 2026 |
| [Notes \\[x\\]](tea/latest.md) | no gap stands out | 0 | 1,234 | Ink and Jot | undated |

## All reports

**Notes \\[x\\]**, 3 reports:

- March 2026: [1](notes/2026-03-01.md)
- February 2026: [28](notes/2026-02-28.md), [27](notes/2026-02-27.md)

**Notes \\[x\\]**, 1 report:

- [undated](tea/undated.md)

New reports as a feed: [feed.atom](feed.atom).
"""
    )
    assert "[28](notes/2026-02-28.html)" in index.linked(told)
    assert ".md)" not in index.linked(told)


def test_what_is_no_report_stops_no_other(place):
    folder, out = place[2].parent, place[2].parents[1]
    before = (out / "index.md").read_text("utf-8")
    (out / "broken").mkdir()
    (out / "broken" / "2026-01-01.json").write_text("{", "utf-8")
    for name in ("9999-99-99.json", "notes.json", "20260301.json"):
        (folder / name).write_text("{}", "utf-8")
    files.write_index(out)
    assert (out / "index.md").read_text("utf-8") == before
    (folder / "2026-12-31.json").write_text("{", "utf-8")  # a disk did that to the newest one
    files.write_index(out)
    assert "- December 2026: [31](notes/2026-12-31.md)" in (out / "index.md").read_text("utf-8")


def test_an_index_without_reports_says_so(tmp_path):
    files.write_index(tmp_path)
    assert (tmp_path / "index.md").read_text() == (
        "# Unmet needs, market by market\n\nNo report yet: `unmet demo` makes one.\n"
    )
    assert "<code>unmet demo</code>" in (tmp_path / "index.html").read_text()
