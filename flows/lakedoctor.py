"""`unmet doctor --lake`: looks through the lake and the reports, mends what can be, and says each in a line."""

from __future__ import annotations

from data import repairing
from data.errors import UnmetError
from data.lake import Lake
from data.market import load
from data.settings import settings
from flows.codes import DONE, PARTLY
from flows.screen import console
from reports import report as press
from reports.writing import files


def run() -> int:
    """A line for each finding on stdout; the code says whether anything is lost, or wrong still."""
    config = settings()
    lake, lost, found = Lake(config.lake), False, 0
    rules: dict[str, str] = {}
    for file in sorted(config.markets.glob("*.toml")):
        try:
            market = load(file)
            rules[market.slug] = press.rules_for(market, file).version
        except UnmetError as e:
            print(f"{file.name}: {' '.join(str(e).split())}", flush=True)
            lost = True
    with console.status("looking through the lake"):
        for each in repairing.mend(lake, rules, config.clock()):
            print(each, flush=True)
            lost, found = lost or each.lost, found + 1
    left = files.tidy(config.reports)
    if left:
        print(f"reports: {len(left)} files of runs that died; deleted", flush=True)
    if not found and not left:
        held = ", ".join(f"{lake.count('reviews', m):,} reviews of {m}" for m in lake.markets()) or "nothing held yet"
        console.print(f"the lake is well: {held}", markup=False, soft_wrap=True)
    return PARTLY if lost else DONE
