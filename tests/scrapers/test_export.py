"""Exports: a market file's word on columns, rows, dates and scales, and what becomes of cells that do not keep it.

Files as such (delimiters, quotes, encodings, packing) are in test_tables.py. All text is invented.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import scrapers
from data.market import Export
from data.review import Review, content_id
from scrapers import export
from scrapers._errors import ChangedPage, ExportError
from scrapers._source import Batch, Handle, Outcome, Page, Request, Stop


class Folder:
    """Writes a file and reads it as an export."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, text: str, name: str = "reviews.csv", **said: Any) -> Batch:
        (self.path / name).write_text(text, encoding="utf-8", newline="")
        return export.read(Export(path=self.path / name, source="shop", **said), "billory")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_whole_record(folder: Folder) -> None:
    text = (
        (
            "Nr;App;Stars;Headline;Words;When;Changed;Build;Ups;Answer;Answered;Who;Lang;Land;Link;Bought;Gift\n"
            "a-1;Billory;4;Nearly;Tidy; but slow;31-10-2025 23:31;01-11-2025 08:00;5.8;3;Thank you;02-11-2025 09:00;"
            "quiet_otter;de-AT;AT;https://shop.example/r/a-1;yes;0\n"
        )
        .replace("Tidy; but", '"Tidy; but')
        .replace("slow;", 'slow";')
    )
    columns = {
        "id": "Nr", "body": "Words", "title": "Headline", "rating": "Stars", "written": "When", "edited": "Changed",
        "version": "Build", "helpful": "Ups", "reply": "Answer", "replied": "Answered", "author": "Who",
        "language": "Lang", "country": "Land", "url": "Link", "verified": "Bought", "incentivised": "Gift",
    }  # fmt: skip
    assert folder.read(text, columns=columns, dates="%d-%m-%Y %H:%M", where={"App": "Billory"}) == Batch(
        reviews=(
            Review(
                source="shop",
                product="billory",
                id="a-1",
                url="https://shop.example/r/a-1",
                row=1,
                author="quiet_otter",
                rating=4.0,
                scale="5",
                title="Nearly",
                body="Tidy; but slow",
                language="de",
                country="at",
                written=datetime(2025, 10, 31, 23, 31, tzinfo=UTC),
                edited=datetime(2025, 11, 1, 8, 0, tzinfo=UTC),
                version="5.8",
                helpful=3,
                reply="Thank you",
                replied=datetime(2025, 11, 2, 9, 0, tzinfo=UTC),
                verified=True,
                incentivised=False,
            ),
        ),
        outcome=Outcome.REVIEWS,
        stop=Stop.END,
    )


def test_an_export_is_no_address(tmp_path: Path) -> None:
    handle = Handle("export", "x", "reviews.csv")
    assert scrapers.source("export").recognise("https://shop.example/reviews.csv") is None
    with pytest.raises(ChangedPage, match="an export is no page"):
        export.start(handle)
    with pytest.raises(ChangedPage, match="an export is no page"):
        export.parse(Page(Request("reviews.csv"), 200, {}, b"", datetime(2026, 11, 22, tzinfo=UTC)), handle)


# --- columns


def test_columns_are_known_by_their_names(folder: Folder) -> None:
    text = "reviewId,Review Text,Stars,at,thumbsUpCount,product\n7,Fine,4,2025-10-31,2,Sofa\n"
    assert folder.read(text).reviews == (
        Review(
            source="shop", product="billory", id="7", row=1, body="Fine", rating=4.0, scale="5",
            written=datetime(2025, 10, 31, tzinfo=UTC), helpful=2,
        ),
    )  # fmt: skip


def test_a_column_asked_for_comes_before_one_that_has_the_name(folder: Folder) -> None:
    batch = folder.read("id,text,comment,score\n1,first,second,3\n", columns={"body": "comment"})
    assert [(r.id, r.body, r.rating) for r in batch.reviews] == [("1", "second", 3.0)]


def test_the_product_can_come_from_a_column_or_the_market_file(folder: Folder) -> None:
    text = "id,text,app\n1,Fine,sofa\n2,Good,\n"
    assert [r.key for r in folder.read(text, columns={"product": "app"}).reviews] == ["shop:sofa:1", "shop:billory:2"]
    assert [r.key for r in folder.read(text, product="com.x").reviews] == ["shop:com.x:1", "shop:com.x:2"]


