"""Which word sequences may mark a set of mentions."""

from __future__ import annotations

from reports.weighing.phrases import grams


def test_a_version_is_one_word_and_numbers_alone_are_no_phrase() -> None:
    assert grams("4.0 crashes on opening") == {"4.0 crashes", "crashes on opening"}
    assert grams("from 12 30 to 14:45") == set()


def test_a_phrase_neither_begins_nor_ends_with_a_hollow_word() -> None:
    assert grams("The zip of the coat broke") == {"coat broke"}
    assert grams("Zip of coat") == {"zip of coat"}
