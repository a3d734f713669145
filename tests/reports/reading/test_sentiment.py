"""VADER asked only about words it knows gives VADER's own scores."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from reports import rules
from reports.reading.sentiment import Sentiment

LEXICON = rules.default().lexicon
PLAIN = SentimentIntensityAnalyzer()
PLAIN.lexicon.update(LEXICON)
WORDS = (
    "good GOOD bad great love hate crash no not never without doubt so this very REALLY kind of sort barely least at "
    "the most but app it or nor the shit bomb yeah right hand mouth to :) :-( <3 😀 💔 ok, awful. "
    "n't can't isn't !!! ?? lol"
).split()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "Not good, not bad, but GREAT!!!",
        "no problem or good, nor bad",
        "kind of good",
        "It was never so good",
        "without doubt the best",
        "😀😀 nice💔",
        "at least it works",
        "the least good",
        "yeah right",
        "Ünïcode is good",
        "good\tbad\ngreat",
    ],
)
def test_the_score_is_the_librarys(text):
    assert Sentiment(LEXICON).score([text]) == [PLAIN.polarity_scores(text)["compound"]]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))
def test_the_score_is_the_librarys_in_any_order_of_words(text):
    assert Sentiment(LEXICON).score([text]) == [PLAIN.polarity_scores(text)["compound"]]


def test_a_curly_apostrophe_negates_as_a_straight_one_does():
    curly, straight = Sentiment(LEXICON).score(["It isn’t good", "It isn't good"])
    assert curly == straight < 0
