"""Why a page could not be had or read.

- ScrapeError
  - FetchError            the page was not had
    - Refused             the site's terms or our own rules say no: never retried
      - Disallowed        its robots.txt says no
    - Blocked             the site turned us away (401, 403, 429 to the end, a challenge page)
    - Missing             there is nothing at that address (404, 410)
    - Unreachable         no answer, or a broken one, after the retries
    - TooLarge            more bytes than a review page has
    - Ended               our own run was ended before its turn came
  - ParseError            the page was had, but is not what the source knows
    - ChangedPage         its form is not the one this parser reads
    - ChallengePage       it is a bot check with status 200
  - ExportError           a file of reviews cannot be read as its market file says
  - Fault                 a bug of our own
"""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb

from data.errors import UnmetError


class ScrapeError(UnmetError):
    """A page or file of reviews could not be had or read."""


class FetchError(ScrapeError):
    """The page was not had."""


class Refused(FetchError):
    """robots.txt, the site's terms or our own rules say no."""


class Disallowed(Refused):
    """A site's robots.txt turns us away: `what` it is that says no, and what a person may do instead."""

    USUAL = "save its pages by hand (`saved`), import an export (`exports`), or take the listing out"

    def __init__(self, what: str, instead: str = USUAL) -> None:
        super().__init__(f"{what}; {instead}")
        self.what = what


class Blocked(FetchError):
    """The site turned us away."""


class Missing(FetchError):
    """There is nothing at that address."""


class Unreachable(FetchError):
    """No answer, or a broken one, after the retries."""


class TooLarge(FetchError):
    """The answer has more bytes than a page of reviews has."""


class Ended(FetchError):
    """Our own run was ended: stopped by a person, or at the end of its time."""


class ParseError(ScrapeError):
    """The page was had, but is not what the source knows."""


class ChangedPage(ParseError):
    """The page's form is not the one this parser reads."""


class ChallengePage(ParseError):
    """The page is a bot check, sent with status 200."""


class ExportError(ScrapeError):
    """A file of reviews cannot be read as its market file says."""


class Fault(ScrapeError):
    """A bug of our own, which costs the listing that it shows at, and no more."""

    @classmethod
    def of(cls, error: Exception) -> Fault:
        """What is told of a bug: its kind and its place. What it says itself may quote a page, and goes into a log."""
        frames = extract_tb(error.__traceback__)
        where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        fault = cls(f"{type(error).__name__}{where}: a bug of unmet's own; please report it with what the log says")
        fault.__cause__ = error
        return fault
