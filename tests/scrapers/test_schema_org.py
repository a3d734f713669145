"""schema_org: what the nodes of a page are read as."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from data.review import Review
from scrapers import schema_org
from scrapers._source import Batch, Page, Request

URL = "https://shop.example/p/lamp"


def read(body: str | bytes, *, url: str = URL, listing: str = URL, headers: dict[str, str] | None = None) -> Batch:
    handle = schema_org.recognise(listing)
    assert handle is not None
    sent = body.encode("utf-8") if isinstance(body, str) else body
    return schema_org.parse(Page(Request(url), 200, headers or {}, sent, datetime(2026, 11, 22, tzinfo=UTC)), handle)


def block(*values: Any) -> str:
    """A page with one JSON-LD block for each value."""
    scripts = (f'<script type="application/ld+json">{json.dumps(v)}</script>' for v in values)
    return f"<html><head>{''.join(scripts)}</head><body></body></html>"


def product(*reviews: Any, **more: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "Product", "name": "Lamp", "review": list(reviews), **more}


def review(body: str | None = "Too dim.", rating: Any = 3, **more: Any) -> dict[str, Any]:
    node = {"@type": "Review", "reviewBody": body, **more}
    return node if rating is None else {**node, "reviewRating": {"@type": "Rating", "ratingValue": rating}}


def only(html: str) -> Review:
    (found,) = read(html).reviews
    return found


@pytest.mark.parametrize(
    "value",
    [
        [product(review())],
        {"@graph": [{"@type": "WebPage"}, product(review())]},
        {"@graph": [{"@type": "Product", "@id": "#p"}, {**review(), "itemReviewed": {"@id": "#p"}}]},
        {"@graph": [{"@type": "WebPage"}], **review()},
        {"@type": "Recipe", "reviews": review()},
        {
            "@type": ["Thing", "https://schema.org/Product"],
            "review": {**review(), "@type": ["http://schema.org/Review"]},
        },
        {"@type": "Product", "schema:review": {"@type": "schema:EmployerReview", "schema:reviewBody": "Too dim."}},
        {
            "@type": "ItemList",
            "itemListElement": [{"@type": "ListItem", "item": {"@type": "Book", "review": [review()]}}],
        },
        [{"@type": "Product", "review": [{"@id": "#r"}]}, {**review(), "@id": "#r"}],
        {"@type": "Product", "review": {"@list": [{**review(None), "reviewBody": {"@value": "Too dim."}}]}},
    ],
)
def test_reviews_are_found_wherever_they_stand(value: Any) -> None:
    assert only(block(value)).body == "Too dim."


def test_references_may_go_in_circles() -> None:
    graph = [
        {"@type": "Product", "@id": "#p", "review": {"@id": "#r"}},
        {**review(), "@id": "#r", "itemReviewed": {"@id": "#p"}},
    ]
    graph += [{"@id": "#a", "author": {"@id": "#b"}}, {"@id": "#b", "author": {"@id": "#a"}}]
    assert only(block({"@graph": graph})).body == "Too dim."


@pytest.mark.parametrize(
    ("value", "best", "aggregate", "expected"),
    [
        (4, None, None, (4.0, "5")),
        ("4,5", "", None, (4.5, "5")),
        (" 4 ", "10", None, (4.0, "10")),
        ("4.265079975128174", None, None, (4.265079975128174, "5")),
        (9, None, {"bestRating": "10"}, (9.0, "10")),
        ("87", "100", {"bestRating": "5"}, (87.0, "100")),
        ("4 / 5", None, None, (4.0, "5")),
        ("8 von 10 Punkten", None, None, (8.0, "10")),
        ("Rated 4 out of 5", None, None, (4.0, "5")),
        ("4 stars", None, None, (4.0, "5")),
        ("80 %", None, None, (80.0, "100")),
        (9, None, None, (None, None)),
        (6, 5, None, (None, None)),
        (2, 1, {"worstRating": 6}, (None, None)),
        (0, None, None, (None, None)),
        (-1, 5, None, (None, None)),
        ("", None, None, (None, None)),
        ("n/a", None, None, (None, None)),
        (True, None, None, (None, None)),
        (None, None, None, (None, None)),
    ],
)
def test_ratings_keep_the_scale_they_are_on(value: Any, best: Any, aggregate: Any, expected: Any) -> None:
    node = {**review(), "reviewRating": {"@type": "Rating", "ratingValue": value, "bestRating": best}}
    found = only(block(product(node, aggregateRating=aggregate)))
    assert (found.rating, found.scale) == expected


def test_zero_is_a_rating_only_where_the_scale_has_it() -> None:
    node = {**review(), "reviewRating": {"ratingValue": 0, "worstRating": "0", "bestRating": 5}}
    assert only(block(product(node))).rating == 0


def test_one_rating_above_five_shows_that_the_page_does_not_mean_stars() -> None:
    batch = read(block(product(review("One.", 4), review("Two.", 9))))
    assert [r.rating for r in batch.reviews] == [None, None]
    assert batch.warnings == ("2 ratings outside the stated scale, or above 5 on none; kept without a rating",)


def test_rating_for_one_aspect_does_not_stand_for_the_whole() -> None:
    ratings = [{"ratingValue": 1, "reviewAspect": "delivery"}, {"ratingValue": 4}]
    assert only(block(product(review(rating=None, reviewRating=ratings)))).rating == 4


@pytest.mark.parametrize(
    ("node", "body", "title"),
    [
        ({"reviewBody": "a", "description": "b", "text": "c", "headline": "d", "name": "e"}, "a", "d"),
        ({"reviewBody": "", "description": "b", "name": "e"}, "b", "e"),
        ({"reviewBody": ["Dim.", "Slow to …", "Slow to start.", "dim."], "headline": "d"}, "Dim.\nSlow to start.", "d"),
        ({"reviewBody": ["comment", "Dim…", "Dim..."], "headline": "d"}, "Dim...", "d"),
        ({"reviewBody": None, "text": "c", "name": " LAMP "}, "c", None),
        (
            {"reviewBody": "Good &amp; <b>bright</b>, 3 < 4 &amp;amp; cheap<br/>really"},
            "Good & bright, 3 < 4 &amp; cheap\nreally",
            None,
        ),
        ({"reviewBody": "&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two &amp;lt;3&lt;/p&gt;"}, "One\nTwo &lt;3", None),
        ({"description": "comment", "name": "Fine"}, "", "Fine"),
        ({"reviewBody": "It hums … Read more"}, "It hums …", None),
    ],
)
def test_text_and_title(node: dict[str, Any], body: str, title: str | None) -> None:
    found = only(block(product({"@type": "Review", **node})))
    assert (found.body, found.title) == (body, title)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-03-04", "2026-03-04T00:00:00+00:00"),
        ("2026-03-04T05:06:07.890Z", "2026-03-04T05:06:07.890000+00:00"),
        ("2026-03-04T05:06:07+0100", "2026-03-04T04:06:07+00:00"),
        ("2026-03-04 05:06:07", "2026-03-04T05:06:07+00:00"),
        ("2026-03-04 05:06:07 UTC", "2026-03-04T05:06:07+00:00"),
        ("Mar 4, 2026", "2026-03-04T00:00:00+00:00"),
        ("Wednesday, 4th March 2026", "2026-03-04T00:00:00+00:00"),
        ("03/04/2026", None),
        ("2026.03.04", None),
        ("4. März 2026", None),
        ("sexta 18 setembro 2026", None),
        ("2 months ago", None),
        ("0000-00-00 00:00:00", None),
        ("2026-02-30", None),
        (20260304, None),
    ],
)
def test_dates_are_read_or_left_alone(date: Any, expected: str | None) -> None:
    written = only(block(product(review(datePublished=date)))).written
    assert (written.isoformat() if written else None) == expected


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("Ada", "Ada"),
        ({"@type": "Person", "name": "Ada"}, "Ada"),
        ([{"name": ""}, {"name": "Ada"}], "Ada"),
        ({"givenName": "Ada", "familyName": "Moor"}, "Ada Moor"),
        ({"@id": "#ada"}, "Ada by reference"),
        ({"name": ""}, None),
        (7, None),
    ],
)
def test_author(author: Any, expected: str | None) -> None:
    assert only(block(product(review(author=author)), {"@id": "#ada", "name": "Ada by reference"})).author == expected


def test_id_is_a_hash_of_what_was_said_and_stays() -> None:
    node = review(author="Ada", datePublished="2026-03-04")
    one = only(block(product(node)))
    assert one.id == only(block({"@type": "WebSite"}, [product(node, sku="1")])).id
    assert len(one.id) == 16
    for change in ({"reviewBody": "Too bright."}, {"author": "Bo"}, {"datePublished": "2026-03-05"}):
        assert only(block(product({**node, **change}))).id != one.id


def test_odd_id_of_the_product_does_not_matter() -> None:
    assert len(only(block({**product(review()), "@id": {"a": ["list"]}})).id) == 16


def test_relative_date_does_not_change_the_id_from_night_to_night() -> None:
    ids = {only(block(product(review(datePublished=d)))).id for d in ("3 days ago", "4 days ago")}
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("node", "own"),
    [
        ({"@id": "https://shop.example/reviews/66282af10e5dfc80"}, True),
        ({"identifier": 8812345}, True),
        ({"identifier": {"@type": "PropertyValue", "value": "R-90412"}}, True),
        ({"@id": URL}, False),
        ({"@id": "#review-3"}, False),
        ({"@id": "_:b120000"}, False),
    ],
)
def test_own_id_is_taken_where_it_is_one(node: dict[str, Any], own: bool) -> None:
    found = only(block(product({**review(), **node})))
    assert (found.id != only(block(product(review()))).id) is own


@pytest.mark.parametrize(
    "node",
    [
        {"identifier": "jane.doe1984@mail.example"},
        {"@id": "mailto:jane.doe1984@mail.example"},
        {"@id": "https://shop.example/users/jane1984"},
        {"@id": "https://shop.example/reviews?user=jane&id=66282af1"},
        {"identifier": "+1 555 555 0142"},
        {"identifier": {"@type": "PropertyValue", "value": "0171 5550142"}},
        {"identifier": "jane1984", "author": {"@type": "Person", "name": "Jane", "identifier": "jane1984"}},
    ],
)
def test_an_id_that_names_a_person_is_none(node: dict[str, Any]) -> None:
    told = {**review(), "author": "Jane", **node}
    plain = {key: value for key, value in told.items() if key not in ("@id", "identifier")}
    assert only(block(product(told))).id == only(block(product(plain))).id


def test_id_shared_by_several_reviews_is_none() -> None:
    nodes = [{**review(text), "identifier": "product-77812"} for text in ("One.", "Two.")]
    assert all(len(r.id) == 16 for r in read(block(product(*nodes))).reviews)


def test_stars_alone_are_kept_and_two_of_a_kind_are_two() -> None:
    batch = read(block(product(review(None, 5), review("", 5), {"@type": "Review", "author": "Ada"})))
    assert [(r.body, r.rating) for r in batch.reviews] == [("", 5), ("", 5)]
    assert len({r.id for r in batch.reviews}) == 2
    assert batch.unreadable == 1


MICRODATA = """<div itemscope itemtype="http://schema.org/Product"><b itemprop="name">Lamp</b>
<div itemprop="review" itemscope itemtype="http://schema.org/Review"><a itemprop="author" href="/u/1">{author}</a>
<time itemprop="datePublished" datetime="2026-03-04">yesterday</time><p itemprop="reviewBody">{body}</p>
<span itemprop="reviewRating" itemscope itemtype="http://schema.org/Rating"><meta itemprop="ratingValue"
content="3"></span></div></div>"""


@pytest.mark.parametrize(
    ("author", "body", "number"),
    [
        ("Ada", "Too dim.", 1),
        ("Ada M.", "Too  dim.", 1),
        ("Ada", "Too dim for my taste, and th…", 1),
        ("Ada", "Too bright.", 2),
    ],
)
def test_review_told_in_both_syntaxes_is_one(author: str, body: str, number: int) -> None:
    said = "Too dim for my taste, and the cord is short." if body.endswith("…") else "Too dim."
    batch = read(block(product(review(said, author="Ada"))) + MICRODATA.format(author=author, body=body))
    assert len(batch.reviews) == number
    assert batch.reviews[0].body == said
    if number == 1:
        assert batch.reviews[0].written is not None, "what one syntax leaves open, the other says"


def test_equal_words_of_two_people_stay_two() -> None:
    batch = read(
        block(product(review("Good.", author="Ada"), review("Good.", author="Bo")))
        + MICRODATA.format(author="Bo", body="Good.")
    )
    assert [r.author for r in batch.reviews] == ["Ada", "Bo"]


def test_microdata_prefers_machine_readable_values_and_reads_the_text_of_links() -> None:
    found = only(MICRODATA.format(author="Ada", body="One &amp; two.<br>&lt;3 <script>x()</script>"))
    assert (found.author, found.rating, found.body) == ("Ada", 3.0, "One & two.\n<3")
    assert found.written == datetime(2026, 3, 4, tzinfo=UTC)


def test_stars_alone_in_two_blocks_are_the_same_ones() -> None:
    stars = product(review(None, 5), review(None, 5))
    assert len(read(block(stars, stars)).reviews) == 2


def test_microdata_without_the_text_is_no_second_review() -> None:
    node = review("Too dim.", author="Ada", datePublished="2026-03-04")
    batch = read(block(product(node)) + MICRODATA.format(author="Ada", body=""))
    assert [r.body for r in batch.reviews] == ["Too dim."]


def test_the_surer_match_comes_first() -> None:
    said = block(product(review("Good.", author="Bo"), review("Good.", author="Ada")))
    marked = MICRODATA.format(author="Cy", body="Good.") + MICRODATA.format(author="Bo", body="Good.")
    assert [r.author for r in read(said + marked).reviews] == ["Bo", "Ada"]
