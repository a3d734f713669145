"""trustpilot: addresses, the forms in which its pages are saved, the two tellings of one page, the API. Invented text.

Whole records stand in tests/pages/trustpilot*.reviews.json.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.plan import recognise
from scrapers import trustpilot
from scrapers._errors import ChallengePage, ChangedPage, ParseError
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop
from scrapers._terms import forbidden
from scrapers._walk import walk

LISTING = "https://www.trustpilot.com/review/www.billory.example"
UNIT = "61700a9dca6e77f38925e878"
API = f"https://api.trustpilot.com/v1/business-units/{UNIT}/reviews"
PAGES = Path(__file__).parent.parent / "pages"
HTML = (PAGES / "trustpilot.html").read_text("utf-8")


def handle(url: str = LISTING) -> Handle:
    found = trustpilot.handle(url)
    assert found is not None
    return found


def read(body: Any, listing: str = LISTING, url: str | None = None) -> Batch:
    of = handle(listing)
    data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    request = Request(url) if url else trustpilot.start(of)
    return trustpilot.parse(Page(request, 200, {}, data, datetime(2026, 11, 22, tzinfo=UTC)), of)


def record(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"6a{number:022}", "rating": 4, "title": "Fine", "text": "It works.", **more}


def props(*records: Any, name: str = "www.billory.example", total: Any = 20, **more: Any) -> dict[str, Any]:
    unit = {"identifyingName": name, "id": UNIT, "numberOfReviews": total}
    return {"businessUnit": unit, "reviews": list(records), **more}


def page(data: Any, graph: list[Any] | None = None) -> str:
    script = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(data)}</script>'
    ld = f'<script type="application/ld+json">{json.dumps({"@graph": graph})}</script>' if graph else ""
    return f"<html><head>{ld}</head><body>{script}</body></html>"


@pytest.mark.parametrize(
    ("url", "product"),
    [
        (LISTING, "www.billory.example"),
        ("https://de.trustpilot.com/review/billory.example?page=2", "billory.example"),
        ("http://trustpilot.com/review/billory.example/transparency", "billory.example"),
        ("https://www.trustpilot.com/review/billory.example%2Fen?languages=all", "billory.example/en"),
        ("https://www.trustpilot.com/review/billory.example/en/location/oslo", "billory.example/en"),
        (API, UNIT),
    ],
)
def test_listings_are_recognised(url: str, product: str) -> None:
    found = trustpilot.recognise(url)
    assert found is not None
    assert (found.source, found.product) == ("trustpilot", product)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.trustpilot.com/reviews/6a0719e97a6499ab7cb80001",
        "https://www.trustpilot.com/review/",
        "https://nottrustpilot.com/review/x.example",
        "https://api.trustpilot.com/v1/business-units/find?name=x",
        "ftp://www.trustpilot.com/review/x.example",
        "https://[",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert trustpilot.recognise(url) is None


def test_only_the_api_may_be_asked() -> None:
    assert forbidden(LISTING) is not None
    assert forbidden("https://api.de.trustpilot.com/v1/") is not None
    assert recognise(API).source == "trustpilot"


def test_the_key_goes_to_trustpilot_alone() -> None:
    assert trustpilot.sign(trustpilot.start(handle(API)), " k ").headers == {"apikey": "k"}
    elsewhere = trustpilot.start(handle(API.replace("https://api.trustpilot.com", "http://127.0.0.1:8099")))
    assert elsewhere.url.startswith("http://127.0.0.1:8099/v1/business-units/")
    assert trustpilot.sign(elsewhere, "k") == elsewhere


@pytest.mark.parametrize(
    "data",
    [
        {"props": {"pageProps": props(record(1))}},
        {"pageProps": props(record(1))},
        props(record(1)),
        {"companyDetails": {"identifyingName": "billory.example"}, "reviews": [record(1)]},
        [record(1)],
        [props(record(2), name="other.example"), props(record(1))],
    ],
)
def test_every_form_is_read(data: Any) -> None:
    for body in (data, page(data)):
        assert [r.id for r in read(body).reviews] == [record(1)["id"]]


@pytest.mark.parametrize("flag", ["pending", "isPending"])
def test_unchecked_reviews_are_kept_and_told_and_removed_ones_left_out(flag: str) -> None:
    batch = read(page(props(record(1), record(2, **{flag: True}), record(3, filtered=True))))
    assert [r.id[-1] for r in batch.reviews] == ["1", "2"]
    assert batch.warnings == (
        "left out as removed by Trustpilot: 1 review",
        "not yet checked by Trustpilot, and kept: 1 review",
    )


def node(number: int, stars: int) -> dict[str, Any]:
    name = f"https://www.trustpilot.com/#/schema/Review/billory.example/{record(number)['id']}"
    return {"@type": "Review", "@id": name, "reviewBody": "It works.", "reviewRating": {"ratingValue": str(stars)}}


def test_both_tellings_of_a_page_are_held_against_each_other() -> None:
    same = read(page(props(record(1), record(2)), [node(1, 4), node(2, 4)]))
    assert (len(same.reviews), same.warnings) == (2, ())
    other = read(page(props(record(1), record(2), record(4, filtered=True)), [node(1, 2), node(3, 5), node(4, 1)]))
    assert [(r.id[-1], r.rating) for r in other.reviews] == [("1", 4), ("2", 4), ("3", 5)]
    assert [re.findall(r"6a0+(\d)", w) for w in other.warnings] == [[], ["1"], ["2"], ["3"]]


def test_a_page_whose_own_data_changed_is_read_from_its_markup() -> None:
    for data in ({"props": {}}, props({"id": "x", "score": 4})):
        batch = read(page(data, [node(1, 4)]))
        assert [(r.source, r.id, r.url) for r in batch.reviews] == [
            ("trustpilot", record(1)["id"], f"https://www.trustpilot.com/reviews/{record(1)['id']}")
        ]
        assert "schema.org" in batch.warnings[0]


def card(number: int, dates: str = "", **more: Any) -> str:
    told = {"reviewId": record(number)["id"], "stars": 4, "reviewHeader": "Fine", "reviewBody": "It works."}
    info = json.dumps({"consumerName": "Ada", "businessUnitId": UNIT, **told, **more})
    return (
        f'<article><script type="application/json" data-initial-state="review-info">\n{info}\n</script>'
        f'<div><script data-initial-state="review-dates" type="application/json">{dates}</script></div></article>'
    )


def test_a_page_with_a_script_for_each_review_is_read() -> None:
    dates = '{"publishedDate":"2020-03-05T10:00:00Z","updatedDate":"2020-03-06T10:00:00Z","reportedDate":null}'
    head = '<link rel="canonical" href="https://www.trustpilot.com/review/www.billory.example">'
    graph = [{**node(1, 4), "@id": None}, {**node(2, 1), "@id": None}]
    ld = f'<script type="application/ld+json">{json.dumps(graph)}</script>'
    old = f"<html><head>{head}{ld}</head>{card(1, dates)}{card(2, stars=1, reviewBody=None)}</html>"
    first, second = read(old).reviews
    assert (first.id, first.rating, first.title, first.body) == (record(1)["id"], 4, "Fine", "It works.")
    assert (first.author, first.url) == ("Ada", f"https://www.trustpilot.com/reviews/{first.id}")
    times = datetime(2020, 3, 5, 10, tzinfo=UTC), datetime(2020, 3, 6, 10, tzinfo=UTC)
    assert (first.written, first.edited) == times
    assert (second.id, second.rating, second.body, second.written) == (record(2)["id"], 1, "", None)
    assert read(old + card(3, stars=9)).unreadable == 1
    found = trustpilot.within(old.encode())
    assert found is not None
    assert found[1] == LISTING
    with pytest.raises(ChangedPage):
        read(old, "https://www.trustpilot.com/review/other.example")


def test_the_page_of_another_business_is_refused() -> None:
    assert len(read(props(record(1)), "https://www.trustpilot.com/review/BILLORY.example").reviews) == 1
    for body in (HTML, re.sub(r"(?s)<script id=.__NEXT.*?</script>", "", HTML), props(record(1))):
        with pytest.raises(ChangedPage, match=r"www\.billory\.example, not of other\.example"):
            read(body, "https://www.trustpilot.com/review/other.example")


def test_a_business_may_be_called_by_a_path() -> None:
    site = "https://www.trustpilot.com/review/"
    script, markup = page(props(record(1), name="billory.example/en")), page({}, [node(1, 4)])
    markup = markup.replace("<head>", f'<head><link rel="canonical" href="{site}billory.example/en">')
    for body in (script, markup):
        found = trustpilot.within(body.encode())
        assert found is not None
        assert (found[0].product, found[1]) == ("billory.example/en", f"{site}billory.example/en")
        for listing in ("billory.example/en", "billory.example%2Fen", "billory.example"):
            assert len(read(body, site + listing).reviews) == 1
        with pytest.raises(ChangedPage):
            read(body, f"{site}billory.example/de")
    both = [props(record(2), name="billory.example/en"), props(record(1), name="billory.example")]
    assert [r.id[-1] for r in read(both, f"{site}billory.example").reviews] == ["1"]


def test_a_saved_page_says_whose_it_is_and_which() -> None:
    found = trustpilot.within(HTML.encode())
    assert found is not None
    assert (found[0].product, found[1]) == ("www.billory.example", f"{LISTING}?page=2")
    bare = trustpilot.within((PAGES / "trustpilot_markup_only.html").read_bytes())
    assert bare is not None
    assert bare[0].product == "www.billory.example"
    assert trustpilot.within(json.dumps([record(1)]).encode()) is None
    assert trustpilot.within((PAGES / "trustpilot_businesses.json").read_bytes()) is None


@pytest.mark.parametrize(
    ("total", "outcome", "stop"),
    [
        (0, Outcome.PROVEN_EMPTY, Stop.END),
        (290, Outcome.UNKNOWN_EMPTY, Stop.EMPTY),
        (None, Outcome.UNKNOWN_EMPTY, Stop.EMPTY),
    ],
)
def test_pages_without_reviews(total: int | None, outcome: Outcome, stop: Stop) -> None:
    batch = read(page(props(total=total)))
    assert (batch.outcome, batch.stop, bool(batch.warnings)) == (outcome, stop, stop is Stop.EMPTY)


def test_a_page_with_all_reviews_is_complete_and_others_are_a_sample() -> None:
    assert read(props(record(1), total=1)).stop is Stop.END
    assert read(props(record(1), total=21)).stop is read([record(1)]).stop is Stop.SAMPLE


def test_the_api_is_walked_to_its_empty_page() -> None:
    full = {"reviews": [{"id": f"6a{n:022}", "stars": 3, "text": "So so."} for n in range(2)]}
    more = {"reviews": [{"id": f"6b{n:022}", "stars": 5, "text": "Good."} for n in range(1)]}
    asked: list[str] = []

    def fetch(request: Request) -> Page:
        asked.append(request.url)
        answer = [full, more, {"reviews": []}][len(asked) - 1]
        return Page(request, 200, {}, json.dumps(answer).encode(), datetime.now(UTC))

    result = walk(trustpilot, handle(API), fetch)  # type: ignore[arg-type]  # a module is a Source
    assert (len(result.reviews), result.stop, result.warnings) == (3, Stop.END, [])
    assert [re.findall(r"[?&]page=(\d+)", url) for url in asked] == [["1"], ["2"], ["3"]]
    again = walk(trustpilot, handle(API), lambda r: Page(r, 200, {}, json.dumps(full).encode(), datetime.now(UTC)))  # type: ignore[arg-type]  # a module is a Source
    assert (again.pages, again.stop) == (2, Stop.END)
    assert again.warnings == ["the API gave the same page again; the walk ended there"]


def test_fields_that_are_missing_or_odd_stay_empty() -> None:
    odd = record(1, dates=[], consumer="Ada", labels={"verification": 1}, language="English", likes=-3, reply="Hello")
    (review,) = read([odd]).reviews
    fields = (
        review.written,
        review.author,
        review.verified,
        review.language,
        review.country,
        review.helpful,
        review.reply,
    )
    assert fields == (None,) * 7


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"[7]",
        b'{"reviews": 7}',
        b"<html><body>Sign in</body></html>",
        b"[" * 10_000_000,
        b'<script id="__NEXT_DATA__">' + b"[" * 10_000_000,
        b'[{"id": "12345678", "rating": ' + b"9" * 6_000 + b"}]",
        json.dumps([{"id": "x", "rating": 9}]).encode(),
    ],
    ids=lambda b: repr(b[:24]),
)
def test_other_pages_are_a_changed_page(body: bytes) -> None:
    assert trustpilot.within(body) is None
    with pytest.raises(ChangedPage):
        read(body)


def test_a_bot_check_is_one() -> None:
    with pytest.raises(ChallengePage):
        read("<html><title>Verifying your connection...</title></html>")


NAMES = ("trustpilot.html", "trustpilot_markup_only.html", "trustpilot_businesses.json", "trustpilot_api.json")
BODIES = [(PAGES / name).read_bytes() for name in NAMES]
CUTS = st.tuples(
    st.integers(0, 6_000), st.integers(0, 60), st.sampled_from([b"", b"<", b"[", b'"', b"{", b"\0", b"\xff", b"9"])
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    body=st.sampled_from(BODIES) | st.binary(max_size=200),
    cuts=st.lists(CUTS, max_size=4),
    listing=st.sampled_from([LISTING, API]),
)
def test_whatever_the_bytes_only_a_parse_error_is_raised(
    body: bytes, cuts: list[tuple[int, int, bytes]], listing: str
) -> None:
    for begin, length, new in cuts:
        body = body[:begin] + new + body[begin + length :]
    trustpilot.within(body)
    try:
        batch = read(body, listing)
    except ParseError:
        return
    assert "\n" not in " ".join(batch.warnings)


def test_recorded_pages(shared: Path) -> None:
    folder = shared / "captures" / "trustpilot"
    if not folder.is_dir():
        pytest.skip(f"no recorded pages at {folder}")
    for name, domain, reviews, replies, total in (
        ("bhphoto_reviews_2023-12.json", "www.bhphotovideo.com", 60, 1, None),
        ("companies_2023-12.json", "www.bhphotovideo.com", 20, 0, 306_224),
        ("companies_2023-12.json", "iggm.com", 20, 0, 27_721),
        ("companies_2023-12.json", "www.flashbay.com", 20, 19, 18_602),
        ("eventnet.de_2024-07.html", "eventnet.de", 20, 4, 20),
    ):
        batch = read((folder / name).read_bytes(), f"https://www.trustpilot.com/review/{domain}")
        assert len({r.id for r in batch.reviews}) == len(batch.reviews) == reviews
        assert all(r.rating and r.written and r.author and r.language and r.country for r in batch.reviews)
        assert sum(r.reply is not None and r.replied is not None for r in batch.reviews) == replies
        assert (batch.unreadable, batch.total) == (0, total)
        assert not [w for w in batch.warnings if "schema.org" in w]
