"""The command at its edges: help, exit codes, one line for what goes wrong, data on stdout."""

import json

import polars as pl
import pytest

CSV = "id,body,rating\n1,The app crashes every time I open it.,1\n2,I love this app. It works perfectly!,5\n"
VERBS = (
    "demo", "mine", "nightly", "report", "serve", "read", "page", "sources", "verify", "find", "doctor", "replay",
    "forget",
)  # fmt: skip


def test_help_lists_every_verb(unmet):
    done = unmet("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for verb in VERBS:
        assert f" {verb} " in done.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(unmet, verb):
    done = unmet(verb, "--help")
    assert done.returncode == 0
    assert f"Example: unmet {verb}" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["frobnicate"], 2, "unmet: Unknown command"),
        (["nightly", "nowhere.toml"], 2, "unmet: nowhere.toml: no such market file"),
        (["mine", "https://www.trustpilot.com/review/x.example"], 2, "unmet: www.trustpilot.com: its terms forbid"),
        (["verify"], 3, "no report there yet; `unmet demo` makes one"),
        (["read", "nowhere.csv", "--out", "x"], 2, "unmet: nowhere.csv: no such file"),
        (["page", "nowhere.html"], 2, "unmet: nowhere.html: cannot be read"),
        (["forget"], 3, "unmet: nothing is held that matches; there is nothing at all"),
        (["replay", "nowhere.toml"], 2, "unmet: nowhere.toml: no such market file"),
        (["find", "notes", "--country", "england"], 2, "unmet: 'england' is no country"),
        (["page", "README.md", "--source", "nosuch"], 2, "unmet: no source is called 'nosuch'"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_code(unmet, arguments, code, said):
    done = unmet(*arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_one_line(unmet):
    done = unmet("verify", UNMET_PAUSE_SECONDS="soon")
    assert done.returncode == 2
    assert done.stderr.startswith("unmet: setting pause_seconds: ")


def test_read_writes_both_tables(unmet, tmp_path):
    file = tmp_path / "reviews.csv"
    file.write_text(CSV, "utf-8")
    done = unmet("read", str(file), "--out", str(tmp_path / "read"))
    assert done.returncode == 0, done.stderr
    assert "reviews.csv: 2 reviews, 3 mentions, 1 complaints, 0 not read, 0 rows unreadable" in done.stderr
    reviews = pl.read_parquet(tmp_path / "read" / "reviews.parquet")
    mentions = pl.read_parquet(tmp_path / "read" / "mentions.parquet")
    assert reviews.columns == [
        "id", "product", "language", "rating", "sentiment", "complaint_text", "complaint", "kinds", "themes",
        "pain_points", "rules",
    ]  # fmt: skip
    assert mentions.columns == [
        "id", "mention", "start", "end", "text", "sentiment", "kinds", "themes", "pain_point", "compared_with",
        "switched_from", "switched_to", "motive", "need_level", "segments", "tier", "stage", "urgency", "churn",
        "loyalty",
    ]  # fmt: skip
    assert reviews["id"].to_list() == ["1", "2"]
    assert "reliability" in reviews["themes"].to_list()[0]
    assert mentions.select("id", "mention").rows() == [("1", 0), ("2", 0), ("2", 1)]


@pytest.mark.parametrize("header", ["id,review,rating", "number,review,rating"])
def test_read_keeps_a_row_a_review_where_ids_or_texts_repeat(unmet, tmp_path, header):
    file = tmp_path / "reviews.csv"
    rows = ["7,It crashes.,1", "7,It crashes.,1", "8,Lovely.,5", "7,It crashes.,1", "9,It crashes.,2"]
    file.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    done = unmet("read", str(file), "--out", str(tmp_path / "read"))
    assert done.returncode == 0, done.stderr
    reviews = pl.read_parquet(tmp_path / "read" / "reviews.parquet")
    mentions = pl.read_parquet(tmp_path / "read" / "mentions.parquet")
    assert reviews["rating"].to_list() == [1, 1, 5, 1, 2]
    assert mentions["text"].to_list() == ["It crashes.", "It crashes.", "Lovely.", "It crashes.", "It crashes."]
    if header.startswith("id"):
        assert reviews["id"].to_list() == mentions["id"].to_list() == ["7", "7", "8", "7", "9"]


def test_page_prints_reviews_as_json_lines(unmet):
    done = unmet("page", "tests/pages/app_store.json", "--source", "app_store")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows
    assert all(row["key"].startswith("app_store:") and row["scale"] == "5" for row in rows)
    assert "next: " in done.stderr


def test_sources_lists_what_there_is(unmet):
    done = unmet("sources")
    assert done.returncode == 0
    for name in ("app_store", "schema_org", "mozilla_addons", "export"):
        assert name in done.stdout
