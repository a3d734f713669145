"""How long reading takes, over a plain loop of VADER on the same texts in the same run."""

from __future__ import annotations

import time
from pathlib import Path

import polars as pl

from card import baselines
from card.corpora import Texts, app_stars
from reports.rules import Rules

RUNS = 2
MOST = 1.5


def ratio(folder: Path, rules: Rules) -> tuple[float, float, int]:
    """Seconds of reading all of app-stars, seconds of VADER, and the number of texts; the best of `RUNS` for both."""
    rows = app_stars(folder)
    texts = Texts(rows["text"].to_list(), stars=rows["rating"].cast(pl.Float64).to_numpy())
    ours, plain = [], []
    for _ in range(RUNS):
        ours.append(_seconds(lambda: texts.read(rules)))
        plain.append(_seconds(lambda: baselines.vader(texts.body)))
    return min(ours), min(plain), len(texts.body)


def _seconds(work: object) -> float:
    assert callable(work)
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
