"""The page as a reader gets it, in a real browser: it looks right, answers, asks nobody anything, and runs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.writing import files

HOSTILE = (
    '</p></script><script>window.hacked=1</script><img src=x onerror="window.hacked=1"> '
    "[tap](javascript:window.hacked=1) ![p](https://evil.example/p.png) <https://evil.example> www.evil.example "
    "`</code>` | a | **b** <style>body{display:none}</style> \u202eesrever\x00\x1b[31m"
)


@pytest.fixture
def page(document, tmp_path) -> Path:
    for name, text in files.contents(document).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path / "latest.html"


@pytest.fixture
def hostile(document, tmp_path) -> Path:
    """The page of a market in which everybody's words and names are meant to do harm."""
    for gap in document["gaps"]:
        for quote in [*gap["quotes"], *gap["praise"]]:
            quote |= {"text": HOSTILE, "href": "javascript:window.hacked=1", "label": HOSTILE}
        gap |= {"name": f"{HOSTILE} {gap['theme']}", "need": HOSTILE}
    for row in document["matrix"]:
        row["name"] = f"{HOSTILE} {row['theme']}"
    for competitor in document["competitors"]:
        competitor["name"] = f"{HOSTILE} {competitor['slug']}"
    document["market"] |= {"name": HOSTILE, "notice": HOSTILE}
    path = tmp_path / "hostile.html"
    path.write_text(files.contents(document)["latest.html"], "utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_its_window_says_no_error_and_asks_nobody(browser, page, width, scheme):
    browser.look(page, width, scheme)
    assert browser.run("return document.documentElement.scrollWidth") == width
    wider = "return [...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll') &&"
    wider += " e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 80))"
    assert browser.run(wider) == []
    assert browser.log("browser") == []
    assert [url for url in browser.requests() if not url.startswith("data:,")] == [page.as_uri()]
    assert len(page.read_bytes()) < 300_000


def test_a_dark_machine_gets_a_dark_page_with_readable_charts(browser, page):
    browser.look(page, scheme="light")
    light = browser.run(COLOURS)
    browser.look(page, scheme="dark")
    dark = browser.run(COLOURS)
    assert light == ["rgb(255, 255, 255)", "rgb(31, 41, 51)", "rgb(31, 41, 51)"]
    assert dark == ["rgb(18, 24, 31)", "rgb(228, 233, 238)", "rgb(228, 233, 238)"]


COLOURS = """
const colour = (element, name) => getComputedStyle(element)[name];
return [colour(document.body, 'backgroundColor'), colour(document.body, 'color'),
        colour(document.querySelector('.drawn [fill="#1f2933"]'), 'fill')];
"""


def test_the_charts_answer_to_the_keyboard(browser, page):
    browser.look(page)
    tip = "const tip = document.getElementById('tip'); return tip.hidden ? null : tip.textContent"
    said = "return [...document.querySelectorAll('#chart-heat .mark')].sort((a, b) => a.dataset.n - b.dataset.n)"
    said += ".map(mark => mark.getAttribute('aria-label'))"
    marks = browser.run(said)
    assert browser.run(tip) is None
    assert browser.run("return document.querySelectorAll('#chart-heat .mark[tabindex=\"0\"]').length") == 1
    browser.run("document.querySelector('#chart-heat .filter button:last-of-type').focus()")
    browser.press("Tab")
    assert browser.run(tip) == marks[0]
    browser.press("ArrowRight")
    assert browser.run(tip) == marks[1]
    inside = "const at = document.getElementById('tip').getBoundingClientRect();"
    inside += " return at.left >= 0 && at.right <= innerWidth && at.height > 10"
    assert browser.run(inside)
    browser.press("Escape")
    assert browser.run(tip) is None


def test_a_tap_shows_what_a_mark_says_and_enter_leads_to_its_gap(browser, page, document):
    browser.look(page, 390)
    browser.run("document.querySelector('[data-to=gap-1]').dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    said = browser.run("return document.getElementById('tip').textContent")
    assert said.startswith(f"{document['gaps'][0]['name']}: importance ")
    assert "; gap 1, " in said
    browser.press("Enter")
    assert browser.run("return location.hash") == "#gap-1"


def test_one_rival_alone_can_be_shown(browser, page):
    browser.look(page)
    browser.run("document.querySelector('.filter button[data-rival=beta]').click()")
    clear = "return [...new Set([...document.querySelectorAll('#chart-heat .mark:not(.dim)')]"
    clear += ".map(mark => mark.dataset.rivals))]"
    assert browser.run(clear) == ["beta"]
    pressed = "return [...document.querySelectorAll('.filter [aria-pressed=true]')].map(b => b.textContent)"
    assert set(browser.run(pressed)) == {"Beta"}
    browser.run("document.querySelector('.filter button[data-rival=\"\"]').click()")
    assert browser.run("return document.querySelectorAll('.mark.dim').length") == 0


def test_tables_sort_by_keyboard_and_back(browser, page):
    browser.look(page)
    column = "const table = document.querySelector('#who-fails-at-what').closest('section').querySelector('table');"
    told = column + "return [...table.tBodies[0].rows].map(row => row.cells[row.cells.length - 1].textContent)"
    own = browser.run(told)
    assert len(own) >= 3
    browser.run(column + "table.tHead.rows[0].lastElementChild.querySelector('button').focus()")
    browser.press("Enter")
    assert browser.run(told) == sorted(own, key=float, reverse=True)
    state = column + "return table.tHead.rows[0].lastElementChild.getAttribute('aria-sort')"
    assert browser.run(state) == "descending"
    browser.press("Enter")
    assert browser.run(told) == sorted(own, key=float)
    browser.press("Enter")
    assert (browser.run(told), browser.run(state)) == (own, None)


def test_the_first_stop_of_the_tab_key_leads_past_the_contents(browser, page):
    browser.look(page)
    browser.press("Tab")
    assert browser.run("return document.activeElement.textContent") == "Skip to the report"
    assert browser.run("return document.activeElement.getBoundingClientRect().left") == 0
    landmarks = "return ['nav[aria-label]', 'main', 'h1'].map(s => document.querySelectorAll(s).length)"
    assert browser.run(landmarks) == [1, 1, 1]
    dead = "return [...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.hash.slice(1))"
    dead += ".filter(id => !document.getElementById(id))"
    assert browser.run(dead) == []


def test_hostile_words_are_shown_and_do_nothing(browser, hostile):
    browser.look(hostile, 390)
    assert browser.run("return window.hacked ?? null") is None
    assert browser.log("browser") == []
    assert [url for url in browser.requests() if not url.startswith("data:,")] == [hostile.as_uri()]
    count = "return ['script', 'img', 'style', 'iframe'].map(tag => document.querySelectorAll(tag).length)"
    assert browser.run(count) == [1, 0, 1, 0]
    links = "return [...document.querySelectorAll('a')].map(a => a.protocol).filter(p => p === 'javascript:').length"
    assert browser.run(links) == 0
    assert "<script>window.hacked=1</script>" in browser.run(
        "return document.querySelector('blockquote p').textContent"
    )
    assert browser.run("return document.documentElement.scrollWidth") == 390
    assert browser.run("return getComputedStyle(document.body).display") == "block"


def test_a_script_that_got_in_would_not_run(browser, page, tmp_path):
    """The page's policy, as a second wall: what is not ours by its hash is refused."""
    breached = tmp_path / "breached.html"
    text = page.read_text("utf-8")
    evil = '<script>window.hacked=1</script><img src="https://evil.example/x" onerror="window.hacked=1"></main>'
    breached.write_text(text.replace("</main>", evil, 1), "utf-8")
    browser.look(breached)
    assert browser.run("return window.hacked ?? null") is None
    assert browser.run("return document.querySelectorAll('th button').length > 0"), "our own script still runs"
    assert len(browser.log("browser")) >= 2


def test_print_shows_the_report_and_none_of_the_handles(browser, page):
    browser.look(page, scheme="dark")
    browser.command("Emulation.setEmulatedMedia", media="print",
                    features=[{"name": "prefers-color-scheme", "value": "dark"}])  # fmt: skip
    hidden = "return ['nav', '.filter', '.skip'].map(s => getComputedStyle(document.querySelector(s)).display)"
    try:
        assert browser.run(hidden) == ["none", "none", "none"]
        assert browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    finally:
        browser.command("Emulation.setEmulatedMedia", media="")
