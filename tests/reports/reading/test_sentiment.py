"""VADER asked only about words it knows gives VADER's own scores."""

import hypothesis.strategies as st
import polars as pl
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


@pytest.mark.parametrize(
    "text",
    [
        "good but good and good",
        "it is good but slow, bad but great but bad",
        "Best 🔛🔝",
        "nice💔!😀 really",
        "good\x1cbad\u2003great",
        "without a doubt never so bad",
        "no good or bad, NO GREAT nor awful",
        "this is the least bad, at least good, very least good, least good",
        "THE BOMB and a sort of good, kind-of bad",
        "but",
    ],
)
def test_the_score_is_the_librarys_where_its_rules_meet(text):
    assert Sentiment(LEXICON).score([text]) == [PLAIN.polarity_scores(text)["compound"]]


def test_the_score_is_the_librarys_on_real_texts(shared):
    reviews = pl.read_parquet(shared / "corpora" / "app-stars" / "reviews.parquet")["text"].fill_null("")
    texts = [text.replace("’", "'") for text in reviews.gather_every(100).to_list()]
    assert Sentiment(LEXICON).score(texts) == [PLAIN.polarity_scores(text)["compound"] for text in texts]
