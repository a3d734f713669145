"""Who is told how a run goes: nobody, unless the command shows it."""

from __future__ import annotations

from typing import Protocol

from data.visit import Visit
from scrapers._walk import Walk


class Listener(Protocol):
    """Hears of every listing and every step of a run, from several threads."""

    def planned(self, names: list[str]) -> None:
        """These listings will be visited."""

    def moved(self, name: str, walk: Walk) -> None:
        """A page of a listing was read."""

    def visited(self, name: str, visit: Visit) -> None:
        """A listing is done."""

    def step(self, text: str) -> None:
        """A step without listings begins."""


class Silent:
    """Tells nobody."""

    def planned(self, names: list[str]) -> None:
        """Says nothing."""

    def moved(self, name: str, walk: Walk) -> None:
        """Says nothing."""

    def visited(self, name: str, visit: Visit) -> None:
        """Says nothing."""

    def step(self, text: str) -> None:
        """Says nothing."""


listener: Listener = Silent()
"""Who listens in this process."""


def listen(new: Listener) -> None:
    """From now on `new` is told."""
    global listener  # one screen a process
    listener = new


def told(visit: Visit) -> str:
    """A visit in one line, for screens and logs."""
    counts = [
        f"{n:,} {what}" for n, what in ((visit.new, "new"), (visit.edited, "edited"), (visit.known, "known")) if n
    ]
    extra = [f"{visit.duplicate:,} twice"] if visit.duplicate else []
    extra += [f"{visit.gone:,} gone"] if visit.gone else []
    extra += [f"{visit.unreadable:,} unreadable"] if visit.unreadable else []
    what = ", ".join([*counts, *extra]) or "no reviews"
    return what if visit.complete else f"{what}; {visit.stop}: {visit.detail}"
