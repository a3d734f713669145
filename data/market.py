"""A market: rivals for the same job, as one TOML file describes it.

`load` checks everything that can be checked without a network and raises `MarketError` with one line that names the
file, the key and the fix. Whether a listing's address has a source that reads it is for `flows/plan.py` to say.
"""

from __future__ import annotations

import difflib
import glob
import os
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError

from data.errors import UnmetError

BLOCK = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")
"""A Prefect block: its type's slug and its name."""
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

Column = Literal[
    "id", "body", "title", "rating", "written", "edited", "version", "helpful", "reply", "replied",
    "author", "language", "country", "url", "verified", "incentivised", "product",
]  # fmt: skip
"""The fields of a review that a column of an export can fill."""


class MarketError(UnmetError):
    """A market file says something we cannot act on."""


class _Strict(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True)


class Listing(_Strict):
    """A public page where a competitor's reviews stand."""

    url: str
    source: str | None = None
    """The source that reads it; needed only where the address does not tell."""

    @property
    def name(self) -> str:
        """How the ledger and the report call it."""
        return self.url


class Export(_Strict):
    """A file of reviews that one may lawfully hold: CSV, TSV, JSONL, JSON or Parquet, plain or gz or zst."""

    path: Path
    """Absolute once loaded; relative to the market file as written."""
    source: str
    """Where the reviews came from, for the coverage table and the key."""
    product: str | None = None
    """The product's id at its source; the competitor's slug when absent."""
    where: Mapping[str, str | int | float] = {}
    """Only rows whose columns hold these values."""
    columns: Mapping[Column, str] = {}
    """Field of a review -> column of the file; without it, columns that carry a field's own name are used."""
    dates: str | None = None
    """strptime format of the date columns; ISO 8601 when absent."""
    scale: Literal["5", "10", "100", "thumbs"] = "5"
    """The best rating, or `thumbs`."""
    encoding: str | None = None
    """The file's encoding; UTF-8 when absent."""
    _folders: int = PrivateAttr(0)

    @property
    def name(self) -> str:
        """How the ledger and the report call it: the file and the rows asked for, without a machine's folders.

        Only where two of a competitor's files are called alike, the folders that tell them apart stand before it.
        """
        file = _tail(self.path, self._folders)
        rows = ", ".join(f"{k} = {v}" for k, v in self.where.items())
        return f"{file} ({rows})" if rows else file


class Saved(_Strict):
    """Pages saved by hand from a site that may not be scraped."""

    path: str
    """A file or a glob; absolute once loaded, relative to the market file as written."""
    source: str
    url: str | None = None
    """The address the pages were saved from, where they do not say it."""
    _folders: int = PrivateAttr(0)

    @property
    def name(self) -> str:
        """How the ledger and the report call it; as with exports."""
        return _tail(Path(self.path), self._folders)


def _tail(path: Path, folders: int) -> str:
    return "/".join(path.parts[-1 - folders :])


def _listings(value: Any) -> Any:
    return [{"url": v} if isinstance(v, str) else v for v in value] if isinstance(value, list) else value


class Competitor(_Strict):
    """One product of the market."""

    slug: str
    name: str
    ours: bool = False
    """Whether it is the reader's own product: shown beside the rivals, never counted among them."""
    aliases: tuple[str, ...] = ()
    """Other names reviewers use."""
    listings: Annotated[tuple[Listing, ...], BeforeValidator(_listings)] = ()
    exports: tuple[Export, ...] = ()
    saved: tuple[Saved, ...] = ()

    @property
    def places(self) -> Iterator[Listing | Export | Saved]:
        """Every place where its reviews stand."""
        yield from self.listings
        yield from self.exports
        yield from self.saved


class Market(_Strict):
    """Rivals for the same job."""

    slug: str
    name: str
    notice: str | None = None
    """A sentence that every report of this market begins with."""
    window_days: int = Field(default=365, ge=1, le=36_500)
    """How far back a dated review counts; undated reviews count in every window."""
    allow: tuple[str, ...] = ()
    """Sources that are off unless a market asks for them."""
    notify: tuple[str, ...] = ()
    """Who is told of this market instead of those that UNMET_NOTIFY names: Prefect notification blocks, as
    `slack-webhook/team`."""
    competitors: tuple[Competitor, ...]

    def competitor(self, slug: str) -> Competitor:
        """The competitor of that slug; raises KeyError when there is none."""
        for competitor in self.competitors:
            if competitor.slug == slug:
                return competitor
        raise KeyError(slug)


