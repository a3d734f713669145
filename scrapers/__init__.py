"""Sources of reviews: one public module each; an underscore is machinery. Knows nothing of Prefect or of reports.

Registration is existence: a public module here that has `ABOUT` is a source, and nothing else names it.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import cast

from scrapers._source import Handle, Source


@cache
def names() -> tuple[str, ...]:
    """The names of all sources, in alphabetical order."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")))


@cache
def source(name: str) -> Source:
    """The source of that name; raises KeyError when there is none."""
    if name not in names():
        raise KeyError(name)
    return cast(Source, importlib.import_module(f"scrapers.{name}"))


GENERIC = "schema_org"
"""The source that reads any page; asked last, so that a site's own source comes first."""


def recognise(url: str) -> Handle | None:
    """What an address names: the first source that knows it, the generic one last."""
    for name in sorted(names(), key=lambda n: (n == GENERIC, n)):
        handle = source(name).recognise(url)
        if handle is not None:
            return handle
    return None
