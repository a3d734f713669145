"""The charts in Vega-Lite. Importing altair takes a second, so `drawing.py` imports this module when it draws.

Colours are Okabe and Ito's (2008), told apart by people who are colour-blind; shape or lightness says the same again,
so that a print in grey loses nothing. The page's style sheet knows them by value and turns them on a dark machine.
"""

from __future__ import annotations

import json
from typing import Any

import altair as alt

from reports.writing import labels
from reports.writing.charts import UNDERSERVED, Cell, Chart, Month, Point
from reports.writing.drawing import PAPER

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
INK, SOFT, GRID = "#1f2933", "#52606d", "#e8ebef"
CORNER = "#fdf0e3"
SHAPES = {
    "market-wide": ("square", "#b34700"),
    "open flank": ("triangle-up", "#005f94"),
    "some rivals": ("triangle-down", "#8f3f71"),
    "unserved wish": ("diamond", "#00684a"),
    "single rival": ("circle", "#b34700"),
}
"""Kind of gap -> shape and colour; the colours are Okabe and Ito's vermilion, blue, purple and green, darker."""
OTHER = "no gap"
LIGHT, DARK = (0xF2, 0xF5, 0xF9), (0x0B, 0x3C, 0x6F)
"""The heat map's ends: no complaints, and the largest share in it."""
IN_LIGHT, IN_DARK = "#000000", "#ffffff"
"""Text on a light and on a dark cell: only black and white reach WCAG's 4.5 : 1 on every shade between."""
WIDE, HIGH = 640, 460
"""The landscape's plane in pixels."""
NAMES = 12.0
"""Size of the names on the landscape, in pixels."""
SHADED = f"Shaded: underserved, an opportunity over {UNDERSERVED:g}."


def plot(chart: Chart) -> Any:
    """The chart as altair's, in the style that all of them share."""
    drawn = {"landscape": _landscape, "heat": _heat, "months": _months}[chart.name](chart)
    # room to the left for readers whose sans-serif is wider than the one that was measured
    settled = drawn.configure(font=FONT, background=PAPER, padding={"left": 30, "top": 14, "right": 14, "bottom": 14})
    settled = settled.configure_view(stroke=None)
    settled = settled.configure_axis(
        labelColor=SOFT, titleColor=INK, labelFontSize=12, titleFontSize=13, titleFontWeight="normal", gridColor=GRID,
        domainColor=SOFT, tickColor=SOFT, titlePadding=10,
    )  # fmt: skip
    settled = settled.configure_title(
        color=INK, fontSize=17, anchor="start", frame="bounds", offset=16, subtitleColor=SOFT, subtitleFontSize=12.5,
        subtitlePadding=6,
    )  # fmt: skip
    return settled.configure_legend(
        orient="bottom", direction="horizontal", labelFontSize=12, labelColor=INK, title=None, symbolSize=110,
        columnPadding=18, offset=14,
    )  # fmt: skip


def _title(chart: Chart, *how_to_read: str) -> Any:
    return alt.TitleParams(chart.title, subtitle=list(how_to_read))


def _values(rows: list[dict[str, Any]]) -> alt.InlineData:
    return alt.InlineData(rows)


def _landscape(chart: Chart) -> Any:
    points = sorted((m for m in chart.marks if isinstance(m, Point)), key=lambda p: (p.number or 1_000, p.says))
    scale, axis = alt.Scale(domain=[0, 10]), alt.Axis(format="d", values=list(range(0, 11, 2)))
    x = alt.X("satisfaction:Q", title="Satisfaction: how well it is served →", scale=scale, axis=axis)
    y = alt.Y("importance:Q", title="Importance: how much it is spoken of →", scale=scale, axis=axis)
    kinds = [kind for kind in SHAPES if any(p.kind == kind for p in points)]
    kinds += [OTHER] if any(p.kind is None for p in points) else []
    shapes = [SHAPES.get(kind, ("circle", ""))[0] for kind in kinds]
    colours = [SHAPES.get(kind, ("", "#9aa5b1"))[1] for kind in kinds]
    # opportunity = 2 importance - satisfaction above the diagonal, so the corner's edge runs from (0, 5) to (10, 10)
    edge = [{"satisfaction": s, "importance": (UNDERSERVED + s) / 2, "top": 10} for s in (0, 10)]
    corner = alt.Chart(_values(edge)).mark_area(color=CORNER, aria=False).encode(x=x, y=y, y2="top:Q")
    border = alt.Chart(_values(edge)).mark_line(color="#c4752b", strokeDash=[5, 4], strokeWidth=1, aria=False)
    marks = (
        alt.Chart(
            _values(
                [
                    {
                        "satisfaction": p.satisfaction,
                        "importance": p.importance,
                        "kind": p.kind or OTHER,
                        "says": p.says,
                        "size": 110 if p.kind else 45,
                    }
                    for p in reversed(points)
                ]
            )
        )
        .mark_point(filled=True, opacity=1, stroke=PAPER, strokeWidth=1)
        .encode(
            x=x,
            y=y,
            size=alt.Size("size:Q", scale=None, legend=None),
            shape=alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=shapes)),
            color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=colours)),
            description="says:N",
        )
    )
    how = ["Each point is a theme; those with a number are the gaps of the report.", SHADED]
    layers = [corner, border.encode(x=x, y=y), *_named(points, _spots(points), x, y), marks]
    return alt.layer(*layers).properties(width=WIDE, height=HIGH, title=_title(chart, *how))


