"""Recurring complaints that no theme holds: what the rules have no name for, and what of it is new.

A candidate is a phrase of two or three words (`phrases.grams`, its words brought to a common form) in complaints and
wishes that the rules give no theme and no pain point. Where there is a before and after, it must be said more often
lately than before; always, more in complaint than in praise, and more in these complaints than in those that a theme
holds (else it is how people complain, not what of). The largest p-value of these exact tests counts, at a false
discovery rate of 5 % over all candidates (`statistics.TRENDS` where there are dates). Without dates nothing is called
new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from reports.reading.signals import GENERAL
from reports.weighing import phrases, quotes
from reports.weighing.evidence import Evidence
from reports.weighing.heard import heard
from reports.weighing.momentum import LEAST_REVIEWS, Split
from reports.weighing.quotes import Quote
from reports.weighing.statistics import FALSE, TRENDS, Proportion, discoveries, more_often

LEAST = 5
"""Reviews by different authors that must say it, lately where there is a lately."""
MOST = 30
MOST_COMPARED = 100_000
"""Sentences that tell how praise, and complaints with a theme, are worded; more would cost time and tell little."""
ALIKE = 0.5
"""Phrases are variants of one complaint when so large a share of the smaller one's reviews say both."""
_FORMULAS = frozenset(
    "absolutely again ago always angry annoying another anymore anyone anything app application apps apps' aren't "
    "awful back bad best better boring came can't cant come company completely could couldn't crap customer customers "
    "day days delete deleted deleting didn't didnt disappointed disappointing disgusting doesn't doesnt don't dont "
    "download downloaded ever every everyone everything experience extremely far feel feels find first five fix fixed "
    "fixes fixing found frustrating game garbage gave get gets getting give given giving go going good great guys "
    "hate hated help honestly hope horrible hour hours i'd i'll i've install installed isn't isnt issue issues keep "
    "keeps kept kindly know last like literally little long longer look looking looks lot love made make makes making "
    "many minute minutes money month months morning need needed never new nice night no not nothing ok okay old once "
    "pathetic people please pleasee pls plz possible pretty problem problems product quality rate rating really "
    "recommend reinstall reinstalled reinstalling request review reviews rubbish sad said say says see seen seriously "
    "service services several since sir something sometimes soon sorry star stars start started still stop stopped "
    "stupid suck sucks suggest suggestion sure take taking team tell terrible thank thanks thing things think three "
    "time times today told tomorrow took totally trash tried try trying twice two uninstall uninstalled uninstalling "
    "update use used useless user users using version want wanted wasn't waste wasting way week weeks well went "
    "what's why wish without won't wont work worked working works worse worst would wrong year years yes yesterday "
    "zero".split()
)
"""Words that complain of anything; a phrase of these alone says what no theme could hold."""


@dataclass(frozen=True)
class Cry:
    """A complaint that recurs, under the phrase that most of its reviews use."""

    phrase: str
    variants: tuple[str, ...]
    """Other phrases of the same reviews, the most frequent first."""
    reviews: Proportion
    """Of the rivals' read reviews, lately where there is a lately, each once."""
    before: Proportion | None
    """Of those of the part before; None without dates."""
    authors: int
    rivals: tuple[tuple[str, int], ...]
    """(competitor, reviews), most first."""
    quote: Quote | None


@dataclass(frozen=True)
class Emerging:
    """What no theme holds."""

    dated: bool
    """Whether it is new by date; else it is only what no theme holds."""
    unnamed: Proportion
    """Reviews with a complaint that no theme holds, of those read."""
    tested: int
    """Candidate phrases."""
    cries: tuple[Cry, ...]
    """Most reviews first."""


