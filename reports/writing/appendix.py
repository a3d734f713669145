"""What stands behind the gaps: matrix, planks, coverage and method."""

from __future__ import annotations

from reports.writing.document import Document
from reports.writing.gap import mark
from reports.writing.single import alone
from reports.writing.text import count, day, days, escape, link, listed, percent, plural, table, whole_percent

LEAST_IN_MATRIX = 5
"""Themes that fewer reviews speak of are left out of the printed matrix; the JSON has them all."""
MORE = (
    "▲: more often than at the other rivals, beyond chance, also among reviews of the same stars; △: more often, but"
    " not among reviews of the same stars: it does worse all round rather than at this above all."
)
_MARKS = f"the rival fails at it (most who speak of it complain). {MORE}"
_RATES = ", and the chance of any difference claimed where rivals do not differ is at most 5 %"
_COMPARED = (
    " A rival has *more* than the others when its share is above their mean and above that of all their reviews"
    " together, beyond chance (Fisher's exact test); among *reviews of the same stars*, by the exact test within"
    " strata, with the Mantel-Haenszel difference."
)
REACHES = {
    "end": "all that the place has",
    "known": "up to what is held",
    "cap": "as much as the source gives to anyone",
    "limit": "as far as `UNMET_PAGES` lets it go",
    "sample": "the sample that the page shows",
    "empty": "nothing came, and nothing proves that there is nothing",
    "refused": "not allowed",
    "blocked": "turned away",
    "missing": "nothing at that address",
    "unreachable": "no answer",
    "too large": "the answer was too large",
    "changed": "the page is not what its parser knows",
    "unreadable": "the file cannot be read",
    "unsaved": "the page could not be kept here",
    "ended": "our own run was ended before",
}


def matrix(document: Document, names: dict[str, str]) -> str:
    """Competitor x theme: the share of reviews that complain or wish."""
    slugs = [c["slug"] for c in document["competitors"]]
    rows = []
    hidden = 0
    for row in document["matrix"]:
        cells = {c["competitor"]: c for c in row["cells"]}
        if sum(c["speaks"]["k"] for c in row["cells"]) < LEAST_IN_MATRIX:
            hidden += 1
            continue
        score = row["opportunity"]
        rows.append(
            [
                escape(row["name"]),
                *(_cell(cells[s]) for s in slugs),
                f"{score['importance']:.1f}",
                f"{score['satisfaction']:.1f}",
                f"{score['score']:.1f}",
            ]
        )
    if not rows:
        return ""
    head = ["Theme", *(names[s] for s in slugs), "Importance", "Satisfaction", "Opportunity"]
    only = alone(document)
    verb = "is" if hidden == 1 else "are"
    rest = f" {plural(hidden, 'theme')} with fewer than {LEAST_IN_MATRIX} reviews {verb} left out." if hidden else ""
    return "\n".join(
        [
            f"## What customers of {only} complain about" if only else "## Who fails at what",
            "",
            "Share of read reviews that complain about a theme or wish for it. **Bold**:"
            f" {'most who speak of it complain.' if only else _MARKS}{rest}",
            "",
            table(head, rows, right=range(1, len(head))),
        ]
    )


def _cell(cell: Document) -> str:
    if cell["speaks"]["n"] == 0:
        return "–"
    share = percent(cell["complains"]["share"])
    return f"{f'**{share}**' if cell['fails'] else share}{mark(cell)}"


def planks(document: Document, names: dict[str, str]) -> str:
    """For each rival the theme that costs it most stars."""
    themes = {row["theme"]: row["name"] for row in document["matrix"]}
    rows = []
    missing = []
    for competitor in document["competitors"]:
        plank = competitor["plank"]
        if plank is None:
            missing.append(names[competitor["slug"]])
            continue
        rows.append(
            [
                names[competitor["slug"]],
                escape(themes[plank["theme"]]),
                f"{competitor['stars']:.2f}",
                f"{plank['stars_without']:.2f} ({plank['without_low']:.2f}–{plank['without_high']:.2f})",
                f"{plank['drag']:.2f} ({plank['drag_low']:.2f}–{plank['drag_high']:.2f})",
                count(plank["complains"]["k"]),
                escape(listed([themes[theme] for theme in plank["ties"]])) or "–",
            ]
        )
    lines = ["## The shortest plank" if alone(document) else "## The shortest plank of each", ""]
    if rows:
        lines += [
            "The theme whose complaining reviews cost it most stars, and what its mean rating would be without them"
            " (95 % intervals). Where two themes cannot be told apart, the other stands beside it.",
            "",
            table(["", "Theme", "Mean stars", "Without", "Cost", "Reviews", "Or as well"], rows, right=(2, 3, 4, 5)),
        ]
    if missing:
        lines += [
            "",
            f"Insufficient for {listed(missing)}: a theme needs at least {document['method']['plank_from']} reviews"
            " that complain, and must cost stars beyond chance.",
        ]
    return "\n".join(lines)


