"""Whether a mention complains, praises, wishes, reports a bug or asks: all evidence weighed together.

Evidence is heard first (VADER's sentiment, cues, the lean of the learned terms) and then added up on the logit scale
with weights that were fitted to star ratings of other products (`learned.toml`). Stars are a second witness, weighed
by hand: what was learned from stars cannot say what stars are worth beside it.
"""

from __future__ import annotations

import polars as pl

from reports.reading import cues, leans
from reports.reading.gates import Gate
from reports.reading.sentiment import Sentiment
from reports.rules import Rules

LEAN_TO_SENTIMENT = 0.3
"""How steeply a lean becomes sentiment: tanh of the lean times this."""
BY_STARS = {1: 2.5, 2: 1.8, 3: 0.3, 4: -1.2, 5: -2.2}
"""What a rating adds to the logit that its review complains; it says less about one of its sentences."""
STARS_IN_MENTION = 0.6
COMPLAINS = 0.5
"""A mention or review complains from this probability on."""
PRAISES = 0.25
"""At or below this complaint probability, positive sentiment is praise."""
NO_BUG = 0.1
"""At or below this complaint probability, words of failure report no bug: also lovers of a product report bugs."""
REQUESTS = 0.4
"""A mention asks for something from this probability on, which is near the best F1 where one sentence in four asks."""
REQUESTS_WITH_CUE = 0.3
"""The same where a cue says so."""
REVIEW_REQUESTS = 0.6
REVIEW_REQUESTS_WITH_CUE = 0.2
"""The same two where a rating shows that the text is a review: what the terms know of wishes comes from a forum, where
every fourth sentence is one; reviews wish less often and in other words, so cues are trusted more and terms less.
Chosen by the suggestions that people marked in game reviews (F1 .35 with the forum's thresholds, .38 with these)."""


def heard(pieces: pl.DataFrame, rules: Rules, gate: Gate | None = None) -> pl.DataFrame:
    """The pieces with VADER's compound score (`_vader`) and a flag a cue: `_complaint`, `_praise`, `_bug`, ..."""
    vader = Sentiment(rules.lexicon).score(pieces["_heard"])
    return pieces.with_columns(
        pl.Series("_vader", vader, dtype=pl.Float64),
        cues.flag(pieces, rules.complaint, gate).alias("_complaint"),
        cues.flag(pieces, rules.praise, gate).alias("_praise"),
        *(cues.flag(pieces, cue, gate).alias(f"_{kind}") for kind, cue in rules.kinds.items()),
    )


def leaning(pieces: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """The pieces with the lean of the learned terms to each target.

    `_lean_complaint` is that of the mention, `_whole_complaint` that of its whole review.
    """
    return leans.add(pieces, rules.learned)


def evidence(target: str) -> dict[str, pl.Expr]:
    """What is weighed beside the lean for a target: name -> a number for each heard mention."""
    held = {name: pl.col(f"_{name}").cast(pl.Float64) for name in ("complaint", "praise", "request")}
    beside = {"complaint": ("sentiment", "complaint", "praise"), "request": ("request",)}[target]
    return {name: {"sentiment": pl.col("_vader"), **held}[name] for name in beside}


def judged(pieces: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Heard and leaning pieces that have `loyalty` (or null), with `sentiment`, `complaint`, `kinds` and two logits.

    `logit` is that of the mention complaining, `review_logit` that of its whole review, both from the text alone;
    `complaint` is the mention's probability with the stars.
    """
    lean = pl.col("_lean_complaint")
    # a wish is often begun in one clause and finished in the next: both count
    asks = probability(_logit(rules, "request", (pl.col("_lean_request") + pl.col("_whole_request")) / 2))
    pieces = pieces.with_columns(
        sentiment=(pl.col("_vader") + (-LEAN_TO_SENTIMENT * lean).tanh()) / 2,
        logit=_logit(rules, "complaint", lean),
        review_logit=_logit(rules, "complaint", pl.col("_whole_complaint")).mean().over("review"),
        # who tells other customers to stay away speaks to them, not to the makers
        _asks=wishes(asks) & (pl.col("_request") | (pl.col("loyalty") != "warns").fill_null(True)),
    ).with_columns(complaint=probability(pl.col("logit") + STARS_IN_MENTION * by_stars()))
    return pieces.with_columns(kinds=kinds(pl.col("_asks"), pl.col("_question") | _questions(pieces["text"])))


def _questions(texts: pl.Series) -> pl.Series:
    """Whether a word with a question mark behind it is in each text."""
    rows = texts.str.contains("?", literal=True).arg_true()
    asked = texts[rows].str.contains(r"\w\s*\?")
    return pl.zeros(len(texts), pl.Boolean, eager=True).scatter(rows.filter(asked), True)


def kinds(asks: pl.Expr, questions: pl.Expr) -> pl.Expr:
    """The list of what a mention with `sentiment`, `complaint` and the flags of its cues does."""
    complaint = pl.col("complaint")
    praises = (complaint <= PRAISES) & ((pl.col("sentiment") > 0) | pl.col("_praise"))
    held = {
        "bug": pl.col("_bug") & (complaint > NO_BUG),
        "complaint": complaint >= COMPLAINS,
        "request": asks,
        "praise": praises & ~asks,
        "question": questions,
    }
    # looked up among all that there are: faster by half than lists made one by one
    number = pl.sum_horizontal(
        does.fill_null(False).cast(pl.UInt32) * (1 << bit) for bit, does in enumerate(held.values())
    )
    names = [[name for bit, name in enumerate(held) if among >> bit & 1] for among in range(1 << len(held))]
    return pl.lit(pl.Series(names, dtype=pl.List(pl.String))).gather(number)


def wishes(asks: pl.Expr) -> pl.Expr:
    """Whether a mention asks for something: by the probability of that, its cue, and whether it was rated."""
    review = pl.col("stars").is_not_null()
    bare = pl.when(review).then(REVIEW_REQUESTS).otherwise(REQUESTS)
    with_cue = pl.when(review).then(REVIEW_REQUESTS_WITH_CUE).otherwise(REQUESTS_WITH_CUE)
    return (asks >= bare) | (pl.col("_request") & (asks >= with_cue))


def by_stars() -> pl.Expr:
    """What the column `stars` adds to a logit; nothing where there are none."""
    return pl.col("stars").round().cast(pl.Int64).replace_strict(BY_STARS, default=0.0, return_dtype=pl.Float64)


def probability(logit: pl.Expr) -> pl.Expr:
    return 1 / (1 + (-logit).exp())


def _logit(rules: Rules, target: str, lean: pl.Expr) -> pl.Expr:
    weights = rules.learned.evidence[target]
    beside = (weights[name] * value for name, value in evidence(target).items())
    return sum(beside, weights["base"] + weights["lean"] * lean)
