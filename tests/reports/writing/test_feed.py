"""The Atom feed: what RFC 4287 asks for, the same bytes for the same reports, names as text and never as markup."""

from __future__ import annotations

import json
import shutil

import pytest
from lxml import etree

from reports.writing import feed, files

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = 'A & B <script>alert(1)</script> ]]> "\x00\x0b\ufffe\u202e'


def read(text):
    return etree.fromstring(text.encode("utf-8"), etree.XMLParser(resolve_entities=False, no_network=True))


def entries(text):
    """Each entry's children by name; a link by its relation."""
    return [
        {
            child.tag.removeprefix(ATOM) + (f" {child.get('rel')}" if child.get("rel") else ""):
            child.get("href") or child.text
            for child in entry
        }
        for entry in read(text).iter(f"{ATOM}entry")
    ]  # fmt: skip


def test_a_whole_entry(made):
    text = (made[2].parents[1] / feed.NAME).read_text("utf-8")
    assert entries(text) == [
        {
            "id": "urn:uuid:" + str(feed.uuid5(feed.NAMESPACE, "notes/2026-03-01")),
            "title": "Notes: unmet needs, 2026-03-01",
            "updated": "2026-03-01T00:00:00Z",
            "link alternate": "notes/2026-03-01.html",
            "link related": "notes/2026-03-01.md",
            "summary": feed.summary(json.loads(made[2].with_suffix(".json").read_text("utf-8"))),
        }
    ]
    assert "Customers need to: 1. " in text


def test_it_has_what_the_rfc_asks_of_a_feed(made):
    root = read((made[2].parents[1] / feed.NAME).read_text("utf-8"))
    assert root.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):  # exactly one of each: 4.1.1
        assert len(root.findall(f"{ATOM}{name}")) == 1, name
    assert [a.findtext(f"{ATOM}name") for a in root.findall(f"{ATOM}author")] == ["unmet"]
    assert {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")} == {
        "self": "feed.atom", "alternate": "index.html",
    }  # fmt: skip


def test_the_same_reports_make_the_same_bytes_and_links_lead_to_files(made, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(made[2].parents[1], out)
    before = (out / feed.NAME).read_bytes()
    files.write_index(out)
    assert (out / feed.NAME).read_bytes() == before
    for entry in entries(before.decode()):
        assert (out / entry["link alternate"]).is_file()
        assert (out / entry["link related"]).is_file()


def test_ids_stay_and_differ(document):
    folders = [("a", "2026-03-01"), ("a", "2026-03-02"), ("b", "2026-03-01")]
    first = entries(feed.render([(f, d, document) for f, d in folders]))
    other = entries(feed.render([(f, d, document | {"gaps": []}) for f, d in folders]))
    assert [e["id"] for e in first] == [e["id"] for e in other]
    assert len({e["id"] for e in first}) == 3
    assert first[0]["id"] == "urn:uuid:2bbf4cd8-a7a2-54dd-b68c-28c5685c25a9"


def test_names_are_text_and_nothing_else(document):
    document["market"] |= {"name": HOSTILE, "notice": HOSTILE}
    (entry,) = entries(feed.render([("notes", "2026-03-01", document)]))
    assert entry["title"] == 'A & B <script>alert(1)</script> ]]> ": unmet needs, 2026-03-01'
    assert entry["summary"].startswith('A & B <script>alert(1)</script> ]]> " ')


def test_no_gap_and_a_report_of_another_version(document):
    assert feed.summary(document | {"gaps": []}).endswith(": no gap stands out.")
    (entry,) = entries(feed.render([("old-market", "2024-01-01", None)]))
    assert (entry["title"], entry["summary"]) == (
        "old-market: unmet needs, 2024-01-01",
        "A report of another version of unmet; its page says what it found.",
    )


def test_the_newest_come_first_and_no_more_than_so_many(made, tmp_path, document):
    out = tmp_path / "out"
    for folder in ("aa", "bb"):
        (out / folder).mkdir(parents=True)
        for n in range(1, 21):
            (out / folder / f"2026-02-{n:02d}.json").write_text(json.dumps(document | {"date": f"2026-02-{n:02d}"}))
    (out / "aa" / "2026-02-19.json").write_text("{")  # one that cannot be read stops no other
    files.write_index(out)
    found = entries((out / feed.NAME).read_text("utf-8"))
    assert len(found) == feed.MOST
    assert [e["link alternate"] for e in found[:4]] == [
        "aa/2026-02-20.html", "bb/2026-02-20.html", "aa/2026-02-19.html", "bb/2026-02-19.html",
    ]  # fmt: skip
    assert found[2]["summary"].startswith("A report of another version")


@pytest.mark.parametrize("reports", [[]])
def test_a_feed_without_reports_is_one(reports):
    assert entries(feed.render(reports)) == []
    assert read(feed.render(reports)).findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
