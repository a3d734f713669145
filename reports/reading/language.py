"""Which language a text is in, so that no lexicon scores a language it does not speak.

Most texts show their English by its commonest words; only the others are given to the language detector, which is a
hundred times slower. A text too short to tell has no language (null) and is not read, but its stars count.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl

_COMMON = (
    "the and is are was were it its it's this that to of for with in on not no i my me you your they have has had "
    "be been can can't cant don't dont doesn't doesnt didn't do does but so very just when what why how all as at if "
    "from or we he she there will would get got good bad great nice best worst love awesome excellent amazing poor "
    "app please service time need ever never always too much more easy use useful works work super thanks thank "
    "ok okay like fine cool perfect terrible horrible awful waste money slow fast delivery food order helpful"
).split()
_ENGLISH = r"\b(?:" + "|".join(_COMMON) + r")\b"
_LATIN = r"[A-Za-z]"
_OTHER_SCRIPT = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Cyrillic}\p{Arabic}\p{Hebrew}\p{Thai}\p{Devanagari}]"
LEAST_WORDS = 3
"""Fewer words than this are too short for the detector."""


def detect(texts: pl.Series) -> pl.Series:
    """ISO 639-1 codes of the texts, null where it cannot be told; same length and order."""
    frame = pl.DataFrame({"text": texts}).with_row_index()
    unique = frame.select("text").unique(maintain_order=True).with_columns(_low=pl.col("text").str.to_lowercase())
    words = pl.col("_low").str.count_matches(r"\w[\w'’]*")
    english = pl.col("_low").str.replace_all("’", "'").str.count_matches(_ENGLISH)
    foreign = pl.col("text").str.count_matches(_OTHER_SCRIPT)
    letters = pl.col("text").str.count_matches(r"\p{L}")
    unique = unique.with_columns(
        language=pl.when((foreign == 0) & (english >= 1) & (english * 5 >= words)).then(pl.lit("en")),
        _ask=(words >= LEAST_WORDS) | (foreign * 2 > letters),
    )
    rest = unique.filter(pl.col("language").is_null() & pl.col("_ask") & (letters > 0))["text"].to_list()
    if rest:
        found = _detector().detect_languages_in_parallel_of(rest)
        codes = [None if f is None else f.iso_code_639_1.name.lower() for f in found]
        told = pl.DataFrame({"text": rest, "_told": codes}, schema={"text": pl.String, "_told": pl.String})
        unique = unique.join(told, on="text", how="left").with_columns(pl.coalesce("language", "_told"))
    joined = frame.join(unique.select("text", "language"), on="text", how="left", nulls_equal=True)
    return joined.sort("index")["language"].alias("language")


@cache
def _detector() -> Any:
    from lingua import Language, LanguageDetectorBuilder  # slow to load, and often not needed

    names = (
        "ENGLISH GERMAN FRENCH SPANISH PORTUGUESE ITALIAN DUTCH SWEDISH DANISH BOKMAL FINNISH POLISH CZECH ROMANIAN "
        "HUNGARIAN TURKISH RUSSIAN UKRAINIAN ARABIC HEBREW PERSIAN HINDI INDONESIAN VIETNAMESE THAI TAGALOG CHINESE "
        "JAPANESE KOREAN GREEK"
    ).split()
    languages = [getattr(Language, name) for name in names]
    return LanguageDetectorBuilder.from_languages(*languages).with_low_accuracy_mode().build()
