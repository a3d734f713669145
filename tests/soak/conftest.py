"""The package `hard`, that lies beside the tests."""

import importlib.util
import sys
from pathlib import Path

FOLDER = Path(__file__).with_name("hard")


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
