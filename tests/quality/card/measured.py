"""Every figure of the card, in its order: `labelled` on the set that ships, `measured` on the corpora.

All scores come from what `unmet read` publishes, by the text alone unless a figure says that stars are given. A text
that is not read (null) counts as undecided: a probability of 0.5, a sentiment of 0, no kind, no theme. Where stars are
given, those of such a text are what `complaint` goes by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl

from card import baselines, corpora, scores
from card.baselines import Starred
from card.scores import Flags
from reports.reading.read import Reading
from reports.rules import Rules
from reports.rules.accuracy import Measure

RECALL = 0.92
"""Of the bug reports and requests, so many must be found; what counts is how little else is picked with them."""


@dataclass(frozen=True)
class Skipped:
    """A figure that cannot be measured here, and why."""

    name: str
    why: str


def bug_or_request(reviews: pl.DataFrame) -> pl.Expr:
    """How much a review is worth a developer's look, from two published columns.

    Those with the kind `bug` or `request` first, then all others; within both, the likelier complaint first.
    """
    flagged = pl.col("kinds").list.eval(pl.element().is_in(["bug", "request"])).list.any()
    return flagged.cast(pl.Float64) + pl.col("complaint").fill_null(0.5) / 2


def measured(folder: Path, rules: Rules, *, beside: bool) -> Iterator[Measure | Skipped]:
    """All figures; `beside`: with the baselines, and with what makes no claim, which takes minutes."""
    starred = Starred(folder) if beside else None
    yield from _complaints(folder, rules, starred)
    yield from _kinds(folder, rules, beside=beside)
    yield _suggestions(folder, rules, beside=beside)
    yield _reasons(folder, rules, beside=beside)
    yield _comparisons(folder, rules, beside=beside)
    yield _winners(folder)
    yield from _sentiment(folder, rules, beside=beside)
    yield _chinese(folder, rules)
    if beside:
        yield _features(folder, rules)


def _complaints(folder: Path, rules: Rules, starred: Starred | None) -> Iterator[Measure]:
    told = (
        ("food-delivery", corpora.food_delivery, 0.972, "delivery app reviews of 1–2 against 4–5 stars"),
        ("productivity-apps", corpora.productivity_apps, 0.915, "app store reviews of 1–2 against 4–5 stars"),
        ("steam-aspects", corpora.steam, 0.84, "long game reviews that advise against or for the game"),
    )
    for name, load, target, on in told:
        texts, low = load(folder)
        beside = {}
        if starred:
            whole = texts.whole()
            beside = {
                "VADER": scores.roc_auc(low, -baselines.vader(whole)),
                "n-grams fitted on other reviews' stars": scores.roc_auc(low, starred.complaint(whole)),
            }
        yield _auc(f"{name}/complaint", on, texts.read(rules), low, target, beside)


def _chinese(folder: Path, rules: Rules) -> Measure:
    texts, negative = corpora.chinese_delivery(folder)
    on = "Chinese delivery reviews, negative against positive"
    return _auc("chinese-delivery/complaint", on, texts.read(rules), negative, 0.88, {})


def _features(folder: Path, rules: Rules) -> Measure:
    texts, against = corpora.product_features(folder)
    beside = {"VADER": scores.roc_auc(against, -baselines.vader(texts.body))}
    on = "sentences for or against a product's feature (others of the same reviews were learned from)"
    return _auc("product-features/complaint", on, texts.read(rules), against, None, beside, learned=True)


def _auc(
    name: str, on: str, reading: Reading, yes: Flags, target: float | None, beside: dict[str, float], *,
    learned: bool = False,
) -> Measure:  # fmt: skip
    said = reading.reviews["complaint_text"]
    value = scores.roc_auc(yes, said.fill_null(0.5).to_numpy())
    what = "tell a complaint from praise"
    return Measure(name, what, on, "ROC AUC", len(yes), said.null_count(), value, target, beside, {}, learned)


def _kinds(folder: Path, rules: Rules, *, beside: bool) -> Iterator[Measure]:
    texts, labels = corpora.review_kinds(folder)
    reading = texts.read(rules)
    unread = reading.reviews["complaint_text"].null_count()
    right = np.array(labels)
    wanted = (right == "Bug") | (right == "Feature")
    on = "app reviews with their stars, by people"
    value, recall = scores.precision_at_recall(
        wanted, reading.reviews.select(score=bug_or_request(reading.reviews))["score"].to_numpy(), RECALL
    )
    others = {}
    if beside:
        others["stars, VADER and word list"] = scores.precision_at_recall(wanted, baselines.gate(texts), RECALL)[0]
    what = "pick out bug reports and requests, missing few"
    parts = {"precision": value, "recall": recall}
    name = "review-kinds/bug-or-request"
    yield Measure(name, what, on, "precision", len(right), unread, value, 0.57, others, parts)
    for label, kind, what, target in (
        ("Feature", "request", "name a feature request", 0.50),
        ("Bug", "bug", "name a bug report", 0.62),
    ):
        yes = right == label
        others = {}
        if beside:
            others["n-grams fitted on this set"] = scores.f1(yes, baselines.cross_validated(texts.whole(), yes))
        said = reading.reviews["kinds"].list.contains(kind).to_numpy()
        yield _f1(f"review-kinds/{kind}", what, on, yes, said, unread, target, others)


def _suggestions(folder: Path, rules: Rules, *, beside: bool) -> Measure:
    texts, suggests = corpora.suggestions(folder, "test")
    reading = texts.read(rules)
    said = reading.reviews["kinds"].list.contains("request").to_numpy()
    others = {}
    if beside:
        train, train_suggests = corpora.suggestions(folder, "train")
        others = {
            "word list": scores.f1(suggests, baselines.says(baselines.REQUEST, texts.body)),
            "n-grams fitted on the train split": scores.f1(
                suggests, baselines.fitted(train.body, train_suggests, texts.body)
            ),
        }
    unread = reading.reviews["complaint_text"].null_count()
    on = "sentences of a forum (its test split), by people"
    return _f1("suggestions/request", "name a suggestion", on, suggests, said, unread, 0.65, others)


def _reasons(folder: Path, rules: Rules, *, beside: bool) -> Measure:
    texts, right = corpora.complaint_reasons(folder)
    reviews = texts.read(rules).reviews
    said = reviews["themes"].list.first().fill_null("none").to_list()
    others = {}
    if beside:
        for number in (len(set(right)), len(set(said))):
            others[f"{number} k-means clusters"] = scores.nmi(right, baselines.clusters(texts.body, number))
    what, on = "sort complaints by theme as people do", "negative sentences of app reviews, by people"
    unread, value = reviews["complaint_text"].null_count(), scores.nmi(right, said)
    return Measure("productivity-apps/theme", what, on, "NMI", len(right), unread, value, None, others, {})


def _comparisons(folder: Path, rules: Rules, *, beside: bool) -> Measure:
    texts, compares = corpora.comparisons(folder)
    reading = texts.read(rules)
    comparing = set(reading.mentions.filter(pl.col("compared_with").is_not_null())["key"])
    said = np.array([number in comparing for number in range(len(compares))])
    others = {}
    if beside:
        others = {
            "word list": scores.f1(compares, baselines.says(baselines.COMPARES, texts.body)),
            "n-grams fitted on this set": scores.f1(compares, baselines.cross_validated(texts.body, compares)),
        }
    unread = reading.reviews["complaint_text"].null_count()
    on = "sentences of product reviews and forums, by people"
    return _f1("jindal-liu/compared", "notice a comparison", on, compares, said, unread, 0.75, others)


def _winners(folder: Path) -> Measure | Skipped:
    name = "compsent19/winner"
    if find_spec("reports.reading.winning") is None:
        return Skipped(name, "there is no reports/reading/winning.py")
    who_wins = import_module("reports.reading.winning").who_wins
    rows, right = corpora.winners(folder)
    said = [who_wins(*row) or "none" for row in rows]
    commonest = max(sorted(set(right)), key=right.count)
    others = {"always the commonest": scores.macro_f1(right, [commonest] * len(right))}
    parts = {"right": sum(a == b for a, b in zip(right, said, strict=True)), "of": len(right)}
    what, on = "say which of two things wins, or neither", "sentences that name two things, by people"
    value = scores.macro_f1(right, said)
    # no claim: a pattern of winning.py (`luke:`) occurs in one sentence of this set and hardly anywhere else
    return Measure(name, what, on, "macro F1", len(right), 0, value, None, others, parts, learned=True)


def _sentiment(folder: Path, rules: Rules, *, beside: bool) -> Iterator[Measure]:
    told: list[tuple[str, str, str, float | None, bool]] = [
        ("amazonReviewSnippets", "amazon", "sentences of product reviews, each rated by 20 people", 0.66, False),
        ("nytEditorialSnippets", "news", "sentences of newspaper editorials, each rated by 20 people", None, False),
    ]
    if beside:
        told += [
            ("tweets", "tweets", "tweets, each rated by 20 people", None, True),
            ("movieReviewSnippets", "movies", "sentences of film reviews, each rated by 20 people", None, True),
        ]
    for file, place, on, target, learned in told:
        texts, mean = corpora.rated_sentences(folder, file)
        said = texts.read(rules).reviews["sentiment"]
        unread, value = said.null_count(), scores.pearson(mean, said.fill_null(0.0).to_numpy())
        others = {"VADER": scores.pearson(mean, baselines.vader(texts.body))} if beside else {}
        name, what = f"{place}/sentiment", "feel how good or bad it is"
        yield Measure(name, what, on, "Pearson r", len(mean), unread, value, target, others, {}, learned)


def _f1(
    name: str, what: str, on: str, yes: Flags, said: Flags, unread: int, target: float | None, others: dict[str, float]
) -> Measure:
    precision, recall = scores.precision_recall(yes, said)
    parts = {"precision": precision, "recall": recall}
    return Measure(name, what, on, "F1", len(yes), unread, scores.f1(yes, said), target, others, parts)