def test_a_column_that_is_not_there_is_told_with_the_nearest(folder: Folder) -> None:
    with pytest.raises(ExportError) as caught:
        folder.read("id,Contents,rating\n1,Fine,3\n", columns={"body": "content"})
    told = "reviews.csv: has no column 'content'; it has id, Contents, rating; did you mean 'Contents'?"
    assert str(caught.value) == told


def test_a_file_without_a_text_column_is_told(folder: Folder) -> None:
    with pytest.raises(ExportError) as caught:
        folder.read("name,price\nSofa,3\n")
    assert str(caught.value) == (
        "reviews.csv: no column is called body, text, content, review; it has name, price; "
        'say which one holds the text: columns = { body = "..." }, or --body ...'
    )


# --- rows


def test_where_takes_rows_by_value_whatever_their_type(folder: Folder, tmp_path: Path) -> None:
    pl.DataFrame({"shop": [1, 2, 1], "text": ["a", "b", "c"]}).write_parquet(tmp_path / "r.parquet")
    for value in (1, "1"):
        batch = export.read(Export(path=tmp_path / "r.parquet", source="s", where={"shop": value}), "p")
        assert [(r.row, r.body) for r in batch.reviews] == [(1, "a"), (3, "c")]
    csv = folder.read("shop,text,year\n1,a,2024\n1,b,2025\n", where={"shop": 1, "year": "2025"})
    assert [(r.row, r.body) for r in csv.reviews] == [(2, "b")]


def test_where_that_takes_no_row_is_told_with_what_there_is(folder: Folder) -> None:
    with pytest.raises(ExportError) as caught:
        folder.read("app,text\n" + "Penny,a\n" * 30 + "Billory,b\n" * 60 + "Bilory,c\n", where={"app": "billory"})
    assert str(caught.value) == (
        "reviews.csv: no row has app = billory; the column holds Billory, Penny and 1 rare value"
    )
    with pytest.raises(ExportError, match="has no column 'apps'; it has app, text; did you mean 'app'"):
        folder.read("app,text\nBillory,a\n", where={"apps": "Billory"})


@pytest.mark.parametrize("cells", [["Jane Doe", "Jo Doe"], ["jane.doe@mail.example"] * 20, [str(n) for n in range(90)]])
def test_values_of_a_column_that_may_be_people_are_counted_and_not_told(folder: Folder, cells: list[str]) -> None:
    with pytest.raises(ExportError) as caught:
        folder.read("who,text\n" + "".join(f"{c},a\n" for c in cells), where={"who": "Billory"})
    different = len(set(cells))
    assert str(caught.value).endswith(f"; the column holds {different} other value{'s' * (different > 1)}")


def test_a_first_line_that_is_somebodys_review_is_not_told(folder: Folder) -> None:
    with pytest.raises(ExportError) as caught:
        folder.read("Jane Doe,2,It crashes.\nJo Doe,4,Fine.\n")
    assert "it has 3 columns, and a first line that is no header; " in str(caught.value)
    assert "Doe" not in str(caught.value)


def test_no_warning_holds_what_a_cell_says(folder: Folder) -> None:
    """Warnings are in the ledger and in every report, out of the reach of whoever wants to be forgotten."""
    cells = ["jane.doe@mail.example", "Jane Doe", "5550142", "0171 5550142"]
    text = "text,rating,date\n" + "".join(f"a,{c},{c}\n" for c in cells)
    for scale in ("5", "thumbs"):
        told = " ".join(folder.read(text, scale=scale).warnings)
        assert "rating" in told
        assert "date" in told
        assert [c for c in cells if c in told] == []


def test_an_id_that_names_a_person_is_none(folder: Folder) -> None:
    batch = folder.read("id,text\nr-1,a\njane.doe@mail.example,b\n+1 555 555 0142,c\nhttps://s.example/users/jane,d\n")
    assert [r.id for r in batch.reviews] == ["r-1", *(content_id("billory", None, None, None, body) for body in "bcd")]
    assert batch.warnings == ("reviews.csv: column 'id' has 3 ids that name people: not used",)


@pytest.mark.parametrize("id_", ["0001-000123", "01-2024-00001", "100-200-3000", "8d3f-11", "a/b/1"])
def test_ids_of_signs_and_digits_are_ids(folder: Folder, id_: str) -> None:
    batch = folder.read(f"id,text\n{id_},a\n")
    assert ([r.id for r in batch.reviews], batch.warnings) == ([id_], ())


