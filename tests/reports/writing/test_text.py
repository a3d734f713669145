"""Links out of reviews and pages: to the web or to a file beside the report, and nowhere else."""

from __future__ import annotations

import pytest

from reports.writing.text import link


@pytest.mark.parametrize(
    "href", ["https://a.example/1", "HTTP://a.example", "charts/one.svg", "#gap-1", "../notes.toml"]
)
def test_links_to_the_web_and_to_files_beside_the_report_stay(href: str) -> None:
    assert link("here", href) == f"[here]({href})"


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "\x01javascript:1", "data:text/html,x",
        "vbscript:x", "file:///etc/passwd", "smb://a/b", "ms-msdt:/id", "intent://x", "tel:1",
        "mailto:a@b.example", "blob:x",
    ],
)  # fmt: skip
def test_no_other_scheme_becomes_a_link(href: str) -> None:
    assert link("here", href) == "here"
