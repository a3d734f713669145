"""Files as tables: what is kept, mended, counted or refused. All text is invented."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers import _files
from scrapers._delimited import _slow, delimited
from scrapers._errors import ExportError
from scrapers._files import Table
from scrapers.export import load

HEADER = "id,text,rating\n"


class Folder:
    """Writes a file and loads it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self, name: str, content: str | bytes, encoding: str | None = None) -> Table:
        data = content.encode() if isinstance(content, str) else content
        (self.path / name).write_bytes(data)
        return load(self.path / name, encoding)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def rows(table: Table) -> list[tuple[Any, ...]]:
    """Each record's number and cells."""
    return [(n, *cells) for n, cells in zip(table.rows, table.frame.rows(), strict=True)]


# --- formats


RECORDS: list[dict[str, Any]] = [{"id": "1", "text": "Tidy, but slow"}, {"id": "2", "text": 'a 5" screen\nand more'}]


def in_format(ending: str) -> bytes:
    frame, out = pl.DataFrame(RECORDS), io.BytesIO()
    match ending:
        case ".csv":
            frame.write_csv(out)
        case ".tsv":
            frame.write_csv(out, separator="\t")
        case ".json":
            out.write(json.dumps({"n": 2, "tags": ["x"], "reviews": RECORDS}).encode())
        case ".parquet":
            frame.write_parquet(out)
        case _:
            out.write("\n".join(json.dumps(r) for r in RECORDS).encode())
    return out.getvalue()


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet"])
@pytest.mark.parametrize("packed", ["", ".gz", ".zst"])
def test_every_format_gives_the_same_table(folder: Folder, ending: str, packed: str) -> None:
    data = in_format(ending)
    data = gzip.compress(data) if packed == ".gz" else zstandard.compress(data) if packed == ".zst" else data
    table = folder.load(f"r{ending}{packed}", data)
    assert table.frame.to_dicts() == RECORDS
    assert (table.rows.to_list(), table.unreadable, table.warnings) == ([1, 2], 0, ())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_seen(folder: Folder, delimiter: str) -> None:
    text = 'id,text,rating\n1,"a, b; c | d\te",5\n2,plain,4\n'.replace(",", delimiter)
    assert rows(folder.load("r.csv", text)) == [
        (1, "1", "a, b; c | d\te".replace(",", delimiter), "5"),
        (2, "2", "plain", "4"),
    ]


def test_excel_names_the_delimiter_itself(folder: Folder) -> None:
    assert rows(folder.load("r.csv", "sep=;\r\ntext, or not;id\r\na, b;1\r\n")) == [(1, "a, b", "1")]


def test_a_single_column_needs_no_quotes(folder: Folder) -> None:
    text = 'text\nTidy, but slow\n"Quoted, too"\n\nlast'
    assert rows(folder.load("r.csv", text)) == [(1, "Tidy, but slow"), (2, "Quoted, too"), (3, "last")]


def test_columns_without_a_name_or_with_one_name_are_told_apart(folder: Folder) -> None:
    assert folder.load("r.csv", "text,,text\na,b,c\n").frame.to_dicts() == [
        {"text": "a", "column_2": "b", "text_2": "c"}
    ]


def test_json_values_of_many_types(folder: Folder) -> None:
    records = [
        {"id": 1, "rating": 4, "ok": True, "tags": ["a"], "mixed": 1, "big": 2**70, "half": "\ud83d!"},
        {"id": 2, "rating": 4.5, "ok": None, "tags": {"b": 1}, "mixed": "x", "late": "here"},
    ]
    assert folder.load("r.json", json.dumps(records)).frame.to_dict(as_series=False) == {
        "id": [1, 2],
        "rating": ["4", "4.5"],
        "ok": [True, None],
        "tags": ['["a"]', '{"b": 1}'],
        "mixed": ["1", "x"],
        "big": [str(2**70), None],
        "half": ["?!", None],
        "late": [None, "here"],
    }


