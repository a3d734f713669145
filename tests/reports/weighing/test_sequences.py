"""Sequences of many texts at once are those of each text by itself; all texts invented."""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl
import pytest

from reports.weighing import phrases, sequences
from reports.weighing.phrases import counts, likely, marked, marking

ODD = (
    "The apple pencil never works.", "It crashed on 4.0.1, no way to go on.", "don’t stop: the sync’s broken, isn't it",
    "İstanbul is GREAT, kelvin \u212a sign", "Ⅷ roman numerals, ½ cup, x² squared", "ⓐ circled letters here",
    "नमस्ते app खराब है", "naïve café crème, GROSSE straße", "𝓗𝓮𝓵𝓵𝓸 fancy text stands here", "emoji👍middle words stay",
    "under_score words_here 'quoted words'", "same words same words same words", "", " ", "...", "a",
    "这个应用很好用 delivery late",
)  # fmt: skip


def by_text(texts: list[str]) -> list[set[str]]:
    found = sequences.sequences(pl.Series(texts, dtype=pl.String))
    told: list[set[str]] = [set() for _ in texts]
    assert found.found.is_unique().all()
    for text, gram in found.found.iter_rows():
        told[text].add(found.spelt(gram))
    return told


def invented(n: int) -> list[str]:
    random = np.random.default_rng(7)
    words = [*"the sync is broken again don't export button hides invoice 2nd naïve a of and".split(), "👍", "×"]
    return [" ".join(random.choice(words, random.integers(0, 12))) for _ in range(n)]


@pytest.mark.parametrize("at_once", [3, 200_000])
def test_every_text_has_its_own_sequences(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(sequences, "AT_ONCE", at_once)
    texts = [*ODD, *invented(300)]
    assert by_text(texts) == [phrases.grams(text) for text in texts]


def test_no_text_has_none() -> None:
    assert by_text([]) == []


def test_some_of_the_texts() -> None:
    texts = ["blue sky", "offline mode", "blue sea", "offline mode fails"]
    found = sequences.sequences(pl.Series(texts))
    rows = found.of(pl.Series([1, 3], dtype=pl.UInt32))
    assert {found.spelt(gram) for gram in rows["gram"]} == {"offline mode", "offline mode fails", "mode fails"}


def test_a_common_form_is_there_once_a_text() -> None:
    found = sequences.sequences(pl.Series(["dark theme or dark themes"])).told(lambda word: word != "dark")
    gram, common = found.common(lambda word: word.removesuffix("s"))
    assert {found.spelt(g) for g in found.found["gram"]} == {"dark theme", "dark themes", "theme or dark"}
    assert sorted(common.spelt(g) for g in gram) == ["dark theme", "dark theme", "theme or dark"]
    assert sorted(common.spelt(g) for g in common.found["gram"]) == ["dark theme", "theme or dark"]


def test_words_beyond_those_that_can_be_numbered_are_in_no_sequence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequences, "BITS", 2)
    found = sequences.sequences(pl.Series(["red green blue", "red green yellow blue"]))
    assert Counter(found.spelt(gram) for gram in found.found["gram"]) == {
        "red green": 2, "green blue": 1, "red green blue": 1,
    }  # fmt: skip


def test_the_likely_ones_are_enough() -> None:
    texts = invented(2000)
    here, everywhere = counts(texts[:500]), counts(texts)
    frame = pl.DataFrame({"gram": list(here), "k": list(here.values()), "prior": [everywhere[g] for g in here]})
    few = likely(frame.filter(pl.col("k") >= phrases.LEAST), here.total(), everywhere.total())
    assert few.height < frame.height
    assert marked(few.iter_rows(), here.total(), everywhere.total()) == marking(here, everywhere)
