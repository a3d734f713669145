"""Mentions cover what was said, in order, at exact offsets. All examples are invented."""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.reading.sentences import split, splits

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
BAR = " | "


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


def check(text: str) -> None:
    """Spans in order, apart, stripped; nothing with a letter or digit left out."""
    spans = split(text)
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert not any(map(str.isalnum, text[at:start]))
        at = end
    assert not any(map(str.isalnum, text[at:]))


WHOLE_OR_CUT = [
    # plain sentences
    "Great app. | It crashes daily!",
    "Why?! | Tell me...",
    "no punctuation at all here",
    "THIS APP IS GREAT. | IT CRASHES. | FIX IT",
    "Hate it!!!1 | Never works!!1!",
    "It never works!! | 1 star",
    "!!!",
    # abbreviations
    "It broke, e.g. the export.",
    "Slower vs. the old one, i.e. unusable.",
    "Dr. Novak and Mrs. Hill use it. | They agree.",
    "It opens at 9 a.m. and closes at 5 p.m. | We came late.",
    "The U.S. version lacks it. | I live in the U.S. | It is fine.",
    "No. 5 is approx. 3 times slower. | No. | It is not.",
    "Notes, tasks etc. are gone. | Notes, tasks etc. | Nothing is left.",
    "It took 10 min. to load. | It took 10 min. | Then it froze.",
    "J. K. Miller wrote it. | Take plan B. | It works.",
    "ordered from Acme Inc. | They never came.",
    # numbers, addresses, files
    "Version 2.1.3 broke it. | Version 4.5 is worse.",
    "It costs 3.99 a month. | I had iOS 14. | Then I updated.",
    "See https://example.org/a?b=c.d for more. | Write to a.b@example.co.uk at once.",
    "Open notes.txt now. | Go to www.example.org or docs.example.com please.",
    "It runs Node.js well.",
    "I love Things 2. | Things 3 is worse.",
    "5/5. | 10/10! | would buy again",
    # blanks missing
    "great app.|Then it broke.|i hate it.|but it is cheap",
    "Good.|Works.|But slow",
    "Love it!|please fix it",
    "works great.|5 stars",
    "this is sh!t",
    # dots, quotes, brackets
    "It costs a lot... and then more.",
    "Well... it works.",
    "good app... | love it... | nothing to add",
    "It crashed...|but I like it",
    'She said "Great app!" and left. | I did too.',
    '"This is bad." | I agree.',
    "(It crashes a lot.) | Then I left.",
    "It was cold (why?) and late. | It was fixed (!) at last.",
    "[b]Great game.[/b] | Anyone can play.",
    # lists and lines
    "First line\n|\n|Second line",
    "good app\n|bad service",
    "Pros:\n|- fast\n|- cheap\n|Cons:\n|- crashes",
    "1. Fast | 2. Cheap | 3. Crashes a lot",
    "Two things: | 1) slow sync | 2) no dark mode",
    "I gave it 2. | It deserves less.",
    "• fast | • cheap | • good",
    "I have been using this for many years and it\nhas always worked until the last update.",
    "I use it with the\nGoogle calendar",
    "nice app | pros: fast | cons: slow on my old phone",
    "It crashed. | EDIT: they fixed it",
    # emoji and emoticons
    "Love it 😍😍",
    "Love it! 😍 | Hate ads!!!",
    "great app 👍 | love it",
    "I ❤️ this app 😍 | It is great",
    "Works well. :) | Thanks!",
    "Love it ;) works great",
    "love it :) | The best one",
    "😍 great app",
    "Great 👩‍👩‍👧 app. 👍🏽 | It crashes",
    # other scripts
    "很好吃！|送餐很快。|但是有点贵，|但还行",
    "बहुत अच्छा है। | लेकिन धीमा है।",
    "هل يعمل؟ | نعم. | ممتاز",
    "とても良い。|すぐ落ちる！",
    # what nobody sees
    "Great\u200b. | \u200bThen it broke\u200d",
    "\ufeffGreat app. | \u202bIt crashes",
    "café\u0301. | Great",
    # entities and semicolons
    "fast &amp; cheap; | ugly",
    "fast; | cheap; | ugly",
    # dashes
    "Great app - | works really well",
    "It takes 10 - 15 minutes",
    "the idea is great—|the execution is poor",
]

CLAUSES = [
    "Great app, | but it crashes",
    "good,|but slow",
    "gud app | bt very slow",
    "Love it | although sync is slow",
    "I like it | even though it is slow",
    "It feels as though nobody cares",
    "Great app though.",
    "It's slow though, | please fix it",
    "Recently though, it has been fine",
    "Great app, | however, it crashes",
    "The app, however, crashes",
    "You can arrange it however you like",
    "Pretty, | yet it crashes",
    "It is simple yet powerful",
    "not yet available in my country",
    "works well | except for the ads",
    "everything except the camera works",
    "It opens every day except Sunday",
    "good app | unfortunately it crashes",
    "It doesn't work unfortunately",
    "It is unfortunately slow",
    "it lasts long, | on the other hand the screen is dim",
    "Works well | apart from the ads and bugs",
    "This sets it apart from other apps",
    "Good maps, | whereas the search is hopeless",
    "Lovely design | despite the many bugs",
    # opened by a concession
    "Although it is pretty, | it crashes",
    "Although pretty, fast and cheap, | it crashes a lot",
    "Despite the bugs, | I love it",
    "While I love the design, | it crashes",
    "While using it, it crashes",
    "Other than that, it is fine",
    # what only looks like a contrast
    "nothing but trouble",
    "anything but good",
    "all but useless",
    "last but not least, the ads",
    "I can't help but love it",
    "I had no choice but to leave",
    "It is not only fast but also cheap",
    "Not only is it slow, but it crashes",
    "Great app but",
    # run on without a stop
    "great app love it | only problem is it crashes",
    "this is the only thing I like",
    "nice and simple | my only complaint is the price",
    "good app | i wish it had dark mode",
    "the one feature i wish it had is sync",
    "awesome app | wish it worked offline",
    "great game | please add more levels",
    "great game | can you please add more levels",
    "Could you please fix this?",
    "love it | it would be great if it had sync",
]