def test_json_lines_under_the_wrong_ending(folder: Folder) -> None:
    assert rows(folder.load("r.json", '{"text":"a"}\n{"text":"b"}\n')) == [(1, "a"), (2, "b")]
    assert rows(folder.load("r.jsonl", '[{"text":"a"},\n{"text":"b"}]')) == [(1, "a"), (2, "b")]


# --- flaws


def test_broken_json_lines_are_counted(folder: Folder) -> None:
    table = folder.load("r.jsonl", '{"text":"a"}\n\n{"text":"b\n[1]\n{"text":"c"}\n')
    assert rows(table) == [(1, "a"), (4, "c")]
    assert (table.unreadable, table.warnings) == (2, ("r.jsonl: 2 lines not JSON objects (lines 3, 4)",))


def test_items_that_are_not_objects_are_counted(folder: Folder) -> None:
    table = folder.load("r.json", '[{"text":"a"}, 3, {"text":"b"}]')
    assert rows(table) == [(1, "a"), (3, "b")]
    assert (table.unreadable, table.warnings) == (1, ("r.json: 1 item not objects (item 2)",))


def test_rows_of_another_width_are_counted(folder: Folder) -> None:
    table = folder.load("r.csv", HEADER + "1,Fine\n2,a,4\n3,b,4,5\n4,trailing comma,4,\n")
    assert rows(table) == [(2, "2", "a", "4"), (4, "4", "trailing comma", "4")]
    told = "r.csv: 2 rows have more or fewer fields than the header's 3 (rows 1, 3)"
    assert (table.unreadable, table.warnings) == (2, (told,))


def test_a_quote_that_never_closes_costs_no_other_row(folder: Folder) -> None:
    table = folder.load("r.csv", HEADER + '1,Fine,5\n2,"never closed, at all,1\n3,"closed, yes",2\n4,plain,3\n')
    assert rows(table) == [(1, "1", "Fine", "5"), (3, "3", "closed, yes", "2"), (4, "4", "plain", "3")]
    told = "r.csv: a quote opens and does not close as it should in line 3; 1 row lost (row 2)"
    assert (table.unreadable, table.warnings) == (1, (told,))


def test_a_file_cut_off_within_quotes_keeps_what_came_before(folder: Folder) -> None:
    table = folder.load("r.csv", HEADER + '1,"Fine\nindeed",5\n2,"cut off\nhere')
    assert rows(table) == [(1, "1", "Fine\nindeed", "5")]
    assert table.unreadable == 2
    assert table.warnings[0] == "r.csv: a quote opens and does not close as it should in line 4; 1 row lost (row 2)"


def test_quotes_amid_words_are_words(folder: Folder) -> None:
    text = HEADER + '1,"He said "hi" to me",5\n2,a 5" screen,4\n3,"many "odd" lines\nof it",3\n4, "blank, before" ,2\n'
    table = folder.load("r.csv", text)
    assert rows(table) == [
        (1, "1", 'He said "hi" to me', "5"),
        (2, "2", 'a 5" screen', "4"),
        (3, "3", 'many "odd" lines\nof it', "3"),
    ]
    assert table.unreadable == 1


def test_row_ends_of_every_kind(folder: Folder) -> None:
    expected = [(1, "1", "a\nb", "5"), (2, "2", "c", "4")]
    for end in ("\n", "\r\n"):
        assert rows(folder.load("r.csv", 'id,text,rating@1,"a\nb",5@2,c,4@'.replace("@", end))) == expected
    assert rows(folder.load("r.csv", 'id,text,rating\r1,"a\rb",5\r2,c,4\r')) == expected
    mixed = folder.load("r.csv", 'id,text,rating\r\n1,"a\nb",5\r\r\n2,c,4\n')
    assert (rows(mixed), mixed.unreadable, mixed.warnings) == (expected, 0, ())


