"""Exports: files of reviews that one may lawfully hold, read as their market file says.

Not a place on the web: `recognise` knows no address, and reviews come from `read` instead of `parse`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from data.market import Export
from data.review import Review, content_id
from scrapers import _cells as cells
from scrapers._errors import ChangedPage, ExportError
from scrapers._files import Table as Table
from scrapers._files import counted, listed
from scrapers._read import number, votes
from scrapers._source import About, Batch, Handle, Page, Request, Stop
from scrapers._tables import load as load

ABOUT = About(
    title="Export",
    address="a file named under `exports` in a market file",
    access="file",
    terms="what you may lawfully hold: your own exports, open data sets",
    limits="what the file holds; CSV, TSV, JSON Lines, JSON and Parquet, plain or gz or zst, up to 2 GiB unpacked",
)

NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "reviewid"),
    "body": ("body", "text", "content", "review", "comment", "reviewtext", "reviewbody"),
    "title": ("title", "reviewtitle", "headline"),
    "rating": ("rating", "stars", "score", "starrating"),
    "written": ("written", "at", "date", "createdat"),
    "edited": ("edited", "updatedat"),
    "version": ("version", "appversion", "reviewcreatedversion"),
    "helpful": ("helpful", "thumbsupcount"),
    "reply": ("reply", "replycontent"),
    "replied": ("replied", "repliedat"),
    "author": ("author", "username"),
    "language": ("language",),
    "country": ("country",),
    "url": ("url",),
    "verified": ("verified",),
    "incentivised": ("incentivised",),
}
"""Field -> names by which a column is known without being mapped, in order, lower case, letters and digits only.

`product` is missing: a column of that name may hold anything, and it would change the keys of reviews.
"""


def recognise(url: str) -> Handle | None:
    """None: an export is a file, no address."""
    return None


def handle(url: str) -> Handle | None:
    """None, as with `recognise`, when a market file or a person names this source for an address all the same."""
    return None


def start(handle: Handle) -> Request:
    """Raises ChangedPage: an export is a file."""
    raise _no_page(handle.url)


def parse(page: Page, handle: Handle) -> Batch:
    """Raises ChangedPage: an export is a file."""
    raise _no_page(page.url)


def _no_page(url: str) -> ChangedPage:
    name = url.rpartition("/")[2]
    return ChangedPage(f"{name}: an export is no page; name it under `exports` in a market file, or try `unmet read`")


def read(export: Export, product: str) -> Batch:
    """All reviews of the file that `where` asks for, in file order; raises ExportError.

    A file may hold the same id twice (an edit, a repeated line): both are returned, and merging is the lake's.
    """
    name = export.path.name
    table = _asked_for(_loaded(export), export.where, name)
    reader = _Reader(table, find(table.frame.columns, export.columns, name), export, name)
    reviews = reader.reviews(export.product or product)
    if not reviews:
        raise ExportError(f"{name}: no row has a text or a rating that can be read; check `columns` and `scale`")
    return Batch(
        reviews=tuple(reviews),
        stop=Stop.END,
        unreadable=table.unreadable + len(reader.hollow),
        warnings=(*table.warnings, *reader.warnings()),
    )


def check(export: Export) -> None:
    """Raises ExportError when the market file names a column that the file does not have.

    A file that cannot be read at all is not the market file's mistake: `read` says so when its turn comes.
    """
    try:
        columns = _loaded(export).frame.columns
    except ExportError:
        return
    for column in export.where:
        if column not in columns:
            raise _no_column(export.path.name, column, columns)
    find(columns, export.columns, export.path.name)


def _loaded(export: Export) -> Table:
    """The file's table; several competitors often share one file, so the last one is kept."""
    try:
        stat = export.path.stat()
    except OSError:
        return load(export.path, export.encoding)  # which says what is wrong with it
    return _load_once(export.path, (stat.st_mtime_ns, stat.st_size), export.encoding)


