"""Who goes where, as it is counted and as it is printed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from data.market import Competitor
from reports import rules
from reports.weighing.quotes import Quote
from reports.weighing.switching import LEAST, Flow, Product, Switching, switches, switching
from reports.weighing.weigh import Weighed
from reports.writing import switching as writing
from reports.writing.verify import quotes

ALPHA = Competitor(slug="alpha", name="Alpha|Pay", aliases=("alphapay lite",))
BETA = Competitor(slug="beta", name="Beta")
NAMES = {"alpha": "Alpha\\|Pay", "beta": "Beta"}


def said(competitor: str, i: int, **told: Any) -> dict[str, Any]:
    return {"competitor": competitor, "key": f"{competitor}{i}", "author": f"{competitor} {i}"} | told


def ends(evidence_of, *mentions: dict[str, Any]) -> list[tuple[str | None, str | None]]:
    evidence = evidence_of(list(mentions), {"alpha": 9, "beta": 9})
    return switches(evidence, [ALPHA, BETA]).select("origin", "target").rows()


def found(evidence_of, mentions: list[dict[str, Any]], read: dict[str, int]) -> Switching:
    evidence = evidence_of(mentions, read)
    return switching(evidence, [ALPHA, BETA], switches(evidence, [ALPHA, BETA]), set())


def test_a_missing_end_is_the_product_whose_page_it_is(evidence_of) -> None:
    assert ends(
        evidence_of,
        said("alpha", 0, switched_to="Beta"),
        said("alpha", 1, switched_from="Beta"),
        said("alpha", 2, switched_to="Alpha|Pay"),
        said("alpha", 3, switched_from="alphapay lite"),
        said("alpha", 4, switched_to="others"),
        said("alpha", 5, switched_from="Gamma", switched_to="Delta"),
    ) == [
        ("alpha", "beta"),
        ("beta", "alpha"),
        (None, "alpha"),
        ("alpha", None),
        ("alpha", None),
        ("Gamma", "Delta"),
    ]


def test_from_itself_to_itself_is_no_switch(evidence_of) -> None:
    assert ends(evidence_of, said("beta", 0, switched_from="beta", switched_to="Beta")) == []


def test_a_product_is_one_however_it_is_written(evidence_of) -> None:
    written = ["one gamma", "one gamma", "OneGamma", "One Gamma", "One Gamma"]
    mentions = [said("alpha", i, switched_to=name) for i, name in enumerate(written)]
    assert set(ends(evidence_of, *mentions)) == {("alpha", "One Gamma")}


def test_a_name_without_letters_stays_itself(evidence_of) -> None:
    assert ends(evidence_of, said("alpha", 0, switched_to="★★"), said("alpha", 1, switched_to="!!")) == [
        ("alpha", "★★"),
        ("alpha", "!!"),
    ]


def leaving(i: int, **told: Any) -> dict[str, Any]:
    return said(
        "alpha", i, switched_to="Beta", text=f"After the third double charge I moved to Beta, number {i}.", **told
    )


def test_whole_paths(evidence_of) -> None:
    mentions = [
        *(leaving(i, themes=["billing"], motive="price", stars=1.0, kinds=["complaint"]) for i in range(6)),
        # twice in one review is once; what else it complains of is a reason, what it praises is not
        leaving(0, mention=1),
        said("alpha", 0, mention=2, themes=["support"], kinds=["complaint"], motive="trust"),
        said("alpha", 0, mention=3, themes=["speed"], kinds=["praise"]),
        said("beta", 0, switched_from="Alpha|Pay", themes=["general"]),
        said("beta", 0, mention=1, themes=["speed"], kinds=["praise"]),
        said("beta", 0, mention=2, themes=["billing"], kinds=["complaint"]),
        said("beta", 1, switched_to="Gamma"),
    ]
    whole = found(evidence_of, mentions, {"alpha": 100, "beta": 80})
    first, second = whole.flows
    assert (whole.reviews.k, whole.reviews.n) == (8, 180)
    assert [(q.key, q.text) for q in first.quotes] == [
        ("alpha0", "After the third double charge I moved to Beta, number 0."),
        ("alpha1", "After the third double charge I moved to Beta, number 1."),
    ]
    assert first == Flow(
        origin=Product("Alpha|Pay", "alpha"),
        target=Product("Beta", "beta"),
        reviews=7,
        left=whole.flows[0].left,
        came=whole.flows[0].came,
        themes=(("billing", 6), ("speed", 1), ("support", 1)),
        motives=(("price", 6), ("trust", 1)),
        quotes=first.quotes,
        ahead=True,
    )
    assert first.left is not None
    assert first.came is not None
    assert (first.left.k, first.left.n, first.came.k, first.came.n) == (6, 100, 1, 80)
    assert (second.origin, second.target) == (Product("Beta", "beta"), Product("Gamma", None))
    assert (second.reviews, second.came, second.quotes) == (1, None, ())


def test_as_many_one_way_as_back_is_not_ahead(evidence_of) -> None:
    there = [said("alpha", i, switched_to="Beta") for i in range(9)]
    back = [said("beta", i, switched_to="Alpha|Pay") for i in range(8)]
    whole = found(evidence_of, [*there, *back], {"alpha": 200, "beta": 200})
    assert [flow.ahead for flow in whole.flows] == [False, False]


def quote(each: Quote) -> dict[str, Any]:
    return {
        "key": each.key, "field": each.field, "start": each.start, "end": each.end, "text": each.text,
        "competitor": each.competitor, "stars": each.stars, "date": "2026-05-01", "href": each.url, "label": "review",
    }  # fmt: skip


def document(whole: Switching) -> dict[str, Any]:
    weighed = cast("Weighed", SimpleNamespace(switching=whole, rules=rules.default()))
    return {"switching": writing.section(weighed, quote)}


def test_the_section_as_it_is_printed(evidence_of) -> None:
    mentions = [
        *(leaving(i, themes=["billing"], motive="price", stars=1.0) for i in range(6)),
        *(said("beta", i, switched_from="Gam*ma") for i in range(3)),
        said("beta", 9, switched_to="others"),
    ]
    made = document(found(evidence_of, mentions, {"alpha": 1000, "beta": 80}))
    assert made["switching"]["flows"][1] | {"came": None} == {
        "from": {"name": "Gam*ma", "competitor": None}, "to": {"name": "Beta", "competitor": "beta"}, "reviews": 3,
        "left": None, "came": None, "ahead": False, "themes": [], "motives": [], "quotes": [],
    }  # fmt: skip
    assert [q["key"] for q in quotes(made)] == ["alpha0", "alpha1"]
    assert (
        writing.render(made, NAMES)
        == """\
