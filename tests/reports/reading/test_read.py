"""What a review says, read with the rules that ship. All reviews are invented."""

import polars as pl
import pytest

from reports import rules
from reports.reading.read import MENTIONS, REVIEWS, read

SCHEMA = {"key": pl.String, "title": pl.String, "body": pl.String, "language": pl.String, "stars": pl.Float64}


def reading(*reviews: tuple[str | None, str, float | None]):
    rows = [{"key": str(i), "title": t, "body": b, "language": None, "stars": s} for i, (t, b, s) in enumerate(reviews)]
    return read(pl.DataFrame(rows, schema=SCHEMA), rules.default())


def test_columns_are_the_published_ones():
    found = reading((None, "Support never replies.", 1))
    assert dict(found.reviews.schema) == {"key": pl.String, **REVIEWS}
    assert dict(found.mentions.schema) == {"key": pl.String, **MENTIONS}


def test_offsets_are_exact():
    body = "Great design 😀, but the app crashes every day. Support never replies!\nPlease add a dark mode"
    said = reading((None, body, 2)).mentions
    assert [body[start:end] for start, end in said.select("start", "end").iter_rows()] == said["text"].to_list()
    assert said["mention"].to_list() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The app crashes every time I open it.", "bug"),
        ("Support never replies and the export keeps crashing.", "complaint"),
        ("I was charged twice and cannot get a refund.", "complaint"),
        ("Please add a dark mode.", "request"),
        ("I love this app, works perfectly.", "praise"),
        ("How do I export my notes?", "question"),
    ],
)
def test_kinds_from_the_text_alone(text, kind):
    assert kind in reading((None, text, None)).mentions["kinds"].to_list()[0]


def test_a_rating_is_a_second_witness():
    text = "I ordered it on Monday and the driver came."
    angry, content = (reading((None, text, stars)).reviews["complaint"][0] for stars in (1, 5))
    assert angry > 0.5 > content
    same = [reading((None, text, stars)).reviews["complaint_text"][0] for stars in (1, 5)]
    assert same[0] == same[1]


def test_other_languages_are_recognised_and_never_scored():
    text = "Die App stürzt ständig ab und niemand antwortet auf meine Fragen."
    found = reading(*((None, text, stars) for stars in (None, 1, 3, 5))).reviews
    assert found["language"].to_list() == ["de"] * 4
    for column in ("sentiment", "complaint_text"):
        assert found[column].to_list() == [None] * 4
    assert found["kinds"].to_list() == [[]] * 4


def test_stars_alone_say_whether_a_text_complains_that_is_not_read():
    texts = ("Die App stürzt ständig ab und niemand antwortet.", "", "8010172473", "\u202e|||*#`")
    found = reading(*((None, text, stars) for text in texts for stars in (None, 1, 2, 3, 4, 5))).reviews
    assert found["complaint_text"].to_list() == [None] * 24
    by_stars = [None, 0.9241, 0.8581, 0.5744, 0.2315, 0.0998]  # 1 / (1 + exp(-BY_STARS))
    assert found["complaint"].to_list() == by_stars * 4


def test_a_title_counts_for_the_review_and_is_not_part_of_the_body():
    found = reading(("The app crashes constantly", "See above.", 1))
    assert "reliability" in found.reviews["themes"].to_list()[0]
    assert found.mentions.filter(pl.col("mention") == -1)["text"].to_list() == ["The app crashes constantly"]


def test_empty_and_hostile_texts_are_read_like_any_other():
    found = reading((None, "", 5), (None, "\x00\u202e|||*#`", 1), (None, "a" * 100_000, 1), (None, "😀" * 50, None))
    assert found.reviews.height == 4


def test_nothing_to_read_gives_empty_tables():
    found = read(pl.DataFrame(schema=SCHEMA), rules.default())
    assert found.reviews.height == found.mentions.height == 0


def test_the_same_reviews_read_the_same_in_any_company():
    reviews = [(None, f"The app crashes on page {i}. Great support though.", float(1 + i % 5)) for i in range(50)]
    whole, alone = reading(*reviews), reading(reviews[0])
    assert whole.reviews.head(1).equals(alone.reviews)
    assert reading(*reviews).mentions.equals(whole.mentions)


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("The attendant was rude and the flight was two hours late.", ["staff", "delivery-time"]),
        ("The flight was two hours late and the attendant was rude.", ["delivery-time", "staff"]),
        ("Support hung up on me. My suitcase arrived damaged.", ["support", "baggage"]),
        ("My suitcase arrived damaged. Support hung up on me.", ["baggage", "support"]),
        # what is said twice outweighs what is said first
        ("Support hung up on me. My suitcase arrived damaged. The suitcase has a hole.", ["baggage", "support"]),
    ],
)
def test_themes_stand_in_the_order_of_the_text(text, themes):
    assert reading((None, text, None)).reviews["themes"].to_list() == [themes]
