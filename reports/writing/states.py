"""What reports counted, beside them: `<date>.state.parquet`, so that a later report can say what changed.

Only the newest two are kept: one for the next report, and one so that making today's report again gives the same. Each
is a table of keys and of what was read in them, without any words of a review; `unmet forget` takes them away with the
reports.
"""

from __future__ import annotations

import io
import json
import os
import secrets
from datetime import date
from pathlib import Path

import polars as pl

from reports.weighing.state import STATE, State
from reports.writing.files import ReportError

SUFFIX = ".state.parquet"
FACTS = "unmet"
"""The entry of the file's own metadata that holds all but the table."""


def write(state: State, folder: Path) -> Path:
    """Writes a state into a market's report folder and removes those that no report needs any more."""
    path = folder / f"{state.day}{SUFFIX}"
    facts = {
        "rules": state.rules,
        "window_days": state.window_days,
        "rivals": state.rivals,
        "listings": state.listings,
        "gaps": state.gaps,
        "recurring": state.recurring,
    }
    packed = io.BytesIO()
    state.reviews.write_parquet(
        packed, compression="zstd", statistics=False, metadata={FACTS: json.dumps(facts, ensure_ascii=False)}
    )
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with fresh.open("wb") as file:
            file.write(packed.getvalue())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        for old in _dates(folder, state.day)[:-1]:
            (folder / f"{old}{SUFFIX}").unlink(missing_ok=True)
    except OSError as e:
        raise ReportError(f"{path}: cannot be written ({e.strerror}); check space and rights, then run again") from e
    finally:
        fresh.unlink(missing_ok=True)
    return path


def before(folder: Path, day: date) -> State | None:
    """The newest state of an earlier day, or None; raises ReportError where it cannot be read."""
    dates = _dates(folder, day)
    if not dates:
        return None
    path = folder / f"{dates[-1]}{SUFFIX}"
    try:
        facts = json.loads(pl.read_parquet_metadata(path)[FACTS])
        reviews = pl.read_parquet(path, hive_partitioning=False).select(pl.col(c).cast(t) for c, t in STATE.items())
        return State(
            day=dates[-1],
            rules=facts["rules"],
            window_days=facts["window_days"],
            rivals=tuple(facts["rivals"]),
            listings=tuple(facts["listings"]),
            gaps=tuple(facts["gaps"]),
            recurring=tuple(facts["recurring"]),
            reviews=reviews,
        )
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as e:
        why = next(iter(str(e).splitlines()), type(e).__name__)
        raise ReportError(
            f"{path}: cannot be read ({why}); delete it, and the next report compares with nothing"
        ) from e


def _dates(folder: Path, day: date) -> list[date]:
    """Days before `day` with a state, the oldest first."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            found.append(date.fromisoformat(path.name.removesuffix(SUFFIX)))
        except ValueError:  # not one of ours
            continue
    return sorted(d for d in found if d < day)
