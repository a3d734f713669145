"""SECURITY.md and PRIVACY.md name only settings, files and options that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.settings import Settings
from flows import forgetting

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", ["SECURITY.md", "PRIVACY.md"])
def test_settings_and_files_that_it_names_are_there(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    named = {n.lower() for n in re.findall(r"UNMET_([A-Z_]*[A-Z])", text)}
    assert named
    assert named <= set(Settings.model_fields)
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    assert links
    assert all((ROOT / link).is_file() for link in links)


def test_options_of_forget_that_it_names_are_there() -> None:
    text = (ROOT / "PRIVACY.md").read_text("utf-8")
    options = {o for line in text.splitlines() if "unmet forget" in line for o in re.findall(r"--(\w+)", line)}
    assert options == {"competitor", "source", "review", "author"}
    assert options <= set(forgetting.run.__annotations__)
