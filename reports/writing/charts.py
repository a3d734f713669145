"""The charts of a report: what each holds and what it shows, in a sentence; `drawing.py` draws them.

A chart is made from the document and from nothing else, and costs nothing until it is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from reports.weighing.statistics import wilson
from reports.writing.document import Document
from reports.writing.text import count, escape, listed, percent, plain, plural

FOLDER = "charts"
"""Beside the report; a chart is called after the report's date and its own name."""
LEAST_SPEAKING = 5
"""Themes that fewer reviews speak of are not drawn; the matrix leaves the same ones out."""
MOST_THEMES = 12
"""Rows of the heat map."""
MOST_PANELS = 6
"""Gaps whose months are drawn."""
LEAST_MONTHS = 3
UNDERSERVED = 10.0
"""Opportunity from which a theme counts as underserved (Ulwick, What Customers Want, 2005: above 10)."""
KINDS = {
    "market-wide": "most rivals fail at it",
    "open flank": "some rivals fail at it where others do not",
    "some rivals": "some rivals fail at it",
    "unserved wish": "asked for",
    "single rival": "the one rival read",
}


@dataclass(frozen=True)
class Mark:
    """One thing in a chart that a reader may point at."""

    says: str
    """What it stands for, with its numbers; plain text, and different from mark to mark."""
    rivals: tuple[str, ...]
    """Slugs of the competitors that it speaks of."""


@dataclass(frozen=True)
class Point(Mark):
    """A theme on the landscape."""

    name: str
    importance: float
    """0 to 10."""
    satisfaction: float
    """0 to 10."""
    kind: str | None
    """The kind of gap; None where the theme is no gap."""
    number: int | None
    """The gap's section in the report."""


@dataclass(frozen=True)
class Cell(Mark):
    """A theme at a competitor."""

    theme: str
    competitor: str
    share: float | None
    """Of the read reviews that complain or wish; None where none could be read."""
    fails: bool
    mark: str
    """▲ or △, as in the matrix: more often than at the other rivals, also among reviews of the same stars or not."""


@dataclass(frozen=True)
class Month(Mark):
    """A theme in a stretch of time."""

    theme: str
    start: str
    """ISO date of its first day."""
    share: float
    low: float
    high: float
    """Wilson 95 % interval."""


@dataclass(frozen=True)
class Chart:
    """What stands in a chart, and in words what it shows."""

    name: str
    title: str
    says: str
    """The finding, one sentence of plain text."""
    alt: str
    """What a person who cannot see it should know of its build."""
    marks: tuple[Point, ...] | tuple[Cell, ...] | tuple[Month, ...]

    def file(self, document: Document) -> str:
        """Its path from the report's folder."""
        return f"{FOLDER}/{document['date'] or 'undated'}-{self.name}.svg"


def charts(document: Document) -> tuple[Chart, ...]:
    """The charts that this report has enough for, in their order."""
    made = (landscape(document), heat_map(document), months(document))
    return tuple(chart for chart in made if chart is not None)


def figure(document: Document, name: str) -> str:
    """A chart's place in the Markdown: its sentence, then the picture; empty where the report has no such chart."""
    for chart in charts(document):
        if chart.name == name:
            return f"{escape(chart.says)}\n\n![{escape(chart.alt)}]({chart.file(document)})"
    return ""


def unpictured(markdown: str) -> str:
    """A report's Markdown without its pictures, for places that their files do not follow it to."""
    return re.sub(rf"^!\[[^\n]*\]\({FOLDER}/[^\n]*\)\n\n", "", markdown, flags=re.MULTILINE)


def _spoken(document: Document) -> list[Document]:
    """The rows of the matrix that enough reviews speak of, the best opportunity first."""
    rows = [r for r in document["matrix"] if sum(c["speaks"]["k"] for c in r["cells"]) >= LEAST_SPEAKING]
    return sorted(rows, key=lambda r: (r["place"], -r["opportunity"]["score"], r["theme"]))


