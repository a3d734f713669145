"""The Chinese rules: every rule finds its examples and leaves its traps alone, and a broken file is refused."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reports.reading import cues
from reports.reading.hanzi import simplified
from reports.rules import FILES, HERE, Cue, Rules, RulesError, default, languages, load

ENGLISH, CHINESE = default(), default().languages["zh"]
EXAMPLES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("rules_examples_zh.toml").read_text("utf-8"))
GROUPS = {"kinds": "kinds", "motive": "motives", "need_level": "need_levels", "loyalty": "loyalty"}
CAPTURES = ("switched_from", "switched_to", "compared")
SINGLE = ("complaint", "praise", "churn", "urgency", *CAPTURES)


def tables(rules: Rules) -> Iterator[tuple[tuple[str, ...], Cue]]:
    """Every rule and the path to its examples."""
    yield from ((("themes", theme.slug), theme.cues) for theme in rules.themes)
    yield from ((("segments", segment.slug), segment.cues) for segment in rules.segments)
    for group, field in GROUPS.items():
        yield from (((group, key), cue) for key, cue in getattr(rules, field).items())
    yield from (((name,), getattr(rules, name)) for name in SINGLE)


TABLES = dict(tables(CHINESE))


def examples(path: tuple[str, ...]) -> dict[str, list[str]]:
    found: Any = EXAMPLES
    for key in path:
        found = found.get(key, {})
    return found  # type: ignore[no-any-return]


def heard(cue: Cue, clauses: list[str]) -> set[str]:
    frame = pl.DataFrame({"text": [simplified(clause) for clause in clauses]}).with_columns(cues.plain())
    held = frame.select(cues.speaks(cue).alias("held"))["held"]
    return {clause for clause, yes in zip(clauses, held, strict=True) if yes}


@pytest.mark.parametrize("path", TABLES, ids=".".join)
def test_a_rule_finds_its_hits_and_leaves_its_traps_alone(path: tuple[str, ...]) -> None:
    hits, traps = examples(path)["hits"], examples(path)["traps"]
    assert len(set(hits)) >= 2
    assert len(set(traps)) >= 2
    assert heard(TABLES[path], hits + traps) == set(hits)


def test_every_example_belongs_to_a_rule_and_every_signal_has_twenty() -> None:
    named: set[tuple[str, ...]] = set()
    for name, table in EXAMPLES.items():
        rules = [table] if "hits" in table else list(table.values())
        named |= {(name,)} if "hits" in table else {(name, key) for key in table}
        assert name in ("themes", "kinds") or sum(len(rule["hits"] + rule["traps"]) for rule in rules) >= 20, name
    assert named == set(TABLES)
    assert all(len(rule["hits"] + rule["traps"]) >= 20 for rule in EXAMPLES["kinds"].values())


@pytest.mark.parametrize("name", CAPTURES)
def test_the_other_product_is_captured(name: str) -> None:
    invented = "(?:甲云|飞鸽|乐记|小笔记|老街坊|青鸟|蓝鲸|慢邮|小山)"
    frame = pl.DataFrame({"text": EXAMPLES[name]["hits"]}).with_columns(cues.plain())
    captured = frame.select(cues.capture(getattr(CHINESE, name)).alias("name"))["name"]
    assert captured.str.contains(f"^{invented}吃?$").all(), captured.to_list()


def test_themes_are_the_english_ones_heard_otherwise() -> None:
    said = [replace(theme, cues=Cue(("x",))) for theme in CHINESE.themes]
    assert said == [replace(theme, cues=Cue(("x",))) for theme in ENGLISH.themes]
    assert {segment.slug: segment.name for segment in CHINESE.segments}.items() <= {
        segment.slug: segment.name for segment in ENGLISH.segments
    }.items()
    assert not any(cue.whole_words for cue in TABLES.values())
    assert CHINESE.version == ENGLISH.version


def test_every_word_is_simplified_and_written_in_lower_case() -> None:
    assert [word for word in CHINESE.lexicon if simplified(word).lower() != word] == []


def copied(folder: Path) -> Path:
    for file in FILES:
        shutil.copy(HERE / file, folder / file)
    shutil.copytree(HERE / "zh", folder / "zh")
    return folder


def test_the_version_follows_the_chinese_files(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    assert load(folder).version == ENGLISH.version
    lexicon = folder / "zh" / "lexicon.tsv"
    lexicon.write_text(lexicon.read_text("utf-8") + "摇摇晃晃\t-1.5\tfailure\n", "utf-8")
    changed = load(folder)
    assert changed.version == changed.languages["zh"].version != ENGLISH.version
    assert changed.languages["zh"].lexicon["摇摇晃晃"] == -1.5


def test_a_folder_without_chinese_speaks_no_chinese(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    shutil.rmtree(folder / "zh")
    assert load(folder).languages == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("themes.toml", "[reliability]", "[sturdiness]", "zh/themes.toml, the file: unknown key 'sturdiness'."),
        ("cues.toml", "[segments.students]", "[segments.pupils]", "zh/cues.toml, segments: unknown key 'pupils'."),
        ("cues.toml", "[motive.price]", "[motive.thrift]", "zh/cues.toml, motives: unknown key 'thrift'."),
        (
            "cues.toml",
            "[churn]\ncues = [",
            '[churn]\ncues = ["(?!走)", ',
            "zh/cues.toml, churn.cues: '(?!走)' does not",
        ),
        ("lexicon.tsv", "\n# ", "\n好吃 2\n# ", "zh/lexicon.tsv, line 2: must be word, valence and reason"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    folder = copied(tmp_path)
    path = folder / "zh" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RulesError) as error:
        load(folder)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "zh" / "cues.toml").unlink()
    with pytest.raises(RulesError, match=r"^zh/cues\.toml is missing in "):
        load(folder)


def test_a_market_is_followed() -> None:
    first, second, *rest = ENGLISH.themes
    own = replace(first, slug="own", name="Own", cues=Cue(("自家",)))
    named = replace(second, name="Renamed", cues=Cue((*second.cues.cues, "磨叽"), second.cues.blanks))
    market = replace(ENGLISH, version="m", names={"乐记": "Leji"}, themes=(named, *rest, own))
    said = languages.following(market, ENGLISH)["zh"]
    assert (said.version, said.names) == ("m", {"乐记": "Leji"})
    assert [theme.slug for theme in said.themes] == [theme.slug for theme in market.themes]
    assert said.themes[0].name == "Renamed"
    assert heard(said.themes[0].cues, ["真磨叽", "太卡了", "自家做的"]) == {"真磨叽", "太卡了"}
    assert heard(said.themes[-1].cues, ["真磨叽", "自家做的"]) == {"自家做的"}