@lru_cache(maxsize=1)
def _load_once(path: Path, _stamp: tuple[int, int], encoding: str | None) -> Table:
    return load(path, encoding)


def find(columns: Sequence[str], asked: Mapping[Any, str], name: str) -> dict[str, str]:
    """Field -> column of the file: as asked, and for the fields not asked by the names in `NAMES`.

    Raises ExportError when a column asked for is not there, or when no column holds the text.
    """
    for wanted in asked.values():
        if wanted not in columns:
            raise _no_column(name, wanted, columns)
    found = dict(asked)
    free = {re.sub(r"[^a-z0-9]", "", c.lower()): c for c in reversed(columns) if c not in asked.values()}
    for key, names in NAMES.items():
        known = next((free[n] for n in names if n in free), None) if key not in found else None
        if known is not None:
            found[key] = known
    if "body" not in found:
        raise ExportError(
            f"{name}: no column is called {', '.join(NAMES['body'][:4])}; it has {_shown(columns)}; "
            'say which one holds the text: columns = { body = "..." }, or --body ...'
        )
    return found


def _no_column(name: str, wanted: str, columns: Sequence[str]) -> ExportError:
    close = difflib.get_close_matches(wanted.lower(), [c.lower() for c in columns], n=1, cutoff=0.5)
    hint = next((f"; did you mean {c!r}?" for c in columns if close and c.lower() == close[0]), "; mend `columns`")
    return ExportError(f"{name}: has no column {wanted!r}; it has {_shown(columns)}{hint}")


def _shown(values: Sequence[Any], most: int = 20) -> str:
    """The first values, shortened, for a person."""
    more = f" and {len(values) - most} more" if len(values) > most else ""
    return ", ".join(str(v)[:40] for v in values[:most]) + more


def _asked_for(table: Table, where: Mapping[str, str | int | float], name: str) -> Table:
    """The rows whose columns hold the values asked for, compared as text."""
    for column, value in where.items():
        if column not in table.frame.columns:
            raise _no_column(name, column, table.frame.columns)
        try:
            texts = table.frame[column].cast(pl.String)
        except pl.exceptions.PolarsError as e:
            raise ExportError(f"{name}: column {column!r} holds no plain values; leave it out of `where`") from e
        mask = (texts == str(value)).fill_null(False)
        if not mask.any():
            present = _shown(texts.drop_nulls().unique(maintain_order=True).to_list(), most=8)
            raise ExportError(f"{name}: no row has {column} = {value}; the column holds {present or 'nothing'}")
        table = Table(table.frame.filter(mask), table.rows.filter(mask), table.unreadable, table.warnings)
    return table


