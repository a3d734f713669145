"""What was told of a market, beside its reports: a restart tells nothing twice. `unmet forget` takes it away."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from reports.writing.digest import Told
from reports.writing.files import ReportError

NAME = ".told"
"""No `.json`: those are reports."""


def load(folder: Path) -> Told | None:
    """What was told, None where nothing ever was; raises ReportError where it cannot be read."""
    path = folder / NAME
    try:
        found = json.loads(path.read_text("utf-8"))
        for name in ("gaps", "risen", "phrases", "broken"):
            if not all(isinstance(day, str) for day in found[name].values()):
                raise ValueError(f"{name} is not as written")
        return Told(**found)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as e:
        raise ReportError(f"{path}: cannot be read ({e}); delete it, and what stands is told anew") from e


def save(told: Told, folder: Path) -> None:
    """Replaces it as a whole; raises ReportError."""
    with written(told, folder) as keep:
        keep()


@contextmanager
def written(told: Told, folder: Path) -> Iterator[Callable[[], None]]:
    """Writes it beside its place; what is given puts it there. Raises ReportError."""
    path = folder / NAME
    fresh = path.with_name(f"{NAME}.{secrets.token_hex(4)}")
    try:
        with _typed(path):
            folder.mkdir(parents=True, exist_ok=True)
            with fresh.open("w", encoding="utf-8") as file:
                json.dump(asdict(told), file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
        yield lambda: _keep(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def _keep(fresh: Path, path: Path) -> None:
    with _typed(path):
        fresh.replace(path)


@contextmanager
def _typed(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as e:
        raise ReportError(f"{path}: cannot be written ({e.strerror}); check space and rights, then run again") from e