def _spots(points: list[Point]) -> list[labels.Spot | None]:
    """Where the names of the points stand, gaps first.

    A gap is always named, in a crowd by its number alone; another theme only where there is room beside it.
    """
    told = [[f"{p.number} {p.name}", str(p.number)] if p.number else [p.name] for p in points]
    room = labels.Box(2, 2, WIDE - 2, HIGH - 2)
    return labels.place([_pixel(p) for p in points], told, [p.number is not None for p in points], room, NAMES)


def _pixel(point: Point) -> tuple[float, float]:
    return point.satisfaction / 10 * WIDE, (1 - point.importance / 10) * HIGH


def _named(points: list[Point], spots: list[labels.Spot | None], x: Any, y: Any) -> list[Any]:
    """The names of the points at their spots, with lines to those that stand off."""
    rows, lines = [], []
    for point, spot, (px, py) in zip(points, spots, map(_pixel, points), strict=True):
        if spot is None:
            continue
        where = {"satisfaction": spot.x / WIDE * 10, "importance": (1 - spot.y / HIGH) * 10}
        rows.append({**where, "name": spot.name, "align": spot.align, "colour": INK if point.number else SOFT})
        if spot.leads:
            lines.append({"satisfaction": px / WIDE * 10, "importance": (1 - py / HIGH) * 10}
                         | {"x2": where["satisfaction"], "y2": where["importance"]})  # fmt: skip
    layers = []
    if lines:
        layers.append(
            alt.Chart(_values(lines)).mark_rule(color="#9aa5b1", strokeWidth=0.8, aria=False)
            .encode(x=x, y=y, x2="x2:Q", y2="y2:Q")
        )  # fmt: skip
    for align in ("left", "center", "right"):
        mine = [row for row in rows if row["align"] == align]
        if mine:
            layers.append(
                alt.Chart(_values(mine)).mark_text(align=align, baseline="middle", fontSize=NAMES, aria=False)
                .encode(x=x, y=y, text="name:N", color=alt.Color("colour:N", scale=None))
            )  # fmt: skip
    return layers


