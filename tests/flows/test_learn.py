"""`unmet learn`: a market's stars teach its rules, or it says why they do not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.lake import Lake
from data.review import Review
from data.settings import settings
from flows import learning
from flows.codes import DONE, NOTHING
from reports.learning.refine import LearningError
from reports.rules import market as own

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def review(rival: str, number: int, body: str, rating: float) -> Review:
    return Review(
        source="file", product=rival, id=str(number), body=body, rating=rating, scale="5", written=NOW, url=None
    )


@pytest.fixture
def market(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNMET_LAKE", str(tmp_path / "lake"))
    file = tmp_path / "lamps.toml"
    address = "https://apps.apple.com/us/app/x/id"
    rivals = "".join(
        f'[competitors.{r}]\nname = "{r.title()}"\nlistings = ["{address}{n}"]\n'
        for n, r in enumerate(("alder", "birch", "cedar"), start=1)
    )
    file.write_text(f'name = "Lamps"\n{rivals}', "utf-8")
    return file


def fill(each: int, complaint: str, praise: str) -> None:
    lake = Lake(settings().lake)
    for rival in ("alder", "birch", "cedar"):
        reviews = []
        for n in range(each):
            reviews.append(review(rival, 2 * n, f"It came with a {complaint} in box {n} today.", 1))
            reviews.append(review(rival, 2 * n + 1, f"It came with a {praise} in box {n} today.", 5))
        lake.merge("lamps", rival, f"https://{rival}.example/reviews", reviews, NOW)


def test_what_helps_is_kept_beside_the_market_and_read_by_from_then_on(market, capsys):
    fill(60, "grommet", "label")
    before = own.of(market, {}).version
    assert learning.run(market) == DONE
    told = capsys.readouterr().err
    assert "terms from 360 rated reviews (ROC AUC 0.500 before, 1.000 after, on rivals not learned from)" in told
    lines = (tmp := own.folder(market) / "learned.tsv").read_text("utf-8").splitlines()
    assert lines[1] == "term\tcomplaint\trequest"
    assert any(line.startswith("gromet\t") for line in lines)
    assert own.of(market, {}).version != before
    first = tmp.read_bytes()
    assert learning.run(market) == DONE
    assert tmp.read_bytes() == first
    assert (tmp.parent / "learned-1.tsv").read_bytes() == first


def test_what_does_not_help_is_not_kept(market, capsys):
    fill(60, "terrible mess", "wonderful gift")
    assert learning.run(market) == NOTHING
    assert "teach nothing the rules do not know" in capsys.readouterr().err
    assert not own.folder(market).exists()


def test_a_market_never_visited_and_one_with_few_ratings_say_so(market):
    with pytest.raises(LearningError, match="nothing was collected yet; run `unmet mine"):
        learning.run(market)
    fill(10, "grommet", "label")
    with pytest.raises(LearningError, match="too few rated English reviews"):
        learning.run(market)