def test_rows_with_neither_text_nor_rating_are_counted(folder: Folder) -> None:
    batch = folder.read("id,text,rating\n1,,\n2, ,\n3,,4\n4,Fine,\n")
    assert [(r.id, r.row, r.body, r.rating, r.scale) for r in batch.reviews] == [
        ("3", 3, "", 4.0, "5"),
        ("4", 4, "Fine", None, None),
    ]
    assert (batch.unreadable, batch.warnings) == (2, ("reviews.csv: 2 rows have no text and no rating (rows 1, 2)",))


def test_a_file_of_hollow_rows_only_is_told(folder: Folder) -> None:
    with pytest.raises(ExportError, match="no row has a text or a rating"):
        folder.read("id,text,rating\n1,,\n2, ,\n")


# --- ids


def test_without_an_id_the_content_is_the_id(folder: Folder) -> None:
    batch = folder.read("text,rating,date\nFine,4,2025-10-31\nFine,4,2025-10-31\nFine,5,2025-10-31\n")
    ids = [r.id for r in batch.reviews]
    assert ids[0] == ids[1] == content_id("billory", "2025-10-31", 4.0, None, "Fine")
    assert ids[2] != ids[0]


def test_the_same_id_twice_is_returned_twice(folder: Folder) -> None:
    batch = folder.read("id,text\n1,Fine\n2,Good\n1,Not fine any more\n3,Bad\n")
    assert [(r.id, r.body) for r in batch.reviews][::2] == [("1", "Fine"), ("1", "Not fine any more")]
    assert batch.warnings == ()


def test_a_guessed_id_column_that_names_something_else_is_left_alone(folder: Folder) -> None:
    text = "id,text\n77,a\n77,b\n77,c\n"
    guessed, asked = folder.read(text), folder.read(text, columns={"id": "id"})
    assert len({r.id for r in guessed.reviews}) == 3
    assert guessed.warnings == ("reviews.csv: column 'id' has only 1 id for 3 rows; it is not used as the reviews' id",)
    assert {r.id for r in asked.reviews} == {"77"}
    assert asked.warnings == ("reviews.csv: column 'id' has only 1 id for 3 rows; rows of one id count as one review",)


# --- ratings


def test_ratings_above_the_scale_are_left_out_and_told(folder: Folder) -> None:
    text = "text,score\na,9\nb,3\nc,10\n"
    batch = folder.read(text)
    assert [r.rating for r in batch.reviews] == [None, 3.0, None]
    assert batch.warnings == (
        "reviews.csv: column 'score' has 2 ratings (rows 1, 3), outside 0 to 5: left out; "
        'if that is the best rating there, set scale = "10"',
    )
    ten = folder.read(text, scale="10")
    assert [(r.rating, r.scale) for r in ten.reviews] == [(9.0, "10"), (3.0, "10"), (10.0, "10")]
    assert ten.warnings == ()


def test_what_is_no_rating_is_left_out_and_told(folder: Folder) -> None:
    batch = folder.read('text;stars\na;"4,5"\nb;good\nc;n/a\nd; 3 \n')
    assert [r.rating for r in batch.reviews] == [4.5, None, None, 3.0]
    assert batch.warnings == (
        "reviews.csv: column 'stars' has 1 value of the form 'xxxx' (row 2), not a rating: left out",
    )


def test_thumbs(folder: Folder) -> None:
    batch = folder.read("text,rating\na,true\nb,0\nc,maybe\n", scale="thumbs")
    assert [(r.rating, r.scale) for r in batch.reviews] == [(1.0, "thumbs"), (0.0, "thumbs"), (None, None)]
    assert len(batch.warnings) == 1


# --- dates


def test_iso_dates_and_unix_times_need_no_format(folder: Folder) -> None:
    dates = ["2025-10-31", "2025-10-31 23:30:00", "2025-10-31T23:30:00-02:00", "1761953400", "1761953400000", "", "NaT"]
    batch = folder.read("id,text,written\n" + "".join(f"{i},a,{d}\n" for i, d in enumerate(dates)))
    late = datetime(2025, 10, 31, 23, 30, tzinfo=UTC)
    assert [r.written for r in batch.reviews] == [
        datetime(2025, 10, 31, tzinfo=UTC), late, datetime(2025, 11, 1, 1, 30, tzinfo=UTC), late, late, None, None,
    ]  # fmt: skip
    assert batch.warnings == ()


