"""The section of one gap: the need, where it is unmet, who, what they do instead, why now, evidence, what to do.

A line that has nothing to say is left out; the page says once what that means.
"""

from __future__ import annotations

from typing import Any

from reports.weighing.gaps import LEAST_SAID
from reports.weighing.statistics import wilson, z_together
from reports.writing import pains, positioning
from reports.writing.quoting import quoted
from reports.writing.single import alone, whom
from reports.writing.text import (
    count,
    escape,
    interval,
    listed,
    percent,
    plural,
    table,
)

Document = dict[str, Any]

LEVERS = {
    "product": "the product or service itself",
    "price": "the price",
    "promotion": "the promotion: what is promised, and to whom",
    "channel": "the sales channel",
    "people": "the people who answer, deliver and serve",
}
TIERS = {
    "works": "it has to work; without it nothing else counts",
    "pleasant": "the product works, and this would make it pleasant",
    "loved": "this is what makes people love a product rather than use it",
}
KINDS = {
    "market-wide": "market-wide (most rivals fail at it)",
    "open flank": "an open flank (some rivals fail where others do not)",
    "some rivals": "some rivals (they fail, and nothing shows that the others are better)",
    "unserved wish": "an unserved wish (asked for rather than complained about)",
    "single rival": "",
}
BROAD = 0.3
"""A need that more than this share of the reviews complains about is many needs: its pain points lead."""
MOST_NAMED = 3
STANDS_OUT = 0.1
"""A pain point stands out in a wide gap from this share of its complaints."""


def broad(gap: Document, document: Document) -> bool:
    """Whether a gap is too wide to act on as it stands, and has pain points to act on."""
    return gap["complaints"] > BROAD * read(document) and len(gap["pain_points"]) > 1


def read(document: Document) -> int:
    """The read reviews of all rivals; of our own product where there is no rival."""
    rivals: int = sum(c["read"] for c in document["competitors"] if not c["ours"])
    return rivals or sum(c["read"] for c in document["competitors"])


def leading(gap: Document) -> str:
    """The pain points that a gap is above all: `“logs me out” (31) and “can't log in” (12)`."""
    most = sorted(gap["pain_points"], key=lambda pain: -pain["reviews"])[:MOST_NAMED]
    return listed([f"“{escape(pain['name'])}” ({count(pain['reviews'])})" for pain in most])


def gap_section(gap: Document, document: Document, names: dict[str, str]) -> str:
    """One gap as Markdown; `names`: slug -> escaped name."""
    number = document["gaps"].index(gap) + 1
    parts = [
        f'<a id="gap-{number}"></a>',
        f"## {number}. {escape(gap['name'])}",
        _need(gap, document, names),
        _standing(gap),
        _rivals(gap, document, names),
        "\n".join(_facts(gap, names)),
        "\n".join(quoted(gap["quotes"], names)).rstrip(),
    ]
    if gap["praise"]:
        parts += ["Where it is done well, customers say:", "\n".join(quoted(gap["praise"], names)).rstrip()]
    parts.append("\n".join(_action(gap, document, names)))
    return "\n\n".join(part for part in parts if part)


def _need(gap: Document, document: Document, names: dict[str, str]) -> str:
    """The need in one sentence, then how many say that it is unmet, where and how."""
    failing = whom(gap["failing"], document, names)
    only = alone(document)
    unmet = "they cannot" if only else f"at {failing} they cannot" if failing else "nobody lets them"
    if failing.startswith("all "):
        unmet = f"none of the {failing.removeprefix('all ')} lets them"
    where = f" of {only}" if only else " of all rivals" if document["reviews"]["rivals"] > 1 else ""
    verb = "ask for it or complain" if gap["kind"] == "unserved wish" else "complain or ask for it"
    told = (
        f"**Customers need to {escape(gap['need'])}**, and {unmet}."
        f" {count(gap['complaints'])} of {plural(read(document), 'review')}{where} {verb}"
    )
    if broad(gap, document):
        most = max(pain["reviews"] for pain in gap["pain_points"])
        clear = (
            "start with what they name most" if most >= STANDS_OUT * gap["complaints"] else "nothing in it stands out"
        )
        return f"{told}. That is too wide to build for; {clear}: {leading(gap)}. Read the quotes before you choose."
    return f"{told}{f', most often over {leading(gap)}' if gap['pain_points'] else ''}."


def _standing(gap: Document) -> str:
    """How big the opening is, of what kind and how sure, on one line."""
    score = gap["opportunity"]
    kind = KINDS[gap["kind"]]
    return (
        f"*{kind[:1].upper() + kind[1:] + '. ' if kind else ''}Evidence: {gap['grade']}."
        f" Opportunity {score['score']:.1f} of 20 ({score['low']:.1f}–{score['high']:.1f}):"
        f" importance {score['importance']:.1f}, satisfaction {score['satisfaction']:.1f}.{_shared(gap)}*"
    )


def _shared(gap: Document) -> str:
    shared = gap["shared"]
    if not shared["n"] or not shared["k"]:
        return ""
    return f" {count(shared['k'])} of its {plural(shared['n'], 'review')} stand under another gap too."


