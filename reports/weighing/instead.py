"""What customers do instead: the product they go to or hold it against, and how they cope without one."""

from __future__ import annotations

import re

import polars as pl

from reports.reading import cues
from reports.reading.comparing import OTHERS
from reports.reading.gates import Gate
from reports.reading.signals import GENERAL
from reports.rules import Rules


def gone_to(mentions: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    """The mentions with `switched_to` as a market's product is called, else as written; null where it names none.

    `names`: how people write the market's products, in lower case -> the name.
    """
    written = pl.col("switched_to").str.to_lowercase()
    known = [
        pl.when(written.str.contains(rf"^{re.escape(name)}\b")).then(pl.lit(shown))
        for name, shown in sorted(names.items(), key=lambda p: -len(p[0]))
    ]
    other = pl.when(pl.col("switched_to") != OTHERS).then("switched_to")
    return mentions.with_columns(switched_to=pl.coalesce(*known, other))


def held_against(mentions: pl.DataFrame, called: dict[str, str]) -> pl.DataFrame:
    """The mentions with `compared_with` null where it is the product itself or names none; `called`: slug -> name."""
    own = pl.col("competitor").replace_strict(called, default=None, return_dtype=pl.String)
    other = (pl.col("compared_with") != OTHERS) & (pl.col("compared_with") != own).fill_null(True)
    return mentions.with_columns(compared_with=pl.when(other).then("compared_with"))


def coping(mentions: pl.DataFrame, complaining: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """One row a review and workaround: `key`, `workaround` (its name).

    A workaround counts where the complaint tells of it, or the next sentence of the review does and is about nothing
    else. `mentions`: all, or those `following` another; `complaining`: those about one theme.
    """
    after = mentions.join(complaining.select("key", pl.col("mention") + 1), on=["key", "mention"], how="semi").filter(
        pl.col("themes").list.first() == GENERAL
    )
    texts = pl.concat([complaining.select("key", "text"), after.select("key", "text")]).with_columns(cues.plain())
    gate = Gate(texts[cues.PLAIN], [each.cues for each in rules.workarounds])
    found = [
        texts.filter(cues.flag(texts, each.cues, gate)).select("key", pl.lit(each.name).alias("workaround"))
        for each in rules.workarounds
    ]
    empty = pl.DataFrame(schema={"key": pl.String, "workaround": pl.String})
    return pl.concat([empty, *found]).unique().sort("key", "workaround")


def following(mentions: pl.DataFrame) -> pl.DataFrame:
    """Of mentions in order those that follow on another of their review and are about nothing."""
    follows = pl.col("key") == pl.col("key").shift()
    return mentions.filter(follows & (pl.col("themes").list.first() == GENERAL)).select(
        "key", "mention", "text", "themes"
    )
