"""Tiers, Kano and what moves customers, in a report."""

from __future__ import annotations

from reports.weighing.kano import LEAST, Category, Effect, Kano
from reports.weighing.tiers import TIERS, Level, Move, Standing
from reports.weighing.weigh import Weighed
from reports.writing.figures import Document, proportion, rounded
from reports.writing.text import count, escape, listed, percent, plural, table

ENOUGH = 30
"""Fewer reviews that speak of a tier, or that complain, make no shares worth printing."""
MOST_THEMES = 12
MOST_ANSWERS = 3
"""Printed a question; the JSON has all."""
TOLD = (Category.MUST_BE, Category.PERFORMANCE, Category.ATTRACTIVE, Category.INDIFFERENT)
QUESTIONS = {"lever": "What would close it", "stage": "Where it hurts", "motive": "Why", "need": "Need or want"}
ANSWERS = {
    "product": "the product or service",
    "price": "price",
    "promotion": "promotion",
    "channel": "the sales channel",
    "people": "people",
}


def section(weighed: Weighed) -> Document:
    """Every product's tiers, every theme's Kano reading, and every answer to the four questions."""
    found = weighed.tiers
    names = {theme.slug: theme.name for theme in weighed.rules.themes}
    return {
        "competitors": [_standing(standing) for standing in found.standings],
        "kano": [_kano(each, names) for each in found.kano],
        "kano_least": LEAST,
        "moves": [_move(move) for move in found.moves],
    }


def _standing(standing: Standing) -> Document:
    return {"competitor": standing.competitor, **{level.tier: _level(level) for level in standing.levels}}


def _level(level: Level) -> Document:
    mentions = {"k": level.mentions.k, "n": level.mentions.n, "share": rounded(level.mentions.share, 4)}
    return {"mentions": mentions, "complains": proportion(level.complains), "praises": proportion(level.praises)}


def _kano(each: Kano, names: dict[str, str]) -> Document:
    return {
        "theme": each.theme,
        "name": names[each.theme],
        "category": str(each.category),
        "complains": each.complains,
        "praises": each.praises,
        "penalty": _effect(each.penalty),
        "reward": _effect(each.reward),
    }


def _effect(effect: Effect | None) -> Document | None:
    if effect is None:
        return None
    return {"stars": rounded(effect.size), "low": rounded(effect.low), "high": rounded(effect.high)}


def _move(move: Move) -> Document:
    return {
        "question": move.question,
        "answer": move.answer,
        "rivals": proportion(move.rivals),
        "competitors": [
            {"competitor": share.competitor, **proportion(share.reviews), "more": share.more} for share in move.shares
        ],
    }


def render(document: Document, names: dict[str, str]) -> str:
    """Three short sections."""
    held = document["tiers"]
    return "\n\n".join([_tiers(held, names), _needs(held), _moves(held, names)])


def _tiers(held: Document, names: dict[str, str]) -> str:
    rows = []
    for one in held["competitors"]:
        if any(one[tier]["mentions"]["k"] for tier in TIERS):
            rows.append([names[one["competitor"]], *(_tier(one[tier]) for tier in TIERS)])
    lines = ["## Works, pleasant, loved", ""]
    if not rows:
        return "\n".join([*lines, "Insufficient: no review speaks of a theme."])
    return "\n".join(
        [
            *lines,
            "How much of what is said falls into each tier (share of mentions with a theme), and how many of the"
            f" reviews that speak of it complain or wish, and praise, from {ENOUGH} reviews on.",
            "",
            table(["", "It works", "It is pleasant", "It is loved"], rows),
        ]
    )


def _tier(level: Document) -> str:
    complains, praises = level["complains"], level["praises"]
    share = percent(level["mentions"]["share"])
    if complains["n"] < ENOUGH:
        return f"{share} ({plural(complains['n'], 'review')})"
    return f"{share}: {percent(complains['share'])} complain, {percent(praises['share'])} praise"