def _rivals(gap: Document, document: Document, names: dict[str, str]) -> str:
    """Where it hurts: a row a rival, the worst first, our own last; a sentence where there is one product alone."""
    row = next(r for r in document["matrix"] if r["theme"] == gap["theme"])
    ours = {c["slug"] for c in document["competitors"] if c["ours"]}
    cells = sorted(row["cells"], key=lambda c: (c["competitor"] in ours, -(c["complains"]["share"] or 0)))
    if alone(document):
        return _one(cells[0], document)
    rows = []
    for cell in cells:
        said, slug = cell["complains"], cell["competitor"]
        name = f"{names[slug]}{' (ours)' if slug in ours else ''}"
        if said["n"] == 0:
            rows.append([name, "–", "no review could be read", "–", "–"])
            continue
        rows.append(
            [
                f"**{name}**" if cell["fails"] else name,
                f"{count(said['k'])} of {count(said['n'])}",
                f"{percent(said['share'])} ({_bounds(said, document)}){mark(cell)}",
                count(cell["praises"]["k"]),
                f"{cell['drag']:.2f} stars" if (cell["drag"] or 0) >= 0.005 else "–",
            ]
        )
    head = ["", "Complain or wish", f"Share ({_sure(document)})", "Praise", "It costs them"]
    return "\n\n".join([table(head, rows, right=(1, 2, 3, 4)), *_marks(cells, names)])


def mark(cell: Document) -> str:
    """▲ or △ behind a share: more than at the other rivals, among reviews of the same stars too or not."""
    return "" if not cell["worse"] else " ▲" if cell["worse_alike"] else " △"


def _marks(cells: list[Document], names: dict[str, str]) -> list[str]:
    """What the marks in a table of rivals say here."""
    unlike = [c for c in cells if c["worse"] and not c["worse_alike"]]
    told = []
    if any(c["worse_alike"] for c in cells):
        told.append("▲ More often than at the other rivals, beyond chance, also among reviews of the same stars.")
    if unlike:
        whose = listed([names[c["competitor"]] for c in unlike])
        verb = "does" if len(unlike) == 1 else "do"
        told.append(
            f"△ More often, but not among reviews of the same stars: {whose} {verb} worse all round rather than at this"
            " above all."
        )
    return [" ".join(told)] if told else []


def _sure(document: Document) -> str:
    return "95 %, all gaps at once" if len(document["gaps"]) > 1 else "95 %"


def _bounds(said: Document, document: Document) -> str:
    """The interval of a share, such that a rival's shares in all gaps shown lie in theirs at once."""
    return interval(*wilson(said["k"], said["n"], z_together(len(document["gaps"]))))


def _one(cell: Document, document: Document) -> str:
    said = cell["complains"]
    cost = f" These reviews cost it {cell['drag']:.2f} stars." if (cell["drag"] or 0) >= 0.005 else ""
    return (
        f"That is {percent(said['share'])} of its reviews ({_bounds(said, document)}; {_sure(document)}), against"
        f" {count(cell['praises']['k'])} that praise it.{cost}"
    )


def _facts(gap: Document, names: dict[str, str]) -> list[str]:
    lines = pains.exactly(gap["pain_points"], names)
    if gap["segments"]:
        lines.append(f"- **Who**, by their own words: {_counted(gap['segments'])}.")
    instead = _instead(gap)
    if instead:
        lines.append(f"- **Instead**: {instead}.")
    now = _now(gap)
    if now:
        lines.append(f"- **Why now**: {now}.")
    if gap["phrases"]:
        said = [f"“{escape(p['text'])}” ({count(p['mentions'])})" for p in gap["phrases"]]
        lines.append(f"- **In their words**: {', '.join(said)}.")
    return lines


def _counted(held: list[Document]) -> str:
    return listed([f"{escape(each['name'])} ({count(each['reviews'])})" for each in held])


def _instead(gap: Document) -> str:
    told = []
    if gap["workarounds"]:
        told.append(f"they turn to {_counted(gap['workarounds'])}")
    if gap["instead"]:
        told.append(f"they go over to {_counted(gap['instead'])}")
    if gap["measured_by"]:
        told.append(f"they hold it against {_counted(gap['measured_by'])}")
    return "; ".join(told)


def _now(gap: Document) -> str:
    """The trend where one may be claimed, who leaves and who cannot wait."""
    told = []
    moved = gap["momentum"]
    if moved is not None:
        was, now = moved["before"], moved["recent"]
        verdict = {"rising": "it grows", "falling": "it fades", "steady": _steady(moved)}[moved["verdict"]]
        told.append(
            f"{verdict} ({percent(was['k'] / was['n'])} of reviews before, {percent(now['k'] / now['n'])} lately: a"
            f" change of {100 * moved['low']:+.1f} to {100 * moved['high']:+.1f} points)"
        )
    if gap["leaving"] >= LEAST_SAID:
        told.append(f"{count(gap['leaving'])} of the {count(gap['complaints'])} left or say they will")
    if gap["urgent"] >= LEAST_SAID:
        told.append(f"{count(gap['urgent'])} of the {count(gap['complaints'])} sound urgent")
    return "; ".join(told)


def _steady(moved: Document) -> str:
    """A change that would count by itself may be one of many that chance brings."""
    alone = moved["low"] > 0 or moved["high"] < 0
    return "no change beyond what chance brings among so many gaps" if alone else "no change beyond chance"


def _action(gap: Document, document: Document, names: dict[str, str]) -> list[str]:
    exact = [f"“{escape(pain['name'])}”" for pain in gap["pain_points"][:MOST_NAMED]]
    feature = f"no more {listed(exact)}" if exact else f"a way to {escape(gap['need'])}"
    told = gap["survey"]
    asked = whom(told["ask"], document, names)
    return [
        f"- **What would close it**: {LEVERS[gap['lever']]}; {TIERS[gap['tier']]}.",
        f"- **From feature to benefit**: {feature} → you {escape(gap['benefit'])}.",
        f"- **Positioning**: {positioning.sentence(gap, document, names)}",
        f"- **Ask** {told['n']} customers of {asked}: pursue from {told['pursue_from']} in need, drop at"
        f" {told['drop_at']} or fewer ([questions](#ask)).",
    ]
