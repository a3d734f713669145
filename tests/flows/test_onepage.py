"""`unmet page` with every source by name: reviews, or one line that says what to do; never an error of ours."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

import scrapers
from data.errors import UnmetError
from data.market import MarketError
from flows import onepage
from scrapers._terms import forbidden

NOBODY = "127.0.0.1:9"
"""Where nothing answers (the discard port)."""
every = pytest.mark.parametrize("name", scrapers.names())


@pytest.fixture(autouse=True)
def _nobody_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNMET_CONNECT_TO", f'{{"shop.example": "{NOBODY}"}}')
    monkeypatch.setenv("UNMET_TRIES", "1")


def told(capsys: pytest.CaptureFixture[str], what: str, source: str | None, url: str | None = None) -> str:
    """The line that it ends in."""
    try:
        code = onepage.run(what, source, url)
    except UnmetError as e:  # what the command itself prints, with its own code
        return f"unmet: {e}"
    done = capsys.readouterr()
    said = done.err.strip()
    assert (code, done.out) == (3, "")
    assert said.startswith("unmet: ")
    assert "\n" not in said
    return said


@every
def test_an_address_that_is_not_its_own(capsys: pytest.CaptureFixture[str], name: str) -> None:
    said = told(capsys, "https://shop.example/a/b/c?d=e", name)
    if name == "schema_org":  # reads any page
        assert "no answer" in said
    elif scrapers.source(name).ABOUT.opt_in:
        assert f"{name} is off unless the market file says" in said
    else:
        assert f"is no address of {name}; its form is {scrapers.source(name).ABOUT.address}" in said


@every
def test_a_file_that_is_no_page_of_it(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("id,body\n1,It crashes.\n", "utf-8")
    assert "reviews.csv" in told(capsys, str(file), name)
    told(capsys, str(file), name, "https://shop.example/a/b/c")


def test_an_export_is_told_where_it_is_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("id,body\n1,It crashes.\n", "utf-8")
    assert told(capsys, str(file), "export") == (
        "unmet: reviews.csv: an export is no page; name it under `exports` in a market file, or try `unmet read`"
    )


@pytest.mark.parametrize("source", [None, "trustpilot", "schema_org"])
def test_naming_the_source_opens_no_site_whose_terms_forbid_it(source: str | None) -> None:
    url = "https://www.trustpilot.com/review/shop.example"
    with pytest.raises(MarketError) as error:
        onepage.run(url, source, None)
    assert str(error.value) == f"www.trustpilot.com: its terms forbid automated reading; {forbidden(url)}"


PAGE = Path(__file__).parents[1] / "pages" / "app_store.json"


def test_a_packed_page_is_unpacked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "page.json.gz"
    file.write_bytes(gzip.compress(PAGE.read_bytes()))
    assert onepage.run(str(file), "app_store", None) == 0
    assert '"key": "app_store:' in capsys.readouterr().out


def test_a_packed_page_that_is_damaged_or_a_bomb_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = gzip.compress(PAGE.read_bytes())
    wrong = {
        "is cut off; save the page again": whole[:-20],
        "is packed wrongly": whole[:30] + b"\xff" * 40 + whole[70:],
        "unpacks to more than 3,000,000 bytes; this is no page of reviews": gzip.compress(bytes(400_000_000)),
    }
    monkeypatch.setenv("UNMET_UNPACKED_BYTES", "3000000")
    file = tmp_path / "page.json.gz"
    for said, body in wrong.items():
        file.write_bytes(body)
        tracemalloc.start()
        with pytest.raises(MarketError, match=f"^{file}: {said}"):
            onepage.run(str(file), "app_store", None)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
        tracemalloc.stop()
