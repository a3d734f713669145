"""What a complaint or wish is named, and what is not named at all. All sentences are invented."""

from __future__ import annotations

import random

import polars as pl
import pytest

from reports import rules
from reports.reading import pains
from reports.reading.cues import PLAIN
from reports.reading.read import read
from reports.reading.said import SAID, worded
from reports.rules.pains import MOST_WORDS

SCHEMA = {"key": pl.String, "title": pl.String, "body": pl.String, "language": pl.String, "stars": pl.Float64}


def names(*texts: str, kind: str = "complaint") -> list[str | None]:
    """The names of mentions that all complain, or all ask."""
    mentions = pl.DataFrame({PLAIN: [text.lower() for text in texts], "kinds": [[kind]] * len(texts)})
    return pains.named(mentions, rules.default())["pain_point"].to_list()


def reading(*reviews: str, stars: float | None = 1.0) -> pl.DataFrame:
    rows = [
        {"key": str(i), "title": None, "body": body, "language": None, "stars": stars} for i, body in enumerate(reviews)
    ]
    return read(pl.DataFrame(rows, schema=SCHEMA), rules.default())


COMPLAINTS = {
    # software
    "The app keeps on crashing whenever I rotate it": "keeps crashing",
    "It logged me out again this morning": "logs me out",
    "I am unable to sign in since Tuesday": "can't log in",
    "why is there no offline mode": "no offline mode",
    "Way too many adverts between the levels": "too many ads",
    "my notes won't synchronise with the tablet": "won't sync",
    "It takes forever to load a page": "slow to load",
    "All my notes were deleted after the trip": "lost my notes",
    "since the update the app does not open any more": "won't open after update",
    "I cannot add a photo to my recipe": "can't add photos",
    "there is no way to change the font size": "can't change font size",
    "the camera won't focus": "camera won't focus",
    "I never get any alerts for new mail": "notifications don't arrive",
    "drains my battery in two hours": "drains the battery",
    "the interface is confusing": "poor interface",
    "my account was suspended for nothing": "account banned or blocked",
    "the verification code never arrives": "verification code never comes",
    # money
    "there are hidden charges at the checkout": "too many extra fees",
    "They raised the price of the subscription twice this year": "price went up",
    "I can't find how to cancel my subscription": "can't cancel subscription",
    "I was charged twice for one month": "charged twice",
    "still waiting for my refund after three weeks": "refund never came",
    "you have to pay for everything now": "too much behind a paywall",
    # orders, goods, places, games
    "my parcel came two hours late": "order arrived late",
    "They delivered the wrong dish": "wrong item delivered",
    "two items were missing from the bag": "missing items",
    "The soup arrived stone cold": "food arrived cold",
    "the courier was so rude to my mother": "rude driver",
    "the bathroom was filthy": "dirty rooms or premises",
    "the box was torn open and the sauce had leaked": "damaged or spilled packaging",
    "the zip broke after two weeks": "broke after short time",
    "the missions get repetitive": "repetitive gameplay",
    # people
    "I wrote to support four times and never got a reply": "no reply from support",
    "impossible to reach a human, only a chatbot": "support is only a bot",
}
TRAPS = (
    "worst app ever",
    "I hate it",
    "please help",
    "fix it",
    "it never crashes",
    "no ads, no bugs, just works",
    "used to crash a lot",
    "I have never been logged out",
    "the delivery boy was not rude at all",
    "without any ads this is great",
    "I can't believe how good it is",
    "can't wait for the next version",
    "I cannot recommend it enough",
    "no complaints about the price",
    "I don't have a problem with ads",
    "Anna from the office told me about it",
    "my friend Robert can't come",
    "it adds a nice touch",
    "there is no doubt about that",
    "I love dark mode",
    "nothing is missing here",
    "the driver was not late",
    "cannot fault the support",
    "not too expensive for what it is",
    "we were late because of the rain",
    "no problem logging in",
    "never had to ask for a refund",
    "the crash course was dull",
    "no reason to change",
    "she has no idea what her brother does",
    "I can't call Margaret",
    "stuck at home with a cold",
    "I need a drink",
    "got the hang of it quickly",
)
WISHES = {
    "PLEASE add a dark theme!!": "no dark mode",
    "I wish I could export to pdf": "no export to pdf",
    "please add export to PDF": "no export to pdf",
    "would be nice to have folders": "no folders",
    "Bring back the widget": "no widget",
    "an option to edit messages please": "can't edit messages",
    "please let us change the ringtone": "can't change ringtone",
    "I would love to see more templates": "not enough templates",
    "a landscape view would be great": "no landscape mode",
    "it needs a better translation": "wrong language or translation",
    "please make it even better": None,
    "I wish you all the best": None,
    "please give it a try": None,
}


