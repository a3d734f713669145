"""Where the names of points go, so that none covers another name or a point.

Greedy: the most important point is named first; each tries places around itself, near ones first. With a handful of
names this is as good as the clever ways, and the same input gives the same picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NARROW, WIDE = "iljtf.,;:'|! ()[]“”‘’-r", "mwMW@%–—"
"""Letters well below and above the mean width of a sans-serif face."""
HEIGHT = 1.15
"""Of a line, in font sizes."""
NEAR, FAR = 10.0, 24.0
"""Distance of a name from its point's middle, in pixels; a far one gets a line that leads to it."""


@dataclass(frozen=True)
class Box:
    """A rectangle; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: Box) -> float:
        """The area that both cover."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, wide) * max(0.0, high)

    def within(self, other: Box) -> bool:
        """Whether it lies wholly in the other."""
        inside = self.left >= other.left and self.right <= other.right
        return inside and self.top >= other.top and self.bottom <= other.bottom


@dataclass(frozen=True)
class Spot:
    """Where a name goes: the anchor of its text and, for a far one, the end of its leading line."""

    name: str
    x: float
    y: float
    align: str
    """left, center or right, as seen from the anchor."""
    leads: bool


def width(text: str, size: float) -> float:
    """About how wide a text is in a sans-serif face of that size, in pixels.

    After DejaVu Sans, the widest that a reader is likely to get: other faces leave a little air.
    """
    return size * sum(0.35 if c in NARROW else 0.95 if c in WIDE or ord(c) > 0x2E80 else 0.62 for c in text)


def place(
    points: Sequence[tuple[float, float]],
    names: Sequence[Sequence[str]],
    far: Sequence[bool],
    room: Box,
    size: float,
    taken: Sequence[Box] = (),
) -> list[Spot | None]:
    """For each point the spot of its name, in pixels; None where there is no room for it.

    `names` are what a point may be called, the best first; `far` says whether its name may stand off with a line to it.
    Points that come first choose first; what is `taken` is left alone.
    """
    radius = 6.0
    used = [*taken, *(Box(x - radius, y - radius, x + radius, y + radius) for x, y in points)]
    spots: list[Spot | None] = []
    for (x, y), called, may in zip(points, names, far, strict=True):
        around = [(name, spot) for name in called for spot in _around(x, y, name, may)]
        free = (spot for name, spot in around if _fits(box(spot, size), used, room))
        spots.append(found := next(free, None))
        if found is not None:
            used.append(box(found, size))
    return spots


def _fits(box: Box, used: Sequence[Box], room: Box) -> bool:
    return box.within(room) and not any(box.overlap(other) for other in used)


def _around(x: float, y: float, name: str, may: bool) -> list[Spot]:
    """Places around a point, the best first."""
    spots = [
        Spot(name, x + NEAR, y, "left", False),
        Spot(name, x - NEAR, y, "right", False),
        Spot(name, x, y - NEAR - 4, "center", False),
        Spot(name, x, y + NEAR + 4, "center", False),
    ]
    for off in (FAR, 1.6 * FAR) if may else ():
        for down in (-1, 1):
            spots += [
                Spot(name, x + off, y + down * off * 0.8, "left", True),
                Spot(name, x - off, y + down * off * 0.8, "right", True),
            ]
    return spots


def box(spot: Spot, size: float) -> Box:
    wide, high = width(spot.name, size), size * HEIGHT
    left = {"left": spot.x, "center": spot.x - wide / 2, "right": spot.x - wide}[spot.align]
    return Box(left - 1, spot.y - high / 2, left + wide + 1, spot.y + high / 2)
