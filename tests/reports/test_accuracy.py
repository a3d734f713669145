"""The accuracy card on disk."""

import pytest

from reports.rules import FILES, accuracy
from reports.rules.accuracy import Card, Measure
from reports.rules.errors import RulesError

CARD = Card(
    "0123456789ab",
    (
        Measure(
            "a/x", "tell x", "texts", "F1", 10, 1, 0.123456, 0.5, {"VADER": 1 / 3}, {"precision": 0.1, "recall": 1.0}
        ),
        Measure("b/y", "tell y", "texts", "ROC AUC", 9, 0, 0.75, None, {}, {}, learned=True),
    ),
)


def test_a_card_comes_back_as_it_was_but_rounded(tmp_path):
    file = tmp_path / "accuracy.json"
    file.write_text(accuracy.dump(CARD), "utf-8")
    back = accuracy.load(file)
    assert back.rules == CARD.rules
    assert (back.measures[0].value, back.measures[0].baselines) == (0.1235, {"VADER": 0.3333})
    assert accuracy.dump(back) == file.read_text("utf-8")
    assert [m.name for m in back.claims] == ["a/x"]


def test_no_card_is_none(tmp_path):
    assert accuracy.load(tmp_path / "accuracy.json") is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"rules": "x", "measures": [{"name": "a"}]}', "\xff"])
def test_a_damaged_card_is_one_line(tmp_path, text):
    file = tmp_path / "accuracy.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(RulesError, match=r"^accuracy\.json cannot be read .*Write it anew with `make quality`\.$"):
        accuracy.load(file)


def test_the_card_is_not_one_of_the_rules():
    assert accuracy.CARD.name not in FILES
