"""Where rivals and groups differ by chance alone, hardly ever is a difference claimed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from data.market import Competitor
from reports import rules
from reports.weighing.evidence import Evidence
from reports.weighing.loyalty import loyalty
from reports.weighing.personas import personas
from reports.weighing.switching import switches, switching
from reports.weighing.tiers import tiers

RULES = rules.default()
RIVALS = ["alpha", "beta", "gamma", "delta"]
COMPETITORS = [Competitor(slug=slug, name=slug.capitalize()) for slug in RIVALS]
MARKETS = 60
MOST = 6
"""So many of sixty markets may hold a claim where one in twenty does by chance: more come in 3 of 100 runs."""
WHO = ["students", "teachers", "parents", "professionals", "premium-subscribers", "families"]
THEMES = [theme.slug for theme in RULES.themes[:12]]


def market(seed: int) -> list[dict[str, Any]]:
    """Mentions of 600 reviews whose rival, author, theme, motive and loyalty hang on nothing."""
    rng = np.random.default_rng(seed)
    mentions: list[dict[str, Any]] = []
    for i in range(600):
        here = {"competitor": str(rng.choice(RIVALS)), "key": f"r{i}"}
        if rng.random() < 0.4:
            mentions.append(here | {"segments": [str(rng.choice(WHO))]})
        mentions.append(
            here
            | {
                "mention": 1,
                "themes": [str(rng.choice(THEMES))],
                "kinds": ["complaint"] if rng.random() < 0.5 else ["praise"],
                "motive": str(rng.choice(["price", "time"])) if rng.random() < 0.2 else None,
                "loyalty": str(rng.choice(["recommends", "warns", "returns"])) if rng.random() < 0.3 else None,
                "churn": bool(rng.random() < 0.1),
                "switched_to": str(rng.choice(RIVALS)) if rng.random() < 0.2 else None,
            }
        )
    return mentions


def claims(evidence: Evidence) -> dict[str, bool]:
    gone = switches(evidence, COMPETITORS)
    return {
        "personas": any(group.stands_out for group in personas(evidence, RIVALS, RULES).groups),
        "moves": any(s.more for move in tiers(evidence, RIVALS, RIVALS, RULES).moves for s in move.shares),
        "loyalty": any(r.differs for one in loyalty(evidence, gone, RIVALS, RIVALS) for r in one.rates.values()),
        "switching": any(flow.ahead for flow in switching(evidence, COMPETITORS, gone, set()).flows),
    }


@pytest.fixture(scope="module")
def claimed(evidence_of) -> dict[str, int]:
    """In how many markets each part claims anything."""
    found = [claims(evidence_of(market(seed), {})) for seed in range(MARKETS)]
    return {part: sum(each[part] for each in found) for part in found[0]}


@pytest.mark.parametrize("part", ["personas", "moves", "loyalty", "switching"])
def test_chance_is_hardly_ever_taken_for_a_difference(claimed: dict[str, int], part: str) -> None:
    assert claimed[part] <= MOST
