"""What a report would claim of a market, by the code that the report uses, without the words around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports import rules
from reports.weighing.cells import Cell, cells
from reports.weighing.evidence import Evidence
from reports.weighing.gaps import Kind, openings
from reports.weighing.momentum import Split, momenta
from reports.weighing.opportunity import Opportunity, opportunities
from reports.weighing.pains import Pain, pains
from reports.weighing.resampling import DRAWS, resample

from .material import themes


@dataclass(frozen=True)
class Claims:
    """The claims of a report."""

    cells: dict[tuple[str, str], Cell]
    gaps: list[tuple[Opportunity, Kind]]
    pains: list[Pain]

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
    return Claims(table, found, pains(evidence, slugs, slugs, ruleset))


def trends(evidence: Evidence, told: Claims, rivals: Sequence[str], parts: Split | None) -> dict[str, str]:
    """The gaps that a report would call `rising` or `falling`; those that are steady are left out."""
    moved = momenta(evidence, [opportunity.theme for opportunity, _ in told.gaps], list(rivals), parts)
    return {theme: each.verdict for theme, each in moved.items() if each.verdict != "steady"}
