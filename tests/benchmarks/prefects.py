"""A Prefect server of its own for a benchmark, with nothing in its database but what the benchmark runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from servers import clean, prefect_server


def environment(home: Path) -> dict[str, str]:
    """What a command is run with: a home of its own, and no setting of whoever runs the benchmark."""
    from flows import quiet

    return clean() | quiet.DEFAULTS | quiet.SCREEN | {"PREFECT_HOME": str(home)}


@contextmanager
def server(home: Path) -> Iterator[dict[str, str]]:
    """While it runs, the environment in which a command finds it."""
    home.mkdir(parents=True, exist_ok=True)
    env = environment(home)
    with prefect_server(home, env) as api:
        yield env | {"PREFECT_API_URL": api}
