"""The root of every failure that we expect.

- UnmetError
  - MarketError     a market file says something we cannot act on (data/market.py)
  - LakeError       the lake cannot be read or written (data/lake.py)
  - ArchiveError    a page cannot be kept, read again or deleted (data/archive.py)
  - ScrapeError     a page could not be had or read (scrapers/_errors.py draws the rest)
  - RulesError      a rules file says something we cannot act on (reports/rules/)
  - SettingsError   a setting has a value we cannot use (data/settings.py)
  - ReportError     a report cannot be made or does not verify (reports/writing/)
  - Busy            another run of the market is at work (data/locks.py)
  - NotifyError     somebody who asked for it could not be told (flows/telling.py)
  - ServeError      the schedule cannot be served (flows/serving.py)

The command catches UnmetError once, at the edge, and prints its one line.
"""


class UnmetError(Exception):
    """Something went wrong that a person can act on: the message says what, where, and what to do next."""
