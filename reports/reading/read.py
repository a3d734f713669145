"""Reads reviews: what each says, sentence by sentence, and what it amounts to.

A pure function of the reviews and the rules. Texts in a language that the lexicon does not speak are recognised and
left unscored: their sentiment, complaint and kinds are null or empty, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from reports.reading import cues, language, sentences
from reports.reading.sentiment import Sentiment
from reports.rules import Rules

READ = frozenset({"en"})
"""Languages that the lexicon and the cues speak."""
GENERAL = "general"
"""The theme of a mention that fits no other."""

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

# The evidence that a text complains, added up on the logit scale. Set by hand and checked on labelled reviews:
# a clear cue outweighs mild sentiment, a clear sentiment outweighs a cue.
BASE = -0.5
BY_SENTIMENT = -3.2
BY_COMPLAINT_CUE = 1.8
BY_BUG_CUE = 1.0
BY_PRAISE_CUE = -1.4
BY_STARS = {1: 2.5, 2: 1.8, 3: 0.3, 4: -1.2, 5: -2.2}
"""For a whole review; the stars of a review say less about one of its sentences."""
STARS_IN_MENTION = 0.6
COMPLAINS = 0.5
"""A mention or review complains from this probability on."""
PRAISES = 0.25
"""At or below this complaint probability, positive sentiment is praise."""


@dataclass(frozen=True)
class Reading:
    """What a set of reviews says: one row a review in the order given, and one row a mention."""

    reviews: pl.DataFrame
    """The key column and the columns of `REVIEWS`."""
    mentions: pl.DataFrame
    """The key column and the columns of `MENTIONS`."""


def read(reviews: pl.DataFrame, rules: Rules, key: str = "key") -> Reading:
    """Reads a frame with the columns `key`, `title`, `body`, `stars` (1..5 or null) and `language` (told, or null)."""
    told = pl.col("language").replace("", None)
    text = reviews.select(pl.concat_str("title", "body", separator="\n", ignore_nulls=True)).to_series()
    reviews = reviews.with_row_index("review").with_columns(
        language=pl.Series(language.detect(text)).fill_null(reviews.select(told).to_series()),
        stars=pl.col("stars").cast(pl.Float64),
    )
    pieces = _pieces(reviews.filter(pl.col("language").is_in(list(READ))))
    pieces = _signals(_judge(_cued(pieces, rules), rules), rules)
    return Reading(_summed(reviews, pieces, key), _mentions(reviews, pieces, key))


def _pieces(reviews: pl.DataFrame) -> pl.DataFrame:
    """One row a mention (and one, numbered -1, for a title): row, review, stars, mention, start, end, text."""
    found: list[tuple[int, float | None, int, int, int, str]] = []
    for review, stars, title, body in reviews.select("review", "stars", "title", "body").iter_rows():
        if title:
            found.append((review, stars, -1, 0, len(title), title))
        for number, (start, end) in enumerate(sentences.split(body or "")):
            found.append((review, stars, number, start, end, body[start:end]))
    schema = {
        "review": pl.UInt32, "stars": pl.Float64, "mention": pl.Int64,
        "start": pl.Int64, "end": pl.Int64, "text": pl.String,
    }  # fmt: skip
    return pl.DataFrame(found, schema=schema, orient="row").with_row_index("row").with_columns(cues.plain())


def _cued(pieces: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Adds sentiment, themes and whether the cues for complaint, praise, bug, request and question are there."""
    score = Sentiment(rules.lexicon).score(pieces["text"])
    pieces = pieces.with_columns(
        pl.Series("sentiment", score, dtype=pl.Float64),
        cues.speaks(rules.complaint).alias("_complaint"),
        cues.speaks(rules.praise).alias("_praise"),
        *(cues.speaks(cue).alias(f"_{kind}") for kind, cue in rules.kinds.items()),
    )
    return cues.lists(pieces, {theme.slug: theme.cues for theme in rules.themes}, "themes")


def _by_stars() -> pl.Expr:
    return pl.col("stars").round().cast(pl.Int64).replace_strict(BY_STARS, default=0.0, return_dtype=pl.Float64)


def _probability(logit: pl.Expr) -> pl.Expr:
    return 1 / (1 + (-logit).exp())