def coverage(document: Document, names: dict[str, str]) -> str:
    """One row a listing: what was read, and what was not."""
    head = "Whose|Place|Found|Held|In window|Copies|Rated|Not read|Unreadable|Written|Reached".split("|")
    rows, notes = [], []
    for row in document["coverage"]:
        visit = row["visit"]
        place = link(_place(row), row["listing"]) if row["web"] else _place(row)
        rows.append(
            [
                names[row["competitor"]],
                place,
                _found(visit),
                count(row["held"]),
                count(row["in_window"]),
                count(row["copies"]),
                count(row["rated"]),
                _not_read(row),
                count(visit["unreadable"]) if visit else "–",
                days(row["oldest"], row["newest"]) if row["held"] else "–",
                f"{REACHES[visit['reach']]} ({day(visit['date'])})" if visit else "not visited yet",
            ]
        )
        if row["gone"]:
            notes.append(
                f"- {names[row['competitor']]}, {_place(row)}: {plural(row['gone'], 'review')} that stood"
                " there before no longer does so; what was said still counts."
            )
        if visit and visit["detail"]:
            notes.append(f"- {names[row['competitor']]}, {_place(row)}: {escape(visit['detail'])}")
    notes += _suspicious(document, names)
    lines = [
        '<a id="coverage"></a>',
        "",
        "## Coverage",
        "",
        table(head, rows, right=range(2, 9)),
        "",
        "*Found*: at the last walk to the end, of as many as the place says it has. *Held*: in the lake. *In window*:"
        " counted here, less the *copies*, which repeat another text word for word or nearly. *Not read*: too short to"
        " tell the language, or in one that is not read yet; their stars count.",
    ]
    return "\n".join([*lines, "", *notes] if notes else lines)


def _place(row: Document) -> str:
    """A listing as a person calls it: its address without the scheme, or its file."""
    return escape(row["listing"].rpartition("://")[2])


def _found(visit: Document | None) -> str:
    if visit is None:
        return "–"
    return count(visit["found"]) + (f" of {count(visit['total'])}" if visit["total"] is not None else "")


def _suspicious(document: Document, names: dict[str, str]) -> list[str]:
    """Both counts where reviews look arranged; suspicion is no verdict, so they count above."""
    return [
        f"- {names[c['slug']]}: {plural(c['suspicious'], 'review')} may not be voices of their own (the same text at"
        f" two rivals, or a burst of like ratings on one day). They count above; mean stars {c['stars']:.2f} with them,"
        f" {c['stars_without_suspicious']:.2f} without.{_less(document, c['slug'])}"
        for c in document["competitors"]
        if c["suspicious"] and c["stars"] is not None and c["stars_without_suspicious"] is not None
    ]


def _less(document: Document, slug: str) -> str:
    """The gaps in which they are among those that complain, the most of them first: both shares."""
    gaps = {gap["theme"] for gap in document["gaps"]}
    found = []
    for row in document["matrix"]:
        cell = next(c for c in row["cells"] if c["competitor"] == slug)
        clean = cell.get("unsuspected")
        if row["theme"] in gaps and clean and clean["k"] < cell["complains"]["k"]:
            both = f"{percent(cell['complains']['share'])} and {percent(clean['share'])} for “{escape(row['name'])}”"
            found.append((clean["k"] - cell["complains"]["k"], both))
    shown = [both for _, both in sorted(found)[:3]]
    return f" Complaints with and without them: {listed(shown)}." if shown else ""


def _not_read(row: Document) -> str:
    told = [f"{code} {count(n)}" for code, n in list(row["languages"].items())[:3]]
    return count(row["not_read"]) + (f" ({', '.join(told)})" if told else "")