## Who goes where

In 10 reviews of 1,080 (0.9 %) somebody went from one product to another, or thinks of it. *Left*: so many of the \
reviews of the product left; *came*: of those of the other. ▲: more go this way than back, beyond chance.

| From | To | Reviews | Left | Came | They name most |
| --- | --- | --: | --: | --: | --- |
| Alpha\\|Pay | Beta | 6 | 6 of 1,000 | – | Money back without a fight (6) and price (6) |
| Gam\\*ma | Beta | 3 | – | 3 of 80 | – |

Less often named paths are in the JSON (1 review).

> After the third double charge I moved to Beta, number 0.
>
> — Alpha\\|Pay, 1 star, 1 May 2026, [review](https://alpha.example/alpha0)"""
    )


def test_too_few_is_said_with_both_counts(evidence_of) -> None:
    few = document(found(evidence_of, [leaving(0), leaving(1)], {"alpha": 10, "beta": 10}))
    none = document(found(evidence_of, [], {"alpha": 10, "beta": 10}))
    assert LEAST == 3
    assert writing.render(few, NAMES) == (
        "## Who goes where\n\nInsufficient: a path needs 3 reviews that name it; the most named has 2."
    )
    assert writing.render(none, NAMES) == (
        "## Who goes where\n\nInsufficient: a path needs 3 reviews that name it; nobody names one."
    )
