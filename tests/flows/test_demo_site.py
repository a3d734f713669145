"""The demo's site speaks as the real places do, and its reviews hold what `planted.md` says they hold."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from data.market import load
from flows.demo import posts as demo_posts
from flows.demo.site import HOSTS, DemoSite

DEMO = Path(demo_posts.__file__).parent
RECORDS: list[dict[str, Any]] = [json.loads(line) for line in (DEMO / "reviews.jsonl").read_text("utf-8").splitlines()]
BY_ID = {r["id"]: r for r in RECORDS}
ATOM = "{http://www.w3.org/2005/Atom}"


class Visitor:
    """Asks the site for addresses under their invented hosts, as the fetcher does with its connect_to."""

    def __init__(self, site: DemoSite, client: httpx.Client) -> None:
        self.site = site
        self.client = client

    def get(self, url: str) -> httpx.Response:
        asked = httpx.URL(url)
        where, _, port = self.site.connect_to[asked.host].partition(":")
        return self.client.get(asked.copy_with(host=where, port=int(port)), headers={"Host": asked.host})

    def feed(self, app: int, page: int = 1, cc: str = "us") -> dict[str, Any]:
        url = f"http://appstore.example/{cc}/rss/customerreviews/page={page}/id={app}/sortby=mostrecent/json"
        answer = self.get(url)
        assert answer.status_code == 200
        return dict(answer.json()["feed"])

    def ratings(self, query: str) -> httpx.Response:
        url = f"http://addons.example/api/v5/ratings/rating/?{query}"
        answer = self.get(url)
        return self.get(url) if answer.status_code == 429 else answer


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    with DemoSite() as site, httpx.Client(trust_env=False, timeout=5) as client:
        yield Visitor(site, client)


def hrefs(feed: dict[str, Any]) -> dict[str, str]:
    return {link["attributes"]["rel"]: link["attributes"]["href"] for link in feed["link"]}


# --- the App Store -------------------------------------------------------------------------------------------------


def test_feed_pages_hold_fifty_reviews_newest_first_and_every_review_once(visitor: Visitor) -> None:
    visitor.site.night = 2
    pages = [visitor.feed(900000003, n)["entry"] for n in (1, 2, 3)]
    assert [len(p) for p in pages] == [50, 50, 48]
    entries = [e for p in pages for e in p]
    updated = [e["updated"]["label"] for e in entries]
    assert updated == sorted(updated, reverse=True)
    assert all(u.endswith("-07:00") for u in updated)
    mine = {r["id"] for r in RECORDS if r["competitor"] == "quillbill" and r["place"] == "app_store"}
    assert {e["id"]["label"] for e in entries} == mine


def test_feed_entry_has_the_keys_of_apples_and_strings_for_numbers(visitor: Visitor) -> None:
    entry = visitor.feed(900000001)["entry"][0]
    assert list(entry) == [
        "author", "updated", "im:rating", "im:version", "id", "title",
        "content", "link", "im:voteSum", "im:contentType", "im:voteCount",
    ]  # fmt: skip
    assert entry["im:rating"]["label"] in {"1", "2", "3", "4", "5"}
    assert entry["content"]["attributes"] == {"type": "text"}
    assert entry["id"]["label"] in BY_ID


def test_feed_past_the_end_has_no_entries_but_links(visitor: Visitor) -> None:
    feed = visitor.feed(900000003, 5)
    assert "entry" not in feed
    assert hrefs(feed)["last"].startswith("http://appstore.example/us/rss/customerreviews/page=3/id=900000003/")
    assert "/xml?urlDesc=" in hrefs(feed)["first"]


def test_feed_of_an_unknown_app_has_empty_links(visitor: Visitor) -> None:
    feed = visitor.feed(1)
    assert "entry" not in feed
    assert {hrefs(feed)[rel] for rel in ("first", "last", "previous", "next")} == {""}


def test_feed_page_eleven_is_refused_in_plain_text(visitor: Visitor) -> None:
    answer = visitor.get("http://appstore.example/us/rss/customerreviews/page=11/id=900000003/sortby=mostrecent/json")
    assert (answer.status_code, answer.text) == (400, "CustomerReviews RSS page depth is limited to 10")


def test_feed_takes_its_segments_in_any_order_and_case(visitor: Visitor) -> None:
    usual = visitor.feed(900000002, 2)
    other = visitor.get("http://appstore.example/US/rss/customerreviews/id=900000002/sortBy=mostRecent/page=2/json")
    assert other.json()["feed"]["entry"] == usual["entry"]


def test_feed_has_storefronts(visitor: Visitor) -> None:
    visitor.site.night = 2
    assert len(visitor.feed(900000001, cc="de")["entry"]) == 5
    assert "entry" not in visitor.feed(900000002, cc="de")


def test_xml_form_tells_the_same_reviews(visitor: Visitor) -> None:
    answer = visitor.get("http://appstore.example/us/rss/customerreviews/page=1/id=900000002/sortby=mostrecent/xml")
    entries = ElementTree.fromstring(answer.text).findall(f"{ATOM}entry")
    texts = [e.findtext(f"{ATOM}content[@type='text']") for e in entries]
    assert texts == [e["content"]["label"] for e in visitor.feed(900000002)["entry"]]
    assert all(len(e.findall(f"{ATOM}content")) == 2 for e in entries)


def test_lookup_counts_more_ratings_than_reviews(visitor: Visitor) -> None:
    visitor.site.night = 2
    found = visitor.get("http://appstore.example/lookup?id=900000004,12&country=us").json()
    assert found["resultCount"] == 1
    assert found["results"][0]["trackName"] == "Tallyhop"
    assert found["results"][0]["userRatingCount"] == 6 * 55
    assert visitor.get("http://appstore.example/lookup?id=12").json() == {"resultCount": 0, "results": []}


# --- the directory -------------------------------------------------------------------------------------------------


def json_ld(text: str) -> dict[str, Any]:
    match = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    assert match is not None
    return dict(json.loads(match[1]))


def test_json_ld_pages_lead_from_the_newest_to_the_oldest_review(visitor: Visitor) -> None:
    visitor.site.night = 2
    url: str | None = "http://directory.example/software/billory"
    days: list[str] = []
    while url:
        text = visitor.get(url).text
        product = json_ld(text)
        assert product["aggregateRating"]["reviewCount"] == 51
        days += [r["datePublished"] for r in product["review"]]
        following = re.search(r'<link rel="next" href="([^"]+)"', text)
        assert (following is not None) == ('<a rel="next"' in text)
        url = following[1] if following else None
    assert len(days) == 51
    assert days == sorted(days, reverse=True)
    assert visitor.get("http://directory.example/software/billory?page=4").status_code == 404


def test_microdata_page_has_no_json_ld(visitor: Visitor) -> None:
    text = visitor.get("http://directory.example/software/penny-ledger").text
    assert "ld+json" not in text
    assert text.count('itemtype="https://schema.org/Review"') == 20
    assert text.count('itemprop="reviewBody"') == 20


def test_rebuilt_page_answers_200_and_tells_a_machine_nothing(visitor: Visitor) -> None:
    answer = visitor.get("http://directory.example/software/quillbill")
    assert answer.status_code == 200
    assert "itemprop" not in answer.text
    assert "Always a name, always a proper answer" in answer.text
    with pytest.raises(json.JSONDecodeError):
        json_ld(answer.text)


# --- the add-ons ---------------------------------------------------------------------------------------------------


def test_first_request_of_each_night_is_throttled_once(visitor: Visitor) -> None:
    url = "http://addons.example/api/v5/ratings/rating/?addon=billory"
    first = visitor.get(url)
    assert (first.status_code, first.headers["retry-after"]) == (429, "1")
    assert [visitor.get(url).status_code for _ in range(2)] == [200, 200]
    visitor.site.night = 2
    assert [visitor.get(url).status_code for _ in range(2)] == [429, 200]


def test_ratings_page_by_their_next_address(visitor: Visitor) -> None:
    visitor.site.night = 2
    page = visitor.ratings("addon=penny-ledger").json()
    assert (page["page_size"], page["page_count"], page["count"], page["previous"]) == (25, 2, 46, None)
    assert page["next"].startswith("http://addons.example/api/v5/ratings/rating/?")
    last = visitor.get(page["next"]).json()
    assert (len(page["results"]), len(last["results"]), last["next"]) == (25, 21, None)
    created = [r["created"] for r in page["results"] + last["results"]]
    assert created == sorted(created, reverse=True)


def test_rating_has_the_fields_of_the_api_and_replies_are_billorys(visitor: Visitor) -> None:
    visitor.site.night = 2
    results = visitor.ratings("addon=billory&page_size=50").json()["results"]
    assert len(results) == 42
    assert set(results[0]) == {
        "id", "addon", "body", "created", "is_deleted", "is_developer_reply", "is_latest",
        "previous_count", "reply", "score", "user", "version",
    }  # fmt: skip
    assert sum(r["reply"] is not None for r in results) == 7
    assert not any(r["reply"] for r in visitor.ratings("addon=penny-ledger&page_size=50").json()["results"])


@pytest.mark.parametrize("query", ["addon=quillbill", "addon=nothing", "addon=billory&page=99"])
def test_ratings_of_nothing_are_not_found(visitor: Visitor, query: str) -> None:
    assert visitor.ratings(query).status_code == 404


# --- the forums ----------------------------------------------------------------------------------------------------


def test_plugin_feed_tells_stars_in_title_and_text(visitor: Visitor) -> None:
    visitor.site.night = 2
    answer = visitor.get("http://plugins.example/support/plugin/quillbill/reviews/feed/")
    assert answer.headers["content-type"] == "application/rss+xml; charset=UTF-8"
    items = ElementTree.fromstring(answer.text).findall("channel/item")
    assert len(items) == len({i.findtext("guid") for i in items}) == 14
    assert items[0].findtext("title") == "Four months in (5 stars)"
    assert items[0].findtext("pubDate") == "Thu, 15 Oct 2026 08:03:29 +0000"
    assert "<p>Rating: 5 stars</p>" in (items[0].findtext("description") or "")


@pytest.mark.parametrize(
    "url",
    [
        "http://plugins.example/support/plugin/billory/reviews/feed/",
        "http://plugins.example/support/plugin/nothing/reviews/feed/",
        "http://plugins.example/plugins/quillbill/",
        "http://news.example/?q=Billory",
        "http://forum.example/latest",
    ],
)
def test_forums_have_nothing_but_what_programs_ask_for(visitor: Visitor, url: str) -> None:
    assert visitor.get(url).status_code == 404


def news(visitor: Visitor, query: str) -> dict[str, Any]:
    return dict(visitor.get(f"http://news.example/api/v1/search_by_date?{query}").json())


@pytest.mark.parametrize(
    ("words", "night", "hits"), [("Billory", 1, 7), ("Billory", 2, 8), ("Penny Ledger", 2, 4), ("Quillbill", 2, 0)]
)
def test_search_finds_words_as_they_stand(visitor: Visitor, words: str, night: int, hits: int) -> None:
    visitor.site.night = night
    found = news(visitor, f"query=%22{words}%22&hitsPerPage=100&page=0&tags=(story,comment)")
    assert (found["nbHits"], len(found["hits"]), found["nbPages"]) == (hits, hits, min(hits, 1))
    times = [h["created_at_i"] for h in found["hits"]]
    assert times == sorted(times, reverse=True)


def test_search_goes_on_by_page_and_by_time(visitor: Visitor) -> None:
    visitor.site.night = 2
    pages = [news(visitor, f"query=Billory&hitsPerPage=3&page={n}")["hits"] for n in (0, 1, 2, 3)]
    assert [len(p) for p in pages] == [3, 3, 2, 0]
    oldest = pages[0][-1]["created_at_i"]
    rest = news(visitor, f"query=Billory&hitsPerPage=3&numericFilters=created_at_i%3C%3D{oldest}")["hits"]
    assert rest[0] == pages[0][-1]
    assert [h["_tags"][0] for h in news(visitor, "query=Billory&tags=story")["hits"]] == ["story"]


def test_forum_tells_newest_posts_first_and_which_open_a_topic(visitor: Visitor) -> None:
    visitor.site.night = 2
    posts = visitor.get("http://forum.example/posts.json").json()["latest_posts"]
    assert [p["id"] for p in posts] == sorted(
        (int(r["id"]) for r in RECORDS if r["place"] == "discourse"), reverse=True
    )
    assert sum(p["post_number"] == 1 for p in posts) == len({p["topic_id"] for p in posts}) == 7
    below = visitor.get("http://forum.example/posts.json?before=2081").json()["latest_posts"]
    assert [p["id"] for p in below] == [2064, 2029, 2027, 2013, 2011]
    assert [p["post_number"] for p in below] == [3, 2, 1, 2, 1]


def test_every_news_item_names_its_product_and_no_other_that_is_searched_for() -> None:
    for r in (r for r in RECORDS if r["place"] == "hacker_news"):
        text = f"{r['title']} {r['body']}"
        named = [slug for slug, name in {"billory": "Billory", "penny-ledger": "Penny Ledger"}.items() if name in text]
        assert named == [r["competitor"]]


def test_answers_come_after_what_they_answer() -> None:
    for r in (r for r in RECORDS if "thread" in r):
        opening = BY_ID[r["thread"]]
        assert (opening["place"], opening["competitor"]) == (r["place"], r["competitor"])
        assert opening["title"]
        assert not r["title"]
        assert opening["written"] < r["written"]


# --- the site ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", HOSTS)
def test_every_host_has_a_robots_txt_and_something_private(visitor: Visitor, host: str) -> None:
    assert visitor.get(f"http://{host}/robots.txt").text == "User-agent: *\nDisallow: /private/\n"
    assert visitor.get(f"http://{host}/private/list").status_code == 200
    assert visitor.get(f"http://{host}/nowhere").status_code == 404


def test_an_unknown_host_is_not_found(visitor: Visitor) -> None:
    address = visitor.site.connect_to["appstore.example"]
    assert visitor.client.get(f"http://{address}/robots.txt", headers={"Host": "else.example"}).status_code == 404


def test_log_tells_who_was_asked_for_what_and_when(visitor: Visitor) -> None:
    visitor.get("http://directory.example/software/billory?page=2")
    visitor.get("http://appstore.example/nowhere")
    first, second = visitor.site.log
    assert (first.host, first.path, first.status) == ("directory.example", "/software/billory?page=2", 200)
    assert (second.host, second.status) == ("appstore.example", 404)
    assert first.started <= first.ended <= second.started <= second.ended


def test_many_may_ask_at_once(visitor: Visitor) -> None:
    urls = [f"http://appstore.example/lookup?id=90000000{n % 4 + 1}" for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        assert {a.status_code for a in pool.map(visitor.get, urls)} == {200}
    assert len(visitor.site.log) == 24


def test_site_has_no_address_before_and_after() -> None:
    site = DemoSite()
    with pytest.raises(RuntimeError, match="only while it runs"):
        _ = site.connect_to
    with site:
        assert set(site.connect_to) == set(HOSTS)
    with pytest.raises(RuntimeError):
        _ = site.connect_to


def test_there_is_no_third_night() -> None:
    with pytest.raises(ValueError, match="night 3"):
        DemoSite(night=3)


# --- nights and edits ----------------------------------------------------------------------------------------------


def test_october_appears_on_the_second_night(visitor: Visitor) -> None:
    before = visitor.feed(900000002)["entry"][0]["updated"]["label"]
    visitor.site.night = 2
    after = visitor.feed(900000002)["entry"][0]["updated"]["label"]
    assert before < "2026-10-01" <= after


def test_three_reviews_are_edited_between_the_nights() -> None:
    first = {p.id: p for p in demo_posts.posts(1)}
    second = {p.id: p for p in demo_posts.posts(2)}
    assert set(first) < set(second)
    edited = {i: (p, second[i]) for i, p in first.items() if p != second[i]}
    assert {(old.place, old.competitor, old.rating, new.rating) for old, new in edited.values()} == {
        ("app_store", "billory", 2, 4),
        ("app_store", "quillbill", 1, 4),
        ("mozilla_addons", "penny-ledger", 3, 1),
    }
    for old, new in edited.values():
        assert new.body != old.body
        assert new.written == old.written
        assert (new.updated > old.updated) == (old.place == "app_store")
        assert f"| {old.id} | {old.rating} to {new.rating} |" in (DEMO / "planted.md").read_text("utf-8")


def test_an_edited_review_moves_to_the_top_of_the_app_store(visitor: Visitor) -> None:
    ids = {"13195535521"}
    assert not ids & {e["id"]["label"] for e in visitor.feed(900000001)["entry"][:10]}
    visitor.site.night = 2
    (edited,) = [e for e in visitor.feed(900000001)["entry"] if e["id"]["label"] in ids]
    assert (edited["im:rating"]["label"], edited["updated"]["label"]) == ("4", "2026-10-09T09:20:31-07:00")


# --- what is planted -----------------------------------------------------------------------------------------------


def table(mark: str) -> list[list[str]]:
    """The rows of the table of `planted.md` that follows a comment."""
    after = (DEMO / "planted.md").read_text("utf-8").split(f"<!-- {mark} -->\n")[1]
    lines = after.split("\n\n")[0].strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


PLANTED = {(gap, rival): [BY_ID[i] for i in ids.split()] for gap, rival, ids in table("ids")}


def test_planted_counts_hold() -> None:
    sizes = Counter(r["competitor"] for r in RECORDS)
    for gap, _, _, rival, reviews, of, share, night1, _ in table("gaps"):
        planted = PLANTED[gap, rival]
        assert {r["competitor"] for r in planted} == {rival}
        assert (len(planted), sizes[rival]) == (int(reviews), int(of))
        assert share == f"{100 * len(planted) / sizes[rival]:.1f} %"
        assert sum(r["written"] < "2026-10-01" for r in planted) == int(night1)


def test_offline_fails_everywhere_all_year() -> None:
    for rival, size in (("billory", 204), ("penny-ledger", 196), ("quillbill", 170)):
        planted = PLANTED["offline", rival]
        assert 0.09 <= len(planted) / size <= 0.12
        assert max(r["rating"] for r in planted if r["rating"]) <= 3
        halves = Counter(r["written"] < "2026-05" for r in planted)
        assert abs(halves[True] - halves[False]) <= 4


def test_price_grows_and_the_crash_passes() -> None:
    price = Counter(r["written"] >= "2026-08" for r in PLANTED["price", "billory"])
    assert (price[False], price[True]) == (3, 29)
    crash = [r["written"] for r in PLANTED["crash", "quillbill"]]
    assert min(crash) >= "2026-06-09"
    assert max(crash) < "2026-09"
    assert sum(w < "2026-07-21" for w in crash) >= 0.9 * len(crash)


def test_nothing_is_planted_where_nothing_can_be_read() -> None:
    planted = {r["id"] for reviews in PLANTED.values() for r in reviews}
    assert not planted & {r["id"] for r in RECORDS if (r["competitor"], r["place"]) == ("quillbill", "schema_org")}


def test_dark_mode_is_noise_and_copies_are_copies() -> None:
    assert sum(len(reviews) for (gap, _), reviews in PLANTED.items() if gap == "dark") == 5
    copies = PLANTED["dup", "penny-ledger"]
    assert (len(copies), len({r["body"] for r in copies}), len({r["author"] for r in copies})) == (6, 1, 6)
    texts = Counter(r["body"] for r in RECORDS)
    assert [n for n in texts.values() if n > 1] == [6]


# --- the reviews and the market ------------------------------------------------------------------------------------


def test_reviews_are_whole_and_within_the_calendar() -> None:
    assert len(RECORDS) == len(BY_ID) == 647
    keys = ["id", "competitor", "place", "rating", "title", "body", "author", "written", "version", "helpful", "reply"]
    for r in RECORDS:
        assert [k for k in r if k not in {"edit", "thread"}] == [*keys, "country"]
        assert (r["rating"] is None) == (r["place"] in {"hacker_news", "discourse"})
        written = datetime.fromisoformat(r["written"])
        assert "2025-11-01" <= written.date().isoformat() <= "2026-10-31"
        assert r["body"].strip() == r["body"] != ""
        assert r["title"] or r["place"] != "app_store"
    assert len({r["author"].lower() for r in RECORDS}) == 647


def test_stars_are_spread_as_stars_are() -> None:
    stars = Counter(r["rating"] for r in RECORDS if r["rating"] is not None)
    assert stars.total() == 620
    assert 0.32 <= (stars[1] + stars[2]) / 620 <= 0.38
    assert 0.12 <= stars[3] / 620 <= 0.18
    assert 0.46 <= (stars[4] + stars[5]) / 620 <= 0.54


def test_market_loads_and_names_the_sites_hosts() -> None:
    market = load(DEMO / "freelance-invoicing.toml")
    assert market.notice is not None
    assert "invented" in market.notice
    assert [c.slug for c in market.competitors] == ["billory", "penny-ledger", "quillbill", "tallyhop"]
    assert [c.slug for c in market.competitors if c.ours] == ["tallyhop"]
    with DemoSite() as site:
        hosts = {httpx.URL(listing.url).host for c in market.competitors for listing in c.listings}
        assert hosts == set(site.connect_to)
