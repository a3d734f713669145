"""Reads reviews: what each says, sentence by sentence, and what it amounts to.

A pure function of the reviews and the rules. Texts in a language that the lexicon does not speak are recognised and
left unscored: their sentiment and kinds are null or empty, never zero. Their stars still count: where there are any,
they alone say how probable it is that the review complains.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from reports.reading import chinese, comparing, correcting, gates, judging, language, pains, signals
from reports.reading.alike import alike
from reports.reading.cues import PLAIN
from reports.reading.pieces import SCHEMA
from reports.reading.pieces import pieces as cut
from reports.reading.signals import GENERAL
from reports.rules import Rules

STRINGS = pl.List(pl.String)
REVIEWS: dict[str, Any] = {
    "language": pl.String,
    "sentiment": pl.Float64,
    "complaint_text": pl.Float64,
    "complaint": pl.Float64,
    "kinds": STRINGS,
    "themes": STRINGS,
    "pain_points": STRINGS,
}
"""What reading adds to a review."""
MENTIONS: dict[str, Any] = {
    "mention": pl.Int64,
    "start": pl.Int64,
    "end": pl.Int64,
    "text": pl.String,
    "sentiment": pl.Float64,
    "complaint": pl.Float64,
    "kinds": STRINGS,
    "themes": STRINGS,
    "pain_point": pl.String,
    "compared_with": pl.String,
    "switched_from": pl.String,
    "switched_to": pl.String,
    "motive": pl.String,
    "need_level": pl.String,
    "segments": STRINGS,
    "tier": pl.String,
    "stage": pl.String,
    "urgency": pl.Float64,
    "churn": pl.Boolean,
    "loyalty": pl.String,
}
"""A mention: `body[start:end] == text`; a title is mention -1, with offsets into the title."""
UNKNOWN = "?"
LEARNED = ("hi", UNKNOWN)
"""Languages without rules, read by the learned terms alone. Those were learned from reviews of all languages, and know
the commonest words of Hindi in Latin letters and of texts too short or too misspelt to tell their language."""
DECIMALS = 4
"""Scores are rounded, so that sums taken in another order by another machine are the same bytes."""


@dataclass(frozen=True)
class Reading:
    """What a set of reviews says: one row a review in the order given, and one row a mention."""

    reviews: pl.DataFrame
    """The key column and the columns of `REVIEWS`."""
    mentions: pl.DataFrame
    """The key column and the columns of `MENTIONS`."""


@dataclass(frozen=True)
class Read:
    """What reviews say, before their repeats and their keys come back."""

    reviews: pl.DataFrame
    """The columns of `REVIEWS`, one row a review."""
    pieces: pl.DataFrame
    """`review`, the number of the review from 0, and the columns of `MENTIONS`; one row a mention."""


@contextmanager
def uncollected() -> Iterator[None]:
    """While it lasts, nobody looks for cycles: reading makes millions of tuples and no cycles, and looking through
    them takes a twentieth of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@uncollected()
def read_once(reviews: pl.DataFrame, rules: Rules, key: str) -> Read:
    """Reads a frame as `read` takes it, each of its reviews by itself, in this process."""
    told = pl.col("language").replace("", None)
    text = reviews.select(pl.concat_str("title", "body", separator="\n", ignore_nulls=True)).to_series()
    reviews = reviews.with_row_index("review").with_columns(
        language=pl.Series(language.detect(text)).fill_null(reviews.select(told).to_series())
    )
    reviews = reviews.with_columns(
        _tongue=pl.coalesce("language", pl.when(_only_emoji(text)).then(pl.lit("en")), pl.lit(UNKNOWN))
    )
    heard = {code: reviews.filter(pl.col("_tongue") == code) for code in _tongues(rules)}
    spoken = [
        speak(heard[code], ruleset).select("review", "row", "review_logit", *MENTIONS)
        for code, (speak, ruleset) in _tongues(rules).items()
        if heard[code].height or code == "en"  # one at least, for its columns
    ]
    pieces = pl.concat(spoken).join(reviews.select("review", key), on="review", how="left", maintain_order="left")
    pieces = correcting.corrected(pieces.sort("review", "row"), rules.corrections, key)
    return Read(_summed(reviews, pieces), pieces.select("review", *_columns(MENTIONS)))


def read(
    reviews: pl.DataFrame, rules: Rules, key: str = "key", by: Callable[[pl.DataFrame, Rules, str], Read] = read_once
) -> Reading:
    """Reads a frame with the columns `key`, `title`, `body`, `stars` (1..5 or null) and `language` (told, or null).

    Reviews that say the same are read once. `by` reads them; `reports/reading/parallel.py` has one for several cores.
    """
    corrected = pl.col(key).is_in([each.key for each in rules.corrections.reviews])
    found = alike(reviews.with_columns(pl.col("stars").cast(pl.Float64)), apart=corrected)
    once = by(found.once, rules, key)
    pieces = found.all_of(once.pieces, "review")
    keys = reviews[key]
    return Reading(
        found.each(once.reviews).select(keys, *REVIEWS),
        pieces.select(keys[pieces["review"]], *MENTIONS),
    )