def landscape(document: Document) -> Chart | None:
    """Importance against satisfaction, one point a theme."""
    gaps = {gap["theme"]: (number, gap) for number, gap in enumerate(document["gaps"], start=1)}
    called = _names(document)
    points = []
    for row in _spoken(document):
        score = row["opportunity"]
        number, gap = gaps.get(row["theme"], (None, None))
        failing = tuple(c["competitor"] for c in row["cells"] if c["fails"])
        told = f"{plain(row['name'])}: importance {score['importance']:.1f}, satisfaction {score['satisfaction']:.1f}"
        told += f", opportunity {score['score']:.1f} of 20"
        if gap:
            told += f"; gap {number}, {KINDS[gap['kind']]}"
        if failing:
            told += f"; failing: {listed([called[c] for c in failing])}"
        kind = gap["kind"] if gap else None
        points.append(
            Point(told, failing, plain(row["name"]), score["importance"], score["satisfaction"], kind, number)
        )
    if len(points) < 2:
        return None
    return Chart(
        "landscape",
        "What matters, and how well it is served",
        _deepest(_spoken(document), gaps),
        f"Scatter plot of {plural(len(points), 'theme')}: satisfaction from left to right, importance from bottom to"
        f" top, each 0 to 10; the underserved corner is at the top left. The numbers are in the matrix of the report.",
        tuple(points),
    )


def _deepest(rows: list[Document], gaps: Collection[str]) -> str:
    """What the landscape shows: how many themes lie in the corner, and which of the gaps lies deepest."""
    under = [row for row in rows if row["opportunity"]["score"] > UNDERSERVED]
    if not under:
        return f"None of {len(rows)} themes lies in the underserved corner: what matters is served, or matters to few."
    lie = f"{len(under)} of {len(rows)} themes {'lies' if len(under) == 1 else 'lie'} in the underserved corner"
    found = [row for row in under if row["theme"] in gaps]
    if not found:
        return f"{lie}, none of them with complaints enough at any rival to be a gap."
    deepest = max(found, key=lambda r: (r["opportunity"]["score"], r["theme"]))
    score = deepest["opportunity"]
    where = f"importance {score['importance']:.1f}, satisfaction {score['satisfaction']:.1f}"
    return f"{lie}; deepest of the gaps is “{plain(deepest['name'])}” ({where})."


def heat_map(document: Document) -> Chart | None:
    """Competitor x theme: the share of reviews that complain or wish."""
    rows = _spoken(document)[:MOST_THEMES]
    called = _names(document)
    if len(called) < 2 or not rows:
        return None
    cells = []
    for row in rows:
        for cell in row["cells"]:
            said, slug = cell["complains"], cell["competitor"]
            told = f"{called[slug]}, {plain(row['name'])}: "
            told += (
                f"{count(said['k'])} of {plural(said['n'], 'review')} complain or wish, {percent(said['share'])}"
                if said["n"]
                else "no review could be read"
            )
            told += "; fails at it" if cell["fails"] else ""
            told += "; more often than at the other rivals, beyond chance" if cell["worse"] else ""
            told += ", also among reviews of the same stars" if cell["worse_alike"] else ""
            mark = "▲" if cell["worse_alike"] else "△" if cell["worse"] else ""
            share = said["k"] / said["n"] if said["n"] else None
            cells.append(Cell(told, (slug,), plain(row["name"]), called[slug], share, bool(cell["fails"]), mark))
    sorest = _sorest(document, rows, called)
    if sorest is None:
        return None
    return Chart(
        "heat",
        "Where each rival is complained about",
        sorest,
        f"Heat map of {plural(len(rows), 'theme')} by {plural(len(called), 'product')}; the darker, the larger"
        " the share of reviews that complain or wish. The numbers are in the matrix of the report.",
        tuple(cells),
    )


