"""Loyalty in a report: who leaves, recommends, warns and comes back, product by product."""

from __future__ import annotations

from reports.weighing.loyalty import ENOUGH, MEASURES, Loyalty
from reports.weighing.weigh import Weighed
from reports.writing.figures import Document, proportion
from reports.writing.single import alone
from reports.writing.text import count, interval, listed, percent, table

HEADS = {
    "leaves": "Leave",
    "recommends": "Recommend it",
    "warns": "Warn others",
    "returns": "Come back",
}
MARKS = {"more": " ▲", "less": " ▼", None: ""}
LEAST_HEARD = 10
"""Fewer that recommend or warn make no share of those."""


def section(weighed: Weighed) -> list[Document]:
    """One a competitor."""
    return [_loyalty(one) for one in weighed.loyalty]


def _loyalty(one: Loyalty) -> Document:
    rates = {name: proportion(rate.reviews) | {"differs": rate.differs} for name, rate in one.rates.items()}
    return {"competitor": one.competitor, **rates}


def render(document: Document, names: dict[str, str]) -> str:
    """One row a product; those that too few reviews were read of are named below."""
    held: list[Document] = document["loyalty"]
    enough = [one for one in held if one["leaves"]["n"] >= ENOUGH]
    few = [f"{names[one['competitor']]} has {count(one['leaves']['n'])}" for one in held if one not in enough]
    short = f"Insufficient: a product needs {ENOUGH} read reviews; {listed(few)}." if few else ""
    lines = ["## Who stays, who leaves", ""]
    if not enough:
        return "\n".join([*lines, short])
    rows = []
    for one in enough:
        cells = [
            f"{percent(one[m]['share'])} ({interval(one[m]['low'], one[m]['high'])}){_mark(one[m])}" for m in MEASURES
        ]
        rows.append([names[one["competitor"]], count(one["leaves"]["n"]), *cells, _referral(one["referral"])])
    lines += [
        "Share of read reviews that say so in words. Most say nothing either way, and long reviews say more of"
        " everything: no rate here is that of all customers."
        + ("" if alone(document) else " ▲ ▼: more, less than at the other rivals, beyond chance.")
        + " *Recommend, not warn*: of those who do either.",
        "",
        table(["", "Reviews", *(HEADS[m] for m in MEASURES), "Recommend, not warn"], rows, right=range(1, 7)),
    ]
    return "\n".join([*lines, "", short] if short else lines)


def _mark(rate: Document) -> str:
    return MARKS[rate["differs"]]


def _referral(p: Document) -> str:
    if p["n"] < LEAST_HEARD:
        return "–"
    return f"{count(p['k'])} of {count(p['n'])}{_mark(p)}"
