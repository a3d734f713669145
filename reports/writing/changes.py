"""What changed since the last report, for the document and as Markdown."""

from __future__ import annotations

from typing import Any

from reports.weighing.changes import PARTS, Moved
from reports.weighing.drift import LEAST_WRITTEN, Drift
from reports.weighing.weigh import Weighed
from reports.writing.single import alone
from reports.writing.text import count, day, escape, listed, percent, plural, table

Document = dict[str, Any]

MOST_THEMES = 8
MOST_PAINS = 25
MOST_NAMED = 4
WORDS = {
    "written": "newly written",
    "aged": "left the window",
    "found": "older, newly found",
    "came": "on a new listing",
    "went": "on a listing that is gone",
    "lost": "no longer held",
    "reread": "read again from the kept pages",
    "copies": "known or no longer known as copies",
    "window": "by another window",
    "scope": "by other rivals",
    "edited": "edited",
    "rules": "read otherwise",
}


def section(weighed: Weighed) -> Document | None:
    """What moved, split by cause; None where there is no earlier report to compare with.

    In each count `now - then` is the sum of the four `parts`, and each part that of its `causes`, gained less lost.
    """
    told = weighed.changes
    if told is None:
        return None
    names = {theme.slug: theme.name for theme in weighed.rules.themes}
    drifts = {drift.theme: drift for drift in told.drifts}
    return {
        "since": told.since.isoformat(),
        "rules": {"then": told.rules_then, "now": weighed.rules.version},
        "still": told.still,
        "reviews": _moved(told.reviews),
        "read": {"then": told.read[0], "now": told.read[1]},
        "edited": told.edited,
        "no_longer_shown": told.gone,
        "gaps": {
            "new": [{"theme": slug, "name": names.get(slug, slug)} for slug in told.new_gaps],
            "gone": [{"theme": slug, "name": names.get(slug, slug)} for slug in told.gone_gaps],
        },
        "themes": [
            {
                "theme": moved.item,
                "name": names.get(moved.item, moved.item),
                **_moved(moved),
                "drift": _drift(drifts[moved.item]) if moved.item in drifts else None,
            }
            for moved in told.themes
        ],
        "pain_points": {
            "new": list(told.new_pains),
            "gone": list(told.gone_pains),
            "moved": [{"name": moved.item, **_moved(moved)} for moved in told.pains[:MOST_PAINS]],
        },
    }


def _moved(moved: Moved) -> Document:
    return {
        "then": moved.then,
        "now": moved.now,
        "parts": {part: moved.part(part) for part in PARTS},
        "causes": [{"cause": cause, "gained": gained, "lost": lost} for cause, gained, lost in moved.causes],
        "rivals": [{"competitor": who, "then": then, "now": now} for who, then, now in moved.rivals],
    }


def _drift(drift: Drift) -> Document:
    return {
        "written": {"k": drift.written.k, "n": drift.written.n},
        "before": {"k": drift.before.k, "n": drift.before.n},
        "change": round(drift.change, 4),
        "low": round(drift.low, 4),
        "high": round(drift.high, 4),
        "verdict": drift.verdict,
    }


def render(document: Document, names: dict[str, str]) -> str:
    """What is new, grown, faded and gone, and why each count moved."""
    told: Document | None = document.get("changes")
    if told is None:
        return (
            "**What changed**: there is no earlier report to compare with; the next one will say what moved, and"
            " whether customers, the collection, the rules or edits moved it."
        )
    since = day(told["since"])
    head = f"## What changed since {since}"
    if told["still"]:
        other = "" if told["rules"]["then"] == told["rules"]["now"] else ", by other rules too"
        return f"{head}\n\n**Nothing moved.** The same reviews say the same as in the report of {since}{other}."
    lines = [head, "", _reviews(told, "reviews" if alone(document) else "reviews of rivals")]
    if told["rules"]["then"] != told["rules"]["now"]:
        lines[-1] += f" Read by other rules than then ({told['rules']['then']})."
    news = [*_gaps(told), *_drifts(told, document, names), *_pains(told)]
    lines += ["", *news] if news else []
    if not told["themes"]:
        return "\n".join([*lines, "", "No theme's count moved."])
    rows = [
        [
            escape(moved["name"]),
            *(_share(moved[side], told["read"][side]) for side in ("then", "now")),
            *(_signed(moved["parts"][part]) for part in PARTS),
            _where(moved, names),
        ]
        for moved in told["themes"][:MOST_THEMES]
    ]
    head_row = ["Complaints about", "Then", "Now", "Customers", "Collection", "Rules", "Edits", "Where"]
    rest = len(told["themes"]) - len(rows)
    lines += [
        "",
        table(head_row, rows, right=range(1, 7)),
        "",
        "Shares are of the reviews read then and now. *Customers*: newly written reviews, less those that left the"
        " window. *Collection*: older reviews newly found, listings that came or went. *Rules*: the same text read"
        " otherwise. The four add up to the change." + (f" {plural(rest, 'more theme')} moved less." if rest else ""),
    ]
    return "\n".join(lines)


