"""What the gate keeps out holds no cue: the same is found with it and without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import rules
from reports.reading import cues, gates
from reports.reading.cues import PLAIN
from reports.rules import Cue

RULES = rules.default()
CUES: dict[str, Cue] = {
    **{f"theme {theme.slug}": theme.cues for theme in RULES.themes},
    **{f"segment {segment.slug}": segment.cues for segment in RULES.segments},
    **{f"motive {name}": cue for name, cue in RULES.motives.items()},
    **{f"need {name}": cue for name, cue in RULES.need_levels.items()},
    **{f"loyalty {name}": cue for name, cue in RULES.loyalty.items()},
    **{f"kind {name}": cue for name, cue in RULES.kinds.items()},
    "complaint": RULES.complaint,
    "praise": RULES.praise,
    "churn": RULES.churn,
    "urgency": RULES.urgency,
}


def plain(texts: list[str]) -> pl.DataFrame:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String}).with_columns(cues.plain())
    return frame.with_row_index("row")


def lost(texts: list[str]) -> dict[str, list[str]]:
    """For each cue the texts that hold it, with or without its counter-cues, and that the gate keeps out."""
    mentions = plain(texts)
    gate = gates.over(mentions[PLAIN], RULES)
    found = {}
    for name, cue in CUES.items():
        either = f"{cues.EDGE}(?:{'|'.join(cue.cues)}){cues.EDGE}"
        held = mentions.select(pl.col(PLAIN).str.contains(either) | cues.speaks(cue)).to_series()
        kept_out = np.setdiff1d(held.arg_true().to_numpy(), gate.rows(cue))
        if len(kept_out):
            found[name] = mentions["text"][kept_out].to_list()
    return found


WORDS = sorted({word.strip() for cue in CUES.values() for way in gates._asked(cue) for need in way for word in need})
JOINTS = st.sampled_from([" ", " ", " ", "", "'", "-", ". ", ", ", "!", "é", "/", "7", "\n"])


@settings(max_examples=12, deadline=None)
@given(st.lists(st.lists(st.tuples(st.sampled_from(WORDS), JOINTS), min_size=1, max_size=12), min_size=40, max_size=60))
def test_no_cue_is_lost_in_texts_of_its_own_words(texts: list[list[tuple[str, str]]]) -> None:
    assert lost(["".join(word + joint for word, joint in text) for text in texts]) == {}


PATTERNS = [pattern for cue in CUES.values() for pattern in cue.cues if len(pattern) < 300 and "^" not in pattern]


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_no_cue_is_lost_in_texts_made_from_its_pattern(data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(PATTERNS))
    made = data.draw(st.from_regex(f"(?:{pattern})", fullmatch=True, alphabet=st.characters(max_codepoint=0x17F)))
    before, after = data.draw(JOINTS), data.draw(JOINTS)
    texts = plain([made, f"so{before}{made}{after}it", f"({made})"])
    cue = Cue((pattern,))
    held = texts.select(cues.speaks(cue)).to_series().arg_true().to_list()
    assert set(held) <= set(gates.Gate(texts[PLAIN], [cue]).rows(cue).tolist())


def test_no_cue_is_lost_in_real_texts(shared: Path) -> None:
    reviews = pl.read_parquet(shared / "corpora" / "app-stars" / "reviews.parquet")["text"].fill_null("")
    assert lost(reviews.gather_every(50).to_list()) == {}


def test_a_cue_that_is_no_whole_word_is_tried_everywhere() -> None:
    texts = plain(["太慢了", "好吃", "abc"])
    cue = Cue(("慢",), whole_words=False)
    assert gates.Gate(texts[PLAIN], [cue]).rows(cue).tolist() == [0, 1, 2]


@pytest.mark.parametrize("texts", [[], [""], ["", "!!!"]])
def test_texts_without_words_hold_nothing(texts: list[str]) -> None:
    mentions = plain(texts)
    gate = gates.over(mentions[PLAIN], RULES)
    assert gate.rows(RULES.churn).tolist() == []
    assert cues.flag(mentions, RULES.churn, gate).to_list() == [False] * len(texts)
    assert cues.counted(mentions, RULES.urgency, gate).to_list() == [0] * len(texts)
    assert cues.matches(mentions, RULES.motives, gate).height == 0


def test_few_texts_are_tried() -> None:
    """The gate is worth its while: most of what it lets through holds the cue's topic."""
    texts = plain(["the app is nice", "it keeps crashing", "the parcel came late", "good"] * 50)
    gate = gates.over(texts[PLAIN], RULES)
    tried = sum(len(gate.rows(theme.cues)) for theme in RULES.themes)
    assert tried <= texts.height * len(RULES.themes) / 10
