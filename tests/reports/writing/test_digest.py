"""What is told after a night: what moved, once, and nothing when nothing did."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import visit as _visit
from reports.writing import told
from reports.writing.digest import QUIET_DAYS, Digest, Told, digest, no_report
from reports.writing.files import ReportError

AT = datetime(2026, 3, 1, 3, tzinfo=UTC)
PLACE = {"competitor": "alpha", "listing": "https://alpha.example/reviews"}


def gap(theme, **other):
    return {
        "theme": theme, "name": f"the {theme}", "need": f"have {theme}", "complaints": 42, "failing": ["alpha"],
        "grade": "fair", "opportunity": {"score": 17.31, "low": 13.94, "high": 19.4}, "momentum": None, **other,
    }  # fmt: skip


def report(*gaps, day="2026-03-01", **other):
    return {
        "date": day, "market": {"name": "Notes", "slug": "notes", "notice": None}, "gaps": list(gaps),
        "reviews": {"counted": 1545}, "competitors": [{"slug": "alpha", "name": "Alpha"}],
        "coverage": [PLACE], "changes": None, "emerging": None, **other,
    }  # fmt: skip


def visits(*rows):
    """The ledger: (day of March, stop, detail) of Alpha's one listing."""
    blank = dict.fromkeys(_visit.SCHEMA)
    made = [
        blank | PLACE | {"at": AT.replace(day=day), "stop": stop, "complete": stop in {"end", "known"}, "detail": why}
        for day, stop, why in rows
    ]
    return pl.DataFrame(made, schema=_visit.SCHEMA)


WELL = visits((3, "end", None))
MOVED = {"recent": {"k": 9, "n": 60}, "before": {"k": 4, "n": 80}, "change": 0.1, "low": 0.012, "high": 0.19}


def tell(document, ledger=WELL, before=None):
    return digest(document, ledger, before)


def test_the_first_digest_says_how_it_stands():
    found, now = tell(report(gap("offline"), gap("price", failing=[], grade="thin")))
    assert found == Digest(
        "Notes: 2 gaps in 1,545 reviews",
        (
            "From now on you hear of this market when something moves. This is how it stands:",
            "Gap: customers need to have offline. 42 reviews complain or ask, Alpha fails; opportunity 17.3 (13.9 to"
            " 19.4), fair evidence.",
            "Gap: customers need to have price. 42 reviews complain or ask; opportunity 17.3 (13.9 to 19.4), thin"
            " evidence.",
        ),
    )
    assert now == Told(gaps={"offline": "2026-03-01", "price": "2026-03-01"})


def test_a_night_in_which_nothing_moved_is_not_told():
    _, now = tell(report(gap("offline")))
    found, again = tell(report(gap("offline"), day="2026-03-02"), before=now)
    assert found is None
    assert again == Told(gaps={"offline": "2026-03-02"})


def test_a_new_gap_is_told_once_and_says_why_where_customers_did_not_make_it():
    parts = {"opinion": 1, "collection": 0, "rules": 7, "edits": 0}
    changes = {"since": "2026-02-28", "themes": [{"theme": "price", "name": "P", "parts": parts, "drift": None}]}
    document = report(gap("offline"), gap("price"), changes=changes)
    found, now = tell(document, before=Told(gaps={"offline": "2026-02-28"}))
    assert found == Digest(
        "Notes: 1 new gap",
        (
            "New gap: customers need to have price. 42 reviews complain or ask, Alpha fails; opportunity 17.3 (13.9 to"
            " 19.4), fair evidence, mostly because the rules changed.",
        ),
    )
    assert tell(document, before=now)[0] is None


