"""In how many reviews each phrase is said that could be a complaint of its own, in a common form of its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from reports.weighing.sequences import Sequences, sequences


@dataclass(frozen=True)
class Heard:
    """The phrases of some complaints beside those of other sentences."""

    said: int
    """Phrases of the complaints, each review's once."""
    others: tuple[int, ...]
    """Phrases of each of the other sets, each sentence's once."""
    phrases: pl.DataFrame
    """One row a phrase that enough authors say: `gram`, `reviews`, `recent` (of these), and `other_0`, ...: in how many
    of the other sentences it stands. Ordered by how it is written in its common form."""
    spoken: pl.DataFrame
    """One row a review and such a phrase, each way in which it is written by itself: `gram`, `written`, `key`."""
    written: Sequences
    common: Sequences

    def told(self, phrases: pl.DataFrame) -> tuple[dict[str, set[str]], dict[str, str]]:
        """Of some of the phrases: the reviews that say it, and how most sentences write it."""
        mine = self.spoken.join(phrases.select("gram"), on="gram", how="semi")
        said = {self.common.spelt(gram): set(keys) for gram, keys in mine.group_by("gram").agg("key").iter_rows()}
        ways: dict[str, list[tuple[int, str]]] = {}
        for gram, written, n in mine.group_by("gram", "written").len().iter_rows():
            ways.setdefault(self.common.spelt(gram), []).append((-n, self.written.spelt(written)))
        return said, {gram: min(told)[1] for gram, told in ways.items()}


def heard(
    complaints: pl.DataFrame,
    others: list[pl.Series],
    says: Callable[[str], bool],
    form: Callable[[str], str],
    least: int,
) -> Heard:
    """What is said in complaints and beside them.

    Args:
        complaints: `key`, `author`, `text` and `_recent` of each sentence, those of a review together.
        others: texts to compare with.
        says: whether a word says anything; a phrase without one is none.
        form: the common form of a word.
        least: so many authors must say a phrase.
    """
    written = sequences(pl.concat([complaints["text"], *others])).told(says)
    row, (gram, common) = written.found["text"], written.common(form)
    own = pl.DataFrame({"row": row, "gram": gram, "written": written.found["gram"]}).filter(row < complaints.height)
    people = complaints.select(
        pl.col("key").rle_id().alias("review"), pl.coalesce("author", "key").hash().alias("who"), "_recent"
    )
    reviews = (
        own.select("row", "gram").with_columns(people.select(pl.all().gather(own["row"]))).unique(["gram", "review"])
    )
    often = reviews.group_by("gram").agg(pl.len().alias("reviews"), pl.col("_recent").sum().alias("recent"))
    often = often.filter(pl.col("reviews") >= least)
    voices = reviews.join(often, on="gram", how="semi").group_by("gram").agg(pl.col("who").n_unique())
    often = often.join(voices.filter(pl.col("who") >= least).select("gram"), on="gram", how="semi")
    totals, start = [], complaints.height
    for number, texts in enumerate(others):
        mine = common.found.filter(pl.col("text").is_between(start, start + texts.len(), closed="left"))
        totals.append(mine.height)
        held = mine.join(often, on="gram", how="semi").group_by("gram").len(f"other_{number}")
        often = often.join(held, on="gram", how="left").with_columns(pl.col(f"other_{number}").fill_null(0))
        start += texts.len()
    names = pl.Series("name", [common.spelt(gram) for gram in often["gram"]], dtype=pl.String)
    spoken = own.join(often, on="gram", how="semi")
    keys = complaints["key"].gather(spoken["row"])
    return Heard(
        said=reviews.height,
        others=tuple(totals),
        phrases=often.with_columns(names).sort("name"),
        spoken=spoken.select("gram", "written", keys),
        written=written,
        common=common,
    )
