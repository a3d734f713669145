"""The accuracy card in a report: how far its reading can be trusted, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from reports.rules.accuracy import Card
from reports.writing.text import count, listed, table

Section = dict[str, Any]

SHOWN = (
    "food-delivery/complaint",
    "productivity-apps/complaint",
    "steam-aspects/complaint",
    "chinese-delivery/complaint",
    "labelled/complains",
    "labelled/complains-hard",
    "labelled/theme",
    "labelled/theme-hard",
    "review-kinds/bug-or-request",
    "suggestions/request",
    "jindal-liu/compared",
    "compsent19/winner",
    "amazon/sentiment",
)
"""The figures that a reader of reports needs, in their order; the card has more."""


def section(card: Card | None, base: str) -> Section | None:
    """The card as part of a report's document: whose rules it measured, and the figures that are shown.

    `base` is the version of the project's rules that the report's rules build on.
    """
    if card is None:
        return None
    claims = {measure.name: measure for measure in card.claims}
    return {"rules": card.rules, "base": base, "measures": [asdict(claims[name]) for name in SHOWN if name in claims]}


def accuracy(told: Section | None, rules: str) -> str:
    """The section of a report made with such rules; figures only where they build on the rules that were measured."""
    head = "## How far to trust the reading"
    if told is None:
        return f"{head}\n\nThe rules of this report ({rules}) have not been measured yet: `make quality` measures them."
    if told["rules"] != told["base"]:
        return (
            f"{head}\n\nNot known: the rules {told['rules']} were measured, and this report was made with others,"
            f" {told['base']}. `make quality` measures these."
        )
    rows = [
        [m["what"], f"{count(m['texts'])} {m['on']}{_unread(m)}", _plainly(m), _figure(m), _others(m["baselines"])]
        for m in told["measures"]
    ]
    return "\n".join(
        [
            head,
            "",
            f"The rules of this report ({_named(told['base'], rules)}),"
            " on texts whose answer is known and that the rules did not learn from;"
            " by the text alone unless stars are named. A text that is not read counts as undecided.",
            "",
            table(["It has to …", "Measured on", "What to expect", "Figure", "Others, on the same texts"], rows),
        ]
    )


def _named(base: str, rules: str) -> str:
    return base if base == rules else f"{base}, to which this market adds the names of its rivals and its own rules"


def _unread(measure: Section) -> str:
    return f" ({count(measure['unread'])} not read)" if measure["unread"] else ""


def _figure(measure: Section) -> str:
    return f"{measure['figure']} {measure['value']:.3f}"


def _others(baselines: Mapping[str, float]) -> str:
    return listed([f"{name} {value:.3f}" for name, value in baselines.items()]) or "–"


def _plainly(measure: Section) -> str:
    value, parts = measure["value"], measure["parts"]
    match measure["figure"]:
        case "ROC AUC":
            return f"of 100 pairs, one of each, it ranks {_of_100(value)} right; a coin ranks 50"
        case "precision":
            return f"it finds {_of_100(parts['recall'])} of 100; of 100 that it picks, {_of_100(value)} are such"
        case "F1":
            found, right = _of_100(parts["recall"]), _of_100(parts["precision"])
            return f"it finds {found} of 100; of 100 that it names, {right} are such"
        case "share right" | "macro F1":
            return f"right for {count(parts['right'])} of {count(parts['of'])}"
        case "Pearson r":
            return f"it explains {_of_100(value**2)} % of how people's ratings differ"
        case _:
            return "–"


def _of_100(share: float) -> str:
    return f"{100 * share:.0f}"
