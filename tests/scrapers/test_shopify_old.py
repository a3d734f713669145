"""shopify: pages as they were before its site was built anew in 2023. Invented people and words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scrapers import shopify
from scrapers._errors import ChangedPage
from scrapers._source import Batch, Page, Request

LISTING = "https://apps.shopify.com/parcel-pilot"


def read(rows: str) -> Batch:
    handle = shopify.recognise(LISTING)
    assert handle is not None
    body = f"<!doctype html><html><body>{rows}</body></html>".encode()
    return shopify.parse(Page(Request(f"{LISTING}/reviews"), 200, {}, body, datetime(2026, 11, 22, tzinfo=UTC)), handle)


OLD_ROW = """<div class="grid review-listing "><div data-review-id="{id}">
 <div class="review-listing-header"><h3 class="review-listing-header__text">
   Ada &amp; Sons</h3></div>
 <div class="review-metadata">
  <div class="review-metadata__item"><div class="review-metadata__item-label">Rating</div>
   <div class="review-metadata__item-value"><div class="ui-star-rating" data-rating="2">2 of 5 stars</div></div></div>
  <div class="review-metadata__item">{day}</div></div>
 <div class="review-content"><div data-truncate>
  <div class="truncate-content-copy"><p>Too slow.</p><p>Left.</p></div></div></div>
 <div class="review-footer"><span class="review-helpfulness__helpful-count">3</span></div>
 {reply}</div></div>"""


@pytest.mark.parametrize(
    ("day", "written", "edited"),
    [
        ('<div class="review-metadata__item-label">March 5, 2021</div>', datetime(2021, 3, 5, tzinfo=UTC), None),
        ('<div class="review-metadata__item-label">Edited March 5, 2021</div>', None, datetime(2021, 3, 5, tzinfo=UTC)),
        (
            '<div class="review-metadata__item-label">Posted</div>'
            '<div class="review-metadata__item-value"> May 5, 2019\n</div>',
            datetime(2019, 5, 5, tzinfo=UTC),
            None,
        ),
        ('<div class="review-metadata__item-label">5.3.2021</div>', None, None),
    ],
)
def test_rows_as_they_were_before_2023(day: str, written: datetime | None, edited: datetime | None) -> None:
    answer = (
        '<div class="review-reply"><div class="review-reply__header-item">Developer reply</div>'
        '<div class="review-reply__header-item">March 6, 2021</div>'
        '<div class="review-content"><div class="truncate-content-copy"><p>Sorry.</p></div></div></div>'
    )
    (found,) = read(OLD_ROW.format(id=81, day=day, reply=answer)).reviews
    assert (found.id, found.rating, found.scale, found.body) == ("81", 2, "5", "Too slow.\nLeft.")
    assert (found.url, found.author, found.helpful) == ("https://apps.shopify.com/reviews/81", "Ada & Sons", 3)
    assert (found.written, found.edited) == (written, edited)
    assert (found.reply, found.replied) == ("Sorry.", datetime(2021, 3, 6, tzinfo=UTC))


def test_an_old_row_without_an_id_is_counted() -> None:
    batch = read("".join(OLD_ROW.format(id=i, day="", reply="") for i in ("81", "", "82")))
    assert ([r.id for r in batch.reviews], batch.unreadable) == (["81", "82"], 1)


def test_a_row_may_have_its_id_around_it_and_its_reply_under_another_name() -> None:
    row = (
        "<div data-merchant-review>"
        '<div><div role="img" aria-label="2 out of 5 stars"></div><div>March 5, 2024</div></div>'
        "<div data-truncate-content-copy><p>Too slow.</p></div>"
        '<div id="review-reply-5">Maker replied March 6, 2024'
        '<div data-reply-id="5"><div data-truncate-content-copy><p>Sorry.</p></div></div></div></div>'
    )
    (found,) = read(f'<div id="review-81">{row}</div>').reviews
    assert (found.id, found.rating, found.body, found.reply) == ("81", 2, "Too slow.", "Sorry.")
    assert (found.written, found.replied) == (datetime(2024, 3, 5, tzinfo=UTC), datetime(2024, 3, 6, tzinfo=UTC))
    with pytest.raises(ChangedPage):
        read(f'<div id="review-list">{row}</div>')