def _judge(pieces: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Adds the complaint probability (with and without the stars) and the kinds of each mention."""
    pieces = pieces.with_columns(
        logit=BASE
        + BY_SENTIMENT * pl.col("sentiment")
        + BY_COMPLAINT_CUE * pl.col("_complaint")
        + BY_BUG_CUE * pl.col("_bug")
        + BY_PRAISE_CUE * pl.col("_praise"),
    ).with_columns(complaint=_probability(pl.col("logit") + STARS_IN_MENTION * _by_stars()))
    complains = pl.col("complaint") >= COMPLAINS
    praises = (pl.col("complaint") <= PRAISES) & ((pl.col("sentiment") > 0) | pl.col("_praise"))
    kinds = [
        ("bug", pl.col("_bug") & (pl.col("complaint") > PRAISES)),
        ("complaint", complains),
        ("request", pl.col("_request")),
        ("praise", praises & ~pl.col("_request")),
        ("question", pl.col("_question") | pl.col("text").str.contains(r"\w\s*\?")),
    ]
    return pieces.with_columns(
        kinds=pl.concat_list(pl.when(held).then(pl.lit(name)) for name, held in kinds).list.drop_nulls()
    )


def _signals(pieces: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Adds what a mention says beside its topic; null wherever the text gives no evidence."""
    pieces = cues.first(pieces, rules.motives, "motive")
    pieces = cues.first(pieces, rules.need_levels, "need_level")
    pieces = cues.first(pieces, rules.loyalty, "loyalty")
    pieces = cues.lists(pieces, {segment.slug: segment.cues for segment in rules.segments}, "segments")
    first = pl.col("themes").list.first()
    themed = {theme.slug: theme for theme in rules.themes}
    tiers = {slug: theme.tier for slug, theme in themed.items()}
    stages = {slug: theme.stage for slug, theme in themed.items()}
    general = pl.lit([GENERAL], dtype=STRINGS)
    return pieces.with_columns(
        pl.lit(None, dtype=pl.String).alias("pain_point"),
        cues.capture(rules.compared).alias("compared_with"),
        cues.capture(rules.switched_from).alias("switched_from"),
        cues.capture(rules.switched_to).alias("switched_to"),
        first.replace_strict(tiers, default=None, return_dtype=pl.String).alias("tier"),
        first.replace_strict(stages, default=None, return_dtype=pl.String).alias("stage"),
        (1 - 0.5 ** cues.count(rules.urgency).cast(pl.Float64)).alias("urgency"),
        cues.speaks(rules.churn).alias("churn"),
        pl.when(pl.col("themes").list.len() == 0).then(general).otherwise("themes").alias("themes"),
    )


def _mentions(reviews: pl.DataFrame, pieces: pl.DataFrame, key: str) -> pl.DataFrame:
    keys = reviews.select("review", key)
    rows = pieces.join(keys, on="review", how="left", maintain_order="left")
    return rows.select(key, *(pl.col(name).cast(kind) for name, kind in MENTIONS.items()))


def _summed(reviews: pl.DataFrame, pieces: pl.DataFrame, key: str) -> pl.DataFrame:
    """One row a review: the mean over its mentions, and the kinds and themes of all of them."""
    scores = pieces.group_by("review").agg(pl.col("sentiment").mean(), pl.col("logit").mean())
    kinds = _ranked(pieces, "kinds", by_count=False)
    themes = _ranked(pieces, "themes", by_count=True)
    empty = pl.lit([], dtype=STRINGS)
    general = pl.lit([GENERAL], dtype=STRINGS)
    summed = (
        reviews.join(scores, on="review", how="left")
        .join(kinds, on="review", how="left")
        .join(themes, on="review", how="left")
        .sort("review")
        .with_columns(pl.col("kinds", "themes").fill_null(empty))
    )
    specific = pl.col("themes").list.set_difference(general)
    return summed.with_columns(
        complaint_text=_probability(pl.col("logit")),
        complaint=_probability(pl.col("logit") + _by_stars()),
        themes=pl.when(specific.list.len() > 0)
        .then(pl.col("themes").list.filter(pl.element() != GENERAL))
        .otherwise("themes"),
        pain_points=empty,
    ).select(key, *(pl.col(name).cast(kind) for name, kind in REVIEWS.items()))


def _ranked(pieces: pl.DataFrame, column: str, *, by_count: bool) -> pl.DataFrame:
    """The distinct values of a list column per review, by how many mentions hold them, then by first appearance."""
    counted = (
        pieces.select("review", "row", column)
        .explode(column)
        .drop_nulls(column)
        .group_by("review", column)
        .agg(pl.len().alias("n"), pl.col("row").min().alias("row"))
    )
    order = ["review", "n", "row", column] if by_count else ["review", column]
    descending = [False, True, False, False] if by_count else [False, False]
    return counted.sort(order, descending=descending).group_by("review", maintain_order=True).agg(column)
