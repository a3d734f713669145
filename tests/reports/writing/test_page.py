"""The page's HTML, without a browser: what Markdown becomes, and what it may not become."""

import re

import pytest

from reports.writing import links
from reports.writing.page import page

MARKDOWN = """\
# Notes: unmet needs

## At a glance

See [Coverage](#coverage) and [a review](https://alpha.example/reviews?a=1&b=2).

![What it shows](charts/x.svg)

| Theme | Reviews |
| --- | --: |
| **Support** ▲ | 30 |

<a id="coverage"></a>

## Coverage

> Nothing <b>works</b>.
>
> — Alpha
"""


def body(markdown, figures=None):
    told = page("Title", markdown, figures or {}, {})
    return re.search(r'<main id="content" tabindex="-1">\n(.*)\n</main>', told, re.S)[1]


def test_a_whole_page_in_its_parts():
    assert body(MARKDOWN, {"charts/x.svg": "<figure>drawn</figure>\n"}) == (
        """\
<h1 id="notes-unmet-needs">Notes: unmet needs</h1>
<section class="part" aria-labelledby="at-a-glance">
<h2 id="at-a-glance">At a glance</h2>
<p>See <a href="#coverage">Coverage</a> and <a href="https://alpha.example/reviews?a=1&amp;b=2" \
rel="noopener noreferrer nofollow">a review</a>.</p>
<figure>drawn</figure>
<div class="scroll" role="region" tabindex="0" aria-label="Table: At a glance"><table>
<thead>
<tr>
<th scope="col">Theme</th>
<th class="number" scope="col">Reviews</th>
</tr>
</thead>
<tbody>
<tr>
<td><strong>Support</strong> ▲</td>
<td class="number">30</td>
</tr>
</tbody>
</table>
</div>
</section>
<section class="part" aria-labelledby="coverage">
<h2 id="coverage">Coverage</h2>
<blockquote>
<p dir="auto">Nothing &lt;b&gt;works&lt;/b&gt;.</p>
<p>— Alpha</p>
</blockquote>
</section>
"""
    )


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n"),
        ('x <a id="gap-1"></a>', '<p>x &lt;a id=&quot;gap-1&quot;&gt;&lt;/a&gt;</p>\n'),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
        ("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>\n"),
        ("[a](ftp://evil.example)", "<p><a>a</a></p>\n"),
        ("[a](//evil.example/x)", "<p><a>a</a></p>\n"),
        ("[a](\\\\evil.example)", '<p><a href="%5Cevil.example">a</a></p>\n'),
        ("![a](https://evil.example/x.png)", "<p>a</p>\n"),
        ("<https://evil.example>", '<p><a href="https://evil.example" rel="noopener noreferrer nofollow">'
                                   "https://evil.example</a></p>\n"),
        ("[a](../exports/b%20c.csv)", '<p><a href="../exports/b%20c.csv">a</a></p>\n'),
    ],
)  # fmt: skip
def test_what_came_in_as_markup_goes_out_as_words(markdown, shown):
    assert body(markdown) == shown


def test_headings_called_alike_get_places_of_their_own():
    told = page("T", "## A b\n\n## A b\n\n## !\n", {}, {})
    assert re.findall(r'<h2 id="([^"]+)"', told) == ["a-b", "a-b-1", "section"]


def test_title_and_rivals_are_escaped_and_no_filter_stands_without_charts():
    told = page("A <b> & c", "# x", {"charts/a.svg": "<figure></figure>"}, {"a": "<i>A</i>"})
    assert "<title>A &lt;b&gt; &amp; c</title>" in told
    assert "&lt;i&gt;A&lt;/i&gt;</button>" in told
    assert 'id="filter"' not in page("T", "# x", {}, {"a": "A"})


def test_the_policy_allows_its_own_style_and_script_and_nothing_from_anywhere():
    told = page("T", "# x", {}, {})
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', told)[1].replace("&#39;", "'")
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/=]{44}'; script-src 'sha256-[\w+/=]{44}'; img-src data:;"
        r" base-uri 'none'; form-action 'none'",
        policy,
    )
    assert " style=" not in told
    assert not re.search(r"(?:src|href)=\"(?!#|data:,)", told)


def test_the_links_of_markdown_and_page_agree():
    said, shown = links.of_markdown(MARKDOWN), links.of_html(page("T", MARKDOWN, {"charts/x.svg": ""}, {}))
    assert said.targets == ("#coverage", "https://alpha.example/reviews?a=1&b=2", "charts/x.svg")
    assert set(shown.targets) == {*said.targets, "#content", "data:,"} - {"charts/x.svg"}
    assert said.places - shown.places == set()


def test_links_that_lead_nowhere_are_told(tmp_path):
    (tmp_path / "b c.csv").write_text("x")
    text = "[a](#nowhere) [b](gone.md#x) [c](b%20c.csv) [d](https://gone.example) ![e](charts/none.svg)"
    assert list(links.broken(links.of_markdown(text), [tmp_path])) == [
        "link to #nowhere: no such place in the page",
        "link to gone.md: no such file",
        "link to charts/none.svg: no such file",
    ]
