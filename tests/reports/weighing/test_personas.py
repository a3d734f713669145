"""Who is hurt by what, and whom to serve first, as it is counted and as it is printed."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from reports import rules
from reports.rules import Cue, Segment
from reports.weighing.personas import ENOUGH, Combination, Hurt, Persona, Personas, personas
from reports.weighing.statistics import Proportion
from reports.weighing.weigh import Weighed
from reports.writing import personas as writing

NONE = Cue(())
BAKERS = Segment("bakers", "<Bakers>", NONE)
PAYING = Segment("paying", "Paying customers", NONE)
OLD = Segment("old", "Older people", NONE, "demographic")
CATERING = Segment("catering", "For catering", NONE, "use")
PHONES = Segment("iphone-users", "iPhone users", NONE)
RULES = replace(rules.default(), segments=(BAKERS, PAYING, OLD, CATERING, PHONES))


def said(start: int, n: int, **told: Any) -> list[dict[str, Any]]:
    return [{"competitor": "alpha", "key": f"r{i:03}"} | told for i in range(start, start + n)]


def complaining(start: int, n: int, theme: str, **told: Any) -> list[dict[str, Any]]:
    return said(start, n, mention=1, kinds=["complaint"], themes=[theme], **told)


def found(evidence_of, mentions: list[dict[str, Any]], **read: int) -> Personas:
    return personas(evidence_of(mentions, {"alpha": 500, **read}), ["alpha", "beta"], RULES)


def test_a_whole_group(evidence_of) -> None:
    mentions = [
        *said(0, 8, segments=["bakers"]),
        *said(0, 4, mention=2, segments=["old"]),
        *said(0, 3, mention=3, segments=["catering", "paying"]),
        *complaining(0, 5, "price", motive="price"),
        *complaining(4, 2, "speed", motive="time"),
        *said(6, 1, mention=4, kinds=["request"], themes=["general"]),
        *said(7, 1, mention=4, kinds=["praise"], themes=["price"]),
        *said(20, 9, segments=["paying"]),
        *complaining(20, 3, "speed"),
        *said(40, 5, segments=["iphone-users"], kinds=["bug"], themes=["speed"]),
        *complaining(60, 9, "price"),  # by people who do not say who they are
    ]
    whole = found(evidence_of, mentions)
    assert whole.reviews == Proportion(22, 500)
    assert [(g.segment.slug, g.complains.n) for g in whole.groups] == [
        ("paying", 12), ("bakers", 8), ("iphone-users", 5), ("old", 4), ("catering", 3),
    ]  # fmt: skip
    assert whole.groups[1] == Persona(
        segment=BAKERS,
        complains=Proportion(7, 8),
        apart=7,
        others=Proportion(3, 9),  # not those who name a phone and no more
        price=Proportion(5, 7),
        motives=(("price", 5), ("time", 2)),
        hurts=(Hurt("price", Proportion(5, 8), 5), Hurt("speed", Proportion(2, 8), 2)),
        also={"segment": (("paying", 3),), "demographic": (("old", 4),), "use": (("catering", 3),)},
        scores=None,
    )
    assert whole.first == ()  # of eight reviews
    assert whole.combinations[:3] == (
        Combination("paying", None, None, None, 12),
        Combination("bakers", None, None, None, 8),
        Combination("bakers", None, None, "price", 5),
    )
    assert Combination("bakers", "old", "catering", "price", 3) in whole.combinations
    assert min(cell.reviews for cell in whole.combinations) == 3


def groups(evidence_of, mentions: list[dict[str, Any]]) -> dict[str, Persona]:
    return {group.segment.slug: group for group in found(evidence_of, mentions).groups}


def test_the_sentence_that_says_who_they_are_proves_nothing(evidence_of) -> None:
    others = said(100, 60, segments=["bakers"])
    naming = said(0, 40, segments=["paying"], kinds=["complaint"], themes=["subscription"])
    paying = groups(evidence_of, [*naming, *others])["paying"]
    assert paying.hurts == (Hurt("subscription", Proportion(40, 40), 0),)
    assert (paying.complains, paying.apart, paying.stands_out) == (Proportion(40, 40), 0, False)
    elsewhere = groups(evidence_of, [*naming, *complaining(0, 20, "subscription"), *others])["paying"]
    assert elsewhere.hurts == (Hurt("subscription", Proportion(40, 40), 20, more=True),)
    assert elsewhere.more


def test_first_is_who_hurts_most_and_who_cannot_be_told_apart(evidence_of) -> None:
    calm = said(300, 100, segments=["catering"])
    hurt = [*said(0, 40, segments=["paying"]), *complaining(0, 38, "price")]
    like = [*said(100, 40, segments=["bakers"]), *complaining(100, 36, "speed")]
    less = [*said(200, 40, segments=["old"]), *complaining(200, 22, "offline")]
    assert found(evidence_of, [*calm, *hurt, *like, *less]).first == ("paying", "bakers")


def test_nobody_is_first_where_all_complain_alike(evidence_of) -> None:
    mentions = [
        *said(0, 50, segments=["paying"]),
        *complaining(0, 25, "price"),
        *said(100, 50, segments=["bakers"]),
        *complaining(100, 25, "price"),
    ]
    assert found(evidence_of, mentions).first == ()


def test_a_group_of_fifty_has_opportunities_of_its_own(evidence_of) -> None:
    mentions = [
        *said(0, 50, segments=["paying"]),
        *complaining(0, 30, "price"),
        *said(0, 40, mention=2, kinds=["praise"], themes=["speed"]),
        *complaining(100, 300, "offline"),  # by everybody else
        *complaining(0, 4, "billing"),
    ]
    paying = groups(evidence_of, mentions)["paying"]
    assert paying.scores is not None
    # importance: price 10 sqrt(30 / 40) = 8.66, satisfaction 10 (0 + 1) / (30 + 2) = 0.3; billing has four complaints
    assert [(o.theme, round(o.importance, 2), round(o.satisfaction, 1)) for o in paying.scores] == [
        ("price", 8.66, 0.3)
    ]
    assert paying.scores[0].low < paying.scores[0].score < paying.scores[0].high
    assert groups(evidence_of, mentions[:30])["paying"].scores is None


def test_our_own_customers_are_no_persona_of_the_market(evidence_of) -> None:
    mentions = [{"competitor": "ours", "key": f"o{i}", "segments": ["paying"]} for i in range(9)]
    assert found(evidence_of, mentions, ours=9) == Personas(Proportion(0, 500), (), (), ())


def printed(whole: Personas) -> str:
    weighed = cast("Weighed", SimpleNamespace(personas=whole, rules=RULES))
    return writing.render({"personas": writing.section(weighed)}, {})


def test_the_section_as_it_is_printed(evidence_of) -> None:
    mentions = [
        *said(0, 50, segments=["bakers"]),
        *complaining(0, 40, "price", motive="price"),
        *said(0, 12, mention=2, segments=["catering"]),
        *said(0, 2, mention=3, segments=["old"]),
        *said(100, 60, segments=["paying"]),
    ]
    assert (
        printed(found(evidence_of, mentions))
        == """\
