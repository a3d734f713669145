"""The words that mark a gap's complaints: about something, and each said once."""

from __future__ import annotations

from collections import Counter

from reports.weighing.phrases import Phrase, counts, grams, marking


def test_a_phrase_is_about_something() -> None:
    assert grams("It crashed on 4.0.1, no way to go on.") == set()
    assert grams("The apple pencil never works.") == {"apple pencil", "apple pencil never", "pencil never",
                                                      "pencil never works"}  # fmt: skip


def test_the_same_words_in_other_forms_are_one_phrase() -> None:
    here = ["the delivery fee"] * 9 + ["these delivery fees"] * 5 + ["an offline mode"] * 4
    rest = ["a blue sky over a quiet sea"] * 60
    assert marking(counts(here), counts([*here, *rest])) == [Phrase("delivery fee", 9), Phrase("offline mode", 4)]


def test_few_make_no_phrase() -> None:
    assert marking(Counter({"offline mode": 2}), Counter({"offline mode": 2, "blue sky": 50})) == []
