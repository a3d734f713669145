"""The accuracy card: how well the shipped rules read texts whose answer is known (`accuracy.json`).

Written by `make quality`, never by hand. It is not one of the rules, so measuring does not change their version; it
names the version that was measured, and says nothing about any other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reports.rules.errors import RulesError

CARD = Path(__file__).with_name("accuracy.json")
DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure on one set of texts."""

    name: str
    """What is measured on which set, as `set/question`; never changes, since floors are kept by it."""
    what: str
    """Completes "It has to ..."."""
    on: str
    """The texts, and who says what is right."""
    figure: str
    """`ROC AUC`, `F1`, `precision`, `share right`, `macro F1`, `Pearson r` or `NMI`; more is better, 1 is best."""
    texts: int
    unread: int
    """Texts that were not read; they count as undecided, which costs."""
    value: float
    target: float | None
    """What must be reached; None where nothing was set."""
    baselines: Mapping[str, float]
    """What others reach on the same texts, measured in the same run."""
    parts: Mapping[str, float]
    """What the figure is made of, where it has parts: `precision` and `recall`, or `right` and `of`."""
    learned: bool = False
    """Whether the rules were learned from these texts, or written with them in view: for information, no claim."""


@dataclass(frozen=True, slots=True)
class Card:
    """All figures for one version of the rules."""

    rules: str
    measures: tuple[Measure, ...]

    @property
    def claims(self) -> tuple[Measure, ...]:
        """The figures on texts that the rules had not seen."""
        return tuple(m for m in self.measures if not m.learned)


def load(path: Path = CARD) -> Card | None:
    """The card on disk, None where none was made; raises RulesError on one that cannot be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return Card(found["rules"], tuple(Measure(**measure) for measure in found["measures"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        why = f"{type(error).__name__}: {error}"
        raise RulesError(f"{path.name} cannot be read ({why}). Write it anew with `make quality`.") from None


def dump(card: Card) -> str:
    """The card as JSON text, figures rounded, the same for the same card."""
    measures = [_rounded(asdict(measure)) for measure in card.measures]
    return json.dumps({"rules": card.rules, "measures": measures}, ensure_ascii=False, indent=1) + "\n"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS) + 0.0
    return {k: _rounded(v) for k, v in value.items()} if isinstance(value, dict) else value
