"""How far to trust the reading, as a report says it."""

from reports.rules.accuracy import Card, Measure
from reports.writing.accuracy import accuracy, section

RULES = "0123456789ab"
CARD = Card(
    RULES,
    (
        Measure("tweets/sentiment", "feel it", "tweets", "Pearson r", 99, 0, 0.9, None, {}, {}, learned=True),
        Measure("amazon/sentiment", "feel it", "sentences", "Pearson r", 3708, 0, 0.7, 0.66, {"VADER": 0.59}, {}),
        Measure("suggestions/request", "name a wish", "sentences", "F1", 833, 9, 0.6, 0.65, {"a": 0.5, "b": 0.4},
                {"precision": 0.504, "recall": 0.75}),
        Measure("food-delivery/complaint", "tell a complaint", "reviews", "ROC AUC", 5992, 606, 0.966, 0.972, {}, {}),
        Measure("labelled/theme", "name the theme", "texts", "share right", 124, 0, 0.5, None, {},
                {"right": 62, "of": 124}),
        Measure("review-kinds/bug-or-request", "pick them", "reviews", "precision", 1887, 0, 0.57, 0.57, {},
                {"precision": 0.57, "recall": 0.923}),
    ),
)  # fmt: skip


def test_figures_of_the_same_rules_are_printed_in_plain_words():
    assert accuracy(section(CARD, RULES), RULES) == (
        """\
## How far to trust the reading

The rules of this report (0123456789ab), on texts whose answer is known and that the rules did not learn from; \
by the text alone unless stars are named. A text that is not read counts as undecided.

| It has to … | Measured on | What to expect | Figure | Others, on the same texts |
| --- | --- | --- | --- | --- |
| tell a complaint | 5,992 reviews (606 not read) | of 100 pairs, one of each, it ranks 97 right; a coin ranks 50 \
| ROC AUC 0.966 | – |
| name the theme | 124 texts | right for 62 of 124 | share right 0.500 | – |
| pick them | 1,887 reviews | it finds 92 of 100; of 100 that it picks, 57 are such | precision 0.570 | – |
| name a wish | 833 sentences (9 not read) | it finds 75 of 100; of 100 that it names, 50 are such \
| F1 0.600 | a 0.500 and b 0.400 |
| feel it | 3,708 sentences | it explains 49 % of how people's ratings differ | Pearson r 0.700 | VADER 0.590 |"""
    )


def test_figures_of_other_rules_are_not_printed():
    assert accuracy(section(CARD, "ba9876543210"), "ba9876543210") == (
        "## How far to trust the reading\n\n"
        "Not known: the rules 0123456789ab were measured, and this report was made with others, ba9876543210."
        " `make quality` measures these."
    )


def test_a_market_that_adds_to_the_measured_rules_says_so():
    told = accuracy(section(CARD, RULES), "ba9876543210")
    assert "(0123456789ab, to which this market adds the names of its rivals and its own rules), on texts" in told
    assert "| tell a complaint |" in told


def test_without_a_card_the_report_says_so():
    assert section(None, RULES) is None
    assert accuracy(None, RULES) == (
        "## How far to trust the reading\n\n"
        "The rules of this report (0123456789ab) have not been measured yet: `make quality` measures them."
    )


def test_what_was_learned_from_is_no_claim():
    assert "tweets" not in accuracy(section(CARD, RULES), RULES)