def _sorest(document: Document, rows: list[Document], called: dict[str, str]) -> str | None:
    """What the heat map shows: the rival and theme most complained about, and who fails at most themes."""
    ours = {c["slug"] for c in document["competitors"] if c["ours"]}
    cells = [(r, c) for r in rows for c in r["cells"] if c["competitor"] not in ours and c["complains"]["n"]]
    if not cells:
        return None
    row, cell = max(cells, key=lambda rc: (rc[1]["complains"]["low"], rc[0]["theme"], rc[1]["competitor"]))
    said = cell["complains"]
    sore = (
        f"The sorest spot is “{plain(row['name'])}” at {called[cell['competitor']]}, where"
        f" {count(said['k'])} of {plural(said['n'], 'review')} complain or wish ({percent(said['share'])})"
    )
    fails = {slug: sum(c["fails"] for _, c in cells if c["competitor"] == slug) for slug in called if slug not in ours}
    most = max(fails.values())
    if most == 0:
        return f"{sore}; no rival fails at any theme shown."
    who = [called[slug] for slug, n in fails.items() if n == most]
    verb = "fails" if len(who) == 1 else "each fail"
    return f"{sore}; {listed(who)} {verb} at the most themes shown ({most} of {len(rows)})."


def months(document: Document) -> Chart | None:
    """The complaint share of the first gaps, by month, week or day; none where the report refuses trends."""
    if document["trends_refused"]:
        return None
    series = {one["theme"]: one for one in document.get("months") or []}
    shown: list[Document] = []
    marks: list[Month] = []
    for gap in document["gaps"]:
        points = [p for p in series.get(gap["theme"], {}).get("points", ()) if p["n"]]
        if len(points) < LEAST_MONTHS or len(shown) == MOST_PANELS:
            continue
        shown.append(gap)
        for point in points:
            k, n = point["k"], point["n"]
            low, high = wilson(k, n)
            start = str(point["month"])
            told = (
                f"{plain(gap['name'])}, {start}: {count(k)} of {plural(n, 'review')} complain or wish, {percent(k / n)}"
            )
            first = f"{start}-01" if len(start) == len("2026-01") else start
            marks.append(Month(told, tuple(gap["failing"]), plain(gap["name"]), first, k / n, low, high))
    if not shown:
        return None
    return Chart(
        "months",
        "Is it getting worse?",
        _moving(shown),
        f"{plural(len(shown), 'line chart')}, one a gap: the share of reviews that complain or wish, stretch by"
        " stretch, with its 95 % interval as a band.",
        tuple(marks),
    )


def _moving(shown: list[Document]) -> str:
    """What the months show; that something moves is claimed only where the report's own test says so."""
    told = [g for g in shown if g["momentum"]]
    if not told:
        return "Dated reviews are too few or too close together to call any of these lines a trend."
    rising = [g for g in told if g["momentum"]["verdict"] == "rising"]
    falling = [g for g in told if g["momentum"]["verdict"] == "falling"]
    if not rising and not falling:
        return f"Nothing moves: none of these {plural(len(told), 'gap')} changed beyond chance lately."
    parts = [f"“{plain(g['name'])}” grows ({_from_to(g)})" for g in rising]
    parts += [f"“{plain(g['name'])}” fades ({_from_to(g)})" for g in falling]
    still = len(told) - len(rising) - len(falling)
    rest = f"; the other {still} did not change beyond chance" if still > 1 else ""
    rest = "; the other one did not change beyond chance" if still == 1 else rest
    return f"{listed(parts)}{rest}."


def _from_to(gap: Document) -> str:
    was, now = gap["momentum"]["before"], gap["momentum"]["recent"]
    return f"{percent(was['k'] / was['n'])} of reviews before, {percent(now['k'] / now['n'])} lately"


def _names(document: Document) -> dict[str, str]:
    """Slug -> name as plain text; our own product last and marked."""
    ranked = sorted(document["competitors"], key=lambda c: bool(c["ours"]))
    return {c["slug"]: f"{plain(c['name'])}{' (ours)' if c['ours'] else ''}" for c in ranked}
