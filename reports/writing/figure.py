"""A chart inside the page: the same drawing, with marks that answer to pointer and keyboard."""

from __future__ import annotations

from html import escape
from xml.etree import ElementTree

from reports.writing.charts import Chart, Point
from reports.writing.drawing import PAPER, SVG

MARK = "graphics-symbol"


def inline(chart: Chart, svg: str) -> str:
    """The chart's figure as HTML.

    Each mark carries its number in reading order, the competitors it speaks of, and what it says, which a browser
    without scripts shows as a title. One mark a chart is a stop of the Tab key; arrows lead to the others.
    """
    root = ElementTree.fromstring(svg)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    paper = root.find(f"{{{SVG}}}rect")
    if paper is not None and paper.get("fill") == PAPER:
        root.remove(paper)
    root.set("class", "drawn")
    root.set("role", "group")
    order = {mark.says: number for number, mark in enumerate(chart.marks)}
    for element in root.iter():
        number = order.get(element.get("aria-label") or "")
        if element.get("role") != MARK or number is None:
            continue
        mark = chart.marks[number]
        element.set("class", "mark")
        element.set("role", "img")
        element.set("tabindex", "0" if number == 0 else "-1")
        element.set("data-n", str(number))
        element.set("data-rivals", " ".join(mark.rivals))
        if isinstance(mark, Point) and mark.number is not None:
            element.set("data-to", f"gap-{mark.number}")
        ElementTree.SubElement(element, f"{{{SVG}}}title").text = mark.says
    drawn = ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)
    return (
        f'<figure class="chart" id="chart-{chart.name}">'
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(chart.title)}">{drawn}</div></figure>\n'
    )
