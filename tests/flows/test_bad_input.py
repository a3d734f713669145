"""One market of everything that goes wrong: each file ends in the right reviews or one clear line, the rest is kept."""

import json

import polars as pl
import pytest

from data.lake import Lake

pytestmark = pytest.mark.flow

GOOD = "id,body,rating\n" + "".join(f"{i},The app crashes on page {i}.,1\n" for i in range(40))
EMPTY_FEED = b'{"feed": {"link": [{"attributes": {"rel": "first", "href": "x"}}]}}'
CHALLENGE = b"<html><head><title>Just a moment...</title></head><body>cf-chl-bypass</body></html>"

FILES: dict[str, tuple[bytes, int, str]] = {
    # name: bytes, reviews that can be read, what the ledger says (a part of it; empty for nothing)
    "good.csv": (GOOD.encode(), 40, ""),
    "bom.csv": (b"\xef\xbb\xbf" + GOOD.encode(), 40, ""),
    "latin.csv": ("id,body,rating\n1,Trés bien conçu,5\n".encode("cp1252"), 1, "Windows-1252"),
    "barecr.csv": (GOOD.replace("\n", "\r").encode(), 40, ""),
    "unclosed.csv": (b'id,body,rating\n1,fine,5\n2,"never closed,1\n', 2, "a quote opens and does not close"),
    "nul.csv": (b"id,body,rating\n1,good\x00 app,5\n2,bad app,1\n", 2, "NUL"),
    "long.csv": (b"id,body,rating\n1," + b"slow " * 20_000 + b",1\n", 1, ""),
    "ten.csv": (b"id,body,rating\n1,great,9\n2,bad,2\n", 2, "scale"),
    "dayfirst.csv": (b"id,body,rating,written\n1,great,5,31-10-2025\n2,bad,1,30-10-2025\n", 2, "dates"),
    "ragged.csv": (b"id,body,rating\n1,great,5\n2,bad,1,surplus,more\n3\n4,late,2\n", 2, "row"),
    "broken.jsonl": (b'{"id": 1, "body": "great", "rating": 5}\n{"id": 2, "bo\n', 1, "line"),
    "empty.csv": (b"", 0, "empty"),
}
SAVED: dict[str, tuple[str, bytes, str]] = {
    "html.json": ("app_store", b"<html><body>maintenance</body></html>", "where a feed was due"),
    "challenge.html": ("schema_org", CHALLENGE, "bot check"),
    "nofeed.json": ("app_store", EMPTY_FEED, "nothing proves that there are none"),
    "brokenld.html": (
        "schema_org",
        b'<html><script type="application/ld+json">{"@type": "Product",</script>',
        "JSON-LD",
    ),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory, command_at):
    unmet = command_at(tmp_path_factory.mktemp("bad"))
    lines = ['name = "Bad input"']
    for name, (content, *_) in FILES.items():
        (unmet.home / name).write_bytes(content)
        slug = name.replace(".", "-")
        lines += [f"[competitors.{slug}]", f'name = "{slug}"', f"[[competitors.{slug}.exports]]"]
        lines += [f'path = "{name}"', 'source = "file"']
    for name, (source, content, _) in SAVED.items():
        (unmet.home / name).write_bytes(content)
        slug = name.replace(".", "-")
        lines += [f"[competitors.{slug}]", f'name = "{slug}"', f"[[competitors.{slug}.saved]]"]
        lines += [f'path = "{name}"', f'source = "{source}"']
    market = unmet.home / "bad-input.toml"
    market.write_text("\n".join(lines), "utf-8")
    done = unmet("nightly", str(market))
    document = json.loads(next((unmet.out / "bad-input").glob("*.json")).read_text("utf-8"))
    return done, Lake(unmet.home / "lake"), {row["listing"]: row for row in document["coverage"]}


def test_the_run_says_that_sources_failed_and_reports_all_the_same(run):
    done, _, coverage = run
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert set(coverage) == set(FILES) | set(SAVED)


@pytest.mark.parametrize("name", FILES)
def test_every_file_ends_in_its_reviews_and_a_clear_line(run, name):
    _, lake, coverage = run
    _, reviews, said = FILES[name]
    assert coverage[name]["held"] == reviews
    assert lake.reviews("bad-input").filter(pl.col("listing") == name).height == reviews
    detail = coverage[name]["visit"]["detail"] or ""
    assert (said in detail) if said else detail == ""
    assert "\n" not in detail


@pytest.mark.parametrize("name", SAVED)
def test_every_page_that_is_none_is_told(run, name):
    _, _, coverage = run
    visit = coverage[name]["visit"]
    assert coverage[name]["held"] == 0
    assert not visit["complete"]
    assert SAVED[name][2] in (visit["detail"] or "")


def test_nothing_is_read_when_the_market_file_names_a_wrong_column(unmet):
    (unmet.home / "r.csv").write_text(GOOD, "utf-8")
    market = unmet.home / "wrong.toml"
    market.write_text(
        'name = "W"\n[competitors.a]\nname = "A"\n[[competitors.a.exports]]\npath = "r.csv"\nsource = "x"\n'
        'columns = { body = "bodi" }\n',
        "utf-8",
    )
    done = unmet("nightly", str(market))
    assert done.returncode == 2
    assert done.stderr.strip() == (
        f"unmet: {market}: competitors.a.exports: r.csv: has no column 'bodi'; it has id, body, rating;"
        " did you mean 'body'?"
    )
    assert not (unmet.home / "lake").exists()


@pytest.mark.usefixtures("beside_server")
def test_a_lake_that_cannot_be_written_is_one_line_that_says_why(unmet):
    (unmet.home / "r.csv").write_text(GOOD, "utf-8")
    (unmet.home / "file").write_text("not even root can make a folder below it", "utf-8")
    market, lake = unmet.home / "full.toml", unmet.home / "file" / "lake"
    market.write_text(
        'name = "F"\n[competitors.a]\nname = "A"\n[[competitors.a.exports]]\npath = "r.csv"\nsource = "x"\n', "utf-8"
    )
    done = unmet("nightly", str(market), UNMET_LAKE=str(lake))
    assert done.returncode == 3
    assert done.stderr.strip() == (
        f"unmet: {lake}: cannot be written (Not a directory); check space and rights, then run again"
    )
