"""`unmet mine MARKET URL`: a rival that the market's file does not name, over loopback, into a report of its own."""

import json

import pytest

from data.lake import Lake
from data.market import MarketError, load
from flows.demo.site import DemoSite
from flows.plan import widened

MARKET = """\
name = "Invoicing, a part"

[competitors.billory]
name = "Billory"
listings = [{ url = "http://appstore.example/us/app/billory/id900000001", source = "app_store" }]

[competitors.quillbill]
name = "Quillbill"
listings = [{ url = "http://appstore.example/us/app/quillbill/id900000003", source = "app_store" }]
"""
NEW = "http://directory.example/software/penny-ledger"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "invoicing.toml"
    path.write_text(MARKET, "utf-8")
    return path


@pytest.mark.flow
@pytest.mark.usefixtures("beside_server")
def test_a_newcomer_is_collected_reported_and_kept_out_of_the_file(unmet, file):
    with DemoSite() as site:
        site.night = 2
        hurry = {
            "UNMET_CONNECT_TO": json.dumps(dict(site.connect_to)), "UNMET_NOW": "2026-11-01T03:00:00Z",
            "UNMET_PAUSE_SECONDS": "0.01", "UNMET_RETRY_SECONDS": "[]",
        }  # fmt: skip
        done = unmet("mine", str(file), NEW, **hurry)
    assert done.returncode == 0, done.stderr
    assert file.read_text("utf-8") == MARKET
    assert "✓ invoicing/penny-ledger/schema_org: 44 new" in done.stderr
    folder = unmet.out / "invoicing" / "with-penny-ledger"
    report = folder / "2026-11-01.json"
    assert sorted(p.name for p in folder.parent.iterdir()) == ["with-penny-ledger"], (
        "the market's own series is untouched"
    )

    document = json.loads(report.read_text("utf-8"))
    assert [c["slug"] for c in document["competitors"]] == ["billory", "quillbill", "penny-ledger"]
    new = document["newcomers"]
    assert (new["slugs"], new["listings"]) == (["penny-ledger"], [NEW])
    listed = [row["theme"] for row in new["gaps"] if row["after"]]
    assert listed == [gap["theme"] for gap in document["gaps"]]
    support = next(row for row in new["gaps"] if row["theme"] == "support")
    assert (support["before"], support["after"]["kind"]) == (None, "open flank"), "only Penny Ledger fails at support"
    assert support["said"][0]["fails"]

    told = [line.strip() for line in done.stdout.splitlines()]
    assert any(line.startswith("New: “Support that answers” (open flank, rank ") for line in told)
    page = report.with_suffix(".md").read_text("utf-8")
    assert "## What Penny Ledger changes" in page
    assert "- New: “Support that answers” (open flank" in page

    # what it says to add makes the market that it reported
    lines = done.stdout[done.stdout.index("[competitors.penny-ledger]") :]
    assert lines.strip() in page
    file.write_text(f"{MARKET}\n{lines}", "utf-8")
    assert [c.slug for c in load(file).competitors] == ["billory", "quillbill", "penny-ledger"]

    file.write_text(MARKET, "utf-8")
    held = unmet("verify", str(report))
    assert held.returncode == 0, held.stdout
    assert "penny-ledger" in Lake(unmet.home / "lake").reviews("invoicing")["competitor"].to_list()
    alone = unmet("report", str(file))
    assert alone.returncode == 0
    assert "Penny Ledger" not in (unmet.out / "invoicing" / "latest.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://appstore.example/us/app/billory/id900000001", "is one of its listings already; run `unmet mine"),
        (
            "http://directory.example/software/billory",
            "Billory is in the market already; to read it there too, add http://directory.example/software/billory to"
            " competitors.billory.listings",
        ),
    ],
)
def test_who_is_in_the_market_is_no_newcomer(file, url, said):
    with pytest.raises(MarketError) as error:
        widened(load(file), [url], file)
    assert said in str(error.value)


def test_two_addresses_of_one_newcomer_are_one_competitor(file):
    more = [NEW, "https://apps.apple.com/us/app/penny-ledger/id900000002"]
    new = widened(load(file), more, file).competitors[2:]
    assert [(c.slug, [listing.url for listing in c.listings]) for c in new] == [("penny-ledger", more)]


@pytest.mark.parametrize("arguments", [("a.toml", "b.toml"), (NEW, "a.toml")])
def test_one_market_file_comes_first(unmet, arguments):
    done = unmet("mine", *arguments)
    assert done.returncode == 2
    assert "name one market file, before any addresses: `unmet mine MARKET.toml URL`" in done.stderr
