"""Chinese reviews: where a mention ends, what it says, whether it complains.

Everything else (themes, signals, sums) is read as English is, by the Chinese rules. Nothing here was learned from
stars: sentiment and cues are weighed by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import polars as pl

from reports.reading import cues, judging, signals
from reports.reading.chinese_sentiment import ChineseSentiment
from reports.reading.hanzi import simplified
from reports.rules import Rules

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_CLOSING = r"\"'”’」』）)】》\]"
_PLACES = re.compile(
    rf"(?P<stop>(?:[。！？!?…；;｡～~]|(?<=[{_HAN}”）)])\.(?![0-9a-zA-Z]))+[。！？!?….～~]*[{_CLOSING}]*|\n\s*)"
    rf"|(?P<pause>[,，]+|(?<=[{_HAN}])[ \t\u3000]+(?=[{_HAN}]))"
    r"|(?<=[^,，。！？!?\s再])(?P<but>(?=但是|但(?![求愿凡])|不[过過](?!如此|[了瘾癮关關来來去分])|可是(?!不)|然而|可惜))"
)
"""Where a mention may end: at a full stop, at a pause, before a word that sets it against what follows."""
_BLANK = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
"""Reviewers write a blank where a comma should stand."""
_SAID = re.compile(rf"[{_HAN}0-9]|[a-zA-Z]+")
_LEAST = 4
"""A mention has at least so many characters or words: 好吃，很快 is one."""
_UNFINISHED = re.compile(
    "如果|要是|假如|倘若|若是|因[为為]|由[于於]|只要|除非|不管|无论|無論|既然|就算|[为為]了|建[议議]|希望|比如|例如|尤其|特[别別]是|"
    "第[一二三]|本[来來]"
)
"""A clause that begins so is understood only with the next."""

# The evidence that a mention complains, added up on the logit scale. Set by hand: a clear cue outweighs mild sentiment,
# a clear sentiment outweighs a cue.
BASE = -0.2
BY_SENTIMENT = -3.0
BY_COMPLAINT_CUE = 1.4
BY_BUG_CUE = 0.6
BY_PRAISE_CUE = -1.6


def splits(texts: pl.Series) -> Iterator[list[tuple[int, int]]]:
    """What `split` says of each text."""
    return map(split, texts)


def split(text: str) -> list[tuple[int, int]]:
    """The mentions of a text as (start, end), in order, without blanks at either side.

    Chinese strings clauses together with commas, each about something else (味道不错，送得太慢，态度也差), so a comma
    ends a mention as a full stop does, unless too little has been said or it is the first half of a sentence.
    """
    spans: list[tuple[int, int]] = []
    start = looked = said = 0
    for place in _PLACES.finditer(text):
        said += _said(text, looked, place.start())
        looked = place.end()
        if place.lastgroup != "stop" and (said < _LEAST or _UNFINISHED.match(text, _begin(text, start))):
            continue
        _add(spans, text, start, looked)
        start, said = looked, 0
    _add(spans, text, start, len(text))
    return spans


def _said(text: str, start: int, end: int) -> int:
    return sum(1 for _ in _SAID.finditer(text, start, end))


def _begin(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    return start


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    """Adds a mention; what says nothing, or too little to stand alone, belongs to the one before it."""
    start = _begin(text, start)
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",，"):
        end -= 1
    if start >= end:
        return
    if spans and _said(text, start, end) < (1 if text[start - 1] not in ",， \u3000" else 2):
        spans[-1] = (spans[-1][0], end)
    else:
        spans.append((start, end))


def read(pieces: pl.DataFrame, rules: Rules, names: Mapping[str, str]) -> pl.DataFrame:
    """Pieces of Chinese reviews, read by the Chinese rules: judged, with themes and signals.

    `names`: what a rival is called, in lower case -> its name. `review_logit` is the same for all mentions of a review.
    """
    pieces = signals.themed(judged(heard(pieces, rules)), rules)
    return rivals(signals.signalled(pieces, rules), rules, names)


def heard(pieces: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """The pieces with their plain text in simplified characters, their `sentiment` and a flag for each cue.

    `rules` are the Chinese ones; `pieces` need `_heard`, the text to hear.
    """
    texts = [_BLANK.sub(",", simplified(text)) for text in pieces["_heard"]]
    pieces = pieces.with_columns(pl.Series("_heard", texts, dtype=pl.String)).with_columns(cues.plain("_heard"))
    score = ChineseSentiment(rules.lexicon).score(texts) if texts else []
    return pieces.with_columns(
        pl.Series("sentiment", score, dtype=pl.Float64),
        cues.speaks(rules.complaint).alias("_complaint"),
        cues.speaks(rules.praise).alias("_praise"),
        *(cues.speaks(cue).alias(f"_{kind}") for kind, cue in rules.kinds.items()),
    )


def judged(pieces: pl.DataFrame) -> pl.DataFrame:
    """Heard pieces with the complaint logit from the text, the complaint probability, `kinds`, and `review_logit`.

    For a review the evidence is summed and divided by the square root of the number of its mentions, so that a long
    review is surer than a short one, but not louder by its length alone.
    """
    evidence = (
        BY_SENTIMENT * pl.col("sentiment")
        + BY_COMPLAINT_CUE * pl.col("_complaint")
        + BY_BUG_CUE * pl.col("_bug")
        + BY_PRAISE_CUE * pl.col("_praise")
    )
    pieces = pieces.with_columns(
        logit=BASE + evidence,
        review_logit=BASE + evidence.sum().over("review") / pl.len().over("review").sqrt(),
    ).with_columns(complaint=judging.probability(pl.col("logit") + judging.STARS_IN_MENTION * judging.by_stars()))
    return pieces.with_columns(kinds=judging.kinds(pl.col("_request"), pl.col("_question")))


def rivals(pieces: pl.DataFrame, rules: Rules, names: Mapping[str, str]) -> pl.DataFrame:
    """The pieces with `compared_with`, `switched_from` and `switched_to`, as far as they name a product.

    Nothing in Chinese script tells a name from a word (比飞鸽快, 比乌龟快): of captures in characters only those that
    hold a known name are kept, of those in Latin letters all.
    """
    known = {simplified(alias): name for alias, name in names.items()}
    aliases = "|".join(re.escape(alias) for alias in sorted(known, key=len, reverse=True))
    columns = {
        "compared_with": rules.compared,
        "switched_from": rules.switched_from,
        "switched_to": rules.switched_to,
    }

    def product(raw: pl.Expr) -> pl.Expr:
        latin = raw.str.extract(r"^([a-z][a-z0-9+.]+)", 1)
        return pl.coalesce(raw.str.extract(f"({aliases})", 1).replace(known), latin) if known else latin

    return pieces.with_columns(product(cues.capture(cue)).alias(column) for column, cue in columns.items())