def test_nul_bytes_are_left_out_and_told(folder: Folder) -> None:
    table = folder.load("r.csv", HEADER + "1,a\0b,5\n")
    assert (rows(table), table.warnings) == ([(1, "1", "ab", "5")], ("r.csv: 1 NUL byte in the text left out",))


# --- encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_in_any_dress(folder: Folder, encoding: str) -> None:
    table = folder.load("r.csv", (HEADER + "1,très bon 👏,5\n").encode(encoding))
    assert (rows(table), table.warnings) == ([(1, "1", "très bon 👏", "5")], ())


def test_what_is_not_utf_8_is_read_as_windows_1252_and_told(folder: Folder) -> None:
    data = (HEADER + "1,très “bon” été,5\n").encode("cp1252")
    table = folder.load("r.csv", data)
    assert rows(table) == [(1, "1", "très “bon” été", "5")]
    assert table.warnings == (
        "r.csv: is not UTF-8 (first in line 2), read as Windows-1252; set encoding if letters look wrong",
    )


def test_a_broken_character_does_not_spoil_a_utf_8_file(folder: Folder) -> None:
    table = folder.load("r.csv", (HEADER + "1,été à la plage,5\n2,oh ").encode() + b"\xe9,1\n")
    assert rows(table) == [(1, "1", "été à la plage", "5"), (2, "2", "oh \ufffd", "1")]
    assert table.warnings == ("r.csv: 1 character not in UTF-8, the first in line 3, shown as \ufffd",)


def test_the_encoding_of_the_market_file_is_kept_to(folder: Folder) -> None:
    data = (HEADER + "1,очень хорошо,5\n").encode("koi8-r")
    table = folder.load("r.csv", data, "koi8-r")
    assert (rows(table), table.warnings) == ([(1, "1", "очень хорошо", "5")], ())


# --- what cannot be read


def refused() -> dict[str, tuple[str, bytes, str | None, str]]:
    text = (HEADER + "1,Fine,5\n").encode()
    return {
        "empty": ("r.csv", b"", None, "r.csv: is empty"),
        "blank": ("r.csv", b" \n\n", None, "r.csv: is empty"),
        "mark only": ("r.csv", b"\xef\xbb\xbf", None, "r.csv: is empty"),
        "header only": ("r.csv", b"\nid,text\n", None, "r.csv: has column names in line 2 but no rows"),
        "open header": ("r.csv", b'id,"text\n1,a\n', None, "r.csv: line 1: a quote in the header never closes"),
        "no row fits": ("r.csv", b"id,text\n1,2,3\n", None, "none of its 1 row has the header's 2 fields"),
        "workbook": ("r.csv", b"PK\x03\x04....", None, "an Excel workbook"),
        "web page": ("r.csv", b"<!DOCTYPE html><p>Sign in", None, "is a web page, not a table"),
        "no format": ("r.xlsx", b"PK", None, ".xlsx is not a format read here"),
        "no ending": ("reviews", text, None, "no ending is not a format read here"),
        "not packed": ("r.csv.gz", text, None, "is not packed as its ending says"),
        "cut gzip": ("r.csv.gz", gzip.compress(text * 9)[:-9], None, "is damaged or cut off"),
        "cut zstd": ("r.csv.zst", zstandard.compress(text * 9)[:-3], None, "is damaged or cut off"),
        "bad zstd": ("r.csv.zst", b"\x28\xb5\x2f\xfd" + b"x" * 50, None, "is damaged or cut off"),
        "no encoding": ("r.csv", text, "klingon", "no text encoding is called 'klingon'"),
        "no text encoding": ("r.csv", text, "base64", "no text encoding is called 'base64'"),
        "other encoding": ("r.csv", text + b"2,\xe9t\xe9,3\n", "utf-8", "is not utf-8 (line 3, byte 26)"),
        "parquet": ("r.parquet", b"PAR1" + b"0" * 40 + b"PAR1", None, "is not a Parquet file that can be read"),
        "json": ("r.json", b'[{"text": "a"},\n {"text"', None, "not JSON at line 2, column 9"),
        "deep json": ("r.json", b"[" * 10_000_000, None, "JSON that cannot be read"),
        "deep json lines": ("r.jsonl", b'{"a":' * 2_000_000, None, "JSON that cannot be read"),
        "json value": ("r.json", b"3", None, "holds one JSON value"),
        "json lists": ("r.json", b'{"a": [{}], "b": [{}]}', None, "holds 2 lists of objects (a, b)"),
        "json no list": ("r.json", b'{"a": []}', None, "holds no list of objects"),
        "json numbers": ("r.json", b"[1, 2]", None, "its list holds no objects"),
        "json lines": ("r.jsonl", b"nothing\nhere\n", None, "not JSON at line 1, column 1"),
    }


