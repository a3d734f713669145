"""`unmet doctor`: does each source still read what its site sends? One listing that is known to have reviews, each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import scrapers
from data.settings import settings
from flows import collect
from flows.codes import DONE, NOTHING, PARTLY
from flows.screen import console
from scrapers._errors import Blocked, ChallengePage, FetchError, Missing, Refused, ScrapeError, TooLarge
from scrapers._fetch import Fetcher
from scrapers._source import About, Outcome, Request
from scrapers._terms import forbidden

MOST_PAGES = 5
"""A source whose first page comes empty has other ways to ask (the App Store's has five); most need one request."""
TRIES = 2
"""For a look at how things are, being told that a site does not answer twice is enough."""


def run() -> int:
    """Prints a line a source on stdout; the code says whether all, some or none of those asked are well."""
    config = settings()
    limits = config.model_copy(update={"tries": min(TRIES, config.tries)})
    names = scrapers.names()
    with collect.fetcher(limits) as fetcher, ThreadPoolExecutor(len(names)) as pool:
        answers = pool.map(lambda name: _look(name, fetcher), names)
        verdicts: list[str | None] = []
        for number, name in enumerate(names, start=1):
            with console.status(f"{scrapers.source(name).ABOUT.title} ({number} of {len(names)})"):
                verdict, line = next(answers)
            verdicts += [verdict] if verdict else []
            print(f"{name}: {line}", flush=True)
    well = sum(verdict == "ok" for verdict in verdicts)
    _say(f"{well} of {len(verdicts)} sources that were asked are well")
    if not well:
        return NOTHING
    return DONE if well == len(verdicts) else PARTLY


def _look(name: str, fetcher: Fetcher) -> tuple[str | None, str]:
    """The verdict on a source, None for one that is not asked, and its line."""
    about = scrapers.source(name).ABOUT
    if about.opt_in or forbidden(about.address):
        return None, "not asked (terms)"
    if about.example is None:
        return None, "not asked (no listing that would do for everyone)"
    try:
        reviews = _reviews(name, about, about.example, fetcher)
    except ScrapeError as e:
        verdict = _verdict(e)
        return verdict, f"{verdict} ({' '.join(str(e).split())})"
    if reviews:
        return "ok", f"ok ({reviews} review{'' if reviews == 1 else 's'})"
    return "changed", f"changed (no reviews came, though {about.example} has some)"


def _reviews(name: str, about: About, example: str, fetcher: Fetcher) -> int:
    """How many reviews are on the first page that has any."""
    source = scrapers.source(name)
    handle = source.handle(example)
    if handle is None:
        raise AssertionError(f"{name}: its own example is no address of it")
    ask = collect.asking(source, fetcher.fetch)
    request: Request | None = source.start(handle)
    for _ in range(MOST_PAGES):
        if request is None:
            break
        batch = source.parse(ask(request), handle)
        if batch.reviews:
            return len(batch.reviews)
        if batch.outcome == Outcome.PROVEN_EMPTY:
            break
        request = batch.next
    return 0


def _verdict(error: ScrapeError) -> str:
    match error:
        case Refused() | Blocked() | ChallengePage():
            return "blocked"
        case Missing() | TooLarge():
            return "changed"  # the listing is known to be there: it is the address or its form that is no longer so
        case FetchError():
            return "unreachable"
        case _:
            return "changed"


def _say(text: str) -> None:
    console.print(text, soft_wrap=True, markup=False)
