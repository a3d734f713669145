"""The document as Markdown that reads well raw and rendered."""

from __future__ import annotations

from reports.writing import (
    appendix,
    changes,
    crowd,
    emerging,
    loyalty,
    months,
    newcomer,
    pains,
    personas,
    survey,
    switching,
    tiers,
    versions,
)  # fmt: skip
from reports.writing.accuracy import accuracy
from reports.writing.charts import figure
from reports.writing.document import Document
from reports.writing.gap import broad, gap_section, leading, read
from reports.writing.single import NOTE, alone, whom
from reports.writing.text import count, day, days, escape, listed, plural, table, whole_percent

MOST_TIED = 2
"""More ties than this are counted rather than named."""


def render(document: Document) -> str:
    """The whole report."""
    names = {c["slug"]: escape(c["name"]) for c in document["competitors"]}
    parts = [
        _head(document),
        _glance(document, names),
        newcomer.told(document, names),
        figure(document, "landscape"),
        _refused(document),
        changes.render(document, names),
        *(gap_section(gap, document, names) for gap in document["gaps"]),
        survey.section(document, names),
        personas.render(document, names),
        crowd.render(document, names),
        appendix.matrix(document, names),
        figure(document, "heat"),
        pains.overview(document, names),
        emerging.render(document, names),
        appendix.planks(document, names),
        figure(document, "months"),
        months.render(document, names),
        versions.render(document, names),
        switching.render(document, names),
        loyalty.render(document, names),
        tiers.render(document, names),
        appendix.coverage(document, names),
        accuracy(document.get("accuracy"), document["rules"]),
        appendix.method(document),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(document: Document) -> str:
    market, reviews = document["market"], document["reviews"]
    lines = []
    if market["notice"]:
        lines += [f"> **{escape(market['notice'])}**", ""]
    only = alone(document)
    rivals = only or plural(reviews["rivals"], "rival")
    own = " and our own product" if not only and any(c["ours"] for c in document["competitors"]) else ""
    lines += [
        f"# What customers of {only} miss" if only else f"# {escape(market['name'])}: unmet needs",
        "",
        f"*{plural(reviews['counted'], 'review')} of {rivals}{own}, {days(reviews['first'], reviews['last'])}."
        f" Report of {day(document['date'])}, rules {document['rules']}.*",
    ]
    if only:
        lines += ["", NOTE]
    return "\n".join(lines)


def _glance(document: Document, names: dict[str, str]) -> str:
    found = document["gaps"]
    lines = ["## At a glance", ""]
    if not found:
        read = sum(c["read"] for c in document["competitors"])
        lines += [
            f"**No gap stands out.** {plural(read, 'review')} could be read, and no theme has enough complaints to"
            " call it a gap. More reviews, or more rivals, may show one; Coverage says what was read."
        ]
        return "\n".join(lines)
    lines += [_sentence_first(found[0], document, names), _sentence_next(found), _sentence_trust(document), ""]
    only = alone(document)
    trends = any(gap["momentum"] for gap in found)
    head = ["#", "Customers need to …", *([] if only else ["Fails at"]), "Complain or wish", "Opportunity (95 %)"]
    head += [*(["Trend"] if trends else []), "Evidence", *([] if only else ["Kind"])]
    rows = []
    for number, gap in enumerate(found, start=1):
        score = gap["opportunity"]
        need = f"[{escape(gap['need'])}](#gap-{number})"
        rows.append(
            [
                _place(gap, found),
                f"{need}: {leading(gap)}" if broad(gap, document) else need,
                *([] if only else [whom(gap["failing"], document, names) or "–"]),
                count(gap["complaints"]),
                f"{score['score']:.1f} ({score['low']:.1f}–{score['high']:.1f})",
                *([gap["momentum"]["verdict"] if gap["momentum"] else "–"] if trends else []),
                gap["grade"],
                *([] if only else [gap["kind"]]),
            ]
        )
    numbers = (2, 3) if only else (3, 4)
    return "\n".join([*lines, table(head, rows, right=numbers), "", _reading(document, trends)])


def _reading(document: Document, trends: bool) -> str:
    """What a reader must know once, so that no section has to repeat it."""
    told = "Under each gap a line that is missing (who, instead, why now) means that fewer than three reviews say so."
    if trends or document["trends_refused"]:
        return told
    return f"{told} No trend is claimed: dated reviews are too few or too close together."


def _refused(document: Document) -> str:
    """Why no trend is claimed, where none is although there are dates."""
    why = document["trends_refused"]
    if not why:
        return ""
    return (
        "**No trends this time.** The collection changed, and a trend would speak of that rather than of customers: "
        + escape("; ".join(why))
        + "."
    )


def _place(gap: Document, found: list[Document]) -> str:
    tied = sum(g["place"] == gap["place"] for g in found) > 1
    rank = 1 + sum(g["place"] < gap["place"] for g in found)
    return f"{rank}=" if tied else str(rank)


def _sentence_first(gap: Document, document: Document, names: dict[str, str]) -> str:
    only = alone(document)
    who = whom(gap["failing"], document, names)
    where = f" at {who}" if who and not only else ""
    opening = "What its customers miss most" if only else "The clearest opening"
    told = (
        f"{opening}: {'they' if only else 'customers'} need to **{escape(gap['need'])}**{where}, and"
        f" {count(gap['complaints'])} of {plural(read(document), 'review')} complain about it or ask for it"
    )
    return f"{told}, above all over {leading(gap)}." if broad(gap, document) else f"{told}."


def _sentence_next(found: list[Document]) -> str:
    tied = [f"“{escape(g['name'])}”" for g in found[1:] if g["place"] == found[0]["place"]]
    if len(tied) > MOST_TIED:
        return (
            f"The first {len(tied) + 1} in the table are equals, as far as these reviews can tell: choose among them by"
            " what you can build."
        )
    if tied:
        verb = "is its equal" if len(tied) == 1 else "are its equals"
        return f"{listed(tied)} {verb}, as far as these reviews can tell: decide by what you can build."
    if len(found) == 1:
        return "No other need has the evidence to stand beside it."
    return f"Next, clearly behind it, comes “{escape(found[1]['name'])}” ({plural(found[1]['complaints'], 'review')})."


def _sentence_trust(document: Document) -> str:
    """What the counts are not: the whole market, nor separate people, nor always whole listings."""
    shared = document["shared"]
    told = ["These are people who write reviews, not all customers"]
    if len(document["gaps"]) > 1 and shared["n"] and shared["k"]:
        share = whole_percent(round(shared["k"] / shared["n"], 2))
        told.append(f"{share} of those who complain stand under several gaps, so the counts do not add up")
    broken = [row for row in document["coverage"] if row["visit"] is None or not row["visit"]["complete"]]
    if broken:
        told.append(f"{plural(len(broken), 'listing')} could not be read whole ([coverage](#coverage))")
    return f"{'; '.join(told)}: [ask](#ask) before you build."