def method(document: Document) -> str:
    """How the numbers came about, and where they end."""
    m, window = document["method"], document["window"]
    grades = ", ".join(f"{name} from {count(least)}" for name, least in m["grades"].items())
    end = f" ending with the newest one ({day(window['end'])})" if window["end"] else ""
    bootstrap = m["bootstrap"]
    only = alone(document)
    means = "" if only else ", both as means over the rivals, so that one loud rival does not drown the rest"
    fails = (
        "Most customers are taken to complain about a theme, shown in bold," if only else "A rival *fails* at a theme"
    )
    paragraphs = [
        "## Method and limits",
        f"**Window.** Reviews of the {plural(window['days'], 'day')}{end}; undated reviews"
        f" ({count(document['reviews']['undated'])} here) count always. Each review counts once.",
        "**Reading.** Each sentence gets a sentiment (VADER with a review lexicon), the kinds complaint, bug, request,"
        " praise or question, and themes by the rules named above. Whether it complains is weighed from sentiment,"
        " cues and the review's stars. A review counts once for a theme, however often it says it.",
        "**Shares** carry Wilson 95 % intervals; under the gaps they are wide enough to hold for all gaps shown at once"
        f" (Bonferroni). {fails} when at least"
        f" {m['fails']['complaints']} reviews complain, more than {whole_percent(m['fails']['share'])} of its reviews"
        " do, and most of those who speak of it complain, both beyond chance (exact binomial tests)."
        f"{'' if only else _COMPARED} Each of these kinds of claim allows for the number of its tests (Benjamini and"
        f" Hochberg): of the failures at most 5 % are false{'' if only else _RATES}."
        f"{'' if only else ' *Open flank* means that a failing rival has more than the others.'}",
        "**Opportunity** = importance + max(importance − satisfaction, 0), after Ulwick, 0 to 20. Importance is"
        " 10 √(share of reviews that speak of the theme / that of the theme spoken of most), satisfaction"
        f" 10 (praise + 1) / (praise + complaints + 2){means}. The interval is a bootstrap of"
        f" {count(bootstrap['draws'])} draws of whole reviews (2.5th to 97.5th percentile). Gaps are ranked by its"
        f" lower bound and share a rank (=) unless one is ahead in {whole_percent(bootstrap['certain'])} of the draws.",
        f"**Evidence** counts complaining reviews{'' if only else ' at all rivals'}: {grades}; below that,"
        " insufficient.",
        f"**Trend** compares the last {m['recent_days']} days with the {m['recent_days']} before (halves of a shorter"
        " stretch), with Newcombe's interval. It *rises* or *fades* when the exact test within rivals says so beyond"
        " chance, allowing for the number of gaps.",
        "**Months and versions** stand out, and an unnamed complaint is called new, by Fisher's exact test over all"
        " that was tried. Where nothing moved, a report claims any of these trends with a chance of at most 5 %."
        " Versions are ordered by when their reviews were written, not"
        " by their names; one whose reviews are not clearly later than the others' is not compared.",
        "**What changed** is counted review by review: each that counts now and did not, or did and does not, has one"
        " cause, so the parts add up to the change. Something *grew* only if newly written reviews complain of it more"
        " often than those that counted before, by an exact test within listings, allowing for their number;"
        " everything else is a count.",
        "**Who they are, where they go, whether they stay** rest on what reviewers say of themselves in words; nothing"
        " is inferred. Those who say who they are write longer reviews than the rest, so groups are compared with each"
        " other, and the sentence that says who somebody is proves nothing about the group.",
        "**Must-be, performance, attractive** are read from stars by penalty-reward contrast analysis (Brandt 1987):"
        " stars are regressed on what the text complains of and on what it praises, all themes at once, and the two"
        " sides of a theme are compared on cumulative log-odds. Whether a sentence complains is judged without its"
        " stars here.",
        "**Limits.** People who write reviews are not all customers, and each place draws its own kind. Only English"
        " and Chinese are read in full. The reading makes mistakes: open the links before you bet on a gap.",
        f"Recompute every number and quote with `unmet verify` (snapshot {document['snapshot']}).",
    ]
    return "\n\n".join(paragraphs)
