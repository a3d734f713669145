"""Pain points as data: each cue finds what it says, and a broken file is refused in one line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import polars as pl
import pytest

from reports import rules
from reports.reading.cues import PLAIN
from reports.reading.said import SAID, worded
from reports.rules import HERE, RulesError, pains, wording
from reports.rules.wording import going, inflected, plural

WORDS = (HERE / wording.FILE).read_text("utf-8")
POINTS = (HERE / pains.FILE).read_text("utf-8")
NEW = '["no snooze button"]\nthemes = ["features"]\ncues = ["no snooze"]\n'


def spoken() -> Iterator[tuple[int, str, str]]:
    """Every cue said in every way that differs by one word: the number of its pain point, its key, the words."""
    told = tomllib.loads(POINTS)
    lists = {key: value.split("|") for key, value in told.pop("words").items()}

    def words(place: str) -> list[str]:
        return [
            word.replace("#", "7").replace("+", " ")
            for each in place.split("|")
            for word in (lists[each[1:-1]] if each.startswith("{") else [each])
        ]

    for number, point in enumerate(told.values()):
        for key in ("cues", "wishes"):
            for cue in point.get(key, []):
                places = [words(place) for place in cue.split() if place != pains.GAP and not place.endswith("?")]
                for at, place in enumerate(places):
                    for word in place:
                        said = [word if at == n else others[0] for n, others in enumerate(places)]
                        yield number, key, " ".join(said)


def test_every_cue_finds_what_it_says() -> None:
    """No cue holds a word that customers' words are never brought to."""
    known = rules.default().pains
    cues = pl.DataFrame(spoken(), schema={"point": pl.UInt32, "key": pl.String, PLAIN: pl.String}, orient="row")
    cues = cues.with_row_index("row")
    cues = cues.join(worded(cues, known.wording), on="row")
    deaf = []
    for (number, key), said in cues.group_by("point", "key"):
        point = known.points[number]  # type: ignore[call-overload]
        pattern = (point.cues if key == "cues" else point.wishes).pattern
        deaf += [(point.name, text) for text in said.filter(~pl.col(SAID).str.contains(pattern))[PLAIN]]
    assert cues.height > 5000
    assert deaf == []


def test_names_are_fit_to_print() -> None:
    names = [point.name for point in rules.default().pains.points]
    assert len(names) >= 200
    assert all(2 <= len(name.split()) <= pains.MOST_WORDS and name == name.lower() for name in names)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("", NEW.replace('"features"', '"luck"'), "no snooze button.themes: 'luck' is no theme of themes.toml. "
         "Correct it or leave it out."),
        ("", NEW.replace('themes = ["features"]\n', ""), "no snooze button: 'themes' is missing. Add it."),
        ("", NEW.replace('cues = ["no snooze"]\n', ""), "no snooze button: 'cues' is missing. Add it."),
        ("", NEW + "colour = 1\n", "no snooze button: unknown key 'colour'. "
         "The keys are themes, cues, wishes, not, fallback."),
        ("", NEW + "fallback = 1\n", "no snooze button.fallback: must be true or false, not 1."),
        ("", NEW.replace("no snooze button", "No snooze"), "'No snooze': a name is at most 6 words in lower case. "
         "Shorten it."),
        ("", NEW.replace('["no snooze"]', '"no snooze"'), "no snooze button.cues: must be a list of texts in quotes."),
        ("", NEW.replace('"no snooze"', '".."'), "no snooze button.cues: '..' says nothing. Name at least one word."),
        ("", NEW.replace("no snooze", "{nope} snooze", 2).replace('["{nope} snooze button"]', '["no snooze button"]'),
         "no snooze button.cues, '{nope} snooze': no list {nope} in [words]. Define it there."),
        ("", NEW.replace('"no snooze"', '"the snooze"'), "no snooze button.cues, 'the snooze': 'the' is left out of "
         "what cues are tried on. Leave it out here too."),
        ("", "snooze = 1\n" + NEW, "snooze: must be a table. Write [snooze] on a line of its own."),
    ],
)  # fmt: skip
def test_a_broken_pain_point_is_refused(old: str, new: str, message: str) -> None:
    content = new + "\n" + POINTS if new.startswith("snooze") else POINTS + "\n\n" + new
    with pytest.raises(RulesError) as error:
        pains.pains(content, rules.default().pains.wording, [theme.slug for theme in rules.default().themes])
    assert str(error.value) == f"pains.toml, {message}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\n[same]\n", '\n[same]\n"fotograf" = "photos"\n', "same: 'photos' stands under 'fotograf' and 'photo'. "
         "Keep one."),
        ("\n[same]\n", '\n[same]\npictures = "pix"\n', "same: 'pix' stands under 'pictures' and 'photo'. Keep one."),
        ("\n[phrases]\n", '\n[phrases]\nphoto = ["the snap"]\n', "phrases: 'the' is itself written nowhere, as it is "
         "left out. Write it so here."),
        ("\n[phrases]\n", '\n[phrases]\nfotos = ["snap shot"]\n', "phrases: 'fotos' is itself written as 'photo'. "
         "Write it so here."),
        ("\n[phrases]\n", '\n[phrases]\nphoto = "snap shot"\n', "phrases.photo: must be a list of phrases in quotes."),
        ('\nalone = """\n', '\nalone = """\nyodel ', "verbs.alone: 'yodel' is not among verbs.words. Add it there."),
        ("\n[states]\n", '\n[states]\nmoody = "slowly"\n', "states: 'slowly' is itself written as 'slow'. "
         "Write it so here."),
        ("\n[left_out]\n", "\n[left]\n", "the file: unknown key 'left'. "
         "The keys are same, phrases, states, verbs, nouns, modifiers, left_out."),
    ],
)  # fmt: skip
def test_broken_wording_is_refused(old: str, new: str, message: str) -> None:
    assert old in WORDS
    with pytest.raises(RulesError) as error:
        wording.wording(WORDS.replace(old, new, 1))
    assert str(error.value) == f"wording.toml, {message}"


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("stop", {"stops", "stoped", "stoping", "stopped", "stopping"}),
        ("save", {"saves", "saved", "saving"}),
        ("reply", {"replies", "replied", "replying"}),
        ("crash", {"crashes", "crashed", "crashing"}),
        ("play", {"plays", "played", "playing"}),
    ],
)
def test_regular_forms(verb: str, forms: set[str]) -> None:
    assert inflected(verb) == forms


def test_forms_that_names_show() -> None:
    assert [going(verb) for verb in ("skip", "freeze", "reset", "scroll", "tie", "refresh")] == [
        "skipping", "freezing", "resetting", "scrolling", "tying", "refreshing",
    ]  # fmt: skip
    assert [plural(noun) for noun in ("photo", "category", "switch", "key")] == [
        "photos",
        "categories",
        "switches",
        "keys",
    ]


def test_another_language_names_none_yet() -> None:
    assert rules.default().languages["zh"].pains.points == ()
