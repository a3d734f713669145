"""Tiers, Kano and what moves customers, as they are counted and as they are printed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from reports import rules
from reports.weighing.kano import Category, Effect, Kano
from reports.weighing.statistics import Proportion
from reports.weighing.tiers import Level, Move, Share, Standing, Tiers, tiers
from reports.weighing.weigh import Weighed
from reports.writing import tiers as writing

RULES = rules.default()
NAMES = {"alpha": "Al\\|pha", "beta": "Beta"}


def said(competitor: str, start: int, n: int, theme: str, **told: Any) -> list[dict[str, Any]]:
    """Mentions of a theme, with the tier that reading would give them."""
    tier = next((each.tier for each in RULES.themes if each.slug == theme), None)
    return [
        {"competitor": competitor, "key": f"{competitor}{i}", "themes": [theme], "tier": tier} | told
        for i in range(start, start + n)
    ]


def complaining(competitor: str, start: int, n: int, theme: str, **told: Any) -> list[dict[str, Any]]:
    return said(competitor, start, n, theme, kinds=["complaint"], **told)


def found(evidence_of, mentions: list[dict[str, Any]]) -> Tiers:
    return tiers(
        evidence_of(mentions, {"alpha": 100, "beta": 100, "ours": 50}),
        ["alpha", "beta", "ours"],
        ["alpha", "beta"],
        RULES,
    )


def test_whole_tiers(evidence_of) -> None:
    mentions = [
        *complaining("alpha", 0, 6, "login"),
        *said("alpha", 4, 4, "reliability", kinds=["praise"], mention=1),  # two of them complained of the same tier
        *said("alpha", 20, 2, "content"),
        *said("alpha", 30, 9, "general"),
        *complaining("ours", 0, 1, "ease"),
    ]
    whole = found(evidence_of, mentions)
    assert whole.standings[0] == Standing(
        "alpha",
        (
            Level("works", Proportion(10, 12), Proportion(6, 8), Proportion(4, 8)),
            Level("pleasant", Proportion(0, 12), Proportion(0, 0), Proportion(0, 0)),
            Level("loved", Proportion(2, 12), Proportion(0, 2), Proportion(0, 2)),
        ),
    )
    assert [level.mentions for level in whole.standings[1].levels] == [Proportion(0, 0)] * 3
    assert whole.standings[2].levels[1] == Level("pleasant", Proportion(1, 1), Proportion(1, 1), Proportion(0, 1))


def test_whole_moves(evidence_of) -> None:
    mentions = [
        *complaining("alpha", 0, 40, "price", motive="price"),
        *complaining("alpha", 0, 40, "fees", mention=1),  # the same lever: counted once
        *complaining("alpha", 40, 20, "general", need_level="need"),
        *complaining("beta", 0, 5, "price"),
        *complaining("beta", 5, 55, "general", need_level="need"),
        *said("beta", 60, 30, "price", kinds=["praise"], motive="price"),
        *complaining("ours", 0, 3, "price"),
    ]
    moves = {(move.question, move.answer): move for move in found(evidence_of, mentions).moves}
    assert list(moves) == [
        ("lever", "price"), ("stage", "discover"), ("stage", "order"), ("motive", "price"), ("need", "need"),
    ]  # fmt: skip
    assert moves["lever", "price"] == Move(
        "lever",
        "price",
        Proportion(45, 120),
        (
            Share("alpha", Proportion(40, 60), more=True),
            Share("beta", Proportion(5, 60)),
            Share("ours", Proportion(3, 3)),
        ),
    )
    assert moves["motive", "price"].rivals == Proportion(40, 120)
    assert [share.more for share in moves["need", "need"].shares] == [False, True, False]


def printed(whole: Tiers) -> str:
    weighed = cast("Weighed", SimpleNamespace(tiers=whole, rules=RULES))
    return writing.render({"tiers": writing.section(weighed)}, NAMES)


def test_the_sections_as_they_are_printed() -> None:
    works = Level("works", Proportion(80, 100), Proportion(30, 40), Proportion(10, 40))
    pleasant = Level("pleasant", Proportion(20, 100), Proportion(9, 29), Proportion(20, 29))
    silent = tuple(Level(tier, *[Proportion(0, 0)] * 3) for tier in ("works", "pleasant", "loved"))
    loved = Level("loved", Proportion(0, 100), Proportion(0, 0), Proportion(0, 0))
    move = Move(
        "lever",
        "people",
        Proportion(50, 80),
        (Share("alpha", Proportion(40, 50), more=True), Share("beta", Proportion(10, 30))),
    )
    whole = Tiers(
        standings=(Standing("alpha", (works, pleasant, loved)), Standing("beta", silent)),
        kano=(
            Kano("content", Category.ATTRACTIVE, 30, 1200, Effect(0.1, 0.05), Effect(1.2, 0.1)),
            Kano("login", Category.MUST_BE, 90, 30, Effect(1.5, 0.1), Effect(-0.1, 0.2)),
            Kano("price", Category.UNCLEAR, 30, 30, Effect(0.5, 0.5), Effect(0.5, 0.5)),
            Kano("fees", Category.INSUFFICIENT, 30, 1, None, None),
        ),
        moves=(
            move,
            Move(
                "need", "want", Proportion(4, 80), (Share("alpha", Proportion(4, 50)), Share("beta", Proportion(0, 30)))
            ),
        ),
    )
    assert (
        printed(whole)
        == """\
## Works, pleasant, loved

How much of what is said falls into each tier (share of mentions with a theme), and how many of the reviews that speak \
of it complain or wish, and praise, from 30 reviews on.

|  | It works | It is pleasant | It is loved |
| --- | --- | --- | --- |
| Al\\|pha | 80.0 %: 75.0 % complain, 25.0 % praise | 20.0 % (29 reviews) | 0.0 % (0 reviews) |

## Must-be, performance, attractive

Kano's categories, read from stars: a *must-be* costs more when it fails than it earns when it is done well, an \
*attractive* one the other way round, *performance* does both; tested on the odds of a better rating, which unlike \
stars have no ceiling. Stars are those that a complaint costs and praise earns, all else that a review speaks of held \
equal. A Kano question in your survey settles it.

| Theme | Reading | A complaint costs | Praise earns | Complain | Praise |
| --- | --- | --: | --: | --: | --: |
| In, without a fight | must-be | 1.50 (1.30 to 1.70) | -0.10 (-0.49 to 0.29) | 90 | 30 |
| Always something worth choosing | attractive | 0.10 (0.00 to 0.20) | 1.20 (1.00 to 1.40) | 30 | 1,200 |

Unclear: A price that feels fair. Insufficient for 1 theme: a theme needs 20 rated reviews that complain and as many \
that praise.

## What moves them

Of the 80 reviews of rivals that complain or wish, those that say so; a review may say several things, and most say \
nothing of why. ▲: more often than at the other rivals, beyond chance.

|  |  | Reviews | Al\\|pha | Beta |
| --- | --- | --: | --: | --: |
| What would close it | people | 50 | 80.0 % ▲ | 33.3 % |
| Need or want | want | 4 | 8.0 % | 0.0 % |"""
    )


def test_too_few_is_said_with_both_counts() -> None:
    assert (
        printed(Tiers((), (Kano("fees", Category.INSUFFICIENT, 30, 7, None, None),), ()))
        == """\
## Works, pleasant, loved

Insufficient: no review speaks of a theme.

## Must-be, performance, attractive

Insufficient: a theme needs 20 rated reviews that complain and as many that praise; the best has 7.

## What moves them

Insufficient: this needs 30 complaining reviews; there are 0."""
    )