def test_a_rise_is_told_once_with_its_interval():
    document = report(gap("offline", momentum=MOVED | {"verdict": "rising"}))
    found, now = tell(document, before=Told(gaps={"offline": "2026-02-28"}))
    assert found == Digest(
        "Notes: 1 rise",
        (
            "More complaints about the offline: lately 9 of 60 reviews, before 4 of 80; +10.0 points (95 %: +1.2 to"
            " +19.0).",
        ),
    )
    assert tell(document, before=now)[0] is None
    steady = report(gap("offline", momentum=MOVED | {"verdict": "steady"}))
    assert tell(steady, before=Told(gaps={"offline": "2026-02-28"}))[0] is None


def test_what_grew_since_the_last_report_is_told_of_that_stretch():
    drift = {"written": {"k": 9, "n": 30}, "before": {"k": 20, "n": 300}, "change": 0.233, "low": 0.1, "high": 0.42}
    moved = {"theme": "billing", "name": "billing", "parts": {"opinion": 9}, "drift": drift | {"verdict": "grown"}}
    found, _ = tell(report(changes={"since": "2026-02-28", "themes": [moved]}), before=Told())
    assert found is not None
    assert found.lines == (
        "More complaints about billing: since 28 Feb 2026 9 of 30 reviews, before 20 of 300; +23.3 points (95 %: +10.0"
        " to +42.0).",
    )


def test_a_phrase_is_told_only_where_it_is_new_by_date():
    cry = {"phrase": "dark\nmode", "reviews": {"k": 6, "n": 90}, "before": {"k": 0, "n": 80}}
    emerging = {"dated": True, "found": [cry]}
    found, now = tell(report(emerging=emerging), before=Told())
    assert found == Digest(
        "Notes: 1 new complaint",
        ("New complaint that no theme holds: “dark mode” in 6 of 90 reviews, before 0 of 80.",),
    )
    assert tell(report(emerging=emerging), before=now)[0] is None
    assert tell(report(emerging=emerging | {"dated": False}), before=Told())[0] is None


def test_a_broken_source_is_told_once_and_when_it_recovers_and_again_when_it_breaks_again():
    nights = [
        ((3, "end", None), None),
        ((4, "blocked", "403\nforbidden"), "Broke: Alpha, https://alpha.example/reviews: blocked: 403 forbidden"),
        ((5, "changed", "another page"), None),
        ((6, "known", None), "Works again: Alpha, https://alpha.example/reviews; it was broken since 4 Mar 2026."),
        ((7, "end", None), None),
        ((8, "missing", None), "Broke: Alpha, https://alpha.example/reviews: missing: no reason is known"),
    ]
    now, ledger, said = Told(), [], []
    for row, _ in nights:
        ledger.append(row)
        found, now = tell(report(), visits(*ledger), now)
        said.append("\n".join(found.lines) if found else None)
    assert said == [line for _, line in nights]


@pytest.mark.parametrize("stop", ["limit", "known", "end"])
def test_a_visit_that_our_own_limit_ended_is_not_broken(stop):
    assert tell(report(), visits((3, stop, None)), Told())[0] is None


def test_a_listing_that_the_market_no_longer_has_is_neither_broken_nor_mended():
    document = report(coverage=[])
    assert tell(document, visits((3, "blocked", "no")), Told(broken={"alpha x": "2026-02-01"})) == (None, Told())


def test_no_report_is_told_once_until_there_is_one():
    found, now = no_report("Notes", "nothing was\ncollected yet", date(2026, 3, 1), None)
    assert found == Digest("Notes: no report", ("No report could be made: nothing was collected yet",))
    assert no_report("Notes", "again", date(2026, 3, 2), now) == (None, now)
    again, later = tell(report(), before=now)
    assert again == Digest("Notes: reports again", ("Reports are made again; none could be since 1 Mar 2026.",))
    assert tell(report(), before=later)[0] is None


