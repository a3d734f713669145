"""What points to a person is masked, and nothing else is."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.reading.personal import UNSEEN, blanked, mask, names_person
from reports.writing.text import plain

ENV = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
CASES = tomllib.loads(Path(__file__).with_name("personal_cases.toml").read_text("utf-8"))


@pytest.mark.parametrize(("text", "masked"), [(c["text"], c["masked"]) for c in CASES["mask"]])
def test_what_points_to_a_person_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", [c["text"] for c in CASES["keep"]])
def test_prices_versions_dates_and_ratings_stay(text: str) -> None:
    assert mask(text) == text


def test_there_are_cases_and_traps_enough() -> None:
    assert len(CASES["mask"]) >= 50
    assert sum(len(c["text"].split(",")) for c in CASES["keep"]) >= 50


FORMS = (
    "06.##.##.##.##", "06 ## ## ## ##", "06-##-##-##-##", "0171/#######", "030/#######", "(11) 9####-####",
    "(11) ####-####", "6## ### ###", "(###) ###-####", "07### ######", "+49 171 #######",
)  # fmt: skip
SAID = ("Ask {} for it.", "Call me on {} tonight.", "({})")


def quantity(number: str) -> bool:
    """Whether it may as well be one, or a row of sizes: thousands, or all its parts end in a nought."""
    return number.endswith(" 000") or all(part.endswith(("0", "99")) for part in number.split())


@pytest.mark.parametrize("form", FORMS)
def test_a_phone_number_of_a_usual_form_is_masked_whatever_its_digits(form: str) -> None:
    dice = random.Random(7)
    for said in SAID * 1000:
        number = re.sub("#", lambda _: dice.choice("0123456789"), form)
        assert "[phone]" in mask(said.format(number)) or quantity(number), said.format(number)


def test_what_a_report_leaves_out_of_a_text_hides_nothing_from_the_mask() -> None:
    everything = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)  # no halves of a pair
    shown, seen = plain(everything), re.sub(f"[{UNSEEN}]", "", everything)
    assert set(seen) - set(shown) == set("\n\r\t\u2028\u2029")  # blanks, there
    assert len(everything) - len(seen) > 200


def test_where_nothing_is_masked_a_text_comes_back_letter_by_letter() -> None:
    assert mask("It\u00adbroke  \u200bin 2024\u20132025.") == "It\u00adbroke  \u200bin 2024\u20132025."


LINKS = {
    "https://store.steampowered.com/profiles/76561190000000007/recommended/900000/": True,
    "https://www.reddit.com/user/jodoe/comments/1/": True,
    "https://forum.example/u/jodoe/activity": True,
    "https://video.example/@jodoe/1": True,
    "https://www.trustpilot.com/users/5f00/": True,
    "https://www.trustpilot.com/reviews/5f00aa": False,
    "https://apps.apple.com/us/app/inkpad/id123456789": False,
    "https://news.ycombinator.com/item?id=123": False,
    "https://wordpress.org/support/topic/it-broke-555-555-0142/": False,
    "https://github.com/billory/desktop/issues/7": False,
    "https://addons.mozilla.org/addon/tab-shelf/reviews/7/": False,
}


@pytest.mark.parametrize(("url", "is_persons"), LINKS.items())
def test_addresses_of_people_are_told_from_those_of_reviews(url: str, is_persons: bool) -> None:
    assert names_person(url) is is_persons


def test_masked_words_are_no_words() -> None:
    assert blanked("mail jo@mail.example or @jodoe_1 now") == "mail  0  or  0  now"
    assert blanked("call 555-555-0142 now") == "call 555-555-0142 now"  # whoever counts words leaves out numbers


MATERIAL = st.lists(
    st.sampled_from([*(c["text"] for c in CASES["mask"]), *(c["text"] for c in CASES["keep"])]), max_size=3
)


@given(st.one_of(MATERIAL.map(" ".join), st.text(), st.text("0123456789 +-().,/@#:abIBANorder")))
def test_a_masked_text_stays_as_it_is(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.text(st.characters(exclude_categories=["Nd"], exclude_characters="@＠/#_.[({<")))
def test_words_alone_stay(text: str) -> None:
    assert " dot " in text or mask(text) == text


HOSTILE = [
    "a" * 100_000, "1" * 100_000, "1 " * 50_000, "1-" * 50_000, "@" * 100_000, "a@" * 50_000, "a.@" * 33_000,
    "a@b." * 25_000,
    "+1(" * 33_000, "0 (" * 33_000, "order " * 16_000, "order no. " * 10_000 + "!", "call me on " * 9_000,
    "u/" * 50_000,
    "http://" * 14_000, "a." * 50_000 + "/", "-" * 100_000, "AB12" * 25_000, "4111 " * 20_000, "x at y dot " * 9_000,
    "[at]" * 25_000, "账号" * 50_000, "@小" * 50_000, "(" * 100_000, "a-" * 50_000 + "@b", "1." * 50_000,
    "a" * 99_000 + "#1234",
    "\u200d" * 60_000, "a\u200d" * 30_000, "\u200b" * 60_000, "1\u2013" * 30_000, "06." * 20_000, "06 " * 20_000,
    "(11) 9" * 10_000, "612 " * 15_000, " " * 60_000, "12.05.24-" * 7_000, "05/12/24 " * 7_000, "1:" * 30_000,
    "123e4567-" * 11_000, "www." * 25_000, "a_" * 50_000 + "@", "+" * 100_000, "1 000 " * 16_000, "insta:" * 16_000,
]  # fmt: skip


def test_no_text_takes_long() -> None:
    """100 kB each in a process of its own: a pattern that backtracks would take hours, this takes a second or so."""
    code = (
        "import sys, json; from reports.reading.personal import mask\n"
        "for text in json.load(sys.stdin): mask(text + chr(10) + 'x@y.example')"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], input=json.dumps(HOSTILE), text=True, timeout=120, env=ENV, check=False
    )
    assert done.returncode == 0
