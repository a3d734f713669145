"""Reviews of 100 kB made to run a careless pattern for hours: reading them takes seconds, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PUMPS = (
    "a",
    "1 ",
    ".",
    "a.",
    "(",
    '"',
    "'",
    "-",
    "~",
    "not ",
    "but ",
    "and the worst, ",
    "a b c, ",
    "。",
    "，",
    "的",
    "不",
    "…",
)
CODE = """
import json, sys
import polars as pl
from reports.reading.read import read
from reports.rules import default
pumps, language = json.loads(sys.argv[1]), sys.argv[2]
told = {"key": pl.String, "title": pl.String, "body": pl.String, "stars": pl.Float64, "language": pl.String}
rows = [(str(n), None, (pump * 100_000)[:100_000], 1.0, language) for n, pump in enumerate(pumps)]
print(read(pl.DataFrame(rows, schema=told, orient="row"), default()).reviews.height)
"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_review_keeps_reading_busy(language: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", CODE, json.dumps(PUMPS), language],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout.strip() == str(len(PUMPS)), done.stderr[-2000:]
