"""The package `card`, that lies beside the tests, and what it measures, once a session."""

import importlib.util
import sys
from pathlib import Path

import pytest

from reports import rules

FOLDER = Path(__file__).with_name("card")


def _load() -> None:
    """Makes the package importable by its name; in importlib mode no path leads there."""
    spec = importlib.util.spec_from_file_location(
        FOLDER.name, FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
    )
    assert spec is not None
    assert spec.loader is not None
    sys.modules[FOLDER.name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


_load()


@pytest.fixture(scope="session")
def shipped():
    """The figures on the labelled set that ships, by name."""
    from card import labelled

    return {m.name: m for m in labelled.measured(rules.default(), beside=False)}


@pytest.fixture(scope="session")
def measured(shared):
    """The figures on the corpora, by name, without baselines and what makes no claim."""
    if not (shared / "corpora").is_dir():
        pytest.skip("no corpora among the shared data")
    from card import measured

    return {m.name: m for m in measured.measured(shared / "corpora", rules.default(), beside=False)}
