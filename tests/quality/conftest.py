"""What the package `card` measures, once a session."""

import pytest

from reports import rules


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
