"""The command as a user runs it: a process of its own, with a lake and a report folder of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import protocols as package
import pytest
import servers

ROOT = Path(__file__).parents[2]


class Command:
    """Runs `unmet` with everything it writes below one folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.out = home / "out"
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("UNMET_", "PREFECT_"))}
        self.env = clean | {
            "UNMET_LAKE": str(home / "lake"),
            "UNMET_REPORTS": str(self.out),
            "UNMET_MARKETS": str(home / "markets"),
            "PREFECT_HOME": str(home / "prefect"),
            "COLUMNS": "200",
        }

    def __call__(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """The finished process, with what it printed."""
        return subprocess.run(
            [sys.executable, "-m", "flows.cli", *arguments],
            cwd=ROOT, env=self.env | env, capture_output=True, text=True, timeout=280, check=False,
        )  # fmt: skip


@pytest.fixture
def unmet(tmp_path):
    """The command with an empty home."""
    return Command(tmp_path)


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory) -> Iterator[str]:
    """The address of a Prefect server that runs as long as the tests do."""
    with servers.prefect_server(tmp_path_factory.mktemp("server"), servers.clean()) as api:
        yield api


@pytest.fixture
def beside_server(unmet, prefect_api):
    """The test's command finds a Prefect server that runs already, as where there are nights: a flow starts none."""
    unmet.env["PREFECT_API_URL"] = prefect_api


@pytest.fixture(scope="session")
def command_at():
    """Makes a command with the home it is given, for fixtures that outlive one test."""
    return Command


@pytest.fixture(scope="session")
def demo(tmp_path_factory, command_at):
    """The finished demo: (command, process)."""
    command = command_at(tmp_path_factory.mktemp("demo"))
    return command, command("demo")


@pytest.fixture(scope="session")
def protocols() -> ModuleType:
    """The package of places on loopback that lies beside the tests."""
    return package
