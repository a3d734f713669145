"""Floors (`floors.toml`): no figure may fall below its own. They are raised on request, and lowered by hand alone."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from reports.rules.accuracy import Measure

FILE = Path(__file__).parents[1] / "floors.toml"
STEP = 0.005
"""Floors are measured figures, less a hair for other machines' arithmetic, rounded down to this."""
HAIR = 0.001


def load() -> Mapping[str, float]:
    """Figure -> the least it may be."""
    floors: dict[str, float] = tomllib.loads(FILE.read_text("utf-8"))["floors"]
    return floors


def below(measures: Iterable[Measure], floors: Mapping[str, float]) -> list[str]:
    """The figures under their floor, one line each."""
    return [
        f"{m.name}: {m.value:.4f}, and its floor is {floors[m.name]}"
        for m in measures
        if m.name in floors and m.value < floors[m.name]
    ]


def raised(text: str, measures: Iterable[Measure]) -> str:
    """The file's text with every floor raised to what is measured, rounded down, and with floors for new figures."""
    for measure in measures:
        fresh = max(0, math.floor((measure.value - HAIR) / STEP)) * STEP
        line = re.compile(rf'^("{re.escape(measure.name)}" = )([0-9.]+)', re.MULTILINE)
        if found := line.search(text):
            text = line.sub(rf"\g<1>{max(fresh, float(found[2])):.3f}", text)
        elif not measure.learned:
            text += f'"{measure.name}" = {fresh:.3f}\n'
    return text
