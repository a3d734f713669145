"""CSV that opens in a spreadsheet as it was meant, and does nothing there."""

import csv
import io

import pytest

from reports.writing import csvfile


def test_a_whole_file():
    rows = [
        ["question", "answers"],
        ["How important is it to “keep, what you write”?", "1\n2"],
        ['say "no"', "-5"],
    ]
    assert csvfile.text(rows) == (
        '\ufeffquestion,answers\n"How important is it to “keep, what you write”?","1\n2"\n"say ""no""",-5\n'
    )


@pytest.mark.parametrize(
    "value",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1", "=HYPERLINK(\"x\")",
     "\u202e=1", "\x00=1", "|calc", "%PATH%"],
)  # fmt: skip
def test_what_could_be_a_formula_is_text(value):
    assert csvfile.cell(value).startswith("'")


@pytest.mark.parametrize("value", ["", "42", "-5", "+3.5", "-12 %", "1,000", "a = b", "it's", "e-mail", "Größe 好"])
def test_what_is_none_stays_as_it_is(value):
    assert csvfile.cell(value) == value


@pytest.mark.parametrize(
    ("value", "told"),
    [('Notes;=HYPERLINK("x")', 'Notes;\'=HYPERLINK("x")'), ("a; \t @x", "a; \t '@x"), ("a\n+1;-2", "a\n'+1;'-2"),
     ("a;＝1", "a;'＝1"), ("a;\u200b=1", "a;'=1"), ("a; b = c - d, e\n1. f", "a; b = c - d, e\n1. f")],
)  # fmt: skip
def test_a_spreadsheet_that_separates_by_semicolons_finds_no_formula_either(value, told):
    assert csvfile.cell(value) == told
    fields = csvfile.text([["a", value, value]]).replace("\n", ";").replace("\t", ";").split(";")
    assert [field for field in fields if csvfile.FORMULA.match(field)] == []


@pytest.mark.parametrize("piece", [";", "\n", "; ", ";=", " "])
def test_no_cell_takes_long(piece):
    assert len(csvfile.cell(piece * 60_000 + "x")) >= 60_000


def test_it_reads_back_as_it_was_written():
    rows = [["a", "b, c", 'd "e"'], ["", "two\nlines", "x"]]
    read = csvfile.text(rows).encode().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(read, newline=""))) == rows


def test_control_and_bidirectional_characters_are_left_out():
    assert csvfile.cell("safe\u202e\x00\x1b[31m text\r\nmore") == "safe[31m text\nmore"
