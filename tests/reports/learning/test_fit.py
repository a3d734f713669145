"""Terms are learned jointly, without the names of products, and judged on products not seen."""

import numpy as np
import polars as pl
import pytest

from reports import rules
from reports.learning import fit, refine
from reports.reading import cues, terms


def tokens(texts: list[str]) -> terms.Tokens:
    frame = pl.DataFrame({"review": range(len(texts)), "text": texts}, schema={"review": pl.UInt32, "text": pl.String})
    return terms.tokens(frame.with_row_index("row").with_columns(cues.plain()))


def planted() -> tuple[list[str], fit.Labels]:
    """Four products, whose complaints say "wobbly" and whose praise says "sturdy"; two are named, one has bad luck."""
    texts, yes, group = [], [], []
    for product, (good, bad) in {"lamp": (40, 20), "desk": (30, 30), "chair": (20, 40), "shelf": (30, 30)}.items():
        for number in range(good + bad):
            complains = number >= good
            texts.append(f"the {product} is {'wobbly' if complains else 'sturdy'} number{number % 7} today")
            yes.append(float(complains))
            group.append(product)
    return texts, fit.Labels(np.array(yes), 1 - np.array(yes), group)


def test_what_tells_the_classes_apart_gets_the_weight_and_a_product_name_gets_none():
    texts, labels = planted()
    weights = dict(fit.terms(tokens(texts), labels).weights.iter_rows())
    assert weights["wobly"] > 1
    assert weights["sturdy"] < -1
    assert not {"lamp", "desk", "chair", "shelf"} & weights.keys()
    assert "the" not in weights


def test_the_same_texts_give_the_same_weights():
    texts, labels = planted()
    first, second = (fit.terms(tokens(texts), labels) for _ in range(2))
    assert first.weights.equals(second.weights)
    assert first.base == second.base


def test_unseen_products_are_told_apart_by_what_the_others_taught():
    texts, labels = planted()
    unseen = fit.lean_of_unseen(tokens(texts), labels)
    assert fit.roc_auc(labels.yes, labels.no, unseen) == 1.0


def test_a_text_in_both_classes_counts_in_both():
    labels = fit.Labels(np.array([3.0, 0.0, 1.0] * 4), np.array([1.0, 2.0, 1.0] * 4), ["a", "b"] * 6)
    base, (weight,) = fit.evidence(np.array([[1.0], [0.0], [0.5]] * 4), labels)
    assert weight > 0 > base


@pytest.mark.parametrize(
    ("yes", "no", "scores", "expected"),
    [
        ([1, 1, 0, 0], [0, 0, 1, 1], [4, 3, 2, 1], 1.0),
        ([1, 0], [0, 1], [1, 1], 0.5),
        ([1, 0, 0], [0, 1, 1], [2, 1, 3], 0.5),
        ([2, 0, 0], [0, 3, 1], [5, 1, 9], 0.75),
    ],
)
def test_roc_auc_counts_ties_half_and_weights_whole(yes, no, scores, expected):
    assert fit.roc_auc(*(np.array(v, dtype=float) for v in (yes, no, scores))) == expected


def market(word: str, each: int) -> pl.DataFrame:
    """Three rivals whose complaints hold a word that no general rule knows as one."""
    rows = []
    for rival in ("alder", "birch", "cedar"):
        for number in range(each):
            rows.append((rival, f"It came with a {word} in box {number % 9} today.", 1.0))
            rows.append((rival, f"It came with a label in box {number % 9} today.", 5.0))
    schema = {"competitor": pl.String, "body": pl.String, "stars": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(title=pl.lit(None, dtype=pl.String))


def test_a_market_teaches_its_own_word_and_rivals_not_seen_profit():
    found = refine.refined(market("grommet", 60), rules.default())
    assert found.by_rival
    assert found.reviews == 360
    assert found.before < 0.9 < found.after
    assert dict(found.weights.iter_rows())["gromet"] > 0 > dict(found.weights.iter_rows())["label"]


def test_too_few_ratings_teach_nothing_and_say_so():
    with pytest.raises(
        refine.LearningError, match=r"^too few rated English reviews to learn from: 30 of the rarer kind"
    ):
        refine.refined(market("grommet", 10), rules.default())
