"""Exports: files of reviews that one may lawfully hold, read as their market file says.

Not a place on the web: `recognise` knows no address, and reviews come from `read` instead of `parse`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from data.market import Export
from data.review import Review, content_id
from scrapers import _cells as cells
from scrapers import _shown as shown
from scrapers._errors import ChangedPage, ExportError
from scrapers._files import Table as Table
from scrapers._files import counted, listed
from scrapers._read import number, personal, votes
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
    parts = Parts(export, product)
    reviews = tuple(review for part in parts for review in part)
    return Batch(reviews=reviews, stop=Stop.END, unreadable=parts.unreadable, warnings=parts.warnings)


class Parts:
    """The reviews of a file as `read` gives them, some at a time, so that a large file needs not all its memory twice.

    What is told of the whole file (`unreadable`, `warnings`) is known once all parts were taken, and an ExportError for
    a file without a review is raised then.
    """

    def __init__(self, export: Export, product: str, at_once: int = 200_000) -> None:
        """`at_once`: most reviews in a part. Raises ExportError."""
        self._name = export.path.name
        self._table = _asked_for(_loaded(export), export.where, self._name)
        columns = find(self._table.frame.columns, export.columns, self._name)
        self._reader = _Reader(self._table, columns, export, self._name)
        self._product = export.product or product
        self._at_once = at_once

    @property
    def rows(self) -> int:
        """How many rows the file has; some may hold no review."""
        return self._table.frame.height

    @property
    def unreadable(self) -> int:
        return self._table.unreadable + len(self._reader.hollow)

    @property
    def warnings(self) -> tuple[str, ...]:
        return (*self._table.warnings, *self._reader.warnings())

    def __iter__(self) -> Iterator[list[Review]]:
        found = False
        for part in self._reader.parts(self._product, self._at_once):
            found = found or bool(part)
            yield part
        if not found:
            raise ExportError(
                f"{self._name}: no row has a text or a rating that can be read; check `columns` and `scale`"
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
            f"{name}: no column is called {', '.join(NAMES['body'][:4])}; it has {shown.columns(columns)}; "
            'say which one holds the text: columns = { body = "..." }, or --body ...'
        )
    return found


def _no_column(name: str, wanted: str, columns: Sequence[str]) -> ExportError:
    close = difflib.get_close_matches(wanted.lower(), [c.lower() for c in columns], n=1, cutoff=0.5)
    hint = next((f"; did you mean {c!r}?" for c in columns if close and c.lower() == close[0]), "; mend `columns`")
    return ExportError(f"{name}: has no column {wanted!r}; it has {shown.columns(columns)}{hint}")


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
            raise ExportError(f"{name}: no row has {column} = {value}; the column holds {shown.values(texts)}")
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

    def parts(self, product: str, at_once: int) -> Iterator[list[Review]]:
        """One review a row, but none for a row with neither text nor rating.

        What a column means (its ids, its dates, its ratings) is judged by all of its rows, before the first part.
        """
        judged = {"id": self._ids(), "written": self._times("written"), "rating": self._ratings()}
        judged |= {key: self._times(key) for key in ("edited", "replied") if key in self.columns}
        for start in range(0, max(self.table.frame.height, 1), at_once):
            yield self._part(
                product, start, at_once, {key: held[start : start + at_once] for key, held in judged.items()}
            )

    def _part(self, product: str, start: int, length: int, judged: Mapping[str, list[Any]]) -> list[Review]:
        def each(key: str, convert: Callable[[Any], Any]) -> list[Any]:
            return [None if v is None else convert(v) for v in self._values(key, start, length)]

        others: dict[str, Callable[[Any], Any]] = {
            "url": cells.address,
            "author": cells.text,
            "version": cells.text,
            "helpful": votes,
            "reply": cells.text,
            "verified": cells.truth,
            "incentivised": cells.truth,
            "language": cells.language,
            "country": cells.country,
        }
        filled = {key: judged[key] for key in ("edited", "replied") if key in judged}
        filled |= {key: each(key, convert) for key, convert in others.items() if key in self.columns}
        given, products = self._values("written", start, length), each("product", cells.text)
        bodies, titles = each("body", cells.text), each("title", cells.text)
        reviews = []
        for i, row in enumerate(self.table.rows[start : start + length].to_list()):
            body, title, rating = bodies[i] or "", titles[i], judged["rating"][i]
            if not body and title is None and rating is None:
                self.hollow.append(row)
                continue
            its = products[i] or product
            reviews.append(
                Review(
                    source=self.export.source,
                    product=its,
                    id=judged["id"][i] or content_id(its, given[i], rating, title, body),
                    row=row,
                    rating=rating,
                    scale=None if rating is None else self.export.scale,
                    title=title,
                    body=body,
                    written=judged["written"][i],
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

    def _values(self, key: str, start: int = 0, length: int | None = None) -> list[Any]:
        column = self.columns.get(key)
        frame = self.table.frame[start:] if length is None else self.table.frame[start : start + length]
        return [None] * frame.height if column is None else frame[column].to_list()

    def _ids(self) -> list[str | None]:
        """Raw ids; a column that was only guessed to hold them is left alone when it plainly does not.

        What names a person is none: reports hold the ids of reviews.
        """
        values = [None if v is None else str(v) for v in self._values("id")]
        ids = [v if v and v.strip() and not personal(v) else None for v in values]
        if people := sum(bool(v and v.strip() and i is None) for v, i in zip(values, ids, strict=True)):
            self._say(f"column {self.columns['id']!r} has {counted(people, 'id')} that name people: not used")
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
            self._say(f"{self._some('rating', above, 'rating')}, outside 0 to {scale}: left out{hint}")
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

    def _some(self, key: str, at: list[int], noun: str, values: list[Any] | None = None) -> str:
        """`column 'at' has 3 dates of the form '00/00/0000' (rows 4, 7, 9)`."""
        rows = listed(self.table.rows[at].to_list())
        form = "" if values is None else f" of the form {shown.form(values[at[0]])!r}"
        return f"column {self.columns[key]!r} has {counted(len(at), noun)}{form} ({rows})"

    def _say(self, text: str) -> None:
        self.said.append(f"{self.name}: {text}")
