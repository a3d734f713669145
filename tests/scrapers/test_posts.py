"""_posts: whose words a post holds, and what counts as an id, a number, an address."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers._posts import asked_number, identity, markdown_of, origin_of, post_of, whole


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("<p>One &amp; <b>two</b><p>three", "One & two\n\nthree"),
        ("<blockquote>a<blockquote>b</blockquote>c</blockquote>mine", "mine"),
        ("<aside class=quote><blockquote>theirs</blockquote></aside><p>mine</p>", "mine"),
        ("before<pre>log</pre>after", "before\nafter"),
        ("before<!-- <pre> --> after", "before after"),
        ("mine<PRE >log, never closed", "mine"),
        ("stray</pre> end", "stray\n end".replace("\n ", "\n")),
        ("&gt; theirs<p>mine, 3 &gt; 2", "mine, 3 > 2"),
        ("&gt; theirs only", None),
        ("", None),
        (7, None),
    ],
)
def test_html_of_a_post(sent: Any, read: str | None) -> None:
    assert post_of(sent) == read


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("The **export *really* fails**, _always_", "The export really fails, always"),
        ("snake_case_name, 2*3*4 and 5 * 6", "snake_case_name, 2*3*4 and 5 * 6"),
        (
            'see [the docs](https://x.example/a_(b) "title") or [these][1]\n\n[1]: https://x.example',
            "see the docs or these",
        ),
        ("![shot](https://x.example/s.png)[![badge](b)](c) text", "text"),
        ("<https://x.example/a> &amp; <b>bold</b><br>next", "https://x.example/a & bold\nnext"),
        ("> theirs\nmine", "mine"),
        ("before\n```js\n**log**\n```\nafter", "before\nafter"),
        ("before\n~~~~\n~~~\n~~~~\nafter", "before\nafter"),
        ("before\n```\nnever closed", "before"),
        ("<!-- the form's\nwords ``` -->\nmine", "mine"),
        ("<!-- one line --> mine", "mine"),
        ("say `a <b> *c*` and ``d``", "say a <b> *c* and d"),
        ("# Head\n- [x] item\n* two\n1. three\n---", "Head\nitem\ntwo\n1. three"),
        (r"a \*star\* and a \\ stroke", "a *star* and a \\ stroke"),
        ("~~gone~~ here", "gone here"),
        ("x&#xe000;5&#xe001; `code`", "x code"),
        ("```\nonly code\n```", None),
        (None, None),
    ],
)
def test_markdown_of_a_post(sent: Any, read: str | None) -> None:
    assert markdown_of(sent) == read


@pytest.mark.parametrize(
    "piece",
    [
        "`",
        "` ",
        "[](a ",
        "[a](",
        "![[",
        "*a ",
        "_a",
        "**a",
        "<pre",
        "<pre>",
        "<!--",
        "\\",
        "[",
        "<p",
        "<https://",
        "> ",
        "\n```\n",
    ],
)
def test_texts_full_of_marks_take_no_time(piece: str) -> None:
    started = time.monotonic()
    markdown_of(piece * 50_000)
    post_of(piece * 50_000)
    assert time.monotonic() - started < 5  # each takes a few hundredths of a second; quadratic ones would take minutes


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(alphabet="ab *_`~[]()<>!/&;#x\\\n-\ue000\ue001019", max_size=60))
def test_any_text_is_read(text: str) -> None:
    for read in (markdown_of(text), post_of(text)):
        assert read is None or (read and read == read.strip())


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (7, "7"),
        ("t3_a", "t3_a"),
        (0, "0"),
        (True, None),
        (-1, None),
        (2**63, None),
        ("a b", None),
        ("", None),
        (1.5, None),
    ],
)
def test_ids_are_whole_numbers_or_words(value: Any, read: str | None) -> None:
    assert identity(value) == read


@pytest.mark.parametrize(("value", "read"), [(7, 7), (True, None), (-1, None), ("7", None), (7.0, None), (None, None)])
def test_counts_are_whole_numbers(value: Any, read: int | None) -> None:
    assert whole(value) == read


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://x.example/?page=3", 3),
        ("https://x.example/?page=0", 1),
        ("?page=" + "9" * 5000, 1),
        ("page.html", 1),
        ("http://[", 1),
    ],
)
def test_number_that_was_asked_for(url: str, number: int) -> None:
    assert asked_number(url, "page", 1) == number


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://x.example:8443/a?b", "https://x.example:8443"),
        ("http://127.0.0.1:80/", "http://127.0.0.1:80"),
        ("ftp://x.example/", ""),
        ("page.html", ""),
        ("http://[", ""),
    ],
)
def test_origin_of_an_address(url: str, origin: str) -> None:
    assert origin_of(url) == origin
