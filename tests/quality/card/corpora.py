"""The labelled sets, each as texts and what is right about them.

Which of them the rules learn from stands in `reports/learning/material.py`; those are read here for information only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from card.scores import Flags, Floats
from reports.reading.parallel import Readers
from reports.reading.read import Reading
from reports.rules import Rules

AT_ONCE = 200_000
"""Reviews read in one stretch, as `unmet read` does."""


@dataclass(frozen=True)
class Texts:
    """Texts to read, in order."""

    body: Sequence[str]
    title: Sequence[str | None] | None = None
    stars: Floats | None = None
    """Given to the reading; None where it must judge by the text alone."""

    def whole(self) -> list[str]:
        """Title and body in one, for baselines."""
        titles = self.title or [None] * len(self.body)
        return [f"{title}\n{body}" if title else body for title, body in zip(titles, self.body, strict=True)]

    def read(self, rules: Rules) -> Reading:
        """What the rules make of the texts; the key is a text's number."""
        frame = pl.DataFrame(
            {"body": self.body, "title": self.title, "stars": self.stars},
            schema={"body": pl.String, "title": pl.String, "stars": pl.Float64},
        )
        frame = frame.with_row_index("key").with_columns(language=pl.lit(None, dtype=pl.String))
        with Readers(rules) as readers:
            parts = [readers.read(part) for part in frame.iter_slices(AT_ONCE)]
        return Reading(pl.concat([p.reviews for p in parts]), pl.concat([p.mentions for p in parts]))


def food_delivery(corpora: Path) -> tuple[Texts, Flags]:
    """Delivery reviews, and whether they have 1-2 stars (rather than 4-5)."""
    rows = _csv(corpora / "food-delivery" / "reviews.csv").filter(pl.col("rating") != "3")
    return Texts(rows["content"].to_list()), _low(rows["rating"])


def productivity_apps(corpora: Path) -> tuple[Texts, Flags]:
    """App reviews with titles, and whether they have 1-2 stars (rather than 4-5)."""
    rows = _csv(corpora / "productivity-apps" / "reviews.csv").filter(pl.col("rating") != "3")
    return Texts(rows["review"].to_list(), rows["title"].to_list()), _low(rows["rating"])


def steam(corpora: Path) -> tuple[Texts, Flags]:
    """Long game reviews, and whether they advise against the game."""
    rows = _csv(corpora / "steam-aspects" / "train.csv")
    return Texts(rows["review"].to_list()), (rows["label_recommended"] == "0").to_numpy()


def chinese_delivery(corpora: Path) -> tuple[Texts, Flags]:
    """Chinese delivery reviews, and whether they are negative."""
    rows = _csv(corpora / "chinese-delivery" / "waimai_10k.csv")
    return Texts(rows["review"].to_list()), (rows["label"] == "0").to_numpy()


def app_stars(corpora: Path) -> pl.DataFrame:
    """App reviews with stars: `text`, `rating`, `app`. For baselines to learn from, as the rules do."""
    return pl.read_parquet(corpora / "app-stars" / "reviews.parquet").with_columns(pl.col("text").fill_null(""))


def review_kinds(corpora: Path) -> tuple[Texts, list[str]]:
    """App reviews with stars, and their kind by people: Bug, Feature, UserExperience or Rating."""
    rows = _csv(corpora / "review-kinds" / "reviews.csv")
    stars = rows["rating"].cast(pl.Float64).to_numpy()
    return Texts(rows["comment"].to_list(), rows["title"].to_list(), stars), rows["label"].to_list()


def suggestions(corpora: Path, split: str) -> tuple[Texts, Flags]:
    """Sentences of a forum, and whether they suggest something; the train split without what stands in the others."""
    rows = _csv(corpora / "suggestions" / "forum.csv").with_columns(
        bare=pl.col("text").map_elements(bare, return_dtype=pl.String)
    )
    kept = rows.filter(pl.col("split") == split)
    if split == "train":
        kept = kept.join(rows.filter(pl.col("split") != split), on="bare", how="anti", maintain_order="left")
    return Texts(kept["text"].to_list()), (kept["is_suggestion"] == "1").to_numpy()


def complaint_reasons(corpora: Path) -> tuple[Texts, list[str]]:
    """Negative sentences of app reviews, and the category that people gave them."""
    rows = _csv(corpora / "productivity-apps" / "sentences-gold.csv").filter(pl.col("sentiment") == "negative")
    return Texts(rows["sentence"].to_list()), rows["category"].to_list()


def comparisons(corpora: Path) -> tuple[Texts, Flags]:
    """Sentences, and whether they compare."""
    rows = _csv(corpora / "comparisons" / "jindal-liu.csv")
    return Texts(rows["sentence"].fill_null("").to_list()), (rows["label"] != "none").to_numpy()


def winners(corpora: Path) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Sentences with the two things named in them, and which of them wins: `first`, `second` or `none`."""
    rows = _csv(corpora / "comparisons" / "compsent19.csv")
    wins = {"BETTER": "first", "WORSE": "second", "NONE": "none"}
    return rows.select("sentence", "object_a", "object_b").rows(), [wins[x] for x in rows["most_frequent_label"]]


def rated_sentences(corpora: Path, name: str) -> tuple[Texts, Floats]:
    """Sentences (`amazonReviewSnippets`, ...), and the mean of what 20 people gave them, -4..4."""
    path = corpora / "sentiment-intensity" / f"{name}_GroundTruth.txt"
    fields = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line]
    return Texts([text for *_, text in fields]), np.array([float(mean) for _, mean, _ in fields])


def product_features(corpora: Path) -> tuple[Texts, Flags]:
    """Sentences about products that people found for or against a feature, and whether against.

    Only those that also stand among the rated Amazon sentences: the others are learned from.
    """
    kept_for_measuring = {bare(text) for text in rated_sentences(corpora, "amazonReviewSnippets")[0].body}
    texts, against = [], []
    for features, sentence in _csv(corpora / "product-features" / "hu-liu.csv").select("features", "sentence").rows():
        strength = sum(int(s) for s in re.findall(r"[+-]\d", features or ""))
        if strength and bare(sentence) in kept_for_measuring:
            texts.append(sentence)
            against.append(strength < 0)
    return Texts(texts), np.array(against)


def bare(text: str) -> str:
    """The letters and digits of a text, to tell copies by."""
    return re.sub("[^a-z0-9]", "", text.lower())


def _low(ratings: pl.Series) -> Flags:
    return ratings.is_in(["1", "2"]).to_numpy()


def _csv(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema_length=0)
