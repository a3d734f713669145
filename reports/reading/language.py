"""Which language a text is in, so that no lexicon scores a language it does not speak.

The script decides first. Texts in Latin letters are told by their words: common English ones, those of feeling in
VADER's lexicon, and the commonest words of other languages in reviews. Words that languages share (`in`, `die`) tell
nothing, and words that they borrow (`app`, `super`) tell little beside unknown ones. Only what is left goes to the
language detector, which is a hundred times slower. A text that cannot be told has no language (null) and is not read,
but its stars count.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl

from reports.reading.vocabulary import BORROWED, COMMON, ENGLISH, FOREIGN, FREQUENT, SHARED

LEAST_WORDS = 3
"""Fewer words than this, in plain letters, are too short for the detector."""
_SPELT = {
    "bg": r"ъ[^еёюя]",
    "be": r"ў",
    "uk": r"[іїєґ]|дякую|дуже|додаток|працює|чудов",
    "sr": r"[ђјљњћџ]",
    "kk": r"[әғқңұһ]",
    "mn": r"[өү]",
    "ru": r"\p{Cyrillic}",
    "ur": r"[ٹڈڑںےھہ]",
    "fa": r"[پچژگکی]|\b(?:خوب|است|این|برنامه)\b",
    "ar": r"\p{Arabic}",
    "mr": r"ळ|आहे|नाही|छान",
    "ne": r"राम्रो|छ\b",
    "hi": r"\p{Devanagari}",
    "as": r"[ৰৱ]",
    "bn": r"\p{Bengali}",
    "ja": r"[\p{Hiragana}\p{Katakana}]",
    "ko": r"\p{Hangul}",
    "zh": r"\p{Han}",
} | {
    name: rf"\p{{{script}}}"
    for name, script in zip(
        "th he el ta te kn ml gu pa or si my km lo ka hy am".split(),
        "Thai Hebrew Greek Tamil Telugu Kannada Malayalam Gujarati Gurmukhi Oriya Sinhala Myanmar Khmer Lao Georgian "
        "Armenian Ethiopic".split(),
        strict=True,
    )
}
"""How a language in another script is known, tried in this order: letters that its sisters lack before the script."""
_ALIKE = re.compile(r"(?:[ts]ions?|[ai]bles?|ages?|[ae]nces?|ments?|[ae]nts?|[aeiou]ls?|ors?|[ao]s?|ques?|ure)$")
"""Endings of words that English shares with the languages it took them from."""
_TOKEN = r"[\p{Latin}][\p{Latin}\p{M}\d']*"
_ADDRESS = r"https?://\S+|www\.\S+|\S+@\S+"
_IN_ADDRESSES = ["://", "www.", "@"]
"""Each address has one of these, few other texts do."""
_CLOSE = 0.1
"""Where the detector's two best guesses are relatively closer than this, there is no answer."""


def detect(texts: pl.Series) -> pl.Series:
    """ISO 639-1 codes of the texts, null where it cannot be told; same length and order."""
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    unique = frame.unique(maintain_order=True).drop_nulls().with_row_index("i")
    foreign = _by_script(unique)
    told = pl.concat([foreign, _by_words(unique.join(foreign, on="i", how="anti"))])
    unique = unique.join(told, on="i", how="left")
    return frame.join(unique, on="text", how="left", maintain_order="left")["language"]