def slugify(text: str) -> str:
    """Lower-case words joined by hyphens; `market` when no letter or digit of ASCII is left."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower())) or "market"


def competitor_slug(name: str, taken: Collection[str]) -> str:
    """A competitor's slug out of its name: at most 60 letters of it, numbered where others have it already."""
    short = slugify(name)[:60].strip("-") if re.search("[a-z0-9]", name.lower()) else "rival"
    return next(slug for n in count(1) if (slug := short if n == 1 else f"{short}-{n}") not in taken)


def load(path: Path) -> Market:
    """The market of a TOML file; its slug is the file's name. Raises MarketError."""
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise MarketError(f"{path}: no such market file; `unmet demo` shows one that works") from None
    except OSError as e:
        raise MarketError(f"{path}: cannot be read ({e.strerror}); name a market file that can") from e
    except UnicodeDecodeError as e:
        raise MarketError(f"{path}: is not UTF-8 text ({e.reason} at byte {e.start:,}); save it as UTF-8") from e
    except tomllib.TOMLDecodeError as e:
        raise MarketError(f"{path}: not TOML: {e}; mend that line") from e
    except RecursionError:
        raise MarketError(f"{path}: lists or tables within each other hundreds deep; take them apart") from None
    if "slug" in document:
        raise MarketError(f"{path}: slug: unknown key; the file's name is the market's slug")
    rivals = document.pop("competitors", None)
    if not isinstance(rivals, dict) or not rivals:
        raise MarketError(f"{path}: no competitors; add one as [competitors.its-slug] with a name and listings")
    for slug, table in rivals.items():
        if not SLUG.fullmatch(slug):
            raise MarketError(f"{path}: competitors.{slug}: a slug is lower-case letters and digits joined by '-'")
        if not isinstance(table, dict):
            raise MarketError(f"{path}: competitors.{slug}: must be a table with a name and listings")
        if "slug" in table:
            raise MarketError(f"{path}: competitors.{slug}.slug: unknown key; the table's own name is the slug")
    competitors = [{"slug": slug, **table} for slug, table in rivals.items()]
    try:
        market = Market.model_validate({**document, "slug": slugify(path.stem), "competitors": competitors})
    except ValidationError as e:
        raise MarketError(f"{path}: {_first(e, list(rivals))}") from None
    return _checked(market, path)


_FORMS = {"tuple_type": "a list", "model_type": "a table", "dict_type": "a table", "mapping_type": "a table"}
"""Kinds of error in TOML's words rather than Python's."""


def _first(error: ValidationError, slugs: list[str]) -> str:
    """The first thing wrong, in one line, with the key as the file has it and the fix."""
    problems = error.errors()
    first = problems[0]
    location = list(first["loc"])
    if len(location) > 1 and location[0] == "competitors" and isinstance(location[1], int):
        location[1] = slugs[location[1]]
    key = ".".join(str(part) for part in location if part != "[key]")
    if first["type"] == "extra_forbidden":
        wrong = str(location[-1])
        known = _known_keys(location)
        close = difflib.get_close_matches(wrong, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(sorted(known))}"
        text = f"{key}: unknown key; {hint}"
    elif first["type"] == "missing":
        text = f"{key}: missing; add it"
    elif first["type"] in _FORMS:
        text = f"{key}: must be {_FORMS[first['type']]}"
    else:
        text = f"{key}: {first['msg'][:1].lower()}{first['msg'][1:]}"
    more = len(problems) - 1
    return text + (f" (and {more} more)" if more else "")


def _known_keys(location: list[Any]) -> set[str]:
    tables: dict[str, type[_Strict]] = {"listings": Listing, "exports": Export, "saved": Saved}
    for part in reversed(location[:-1]):
        if part in tables:
            return set(tables[part].model_fields)
        if part == "competitors":
            return set(Competitor.model_fields) - {"slug"}
    return set(Market.model_fields) - {"slug"}


