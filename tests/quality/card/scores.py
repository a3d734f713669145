"""Figures that compare what was read with what is right; more is better, 1 is best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn import metrics

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def roc_auc(yes: Flags, scores: Floats) -> float:
    """The chance that a text of the class scores above one outside it; ties count half."""
    return float(metrics.roc_auc_score(yes, scores))


def precision_recall(yes: Flags, said: Flags) -> tuple[float, float]:
    """Of those named, how many are; of those that are, how many were named. 0 where there are none."""
    precision, recall, *_ = metrics.precision_recall_fscore_support(yes, said, average="binary", zero_division=0.0)
    return float(precision), float(recall)


def f1(yes: Flags, said: Flags) -> float:
    """The harmonic mean of precision and recall."""
    return float(metrics.f1_score(yes, said, zero_division=0.0))


def macro_f1(right: Sequence[str], said: Sequence[str]) -> float:
    """The mean of the classes' F1, so that a rare class counts as much as a common one."""
    return float(metrics.f1_score(right, said, average="macro", zero_division=0.0))


def precision_at_recall(yes: Flags, scores: Floats, least: float) -> tuple[float, float]:
    """The best precision of any cut that finds at least such a share of the class, and the share it finds.

    Texts with the same score are taken together or not at all.
    """
    precision, recall, _ = metrics.precision_recall_curve(yes, scores)
    allowed = np.flatnonzero(recall >= least)
    best = allowed[np.argmax(precision[allowed])]
    return float(precision[best]), float(recall[best])


def nmi(right: Sequence[str], said: Sequence[str] | npt.NDArray[np.int32]) -> float:
    """Normalised mutual information of two groupings (arithmetic mean): 0 when one says nothing of the other."""
    return float(metrics.normalized_mutual_info_score(right, said))


def pearson(right: Floats, said: Floats) -> float:
    """How closely two numbers move together on a straight line, -1..1."""
    return float(np.corrcoef(right, said)[0, 1])
