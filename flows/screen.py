"""What a person sees while a run goes on: a bar for the whole and a line for each listing, on stderr."""

from __future__ import annotations

import threading

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from data.visit import Visit
from flows.progress import told
from scrapers._walk import Walk

console = Console(stderr=True, highlight=False)


class Screen:
    """A listener that shows; use as a context manager around a run."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._lock = threading.Lock()
        self._whole: TaskID | None = None

    def __enter__(self) -> Screen:
        self._progress.start()
        self.step("starting Prefect (the first time takes some seconds)")
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def planned(self, names: list[str]) -> None:
        """Starts a bar over the listings."""
        with self._lock:
            self._begin(f"{names[0].split('/')[0]}: listings", len(names))

    def moved(self, name: str, walk: Walk) -> None:
        """Shows the pages of the listing that moved last."""
        with self._lock:
            if self._whole is not None:
                note = f"{name}: page {walk.pages}, {len(walk.reviews):,} reviews"
                self._progress.update(self._whole, note=escape(note))

    def visited(self, name: str, visit: Visit) -> None:
        """Prints the listing's line for good."""
        with self._lock:
            mark = "[green]✓[/]" if visit.complete else "[red]✗[/]"
            self._progress.console.print(f"{mark} {escape(name)}: {escape(told(visit))}", soft_wrap=True)
            if self._whole is not None:
                self._progress.update(self._whole, advance=1, note="")

    def step(self, text: str) -> None:
        """Shows what is being done now."""
        with self._lock:
            self._begin(text, None)

    def _begin(self, text: str, total: int | None) -> None:
        if self._whole is not None:
            self._progress.remove_task(self._whole)
        self._whole = self._progress.add_task(escape(text), total=total, note="")
