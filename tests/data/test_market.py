"""Market files: a good one whole, and every kind of bad one with the line it gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.market import SLUG, Competitor, Export, Listing, Market, MarketError, Saved, load, pages, slugify

HEAD = 'name = "Note apps"\n[competitors.ink]\nname = "Ink"\n'
LISTINGS = 'listings = ["https://ink.example/reviews"]\n'
EXPORT = '[[competitors.ink.exports]]\npath = "ink.csv"\nsource = "google_play"\n'
SAVED = '[[competitors.ink.saved]]\nsource = "schema_org"\n'

NO_ADDRESS = "is no web address; write it whole, as https://..."
RELATIVE = "the path is relative to the market file"
SLUGS = "a slug is lower-case letters and digits joined by '-'"
NOBODY = "no competitors; add one as [competitors.its-slug] with a name and listings"
COLUMNS = (
    "'id', 'body', 'title', 'rating', 'written', 'edited', 'version', 'helpful', 'reply', 'replied', 'author', "
    "'language', 'country', 'url', 'verified', 'incentivised' or 'product'"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a market file lies: an export and two saved pages stand beside it."""
    for name in ("ink.csv", "saved/2.html", "saved/1.html", "saved/notes.txt"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("x")
    return tmp_path


def write(folder: Path, text: str | bytes, name: str = "Note Apps.toml") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def said(folder: Path, text: str | bytes) -> str:
    """The error's line without the folder."""
    file = write(folder, text)
    with pytest.raises(MarketError) as error:
        load(file)
    line = str(error.value)
    assert line.startswith(f"{file}: ")
    assert "\n" not in line
    return line.removeprefix(f"{file}: ")


def test_a_good_file_read_whole(folder: Path) -> None:
    text = """
    name = "Note apps"
    notice = "All of it is invented."
    window_days = 90
    allow = ["google_play"]

    [competitors.ink]
    name = "Ink"
    ours = true
    aliases = ["ink pad"]
    listings = ["https://apps.apple.com/us/app/ink/id1", { url = "http://ink.example/r", source = "app_store" }]

    [competitors.tab-shelf]
    name = "Tab Shelf"

    [[competitors.tab-shelf.exports]]
    path = "ink.csv"
    source = "google_play"
    product = "com.example.shelf"
    where = { app = "Shelf", major = 2 }
    columns = { id = "reviewId", body = "content" }
    dates = "%d-%m-%Y"
    scale = "10"
    encoding = "cp1252"

    [[competitors.tab-shelf.saved]]
    path = "saved/*.html"
    source = "schema_org"
    url = "https://shelf.example/"
    """
    market = load(write(folder, text))
    assert market == Market(
        slug="note-apps",
        name="Note apps",
        notice="All of it is invented.",
        window_days=90,
        allow=("google_play",),
        competitors=(
            Competitor(
                slug="ink",
                name="Ink",
                ours=True,
                aliases=("ink pad",),
                listings=(
                    Listing(url="https://apps.apple.com/us/app/ink/id1"),
                    Listing(url="http://ink.example/r", source="app_store"),
                ),
            ),
            Competitor(
                slug="tab-shelf",
                name="Tab Shelf",
                exports=(
                    Export(
                        path=folder / "ink.csv",
                        source="google_play",
                        product="com.example.shelf",
                        where={"app": "Shelf", "major": 2},
                        columns={"id": "reviewId", "body": "content"},
                        dates="%d-%m-%Y",
                        scale="10",
                        encoding="cp1252",
                    ),
                ),
                saved=(Saved(path=f"{folder}/saved/*.html", source="schema_org", url="https://shelf.example/"),),
            ),
        ),
    )
    assert market.competitor("ink").name == "Ink"
    with pytest.raises(KeyError):
        market.competitor("quill")


def test_defaults_of_a_short_file(folder: Path) -> None:
    market = load(write(folder, HEAD + EXPORT))
    export = market.competitors[0].exports[0]
    assert (market.window_days, market.notice, market.allow) == (365, None, ())
    assert (export.product, export.where, export.columns, export.dates, export.scale) == (None, {}, {}, None, "5")


def test_places_come_in_the_order_listings_exports_saved_with_names_that_tell_no_folder(folder: Path) -> None:
    text = HEAD + LISTINGS + SAVED + 'path = "saved/*.html"\n' + EXPORT + 'where = { app = "Ink", v = 2 }\n'
    places = list(load(write(folder, text)).competitors[0].places)
    assert [type(p).__name__ for p in places] == ["Listing", "Export", "Saved"]
    assert [p.name for p in places] == ["https://ink.example/reviews", "ink.csv (app = Ink, v = 2)", "*.html"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        # keys nobody knows
        (HEAD + LISTINGS + 'aliasses = ["x"]', "competitors.ink.aliasses: unknown key; did you mean 'aliases'?"),
        ("window = 3\n" + HEAD + LISTINGS, "window: unknown key; did you mean 'window_days'?"),
        (
            "x = 3\n" + HEAD + LISTINGS,
            "x: unknown key; known here: allow, competitors, name, notice, notify, window_days",
        ),
        (
            HEAD + LISTINGS + "x = 1\ny = 2",
            "competitors.ink.x: unknown key; known here: aliases, exports, listings, name, ours, saved (and 1 more)",
        ),
        (HEAD + EXPORT + "column = {}", "competitors.ink.exports.0.column: unknown key; did you mean 'columns'?"),
        (
            HEAD + 'listings = [{ url = "https://a.example", sorce = "steam" }]',
            "competitors.ink.listings.0.sorce: unknown key; did you mean 'source'?",
        ),
        (
            HEAD + SAVED + 'path = "saved/*"\nuri = "https://a.example"',
            "competitors.ink.saved.0.uri: unknown key; did you mean 'url'?",
        ),
        ('slug = "n"\n' + HEAD + LISTINGS, "slug: unknown key; the file's name is the market's slug"),
        (HEAD + LISTINGS + 'slug = "n"', "competitors.ink.slug: unknown key; the table's own name is the slug"),
        # something missing
        ("[competitors.ink]\nname = 'Ink'\n" + LISTINGS, "name: missing; add it"),
        ("name = 'N'\n[competitors.ink]\n" + LISTINGS, "competitors.ink.name: missing; add it"),
        (HEAD.replace("Note apps", " ") + LISTINGS, "name: must not be empty"),
        (HEAD.replace("Ink", "") + LISTINGS, "competitors.ink.name: must not be empty"),
        (HEAD, "competitors.ink: nowhere to read from; add listings, exports or saved pages"),
        (HEAD + "listings = []", "competitors.ink: nowhere to read from; add listings, exports or saved pages"),
        (HEAD + '[[competitors.ink.exports]]\npath = "ink.csv"', "competitors.ink.exports.0.source: missing; add it"),
        ("name = 'N'", NOBODY),
        ("name = 'N'\n[competitors]", NOBODY),
        ("name = 'N'\ncompetitors = ['ink']", NOBODY),
        # slugs
        (HEAD.replace("ink]", '"Ink Pad"]') + LISTINGS, f"competitors.Ink Pad: {SLUGS}"),
        (HEAD.replace("ink]", "ink-]") + LISTINGS, f"competitors.ink-: {SLUGS}"),
        (HEAD.replace("ink]", '"../x"]') + LISTINGS, f"competitors.../x: {SLUGS}"),
        # addresses
        (HEAD + 'listings = ["ink.example"]', f"competitors.ink.listings: 'ink.example' {NO_ADDRESS}"),
        (HEAD + 'listings = ["ftp://ink.example/"]', f"competitors.ink.listings: 'ftp://ink.example/' {NO_ADDRESS}"),
        (
            HEAD + 'listings = ["https://ink.example/a b"]',
            f"competitors.ink.listings: 'https://ink.example/a b' {NO_ADDRESS}",
        ),
        (
            HEAD + 'listings = ["https://ink.example:99999/"]',
            f"competitors.ink.listings: 'https://ink.example:99999/' {NO_ADDRESS}",
        ),
        (HEAD + 'listings = ["https://[ink/"]', f"competitors.ink.listings: 'https://[ink/' {NO_ADDRESS}"),
        (
            HEAD + 'listings = ["https://me:secret@ink.example/"]',
            "competitors.ink.listings: ink.example: an address with a login in it; pages behind a login are not read",
        ),
        (HEAD + SAVED + 'path = "saved/*"\nurl = "ink"', f"competitors.ink.saved.0.url: 'ink' {NO_ADDRESS}"),
        # files
        (
            HEAD + EXPORT.replace("ink.csv", "gone.csv"),
            f"competitors.ink.exports.0.path: no such file: gone.csv; {RELATIVE}",
        ),
        (HEAD + EXPORT.replace("ink.csv", "saved"), f"competitors.ink.exports.0.path: no such file: saved; {RELATIVE}"),
        (
            HEAD + SAVED + 'path = "gone/*.html"',
            f"competitors.ink.saved.0.path: no page matches gone/*.html; {RELATIVE}",
        ),
        (HEAD + SAVED + 'path = "saved"', f"competitors.ink.saved.0.path: no page matches saved; {RELATIVE}"),
        (HEAD + SAVED + 'path = "/"', f"competitors.ink.saved.0.path: no page matches /; {RELATIVE}"),
        (HEAD + SAVED + f'path = "{"x" * 300}"', "competitors.ink.saved.0.path: File name too long; mend it"),
        (HEAD + EXPORT.replace("ink.csv", "x" * 300), "competitors.ink.exports.0.path: File name too long; mend it"),
        # wrong types and values
        (HEAD + LISTINGS.replace("[", "").replace("]", ""), "competitors.ink.listings: must be a list"),
        (HEAD + "listings = [1]", "competitors.ink.listings.0: must be a table"),
        (HEAD + "[competitors.ink.exports]\npath = 'ink.csv'\nsource = 's'", "competitors.ink.exports: must be a list"),
        (HEAD + EXPORT + "columns = 'body'", "competitors.ink.exports.0.columns: must be a table"),
        ("name = 'N'\n[competitors]\nink = 'Ink'", "competitors.ink: must be a table with a name and listings"),
        ("name = 3\n[competitors.ink]\nname = 'Ink'\n" + LISTINGS, "name: input should be a valid string"),
        ("window_days = 0\n" + HEAD + LISTINGS, "window_days: input should be greater than or equal to 1"),
        (
            HEAD + EXPORT + 'scale = "7"',
            "competitors.ink.exports.0.scale: input should be '5', '10', '100' or 'thumbs'",
        ),
        (
            HEAD + EXPORT + 'columns = { txt = "content" }',
            f"competitors.ink.exports.0.columns.txt: input should be {COLUMNS}",
        ),
        # no TOML, no UTF-8
        (HEAD + "ours = maybe", "not TOML: Invalid value (at line 4, column 8); mend that line"),
        (HEAD + "name = 'twice'", "not TOML: Cannot overwrite a value (at end of document); mend that line"),
        (
            "name = 'Café'".encode("cp1252"),
            "is not UTF-8 text (invalid continuation byte at byte 11); save it as UTF-8",
        ),
        ("a = " + "[" * 20_000, "lists or tables within each other hundreds deep; take them apart"),
        (HEAD.encode("utf-16"), "is not UTF-8 text (invalid start byte at byte 0); save it as UTF-8"),
    ],
)
def test_a_bad_file_gets_one_line_with_the_key_and_the_fix(folder: Path, text: str | bytes, line: str) -> None:
    assert said(folder, text) == line


