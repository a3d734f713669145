"""The survey that would confirm or kill a gap: whom to ask, what, how many, and from which answers on it stands.

Importance and satisfaction after Ulwick ("What Customers Want", 2005), the pair of opposite questions after Kano
(1984), the last change after Moesta's switch interviews, the four prices after Van Westendorp (1976). Pure functions;
the questions are plain text, not Markdown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.weighing.sampling import Sample, sample
from reports.writing.single import alone, whom
from reports.writing.text import escape, listed, to_you, whole_percent

Document = dict[str, Any]

FEW, MANY = 0.2, 0.4
"""What a survey must tell apart: a need of two customers in ten is a niche, one of four in ten carries a product. Our
convention; whoever needs more customers than that asks for more."""
SAMPLE: Sample = sample(FEW, MANY)
IMPORTANT = ("1 not at all", "2", "3", "4", "5 extremely")
SATISFIED = ("1 not at all", "2", "3", "4", "5 completely")
KANO = ("I like it", "I expect it", "I do not care", "I can live with it", "I dislike it")
PRICES = (
    ("price-too-cheap", "so low that you would doubt it is any good"),
    ("price-bargain", "a bargain"),
    ("price-dear", "expensive, but still worth a thought"),
    ("price-too-dear", "too expensive to consider"),
)
SUFFIX = ".survey.csv"
"""The questions as a file beside the report, called after its date."""
HEAD = ("gap", "need", "ask", "question id", "question", "type", "choices", "people to ask", "pursue from", "drop at")


def of_gap(number: int, need: str, asked: Sequence[str], names: Mapping[str, str], pains: Sequence[str]) -> Document:
    """The survey of one gap for the document.

    `need` completes "Customers need to ..."; `asked`: the slugs of the rivals whose customers to ask; `names`: slug ->
    name; `pains`: what exactly fails, most named first.
    """
    yours = to_you(need)
    product = names[asked[0]] if len(asked) == 1 else "the product that you use today"
    asked_for = [
        _choice("importance", f"How important is it to you to {yours}?", IMPORTANT),
        _choice("satisfaction", f"How satisfied are you with how {product} lets you {yours}?", SATISFIED),
        _choice("kano-with", f"If a product let you {yours}, how would you feel about it?", KANO),
        _choice("kano-without", f"If it did not let you {yours}, how would you feel about it?", KANO),
    ]
    if pains:
        asked_for.append(_choice("pains", "Which of these happened to you in the last three months?", [*pains, "none"]))
    return {
        "number": number,
        "ask": list(asked),
        "n": SAMPLE.n,
        "pursue_from": SAMPLE.pursue_from,
        "drop_at": SAMPLE.pursue_from - 1,
        "questions": asked_for,
    }


def once() -> list[Document]:
    """The questions that are asked once, whatever the gaps: the last change, and what a better product may cost."""
    change = (
        "Think of the last time you changed what you use for this. What happened that day, what did you use before,"
        " what did you take instead, and what nearly kept you from it?"
    )
    prices = [
        {"id": name, "text": f"At which price a month would a product that does this well be {what}?", "choices": []}
        for name, what in PRICES
    ]
    return [{"id": "last-change", "text": change, "choices": []}, *prices]


def survey_rows(document: Document) -> list[list[str]]:
    """The questions of all gaps for a form tool: a head, then one row a question; choices are parted by `|`.

    Cells are plain text as they stand in the document; who writes them to a file makes them safe for spreadsheets.
    """
    rows = [list(HEAD)]
    for gap in document["gaps"]:
        told = gap["survey"]
        for question in told["questions"]:
            sizes = [str(told[name]) for name in ("n", "pursue_from", "drop_at")]
            ask = listed([_named(document, slug) for slug in told["ask"]])
            rows.append([str(told["number"]), gap["need"], ask, *_cells(question), *sizes])
    if document["gaps"]:
        rows += [["", "", "", *_cells(question), "", "", ""] for question in once()]
    return rows


def section(document: Document, names: Mapping[str, str]) -> str:
    """The survey as a part of the report: the method once, then each gap with its own questions."""
    gaps = document["gaps"]
    if not gaps:
        return ""
    file = f"{document.get('date') or 'undated'}{SUFFIX}"
    prices = listed([f"({number}) {what}" for number, (_, what) in enumerate(PRICES, start=1)])
    lines = [
        '<a id="ask"></a>',
        "",
        "## Ask them",
        "",
        f"Reviews say what hurts, not how many it hurts. Ask **{SAMPLE.n} customers** of"
        f" {alone(document) or 'the rivals named'}, strangers to you, about at most three gaps at a time."
        " Someone is in need who answers 4 or 5 to importance and 1 or 2 to satisfaction."
        f" **Pursue** the gap if {SAMPLE.pursue_from} or more of {SAMPLE.n} are in need;"
        f" **drop** it at {SAMPLE.pursue_from - 1} or fewer.",
        "",
        f"Why {SAMPLE.n}: it is the smallest number that tells a need of {whole_percent(MANY)} of customers from one"
        f" of {whole_percent(FEW)}. If only {whole_percent(FEW)} were in need, {SAMPLE.pursue_from} or more would come"
        f" up in {_percent(SAMPLE.wrongly_pursued)} of such surveys; if {whole_percent(MANY)} were, fewer would in"
        f" {_percent(SAMPLE.wrongly_dropped)} (binomial, exact).",
        "",
        "For every gap, with its need in the place of …:",
        "",
        f"1. How important is it to you to …? ({_scale(IMPORTANT)})",
        f"2. How satisfied are you with how the product that you use today lets you …? ({_scale(SATISFIED)})",
        f"3. If a product let you …, how would you feel about it? ({_either(KANO)})",
        "4. If it did not, how would you feel about it? (the same answers) Who likes the one and dislikes the other"
        " gets more satisfied the better it is done; who expects the one and dislikes the other leaves where it is"
        " missing; who does not care either way will not pay for it.",
        "",
        "Once for each person:",
        "",
        f"5. {once()[0]['text']}",
        f"6. At which price a month would a product that does this well be {prices}?",
        "",
        f"All of them as a table, for a form tool or a spreadsheet: [{file}]({file}).",
        "",
    ]
    for gap in gaps:
        told = gap["survey"]
        pains: list[str] = next((q["choices"] for q in told["questions"] if q["id"] == "pains"), [])
        which = f" Which of these happened to you lately: {_either(pains)}?" if pains else ""
        asked = whom(told["ask"], document, names)
        lines.append(f"- **Gap {told['number']}**, customers of {asked}: … {escape(to_you(gap['need']))}.{which}")
    return "\n".join(lines)


def _choice(name: str, text: str, choices: Sequence[str]) -> Document:
    return {"id": name, "text": text, "choices": list(choices)}


def _cells(question: Document) -> list[str]:
    kind = "text" if not question["choices"] else "several" if question["id"] == "pains" else "one"
    return [question["id"], question["text"], kind, "|".join(question["choices"])]


def _named(document: Document, slug: str) -> str:
    return next((str(c["name"]) for c in document["competitors"] if c["slug"] == slug), slug)


def _scale(answers: Sequence[str]) -> str:
    return f"{answers[0]} to {answers[-1]}"


def _either(pains: Sequence[str]) -> str:
    said = [escape(pain) for pain in pains]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"


def _percent(chance: float) -> str:
    return f"{100 * chance:.1f} %"