def _reviews(told: Document, what: str) -> str:
    reviews = told["reviews"]
    causes = []
    for row in reviews["causes"]:
        sides = [f"+{count(row['gained'])}"] * bool(row["gained"]) + [f"−{count(row['lost'])}"] * bool(row["lost"])
        causes.append(f"{WORDS[row['cause']]} {' '.join(sides)}")
    why = f": {', '.join(causes)}" if causes else ", the same as then"
    if told["edited"]:
        why += f"; {count(told['edited'])} edited"
    gone = told["no_longer_shown"]
    vanished = (
        f" {plural(gone, 'review')} {'is' if gone == 1 else 'are'} no longer shown by"
        f" {'its' if gone == 1 else 'their'} source and still {'counts' if gone == 1 else 'count'}."
        if gone
        else ""
    )
    return f"{count(reviews['then'])} {what} counted then, {count(reviews['now'])} now{why}.{vanished}"


def _gaps(told: Document) -> list[str]:
    lines = []
    for side, says in (("new", "Newly among the gaps shown"), ("gone", "No longer among the gaps shown")):
        quoted = [f"“{escape(gap['name'])}”" for gap in told["gaps"][side]]
        if quoted:
            lines.append(f"- **{says}**: {listed(quoted)}.")
    return lines


def _drifts(told: Document, document: Document, names: dict[str, str]) -> list[str]:
    lines = []
    for verdict, says in (("grown", "Grew beyond chance"), ("faded", "Faded beyond chance")):
        for moved in told["themes"]:
            drift = moved["drift"]
            if drift and drift["verdict"] == verdict:
                new, old = drift["written"], drift["before"]
                lines.append(
                    f"- **{says}**: “{escape(moved['name'])}”, {count(new['k'])} of {count(new['n'])} newly written"
                    f" reviews ({percent(new['k'] / new['n'])}), before {count(old['k'])} of {count(old['n'])}"
                    f" ({percent(old['k'] / old['n'])})."
                )
    if lines or not told["themes"]:
        return lines
    if document["trends_refused"]:
        return ["- Whether anything grew is not said: the collection changed. The counts below are counts."]
    tested = [moved["drift"]["written"]["n"] for moved in told["themes"] if moved["drift"]]
    if not tested:
        return [f"- Fewer than {LEAST_WRITTEN} reviews on either side: too few to say that anything grew or faded."]
    return [f"- Nothing grew or faded beyond chance, as far as {count(tested[0])} newly written reviews can tell."]


def _pains(told: Document) -> list[str]:
    lines = []
    for side, says in (("new", "Now recurring"), ("gone", "No longer recurring")):
        found = told["pain_points"][side]
        if found:
            more = len(found) - MOST_NAMED
            shown = [escape(name) for name in found[:MOST_NAMED]] + ([f"{count(more)} more"] if more > 0 else [])
            lines.append(f"- **{says}**: {listed(shown)}.")
    return lines


def _share(k: int, n: int) -> str:
    return f"{count(k)} ({percent(k / n)})" if n else count(k)


def _signed(number: int) -> str:
    return "0" if number == 0 else f"{'+' if number > 0 else '−'}{count(abs(number))}"


def _where(moved: Document, names: dict[str, str]) -> str:
    rivals = sorted(moved["rivals"], key=lambda r: (-abs(r["now"] - r["then"]), r["competitor"]))
    known = [r for r in rivals if r["competitor"] in names]
    return ", ".join(f"{names[r['competitor']]} {_signed(r['now'] - r['then'])}" for r in known) or "–"