def _checked(market: Market, path: Path) -> Market:
    """The market with absolute paths, after the checks that need more than one key."""
    if not market.name.strip():
        raise MarketError(f"{path}: name: must not be empty")
    for block in market.notify:
        if not BLOCK.fullmatch(block):
            # not repeated: an address of a receiver is a secret, and this line goes into logs
            raise MarketError(
                f"{path}: notify: names a Prefect block, as 'slack-webhook/team'; an address, which is a secret, goes"
                " into such a block or into UNMET_NOTIFY"
            )
    competitors = []
    for competitor in market.competitors:
        key = f"competitors.{competitor.slug}"
        if not competitor.name.strip():
            raise MarketError(f"{path}: {key}.name: must not be empty")
        if not any(True for _ in competitor.places):
            raise MarketError(f"{path}: {key}: nowhere to read from; add listings, exports or saved pages")
        for listing in competitor.listings:
            check_url(listing.url, f"{path}: {key}.listings")
        exports = tuple(_export(e, path, f"{key}.exports.{i}") for i, e in enumerate(competitor.exports))
        saved = tuple(_saved(s, path, f"{key}.saved.{i}") for i, s in enumerate(competitor.saved))
        _told_apart([*exports, *saved])
        competitors.append(competitor.model_copy(update={"exports": exports, "saved": saved}))
    return market.model_copy(update={"competitors": tuple(competitors)})


def _told_apart(files: list[Export | Saved]) -> None:
    """Names of their own for files that are called alike: the ledger and the lake keep places apart by name."""
    for folders in count(1):
        names = Counter(file.name for file in files)
        alike = [file for file in files if names[file.name] > 1 and folders < len(Path(file.path).parts)]
        for file in alike:
            file._folders = folders
        if not alike:
            return


def check_url(url: str, where: str = "") -> None:
    """Raises MarketError when a text is no web address, or one with a login in it."""
    begin = f"{where}: " if where else ""
    try:
        parts = urlsplit(url)
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_ok = urlsplit(""), False
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_ok or re.search(r"\s", url):
        raise MarketError(f"{begin}{url!r} is no web address; write it whole, as https://...")
    if parts.username or parts.password:
        raise MarketError(f"{begin}{parts.hostname}: an address with a login in it; pages behind a login are not read")


@contextmanager
def _named(market: Path, key: str) -> Iterator[None]:
    """Makes one of ours of what a system says of a path that it cannot even look for, such as one that is too long."""
    try:
        yield
    except OSError as e:
        raise MarketError(f"{market}: {key}: {e.strerror}; mend it") from e


def _export(export: Export, market: Path, key: str) -> Export:
    with _named(market, f"{key}.path"):
        path = (market.parent / export.path).resolve()
        there = path.is_file()
    if not there:
        raise MarketError(f"{market}: {key}.path: no such file: {export.path}; the path is relative to the market file")
    _open(path, market, f"{key}.path")
    return export.model_copy(update={"path": path})


def _saved(saved: Saved, market: Path, key: str) -> Saved:
    pattern = os.path.join(glob.escape(str(market.parent.absolute())), saved.path)
    with _named(market, f"{key}.path"):
        found = pages(saved.model_copy(update={"path": pattern}))
    if not found:
        raise MarketError(
            f"{market}: {key}.path: no page matches {saved.path}; the path is relative to the market file"
        )
    for page in found:
        _open(page.resolve(), market, f"{key}.path")
    if saved.url is not None:
        check_url(saved.url, f"{market}: {key}.url")
    return saved.model_copy(update={"path": pattern})


def _open(path: Path, market: Path, key: str) -> None:
    """Raises MarketError for a file, links followed, that holds no reviews but may hold secrets.

    Whoever tries a stranger's market file must not find keys or settings in a report. Hidden folders that the market
    file itself lies in are its own affair.
    """
    beyond = os.path.relpath(path, market.parent.resolve())
    hidden = any(part.startswith(".") and part != ".." for part in Path(beyond).parts)
    if hidden or path.parts[1:2] in {("proc",), ("sys",), ("dev",)}:
        raise MarketError(
            f"{market}: {key}: {path} is hidden or the system's; copy the reviews to a folder of your own"
        )


def pages(saved: Saved) -> list[Path]:
    """The files that a saved listing's path or glob names, in name order."""
    path = Path(saved.path)
    if path.is_file():
        return [path]
    return sorted(p for p in map(Path, glob.glob(saved.path, recursive=True)) if p.is_file())