def test_a_missing_file_and_a_folder_are_told_apart(folder: Path) -> None:
    with pytest.raises(MarketError) as error:
        load(folder / "gone.toml")
    assert str(error.value) == f"{folder}/gone.toml: no such market file; `unmet demo` shows one that works"
    with pytest.raises(MarketError) as error:
        load(folder)
    assert str(error.value) == f"{folder}: cannot be read (Is a directory); name a market file that can"


def test_a_byte_order_mark_is_accepted(folder: Path) -> None:
    assert load(write(folder, (HEAD + LISTINGS).encode("utf-8-sig"))).name == "Note apps"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("saved/*.html", ["1.html", "2.html"]),
        ("saved/2.html", ["2.html"]),
        ("**/*.html", ["1.html", "2.html"]),
        ("saved/**.html", ["1.html", "2.html"]),
        ("saved/../saved/[12].html", ["1.html", "2.html"]),
    ],
)
def test_saved_pages_are_found_in_name_order(folder: Path, path: str, found: list[str]) -> None:
    saved = load(write(folder, f'{HEAD}{SAVED}path = "{path}"')).competitors[0].saved[0]
    assert [p.name for p in pages(saved)] == found


def test_a_folder_whose_name_looks_like_a_pattern_is_taken_as_it_is(folder: Path) -> None:
    odd = folder / "[new] *notes*"
    odd.mkdir()
    (odd / "a.html").write_text("x")
    saved = load(write(odd, f'{HEAD}{SAVED}path = "*.html"')).competitors[0].saved[0]
    assert pages(saved) == [odd / "a.html"]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Note Apps", "note-apps"),
        ("  A--b_c!! 2 ", "a-b-c-2"),
        ("\u6587\u5b57", "market"),
        ("", "market"),
        ("\u00dcber", "ber"),
    ],
)
def test_slugs(text: str, slug: str) -> None:
    assert slugify(text) == slug


