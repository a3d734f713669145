"""Verbatim evidence: a few short statements by different customers of different rivals, each clear on its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from reports.weighing import form

BEST_LENGTH = 100
"""Characters of the quote that is read at a glance."""
CONTENT_STARS = 4
"""A review with fewer stars is not quoted as praise, whatever a sentence of it sounds like; nor is one with as many
quoted as a complaint, unless it asks for something."""
FELT = -0.05
"""Below this sentiment a sentence complains in its own words, whatever the stars say; what names a pain point may be as
much above."""
STRONGLY = 0.3
"""From this sentiment on, either way, words say so without a cue."""
SURE = 0.7
"""A sentence is quoted as a complaint only from this probability of being one; a wish from half of it."""
GLAD = 0.15
"""A sentence is quoted as praise only up to this probability of being a complaint."""
WRITTEN = 1.0
"""A sentence that praises is quoted only with this polish: there are always others, or none is needed."""
AGAIN = 0.5
"""What a sentence loses whose pain point is quoted already: a report that says one thing four times says one thing."""
SAME_MONTH = 0.2
"""What a sentence loses whose month is quoted already."""
ENOUGH = 3
"""So many quotes make a point; for fewer, rivals that do not fail are heard again."""
FEW = 10
"""Where fewer sentences than this are mainly about the theme, well-written ones that also touch it may be quoted."""
ASIDE = 2.0
"""What such a sentence loses: any that is mainly about the theme comes first."""
LOOKED_AT = 60
"""Sentences of each rival that the choice is made from."""
_RESERVED = (
    r"(?i)\b(?:but|only|except|although|though|however|wish|could|would|should|if only"
    r"|apart from|other than|not perfect|a bit|a little|one thing|downside|sometimes)\b"
    r"|但|不过|就是|只是|除了|可惜|要是|如果"
)
"""Words of a sentence that praises with a reservation."""
_RELIEVED = r"(?i)\b(?:no longer|don['’]?t|never|not) (?:have |need |having )?(?:to )?(?:worry|fear|be afraid)"
"""Words of a sentence that tells of a trouble that is over."""


_ABOUT = {"_main": pl.lit(True), "_exact": pl.lit(False), "_elsewhere": pl.lit(False)}


@dataclass(frozen=True)
class Quote:
    """A span of a review: `text` is `body[start:end]`, or `title[start:end]` where `field` says so."""

    key: str
    field: str
    start: int
    end: int
    text: str
    competitor: str
    listing: str
    url: str | None
    row: int | None
    stars: float | None
    written: datetime | None


def complaints(
    mentions: pl.DataFrame, rivals: list[str], voices: set[str], most: int = 4, failing: list[str] | None = None
) -> list[Quote]:
    """The most telling of some complaining mentions, the rivals taking turns in the order given.

    After a turn of all, only those that are `failing` go on, and the others again only where fewer than three were
    found.

    `mentions`: the columns of evidence, and `_main` (the theme is its first), `_exact` (it names a pain point of the
    theme), `_elsewhere` (it speaks of another product), `_voiced` (it says so by a cue). Telling means: surely a
    complaint or wish and nothing else, mainly about this, names what fails, called helpful by others. Pain points and
    months are spread; at a tie the newest comes first, then the review's key decides, so the choice is the same every
    time. `voices` holds the people and texts quoted already and grows by those chosen, so that a report quotes nobody
    twice.
    """
    says = pl.col("_voiced") | (pl.col("sentiment") < -STRONGLY)
    fit = mentions.filter(complaining()).filter(says & ~pl.col("text").str.contains(_RELIEVED))
    return _chosen(fit, pl.col("complaint") - 0.3 * pl.col("sentiment"), rivals, voices, most, failing)


def complaining() -> pl.Expr:
    """Whether a mention may be quoted as a complaint, for all that can be told without looking at its words."""
    wish = pl.col("kinds").list.contains("request")
    sure = (pl.col("complaint") >= pl.when(wish).then(SURE / 2).otherwise(SURE)).fill_null(False)
    feels = pl.col("sentiment") < pl.when("_exact").then(-FELT).otherwise(FELT)
    sour = wish | (pl.col("stars").is_null() | (pl.col("stars") < CONTENT_STARS)) & feels
    return sure & sour & ~pl.col("kinds").list.contains("praise")


def praises(mentions: pl.DataFrame, rivals: list[str], voices: set[str], most: int = 1) -> list[Quote]:
    """The most telling of some praising mentions without reservation, out of reviews that are content as a whole.

    Needs and gives what `complaints` does.
    """
    says = pl.col("_voiced") | (pl.col("sentiment") > STRONGLY)
    fit = mentions.filter(praising()).filter(says & ~pl.col("text").str.contains(_RESERVED))
    return _chosen(fit.filter(form.polish() >= WRITTEN), pl.col("sentiment"), rivals, voices, most)


def praising() -> pl.Expr:
    """The same for praise."""
    content = pl.col("stars").is_null() | (pl.col("stars") >= CONTENT_STARS)
    others = pl.col("kinds").list.set_intersection(["complaint", "bug", "request", "question"]).list.len() > 0
    glad = (pl.col("complaint") <= GLAD).fill_null(False) & (pl.col("sentiment") > 0)
    return content & glad & ~others & pl.col("compared_with").is_null()


def plain(mentions: pl.DataFrame, rivals: list[str], voices: set[str], most: int = 2) -> list[Quote]:
    """The most telling of some mentions that are quoted for something else than a need: a switch, say."""
    return _chosen(mentions.with_columns(**_ABOUT), pl.lit(0.0), rivals, voices, most)


def plainly(mentions: pl.DataFrame) -> pl.DataFrame:
    """Those out of which `plain` chooses."""
    return mentions.filter(mentions.with_columns(**_ABOUT).select(form.fits() & form.whole()).to_series())


def _chosen(
    mentions: pl.DataFrame,
    clear: pl.Expr,
    rivals: list[str],
    voices: set[str],
    most: int,
    failing: list[str] | None = None,
) -> list[Quote]:
    main = pl.col("_main") | pl.lit(mentions["_main"].sum() < FEW) & (form.polish() >= 1)
    telling = (
        clear
        + 1.2 * pl.col("_exact")
        + 1.2 * form.polish()
        + 0.1 * pl.col("helpful").fill_null(0).clip(0).log1p()
        - 0.2 * (pl.col("themes").list.len() - 1).clip(0, 3)
        - (pl.col("text").str.len_chars() - BEST_LENGTH).abs() / 150
        - ASIDE * ~pl.col("_main")
    ).round(1)
    fit = (
        mentions.filter(~pl.col("_elsewhere") & form.fits())
        .filter(main)
        .filter(form.whole())
        .with_columns(_telling=telling)
        .sort(["_telling", "written", "key", "mention"], descending=[True, True, False, False], nulls_last=True)
        .unique("key", keep="first", maintain_order=True)
    )
    queues = {r: fit.filter(pl.col("competitor") == r).head(LOOKED_AT).to_dicts() for r in rivals}
    chosen: list[Quote] = []
    told: set[str] = set()
    turn = rivals
    while len(chosen) < most and any(queues[rival] for rival in turn):
        for rival in turn:
            row = _next(queues[rival], voices, told) if len(chosen) < most else None
            if row is not None:
                chosen.append(_quote(row))
        turn = failing or rivals
        if not any(queues[rival] for rival in turn) and len(chosen) < ENOUGH:
            turn = rivals
    return chosen


def _next(queue: list[dict[str, Any]], voices: set[str], told: set[str]) -> dict[str, Any] | None:
    """The best left of a rival's, less what repeats a pain point or a month of those chosen; grows both sets."""
    queue[:] = [row for row in queue if not _marks(row) & voices]
    if not queue:
        return None
    best = max(queue, key=lambda row: round(row["_telling"] - _repeated(row, told), 1))  # the first of equals
    queue.remove(best)
    voices |= _marks(best)
    told |= {best["pain_point"] or "", _month(best)} - {""}
    return best


def _marks(row: dict[str, Any]) -> set[str]:
    """The text, the review and the person of a sentence."""
    return {row["text"].casefold(), row["key"], row["author"] or row["key"]}


def _repeated(row: dict[str, Any], told: set[str]) -> float:
    return AGAIN * (row["pain_point"] in told) + SAME_MONTH * (_month(row) in told)


def _month(row: dict[str, Any]) -> str:
    return f"{row['written']:%Y-%m}" if row["written"] else ""


def _quote(row: dict[str, Any]) -> Quote:
    return Quote(
        key=row["key"],
        field="title" if row["mention"] < 0 else "body",
        start=row["start"],
        end=row["end"],
        text=row["text"],
        competitor=row["competitor"],
        listing=row["listing"],
        url=row["url"],
        row=row["row"],
        stars=row["stars"],
        written=row["written"],
    )
