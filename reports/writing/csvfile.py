"""Rows as CSV that a spreadsheet and a form tool both take, and that can run nothing there.

UTF-8 with a byte order mark: the first to open such a file is a spreadsheet, and Excel takes a file without the mark
for the machine's old code page and turns curly quotes into rubbish; whatever imports CSV today skips the mark. Lines
end with a line feed as in all files of a report, so that git shows changes and nothing else; a line break within a
cell stays in its quotes.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence

MARK = "\ufeff"
FORMULA = re.compile(r"\s*[=+\-@\t\r\n|%＝＋－＠]")
"""What a spreadsheet may take for the start of a formula or command, also after blanks (OWASP, CSV Injection)."""
AMID = re.compile(r"(?<![;\s])(?:[^\S\t\n]*+[;\t\n])++[^\S\t\n]*+(?=[=+\-@|%＝＋－＠])")
"""The same within a cell, where a spreadsheet begins another one that separates by semicolons or tabs, as most do where
a comma is the decimal sign: to these the quotes around a cell are a part of it."""
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*( ?%)?")


def text(rows: Sequence[Sequence[str]]) -> str:
    """The rows as the text of a CSV file, its mark included."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([cell(value) for value in row] for row in rows)
    return MARK + written.getvalue()


def cell(value: str) -> str:
    """A value that is shown and never evaluated: what could be a formula begins with an apostrophe.

    Control and bidirectional characters are left out; line breaks are line feeds.
    """
    told = value.replace("\r\n", "\n").replace("\r", "\n")
    told = "".join(c for c in told if c in "\n\t\u200d" or unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    if NUMBER.fullmatch(told):
        return told
    told = AMID.sub(r"\g<0>'", told)
    return f"'{told}" if FORMULA.match(told) else told