def test_files_called_alike_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("play/in", "store/in", "other"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / ("notes.csv" if folder == "other" else "reviews.csv")).write_text("body\n", "utf-8")
    exports = "".join(
        f'[[competitors.a.exports]]\npath = "{path}"\nsource = "google_play"\n'
        for path in ("play/in/reviews.csv", "store/in/reviews.csv", "other/notes.csv")
    )
    file = tmp_path / "m.toml"
    file.write_text(f'name = "M"\n[competitors.a]\nname = "A"\n{exports}', "utf-8")
    names = [place.name for place in load(file).competitors[0].places]
    assert names == ["play/in/reviews.csv", "store/in/reviews.csv", "notes.csv"]


@pytest.mark.parametrize("path", [".ssh/id_rsa", "../.env", ".hidden/reviews.csv", "link.csv", "/proc/self/environ"])
@pytest.mark.parametrize("kind", ["exports", "saved"])
def test_hidden_and_system_files_are_not_read_for_a_market(tmp_path: Path, path: str, kind: str) -> None:
    """A stranger's market file, or a link in a folder of his, must not bring keys into a report."""
    home = tmp_path / "markets"
    for secret in (home / ".ssh/id_rsa", tmp_path / ".env", home / ".hidden/reviews.csv"):
        secret.parent.mkdir(parents=True, exist_ok=True)
        secret.write_text("body\nsecret\n", "utf-8")
    (home / "link.csv").symlink_to(tmp_path / ".env")
    file = home / "m.toml"
    table = f'[[competitors.a.{kind}]]\npath = "{path}"\nsource = "google_play"\n'
    file.write_text(f'name = "M"\n[competitors.a]\nname = "A"\n{table}', "utf-8")
    with pytest.raises(MarketError, match="is hidden or the system's; copy the reviews") as e:
        load(file)
    assert "\n" not in str(e.value)