def _only_emoji(texts: pl.Series) -> pl.Series:
    """Whether a text is made of emoji alone: it is in no language, and everybody can read it."""
    return texts.str.contains(r"[\x{2600}-\x{27bf}\x{1f000}-\x{1faff}]") & ~texts.str.contains(r"[\p{L}\p{N}]")


Tongue = tuple[Callable[[pl.DataFrame, Rules], pl.DataFrame], Rules]


def _tongues(rules: Rules) -> dict[str, Tongue]:
    """The languages that are read: code -> how reviews in it become pieces that are read, and by which rules."""
    tongues: dict[str, Tongue] = {"en": (_english, rules), **dict.fromkeys(LEARNED, (_learned, rules))}
    if "zh" in rules.languages:
        tongues["zh"] = (_chinese, replace(rules.languages["zh"], names=rules.names, corrections=rules.corrections))
    return tongues


def _english(reviews: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    pieces = cut(reviews, rules.corrections.ignore)
    # what a mention says follows from its words, and many reviewers use the same ones: each text is read once
    texts = pieces.select("text", "_heard", PLAIN).unique("text", maintain_order=True).with_row_index("row")
    said = _cued(texts, rules).sort("row").drop("row", "_heard", PLAIN)
    pieces = pieces.join(said, on="text", how="left", maintain_order="left")
    return pains.named(judging.judged(judging.leaning(pieces, rules), rules), rules)


def _cued(texts: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """The texts with what cues say of them; the gate, which takes much memory, ends here."""
    gate = gates.over(texts[PLAIN], rules)
    said = signals.signalled(signals.themed(judging.heard(texts, rules, gate), rules, gate), rules, gate)
    return comparing.add(said, rules, rules.names, gate)


def _learned(reviews: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Texts that only the learned terms know: whether they complain, and nothing else; none of unknown words alone."""
    silent = {"_vader": 0.0, **dict.fromkeys(("_complaint", "_praise", "_bug", "_request", "_question"), False)}
    pieces = cut(reviews, rules.corrections.ignore).with_columns(
        pl.lit(value).alias(name) for name, value in silent.items()
    )
    pieces = judging.leaning(pieces, rules).filter(pl.col("_whole_complaint") != 0)
    unsaid = {name: kind for name, kind in MENTIONS.items() if name not in (*SCHEMA, "sentiment", "complaint", "kinds")}
    pieces = pieces.with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in unsaid.items())
    pieces = pieces.with_columns(
        themes=pl.lit([GENERAL], dtype=STRINGS), segments=pl.lit([], dtype=STRINGS), churn=False, urgency=0.0
    )
    return judging.judged(pieces, rules)


def _chinese(reviews: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    return chinese.read(cut(reviews, rules.corrections.ignore, chinese.splits), rules, rules.names)


def _summed(reviews: pl.DataFrame, pieces: pl.DataFrame) -> pl.DataFrame:
    """One row a review: the mean over its mentions, and the kinds and themes of all of them."""
    scores = pieces.group_by("review").agg(pl.col("sentiment").mean(), pl.col("review_logit").first().alias("logit"))
    kinds = _ranked(pieces, "kinds", by_count=False)
    themes = _ranked(pieces, "themes", by_count=True)
    named = pieces.drop_nulls("pain_point").group_by("review", maintain_order=True)
    pain_points = named.agg(pl.col("pain_point").unique(maintain_order=True).alias("pain_points"))
    empty = pl.lit([], dtype=STRINGS)
    general = pl.lit([GENERAL], dtype=STRINGS)
    summed = (
        reviews.join(scores, on="review", how="left")
        .join(kinds, on="review", how="left")
        .join(themes, on="review", how="left")
        .join(pain_points, on="review", how="left")
        .sort("review")
        .with_columns(pl.col("kinds", "themes", "pain_points").fill_null(empty))
    )
    specific = pl.col("themes").list.set_difference(general)
    # a text that is not read is no witness, its stars are one
    known = pl.coalesce("logit", pl.when(pl.col("stars").is_not_null()).then(0.0))
    return summed.with_columns(
        complaint_text=judging.probability(pl.col("logit")),
        complaint=judging.probability(known + judging.by_stars()),
        themes=pl.when(specific.list.len() > 0)
        .then(pl.col("themes").list.filter(pl.element() != GENERAL))
        .otherwise("themes"),
    ).select(_columns(REVIEWS))


def _columns(schema: dict[str, Any]) -> list[pl.Expr]:
    numbers = {name for name, kind in schema.items() if kind == pl.Float64}
    return [
        pl.col(name).cast(kind).round(DECIMALS) if name in numbers else pl.col(name).cast(kind)
        for name, kind in schema.items()
    ]


def _ranked(pieces: pl.DataFrame, column: str, *, by_count: bool) -> pl.DataFrame:
    """The distinct values of a list column per review: sorted, or by how many mentions hold them.

    Of those in as many mentions, the first in the text comes first, also within one mention: what people complain of
    they mostly name before what came of it. `pieces` are in the order of the text.
    """
    counted = (
        pieces.select("review", column)
        .explode(column)
        .drop_nulls(column)
        .group_by("review", column, maintain_order=True)
        .len()
    )
    order, descending = (["review", "len"], [False, True]) if by_count else (["review", column], [False, False])
    ranked = counted.sort(order, descending=descending, maintain_order=True)
    return ranked.group_by("review", maintain_order=True).agg(column)