def _needs(held: Document) -> str:
    told = [each for category in TOLD for each in held["kano"] if each["category"] == category]
    rest = {
        category: [each for each in held["kano"] if each["category"] == category]
        for category in (Category.UNCLEAR, Category.INSUFFICIENT)
    }
    lines = ["## Must-be, performance, attractive", ""]
    missing = rest[Category.INSUFFICIENT]
    if not told and not rest[Category.UNCLEAR]:
        most = max((min(each["complains"], each["praises"]) for each in missing), default=0)
        return "\n".join(
            [
                *lines,
                f"Insufficient: a theme needs {held['kano_least']} rated reviews that complain and as many that praise;"
                f" the best has {count(most)}.",
            ]
        )
    lines += [
        "Kano's categories, read from stars: a *must-be* costs more when it fails than it earns when it is done well,"
        " an *attractive* one the other way round, *performance* does both; tested on the odds of a better rating,"
        " which unlike stars have no ceiling. Stars are those that a complaint costs and praise earns, all else that a"
        " review speaks of held equal. A Kano question in your survey settles it.",
    ]
    if told:
        order = {category: i for i, category in enumerate(TOLD)}
        told.sort(key=lambda each: -(each["complains"] + each["praises"]))
        shown = sorted(told[:MOST_THEMES], key=lambda each: order[Category(each["category"])])
        head = ["Theme", "Reading", "A complaint costs", "Praise earns", "Complain", "Praise"]
        lines += ["", table(head, [_need(each) for each in shown], right=range(2, 6))]
    notes = []
    if rest[Category.UNCLEAR]:
        notes.append(f"Unclear: {listed([escape(each['name']) for each in rest[Category.UNCLEAR]])}.")
    if missing:
        notes.append(
            f"Insufficient for {plural(len(missing), 'theme')}: a theme needs {held['kano_least']} rated reviews that"
            " complain and as many that praise."
        )
    return "\n".join([*lines, "", " ".join(notes)] if notes else lines)


def _need(each: Document) -> list[str]:
    return [
        escape(each["name"]),
        each["category"],
        _stars(each["penalty"]),
        _stars(each["reward"]),
        count(each["complains"]),
        count(each["praises"]),
    ]


def _stars(effect: Document) -> str:
    return f"{effect['stars']:.2f} ({effect['low']:.2f} to {effect['high']:.2f})"


def _moves(held: Document, names: dict[str, str]) -> str:
    lines = ["## What moves them", ""]
    moves: list[Document] = held["moves"]
    n = moves[0]["rivals"]["n"] if moves else 0
    if n < ENOUGH:
        return "\n".join([*lines, f"Insufficient: this needs {ENOUGH} complaining reviews; there are {count(n)}."])
    slugs = [share["competitor"] for share in moves[0]["competitors"] if share["n"] >= ENOUGH]
    rows = []
    for question, asked in QUESTIONS.items():
        for place, move in enumerate([m for m in moves if m["question"] == question][:MOST_ANSWERS]):
            shares = {share["competitor"]: share for share in move["competitors"]}
            cells = [f"{percent(shares[s]['share'])}{' ▲' if shares[s]['more'] else ''}" for s in slugs]
            answer = str(move["answer"])
            shown = ANSWERS[answer] if question == "lever" else escape(answer)
            rows.append(["" if place else asked, shown, count(move["rivals"]["k"]), *cells])
    whose = "of rivals " if len(slugs) > 1 else ""
    return "\n".join(
        [
            *lines,
            f"Of the {count(n)} reviews {whose}that complain or wish, those that say so; a"
            " review may say several things, and most say nothing of why."
            + (" ▲: more often than at the other rivals, beyond chance." if whose else ""),
            "",
            table(["", "", "Reviews", *(names[s] for s in slugs)], rows, right=range(2, 3 + len(slugs))),
        ]
    )
