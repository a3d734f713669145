"""Learns the terms and weights that the project ships, from public corpora: `make learn`.

    python -m reports.learning.shipped ../shared/corpora

writes `learned.tsv` and `learned.toml` of `reports/rules` and prints how well both do on products they have not seen.
Same corpora, same files.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from data.errors import UnmetError
from reports import rules
from reports.learning import fit, material
from reports.reading import judging, terms
from reports.reading.pieces import pieces
from reports.rules import Rules, learned

TERMS_HEAD = """\
# Terms learned from labelled texts by `make learn` (reports/learning); not written by hand. A term is a word or two
# or three neighbours, lower case, without apostrophes, each run of one letter written once ("god aplication"); ^ stands
# for the beginning of a sentence.
# complaint: weight in the logit of "this text complains", from star ratings of apps and rated sentences.
# request: weight in the logit of "this text asks the makers for something", from sentences of a suggestion forum.
term\tcomplaint\trequest
"""
EVIDENCE_HEAD = """\
# How much each kind of evidence counts, on the logit scale; fitted by `make learn` (reports/learning) on texts about
# products that the terms had not seen. lean: the learned terms; sentiment: VADER's compound, -1..1; the others: cues.

"""


def main(argv: list[str]) -> int:
    corpora = Path(argv[0]) if argv else Path("../shared/corpora")
    try:
        learn(corpora, rules.HERE, rules.default())
    except UnmetError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def learn(corpora: Path, folder: Path, known: Rules) -> None:
    """Fits every target and writes the two files into a folder."""
    weights: list[pl.DataFrame] = []
    tables = []
    for target, rows in (("complaint", material.complaints(corpora)), ("request", material.requests(corpora))):
        labels = fit.Labels(rows["yes"].to_numpy(), rows["no"].to_numpy(), rows["group"].to_list())
        heard = judging.heard(pieces(_as_reviews(rows)), known)
        tokens = terms.tokens(heard)
        fitted = fit.terms(tokens, labels)
        unseen = fit.lean_of_unseen(tokens, labels)
        features = np.c_[unseen, _beside(heard, target, rows.height)]
        base, evidence = fit.evidence(features, labels)
        names = learned.TARGETS[target]
        # the terms' own base is part of what was fitted on unseen products, and is the same for every text
        values = (base + evidence[0] * fitted.base, *evidence)
        tables.append(_table(target, dict(zip(names, values, strict=True))))
        weights.append(fitted.weights.rename({"weight": target}))
        print(f"{target}: {rows.height:,} texts, {fitted.weights.height:,} terms\n{tables[-1]}")
        print(_validated(labels, {"terms": unseen, "all evidence": features @ evidence}))
    both = weights[0].join(weights[1], on="term", how="full", coalesce=True).sort("term").fill_null(0.0)
    lines = [f"{term}\t{complaint:.2f}\t{request:.2f}\n" for term, complaint, request in both.iter_rows()]
    (folder / learned.TERMS).write_text(TERMS_HEAD + "".join(lines), "utf-8")
    (folder / learned.EVIDENCE).write_text(EVIDENCE_HEAD + "\n".join(tables), "utf-8")


def _as_reviews(rows: pl.DataFrame) -> pl.DataFrame:
    number = pl.int_range(pl.len(), dtype=pl.UInt32)
    nothing = pl.lit(None, dtype=pl.String)
    return rows.select(review=number, title=nothing, body="text", stars=pl.lit(None, dtype=pl.Float64))


def _beside(heard: pl.DataFrame, target: str, texts: int) -> npt.NDArray[np.float64]:
    """The evidence beside the terms, one row a text: the mean over its mentions, 0 where it has none."""
    values = [value.mean().alias(name) for name, value in judging.evidence(target).items()]
    means = heard.group_by("review").agg(values)
    every = pl.DataFrame({"review": pl.int_range(texts, dtype=pl.UInt32, eager=True)})
    return every.join(means, on="review", how="left", maintain_order="left").drop("review").fill_null(0.0).to_numpy()


def _table(target: str, values: dict[str, float]) -> str:
    return "".join([f"[{target}]\n", *(f"{name} = {value:.3f}\n" for name, value in values.items())])


def _validated(labels: fit.Labels, scores: dict[str, npt.NDArray[np.float64]]) -> str:
    """ROC AUC per product, by terms and weights that have not seen the product."""
    lines = []
    for product in sorted(set(labels.group)):
        of = np.array([each == product for each in labels.group])
        figures = (
            f"{name} {fit.roc_auc(labels.yes[of], labels.no[of], score[of]):.3f}" for name, score in scores.items()
        )
        lines.append(f"  {product}: {', '.join(figures)}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
