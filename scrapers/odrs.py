"""Open Desktop Ratings Service: all reviews of one application that GNOME Software, KDE Discover and others show.

The service could not be asked when this was written. What is said of it here stands in its own code (GNOME/odrs-web,
`API.md` and `app_data/odrs`: `views_api.py`, `util.py`, `models.py`), of which what runs there may be another version.

The answer comes whole, newest first: no pages and no limit (`api_show_app`). The service itself leaves out reviews
older than five years and those that two people reported (`util._query_reviews_for_app`), and adds those of an
application's other ids, so a record may name another id than was asked for. One report takes a click and no account
(https://blogs.gnome.org/hughsie/2019/07/05/fun-with-the-odrs-part-2/), so a review with one counts here, as there.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from data.review import Review
from scrapers._errors import ChangedPage
from scrapers._posts import gather, host_of, identity, origin_of
from scrapers._read import challenge, dig, json_of, number, plain, unix_time
from scrapers._source import About, Batch, Handle, Outcome, Page, Request, Stop

ABOUT = About(
    title="Open Desktop Ratings (GNOME)",
    address="https://flathub.org/apps/org.example.App or https://odrs.gnome.org/1.0/reviews/api/app/org.example.App",
    access="public API",
    terms="a public API without a key; no terms of use were found; one request at a time",
    limits="five years; all packagings of an app mixed; no replies and no time of an edit",
    # shipped by most distributions; that it has reviews under this id could not be looked up
    example="https://flathub.org/apps/org.gimp.GIMP",
)

HOST = "odrs.gnome.org"
FLATHUB = frozenset({"flathub.org", "www.flathub.org"})
"""Names applications, and is never asked: it has no reviews and shows none (flathub-infra/website, issue 50)."""

_ID = r"([^/.]{1,100}(?:\.[^/.]{1,100}){1,10})"
"""An AppStream id: `org.example.App`, or `app.desktop` as distributions had it.

Case matters: `org.mozilla.firefox` and `org.mozilla.Firefox` are two (flathub-infra/backend, issue 54).
"""
_FLATHUB_PATH = r"(?:/[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?)?/apps/(?:details/)?"
_LISTING = re.compile(rf"(?:{_FLATHUB_PATH}|/1\.0/reviews/api/app/){_ID}/?")
_LOCALE = re.compile(r"([a-z]{2})(?:[_.@-].*)?")
"""`en_US` by API.md. AppCenter asks with what `setlocale` says, so `de_DE.UTF-8`, and `C` for none, are taken too."""


def recognise(url: str) -> Handle | None:
    """An application's page on Flathub, or its address at the service."""
    return handle(url) if host_of(url) in {HOST, *FLATHUB} else None


def handle(url: str) -> Handle | None:
    """What the path names, whatever the host, for a listing whose market file says `source = "odrs"`."""
    found = _LISTING.fullmatch(urlsplit(url).path) if origin_of(url) else None
    app = plain(unquote(found[1])) if found else None
    return Handle("odrs", app, url) if app and "/" not in app else None


def within(body: bytes) -> tuple[Handle, str] | None:
    """The application of a saved answer, where all its records name the same one."""
    try:
        records = json.loads(body)
    except (ValueError, RecursionError):
        return None
    ids = {identity(dig(r, "app_id")) for r in records} if isinstance(records, list) else set()
    app = ids.pop() if len(ids) == 1 else None
    named = handle(f"https://{HOST}/1.0/reviews/api/app/{quote(app, safe='')}") if app else None
    return (named, named.url) if named else None


def start(handle: Handle) -> Request:
    """The one answer with all reviews."""
    return Request(_address(handle))


def parse(page: Page, handle: Handle) -> Batch:
    """The reviews of an answer; raises ParseError, nothing else."""
    records = json_of(page)
    if not isinstance(records, list):
        challenge(page)
        said = plain(dig(records, "msg")) or "no list of reviews"  # as `util.json_error` has it
        raise ChangedPage(f"{page.url} sent {said[:200]!r} where reviews were due")
    if not records:  # the same for an application without reviews as for one that does not exist
        why = f"the service knows no review of {handle.product!r} of the last five years, or no application of that id"
        return Batch(outcome=Outcome.UNKNOWN_EMPTY, stop=Stop.EMPTY, warnings=(why,))
    reviews, unreadable = gather(page, records, lambda _: False, lambda record: _review(record, handle))
    return Batch(reviews, None, Outcome.REVIEWS, Stop.END, unreadable)


def _address(handle: Handle) -> str:
    origin = f"https://{HOST}" if recognise(handle.url) else origin_of(handle.url)
    return f"{origin}/1.0/reviews/api/app/{quote(handle.product, safe='')}"


def _review(record: Any, handle: Handle) -> Review | None:
    """The review of a record; None when it has no id, or a rating, text or time of another form."""
    name, sent, created = (dig(record, key) for key in ("review_id", "rating", "date_created"))
    title, text, locale = (dig(record, key) for key in ("summary", "description", "locale"))
    name, rating = identity(name), number(sent) or None  # 0 is the column's default; nobody may send it (`api_submit`)
    if name is None or not all(isinstance(v, str | None) for v in (title, text)):
        return None
    if (sent is not None and number(sent) is None) or (rating is not None and not 1 <= rating <= 100):
        return None
    if (created is not None and number(created) is None) or (rating is None and not plain(title) and not plain(text)):
        return None
    language = _LOCALE.fullmatch(locale) if isinstance(locale, str) else None
    version = plain(dig(record, "version"))
    return Review(
        source="odrs",
        product=handle.product,
        id=name,
        url=_address(handle),  # a review has no page of its own
        author=plain(dig(record, "user_display")),  # `user_hash` is not for the public, says the service (privacy.html)
        rating=rating,
        scale=None if rating is None else "100",
        title=plain(title),
        body=plain(text) or "",
        language=language[1] if language else None,  # its territory is a spelling, not where somebody lives
        written=unix_time(created),  # not verified: that its server runs in UTC (`utcnow().timestamp()`)
        version=None if version == "unknown" else version,  # what GNOME Software sends for none
        # No `helpful`: `_vote` looks a review up by its application alone, so votes may lie with another review.
    )
