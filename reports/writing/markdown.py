"""The document as Markdown that reads well raw and rendered."""

from __future__ import annotations

from reports.writing import appendix, loyalty, pains, personas, switching, tiers
from reports.writing.accuracy import accuracy
from reports.writing.document import Document
from reports.writing.quoting import quoted as _quotes
from reports.writing.text import (
    count,
    day,
    days,
    escape,
    interval,
    listed,
    percent,
    plural,
    table,
    to_you,
)

LEVERS = {
    "product": "the product or service itself",
    "price": "price",
    "promotion": "promotion: what is promised, and to whom",
    "channel": "the sales channel",
    "people": "people: who answers, delivers and serves",
}
TIERS = {
    "works": "it must work; without it nothing else counts",
    "pleasant": "it works, and should be pleasant",
    "loved": "what makes people love a product rather than use it",
}
KINDS = {
    "market-wide": "market-wide: most rivals fail at it",
    "open flank": "open flank: some rivals fail where others do not",
    "some rivals": "some rivals fail at it, and nothing shows that the others are better",
    "unserved wish": "unserved wish: asked for rather than complained about",
    "single rival": "one rival read: this says nothing about the market",
}


def render(document: Document) -> str:
    """The whole report."""
    names = {c["slug"]: escape(c["name"]) for c in document["competitors"]}
    parts = [
        _head(document),
        _glance(document, names),
        _refused(document),
        *(_gap(gap, document, names) for gap in document["gaps"]),
        appendix.matrix(document, names),
        pains.overview(document, names),
        appendix.planks(document, names),
        personas.render(document, names),
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
    rivals = plural(reviews["rivals"], "rival")
    when = days(reviews["first"], reviews["last"])
    lines += [
        f"# {escape(market['name'])}: unmet needs",
        "",
        f"*{plural(reviews['counted'], 'review')} of {rivals}"
        f"{' and our own product' if any(c['ours'] for c in document['competitors']) else ''}, {when}."
        f" Report of {day(document['date'])}, rules {document['rules']}.*",
    ]
    return "\n".join(lines)


def _glance(document: Document, names: dict[str, str]) -> str:
    found = document["gaps"]
    lines = ["## At a glance", ""]
    if not found:
        read = sum(c["read"] for c in document["competitors"])
        lines += [
            f"**No gap stands out.** {plural(read, 'review')} could be read, and no theme has enough complaints at any"
            " rival to call it a gap. More reviews, or more rivals, may show one; Coverage says what was read."
        ]
        return "\n".join(lines)
    lines += [_sentence_first(found[0], document, names), _sentence_next(found), _sentence_trust(document), ""]
    head = [
        "#",
        "Customers need to …",
        "Kind",
        "Complain or wish",
        "Opportunity (90 %)",
        "Failing",
        "Trend",
        "Evidence",
    ]
    rows = []
    for number, gap in enumerate(found, start=1):
        score = gap["opportunity"]
        anchor = f"[{escape(gap['need'])}](#gap-{number})"
        rows.append(
            [
                _place(gap, found),
                anchor,
                gap["kind"],
                count(gap["complaints"]),
                f"{score['score']:.1f} ({score['low']:.1f}–{score['high']:.1f})",
                listed([names[s] for s in gap["failing"]]) or "–",
                gap["momentum"]["verdict"] if gap["momentum"] else "–",
                gap["grade"],
            ]
        )
    return "\n".join([*lines, table(head, rows, right=(3, 4))])


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
    rivals = sum(c["read"] for c in document["competitors"] if not c["ours"]) or sum(
        c["read"] for c in document["competitors"]
    )
    who = listed([names[s] for s in gap["failing"]])
    where = f" at {who}" if who else ""
    return (
        f"The clearest opening: customers need to **{escape(gap['need'])}**{where}, and"
        f" {count(gap['complaints'])} of {count(rivals)} reviews complain about it or ask for it."
    )


def _sentence_next(found: list[Document]) -> str:
    tied = [g for g in found[1:] if g["place"] == found[0]["place"]]
    if tied:
        others = [f"“{escape(g['name'])}”" for g in tied]
        return f"It cannot be told apart from {listed(others)}: treat them as equals and decide by what you can build."
    if len(found) == 1:
        return "No other theme has the evidence to stand beside it."
    return f"Next, clearly behind it: “{escape(found[1]['name'])}” ({plural(found[1]['complaints'], 'review')})."


def _sentence_trust(document: Document) -> str:
    broken = [row for row in document["coverage"] if row["visit"] is None or not row["visit"]["complete"]]
    trust = "These are people who write reviews, not all customers: ask before you build"
    if broken:
        return f"{trust}; and {plural(len(broken), 'listing')} could not be read whole, see [Coverage](#coverage)."
    return f"{trust}; every gap below ends with what to ask."


def _gap(gap: Document, document: Document, names: dict[str, str]) -> str:
    number = document["gaps"].index(gap) + 1
    score = gap["opportunity"]
    importance, satisfaction = score["importance"], score["satisfaction"]
    lines = [
        f'<a id="gap-{number}"></a>',
        "",
        f"## {number}. {escape(gap['name'])}",
        "",
        f"**Customers need to {escape(gap['need'])}.** {KINDS[gap['kind']].capitalize()}. Evidence: {gap['grade']}.",
        "",
        f"Opportunity {score['score']:.1f} of 20 ({score['low']:.1f}–{score['high']:.1f}):"
        f" importance {importance:.1f}, satisfaction {satisfaction:.1f}.",
        "",
        *_facts(gap, document, names),
        "",
        *_quotes(gap["quotes"], names),
    ]
    if not gap["praise"]:
        lines += ["Nobody who is content praises this in words worth quoting.", ""]
    else:
        lines += ["Where it is done well, customers say:", "", *_quotes(gap["praise"], names)]
    lines += [*_action(gap, document, names)]
    return "\n".join(lines)


def _facts(gap: Document, document: Document, names: dict[str, str]) -> list[str]:
    row = next(r for r in document["matrix"] if r["theme"] == gap["theme"])
    ours = {c["slug"] for c in document["competitors"] if c["ours"]}
    lines = []
    for cell in sorted(row["cells"], key=lambda c: (c["competitor"] in ours, -(c["complains"]["share"] or 0))):
        said = cell["complains"]
        if said["n"] == 0:
            lines.append(f"- **{names[cell['competitor']]}**: no review could be read.")
            continue
        cost = f"; these reviews cost it {cell['drag']:.2f} stars" if (cell["drag"] or 0) >= 0.005 else ""
        mark = _mark(cell)
        own = " (ours)" if cell["competitor"] in ours else ""
        lines.append(
            f"- **{names[cell['competitor']]}**{own}: {count(said['k'])} of {plural(said['n'], 'review')} complain or"
            f" wish, {percent(said['share'])} ({interval(said['low'], said['high'])}); {count(cell['praises']['k'])}"
            f" praise{cost}.{mark}"
        )
    lines += pains.exactly(gap.get("pain_points", []), names)
    lines.append(f"- **Who**: {_who(gap)}")
    lines.append(f"- **Instead**: {_instead(gap)}")
    lines.append(f"- **Why now**: {_now(gap, document)}")
    if gap["phrases"]:
        said = [f"“{escape(p['text'])}” ({count(p['mentions'])})" for p in gap["phrases"]]
        lines.append(f"- **In their words**: {', '.join(said)}.")
    return lines


def _mark(cell: Document) -> str:
    """Whether more complain than at the other rivals, and whether that is more than its customers being unhappier."""
    if not cell["worse"]:
        return ""
    if cell["worse_alike"]:
        return (
            " More than at the other rivals, beyond chance, also among reviews of the same stars"
            f" ({100 * cell['alike']:+.1f} points)."
        )
    return " More than at the other rivals, but not among reviews of the same stars: its customers are unhappier."


def _who(gap: Document) -> str:
    if not gap["segments"]:
        return "hardly anybody says who they are in these reviews; ask."
    return listed([f"{escape(s['name'])} ({count(s['reviews'])})" for s in gap["segments"]]) + ", by their own words."


def _instead(gap: Document) -> str:
    if gap["instead"]:
        names = [f"{escape(s['name'])} ({count(s['reviews'])})" for s in gap["instead"]]
        return f"they go to {listed(names)}; {plural(gap['leaving'], 'reviewer')} left or say they will."
    if gap["leaving"]:
        return f"{count(gap['leaving'])} of the {count(gap['complaints'])} left or say they will; too few say for what."
    return "they stay and complain: nobody says that they left over it."


def _now(gap: Document, document: Document) -> str:
    urgent = f"{count(gap['urgent'])} of the {count(gap['complaints'])} sound urgent"
    moved = gap["momentum"]
    if moved is None:
        if document["trends_refused"]:
            return f"{urgent}; no trend is claimed, since the collection changed."
        return f"{urgent}; dated reviews are too few or too close together for a trend."
    was, now = moved["before"], moved["recent"]
    change = (
        f"{percent(was['k'] / was['n'])} of reviews before ({count(was['k'])} of {count(was['n'])}),"
        f" {percent(now['k'] / now['n'])} lately ({count(now['k'])} of {count(now['n'])})"
    )
    verdict = {"rising": "it grows", "falling": "it fades", "steady": _steady(moved)}[moved["verdict"]]
    bounds = f"{100 * moved['low']:+.1f} to {100 * moved['high']:+.1f} points"
    return f"{verdict}: {change}, a change of {bounds}; {urgent}."


def _steady(moved: Document) -> str:
    alone = moved["low"] > 0 or moved["high"] < 0
    return "no change beyond what chance brings among so many gaps" if alone else "no change beyond chance"


def _action(gap: Document, document: Document, names: dict[str, str]) -> list[str]:
    product = next((names[c["slug"]] for c in document["competitors"] if c["ours"]), "our product")
    need = escape(to_you(gap["need"]))
    return [
        f"- **What would close it**: {LEVERS[gap['lever']]} ({TIERS[gap['tier']]}).",
        f"- **What to say**: with {product}, you {escape(gap['benefit'])}.",
        f"- **Ask them** (50 customers of {_asked(gap, names)}): “How important is it to you to {need}?” and “How"
        " satisfied are you with how you can do that today?”, each 1 to 5. *Pursue* if at least 20 of 50 answer"
        " important (4–5) and not satisfied (1–2); *drop* if fewer than 8 do; in between, ask 50 more.",
    ]


def _asked(gap: Document, names: dict[str, str]) -> str:
    return listed([names[s] for s in gap["failing"]]) or "the rivals"