@pytest.mark.parametrize(
    ("dates", "advice"),
    [
        (["31/10/2025 10:00", "01/02/2025 09:00"], 'set dates = "%d/%m/%Y %H:%M"'),
        (["01.02.25", "10.31.25"], 'set dates = "%m.%d.%y"'),
        (["01-02-2025"], 'set dates = "%d-%m-%Y" if the day comes first, "%m-%d-%Y" if the month does'),
    ],
)
def test_dates_of_another_order_are_never_guessed(folder: Folder, dates: list[str], advice: str) -> None:
    batch = folder.read("text,date\n" + "".join(f"a,{d}\n" for d in dates))
    assert {r.written for r in batch.reviews} == {None}
    n = len(dates)
    form, rows = re.sub(r"\d", "0", dates[0]), "rows 1, 2" if n > 1 else "row 1"
    assert batch.warnings == (
        f"reviews.csv: column 'date' has {n} date{'s' * (n > 1)} of the form {form!r} ({rows}), "
        f"not ISO 8601: left out; {advice}",
    )


def test_a_format_is_kept_to(folder: Folder) -> None:
    text = "id,text,date\n1,a,31/10/2025\n2,b,2025-10-31\n3,c,\n"
    batch = folder.read(text, dates="%d/%m/%Y")
    assert [r.written for r in batch.reviews] == [datetime(2025, 10, 31, tzinfo=UTC), None, None]
    assert batch.warnings == (
        "reviews.csv: column 'date' has 1 date of the form '0000-00-00' (row 2), not %d/%m/%Y: left out",
    )


@pytest.mark.parametrize("dates", ["%d/%q/%Y", "%d/%d", "%"])
def test_a_format_that_is_none_is_told(folder: Folder, dates: str) -> None:
    with pytest.raises(ExportError, match="is no strptime format"):
        folder.read("text,date\na,31/10/2025\n", dates=dates)


# --- other cells


def test_markup_is_undone_only_where_there_is_some(folder: Folder) -> None:
    batch = folder.read('text\n"I <b>like</b> it<br>a &amp; b"\nI <3 it &amp; 5 > 4\n')
    assert [r.body for r in batch.reviews] == ["I like it\na & b", "I <3 it &amp; 5 > 4"]


@pytest.mark.parametrize(
    "row",
    [
        "1,a,-3,javascript:1,english,USA,perhaps,31/10/2025",
        "1,a,4294967295,//x.example,klingon,U,2,0001-01-01T00:00:00Z",
        "1,a,1e999,http://,x,1,,9999-12-31T23:59:59Z",
    ],
)
def test_cells_that_do_not_hold_their_field_are_empty(folder: Folder, row: str) -> None:
    review = folder.read(f"id,text,helpful,url,language,country,verified,written\n{row}\n").reviews[0]
    told = (review.helpful, review.url, review.language, review.country, review.verified, review.written)
    assert told == (None,) * 6


def test_typed_columns(tmp_path: Path) -> None:
    frame = {
        "id": [12, None],
        "text": ["a", "b"],
        "rating": [4.5, float("nan")],
        "written": [datetime(2025, 10, 31, 9), None],  # noqa: DTZ001 - a column without a zone
        "verified": [True, None],
    }
    pl.DataFrame(frame).write_parquet(tmp_path / "r.parquet")
    batch = export.read(Export(path=tmp_path / "r.parquet", source="s"), "p")
    first = Review(
        source="s", product="p", id="12", row=1, body="a", rating=4.5, scale="5",
        written=datetime(2025, 10, 31, 9, tzinfo=UTC), verified=True,
    )  # fmt: skip
    second = Review(source="s", product="p", id=content_id("p", None, None, None, "b"), row=2, body="b")
    assert (batch.reviews, batch.warnings) == ((first, second), ())


def test_very_long_reviews_are_whole(folder: Folder) -> None:
    long = "tidy, but slow " * 7_000
    assert folder.read(f'text,rating\n"{long}",4\n').reviews[0].body == long.strip()


def test_ten_thousand_rows_take_no_time(folder: Folder) -> None:
    row = '{0},"Crashes on export, every time, since version {0}.",2,31-10-2025 23:{1:02},5.{1},{1}\n'
    text = "id,text,rating,written,version,helpful\n" + "".join(row.format(i, i % 60) for i in range(10_000))
    started = time.perf_counter()
    batch = folder.read(text, dates="%d-%m-%Y %H:%M")
    assert len(batch.reviews) == 10_000
    assert time.perf_counter() - started < 2, "about 0.2 s on the machine this was written on"