def test_a_market_within_a_hidden_folder_reads_its_own_files(tmp_path: Path) -> None:
    home = tmp_path / ".config" / "unmet"
    home.mkdir(parents=True)
    (home / "reviews.csv").write_text("body\nfine\n", "utf-8")
    table = '[[competitors.a.exports]]\npath = "reviews.csv"\nsource = "google_play"\n'
    (home / "m.toml").write_text(f'name = "M"\n[competitors.a]\nname = "A"\n{table}', "utf-8")
    assert load(home / "m.toml").competitors[0].exports[0].path == home / "reviews.csv"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a.example/", "javascript:1", "data:text/html,x", "//a.example"]
)
def test_listings_are_web_addresses(tmp_path: Path, url: str) -> None:
    file = tmp_path / "m.toml"
    file.write_text(f'name = "M"\n[competitors.a]\nname = "A"\nlistings = ["{url}"]\n', "utf-8")
    with pytest.raises(MarketError, match="is no web address"):
        load(file)


@pytest.mark.parametrize(
    "name", ["..", "../../etc", "a/../../b", "C:evil", "sub\\\\dir", "x\u202etxt", "-rf", "con", "\u4f60"]
)
def test_no_market_is_called_what_could_lead_elsewhere(tmp_path: Path, name: str) -> None:
    slug = slugify(name)
    assert SLUG.fullmatch(slug)
    assert (tmp_path / slug).parent == tmp_path