def _heat(chart: Chart) -> Any:
    cells = [m for m in chart.marks if isinstance(m, Cell)]
    themes = list(dict.fromkeys(c.theme for c in cells))
    rivals = list(dict.fromkeys(c.competitor for c in cells))
    largest = max((c.share or 0 for c in cells), default=0) or 1
    wide = max(64, min(150, 700 // len(rivals)))
    rows = [
        {
            "theme": c.theme,
            "rival": c.competitor,
            "says": c.says,
            "fill": PAPER if c.share is None else shade(c.share / largest),
            "ink": IN_LIGHT if c.share is None else ink(c.share / largest),
            "text": "–" if c.share is None else f"{100 * c.share:.1f} % {c.mark}".rstrip(),
            "weight": "bold" if c.fails else "normal",
        }
        for c in cells
    ]
    lines = {c: _folded(c, wide - 8) for c in rivals}
    folded = any(len(told) > 1 for told in lines.values())
    if folded:  # all end on the same line: Vega hangs the lines of a label from its first
        lines = {c: told if len(told) > 1 else ["", *told] for c, told in lines.items()}
    crowded = any(labels.width(line, 12) > wide - 8 for told in lines.values() for line in told)
    x = alt.X(
        "rival:N", sort=rivals, title=None,
        axis=alt.Axis(
            orient="top", domain=False, ticks=False, labelColor=INK, labelLimit=170,
            labelPadding=23 if folded and not crowded else 8,
            labelAngle=-40 if crowded else 0, labelAlign="left" if crowded else "center", labelOverlap=False,
            labelExpr="datum.value" if crowded else f"{json.dumps(lines)}[datum.value]",
        ),
    )  # fmt: skip
    y = alt.Y(
        "theme:N", sort=themes, title=None,
        axis=alt.Axis(domain=False, ticks=False, labelPadding=10, labelColor=INK, labelLimit=260),
    )  # fmt: skip
    fields = alt.Chart(_values(rows)).mark_rect(stroke=PAPER, strokeWidth=2, cornerRadius=3)
    fields = fields.encode(x=x, y=y, color=alt.Color("fill:N", scale=None), description="says:N")
    layers = [fields]
    for weight in ("normal", "bold"):
        mine = [row for row in rows if row["weight"] == weight]
        if mine:
            figures = alt.Chart(_values(mine)).mark_text(fontSize=12, fontWeight=weight, aria=False)
            layers.append(figures.encode(x=x, y=y, text="text:N", color=alt.Color("ink:N", scale=None)))
    how = ["Share of read reviews that complain or wish. Bold: the rival fails at it. More often than at the",
           "other rivals, beyond chance: ▲ also among reviews of the same stars, △ only overall."]  # fmt: skip
    return alt.layer(*layers).properties(width=wide * len(rivals), height=32 * len(themes), title=_title(chart, *how))


def _folded(name: str, wide: float) -> list[str]:
    """A name on two lines where one is too wide, parted at the blank nearest the middle."""
    blanks = [i for i, c in enumerate(name) if c == " "]
    if labels.width(name, 12) <= wide or not blanks:
        return [name]
    at = min(blanks, key=lambda i: (abs(i - len(name) / 2), i))
    return [name[:at], name[at + 1 :]]


def shade(part: float) -> str:
    """The colour of a share, as a part (0 to 1) of the largest."""
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(LIGHT, DARK, strict=True))


def ink(part: float) -> str:
    """The text colour with the better contrast on that shade (WCAG 2 relative luminance)."""
    channels = [(a + (b - a) * part) / 255 for a, b in zip(LIGHT, DARK, strict=True)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return IN_DARK if luminance < 0.179 else IN_LIGHT


def _months(chart: Chart) -> Any:
    marks = [m for m in chart.marks if isinstance(m, Month)]
    themes = list(dict.fromkeys(m.theme for m in marks))
    # the highest point and the middle of its band, so that one thin month does not flatten all lines
    top = max(max(m.share for m in marks) * 1.25, sorted(m.high for m in marks)[len(marks) // 2], 0.01)
    rows = [
        {
            "theme": m.theme,
            "start": m.start,
            "share": m.share,
            "low": m.low,
            "high": min(m.high, top),
            "says": m.says,
        }
        for m in marks
    ]
    # UTC throughout: a date must not move with the clock of the machine that draws
    form = "%b %Y" if all(m.start.endswith("-01") for m in marks) else "%-d %b"
    x = alt.X(
        "start:T", title=None, scale=alt.Scale(type="utc"),
        axis=alt.Axis(format=form, tickCount=3, grid=False, labelOverlap=True),
    )  # fmt: skip
    y = alt.Y(
        "share:Q", title=None, scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(labelExpr="format(100 * datum.value, '~g') + ' %'", tickCount=4, domain=False, ticks=False),
    )  # fmt: skip
    base = alt.Chart()
    band = base.mark_area(color="#005f94", opacity=0.16, aria=False).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    line = base.mark_line(color="#005f94", strokeWidth=2, strokeJoin="round", aria=False).encode(x=x, y=y)
    dots = base.mark_point(color="#005f94", filled=True, size=42, opacity=1).encode(x=x, y=y, description="says:N")
    panels = alt.layer(band, line, dots, data=_values(rows)).properties(width=215, height=130)
    header = alt.Header(title=None, labelFontSize=12.5, labelColor=INK, labelAnchor="start", labelLimit=215)
    facet = alt.Facet("theme:N", sort=themes, header=header)
    return panels.facet(facet, columns=min(3, len(themes)), spacing={"row": 26, "column": 24}).properties(
        title=_title(chart, "Share of reviews that complain or wish; the band is its 95 % interval.")
    )
