"""A market's own rules: themes, corrections and learned terms beside its file."""

from pathlib import Path

import polars as pl
import pytest

from reports import rules
from reports.reading.read import read
from reports.rules import RulesError
from reports.rules import market as own

SCHEMA = {"key": pl.String, "title": pl.String, "body": pl.String, "stars": pl.Float64, "language": pl.String}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lamps.toml"
    own.folder(path).mkdir()
    return path


def put(file: Path, name: str, text: str) -> rules.Rules:
    (own.folder(file) / name).write_text(text, "utf-8")
    return own.of(file, {})


def mentions(ruleset: rules.Rules, **bodies: str) -> list[tuple[str, list[str], list[str], str | None]]:
    rows = [(key, None, body, None, None) for key, body in bodies.items()]
    found = read(pl.DataFrame(rows, schema=SCHEMA, orient="row"), ruleset).mentions
    return found.select("key", "kinds", "themes", "pain_point").rows()


def test_a_market_without_own_rules_has_the_projects(tmp_path):
    assert own.of(tmp_path / "none.toml", {}) is rules.default()
    assert own.of(None, {}) is rules.default()


def test_names_of_rivals_are_part_of_the_version(tmp_path):
    named = own.of(None, {"jotter": "Jotter"})
    assert named.names == {"jotter": "Jotter"}
    assert named.version != rules.default().version == named.base
    assert own.of(None, {"jotter": "Jotter"}).version == named.version


def test_a_known_theme_gains_cues_another_is_dropped_and_a_new_one_is_added(file):
    ruleset = put(
        file,
        "themes.toml",
        """
        [speed]
        cues = ["treacle"]
        [reliability]
        drop = true
        [shades]
        name = "A shade that fits"
        need = "find a shade that fits"
        benefit = "have the light you wanted"
        tier = "pleasant"
        stage = "discover"
        lever = "product"
        cues = ["lamp ?shades?"]
        """,
    )
    said = mentions(ruleset, a="It moves like treacle.", b="The lampshade is awful.", c="It keeps crashing.")
    assert [(key, themes) for key, _, themes, _ in said] == [("a", ["speed"]), ("b", ["shades"]), ("c", ["general"])]


def test_corrections_are_replayed(file):
    ruleset = put(
        file,
        "corrections.toml",
        """
        [[review]]
        key = "a"
        text = "SECOND charge"
        themes = ["billing"]
        kinds = ["complaint"]
        pain_point = "charged twice"
        [[same]]
        pain_points = ["charged twice"]
        name = "double charge"
        [[ignore]]
        phrase = "Crash Lamp"
        """,
    )
    said = mentions(ruleset, a="I love it. About the second charge, hm.", b="Crash Lamp is lovely.")
    assert said == [
        ("a", ["praise"], ["general"], None),
        ("a", ["complaint"], ["billing"], "double charge"),
        ("b", ["praise"], ["general"], None),
    ]


def test_learned_weights_are_added_and_can_be_left_out(file):
    ruleset = put(file, "learned.tsv", "term\tcomplaint\trequest\ngromet\t9.00\t0.00\n")
    assert [kinds for _, kinds, _, _ in mentions(ruleset, a="It has a grommet inside.")] == [["complaint"]]
    assert own.of(file, {}, unlearned=True).learned is rules.default().learned


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("notes.txt", "", "OWN no such rules. A market's own are themes.toml, corrections.toml, learned.tsv."),
        (
            "themes.toml",
            "a = " + "[" * 20_000,
            "themes.toml: lists or tables within each other hundreds deep. Take them apart.",
        ),
        ("themes.toml", "[speed", "themes.toml is not TOML: Expected ']' at the end of a table declaration"),
        (
            "themes.toml",
            "[speed]\ncolour = 1",
            "themes.toml, speed: unknown key 'colour'. "
            "The keys are name, need, benefit, tier, stage, lever, cues, not, drop.",
        ),
        ("themes.toml", "[kites]\nname = 'Kites'", "themes.toml, kites: 'need' is missing. Add it."),
        (
            "corrections.toml",
            "[review]\nkey = 'a'",
            "corrections.toml, review: must be a table each. Write [[review]] on a line of its own.",
        ),
        (
            "corrections.toml",
            "[[review]]\nkey = 'a'",
            "corrections.toml, review 1: corrects nothing. Give themes, kinds or pain_point.",
        ),
        (
            "corrections.toml",
            "[[review]]\nkey = 'a'\nkinds = ['rant']",
            "corrections.toml, review 1.kinds: 'rant' is not one of bug, complaint, request, praise, question.",
        ),
        (
            "corrections.toml",
            "[[same]]\npain_points = 'x'\nname = 'y'",
            "corrections.toml, same 1.pain_points: must be a list of texts in quotes.",
        ),
        (
            "corrections.toml",
            "[[ignore]]\nphrase = ''",
            "corrections.toml, ignore 1.phrase: must be text in quotes, not ''.",
        ),
        (
            "learned.tsv",
            "term\tcomplaint\trequest\na\t1.00\t0.00\na\t1.00\t0.00\n",
            "learned.tsv: 'a' stands there twice or lacks a weight. Take it from the repository.",
        ),
    ],
    ids=range(11),
)
def test_what_cannot_be_acted_on_is_told_in_one_line(file, name, text, message):
    with pytest.raises(RulesError) as error:
        put(file, name, text)
    told = str(error.value).removesuffix(" (at end of document).")
    assert told == message.replace("OWN", f"{own.folder(file) / name}:")
