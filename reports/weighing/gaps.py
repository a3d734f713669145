"""Themes -> gaps: which unmet needs are worth pursuing, of what kind, how sure, said by whom and how."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum

import polars as pl

from reports.reading import cues
from reports.rules import Rules, Theme
from reports.weighing import instead, phrases, quotes
from reports.weighing.cells import FAILS_FROM, Cell
from reports.weighing.evidence import Evidence
from reports.weighing.momentum import Momentum, Split, momenta
from reports.weighing.opportunity import Opportunity
from reports.weighing.personas import HELD
from reports.weighing.phrases import Phrase
from reports.weighing.quotes import Quote
from reports.weighing.sequences import Sequences, sequences

MOST_GAPS = 8
LEAST_SAID = 3
"""A segment or another product is named only when at least this many reviews name it."""
ENOUGH_REVIEWS = 30
"""Fewer read reviews than this say nothing about what a rival's customers do not complain about."""


class Kind(StrEnum):
    """What sort of opening a gap is."""

    MARKET = "market-wide"
    """At least two rivals, and two thirds of those with enough reviews, fail at it."""
    FLANK = "open flank"
    """Some rivals fail where others do not: one of them is complained about more than the others, beyond chance."""
    SOME = "some rivals"
    """Some rivals fail, and nothing shows that the others are better."""
    WISH = "unserved wish"
    """Mostly asked for rather than complained about, and hardly praised anywhere."""
    SINGLE = "single rival"
    """Only one rival was read, so nothing is known of the market."""


class Grade(StrEnum):
    """How much evidence stands behind a gap: complaints and wishes at all rivals together."""

    STRONG = "strong"
    FAIR = "fair"
    THIN = "thin"
    INSUFFICIENT = "insufficient"


GRADES = ((Grade.STRONG, 100), (Grade.FAIR, 30), (Grade.THIN, 10))
"""From how many complaining reviews each grade starts."""


@dataclass(frozen=True)
class Gap:
    """An unmet need worth pursuing."""

    theme: Theme
    opportunity: Opportunity
    kind: Kind
    grade: Grade
    complaints: int
    wishes: int
    praises: int
    failing: list[str]
    """Rivals that fail at it, the worst first."""
    pleasing: list[str]
    """Rivals whose customers do not complain of it beyond chance, though enough were read."""
    urgent: int
    """Complaining reviews with a sign of urgency."""
    leaving: int
    """Complaining reviews whose author has left or is about to."""
    momentum: Momentum | None
    segments: list[tuple[str, int]]
    """Who says so of themselves: (segment slug, complaining reviews)."""
    instead: list[tuple[str, int]]
    """Which products they went to, of the market or not: (its name, complaining reviews)."""
    measured_by: list[tuple[str, int]]
    """Which products they hold it against: (its name, complaining reviews)."""
    workarounds: list[tuple[str, int]]
    """How they cope: (the name of a workaround of the rules, complaining reviews)."""
    phrases: list[Phrase]
    quotes: list[Quote]
    praise_quotes: list[Quote]


def grade(complaints: int) -> Grade:
    """The grade that so many complaining reviews earn."""
    return next((name for name, least in GRADES if complaints >= least), Grade.INSUFFICIENT)