def emerging(evidence: Evidence, rivals: Sequence[str], parts: Split | None, voices: set[str]) -> Emerging:
    """The recurring complaints of the rivals' customers that no theme holds.

    `parts` is what a trend compares, None where none may be told. `voices`: who is quoted elsewhere in the report.
    """
    ours = pl.col("competitor").is_in(list(rivals))
    facts = evidence.reviews.select("competitor", "written", "counted", "is_read")
    read = facts.filter(ours & pl.col("counted") & pl.col("is_read"))
    mentions = evidence.mentions.filter(ours)
    recent_n, before_n = read.height, 0
    if parts is not None:
        recent, before = _between(parts)
        recent_n, before_n = read.filter(recent).height, read.filter(before).height
        mentions = mentions.filter(recent | before).with_columns(_recent=recent)
    if parts is None or min(recent_n, before_n) < LEAST_REVIEWS:
        parts, recent_n, before_n = None, read.height, 0
        mentions = evidence.mentions.filter(ours).with_columns(_recent=pl.lit(value=True))
    kinds = pl.col("kinds")
    complains = kinds.list.contains("complaint") | kinds.list.contains("bug") | kinds.list.contains("request")
    nameless = (pl.col("themes").list.first() == GENERAL) & pl.col("pain_point").is_null()
    unnamed = mentions.filter(complains & nameless)
    praise = mentions.filter(kinds.list.contains("praise") & ~complains)["text"]
    themed = mentions.filter(complains & ~nameless)["text"]
    told = heard(unnamed, [_sample(praise), _sample(themed)], _says, _stem, LEAST)
    rate = FALSE if parts is None else TRENDS
    p_values = []
    for k, k_recent, *held in told.phrases.select("reviews", "recent", "other_0", "other_1").iter_rows():
        p = more_often(k_recent, recent_n, k - k_recent, before_n) if parts is not None else 0.0
        for k_other, n_other in zip(held, told.others, strict=True):
            # the largest counts, and what is beyond the rate already does not stand, however far beyond
            if p <= rate:
                p = max(p, more_often(k, told.said, k_other, n_other))
        p_values.append(p)
    said, shown = told.told(told.phrases.filter(pl.Series(discoveries(p_values, rate), dtype=pl.Boolean)))
    groups = _grouped(said)
    lately = set(unnamed.filter("_recent")["key"])
    authors = dict(unnamed.select("key", pl.coalesce("author", "key")).iter_rows()) if said else {}
    groups = _grouped(said)
    cries = []
    for grams, keys in groups:
        late = keys & lately
        people = {authors[k] for k in late}
        if len(people) < LEAST:
            continue
        telling = unnamed.filter(pl.col("key").is_in(list(late)))
        telling = telling.filter(_holding(telling["text"], grams))
        where = Counter(telling.select("key", "competitor").unique()["competitor"].to_list())
        by_rival = tuple(sorted(where.items(), key=lambda r: (-r[1], r[0])))
        marked = telling.with_columns(
            _main=pl.lit(value=True),
            _exact=pl.lit(value=False),
            _elsewhere=pl.lit(value=False),
            _voiced=pl.lit(value=True),
        )
        chosen = quotes.complaints(marked, [r for r, _ in by_rival], voices, 1)
        cries.append(
            Cry(
                phrase=shown[grams[0]],
                variants=tuple(shown[g] for g in grams[1:4]),
                reviews=Proportion(len(late), recent_n),
                before=Proportion(len(keys - lately), before_n) if parts is not None else None,
                authors=len(people),
                rivals=by_rival,
                quote=chosen[0] if chosen else None,
            )
        )
        if len(cries) == MOST:
            break
    heard_of = unnamed.filter("_recent")["key"].n_unique()
    return Emerging(parts is not None, Proportion(heard_of, recent_n), told.phrases.height, tuple(cries))


def _sample(texts: pl.Series) -> pl.Series:
    """Of very many texts one in so many, evenly."""
    return texts.gather_every(1 + texts.len() // MOST_COMPARED)


def _between(parts: Split) -> tuple[pl.Expr, pl.Expr]:
    recent = pl.col("written").is_between(parts.recent, parts.end, closed="right").fill_null(value=False)
    before = pl.col("written").is_between(parts.before, parts.recent, closed="right").fill_null(value=False)
    return recent, before


def _grams(text: str) -> set[str]:
    """The candidates of a text in their common form."""
    said = (gram.split() for gram in phrases.grams(text))
    return {" ".join(map(_stem, words)) for words in said if any(map(_says, words))}


def _says(word: str) -> bool:
    """Whether a phrase with this word says what the complaint is about."""
    return not (word in _FORMULAS or word in phrases.HOLLOW or word.isdigit())


def _stem(word: str) -> str:
    """A rough common form of a word's inflections, so that `dark themes` and `dark theme` are one."""
    for ending in ("'s", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def _grouped(said: dict[str, set[str]]) -> list[tuple[list[str], set[str]]]:
    """Variants made one: phrases, the most frequent first, and their reviews; the group of most reviews first."""
    groups: list[tuple[list[str], set[str]]] = []
    # the leader's own reviews decide who joins it, so that a chain of overlaps does not make one group of everything
    for gram in sorted(said, key=lambda g: (-len(said[g]), -len(g.split()), g)):
        for grams, keys in groups:
            leader = said[grams[0]]
            if len(leader & said[gram]) >= ALIKE * min(len(leader), len(said[gram])):
                grams.append(gram)
                keys |= said[gram]
                break
        else:
            groups.append(([gram], set(said[gram])))
    return sorted(groups, key=lambda group: (-len(group[1]), group[0][0]))


def _holding(texts: pl.Series, grams: list[str]) -> pl.Series:
    wanted = set(grams)
    return pl.Series([bool(wanted & _grams(text)) for text in texts], dtype=pl.Boolean)
