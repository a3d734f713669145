"""Which sentences a report quotes: clear on their own, about this need and this rival, by different people."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reports.reading.read import read
from reports.rules import default
from reports.weighing import form, gaps, quotes
from reports.weighing.evidence import Evidence, Window
from reports.weighing.quotes import Quote

RIVALS = ["Alder", "Birch", "Cedar"]
NAMES = {name.lower(): name for name in RIVALS}
RULES = replace(default(), names=NAMES)


def said(
    text: str, stars: float = 1, rival: str = "Alder", theme: str = "support", day: int = 1, month: int = 5, **more: Any
) -> dict[str, Any]:
    return {
        "text": text, "stars": stars, "rival": rival, "theme": theme, "written": datetime(2026, month, day, tzinfo=UTC),
        **more,
    }  # fmt: skip


def quoted(reviews: list[dict[str, Any]], theme: str, side: str = "complaint", most: int = 4) -> list[Quote]:
    """What would be quoted under a theme's gap, were these the market's reviews."""
    bodies = pl.DataFrame(
        {
            "key": [f"{n:03}" for n in range(len(reviews))],
            "title": "",
            "body": [r["text"] for r in reviews],
            "stars": [float(r["stars"]) for r in reviews],
            "language": "en",
        }
    )
    facts = bodies.select("key", "stars").with_columns(
        competitor=pl.Series([r["rival"] for r in reviews]),
        author=pl.Series([r.get("author", f"person {n}") for n, r in enumerate(reviews)]),
        written=pl.Series([r.get("written") for r in reviews], dtype=pl.Datetime("us", "UTC")),
        listing=pl.lit("https://shop.example"),
        url=pl.lit(None, dtype=pl.String),
        row=pl.lit(None, dtype=pl.Int64),
        helpful=0,
    )
    evidence = Evidence(
        Window(None, None), pl.DataFrame(), pl.DataFrame(), read(bodies, RULES).mentions.join(facts, on="key")
    )
    called = {name: name for name in RIVALS}
    how, chosen = ("praises", quotes.praises) if side == "praise" else ("complains", quotes.complaints)
    said = gaps._mentions(evidence.mentions, theme, RIVALS, how, RULES)
    return chosen(gaps._heard(said, how, RULES, NAMES, called), RIVALS, set(), most)


def labelled(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name(name).read_text("utf-8"))["mentions"]
    return [{"side": "complaint", **mention} for mention in found]


@pytest.mark.parametrize(
    ("name", "found"),
    [("quotes_labelled.toml", 0.7), ("quotes_unseen.toml", 0.5)],
    ids=["worked on", "unseen"],
)
def test_nearly_all_that_may_be_quoted_is_worth_it(name: str, found: float) -> None:
    """Before there were rules of form, 29 of 52 and 21 of 36 were; missing a good one costs less than a bad one."""
    mentions, chosen = labelled(name), []
    for theme, side in sorted({(m["theme"], m["side"]) for m in mentions}):
        some = [m for m in mentions if (m["theme"], m["side"]) == (theme, side)]
        chosen += [some[int(q.key)]["good"] for q in quoted(some, theme, side, most=len(some))]
    assert sum(chosen) >= 0.9 * len(chosen)
    assert sum(chosen) >= found * sum(m["good"] for m in mentions)


def test_a_quote_that_tells_of_another_rival_is_no_evidence() -> None:
    own = said("Support has not answered my four letters since March.")
    other = said("Switched to Birch, where support replied to me within an hour.", stars=2)
    assert [q.text for q in quoted([other, own], "support")] == [own["text"]]


def test_nobody_is_quoted_twice() -> None:
    one = said("Support has not answered my four letters since March.", author="same")
    two = said("Support never replies to anything that I write to them.", author="same")
    assert len(quoted([one, two], "support")) == 1


def test_the_rivals_take_turns_and_pain_points_are_spread() -> None:
    crash = "The app crashes every time I open the list of customers"
    reviews = [said(f"{crash}, number {n}.", theme="reliability", day=n + 1) for n in range(3)]
    reviews += [said("The screen freezes whenever I scroll past the tenth entry.", theme="reliability", month=4)]
    reviews += [said("Crashes at once when I open my list of suppliers.", rival="Birch", theme="reliability", month=3)]
    found = quoted(reviews, "reliability", most=3)
    assert [(q.competitor, "crash" in q.text.lower()) for q in found] == [
        ("Alder", True),
        ("Birch", True),
        ("Alder", False),
    ]


def test_of_equals_the_newest_comes_first() -> None:
    reviews = [said(f"Support never answered the letter that I sent in week {n}.", month=n) for n in (4, 6)]
    assert [q.written and q.written.month for q in quoted(reviews, "support")] == [6, 4]


FORM = pl.Series(
    [
        "The export stops at the hundredth line and says nothing about it.",
        "This app cannot open the files that it wrote itself last week.",
        "打了五六个电话都没有人接听。",
        "I lost a whole day of notes because nothing had been saved.",
    ]
)
NO_FORM = pl.Series(
    [
        "And the export stops at the hundredth line and says nothing about it.",
        "On top of that the yearly price is not the one that I had been shown.",
        "They get a letter with my bank details, as if from my grandmother.",
        "This is what happened to me too when I opened it on the train.",
        "The export stops at the hundredth line, and when I open it the",
        "The export stops at the hundredth line of the list,",
        "THE EXPORT STOPS AT THE HUNDREDTH LINE AND NOBODY CARES",
        "A driver named Borislav threw my parcel over the garden fence.",
        "Write to me at @fernlight or on 0170 555 0142 if it happens to you too.",
        "Write to me on 0170\u00ad5550142 or to me@\u200bfernlight.example if you can.",
        "My number is 0170\u2013555\u20130142 for whoever wants to know of it.",
        "2. The export stops at the hundredth line and says nothing about it.",
        "After an experience like this, nobody will trust the export again.",
        "Too short.",
        "但是说好送的果汁怎么没有送来。",
        "The export " + "stops and then goes on and " * 12 + "ends.",
    ]
)


@pytest.mark.parametrize(("texts", "stands"), [(FORM, True), (NO_FORM, False)], ids=["whole", "not whole"])
def test_what_stands_on_its_own(texts: pl.Series, stands: bool) -> None:
    frame = pl.DataFrame({"text": texts, "start": 0, "_exact": False})
    assert frame.filter(form.whole() != stands)["text"].to_list() == []


def test_the_middle_of_a_sentence_is_no_quote() -> None:
    clause = pl.DataFrame({"text": "though it never once answered my letters.", "start": [0, 24], "_exact": True})
    assert clause.select(form.whole()).to_series().to_list() == [False, False]
    lower = pl.DataFrame({"text": "support never once answered my four letters.", "start": [0, 24], "_exact": True})
    assert lower.select(form.whole()).to_series().to_list() == [True, False]


def test_a_trouble_that_is_over_is_no_complaint() -> None:
    over = said("I no longer have to worry that support never answers my letters.", stars=3)
    assert quoted([over], "support") == []


def test_no_sentence_is_passed_over_for_those_before_it_that_may_not_be_quoted() -> None:
    good, bad = (
        "The export fails every single time that I try it here.",
        "and it fails every single time that I try it.",
    )
    texts = [bad] * 700 + [good] * 100 + [bad] * 3000 + [good] * 100
    rows = pl.DataFrame({"text": texts}).with_columns(
        key=(pl.int_range(pl.len()) // 2).cast(pl.String), place=pl.int_range(pl.len()), start=0, _exact=pl.lit(False)
    )
    for some in (rows, rows.head(720), rows.head(500), rows.tail(150), rows.clear()):
        by_definition = some.filter(form.whole()).unique("key", keep="first", maintain_order=True)
        assert quotes._first(some).equals(by_definition.head(quotes.LOOKED_AT))
    assert quotes._first(rows)["place"].to_list() == [*range(700, 800, 2), *range(3800, 3820, 2)]
