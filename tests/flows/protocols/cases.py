"""Every source that is asked over the web: its listing, who answers for it, and what three nights must come to.

On the first night every host is busy once. Until the second nothing happens. Until the third `NEW` reviews are written
and one is edited.
"""

from __future__ import annotations

from dataclasses import dataclass

NEW = 5
"""Reviews written between the second night and the third, less than any source has a page."""
KEY = "invented-key-0f3b"
"""Trustpilot's, for whoever asks its API."""


@dataclass(frozen=True)
class Case:
    """One source: where its listing is, who answers, and what each night's visit must come to."""

    source: str
    url: str
    host: str
    """The host that is really asked."""
    place: str
    """The class of this package that answers for it."""
    planted: int
    pages: tuple[int, int, int]
    """Requests a night, robots.txt and the busy answer not counted."""
    stops: tuple[str, str, str]
    duplicate: int = 0
    """Reviews that the source shows twice within the first visit, because it must."""
    named: bool = False
    """Whether the market file names the source, because the address does not tell."""
    edits: bool = True
    """Whether a review that was written anew is the same review there."""
    key: str | None = None
    """What the place must be shown on every request but for robots.txt; it says 401 to whoever comes without."""

    @property
    def toml(self) -> str:
        """What its competitor's table says."""
        source = f', source = "{self.source}"' if self.named else ""
        return f'listings = [{{ url = "{self.url}"{source} }}]'


END, CAP = ("end", "known", "known"), ("cap", "known", "known")
CASES = {
    "app_store": Case(
        "app_store", "https://apps.apple.com/us/app/billory/id900000001", "itunes.apple.com", "AppStore",
        120, (4, 1, 2), END,
    ),
    "app_store, more than it shows": Case(
        "app_store", "https://apps.example/us/app/billory/id900000002", "apps.example", "AppStore",
        620, (10, 1, 2), CAP, named=True,
    ),
    "steam": Case(
        "steam", "https://store.steampowered.com/app/900000/Delve_Together/", "api.steampowered.com", "Steam",
        250, (5, 1, 2), END,
    ),
    "schema_org": Case(
        "schema_org", "https://www.desks.example/p/billory", "www.desks.example", "SchemaOrg", 50, (3, 1, 2), END,
    ),
    "shopify": Case(
        "shopify", "https://apps.shopify.com/parcel-pilot", "apps.shopify.com", "Shopify", 33, (4, 1, 2), END,
    ),
    "wordpress": Case(
        "wordpress", "https://wordpress.org/plugins/tidy-tables/", "wordpress.org", "WordPress",
        40, (1, 1, 1), ("cap", "known", "cap"),
    ),
    "mozilla_addons": Case(
        "mozilla_addons", "https://addons.mozilla.org/en-US/firefox/addon/tab-shelf/", "addons.mozilla.org",
        "MozillaAddons", 120, (3, 1, 2), END,
    ),
    "hacker_news": Case(
        "hacker_news", "https://hn.algolia.com/?q=Billory", "hn.algolia.com", "HackerNews",
        1151, (12, 1, 2), END, duplicate=1,
    ),
    "github_issues": Case(
        "github_issues", "https://github.com/billory/desktop", "api.github.com", "GitHubIssues", 230, (3, 1, 2), END,
    ),
    "discourse": Case(
        "discourse", "https://forum.billory.example/", "forum.billory.example", "Discourse",
        130, (4, 1, 2), END, named=True,
    ),
    "discourse, an old version": Case(
        "discourse", "https://talk.billory.example/latest", "talk.billory.example", "OldDiscourse",
        200, (9, 1, 2), END, duplicate=4, named=True,
    ),
    "stack_exchange": Case(
        "stack_exchange", "https://stackoverflow.com/questions/tagged/billory", "api.stackexchange.com",
        "StackExchange", 230, (3, 1, 2), END,
    ),
    "reddit": Case(
        "reddit", "https://www.reddit.com/r/billory/", "www.reddit.com", "Reddit",
        130, (1, 1, 1), ("cap", "known", "cap"),
    ),
    "google_play": Case(
        "google_play", "https://play.google.com/store/apps/details?id=com.billory.app&hl=en", "play.google.com",
        "GooglePlay", 330, (3, 1, 2), END,
    ),
    "jetbrains_marketplace": Case(
        "jetbrains_marketplace", "https://plugins.jetbrains.com/plugin/12345-billory", "plugins.jetbrains.com",
        "JetBrainsMarketplace", 230, (4, 1, 2), END,
    ),
    "open_vsx": Case(
        "open_vsx", "https://open-vsx.org/extension/billory/desk", "open-vsx.org", "OpenVsx",
        40, (1, 1, 1), ("end", "known", "end"), edits=False,
    ),
    "odrs": Case(
        "odrs", "https://flathub.org/apps/org.billory.Billory", "odrs.gnome.org", "Odrs",
        60, (1, 1, 1), ("end", "known", "end"),
    ),
    "trustpilot, its API": Case(
        "trustpilot", "https://api.trustpilot.com/v1/business-units/61700a9dca6e77f38925e878/reviews",
        "api.trustpilot.com", "TrustpilotApi", 250, (4, 1, 2), END, key=KEY,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class OnShelf:
    """One source that is read only from pages saved by hand: who shows them, and how the market file names them."""

    source: str
    host: str
    place: str
    planted: int
    files: int
    """How many files the first saving makes."""
    again: int = 0
    """Reviews that one saving shows twice, because it must."""
    url: str | None = None
    """The pages' address, where the market file says it."""
    product: str = ""
    """The product's id in the lake's keys."""
    told: str | None = None
    """What the ledger says beside the counts."""

    @property
    def toml(self) -> str:
        """What its competitor's table says."""
        url = f', url = "{self.url}"' if self.url else ""
        return f'saved = [{{ path = "{self.path}", source = "{self.source}"{url} }}]'

    @property
    def path(self) -> str:
        """The files, as the market file has them."""
        return f"saved/{self.source}-*"


SAVED = {
    "trustpilot": OnShelf(
        "trustpilot", "www.trustpilot.com", "TrustpilotPages", 230, 10, product="www.billory.example",
        told="left out as removed by Trustpilot: 1 review",
    ),
    "vscode_marketplace": OnShelf(
        "vscode_marketplace", "marketplace.visualstudio.com", "VsCodeMarketplace", 230, 3, again=4,
        url="https://marketplace.visualstudio.com/items?itemName=billory.desk", product="billory.desk",
    ),
    "atlassian_marketplace": OnShelf(
        "atlassian_marketplace", "marketplace.atlassian.com", "AtlassianMarketplace", 130, 3,
        url="https://marketplace.atlassian.com/apps/1210000/billory#scale=5", product="1210000",
    ),
}  # fmt: skip
"""Every source whose terms allow no more than that."""
