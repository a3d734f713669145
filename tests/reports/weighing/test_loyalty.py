"""Who leaves, recommends, warns and comes back, as it is counted and as it is printed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from data.market import Competitor
from reports.weighing.loyalty import ENOUGH, Loyalty, Rate, loyalty
from reports.weighing.statistics import Proportion
from reports.weighing.switching import switches
from reports.weighing.weigh import Weighed
from reports.writing import loyalty as writing

SLUGS = ["alpha", "beta", "ours"]
COMPETITORS = [Competitor(slug=slug, name=slug.capitalize()) for slug in SLUGS]


def said(competitor: str, n: int, start: int = 0, **told: Any) -> list[dict[str, Any]]:
    return [{"competitor": competitor, "key": f"{competitor}{i}"} | told for i in range(start, start + n)]


def found(evidence_of, mentions: list[dict[str, Any]], read: dict[str, int]) -> list[Loyalty]:
    evidence = evidence_of(mentions, read)
    return loyalty(evidence, switches(evidence, COMPETITORS), SLUGS, ["alpha", "beta"])


def rates(leaves: Rate, recommends: Rate, warns: Rate, returns: Rate, referral: Rate) -> dict[str, Rate]:
    return {
        "leaves": leaves, "recommends": recommends, "warns": warns, "returns": returns, "referral": referral,
    }  # fmt: skip


def rate(k: int, n: int, differs: str | None = None) -> Rate:
    return Rate(Proportion(k, n), differs)


def test_whole_rates(evidence_of) -> None:
    mentions = [
        *said("alpha", 30, churn=True),
        *said("alpha", 5, 28, mention=1, switched_to="Beta"),  # two of them said so already
        *said("alpha", 4, 40, loyalty="recommends"),
        *said("alpha", 1, 40, mention=1, loyalty="warns"),
        *said("alpha", 20, 50, loyalty="warns"),
        *said("beta", 8, switched_from="Alpha"),  # they came, and left nothing here
        *said("beta", 30, 10, loyalty="recommends"),
        *said("beta", 6, 40, loyalty="returns"),
        *said("ours", 9, loyalty="warns"),
    ]
    assert found(evidence_of, mentions, {"alpha": 200, "beta": 200, "ours": 10}) == [
        Loyalty(
            "alpha",
            rates(
                rate(33, 200, "more"), rate(4, 200, "less"), rate(21, 200, "more"), rate(0, 200), rate(3, 24, "less")
            ),
        ),
        Loyalty(
            "beta",
            rates(
                rate(0, 200, "less"), rate(30, 200, "more"), rate(0, 200, "less"), rate(6, 200), rate(30, 30, "more")
            ),
        ),
        Loyalty("ours", rates(rate(0, 10), rate(0, 10), rate(9, 10), rate(0, 10), rate(0, 9))),
    ]


def test_equal_rates_are_not_told_apart(evidence_of) -> None:
    mentions = [*said("alpha", 12, churn=True), *said("beta", 9, churn=True)]
    one, other, _ = found(evidence_of, mentions, {"alpha": 200, "beta": 200, "ours": 0})
    assert (one.rates["leaves"].differs, other.rates["leaves"].differs) == (None, None)


def test_too_rare_to_compare_is_not_compared(evidence_of) -> None:
    one, *_ = found(evidence_of, said("alpha", 9, churn=True), {"alpha": 1000, "beta": 1000, "ours": 0})
    assert one.rates["leaves"] == rate(9, 1000)  # by chance 4.5 would say so on either side


def test_a_single_rival_differs_from_nobody(evidence_of) -> None:
    evidence = evidence_of(said("alpha", 50, churn=True), {"alpha": 100})
    (one,) = loyalty(evidence, switches(evidence, COMPETITORS), ["alpha"], ["alpha"])
    assert one.rates["leaves"] == rate(50, 100)


def printed(held: list[Loyalty]) -> str:
    document = {
        "competitors": [{"name": "Alpha"}, {"name": "Beta"}],
        "loyalty": writing.section(cast("Weighed", SimpleNamespace(loyalty=held))),
    }
    return writing.render(document, {"alpha": "Al\\|pha", "beta": "Beta"})


def test_the_section_as_it_is_printed() -> None:
    held = [
        Loyalty("alpha", rates(rate(33, 200, "more"), rate(4, 200), rate(21, 200), rate(0, 200), rate(3, 24, "less"))),
        Loyalty("beta", rates(rate(3, 29), rate(0, 29), rate(0, 29), rate(0, 29), rate(0, 0))),
    ]
    assert (
        printed(held)
        == """\
## Who stays, who leaves

Share of read reviews that say so in words. Most say nothing either way, and long reviews say more of everything: \
no rate here is that of all customers. ▲ ▼: more, less than at the other rivals, beyond chance. *Recommend, not \
warn*: of those who do either.

|  | Reviews | Leave | Recommend it | Warn others | Come back | Recommend, not warn |
| --- | --: | --: | --: | --: | --: | --: |
| Al\\|pha | 200 | 16.5 % (12.0–22.3 %) ▲ | 2.0 % (0.8–5.0 %) | 10.5 % (7.0–15.5 %) | 0.0 % (0.0–1.9 %) | 3 of 24 ▼ |

Insufficient: a product needs 30 read reviews; Beta has 29."""
    )


def test_too_few_reviews_of_all() -> None:
    held = [Loyalty("beta", rates(rate(3, 9), rate(0, 9), rate(0, 9), rate(0, 9), rate(0, 0)))]
    assert ENOUGH == 30
    assert printed(held) == "## Who stays, who leaves\n\nInsufficient: a product needs 30 read reviews; Beta has 9."