@pytest.mark.parametrize(("at", "byte"), [(427, 127), (440, 255), (1390, 255)])
def test_a_damaged_parquet_file_is_one_line_and_ends_nobody(
    folder: Folder, capfd: pytest.CaptureFixture[str], at: int, byte: int
) -> None:
    """Bytes over which Polars 2.1 ends its whole process, or panics on stderr."""
    frame = pl.DataFrame({"id": list(range(50)), "body": [f"It crashes {i}" for i in range(50)]})
    file = io.BytesIO()
    frame.write_parquet(file, compression="uncompressed", statistics=False)
    damaged = bytearray(file.getvalue())
    damaged[at] = byte
    said = r"^r\.parquet: is not a Parquet file that can be read \(.+\); export it again$"
    with pytest.raises(ExportError, match=said):
        folder.load("r.parquet", bytes(damaged))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("case", sorted(refused()))
def test_what_cannot_be_read_is_one_clear_line(folder: Folder, case: str) -> None:
    name, content, encoding, told = refused()[case]
    with pytest.raises(ExportError) as caught:
        folder.load(name, content, encoding)
    message = str(caught.value)
    assert told in message
    assert message.startswith(name)
    assert "\n" not in message


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"gone\.csv: cannot be read \(No such file or directory\); check the path"):
        load(tmp_path / "gone.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(ExportError, match="cannot be read"):
        load(tmp_path / "folder.csv")


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_small_file_does_not_unpack_to_a_large_one(
    folder: Folder, pack: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_files, "MOST_BYTES", 3 * _files.CHUNK)
    with pytest.raises(ExportError, match="split it into several files"):
        folder.load("r.csv.gz", pack(b"a" * (5 * _files.CHUNK)))


SAID = "a" * 1000


def lent() -> dict[str, pl.DataFrame]:
    """Tables whose files hold a text once and lend it to thousands of rows."""
    rows = pl.DataFrame({"n": pl.repeat(0, 10_000, eager=True)}).with_columns(text=pl.lit(SAID))
    return {
        "text": rows.select("text"),
        "category": rows.select(pl.col("text").cast(pl.Categorical)),
        "list": rows.select(pl.concat_list("text", "text")),
        "struct in a list": rows.select(pl.concat_list(pl.struct("n", "text"))),
        "numbers": rows.select(**{f"c{i}": "n" for i in range(100)}),
    }


@pytest.mark.parametrize("kind", sorted(lent()))
def test_a_small_parquet_file_does_not_unpack_to_a_large_table(
    folder: Folder, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = io.BytesIO()
    lent()[kind].write_parquet(file)
    assert len(file.getvalue()) < 100_000
    assert folder.load("r.parquet", file.getvalue()).frame.height == 10_000
    monkeypatch.setattr(_files, "MOST_BYTES", 3_000_000)
    with pytest.raises(ExportError, match=r"^r\.parquet: is larger than .* unpacked; split it into several files$"):
        folder.load("r.parquet", file.getvalue())


def test_times_that_nobody_lives_to_see_are_left_out_and_told(folder: Folder) -> None:
    """Polars panics over most of them, and Python knows no such year."""
    frame = pl.DataFrame({"text": ["a", "b", "c"], "n": [2**62, 1_700_000_000_000, -(2**62)]}).with_columns(
        at=pl.col("n").cast(pl.Datetime("ms", "UTC")),
        on=pl.Series([2**31 - 1, 20_000, None], dtype=pl.Int32).cast(pl.Date),
        each=pl.concat_list(pl.col("n").cast(pl.Datetime("ms"))),
        took=pl.col("n").cast(pl.Duration("ms")),
    )
    file = io.BytesIO()
    frame.write_parquet(file, statistics=False)
    table = folder.load("r.parquet", file.getvalue())
    assert table.warnings == (
        "r.parquet: column 'at' has 2 times outside the years 1 to 9999 (rows 1, 3): left out",
        "r.parquet: column 'on' has 1 time outside the years 1 to 9999 (row 1): left out",
    )
    read = table.frame.to_dicts()
    assert [(row["at"] is None, row["on"] is None) for row in read] == [(True, True), (False, False), (True, True)]
    assert [row["each"] for row in read] == [[2**62], [1_700_000_000_000], [-(2**62)]]


# --- for any table


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\ufeff"), max_size=12)
TABLES = st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    cells=TABLES,
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_was_written_is_read(cells: list[list[str]], delimiter: str, quoting: Any, end: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerow(["id", "text", "rating"])
    first = len(out.getvalue())
    writer.writerows(cells)
    table = delimited(out.getvalue().encode(), "r.csv", ",")
    assert rows(table) == [(n, *(c or None for c in row)) for n, row in enumerate(cells, 1)]
    assert (table.unreadable, table.warnings) == (0, ())
    careful = _slow(out.getvalue()[first:], delimiter, ["id", "text", "rating"], "r.csv", 2)
    assert rows(careful) == rows(table)


WORDS = st.lists(st.lists(st.text("ab c", min_size=1, max_size=4), min_size=3, max_size=3), min_size=1, max_size=6)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(cells=WORDS, data=st.data())
def test_one_stray_quote_loses_no_row(cells: list[list[str]], data: st.DataObject) -> None:
    text = "".join(",".join(row) + "\n" for row in cells)
    at = data.draw(st.integers(0, len(text) - 1))
    table = delimited((HEADER + text[:at] + '"' + text[at:]).encode(), "r.csv", ",")
    assert table.rows.to_list() == list(range(1, len(cells) + 1))


SEEDS = [
    ("r.csv", (HEADER + '1,"a, ""b""\nc",5\r\n2,é,4\n3,d,\n').encode()),
    ("r.tsv", 'id\ttext\n1\t"a"\n2\tb\n'.encode("utf-16")),
    ("r.jsonl", b'{"id":1,"text":"a","rating":5}\n{"id":"2","text":"b\\ud800","rating":null}\n'),
    ("r.json", b'{"reviews":[{"id":1,"text":"a","rating":5.5},{"text":["b"]}],"n":2}'),
    ("r.csv.gz", gzip.compress((HEADER + "1,Fine,5\n").encode(), mtime=0)),
    ("r.csv.zst", zstandard.compress((HEADER + "1,Fine,5\n").encode())),
]
CUTS = st.tuples(
    st.integers(0, 120),
    st.integers(0, 20),
    st.sampled_from([b"", b'"', b",", b"\n", b"\r", b"\0", b"{", b"\xff", b"9" * 5000]),
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(seed=st.sampled_from(SEEDS), cuts=st.lists(CUTS, max_size=4))
def test_whatever_the_bytes_only_an_export_error_is_raised(
    seed: tuple[str, bytes], cuts: list[tuple[int, int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    name, data = seed
    for start, length, new in cuts:
        data = data[:start] + new + data[start + length :]
    try:
        table = Folder(tmp_path_factory.getbasetemp()).load(name, data)
    except ExportError as e:
        told = str(e)
    else:
        assert table.frame.height == len(table.rows) > 0
        told = " ".join(table.warnings)
    assert "\n" not in told
