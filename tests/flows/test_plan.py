"""Plans: which source reads which place, what may not be read, and markets made out of addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

import scrapers
from data.market import Competitor, Export, Listing, Market, MarketError, Saved, load
from flows.plan import Errand, _name, ad_hoc, market_files, plan, recognise, toml
from scrapers._source import Handle

INK = "https://apps.apple.com/us/app/ink/id123456789"
SHELF = "https://addons.mozilla.org/en-US/firefox/addon/tab-shelf/"
SHOP = "https://shop.example/ink"

_SAVED = "save its pages by hand and name them under `saved`, or import an export"
_EXPORT = "import an export that you may lawfully hold (`exports`)"


def market(*places: Listing | Export | Saved, allow: tuple[str, ...] = ()) -> Market:
    ink = Competitor(
        slug="ink",
        name="Ink",
        listings=tuple(p for p in places if isinstance(p, Listing)),
        exports=tuple(p for p in places if isinstance(p, Export)),
        saved=tuple(p for p in places if isinstance(p, Saved)),
    )
    return Market(slug="notes", name="Notes", allow=allow, competitors=(ink,))


def refused(*places: Listing | Export | Saved) -> str:
    with pytest.raises(MarketError) as error:
        plan(market(*places), Path("notes.toml"))
    assert "\n" not in str(error.value)
    return str(error.value)


# -- which source ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "handle"),
    [
        (INK, Handle("app_store", "123456789", INK, {"country": "us"})),
        (SHELF, Handle("mozilla_addons", "tab-shelf", SHELF)),
        (SHOP, Handle("schema_org", "shop.example/ink", SHOP)),
    ],
)
def test_an_address_tells_its_source(url: str, handle: Handle) -> None:
    assert recognise(url) == handle


def test_every_place_becomes_an_errand_numbered_where_a_source_comes_twice(tmp_path: Path) -> None:
    export = Export(path=tmp_path / "ink.csv", source="google_play")
    saved = Saved(path=str(tmp_path / "*.html"), source="schema_org")
    first, second = Listing(url=SHOP), Listing(url=f"{SHOP}/2")
    assert plan(market(first, second, Listing(url=INK), export, saved)) == [
        Errand("notes/ink/schema_org", "notes", "ink", "schema_org", first, recognise(SHOP)),
        Errand("notes/ink/schema_org-2", "notes", "ink", "schema_org", second, recognise(f"{SHOP}/2")),
        Errand("notes/ink/app_store", "notes", "ink", "app_store", Listing(url=INK), recognise(INK)),
        Errand("notes/ink/google_play", "notes", "ink", "google_play", export, None),
        Errand("notes/ink/schema_org-3", "notes", "ink", "schema_org", saved, None),
    ]


def test_a_source_named_in_the_file_reads_its_form_on_any_host() -> None:
    listing = Listing(url="http://mirror.example:8080/in/app/ink/id7", source="app_store")
    assert plan(market(listing))[0].handle == Handle("app_store", "7", listing.url, {"country": "in"})


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (
            Listing(url=SHOP, source="app_store"),
            f"competitors.ink.listings: {SHOP} is no address of app_store;"
            " its form is https://apps.apple.com/us/app/name/id123456789",
        ),
        (
            Listing(url=SHOP, source="export"),
            f"competitors.ink.listings: {SHOP} is no address of export;"
            " its form is a file named under `exports` in a market file",
        ),
        (
            Saved(path="*.json", source="app_store", url=SHOP),
            f"competitors.ink.saved: {SHOP} is no address of app_store;"
            " its form is https://apps.apple.com/us/app/name/id123456789",
        ),
        (
            Listing(url="mailto:ink", source=None),
            "competitors.ink.listings: 'mailto:ink' is no web address; write it whole, as https://...",
        ),
    ],
    ids=["form", "export", "saved", "no address"],
)
def test_an_address_that_its_source_cannot_read_is_told_with_the_form(place: Listing | Saved, line: str) -> None:
    assert refused(place) == f"notes.toml: {line}"


@pytest.mark.parametrize("place", [Listing(url=SHOP, source="app_stor"), Saved(path="*", source="app_stor")])
def test_an_unknown_source_is_told_with_those_that_there_are(place: Listing | Saved) -> None:
    key = "saved" if isinstance(place, Saved) else "listings"
    names = ", ".join(scrapers.names())
    assert refused(place) == f"notes.toml: competitors.ink.{key}: no source is called 'app_stor'; there are {names}"


def test_without_a_file_no_file_is_named() -> None:
    with pytest.raises(MarketError) as error:
        plan(market(Listing(url="https://www.g2.com/products/ink/reviews")))
    assert str(error.value) == f"competitors.ink.listings: www.g2.com: its terms forbid automated reading; {_EXPORT}"


# -- sites that may not be read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "instead"),
    [
        ("https://www.trustpilot.com/review/ink.example", _SAVED),
        ("https://de.trustpilot.com/review/ink.example", _SAVED),
        ("https://www.g2.com/products/ink/reviews", _EXPORT),
        ("https://www.capterra.com/p/1/Ink/", _EXPORT),
        ("https://www.capterra.com.br/p/1/Ink/", _EXPORT),
        ("https://www.amazon.com/dp/B0", _EXPORT),
        ("https://amazon.de/dp/B0", _EXPORT),
        ("https://www.amazon.co.uk/dp/B0", _EXPORT),
        ("https://smile.amazon.co.jp/dp/B0", _EXPORT),
        ("https://www.yelp.com/biz/ink", _EXPORT),
        ("https://www.yelp.co.uk/biz/ink", _EXPORT),
        ("https://www.tripadvisor.in/Hotel", _EXPORT),
        ("https://www.google.com/maps/place/Ink", _EXPORT),
        ("https://www.google.co.in/maps/place/Ink", _EXPORT),
        ("https://maps.google.de/?cid=1", _EXPORT),
        ("https://chromewebstore.google.com/detail/ink/abc", _SAVED),
        ("https://apps.microsoft.com/detail/ink", _EXPORT),
        ("https://WWW.TrustPilot.com./review/ink.example", _SAVED),
    ],
)
def test_a_site_whose_terms_forbid_it_is_refused_with_the_way_that_is_open(url: str, instead: str) -> None:
    host = url.split("/")[2].lower()
    line = f"notes.toml: competitors.ink.listings: {host}: its terms forbid automated reading; {instead}"
    assert refused(Listing(url=url)) == line
    assert refused(Listing(url=url, source="schema_org")) == line
    with pytest.raises(MarketError):
        ad_hoc([url])


def test_google_play_is_off() -> None:
    with pytest.raises(MarketError, match=r"^play\.google\.com: its terms forbid automated reading"):
        recognise("https://play.google.com/store/apps/details?id=com.example.ink")


@pytest.mark.parametrize(
    "url",
    [
        "https://amazonas.example/ink",
        "https://notg2.com/ink",
        "https://ink.example/amazon.com",
        "https://yelpers.org/x",
    ],
)
def test_names_that_only_look_like_theirs_are_free(url: str) -> None:
    assert recognise(url).source == "schema_org"


# -- markets out of addresses ------------------------------------------------------------------------------------------


def test_addresses_of_one_name_are_one_competitors() -> None:
    other = "https://shop.example/products/ink"
    assert ad_hoc([INK, SHELF, other]) == Market(
        slug="ad-hoc-ink-and-tab-shelf",
        name="Ink and Tab Shelf",
        competitors=(
            Competitor(slug="ink", name="Ink", listings=(Listing(url=INK), Listing(url=other))),
            Competitor(slug="tab-shelf", name="Tab Shelf", listings=(Listing(url=SHELF),)),
        ),
    )


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://apps.apple.com/us/app/tab-shelf_pro/id1", "Tab Shelf Pro"),
        ("https://www.shop.example/r/9", "shop.example"),
        ("https://apps.apple.com/cn/app/%E4%BE%BF%E7%AC%BA/id2", "\u4fbf\u7b3a"),
        ("https://apps.apple.com/us/app/id123456789", "Apple App Store 123456789"),
        ("https://shop.example:8080/x", "shop.example"),
        ("https://store.steampowered.com/app/900000/Delve_Together/", "Delve Together"),
        ("https://store.steampowered.com/app/440", "Steam 440"),
        ("https://plugins.jetbrains.com/plugin/12345-tidy-tables", "Tidy Tables"),
        ("https://open-vsx.org/extension/billory/tidy-tables", "Tidy Tables"),
        ("https://flathub.org/apps/org.billory.Ledger", "Ledger"),
        ("https://github.com/billory/desktop/issues", "Desktop"),
        ("https://wordpress.org/plugins/tidy-tables/", "Tidy Tables"),
        ("https://stackoverflow.com/questions/tagged/billory", "Billory"),
        ("https://www.reddit.com/r/billory/", "Billory"),
        ("https://hn.algolia.com/?q=Node.js", "Node.js"),
        ("https://forum.billory.example/t/split-invoices/318", "forum.billory.example"),
    ],
)
def test_a_name_is_made_out_of_the_address(url: str, name: str) -> None:
    assert ad_hoc([url]).competitors[0].name == name


def names(*urls: str) -> list[tuple[str, str, int]]:
    """Slug, name and number of listings of each competitor."""
    return [(c.slug, c.name, len(c.listings)) for c in ad_hoc(list(urls)).competitors]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://store.steampowered.com/app/440/Delve/", "https://store.steampowered.com/app/730/Climb/"),
        ("https://store.steampowered.com/app/440", "https://store.steampowered.com/app/730"),
        ("https://plugins.jetbrains.com/plugin/1-tables", "https://plugins.jetbrains.com/plugin/2-charts"),
        ("https://open-vsx.org/extension/billory/tables", "https://open-vsx.org/extension/billory/charts"),
        ("https://flathub.org/apps/org.billory.Ledger", "https://flathub.org/apps/org.billory.Maps"),
        ("https://github.com/billory/desktop", "https://github.com/billory/mobile"),
        ("https://hn.algolia.com/?q=Billory", "https://hn.algolia.com/?q=Quillbill"),
        ("https://www.reddit.com/r/billory/", "https://www.reddit.com/r/quillbill/"),
    ],
)
def test_two_products_of_one_store_are_two_competitors(first: str, second: str) -> None:
    assert [places for _, _, places in names(first, second)] == [1, 1]


def test_two_apps_of_shopify_are_named_apart() -> None:
    """Shopify is off without a market file, so its names are made here by hand."""
    handles = [scrapers.source("shopify").handle(f"https://apps.shopify.com/{app}") for app in ("parcel-pilot", "till")]
    assert [_name(handle) for handle in handles if handle] == ["Parcel Pilot", "Till"]


def test_a_stores_other_product_of_the_same_name_says_which_it_is() -> None:
    assert names(
        "https://github.com/a/desktop", "https://github.com/b/desktop", "https://github.com/a/desktop/issues"
    ) == [
        ("desktop", "Desktop", 2),
        ("desktop-b-desktop", "Desktop (b/desktop)", 1),
    ]


def test_pages_of_one_site_and_searches_for_one_name_are_one_competitors() -> None:
    forum = ["https://forum.billory.example/t/split-invoices/318", "https://forum.billory.example/c/ideas/7"]
    assert names(*forum) == [("forum-billory-example", "forum.billory.example", 2)]
    assert names(SHOP, "https://shop.example/other") == [("shop-example", "shop.example", 2)]
    search = "https://www.reddit.com/search?q=Ink"
    assert names(INK, search, "https://www.reddit.com/r/notes/search?q=ink") == [("ink", "Ink", 3)]


def test_names_that_make_the_same_slug_are_numbered_apart() -> None:
    urls = [f"https://shop.example/product/{name}" for name in ("jotter", "jotter-\u00fc", "jotter-2", "Jotter")]
    assert names(*urls) == [("jotter", "Jotter", 2), ("jotter-2", "Jotter \u00dc", 1), ("jotter-2-2", "Jotter 2", 1)]


def test_two_names_without_a_letter_of_ours_stay_two_competitors() -> None:
    urls = [f"https://apps.apple.com/cn/app/{name}/id{n}" for n, name in enumerate(("\u7532\u7532", "\u4e59\u4e59"), 1)]
    assert [c.slug for c in ad_hoc(urls).competitors] == ["rival", "rival-2"]


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("ink", "'ink' is no web address; write it whole, as https://..."),
        ("https://[ink/", "'https://[ink/' is no web address; write it whole, as https://..."),
        (
            "https://me:secret@ink.example/",
            "ink.example: an address with a login in it; pages behind a login are not read",
        ),
    ],
)
def test_what_is_no_address_makes_no_market(url: str, line: str) -> None:
    with pytest.raises(MarketError) as error:
        ad_hoc([SHOP, url])
    assert str(error.value) == line


@pytest.mark.parametrize(
    "urls",
    [
        [INK, SHELF, SHOP],
        ['https://shop.example/a"b\\c', "https://shop.example/\u00fc?x=%22"],
        ["https://apps.apple.com/cn/app/\u7532\u7532/id1", "https://apps.apple.com/cn/app/\u4e59\u4e59/id2"],
        ["https://shop.example/app/Tab-Shelf", "https://other.example/app/tab_shelf"],
        [f"https://shop.example/product/jotter{end}" for end in ("", "-\u00fc", "-2")],
    ],
)  # fmt: skip
def test_a_market_file_written_is_the_market_when_read(tmp_path: Path, urls: list[str]) -> None:
    made = ad_hoc(urls)
    file = tmp_path / f"{made.slug}.toml"
    file.write_text(toml(made), "utf-8")
    assert load(file) == made
    assert len(plan(load(file), file)) == len(urls)


def test_a_long_name_makes_a_short_slug() -> None:
    made = ad_hoc([f"https://shop{n}.example/" for n in range(20)])
    assert len(made.slug) <= 60
    assert not made.slug.endswith("-")


# -- market files ------------------------------------------------------------------------------------------------------


def test_market_files_are_those_named_or_those_in_a_folder_each_checked(tmp_path: Path) -> None:
    good = toml(ad_hoc([SHOP]))
    for name in ("b.toml", "a.toml", "notes.txt"):
        (tmp_path / name).write_text(good, "utf-8")
    a, b = tmp_path / "a.toml", tmp_path / "b.toml"
    assert market_files([tmp_path]) == [a, b]
    assert market_files([b]) == [b]
    (tmp_path / "c.toml").write_text(toml(ad_hoc([SHOP])).replace(SHOP, "https://www.g2.com/x"), "utf-8")
    with pytest.raises(MarketError, match=r"c\.toml: competitors\.shop-example\.listings: www\.g2\.com: its terms"):
        market_files([tmp_path])


def test_no_market_file_and_two_of_one_name_are_told(tmp_path: Path) -> None:
    with pytest.raises(MarketError) as error:
        market_files([tmp_path])
    assert str(error.value) == (f"{tmp_path}: no market file there; write one, README shows how, or try `unmet demo`")
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "notes.toml").write_text(toml(ad_hoc([SHOP])), "utf-8")
    x, y = tmp_path / "x" / "notes.toml", tmp_path / "y" / "notes.toml"
    with pytest.raises(MarketError) as error:
        market_files([x, y])
    assert str(error.value) == f"{y}: has the same name as {x}; rename one, the name is its key"