@dataclass
class _Reader:
    """Reviews out of the rows of a table, and what was wrong on the way."""

    table: Table
    columns: Mapping[str, str]
    export: Export
    name: str
    hollow: list[int] = field(default_factory=list)
    """Rows with no text and no rating."""
    said: list[str] = field(default_factory=list)

    def reviews(self, product: str) -> list[Review]:
        """One review a row, but none for a row with neither text nor rating."""
        rows, n = self.table.rows.to_list(), self.table.frame.height
        ids, given = self._ids(), self._values("written")
        written, ratings = self._times("written"), self._ratings()
        made: dict[str, list[Any]] = {
            "edited": self._times("edited"),
            "replied": self._times("replied"),
            "url": self._each("url", cells.address),
            "author": self._each("author", cells.text),
            "version": self._each("version", cells.text),
            "helpful": self._each("helpful", votes),
            "reply": self._each("reply", cells.text),
            "verified": self._each("verified", cells.truth),
            "incentivised": self._each("incentivised", cells.truth),
            "language": self._each("language", cells.language),
            "country": self._each("country", cells.country),
        }
        filled = {k: v for k, v in made.items() if k in self.columns}
        bodies, titles = self._each("body", cells.text), self._each("title", cells.text)
        products = self._each("product", cells.text)
        reviews = []
        for i in range(n):
            body, title, rating = bodies[i] or "", titles[i], ratings[i]
            if not body and title is None and rating is None:
                self.hollow.append(rows[i])
                continue
            its = products[i] or product
            reviews.append(
                Review(
                    source=self.export.source,
                    product=its,
                    id=ids[i] or content_id(its, given[i], rating, title, body),
                    row=rows[i],
                    rating=rating,
                    scale=None if rating is None else self.export.scale,
                    title=title,
                    body=body,
                    written=written[i],
                    **{key: values[i] for key, values in filled.items()},
                )
            )
        return reviews

    def warnings(self) -> list[str]:
        """What a person should know, one sentence each."""
        if not self.hollow:
            return self.said
        have = "has" if len(self.hollow) == 1 else "have"
        rows = f"{counted(len(self.hollow), 'row')} {have} no text and no rating ({listed(self.hollow)})"
        return [f"{self.name}: {rows}", *self.said]

    def _values(self, key: str) -> list[Any]:
        column = self.columns.get(key)
        return [None] * self.table.frame.height if column is None else self.table.frame[column].to_list()

    def _each(self, key: str, convert: Callable[[Any], Any]) -> list[Any]:
        return [None if v is None else convert(v) for v in self._values(key)]

    def _ids(self) -> list[str | None]:
        """Raw ids; a column that was only guessed to hold them is left alone when it plainly does not."""
        values = self._values("id")
        ids = [str(v) if v is not None and str(v).strip() else None for v in values]
        distinct = len({i for i in ids if i})
        if distinct and distinct * 2 < len(ids) - ids.count(None):
            asked = "id" in self.export.columns
            self._say(
                f"column {self.columns['id']!r} has only {counted(distinct, 'id')} for {counted(len(ids), 'row')}; "
                + ("rows of one id count as one review" if asked else "it is not used as the reviews' id")
            )
            if not asked:
                return [None] * len(ids)
        return ids

    def _ratings(self) -> list[float | None]:
        """Raw ratings on the export's scale; what is no rating of that scale becomes None and is told."""
        values, scale = self._values("rating"), self.export.scale
        ratings = [cells.thumbs(v) if scale == "thumbs" else number(v) for v in values]
        odd = [i for i, v in enumerate(values) if ratings[i] is None and not cells.blank(v)]
        if odd:
            self._say(f"{self._some('rating', odd, 'value', values)}, not a rating: left out")
        if scale == "thumbs":
            return ratings
        above = [i for i, r in enumerate(ratings) if r is not None and not 0 <= r <= float(scale)]
        if above:
            highest = max(ratings[i] or 0 for i in above)
            better = next((s for s in ("10", "100") if highest <= float(s)), None)
            hint = f'; if that is the best rating there, set scale = "{better}"' if better else "; check the column"
            self._say(f"{self._some('rating', above, 'rating', values)}, outside 0 to {scale}: left out{hint}")
            ratings = [None if r is None or not 0 <= r <= float(scale) else r for r in ratings]
        return ratings

    def _times(self, key: str) -> list[Any]:
        """Times in UTC; what cannot be read becomes None and is told, with the format that would read it."""
        values = self._values(key)
        if key not in self.columns:
            return values
        times = cells.times(values, self.export.dates, self.name)
        bad = [i for i, v in enumerate(values) if times[i] is None and not cells.blank(v)]
        if bad:
            why = f"not {self.export.dates}" if self.export.dates else "not ISO 8601"
            self._say(
                f"{self._some(key, bad, 'date', values)}, {why}: left out{cells.advice([values[i] for i in bad])}"
            )
        return times

    def _some(self, key: str, at: list[int], noun: str, values: list[Any]) -> str:
        """`column 'at' has 3 dates such as '31/10/2025' (row 4)`."""
        example, row = str(values[at[0]])[:40], self.table.rows[at[0]]
        return f"column {self.columns[key]!r} has {counted(len(at), noun)} such as {example!r} (row {row:,})"

    def _say(self, text: str) -> None:
        self.said.append(f"{self.name}: {text}")
