"""What was learned from labelled texts: terms with weights, and how much each kind of evidence counts.

Written by `make learn`, never by hand; loaded here with every value checked.
"""

from __future__ import annotations

import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from reports.rules.errors import RulesError

TERMS = "learned.tsv"
EVIDENCE = "learned.toml"
TARGETS: Mapping[str, tuple[str, ...]] = {
    "complaint": ("base", "lean", "sentiment", "complaint", "praise"),
    "request": ("base", "lean", "request"),
}
"""What each target weighs: `base` always, `lean` of the learned terms, and the sentiment or cues of that name."""


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """Weights on the logit scale; equal to itself alone, so that what is made of them can be kept for them."""

    terms: pl.DataFrame
    """`term`, and one weight a target, in hundredths, so that sums are exact; 0 where a term says nothing about it."""
    evidence: Mapping[str, Mapping[str, float]]
    """Target -> what it weighs -> weight."""


def learned(terms: str, evidence: str) -> Learned:
    """The two files' contents, checked; raises RulesError."""
    return Learned(_terms(terms), _evidence(evidence))


def _terms(text: str) -> pl.DataFrame:
    schema = {"term": pl.String, **dict.fromkeys(TARGETS, pl.Float64)}
    try:
        frame = pl.read_csv(io.StringIO(text), separator="\t", comment_prefix="#", schema=schema, quote_char=None)
    except pl.exceptions.PolarsError as error:
        line = str(error).splitlines()[0]
        raise RulesError(f"{TERMS} is damaged ({line}). Take it from the repository.") from None
    wrong = frame.filter(pl.any_horizontal(pl.all().is_null()) | pl.col("term").is_duplicated())
    if wrong.height:
        raise RulesError(
            f"{TERMS}: {wrong['term'][0]!r} stands there twice or lacks a weight. Take it from the repository."
        )
    return frame.with_columns((pl.col(list(TARGETS)) * 100).round().cast(pl.Int64))


def _evidence(text: str) -> Mapping[str, Mapping[str, float]]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"{EVIDENCE} is not TOML: {error}. Take it from the repository.") from None
    if set(tables) != set(TARGETS):
        raise RulesError(f"{EVIDENCE} must have the tables {', '.join(TARGETS)}. Take it from the repository.")
    for target, names in TARGETS.items():
        table = tables[target]
        if not isinstance(table, dict) or set(table) != set(names):
            raise RulesError(f"{EVIDENCE}, {target}: must have {', '.join(names)}. Take it from the repository.")
        for name, value in table.items():
            if not isinstance(value, float):
                raise RulesError(f"{EVIDENCE}, {target}.{name}: must be a number with a point, not {value!r}.")
    return MappingProxyType({target: MappingProxyType(tables[target]) for target in TARGETS})


def refined(known: Learned, text: str) -> Learned:
    """What is known, with the weights that a market learned added to it; raises RulesError."""
    targets = list(TARGETS)
    both = pl.concat([known.terms, _terms(text)]).group_by("term").agg(pl.col(targets).sum()).sort("term")
    return Learned(both, known.evidence)
