"""`unmet learn`: a market's own stars teach its rules."""

from __future__ import annotations

from pathlib import Path

from data import review as _review
from data.lake import Lake
from data.market import load
from data.settings import settings
from flows.codes import DONE, NOTHING
from flows.screen import console
from reports import report as press
from reports.learning.refine import LearningError, Refined, refined
from reports.rules import learned
from reports.rules import market as own

WORTH = 0.001
"""A gain of ROC AUC below this is none."""


def run(market: Path) -> int:
    """Refines a market's terms and keeps them beside its file if that helps; NOTHING where it does not."""
    loaded = load(market)
    place = own.folder(market)
    # what was learned before is learned anew, not added to
    rules = own.of(market, press.names(loaded), unlearned=True)
    reviews = Lake(settings().lake).reviews(loaded.slug).with_columns(stars=_review.stars())
    if reviews.is_empty():
        raise LearningError(f"{loaded.name}: nothing was collected yet; run `unmet mine {market}` first")
    with console.status(f"{loaded.name}: learning from {reviews.height:,} reviews"):
        found = refined(reviews, rules)
    told = f"ROC AUC {found.before:.3f} before, {found.after:.3f} after"
    told += ", on rivals not learned from" if found.by_rival else ", on reviews not learned from"
    if found.after < found.before + WORTH or found.weights.is_empty():
        _say(
            f"{loaded.name}: {found.reviews:,} rated reviews teach nothing the rules do not know ({told});"
            " nothing written"
        )
        return NOTHING
    path = _write(place, found, told)
    _say(f"{loaded.name}: {found.weights.height:,} terms from {found.reviews:,} rated reviews ({told}): {path}")
    _say("The next run reads the market again with them. Delete the file to go back.")
    return DONE


def _write(place: Path, found: Refined, told: str) -> Path:
    """Writes the terms; those learned before stay beside them, under a number."""
    place.mkdir(parents=True, exist_ok=True)
    path = place / learned.TERMS
    if path.exists():
        number = sum(1 for _ in place.glob("learned-*.tsv")) + 1
        path.rename(place / f"learned-{number}.tsv")
    head = f"# Learned by `unmet learn` from {found.reviews} rated reviews of this market; {told}.\n"
    head += "term\tcomplaint\trequest\n"
    rows = (f"{term}\t{weight / 100:.2f}\t0.00\n" for term, weight in found.weights.iter_rows())
    path.write_text(head + "".join(rows), "utf-8")
    return path


def _say(text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
