"""Real services in small: invented reviews, told on loopback in the very forms that the services send.

    with Loopback([Steam("api.steampowered.com", 250)]) as site:
        ...  # requests for api.steampowered.com arrive here by the fetcher's connect_to
        site.log  # who asked for what, and when

Each place keeps to its service's own manner: how many a page, how it goes on, where it stops, what it leaves out.
"""

from .businesses import TrustpilotApi, TrustpilotPages
from .cases import CASES, KEY, NEW, SAVED, Case, OnShelf
from .discussions import Discourse, GitHubIssues, HackerNews, OldDiscourse, Reddit, StackExchange
from .marketplaces import AtlassianMarketplace, GooglePlay, JetBrainsMarketplace, Odrs, OpenVsx, VsCodeMarketplace
from .place import Answer, Call, OnPaper, Place, Planted, plant
from .ratings import AppStore, MozillaAddons, SchemaOrg, Shopify, Steam, WordPress
from .server import Asked, Loopback

__all__ = [
    "CASES", "KEY", "NEW", "SAVED", "Answer", "AppStore", "Asked", "AtlassianMarketplace", "Call", "Case", "Discourse",
    "GitHubIssues", "GooglePlay", "HackerNews", "JetBrainsMarketplace", "Loopback", "MozillaAddons", "Odrs",
    "OldDiscourse", "OnPaper", "OnShelf", "OpenVsx", "Place", "Planted", "Reddit", "SchemaOrg", "Shopify",
    "StackExchange", "Steam", "TrustpilotApi", "TrustpilotPages", "VsCodeMarketplace", "WordPress", "plant",
]  # fmt: skip