def gaps(
    evidence: Evidence,
    cells: dict[tuple[str, str], Cell],
    ranked: list[Opportunity],
    rivals: list[str],
    rules: Rules,
    names: dict[str, str],
    parts: Split | None,
    called: dict[str, str],
) -> list[Gap]:
    """The gaps of a market in rank order, at most `MOST_GAPS`.

    `names`: how people write the market's products -> its name. `parts`: what a trend compares, None for no trends.
    `called`: slug -> name.
    """
    themes = {theme.slug: theme for theme in rules.themes}
    mentions = evidence.mentions.with_row_index("_text")
    said = sequences(mentions["text"])
    after = instead.following(mentions)
    everywhere = said.found.group_by("gram").len("prior")
    chosen = openings(cells, ranked, rivals)
    trends = momenta(evidence, [opportunity.theme for opportunity, _ in chosen], rivals, parts)
    found: list[Gap] = []
    voices: set[str] = set()
    for opportunity, kind in chosen:
        of_rivals = [cells[r, opportunity.theme] for r in rivals]
        complaining = _mentions(mentions, opportunity.theme, rivals, "complains", rules)
        praising = _mentions(mentions, opportunity.theme, rivals, "praises", rules)
        statements = evidence.statements.filter(
            (pl.col("theme") == opportunity.theme) & pl.col("competitor").is_in(rivals) & pl.col("complains")
        )
        by_share = sorted(of_rivals, key=lambda c: (-(c.complains.share or 0), c.competitor))
        happiest = sorted(of_rivals, key=lambda c: (-(c.praises.share or 0), c.competitor))
        found.append(
            Gap(
                theme=themes[opportunity.theme],
                opportunity=opportunity,
                kind=kind,
                grade=grade(statements.height),
                complaints=statements.height,
                wishes=sum(c.wishes for c in of_rivals),
                praises=sum(c.praises.k for c in of_rivals),
                failing=[c.competitor for c in by_share if c.fails],
                pleasing=[c.competitor for c in happiest if not c.fails and c.speaks.n >= ENOUGH_REVIEWS],
                urgent=statements.filter(pl.col("urgency") > 0).height,
                leaving=statements.filter("churn").height,
                momentum=trends.get(opportunity.theme),
                segments=_who(complaining, rules),
                instead=_said(instead.gone_to(complaining, names), "switched_to"),
                measured_by=_said(instead.held_against(complaining, called), "compared_with"),
                workarounds=_said(instead.coping(after, complaining, rules), "workaround"),
                phrases=_phrases(complaining, said, everywhere),
                quotes=quotes.complaints(
                    _heard(complaining.filter(quotes.complaining()), "complains", rules, names, called),
                    [c.competitor for c in by_share],
                    voices,
                    failing=[c.competitor for c in by_share if c.fails],
                ),
                praise_quotes=quotes.praises(
                    _heard(praising.filter(quotes.praising()), "praises", rules, names, called),
                    [c.competitor for c in happiest],
                    voices,
                ),
            )
        )
    return found


def openings(
    cells: dict[tuple[str, str], Cell], ranked: list[Opportunity], rivals: list[str]
) -> list[tuple[Opportunity, Kind]]:
    """The themes that are gaps, in rank order, at most `MOST_GAPS`, with their kinds.

    Their places are those among the gaps: themes of which nobody complains enough leave no hole.
    """
    kinds = [(opportunity, _kind([cells[r, opportunity.theme] for r in rivals])) for opportunity in ranked]
    chosen = [(opportunity, kind) for opportunity, kind in kinds if kind is not None][:MOST_GAPS]
    places = sorted(opportunity.place for opportunity, _ in chosen)
    return [
        (replace(opportunity, place=1 + bisect_left(places, opportunity.place)), kind) for opportunity, kind in chosen
    ]


def quoted(found: list[Gap]) -> set[str]:
    """The keys and texts that gaps quote, so that nobody is quoted again elsewhere."""
    said = [quote for gap in found for quote in (*gap.quotes, *gap.praise_quotes)]
    return {quote.key for quote in said} | {quote.text.casefold() for quote in said}


def _kind(of_rivals: list[Cell]) -> Kind | None:
    """The kind of gap that a theme is at the rivals, or None when it is none."""
    failing = sum(c.fails for c in of_rivals)
    complaints = sum(c.complains.k for c in of_rivals)
    wishes = sum(c.wishes for c in of_rivals)
    praises = sum(c.praises.k for c in of_rivals)
    enough = sum(c.speaks.n >= ENOUGH_REVIEWS for c in of_rivals)
    if wishes >= FAILS_FROM and 2 * wishes >= complaints and 2 * praises <= wishes:
        return Kind.WISH
    if not failing:
        return None
    if len(of_rivals) == 1:
        return Kind.SINGLE
    if failing >= 2 and 3 * failing >= 2 * enough:
        return Kind.MARKET
    apart = any(c.fails and c.worse for c in of_rivals)
    content = any(not c.fails and c.speaks.n >= ENOUGH_REVIEWS for c in of_rivals)
    return Kind.FLANK if apart and content else Kind.SOME