def _by_script(unique: pl.DataFrame) -> pl.DataFrame:
    """The language of the texts that have no fewer letters of another script than Latin ones: i, language."""
    text = pl.col("text")
    dense = text.str.count_matches(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
    letters = text.str.count_matches(r"[[\p{L}\p{M}]--\p{Latin}]") + 2 * dense
    other = unique.filter(text.str.contains(r"[\p{L}--\p{Latin}]")).filter(
        letters >= text.str.count_matches(r"\p{Latin}")
    )
    told = pl.coalesce(pl.when(text.str.contains("(?i)" + spelt)).then(pl.lit(name)) for name, spelt in _SPELT.items())
    return other.select("i", language=told)


def _by_words(unique: pl.DataFrame) -> pl.DataFrame:
    """The language of texts in Latin letters: i, language."""
    low = unique["text"].str.to_lowercase().str.replace_all("’", "'", literal=True)
    addressed = low.str.contains_any(_IN_ADDRESSES).arg_true()
    low = low.scatter(addressed, low[addressed].str.replace_all(_ADDRESS, " "))
    words = unique.select("i", word=low.str.extract_all(_TOKEN)).explode("word").drop_nulls()
    words = words.join(_vocabulary(), on="word", how="left", maintain_order="left").with_columns(
        pl.col("kind").fill_null("unknown")
    )
    counts = _counted(words)
    lost = (pl.col("english") == 0) & (pl.col("foreign") == 0) & (pl.col("unknown") > 0)
    again = words.join(counts.filter(lost), on="i", how="semi")
    lost_words = again.filter(pl.col("kind") == "unknown")["word"].unique(maintain_order=True)
    misspelt = pl.Series([word for word in lost_words if _misspelt(word)], dtype=pl.String)
    known = pl.when(pl.col("word").is_in(misspelt.implode())).then(pl.lit("english")).otherwise("kind")
    counts = pl.concat([counts.filter(~lost), _counted(again.with_columns(kind=known))])
    english, foreign, borrowed, unknown = (pl.col(kind) for kind in ("english", "foreign", "borrowed", "unknown"))
    hints = pl.col("common")
    reads = (
        pl.when(foreign > 0)
        .then(english + hints / 2 > 2 * foreign + unknown / 2)
        .when(english > 0)
        .then(2 * english + borrowed + hints >= unknown)
        .when(unknown > 0)
        .then((borrowed >= unknown) & (hints > 0))
        .otherwise((borrowed > 0) | (hints > 1))
    )
    counts = counts.with_columns(language=pl.when(reads).then(pl.lit("en")))
    others = counts.filter(pl.col("language").is_null() & (foreign > 0))
    by_words = _commonest(words.join(others, on="i", how="semi"))
    counts = counts.join(by_words, on="i", how="left", maintain_order="left").with_columns(
        language=pl.coalesce("language", "_commonest")
    )
    long = (pl.col("words") >= LEAST_WORDS) | (pl.col("accented") > 0)
    asked = counts.filter(pl.col("language").is_null() & long & (unknown > 0)).join(unique, on="i")
    guess = pl.when((pl.col("_guess") != "en") | (foreign <= english)).then(pl.col("_guess"))
    counts = counts.join(_guessed(asked), on="i", how="left")
    return counts.select("i", language=pl.coalesce("language", guess))


def _guessed(asked: pl.DataFrame) -> pl.DataFrame:
    """What the detector says: i, _guess."""
    found = _detector().detect_languages_in_parallel_of(asked["text"].to_list()) if asked.height else []
    codes = [None if guess is None else guess.iso_code_639_1.name.lower() for guess in found]
    return asked.select("i", _guess=pl.Series(codes, dtype=pl.String))


def _counted(words: pl.DataFrame) -> pl.DataFrame:
    """How many words of each kind a text has."""
    kinds = ("english", "foreign", "borrowed", "common", "unknown")
    return words.group_by("i", maintain_order=True).agg(
        *((pl.col("kind") == kind).sum().cast(pl.Int32).alias(kind) for kind in kinds),
        words=pl.len(),
        accented=pl.col("word").str.contains(r"[^\x00-\x7f]").sum(),
    )


def _commonest(words: pl.DataFrame) -> pl.DataFrame:
    """The language of most words of a text: i, _commonest. A word of several languages counts less for each."""
    pairs = [(word, name) for name, theirs in FOREIGN.items() for word in theirs.split()]
    weight = 840 // pl.len().over("word")  # whole numbers, so that ties are ties in any order
    frame = pl.DataFrame(pairs, schema=["word", "name"], orient="row").unique().with_columns(weight=weight)
    summed = words.join(frame, on="word").group_by("i", "name").agg(pl.col("weight").sum())
    best = summed.filter(pl.col("weight") == pl.col("weight").max().over("i"))
    return best.filter(pl.len().over("i") == 1).select("i", _commonest="name")


@cache
def _vocabulary() -> pl.DataFrame:
    """What is known of a word: word, kind."""
    lexicon = (files("vaderSentiment") / "vader_lexicon.txt").read_text(encoding="utf-8").splitlines()
    feeling = [line.split("\t", 1)[0] for line in lexicon if re.match(r"[a-z']{3,}\t", line)]
    known = [*feeling, *FREQUENT, *(word + "s" for word in FREQUENT)]
    kinds = {word: "borrowed" if _ALIKE.search(word) else "english" for word in known}
    kinds |= {word: "foreign" for words in FOREIGN.values() for word in words.split()}
    kinds |= dict.fromkeys(BORROWED, "borrowed") | dict.fromkeys(ENGLISH, "english")
    kinds |= dict.fromkeys(SHARED, "shared") | dict.fromkeys(COMMON, "common")
    return pl.DataFrame({"word": list(kinds), "kind": list(kinds.values())})


def _misspelt(word: str) -> bool:
    """Whether a word is a common English one with a letter too many, too few or wrong, or drawn out: `niceee`."""
    plain, near = _spellings()
    if len(word) > 2 and re.sub(r"(.)\1+", r"\1", word) in plain and re.search(r"(.)\1", word):
        return True
    if not 5 <= len(word) <= 15:
        return False
    ends = word[0] + word[-1]
    return any(ends in near.get(word[:k] + word[k + 1 :], ()) for k in range(len(word))) or ends in near.get(word, ())


@cache
def _spellings() -> tuple[frozenset[str], dict[str, set[str]]]:
    """The English words without doubled letters; and with any one letter left out, the ends of the words they were."""
    near: dict[str, set[str]] = {}
    for word in ENGLISH:
        if len(word) > 4 and not word.endswith("al"):
            for k in range(len(word)):
                near.setdefault(word[:k] + word[k + 1 :], set()).add(word[0] + word[-1])
            near.setdefault(word, set()).add(word[0] + word[-1])
    return frozenset(re.sub(r"(.)\1+", r"\1", word) for word in ENGLISH if len(word) > 2), near


@cache
def _detector() -> Any:
    from lingua import Language, LanguageDetectorBuilder  # slow to load, and often not needed

    names = (
        "ENGLISH GERMAN FRENCH SPANISH PORTUGUESE ITALIAN DUTCH SWEDISH DANISH BOKMAL FINNISH POLISH CZECH ROMANIAN "
        "HUNGARIAN TURKISH INDONESIAN VIETNAMESE TAGALOG"
    ).split()
    builder = LanguageDetectorBuilder.from_languages(*(getattr(Language, name) for name in names))
    return builder.with_low_accuracy_mode().with_minimum_relative_distance(_CLOSE).build()
