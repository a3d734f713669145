"""Who asks the makers for something: in a review, which has a rating, cues count more and single words less."""

import polars as pl
import pytest

from reports import rules
from reports.reading import cues, judging

REQUEST = rules.default().kinds["request"]


@pytest.mark.parametrize(
    ("probability", "cue", "stars", "asks"),
    [
        (0.50, False, None, True),
        (0.50, False, 3.0, False),
        (0.65, False, 3.0, True),
        (0.25, True, None, False),
        (0.25, True, 3.0, True),
        (0.15, True, 3.0, False),
    ],
)
def test_a_rating_tells_reviews_from_forums(probability, cue, stars, asks):
    said = pl.DataFrame(
        {"p": [probability], "_request": [cue], "stars": [stars]}, schema_overrides={"stars": pl.Float64}
    )
    assert said.select(judging.wishes(pl.col("p"))).item() is asks


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("There should be a map of the branches.", True),
        ("There really needs to be a quiet carriage.", True),
        ("It should remember the page I was on.", True),
        ("The app should just keep my seat.", True),
        ("They ought to lower the booking fee.", True),
        ("Developers need to fix the calendar.", True),
        ("You should try the soup.", False),
        ("It should arrive on Monday.", False),
        ("They should have told me.", False),
        ("There is a map of the branches.", False),
        ("It remembers the page I was on.", False),
        ("The app keeps my seat.", False),
    ],
)
def test_what_should_be_is_a_wish(text, asks):
    said = pl.DataFrame({"text": [text]}).with_columns(cues.plain())
    assert said.select(cues.speaks(REQUEST)).item() is asks
