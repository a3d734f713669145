"""What changed since an earlier report adds up, cause by cause, to a truth that the simulator knows."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from data.market import Competitor, Export, Listing, Market
from data.merging import CHANGES
from data.visit import SCHEMA as VISITS
from reports.weighing.changes import PARTS, Changes, changes
from reports.weighing.evidence import Evidence, Snapshot, Window
from reports.weighing.state import State, state
from reports.weighing.statistics import more_often, stratified

UTC_TIME = pl.Datetime("us", "UTC")
THEN, NOW = datetime(2026, 5, 1, 3, tzinfo=UTC), datetime(2026, 6, 1, 3, tzinfo=UTC)
THEMES = ("crash", "price", "support")
Row = dict[str, Any]


def market(*listings: str, ours: bool = False, days: int = 365) -> Market:
    """Two rivals, of which the second has a file too; with `ours`, a third product is ours rather than a rival."""
    places = tuple(Listing(url=url) for url in listings)
    file = Export(path="/held/old.csv", source="google_play")
    competitors = (
        Competitor(slug="a", name="A", listings=places),
        Competitor(slug="b", name="B", exports=(file,)),
        Competitor(slug="c", name="C", listings=(Listing(url="https://c.example/"),), ours=ours),
    )
    return Market(slug="notes", name="Notes", competitors=competitors, window_days=days)


def visits(at: datetime, *listings: str, stop: str = "end") -> pl.DataFrame:
    blank = dict.fromkeys(VISITS, None)
    rows = [{**blank, "listing": name, "at": at, "stop": stop, "complete": True} for name in listings]
    return pl.DataFrame(rows, schema=VISITS)


def evidence(rows: list[Row], days: int, end: datetime) -> Evidence:
    window = Window(end - timedelta(days=days), end)
    columns = {
        "key": pl.String, "digest": pl.String, "competitor": pl.String, "listing": pl.String, "written": UTC_TIME,
        "in_window": pl.Boolean, "copy": pl.Boolean,
    }  # fmt: skip
    reviews = pl.DataFrame([{c: r[c] for c in columns} for r in rows], schema=columns).with_columns(
        counted=pl.col("in_window") & ~pl.col("copy"), is_read=True
    )
    counted = [r for r in rows if r["in_window"] and not r["copy"]]
    told = [(r["key"], r["competitor"], theme, True) for r in counted for theme in r["themes"]]
    said = {"key": pl.String, "competitor": pl.String, "theme": pl.String, "complains": pl.Boolean}
    statements = pl.DataFrame(told, schema=said, orient="row")
    named = statements.filter(theme="crash").select("key", "competitor", pain_point=pl.lit("keeps crashing"))
    return Evidence(window, reviews, statements, named)


class World:
    """A market on two days, and what became of each review in between."""

    def __init__(self, seed: int, size: int) -> None:
        self.random = np.random.default_rng(seed)
        self.then: list[Row] = []
        self.now: list[Row] = []
        self.edits: list[Row] = []
        self.truth: dict[str, Counter[tuple[str, int]]] = {item: Counter() for item in ("", *THEMES)}
        for number in range(size):
            getattr(self, f"_{self.random.choice(FATES)}")(f"k{number:05}")

    def row(self, key: str, days: float, **more: Any) -> Row:
        themes = [t for t in THEMES if self.random.random() < 0.4]
        told = {"key": key, "digest": f"{key}-1", "competitor": "a", "listing": "https://a.example/", "themes": themes}
        return {**told, "written": THEN - timedelta(days=days), "in_window": True, "copy": False, **more}

    def tell(self, cause: str, before: Row | None, after: Row | None) -> None:
        """Notes what a fate did to each count."""
        sides = [set() if row is None else {"", *row["themes"]} for row in (before, after)]
        for item in sides[1] - sides[0]:
            self.truth[item][cause, 0] += 1
        for item in sides[0] - sides[1]:
            self.truth[item][cause, 1] += 1

    def _kept(self, key: str) -> None:
        row = self.row(key, 30)
        self.then.append(row)
        self.now.append(row)

    def _written(self, key: str) -> None:
        undated = self.random.random() < 0.2  # not there when the whole listing was seen
        row = self.row(key, -self.random.uniform(1, 30), **({"written": None} if undated else {}))
        self.now.append(row)
        self.tell("written", None, row)

    def _aged(self, key: str) -> None:
        row = self.row(key, 360)
        self.then.append(row)
        self.now.append({**row, "in_window": False})
        self.tell("aged", row, None)

    def _found(self, key: str) -> None:
        file = {"written": None, "competitor": "b", "listing": "old.csv"}
        row = self.row(key, self.random.uniform(2, 300), **(file if self.random.random() < 0.5 else {}))
        self.now.append(row)
        self.tell("found", None, row)

    def _came(self, key: str) -> None:
        row = self.row(key, self.random.uniform(-20, 300), listing="https://a.example/new")
        self.now.append(row)
        self.tell("came", None, row)

    def _went(self, key: str) -> None:
        row = self.row(key, 30, listing="https://a.example/old")
        self.then.append(row)
        self.tell("went", row, None)

    def _lost(self, key: str) -> None:
        row = self.row(key, 30)
        self.then.append(row)
        self.tell("lost", row, None)

    def _edited(self, key: str, cause: str = "edited") -> None:
        before, after = self.row(key, 30), self.row(key, 30, digest=f"{key}-2")
        self.then.append(before)
        self.now.append(after)
        if cause == "edited":
            told = {"old_digest": before["digest"], "digest": after["digest"], "old_rating": 1.0, "rating": 5.0}
            self.edits.append({"market": "notes", "key": key, "at": NOW, **told})
        self.tell(cause, before, after)

    def _reread(self, key: str) -> None:
        self._edited(key, "reread")

    def _rules(self, key: str) -> None:
        before, after = self.row(key, 30), self.row(key, 30)
        self.then.append(before)
        self.now.append(after)
        self.tell("rules", before, after)

    def _copies(self, key: str) -> None:
        row, copy = self.row(key, 30), bool(self.random.random() < 0.5)
        self.then.append({**row, "copy": copy})
        self.now.append({**row, "copy": not copy})
        self.tell("copies", None if copy else row, row if copy else None)

    def _window(self, key: str) -> None:
        row = self.row(key, 380)
        self.then.append({**row, "in_window": False})
        self.now.append(row)
        self.tell("window", None, row)

    def _scope(self, key: str) -> None:
        row = self.row(key, 30, competitor="c", listing="https://c.example/")
        self.then.append(row)
        self.now.append(row)
        self.tell("scope", None, row)

    def told(self, days_now: int = 365) -> tuple[State, State, Changes]:
        before = market("https://a.example/", "https://a.example/old", ours=True)
        after = market("https://a.example/", "https://a.example/new", days=days_now)
        none = pl.DataFrame(schema=CHANGES)
        went = visits(THEN, "https://a.example/", "https://a.example/old", "old.csv")
        early = Snapshot(before, none, none, none, went, none)
        edits = pl.DataFrame(self.edits, schema=CHANGES)
        late = Snapshot(after, none, none, none, pl.concat([went, visits(NOW, "https://a.example/new")]), edits)
        then = state(early, evidence(self.then, 365, THEN), "r1", ["a", "b"], ["crash"], [])
        seen = evidence(self.now, days_now, NOW)
        now = state(late, seen, "r2", ["a", "b", "c"], ["price"], [])
        assert then is not None
        assert now is not None
        return then, now, changes(then, now, late, seen, trends=True)


FATES = tuple(cause for part in PARTS.values() for cause in part) + ("kept",) * 6


@pytest.mark.parametrize("seed", range(20))
def test_every_change_has_the_cause_that_the_simulator_knows_and_all_add_up(seed: int) -> None:
    world = World(seed, 400)
    then, now, told = world.told(400 if seed % 2 else 365)
    moved = {"": told.reviews} | {m.item: m for m in told.themes}
    for item, truth in world.truth.items():
        counted = {(c, side): n for c, *sides in moved[item].causes for side, n in enumerate(sides) if n}
        assert counted == dict(truth)
        assert moved[item].now - moved[item].then == sum(moved[item].part(part) for part in PARTS)
    counting = then.reviews.filter((pl.col("status") == "counted") & (pl.col("competitor") != "c"))
    assert moved["price"].then == counting.filter(pl.col("themes").list.contains("price")).height
    assert moved["price"].now == now.reviews.filter(pl.col("themes").list.contains("price")).height
    assert {m.item: m.causes for m in told.pains} == {"keeps crashing": moved["crash"].causes}
    assert (told.new_gaps, told.gone_gaps, told.still) == (("price",), ("crash",), False)


def test_the_same_reviews_say_that_nothing_moved() -> None:
    world = World(1, 0)
    for number in range(50):
        world._kept(f"k{number}")
    then, *_ = world.told()
    none = pl.DataFrame(schema=CHANGES)
    snapshot = Snapshot(market("https://a.example/", ours=True), none, none, none, visits(THEN), none)
    calm = changes(then, then, snapshot, evidence(world.now, 365, THEN), trends=True)
    assert calm.still
    assert calm.reviews == type(calm.reviews)("all", "", 50, 50, (), ())


def grown(random: np.random.Generator, lately: float) -> Changes:
    """600 reviews before and 80 newly written ones, with a theme in 10 % before and in another share lately."""
    world = World(0, 0)
    for number in range(680):
        row = world.row(f"k{number:03}", 30 if number < 600 else -5)
        row["themes"] = ["price"] if random.random() < (0.1 if number < 600 else lately) else []
        world.now.append(row)
        world.then += [row] if number < 600 else []
    return world.told()[2]


def test_what_grew_is_said_when_it_grew_and_hardly_ever_when_it_did_not() -> None:
    random = np.random.default_rng(11)
    calm = [any(d.verdict != "steady" for d in grown(random, 0.1).drifts) for _ in range(200)]
    assert sum(calm) <= 10
    loud = [[d.verdict for d in grown(random, 0.35).drifts] == ["grown"] for _ in range(20)]
    assert sum(loud) >= 18


def test_another_mix_of_listings_is_no_growth() -> None:
    # a forum complains in half of its posts, a store in none; lately more of the forum is written
    assert more_often(40, 80, 50, 600) < 0.001
    assert stratified([(40, 80, 50, 100), (0, 0, 0, 500)])[0] > 0.5


def test_a_report_of_that_day_is_the_border() -> None:
    world = World(0, 0)
    for key, written in (("day", datetime(2026, 5, 1, tzinfo=UTC)), ("eve", datetime(2026, 4, 30, 23, 59, tzinfo=UTC))):
        world.now.append(world.row(key, 0, written=written))
    world._kept("held")
    _, _, told = world.told()
    assert told.reviews.causes == (("written", 1, 0), ("found", 1, 0))
    assert told.since == date(2026, 5, 1)