@pytest.mark.parametrize("marked", WHOLE_OR_CUT + CLAUSES)
def test_cuts_where_a_reader_would(marked: str) -> None:
    text = marked.replace(BAR, " ").replace("|", "")
    wanted = [each.strip().strip("\u200b\u200d\ufeff\u202b") for each in marked.split("|")]
    assert pieces(text) == [each for each in wanted if each]


@pytest.mark.parametrize("text", ["", " \n ", "\t", "\u200b \ufeff"])
def test_nothing_said_is_no_mention(text: str) -> None:
    assert split(text) == []


def test_a_comment_belongs_to_what_it_comments_on() -> None:
    assert pieces("... Great app. 😍 !!! \n 👍👍 \n Crashes") == ["... Great app. 😍 !!! \n 👍👍", "Crashes"]


def test_many_texts_at_once_are_cut_as_each_alone() -> None:
    texts = [
        "Great app!", " Great app ! ", "great", "", " ", "…", "!!!", "Fine 😍 😍", "Fine. 😍", "Good, but slow.",
        "even if, it",
        "Nice 😍 Works", "etc.", "Even though it is slow, I like it", "plzzz fix it", "wİsh it was free",
        "a\x1cbut b", "x\u200b",
        "other than the ads, it is fine", "e.g. this", "Good!!1", "Two. Sentences", "line\nLine", "ok:)", "v2.", "but.",
    ]  # fmt: skip
    assert list(splits(pl.Series(texts))) == [split(text) for text in texts]


def test_letters_whose_lower_case_is_longer_move_no_offset() -> None:
    longer = [chr(c) for c in range(sys.maxunicode + 1) if len(chr(c).lower()) != 1]
    assert longer == ["İ"]
    assert pieces("İyi. İİ but slow. İ") == ["İyi.", "İİ", "but slow.", "İ"]


TRICKY = (
    "app Great it I the but however although though, yet except unfortunately please fix wish only problem is not e.g. "
    "U.S. No. 5 3.99 1. 2) Dr. a.b@c.de http://x.y/z?q=1 notes.txt ... … ! ?! !!1 ; :) ;) 😍 👍🏽 ❤️ 👩\u200d👧 - "
    "— • , ( ) \" ' 。 ， 但 好 ！ । ؟ é e\u0301 İ \u200b \ud83d &amp; edit: [/b]"
).split(" ")
WORDS = st.sampled_from([*TRICKY, "\n", "\n\n", "\r\n", "\t", "\u2028", " "])


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.one_of(st.text(max_size=300), st.text(st.characters(), max_size=60)))
def test_any_text_is_covered_in_order(text: str) -> None:
    check(text)


@settings(derandomize=True, deadline=None, max_examples=600)
@given(st.lists(st.tuples(WORDS, st.sampled_from(["", " "])), max_size=30))
def test_any_mixture_of_what_cuts_is_covered_in_order(parts: list[tuple[str, str]]) -> None:
    text = "".join(itertools.chain.from_iterable(parts))
    check(text)
    seen = text.replace("\ud83d", "")  # half a character, which no frame can hold
    assert list(splits(pl.Series([seen, seen.strip()]))) == [split(seen), split(seen.strip())]


UNITS = [
    *(
        "a",
        " ",
        "\n",
        " \n",
        "a ",
        ". ",
        "! ",
        "a.b.",
        "...a",
        "but ",
        "a but ",
        "e.g. ",
        "1. ",
        "😍",
        "😍 ",
        "😍 A",
        ":)",
    ),
    *(
        '" ',
        ".)",
        "; ",
        " - ",
        "a—",
        "•",
        "although a, ",
        "while i love ",
        "please fix ",
        "not only ",
        "\u200b",
        "&amp; ",
    ),
    *("，但", "。", "İ. ", "\ud83d", "edit: ", "(?) ", "x" * 50 + ". ", " " * 50 + "\n", "</b>", ".😍", "2. a "),
]


@pytest.mark.parametrize("unit", UNITS)
def test_time_is_linear_in_the_text(unit: str) -> None:
    """A tenth of a second for 50,000 characters; a quadratic step would take ten or more."""
    began = time.process_time()
    split("Great app. " + unit * (50_000 // len(unit)))
    assert time.process_time() - began < 3


def test_a_long_text_without_an_end_is_one_mention() -> None:
    text = "it goes on and on " * 6_000
    assert split(text) == [(0, len(text) - 1)]


@pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora beside the repository")
def test_every_text_of_the_corpora_is_covered_in_order() -> None:
    for path in sorted(CORPORA.glob("*/*")):
        if path.suffix == ".txt":
            texts = set(path.read_text(encoding="utf-8", errors="replace").splitlines())
        else:
            frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema_length=0)
            texts = {text for column in frame.select(pl.col(pl.String)) for text in column.drop_nulls().unique()}
        for text in texts:
            check(text)
        together = pl.Series(list(texts), dtype=pl.String)
        assert list(splits(together)) == [split(text) for text in texts]