@pytest.mark.parametrize(("text", "name"), COMPLAINTS.items())
def test_a_complaint_is_named_by_what_fails(text: str, name: str) -> None:
    assert names(text) == [name]


@pytest.mark.parametrize("text", TRAPS)
def test_what_says_nothing_specific_has_no_name(text: str) -> None:
    assert names(text) == [None]


@pytest.mark.parametrize(("text", "name"), WISHES.items())
def test_a_wish_is_named_by_what_lacks(text: str, name: str | None) -> None:
    assert names(text, kind="request") == [name]


@pytest.mark.parametrize("kind", ["praise", "question"])
def test_only_complaints_bugs_and_wishes_are_named(kind: str) -> None:
    assert names("the app keeps crashing", kind=kind) == [None]
    assert names("the app keeps crashing", kind="bug") == ["keeps crashing"]


@pytest.mark.parametrize(
    "texts",
    [
        ("I can't log in", "cannot sign in", "not able to login", "It won't let me sign in!", "UNABLE TO LOG ON"),
        ("can't upload pics", "I am unable to upload my photos", "it doesn't let me upload a picture"),
        ("can't edit messages", "there is no way to edit a message", "no option to edit messages"),
        ("too many ads", "so many adverts", "way too many commercials", "TOO MUCH ADVERTISING"),
        ("support never answers", "customer service does not respond to emails", "no reply from customer care"),
    ],
)
def test_one_pain_has_one_name(texts: tuple[str, ...]) -> None:
    assert len(set(names(*texts))) == 1
    assert None not in names(*texts)


def test_words_are_brought_to_one_form() -> None:
    mentions = pl.DataFrame(
        {"row": [0, 1], PLAIN: ["the apps keep on crashing!", "…"]}, schema_overrides={"row": pl.UInt32}
    )
    assert worded(mentions, rules.default().pains.wording)[SAID].to_list() == [
        " ,  app  keep  crash  ,  , ",
        " ,  ,  , ",
    ]


def test_names_are_short_and_hold_no_words_of_their_own() -> None:
    texts = [
        f"I can't {verb} my {noun}" for verb in ("open", "send", "edit") for noun in ("photo", "margherita", "list")
    ]
    texts += ["no Smith available", "the Jones won't load", "too many Sallys", "broken Peter"]
    found = [name for name in names(*texts) if name]
    assert "can't open photos" in found
    assert max(len(name.split()) for name in found) <= MOST_WORDS
    assert not any(word in name for name in found for word in ("margherita", "smith", "jones", "sally", "peter"))


def test_the_same_words_have_the_same_name_in_any_company() -> None:
    bodies = [f"{text}. Thanks anyway number {n}" for n, text in enumerate((*COMPLAINTS, *TRAPS))]
    whole = reading(*bodies)
    order = random.Random(7).sample(range(len(bodies)), len(bodies))
    shuffled = reading(*(bodies[n] for n in order))
    parts = [reading(*bodies[n : n + 9]) for n in range(0, len(bodies), 9)]
    found = whole.reviews["pain_points"].to_list()
    assert [shuffled.reviews["pain_points"][order.index(n)].to_list() for n in range(len(bodies))] == found
    assert [row for part in parts for row in part.reviews["pain_points"].to_list()] == found
    assert (
        pl.concat([part.mentions for part in parts])["pain_point"].to_list() == whole.mentions["pain_point"].to_list()
    )


def test_a_review_lists_its_pain_points_as_they_appear() -> None:
    found = reading("It logs me out daily. The app keeps crashing! It logged me out twice today. I hate it.")
    assert found.reviews.select("key", "pain_points").rows() == [("0", ["logs me out", "keeps crashing"])]
    said = found.mentions.select("mention", "text", "pain_point").rows()
    assert said == [
        (0, "It logs me out daily.", "logs me out"),
        (1, "The app keeps crashing!", "keeps crashing"),
        (2, "It logged me out twice today.", "logs me out"),
        (3, "I hate it.", None),
    ]


def test_praise_and_other_languages_have_none() -> None:
    found = reading(
        "Love it, works perfectly.", "Die App stürzt ständig ab und niemand antwortet auf meine Fragen.", stars=5.0
    )
    assert found.reviews["pain_points"].to_list() == [[], []]
    assert found.mentions["pain_point"].null_count() == found.mentions.height


def test_a_text_without_words_is_no_obstacle() -> None:
    assert names("!!!", "", "the", "can't log in") == [None, None, None, "can't log in"]
