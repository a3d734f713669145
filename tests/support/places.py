"""A home with a lake, reports and a market file, in which nights are made without any network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.lake import Lake
from data.market import load
from data.review import Review
from data.visit import Visit
from reports import report

NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
SHOP = "https://shop.example/r"
MARKET = f'name = "Notes"\n[competitors.ink]\nname = "Ink"\nlistings = ["{SHOP}"]\n'


class Place:
    """The home, as the settings name it."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch) -> None:
        self.home, self.lake, self.out = home, Lake(home / "lake"), home / "out"
        (home / "markets").mkdir(parents=True)
        self.file = home / "markets" / "notes.toml"
        self.file.write_text(MARKET, "utf-8")
        for name in ("lake", "out", "markets"):
            patch.setenv(f"UNMET_{'REPORTS' if name == 'out' else name.upper()}", str(home / name))

    def night(self, number: int) -> None:
        """Collects, and makes the report."""
        self.collect(number)
        report.make(self.lake, load(self.file), self.out, self.file, checked=True)

    def collect(self, number: int) -> None:
        """30 reviews that the night finds, and its visit."""
        at = NIGHT + timedelta(days=number)
        told = [
            Review(
                source="schema_org", product="ink", id=f"{number}-{i}", rating=2.0, scale="5", written=at,
                body=f"Support never replies to my emails, case {number}-{i}.",
            )
            for i in range(30)
        ]  # fmt: skip
        self.lake.merge("notes", "ink", SHOP, told, at)
        self.lake.add_visit(
            Visit(
                market="notes", competitor="ink", source="schema_org", listing=SHOP, at=at, asked=SHOP, pages=1,
                found=30, new=30, edited=0, known=0, duplicate=0, gone=0, unreadable=0, total=None, oldest=at,
                newest=at, outcome="reviews", stop="end", complete=True, detail=None, bytes=1, seconds=0.1,
            )
        )  # fmt: skip

    def reports(self) -> dict[str, bytes]:
        """Path within the folder of reports -> what the file holds."""
        return {str(p.relative_to(self.out)): p.read_bytes() for p in self.out.rglob("*") if p.is_file()}
