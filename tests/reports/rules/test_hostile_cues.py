"""A market's own cues cannot keep a run busy: each is refused in a line or read with, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CUES = {
    "a repeat of repeats": "(?:(?:(?:a{100}){100}){100})",
    "a long repeat": "a{100000}",
    "repeats side by side": "(?:a?){500}a{500}",
    "what makes others backtrack": "(?:a+)+(?:a|a)*b",
    "many ways": "".join(f"(?:{'|'.join(chr(97 + (n + i) % 26) * 2 for i in range(6))})" for n in range(12)),
    "many ways, not whole": "".join("[abcdefgh]" for _ in range(12)),
    "many words": "|".join(f"word{n}" for n in range(20_000)),
    "deep": "(?:" * 3_000 + "a" + ")" * 3_000,
    "a look around": "(?=(?:a+)+)b",
    "a back reference": r"(a+)\\1+b",
    "classes": r"\\pL{1000}",
}
CODE = """
import sys
from pathlib import Path
import polars as pl
from reports.reading.read import read
from reports.rules import market
from reports.rules.errors import RulesError
try:
    rules = market.of(Path(sys.argv[1]), {})
except RulesError as e:
    print("refused" if chr(10) not in str(e) else "two lines")
else:
    row = {"key": "k", "title": None, "body": "It aaaaaaaaaaaaaaaaa crashes. " * 2000, "stars": 1.0, "language": "en"}
    told = {"key": pl.String, "title": pl.String, "body": pl.String, "stars": pl.Float64, "language": pl.String}
    read(pl.DataFrame([row], schema=told), rules)
    print("read")
"""


@pytest.mark.parametrize("cue", CUES)
def test_no_cue_of_a_market_keeps_a_run_busy(tmp_path: Path, cue: str) -> None:
    folder = tmp_path / "m.rules"
    folder.mkdir()
    (folder / "themes.toml").write_text(
        "[own]\nname = 'Own'\nneed = 'do it'\nbenefit = 'done'\ntier = 'works'\nstage = 'use'\nlever = 'product'\n"
        f'cues = ["{CUES[cue]}"]\n',
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", CODE, str(tmp_path / "m.toml")],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() in {"refused", "read"}, done.stderr[-2000:]
