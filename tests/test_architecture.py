"""The house: imports run one way, each library has one room, and no module grows too large."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("data", "flows", "reports", "scrapers")
MOST_LINES = 350
MODULES = sorted(p.relative_to(ROOT) for package in PACKAGES for p in (ROOT / package).rglob("*.py"))

MAY_IMPORT = {
    "data": {"data"},
    "scrapers": {"scrapers", "data"},
    "reports": {"reports", "data"},
    "flows": {"flows", "reports", "scrapers", "data"},
}
LAYERS = ("rules", "reading", "learning", "weighing", "writing")
"""Inside reports, from the bottom: each may import itself and those before it."""

ROOMS = {
    "prefect": ("flows/",),
    "prefect_dask": ("flows/",),
    "httpx": ("scrapers/_fetch.py", "scrapers/_transport.py", "flows/serving.py"),
    "httpcore": ("scrapers/_transport.py",),
    "altair": ("reports/writing/plots.py",),
    "bs4": ("scrapers/",),
    "jinja2": ("reports/writing/page.py",),
    "markdown_it": ("reports/writing/",),
    "extruct": ("scrapers/",),
    "lxml": ("scrapers/",),
    "rjieba": ("reports/reading/chinese_sentiment.py",),
    "sklearn": ("reports/learning/",),
    "scipy": ("reports/learning/",),
    "vl_convert": ("reports/writing/drawing.py",),
    "vaderSentiment": ("reports/reading/sentiment.py",),
}
"""Library -> the only places that import it."""


def imports(module: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it the import stands; `from a import b` gives both a and a.b."""
    package = module.parent.parts
    for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def test_there_is_something_to_look_at() -> None:
    assert {p.parts[0] for p in MODULES} == set(PACKAGES)
    assert "data.errors" in set(imports(Path("data/delta.py")))


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_imports_run_one_way(module: Path) -> None:
    ours = {name.split(".")[0] for name in imports(module)} & set(PACKAGES)
    assert ours <= MAY_IMPORT[module.parts[0]]


@pytest.mark.parametrize("module", [m for m in MODULES if m.parts[0] == "reports" and len(m.parts) > 2], ids=str)
def test_inside_reports_each_layer_imports_only_those_below_it(module: Path) -> None:
    layer = module.parts[1]
    below = set(LAYERS[: LAYERS.index(layer) + 1])
    asked = {name.split(".")[1] for name in imports(module) if name.startswith("reports.")}
    assert asked <= below


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_each_library_has_its_room(module: Path) -> None:
    asked = {name.split(".")[0] for name in imports(module)}
    for library, rooms in ROOMS.items():
        if library in asked:
            assert module.as_posix().startswith(rooms), f"{library} belongs in {' and '.join(rooms)}"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_no_module_is_large_or_called_after_nothing(module: Path) -> None:
    assert len((ROOT / module).read_text("utf-8").splitlines()) <= MOST_LINES
    assert not {"utils", "core"} & {module.stem, *module.parts}


def test_the_command_starts_without_prefect() -> None:
    code = "import sys, flows.cli; assert not [m for m in sys.modules if m.split('.')[0] == 'prefect'], 'prefect'"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
