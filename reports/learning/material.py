"""Labelled texts to learn from, out of a folder of public corpora; the sets that we measure on are not among them.

Left out on purpose, for measuring: food-delivery, productivity-apps, steam-aspects, review-kinds, both comparison sets,
the Amazon sentences of sentiment-intensity (and the products of product-features that they are about), the dev and test
splits of suggestions (and whatever of its train split stands there too).

Nothing is fitted on steam-aspects, but two thresholds were chosen by its `suggestion` labels: `REVIEW_REQUESTS` and
`REVIEW_REQUESTS_WITH_CUE` in `reading/judging.py`. What is measured on that set is another thing, whether a review
advises against the game.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from data.errors import UnmetError

OTHERS = 3.0
"""A text from another source counts as this many app reviews, of which there are a hundred thousand."""
CLEAR = 0.8
"""A rated sentence is for or against only from this mean on (raters gave -4..4)."""
LONG = 40
"""A sentence of so many characters does not stand in two sets by chance."""


class MaterialError(UnmetError):
    """A corpus to learn from is not there."""


def complaints(corpora: Path) -> pl.DataFrame:
    """Texts that complain or praise: `text`, `yes`, `no` (how often it was seen so, weighed), `group`."""
    return pl.concat([_app_stars(corpora), _streaming(corpora), _product_features(corpora), _intensity(corpora)])


def requests(corpora: Path) -> pl.DataFrame:
    """Sentences that suggest something to the makers, or do not; the columns of `complaints`."""
    rows = _csv(corpora / "suggestions" / "forum.csv")
    bare = pl.col("text").str.to_lowercase().str.replace_all("[^a-z0-9]", "").alias("bare")
    rows = rows.with_columns(bare)
    elsewhere = rows.filter(pl.col("split") != "train").select("bare")
    kept = rows.filter(pl.col("split") == "train").join(elsewhere, on="bare", how="anti", maintain_order="left")
    suggests = pl.col("is_suggestion") == "1"
    return kept.select("text", yes=suggests.cast(pl.Float64), no=(~suggests).cast(pl.Float64), group=pl.lit("forum"))


def _app_stars(corpora: Path) -> pl.DataFrame:
    path = _there(corpora / "app-stars" / "reviews.parquet")
    stars = pl.col("rating")
    rows = pl.read_parquet(path).filter(pl.col("text").str.strip_chars() != "", stars != 3)
    return rows.group_by("app", pl.col("text").str.strip_chars(), maintain_order=True).agg(
        yes=(stars <= 2).sum().cast(pl.Float64), no=(stars >= 4).sum().cast(pl.Float64)
    ).select("text", "yes", "no", group="app")  # fmt: skip


def _streaming(corpora: Path) -> pl.DataFrame:
    rows = pl.concat([_csv(corpora / "streaming" / f"{app}.csv") for app in ("apple-tv", "crunchyroll")])
    stars = pl.col("rating").cast(pl.Float64)
    rows = rows.filter(stars != 3, pl.col("review").is_not_null())
    return _two_sided(rows.select(text="review", against=stars <= 2), "streaming")


def _product_features(corpora: Path) -> pl.DataFrame:
    """Sentences by the sum of the strengths that people gave to the features in them.

    Products whose sentences stand among the measured ones are left out whole: some stand there cut differently.
    """
    measured = {_bare(text) for _, text in _rated(corpora, "amazonReviewSnippets")}
    rows = _csv(corpora / "product-features" / "hu-liu.csv").select("product", "features", "sentence").rows()
    seen = {product for product, _, sentence in rows if len(sentence) >= LONG and _bare(sentence) in measured}
    found = []
    for product, features, sentence in rows:
        strength = sum(int(s) for s in re.findall(r"[+-]\d", features or ""))
        if strength and product not in seen:
            found.append((sentence, strength < 0))
    return _two_sided(pl.DataFrame(found, schema=["text", "against"], orient="row"), "product-features")


def _intensity(corpora: Path) -> pl.DataFrame:
    parts = []
    for name in ("tweets", "movieReviewSnippets"):
        clear = [(text, mean < 0) for mean, text in _rated(corpora, name) if abs(mean) > CLEAR]
        parts.append(_two_sided(pl.DataFrame(clear, schema=["text", "against"], orient="row"), name))
    return pl.concat(parts)


def _rated(corpora: Path, name: str) -> list[tuple[float, str]]:
    """Mean rating and text of a file of sentiment-intensity."""
    lines = _there(corpora / "sentiment-intensity" / f"{name}_GroundTruth.txt").read_text("utf-8").splitlines()
    fields = [line.split("\t") for line in lines if line]
    return [(float(mean), text) for _, mean, text in fields]


def _two_sided(rows: pl.DataFrame, group: str) -> pl.DataFrame:
    yes = pl.when("against").then(OTHERS).otherwise(0.0)
    return rows.select("text", yes=yes, no=OTHERS - yes, group=pl.lit(group))


def _bare(text: str) -> str:
    return re.sub("[^a-z0-9]", "", text.lower())


def _csv(path: Path) -> pl.DataFrame:
    return pl.read_csv(_there(path), infer_schema_length=0)


def _there(path: Path) -> Path:
    if not path.is_file():
        raise MaterialError(
            f"{path}: no such file; learning the shipped terms needs the public corpora beside the project"
        )
    return path