def test_a_visit_that_our_own_end_cut_off_says_nothing_of_the_site():
    broken = visits((1, "blocked", "no"))
    _, now = tell(report(), broken, Told())
    cut = pl.concat([broken, visits((2, "ended", "the run was ended"))])
    assert tell(report(day="2026-03-02"), cut, now) == (None, now)
    assert tell(report(day="2026-03-02"), visits((2, "ended", "the run was ended")), Told()) == (None, Told())
    again = pl.concat([cut, visits((3, "end", None))])
    found, _ = tell(report(day="2026-03-03"), again, now)
    assert found is not None
    assert found.lines[0].endswith("it was broken since 1 Mar 2026.")


def test_that_collecting_broke_off_is_told_once_and_when_it_does_not():
    found, now = digest(report(), WELL, Told(), "timed out after\n43200 seconds")
    assert found == Digest("Notes: collecting broke off", ("Collecting broke off: timed out after 43200 seconds",))
    assert now == Told(broke_off="2026-03-01")
    later, still = digest(report(day="2026-03-02"), WELL, now, "again")
    assert (later, still) == (None, now)
    whole, well = digest(report(day="2026-03-03"), WELL, still)
    assert whole == Digest(
        "Notes: collecting works again",
        ("All listings are visited again; collecting broke off since 1 Mar 2026.",),
    )
    assert digest(report(day="2026-03-04"), WELL, well) == (None, Told())


def test_many_of_a_kind_are_counted():
    found, _ = tell(report(*(gap(f"t{i}") for i in range(8))), before=Told())
    assert found is not None
    assert found.title == "Notes: 8 new gaps"
    assert (len(found.lines), found.lines[-1]) == (6, "… and 3 more of these.")


@given(st.lists(st.sets(st.sampled_from("abc")), min_size=1, max_size=60))
def test_whatever_comes_and_goes_each_is_told_at_most_once_in_the_quiet_days(nights):
    now, told_on = Told(), {}
    for number, themes in enumerate(nights):
        day = date.fromordinal(date(2026, 1, 1).toordinal() + number).isoformat()
        document = report(*(gap(theme) for theme in sorted(themes)), day=day)
        found, now = tell(document, before=now)
        for theme in sorted(themes):
            if found and any(f"have {theme}." in line for line in found.lines):
                told_on.setdefault(theme, []).append(number)
        assert tell(document, before=now) == (None, now)
    for days in told_on.values():
        assert all(b - a > QUIET_DAYS for a, b in pairwise(days))
    assert set(told_on) == set().union(*nights)


@pytest.mark.parametrize(("days", "again"), [(QUIET_DAYS, False), (QUIET_DAYS + 1, True)])
def test_a_gap_that_was_gone_is_told_again_after_the_quiet_days(days, again):
    day = date.fromordinal(date(2026, 3, 1).toordinal() + days).isoformat()
    found, _ = tell(report(gap("offline"), day=day), before=Told(gaps={"offline": "2026-03-01"}))
    assert (found is not None) == again


def test_what_was_told_survives_and_a_broken_file_is_told_in_a_line(tmp_path):
    assert told.load(tmp_path / "notes") is None
    kept = Told(
        gaps={"offline": "2026-03-01"}, broken={"alpha https://ä.example": "2026-02-01"}, no_report="2026-03-01"
    )
    told.save(replace(kept, gaps={}), tmp_path / "notes")
    told.save(kept, tmp_path / "notes")
    assert told.load(tmp_path / "notes") == kept
    assert [p.name for p in (tmp_path / "notes").iterdir()] == [told.NAME]
    with told.written(Told(), tmp_path / "notes"):
        pass  # and nobody took it
    assert told.load(tmp_path / "notes") == kept
    assert [p.name for p in (tmp_path / "notes").iterdir()] == [told.NAME]
    for wrong in ("", "[]", '{"gaps": {}}', '{"gaps": {"a": 1}, "risen": {}, "phrases": {}, "broken": {}}'):
        (tmp_path / "notes" / told.NAME).write_text(wrong)
        with pytest.raises(ReportError, match="delete it, and what stands is told anew"):
            told.load(tmp_path / "notes")
