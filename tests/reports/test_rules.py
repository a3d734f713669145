"""The rules: every rule finds its examples and leaves its traps alone, and a broken file is refused in one line."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reports.rules import FILES, HERE, Cue, Rules, RulesError, default, load

EXAMPLES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("rules_examples.toml").read_text())
WHOLE = ("demographics", "uses")
"""Files of `signals/` whose sentences serve here too, where `rules_examples.toml` has none for a segment."""
GROUPS = {"kinds": "kinds", "motive": "motives", "need_level": "need_levels"}
GROUPS |= {"loyalty": "loyalty", "comparing": "comparing"}
SINGLE = ("complaint", "praise", "churn", "urgency", "switched_from", "switched_to", "compared")


def tables(rules: Rules) -> Iterator[tuple[tuple[str, ...], Cue]]:
    """Every rule and the path to its examples."""
    yield from ((("themes", theme.slug), theme.cues) for theme in rules.themes)
    yield from ((("segments", segment.slug), segment.cues) for segment in rules.segments)
    yield from ((("workarounds", each.slug), each.cues) for each in rules.workarounds)
    for group, field in GROUPS.items():
        yield from (((group, key), cue) for key, cue in getattr(rules, field).items())
    yield from (((name,), getattr(rules, name)) for name in SINGLE)


TABLES = dict(tables(default()))


def lowered() -> Iterator[tuple[str, dict[str, list[str]]]]:
    """The segments that only whole sentences exemplify, as the cues see these."""
    for name in WHOLE:
        table = tomllib.loads((Path(__file__).parent / "signals" / f"{name}.toml").read_text())
        for slug, lists in table["segments"].items():
            yield slug, {key: [text.lower() for text in texts] for key, texts in lists.items()}


EXAMPLES["segments"] = dict(lowered()) | EXAMPLES["segments"]


def any_of(expressions: tuple[str, ...]) -> str:
    return rf"\b(?:{'|'.join(expressions)})\b"


def matched(cue: Cue, clauses: list[str]) -> set[str]:
    texts = pl.Series(clauses)
    blanked = texts.str.replace_all(any_of(cue.blanks), " ") if cue.blanks else texts
    return set(texts.filter(blanked.str.contains(any_of(cue.cues))))


def examples(path: tuple[str, ...]) -> dict[str, list[str]]:
    found: Any = EXAMPLES
    for key in path:
        found = found.get(key, {})
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize("path", TABLES, ids=".".join)
def test_a_rule_finds_its_hits(path: tuple[str, ...]) -> None:
    hits = examples(path).get("hits", [])
    assert len(set(hits)) >= 5
    assert matched(TABLES[path], hits) == set(hits)


@pytest.mark.parametrize("path", TABLES, ids=".".join)
def test_a_rule_leaves_its_traps_alone(path: tuple[str, ...]) -> None:
    traps = examples(path).get("traps", [])
    assert len(set(traps)) >= 5
    assert matched(TABLES[path], traps) == set()


def test_every_example_belongs_to_a_rule() -> None:
    named: set[tuple[str, ...]] = set()
    for name, table in EXAMPLES.items():
        named |= {(name,)} if "hits" in table else {(name, key) for key in table}
    assert named == set(TABLES)


@pytest.mark.parametrize("path", TABLES, ids=".".join)
def test_a_cue_begins_and_ends_where_a_word_does(path: tuple[str, ...]) -> None:
    """A cue that ends with punctuation can never match, because it is tried as `\\b(?:cue)\\b`."""
    cue = TABLES[path]
    assert [each for each in (*cue.cues, *cue.blanks) if each != each.strip() or each[-1] in ",.!"] == []


@pytest.mark.parametrize(
    ("field", "clause", "name"),
    [
        ("switched_from", "i switched from palmnote", "palmnote"),
        ("switched_from", "former tunely user", "tunely"),
        ("switched_to", "we moved over to northmail", "northmail"),
        ("switched_to", "use blinko instead", "blinko"),
        ("compared", "the search is better than palmnote", "palmnote"),
        ("compared", "unlike tunely", "tunely"),
        ("compared", "not as quick as foodgo", "foodgo"),
    ],
)
def test_the_other_product_is_captured(field: str, clause: str, name: str) -> None:
    captures = [pl.Series([clause]).str.extract(rf"\b(?:{cue})\b", 1).item() for cue in getattr(default(), field).cues]
    assert name in captures


def test_the_names_fit_a_report() -> None:
    for theme in default().themes:
        assert len(theme.name.split()) <= 5, theme.name
        assert theme.name[0].isupper(), theme.name
        for sentence in (theme.need, theme.benefit):
            assert sentence[0].islower(), sentence
            assert not sentence.endswith("."), sentence
    names = [theme.name for theme in default().themes]
    assert len(set(names)) == len(names)


def test_words_that_name_a_topic_carry_no_feeling() -> None:
    assert {default().lexicon[word] for word in ("support", "free", "like", "play", "share", "please")} == {0}


def test_the_version_follows_the_content(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    assert load(folder).version == default().version
    assert len(default().version) == 12
    (folder / "lexicon.tsv").write_text((folder / "lexicon.tsv").read_text() + "wobbly\t-1.5\tfailure\n")
    assert load(folder).version != default().version
    assert load(folder).lexicon["wobbly"] == -1.5


def copied(folder: Path) -> Path:
    for file in FILES:
        shutil.copy(HERE / file, folder / file)
    shutil.copytree(HERE / "zh", folder / "zh")
    return folder


THEME = 'name = "N"\nneed = "n"\nbenefit = "b"\ntier = "works"\nstage = "use"\nlever = "product"\ncues = ["x"]\n'


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "themes.toml",
            "",
            "[Speedy]\n" + THEME,
            "themes.toml, 'Speedy': a slug is lower-case letters and digits joined by hyphens. Rename it.",
        ),
        (
            "themes.toml",
            "",
            "[new]\ncolour = 1\n" + THEME,
            "themes.toml, new: unknown key 'colour'. The keys are name, need, benefit, tier, stage, lever, cues, not.",
        ),
        (
            "themes.toml",
            "",
            "[new]\n" + THEME.replace('need = "n"\n', ""),
            "themes.toml, new: 'need' is missing. Add it.",
        ),
        (
            "themes.toml",
            "",
            "[new]\n" + THEME.replace('"N"', "7"),
            "themes.toml, new.name: must be text in quotes, not 7.",
        ),
        (
            "themes.toml",
            "",
            "[new]\n" + THEME.replace("works", "great"),
            "themes.toml, new.tier: 'great' is not one of works, pleasant, loved.",
        ),
        (
            "themes.toml",
            "",
            "[new]\n" + THEME.replace("use", "eat"),
            "themes.toml, new.stage: 'eat' is not one of discover, order, deliver, use, bill, support, leave.",
        ),
        (
            "themes.toml",
            "",
            "[new]\n" + THEME.replace("product", "luck"),
            "themes.toml, new.lever: 'luck' is not one of product, price, promotion, channel, people.",
        ),
        (
            "themes.toml",
            "",
            "[new]\n" + THEME.replace('["x"]', "[]"),
            "themes.toml, new.cues: must be a list of expressions in quotes.",
        ),
        (
            "themes.toml",
            "",
            "[new]\n" + THEME.replace('"x"', '"x(?=y)"'),
            "themes.toml, new.cues: 'x(?=y)' does not compile. "
            "Polars uses Rust regexes: no look-around, no back-references.",
        ),
        (
            "themes.toml",
            "",
            "[new]\n" + THEME.replace('"x"', '"iPad"'),
            "themes.toml, new.cues: 'iPad' has a capital and would never match. Write it in lower case.",
        ),
        (
            "themes.toml",
            "",
            "[new]\n" + THEME.replace('"x"', '"(a|b)"'),
            "themes.toml, new.cues: '(a|b)' captures 1 groups, not 0. Write (?: ) instead of ( ).",
        ),
        (
            "themes.toml",
            "",
            "[new]\n" + THEME.replace('"x"', '"{nope} x"'),
            "themes.toml, new.cues: no word {nope}. Define it in [words] of cues.toml, above its use.",
        ),
        (
            "cues.toml",
            "[switched_from]\ncues = [\n",
            '[switched_from]\ncues = [\n  "left it",\n',
            "cues.toml, switched_from.cues: 'left it' captures 0 groups, not 1. "
            "Put the product's name in one group ( ).",
        ),
        (
            "cues.toml",
            "[urgency]",
            "[hurry]",
            "cues.toml, the file: unknown key 'hurry'. The keys are complaint, praise, churn, urgency, switched_from, "
            "switched_to, compared, kinds, motive, need_level, loyalty, segments, comparing, "
            "workarounds.",
        ),
        (
            "cues.toml",
            "[kinds.question]",
            "[kinds.riddle]",
            "cues.toml, kinds: unknown key 'riddle'. The keys are bug, request, question.",
        ),
        (
            "cues.toml",
            'kind = "demographic"',
            'kind = "age"',
            "cues.toml, segments.parents.kind: 'age' is not one of segment, demographic, use.",
        ),
        (
            "cues.toml",
            "\n[words]\n",
            "\n[words]\nsad = '(?!x)'\n",
            "cues.toml, words.sad: '(?!x)' does not compile. "
            "Polars uses Rust regexes: no look-around, no back-references.",
        ),
        (
            "lexicon.tsv",
            "",
            "good -1\n",
            "lexicon.tsv, line LAST: must be word, valence and reason, with a tab between.",
        ),
        ("lexicon.tsv", "", "two words\t1\tx\n", "lexicon.tsv, line LAST: 'two words' must be one word in lower case."),
        (
            "lexicon.tsv",
            "",
            "wobbly\tbad\tx\n",
            "lexicon.tsv, line LAST: the valence of 'wobbly' is 'bad', not a number from -4 to 4.",
        ),
        (
            "lexicon.tsv",
            "",
            "wobbly\t-5\tx\n",
            "lexicon.tsv, line LAST: the valence of 'wobbly' is -5. It must lie between -4 and 4.",
        ),
        ("lexicon.tsv", "", "support\t0\tx\n", "lexicon.tsv, line LAST: 'support' stands there twice. Keep one."),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    folder = copied(tmp_path)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1) if old else text + "\n" * (file != "lexicon.tsv") + new)
    with pytest.raises(RulesError) as error:
        load(folder)
    told = str(error.value)
    assert "\n" not in told
    assert told == message.replace("LAST", str(len(text.splitlines()) + 1))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "cues.toml").unlink()
    with pytest.raises(RulesError) as error:
        load(folder)
    expected = f"cues.toml is missing in {folder}: the rules are {', '.join(FILES)}."
    assert str(error.value) == expected


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "lexicon.tsv").write_bytes(b"caf\xe9\t1\tx\n")
    with pytest.raises(RulesError) as error:
        load(folder)
    assert str(error.value) == "lexicon.tsv: byte 3 is not UTF-8. Save the file as UTF-8."


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "themes.toml").write_text("[")
    with pytest.raises(RulesError) as error:
        load(folder)
    assert str(error.value).startswith("themes.toml is not TOML: ")
    assert "\n" not in str(error.value)


def test_a_table_must_be_a_table(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "themes.toml").write_text("speed = 1\n")
    with pytest.raises(RulesError) as error:
        load(folder)
    assert str(error.value) == "themes.toml, speed: must be a table. Write [speed] on a line of its own."
