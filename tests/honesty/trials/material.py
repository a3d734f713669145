"""What trials are made of: reviews that are read once, and markets drawn from them."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from data import review as _review
from data.lake import REVIEWS
from data.market import Competitor, Listing, Market
from data.merging import CHANGES
from data.visit import SCHEMA as VISITS
from reports import rules
from reports.reading.read import read
from reports.weighing.evidence import Evidence, Snapshot, Window, gather
from reports.weighing.momentum import Split

NOW = datetime(2026, 6, 30, tzinfo=UTC)
HERE = Path(__file__).parent
DEMO = HERE.parents[2] / "flows/demo/reviews.jsonl"
Corpus = tuple[str, dict[str, str], str]
"""File, which rows of it, and the column of the text."""
CORPORA: dict[str, Corpus] = {
    "food delivery app": ("food-delivery/reviews.csv", {"app": "Swiggy"}, "content"),
    "note app": ("productivity-apps/reviews.csv", {"app": "evernote-notes-organizer"}, "review"),
    "messenger": ("app-stars/reviews.parquet", {"app": "WhatsApp"}, "text"),
    "streaming app": ("streaming/apple-tv.csv", {}, "review"),
}
MARKETS: dict[str, dict[str, Corpus]] = {
    "note apps": {
        app: ("productivity-apps/reviews.csv", {"app": app}, "review")
        for app in ("evernote-notes-organizer", "notability", "things-3", "microsoft-word")
    },
    "food delivery apps": {
        app: ("food-delivery/reviews.csv", {"app": app.title()}, "content") for app in ("swiggy", "zomato")
    },
}


@dataclass(frozen=True)
class Pool:
    """Reviews that have been read, of one competitor each."""

    name: str
    evidence: Evidence

    @property
    def competitors(self) -> list[str]:
        """Whose reviews they are."""
        return sorted(self.evidence.reviews["competitor"].unique())


def themes() -> list[str]:
    """The themes of the project's rules."""
    return [theme.slug for theme in rules.default().themes]


def gathered(name: str, reviews: pl.DataFrame) -> Pool:
    """Reads reviews: `competitor`, `body`, `rating` and perhaps `title`, `written`, `helpful` and `author`."""
    columns: dict[str, Any] = {
        "market": pl.lit("trial"),
        "listing": pl.format("https://{}.example/reviews", "competitor"),
        "key": pl.format("trial:{}:{}", "competitor", pl.int_range(pl.len())),
        "scale": pl.lit("5"),
        "digest": pl.int_range(pl.len()).cast(pl.String),
        "first_seen": pl.lit(NOW),
    }
    held = reviews.with_columns(**columns)
    missing = {column: pl.lit(None, dtype=kind) for column, kind in REVIEWS.items() if column not in held.columns}
    held = held.with_columns(**missing).select(pl.col(column).cast(kind) for column, kind in REVIEWS.items())
    reading = read(held.with_columns(stars=_review.stars()), rules.default())
    marks = held.select("key", "digest")
    market = Market(
        slug="trial",
        name="Trial",
        competitors=tuple(
            Competitor(slug=slug, name=slug.title(), listings=(Listing(url=f"https://{slug}.example/reviews"),))
            for slug in sorted(held["competitor"].unique())
        ),
    )
    snapshot = Snapshot(
        market,
        held,
        marks.join(reading.reviews, on="key"),
        marks.join(reading.mentions, on="key"),
        pl.DataFrame(schema=VISITS),
        pl.DataFrame(schema=CHANGES),
    )
    return Pool(name, gather(snapshot, rules.default()))


@cache
def invented() -> Pool:
    """The reviews of the demo: three rivals and our own product."""
    frame = pl.read_ndjson(DEMO).select("competitor", "title", "body", pl.col("rating").cast(pl.Float64), "helpful")
    return gathered("invented invoicing apps", frame)


@cache
def real(shared: Path, name: str) -> Pool:
    """Reviews of one product out of the public corpora."""
    return gathered(name, _corpus(shared, *CORPORA[name], "one"))


