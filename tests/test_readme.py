"""README tells the truth: its table, its market file, its commands and its excerpt."""

import os
import re
import shlex
import tomllib
from pathlib import Path

import pytest

import scrapers
from data.market import load
from flows.cli import app

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
GENERATED = ("excerpt", "sources")
"""What stands between `<!-- name -->` and `<!-- /name -->` is made here; `make golden` writes it."""


def sources() -> str:
    lines = ["| Source | A listing | How | Limits |", "| --- | --- | --- | --- |"]
    for name in scrapers.names():
        about = scrapers.source(name).ABOUT
        off = " (off unless a market allows it)" if about.opt_in else ""
        lines.append(f"| {about.title}{off} | `{about.address}` | {about.access} | {about.limits} |")
    return "\n".join(lines) + "\n"


def excerpt() -> str:
    """Eight lines of the demo's report: its first sentence and the head of its first table."""
    lines = (ROOT / "reports" / "example.md").read_text("utf-8").splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("The clearest opening"))
    head = next(i for i, line in enumerate(lines) if line.startswith("| # |"))
    return "\n".join(["```text", lines[first], *lines[head : head + 7], "```", ""])


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


def commands() -> list[list[str]]:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.startswith("unmet ")]


@pytest.mark.parametrize("name", GENERATED)
def test_what_is_generated_is_up_to_date(name):
    text = README.read_text("utf-8")
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, rest = text.split(start)
    _, after = rest.split(end)
    due = before + start + {"excerpt": excerpt, "sources": sources}[name]() + end + after
    if os.environ.get("UNMET_GOLDEN") == "write":
        README.write_text(due, "utf-8")
    assert README.read_text("utf-8") == due, "run `make golden`"


def test_the_market_file_loads(tmp_path):
    (document,) = blocks("toml")
    tomllib.loads(document)
    file = tmp_path / "notes.toml"
    file.write_text(document, "utf-8")
    (tmp_path / "jotter.csv").write_text("reviewId,content,score,at\n1,Fine,5,31-10-2025 23:31\n", "utf-8")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "page.html").write_text("<html></html>", "utf-8")
    market = load(file)
    assert [c.slug for c in market.competitors] == ["inkpad", "jotter"]
    assert market.competitor("jotter").ours


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_is_one(command):
    function, arguments, _ = app.parse_args(command[1:], exit_on_error=False, print_error=False)
    assert callable(function)
    assert arguments is not None


def test_the_make_targets_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        word
        for text in (README, ROOT / "CONTRIBUTING.md")
        for word in re.findall(r"make ([a-z]+)", text.read_text("utf-8"))
    }
    assert named - {"it"} <= targets


def test_the_links_lead_somewhere():
    for page in (README, ROOT / "CONTRIBUTING.md"):
        for href in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text("utf-8")):
            assert (ROOT / href).exists(), f"{page.name}: {href}"
