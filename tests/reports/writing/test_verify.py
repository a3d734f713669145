"""Quotes are found wherever a document holds them."""

from reports.writing.verify import quotes

HERE = {"key": "a", "field": "body", "start": 0, "end": 4, "text": "Word", "stars": 1.0}
THERE = HERE | {"key": "b"}


def test_every_quote_of_a_document_however_deep() -> None:
    document = {
        "gaps": [{"quotes": [HERE], "praise": []}],
        "later": {"parts": [{"text": "no quote", "key": "c"}, [{"said": THERE}]]},
        "phrases": [{"text": "no signal", "mentions": 3}],
    }
    assert list(quotes(document)) == [HERE, THERE]


def test_a_document_without_any() -> None:
    assert list(quotes({"gaps": [], "date": None})) == []