def _mentions(mentions: pl.DataFrame, theme: str, rivals: list[str], side: str, rules: Rules) -> pl.DataFrame:
    """The rivals' mentions of a theme that complain or wish, or that praise.

    `_main`: the theme comes first in it, or a pain point that belongs to the theme above all; `_exact`: a pain point of
    the theme is named.
    """
    kinds = pl.col("kinds")
    if side == "complains":
        wanted = kinds.list.contains("complaint") | kinds.list.contains("bug") | kinds.list.contains("request")
    else:
        wanted = kinds.list.contains("praise")
    vague = [point.name for point in rules.pains.points if point.fallback]
    own = [name for name, themes in rules.pains.themes().items() if themes[0] == theme]
    foreign = [name for name, themes in rules.pains.themes().items() if theme not in themes]
    named = pl.col("pain_point").is_not_null() & ~pl.col("pain_point").is_in([*vague, *foreign])
    return mentions.filter(
        pl.col("themes").list.contains(theme) & wanted & pl.col("competitor").is_in(rivals)
    ).with_columns(
        _main=((pl.col("themes").list.first() == theme) | pl.col("pain_point").is_in(own)).fill_null(False),
        _exact=named.fill_null(False),
    )


def _heard(
    mentions: pl.DataFrame, side: str, rules: Rules, names: dict[str, str], called: dict[str, str]
) -> pl.DataFrame:
    """The mentions with what only their words tell.

    `_elsewhere`: another product is spoken of; `_voiced`: a cue says so, or a pain point is named, rather than the
    words' lean alone.
    """
    spoken = [rules, *rules.languages.values()]
    if side == "complains":
        told = [cue for each in spoken for cue in (each.complaint, each.kinds["bug"], each.kinds["request"])]
    else:
        told = [each.praise for each in spoken]
    voiced = pl.any_horizontal(pl.col("pain_point").is_not_null(), *(cues.speaks(cue) for cue in told))
    return mentions.with_columns(cues.plain()).with_columns(_voiced=voiced, _elsewhere=_elsewhere(names, called))


def _elsewhere(names: dict[str, str], called: dict[str, str]) -> pl.Expr:
    """Whether a mention speaks of a product other than the one reviewed: names it, left it or went to it.

    A name counts with a capital only: some products are called by a common word.
    """
    own = pl.col("competitor").cast(pl.String).replace_strict(called, default=None, return_dtype=pl.String)
    left, beside = (pl.col(column).cast(pl.String) for column in ("switched_from", "compared_with"))
    other = pl.col("switched_to").is_not_null() | (left != own).fill_null(False)
    other |= (beside.is_not_null() & (beside != own)).fill_null(False)
    for name, product in names.items():
        written = rf"\b{re.escape(name[0].upper())}(?i:{re.escape(name[1:])})\b"
        other |= pl.col("text").str.contains(written) & (own != product).fill_null(True)
    return other


def _phrases(complaining: pl.DataFrame, said: Sequences, everywhere: pl.DataFrame) -> list[Phrase]:
    """What marks the complaining mentions among all. `everywhere`: in how many each `gram` stands, as `prior`."""
    here = said.of(complaining["_text"]).group_by("gram").len()
    often = here.filter(pl.col("len") >= phrases.LEAST).join(everywhere, on="gram", how="inner")
    n_here, n_all = int(here["len"].sum()), said.found.height
    told = phrases.likely(often.rename({"len": "k"}), n_here, n_all)
    return phrases.marked(((said.spelt(gram), k, prior) for gram, k, prior in told.iter_rows()), n_here, n_all)


def _who(complaining: pl.DataFrame, rules: Rules) -> list[tuple[str, int]]:
    """Who they say they are; what they use the product for, and what device they hold, says nothing of that."""
    who = [segment.slug for segment in rules.segments if segment.kind != "use" and segment.slug not in HELD]
    return _said(complaining.explode("segments").filter(pl.col("segments").is_in(who)), "segments")


def _said(mentions: pl.DataFrame, column: str) -> list[tuple[str, int]]:
    pairs = mentions.select("key", column).drop_nulls().unique()
    counted = Counter(pairs[column].to_list())
    return sorted(((v, n) for v, n in counted.items() if n >= LEAST_SAID), key=lambda p: (-p[1], p[0]))[:5]
