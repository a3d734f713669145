"""Reviews that hold Markdown, HTML, links, control and bidi characters, pipes, fences and formulas stay mere words."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from markdown_it import MarkdownIt

from data.lake import Lake
from data.market import load
from data.review import Review
from data.visit import Visit
from reports import report
from reports.writing.markdown import render

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MARKET = """
name = "Notes | for <b>everyone</b> [here](https://evil.example)"
[competitors.alpha]
name = "Alpha | *beta* <script>alert(1)</script>"
listings = ["https://alpha.example/reviews"]
[competitors.beta]
name = "`Beta` ![x](https://evil.example/x.png)"
listings = ["https://beta.example/reviews"]
"""
HOSTILE = [
    "<script>alert('support')</script>",
    "<img src=x onerror=alert(1)>",
    "<!-- hidden",
    "<?php echo 1 ?>",
    "<![CDATA[x]]>",
    "<https://evil.example/a>",
    "[click here](https://evil.example/b)",
    "[click here][ref]\n\n[ref]: https://evil.example/c",
    "![picture](https://evil.example/d.png)",
    "[click](javascript:alert(1))",
    "https://evil.example/e www.evil.example/f mail@evil.example",
    "| a | b |\n| --- | --- |\n| c | d |",
    "pipe | pipe | pipe",
    "```\ncode\n```",
    "~~~ sh\nrm -rf .",
    "`code` and ``more``",
    "# Heading\n\n## Other",
    "Heading\n=======\n\nOther\n---",
    "- list\n- list\n\n1. one\n2) two",
    "> quoted\n>> twice",
    "***\n\n___",
    "**bold** __bold__ *it* _it_ ~~gone~~",
    "\\* \\[ \\< \\",
    "&lt;b&gt; &#60;script&#62; &amp;",
    "$x^2$ $$\\int$$ \\(x\\)",
    "=HYPERLINK(\"https://evil.example/g\",\"x\")",
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "-2+3",
    "\u202etxet sdrawkcab\u202c \u2066isolate\u2069 \u200fmark",
    "null\x00 bell\x07 escape\x1b[31m delete\x7f",
    "line\u2028separator\u2029paragraph\x85next\x0bvertical\x0cfeed",
    "zero\u200bwidth\ufeff joined\u2060",
    "    indented code",
    "\tindented by a tab",
    "<a id=\"coverage\"></a>",
    "[^1] and [^1]: https://evil.example/h",
    "<details><summary>x</summary>",
    "{{ template }} {% if %} ${x}",
    "html entity &copy; &nbsp;&nbsp; &#x202e;",
]  # fmt: skip
OWN_HTML = re.compile(r'<a id="[a-z0-9-]+"></a>')


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    file = folder / "notes.toml"
    file.write_text(MARKET, "utf-8")
    lake = Lake(folder / "lake")
    for slug in ("alpha", "beta"):
        listing = f"https://{slug}.example/reviews"
        reviews = [
            Review(
                source="schema_org", product=f"{slug}.example", id=str(i), url=f"{listing}#{i}?a=b)|<x>",
                author=f"{slug} {i}", rating=1.0, scale="5", title=f"{bad} terrible support" if i % 2 else None,
                body=f"Support never answered my emails {bad} and nobody helps. {bad}\n\n{bad} Support is bad {i}.",
                written=NOW - timedelta(days=i),
            )
            for i, bad in enumerate(HOSTILE)
        ]  # fmt: skip
        lake.merge("notes", slug, listing, reviews, NOW)
        lake.add_visit(
            Visit(
                market="notes", competitor=slug, source="schema_org", listing=listing, at=NOW, asked=listing, pages=1,
                found=len(reviews), new=len(reviews), edited=0, known=0, duplicate=0, gone=0, unreadable=0, total=None,
                oldest=None, newest=NOW, outcome="reviews", stop="end", complete=False,
                detail="<b>broken</b> | [x](https://evil.example/i)", bytes=1, seconds=0.1,
            )
        )  # fmt: skip
    path, document = report.make(lake, load(file), folder / "out", file)
    assert path.read_text("utf-8") == render(document)
    return document


FREE = frozenset({"text", "name", "label", "detail", "phrase", "notice"})
"""The fields of a document that hold other people's words, or a market file's."""


def poisoned(value, bad):
    """The document with `bad` in every such field, beside what is there."""
    if isinstance(value, dict):
        return {
            k: f"{bad} {v} {bad}" if k in FREE and isinstance(v, str) else poisoned(v, bad) for k, v in value.items()
        }
    return [poisoned(v, bad) for v in value] if isinstance(value, list) else value


@pytest.fixture(scope="module", params=[None, *HOSTILE], ids=["as made", *(repr(bad)[:24] for bad in HOSTILE)])
def written(request, made):
    document = made if request.param is None else poisoned(made, request.param)
    return render(document), document


def tokens(text):
    """Every token, inline ones too."""
    for token in MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text):
        yield token
        yield from token.children or ()


def test_the_hostile_reviews_are_in_the_report(made):
    assert made["gaps"]
    assert sum(len(gap["quotes"]) for gap in made["gaps"]) >= 3
    assert sum(any(bad[:12] in quote["text"] for bad in HOSTILE) for gap in made["gaps"] for quote in gap["quotes"]) > 0


def test_no_html_but_our_own_anchors(written):
    html = [t.content for t in tokens(written[0]) if t.type in {"html_block", "html_inline"}]
    assert "".join(OWN_HTML.sub("", "".join(html)).split()) == ""


def test_no_link_but_to_the_places_of_the_market(written):
    links = [str(t.attrGet("href")) for t in tokens(written[0]) if t.type == "link_open"]
    assert links
    ours = re.compile(r"#|https://(alpha|beta)\.example/|notes\.toml|(\.\./)*[\w./-]+$")
    assert [link for link in links if not ours.match(link)] == []


def test_no_picture_no_code_no_rule_and_only_our_headings(written):
    found = list(tokens(written[0]))
    assert [t.content for t in found if t.type in {"fence", "code_block", "hr", "s_open"}] == []
    pictures = [str(t.attrGet("src")) for t in found if t.type == "image"]
    assert all(re.fullmatch(r"charts/[a-z0-9-]+\.svg", src) for src in pictures), pictures
    assert not [t for t in found if t.type == "code_inline" and "evil" in t.content]
    heads = [found[i + 1].content for i, t in enumerate(found) if t.type == "heading_open"]
    assert not [h for h in heads if re.fullmatch(r"(Heading|Other)", h)]


def test_every_row_of_a_table_has_as_many_cells_as_its_head(written):
    width, cells, rows = 0, 0, 0
    for token in tokens(written[0]):
        if token.type == "table_open":
            width = 0
        elif token.type == "tr_open":
            cells = 0
        elif token.type in {"td_open", "th_open"}:
            cells += 1
        elif token.type == "tr_close":
            width = width or cells
            rows += 1
            assert cells == width
    # markdown-it cuts rows that are too long: the raw text must not have more bars either
    lines = [line for line in written[0].splitlines() if line.startswith("| ")]
    assert rows == len([line for line in lines if not re.fullmatch(r"[|\s:-]+", line)])
    block: list[int] = []
    for line in [*written[0].splitlines(), ""]:
        if line.startswith("| "):
            block.append(len(re.findall(r"(?<!\\)\|", line)))
        elif block:
            assert len(set(block)) == 1
            block = []


def test_no_character_that_hides_or_reorders(written):
    bad = {c for c in written[0] if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} - {"\n", "\u200d"}
    assert bad == set()


def test_nothing_that_a_reader_turns_into_a_link_by_itself(written):
    # GitHub links bare addresses; those of the market's own places stand inside links
    shown = re.sub(r"\]\([^)\s]*\)", "]", written[0])
    assert re.findall(r"(?i)\bwww\.\w+|\w+://evil\S*|\w@\w\S*", shown) == []


def test_a_quote_shows_what_was_written(written):
    """Rendered, a quote has the very words of the review, but for what is left out on purpose."""
    text, document = written
    shown = " ".join(t.content for t in tokens(text) if t.type in {"text", "text_special"})
    squeezed = re.sub(r"\W+", "", shown)
    for gap in document["gaps"]:
        for quote in gap["quotes"]:
            assert re.sub(r"\W+", "", quote["text"]) in squeezed
