"""A chart as SVG: drawn by Vega-Lite through altair and vl-convert, offline, the same bytes for the same chart.

Text is measured with the Liberation Sans that vl-convert brings along, not with what this machine has.
"""

from __future__ import annotations

import re
from functools import lru_cache
from xml.etree import ElementTree

from reports.writing.charts import Chart

PAPER = "#ffffff"
SVG = "http://www.w3.org/2000/svg"


@lru_cache(maxsize=32)
def svg(chart: Chart) -> str:
    """The chart as an SVG document of its own, in its own font sizes; no scripts, links or outside files."""
    import vl_convert  # 90 MB of library: only who draws waits for it

    from reports.writing import plots

    return _tidy(vl_convert.vegalite_to_svg(plots.plot(chart).to_dict(), allowed_base_urls=[]), chart)


def _tidy(raw: str, chart: Chart) -> str:
    """One element a line, numbers to a hundredth, named for those who cannot see it, and nothing empty."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(raw)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.get("display") == "none" or (child.get("class") == "background" and not child.get("stroke")):
                parent.remove(child)
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            if name in {"aria-roledescription", "version"} or (name == "opacity" and value == "1"):
                del element.attrib[name]
            elif name != "aria-label":
                element.set(name, re.sub(r"-?\d+\.\d{3,}", lambda m: f"{round(float(m[0]), 2):g}", value))
    said = {mark.says for mark in chart.marks}
    for element in root.iter():
        # what Vega says of its own scaffolding is no help to a listener; the marks keep what they say
        if element.get("aria-label") not in said:
            for name in ("role", "aria-label"):
                element.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", f"{chart.title}. {chart.says} {chart.alt}")
    ElementTree.indent(root, " ")
    return ElementTree.tostring(root, encoding="unicode") + "\n"
