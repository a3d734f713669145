"""The figures against cases that can be counted by hand."""

import numpy as np
import polars as pl
import pytest
from card import baselines, floors, labelled, measured, scores

from reports import rules
from reports.rules.accuracy import Measure


def flags(text):
    return np.array([c == "y" for c in text])


def test_roc_auc_counts_pairs_and_half_of_the_ties():
    # yes 0.9, 0.5; no 0.5, 0.1: of four pairs three are right and one is even
    assert scores.roc_auc(flags("yynn"), np.array([0.9, 0.5, 0.5, 0.1])) == pytest.approx(3.5 / 4)


def test_precision_recall_and_f1():
    # two of three that are were named, and two of four named are
    yes, said = flags("yyynnn"), flags("yynyyn")
    assert scores.precision_recall(yes, said) == (0.5, pytest.approx(2 / 3))
    assert scores.f1(yes, said) == pytest.approx(2 * 2 / (3 + 4))
    assert scores.precision_recall(yes, flags("nnnnnn")) == (0.0, 0.0)


def test_precision_at_recall_takes_the_best_cut_that_finds_enough():
    yes, marks = flags("ynyn"), np.array([0.9, 0.8, 0.7, 0.1])
    assert scores.precision_at_recall(yes, marks, 0.5) == (1.0, 0.5)
    assert scores.precision_at_recall(yes, marks, 0.92) == (pytest.approx(2 / 3), 1.0)


def test_precision_at_recall_does_not_part_equals():
    assert scores.precision_at_recall(flags("ynn"), np.array([0.5, 0.5, 0.5]), 0.92) == (pytest.approx(1 / 3), 1.0)


def test_macro_f1_is_the_mean_over_classes():
    # first: 2 of 2 named are, 2 of 3 found (0.8); second: 1 of 1 found, 1 of 2 named (2/3)
    found = scores.macro_f1(["first", "first", "first", "second"], ["first", "first", "second", "second"])
    assert found == pytest.approx((0.8 + 2 / 3) / 2)


def test_nmi_and_pearson_at_their_ends():
    assert scores.nmi(["a", "a", "b", "b"], ["x", "x", "y", "y"]) == pytest.approx(1)
    assert scores.nmi(["a", "a", "b", "b"], ["x", "y", "x", "y"]) == pytest.approx(0)
    assert scores.pearson(np.array([1.0, 2.0, 3.0]), np.array([5.0, 3.0, 1.0])) == pytest.approx(-1)


def test_a_bug_or_request_comes_before_any_complaint():
    reviews = pl.DataFrame(
        {"kinds": [["complaint"], ["bug"], [], ["request", "praise"]], "complaint": [0.99, 0.3, None, 0.1]},
        schema_overrides={"kinds": pl.List(pl.String)},
    )
    assert reviews.select(score=measured.bug_or_request(reviews))["score"].to_list() == [0.495, 1.15, 0.25, 1.05]


def test_word_lists_find_words():
    assert baselines.says(baselines.REQUEST, ["Please try it", "I pleased them"]).tolist() == [True, False]
    assert baselines.says(baselines.BUG_OR_REQUEST, ["It doesn’t open", "lovely"]).tolist() == [True, False]


def figure(name, value, *, learned=False):
    return Measure(name, "", "", "F1", 10, 0, value, None, {}, {}, learned)


def test_floors_are_raised_and_never_lowered():
    text = '# why\n[floors]\n"a/x" = 0.500\n"b/y" = 0.900\n'
    told = [figure("a/x", 0.6279), figure("b/y", 0.85), figure("c/z", 0.7112), figure("d/learned", 0.9, learned=True)]
    assert floors.raised(text, told) == '# why\n[floors]\n"a/x" = 0.625\n"b/y" = 0.900\n"c/z" = 0.710\n'
    assert floors.below(told, {"a/x": 0.5, "b/y": 0.9}) == ["b/y: 0.8500, and its floor is 0.9"]


def test_labels_are_words_that_exist():
    themes = {theme.slug for theme in rules.default().themes} | {"general"}
    segments = {segment.slug for segment in rules.default().segments}
    texts = labelled.rows()
    assert len({row["text"] for row in texts}) == len(texts) >= 150
    for row in texts:
        assert row["theme"] in themes, row["text"]
        assert set(row["kinds"]) <= {"bug", "complaint", "request", "praise", "question"}, row["text"]
        assert set(row.get("segments", [])) <= segments, row["text"]
        assert row.get("motive") in {None, *rules.default().motives}, row["text"]
        assert row["sentiment"] in {"+", "-", "0"}, row["text"]