## Who is hurt

**Serve first: &lt;Bakers&gt;.** 40 of 50 reviews complain or wish (67.0–88.8 %), about “A price that feels fair” (40) \
more than others.

110 reviews of 500 (22.0 %) say who their author is or what they use it for. ▲: more than the others of them, \
beyond chance, and not only in the sentence that says so. *Over price*: of the complaining reviews. Empty: fewer than \
3 say so.

| Who | Complain or wish | Over price | Moved by | What hurts | Also | Use it for |
| --- | --- | --- | --- | --- | --- | --- |
| Paying customers | 0 of 60 |  |  |  |  |  |
| &lt;Bakers&gt; | 40 of 50 ▲ | 40 of 40 | price (40) | A price that feels fair (40) ▲ |  | For catering (12) |
| “For catering” | 12 of 12 | 12 of 12 | price (12) | A price that feels fair (12) ▲ | &lt;Bakers&gt; (12) |  |

Opportunity as for the market, over a group's own reviews at all rivals together, from 50 on; (=): others of the group \
cannot be told apart from it.

| Whose | Best opportunity | Complain or wish | Importance | Satisfaction | Opportunity (95 %) |
| --- | --- | --: | --: | --: | --: |
| &lt;Bakers&gt; | A price that feels fair | 40 | 10.0 | 0.2 | 19.8 (19.7–19.8) |"""
    )


def test_too_few_is_said_with_both_counts(evidence_of) -> None:
    few = printed(found(evidence_of, said(0, 9, segments=["bakers"])))
    assert few == (
        "## Who is hurt\n\nInsufficient: a group needs 10 reviews that say who they are; the largest,"
        " &lt;Bakers&gt;, has 9."
    )
    assert printed(found(evidence_of, [])).endswith("who they are; nobody says so.")
    some = printed(found(evidence_of, said(0, 12, segments=["bakers"])))
    assert ENOUGH == 30
    assert "**Whom to serve first** is insufficient: a group needs 30 reviews, and the largest has 12." in some