@cache
def real_market(shared: Path, name: str) -> Pool:
    """A whole market out of the public corpora."""
    frames = [_corpus(shared, *product, rival) for rival, product in MARKETS[name].items()]
    return gathered(name, pl.concat(frames))


def _corpus(shared: Path, file: str, where: dict[str, str], body: str, competitor: str) -> pl.DataFrame:
    path = shared / "corpora" / file
    frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema_length=None)
    for column, value in where.items():
        frame = frame.filter(pl.col(column).cast(pl.String) == value)
    return frame.select(
        pl.lit(competitor).alias("competitor"),
        pl.col(body).cast(pl.String).alias("body"),
        pl.col("rating").cast(pl.Float64, strict=False),
        title=pl.col("title").cast(pl.String) if "title" in frame.columns else pl.lit(None, dtype=pl.String),
    ).drop_nulls("body")


@cache
def planted(kind: str) -> Pool:
    """The invented complaints of a kind, `themed` or `unthemed`, of one and two stars."""
    texts = tomllib.loads((HERE / "planted.toml").read_text("utf-8"))[kind]
    frame = pl.DataFrame({"body": texts, "rating": [1.0 + i % 2 for i in range(len(texts))]})
    return gathered(f"planted {kind}", frame.with_columns(competitor=pl.lit("planted")))


def drawn(parts: Sequence[tuple[Pool, Sequence[str], str]]) -> Evidence:
    """A market of whole reviews out of pools: (pool, keys, competitor) as often as each key is named.

    Every review gets a new key, so that a key named twice is two reviews.
    """
    reviews, statements, mentions = [], [], []
    for number, (pool, keys, competitor) in enumerate(parts):
        chosen = pl.DataFrame({"key": list(keys)}, schema={"key": pl.String}).with_row_index("at")
        new = chosen.with_columns(_new=pl.format("{}-{}", pl.lit(number), "at")).drop("at")
        frames = (pool.evidence.reviews, pool.evidence.statements, pool.evidence.mentions)
        for into, frame in zip((reviews, statements, mentions), frames, strict=True):
            moved = new.join(frame, on="key", how="inner", maintain_order="left_right")
            into.append(
                moved.with_columns(key="_new", competitor=pl.lit(competitor)).drop("_new").select(frame.columns)
            )
    window = parts[0][0].evidence.window
    return Evidence(window, pl.concat(reviews), pl.concat(statements), pl.concat(mentions))


def keys(pool: Pool, competitor: str | None = None) -> list[str]:
    """The counted reviews of a pool, or of one competitor in it, in order."""
    held = pool.evidence.reviews.filter("counted")
    return held.filter(competitor=competitor)["key"].to_list() if competitor else held["key"].to_list()


def parted(pool: Pool, rivals: Sequence[str], seed: int) -> Evidence:
    """The reviews of a pool, dealt out at random among pretend rivals."""
    dealt = keys(pool)
    random.Random(seed).shuffle(dealt)
    return drawn([(pool, dealt[i :: len(rivals)], rival) for i, rival in enumerate(rivals)])


def dated(evidence: Evidence, seed: int, days: int = 180) -> tuple[Evidence, Split]:
    """The evidence with every review on a random moment of so many days, and the two halves that a trend compares."""
    end = np.datetime64(NOW.replace(tzinfo=None), "us")
    seconds = np.random.default_rng(seed).integers(0, days * 86_400, evidence.reviews.height)
    moments = pl.Series("written", end - seconds.astype("timedelta64[s]")).dt.replace_time_zone("UTC")
    when = evidence.reviews.select("key").with_columns(moments)
    reviews, statements, mentions = (
        frame.drop("written").join(when, on="key", how="left", maintain_order="left").select(frame.columns)
        for frame in (evidence.reviews, evidence.statements, evidence.mentions)
    )
    parts = Split(NOW - timedelta(days=days), NOW - timedelta(days=days / 2), NOW)
    return Evidence(Window(parts.before, NOW), reviews, statements, mentions), parts
