"""Sites whose terms forbid automated reading, and the way that is open instead; facts as of 2026-11."""

from __future__ import annotations

from urllib.parse import urlsplit

_SAVED = "save its pages by hand and name them under `saved`, or import an export"
_EXPORT = "import an export that you may lawfully hold (`exports`)"

FORBIDDEN = {
    "trustpilot.com": _SAVED,
    "g2.com": _EXPORT,
    "capterra.com": _EXPORT,
    "getapp.com": _EXPORT,
    "softwareadvice.com": _EXPORT,
    "yelp.com": _EXPORT,
    "amazon.com": _EXPORT,
    "tripadvisor.com": _EXPORT,
    "maps.google.com": _EXPORT,
    "play.google.com": f'{_EXPORT}, or read its terms and say allow = ["google_play"]',
    "chromewebstore.google.com": _SAVED,
    "chrome.google.com": _SAVED,
    "apps.microsoft.com": _EXPORT,
    "marketplace.visualstudio.com": _SAVED,
    "marketplace.atlassian.com": _SAVED,
}
"""Site -> what to do instead."""

_BY_NAME = frozenset({"amazon", "yelp", "tripadvisor", "capterra", "trustpilot"})
"""Sites that have a domain in many countries."""

_OFFICIAL = frozenset({"api.trustpilot.com"})
"""Hosts of such sites that are there for programs, with a key."""


def forbidden(url: str) -> str | None:
    """What to do instead of scraping the site of an address, or None where nothing forbids it."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().rstrip(".")
    if host in _OFFICIAL:
        return None
    labels = host.split(".")
    for i in range(len(labels) - 1):
        site = ".".join(labels[i:])
        if site in FORBIDDEN:
            return FORBIDDEN[site]
    for label in labels[-3:-1]:
        if label in _BY_NAME and not host.startswith("api."):
            return FORBIDDEN[f"{label}.com"]
    if "google" in labels[-3:-1] and (parts.path.startswith("/maps") or labels[0] == "maps"):
        return _EXPORT
    return None
