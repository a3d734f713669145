"""Mentions cover what was said, in order, at exact offsets."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.reading.sentences import split


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Great app. It crashes daily!", ["Great app.", "It crashes daily!"]),
        ("Great app, but it crashes", ["Great app", "but it crashes"]),
        ("Love it although sync is slow", ["Love it", "although sync is slow"]),
        ("no punctuation at all here", ["no punctuation at all here"]),
        ("Good.Works.But slow", ["Good.", "Works.", "But slow"]),
        ("Version 4.5 broke it, e.g. the export.", ["Version 4.5 broke it, e.g. the export."]),
        ("Love it 😍😍", ["Love it 😍😍"]),
        ("Love it! 😍 Hate ads!!!", ["Love it! 😍", "Hate ads!!!"]),
        ("First line\n\nSecond line", ["First line", "Second line"]),
        ("Why?! Tell me...", ["Why?!", "Tell me..."]),
        ("fast; cheap; ugly", ["fast;", "cheap;", "ugly"]),
        ("", []),
        (" \n ", []),
        ("!!!", ["!!!"]),
    ],
)
def test_cuts_where_a_reader_would(text, pieces):
    spans = split(text)
    got = [text[start:end] for start, end in spans]
    # a boundary may keep its comma with the clause before it
    assert [piece.rstrip(",") for piece in got] == pieces


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=300))
def test_spans_are_ordered_and_lose_no_word(text):
    spans = split(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    kept = "".join(text[start:end] for start, end in spans)
    assert [c for c in kept if c.isalnum()] == [c for c in text if c.isalnum()]
