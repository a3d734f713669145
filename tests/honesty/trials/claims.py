"""What a report would claim of a market, by the code that the report uses, without the words around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.market import Competitor
from reports import rules
from reports.weighing import tiers
from reports.weighing.cells import Cell, cells
from reports.weighing.crowd import crowds
from reports.weighing.emerging import emerging
from reports.weighing.evidence import Evidence
from reports.weighing.gaps import Kind, openings
from reports.weighing.loyalty import loyalty
from reports.weighing.momentum import Split, momenta
from reports.weighing.months import courses
from reports.weighing.opportunity import Opportunity, opportunities
from reports.weighing.pains import Pain, pains
from reports.weighing.resampling import DRAWS, resample
from reports.weighing.switching import switches

from .material import themes

MOVING = frozenset({"growing", "calming"})


@dataclass(frozen=True)
class Claims:
    """The claims of a report."""

    cells: dict[tuple[str, str], Cell]
    gaps: list[tuple[Opportunity, Kind]]
    pains: list[Pain]
    loyalty: list[tuple[str, str]]
    """Rival and measure, where one is said to differ from the others."""
    tiers: list[tuple[str, str]]
    """Rival and answer, where it is said to be heard more often than at the others."""

    @property
    def worse(self) -> list[tuple[str, str]]:
        """Where a rival is said to be complained about more than the others."""
        return [key for key, cell in self.cells.items() if cell.worse]

    @property
    def flanks(self) -> list[str]:
        """The gaps that are called an open flank."""
        return [opportunity.theme for opportunity, kind in self.gaps if kind is Kind.FLANK]

    @property
    def more(self) -> list[tuple[str, str]]:
        """The pain points that a rival is said to have more of."""
        return [(named.competitor, pain.name) for pain in self.pains for named in pain.rivals if named.more]


def claimed(evidence: Evidence, rivals: Sequence[str], draws: int = DRAWS) -> Claims:
    """What a report would claim of such evidence, trends aside."""
    slugs, ruleset = list(rivals), rules.default()
    table = cells(evidence, themes(), slugs, slugs)
    ranked = opportunities(table, themes(), slugs, resample(evidence, themes(), slugs, draws))
    found = openings(table, ranked, slugs)
    products = [Competitor(slug=slug, name=slug.title()) for slug in slugs]
    stays = loyalty(evidence, switches(evidence, products), slugs, slugs)
    # only what compares rivals: the Kano reading beside it is of the market
    moves = tiers._moves(evidence, slugs, slugs, ruleset)
    return Claims(
        table,
        found,
        pains(evidence, slugs, slugs, ruleset),
        [(each.competitor, measure) for each in stays for measure, rate in each.rates.items() if rate.differs],
        [(share.competitor, str(move)) for move in moves for share in move.shares if share.more],
    )


def trends(evidence: Evidence, told: Claims, rivals: Sequence[str], parts: Split | None) -> list[str]:
    """What a report would say to have moved: gaps, months, the hunger of a crowd, and complaints that are new."""
    gaps = [opportunity.theme for opportunity, _ in told.gaps]
    moved = momenta(evidence, gaps, list(rivals), parts)
    said = [f"{theme} {each.verdict}" for theme, each in moved.items() if each.verdict != "steady"]
    said += [f"{each.theme} in a month" for each in courses(evidence, gaps, themes(), rivals) if each.spikes]
    said += [f"{each.theme} {each.verdict}" for each in crowds(evidence, gaps, rivals, parts) if each.verdict in MOVING]
    unnamed = emerging(evidence, rivals, parts, set())
    return said + ([f"new: {cry.phrase}" for cry in unnamed.cries] if unnamed.dated else [])
