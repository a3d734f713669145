"""The root of every failure that we expect.

- UnmetError
  - MarketError     a market file says something we cannot act on (data/market.py)
  - LakeError       the lake cannot be read or written (data/lake.py)
  - FormatError     the lake is of a newer format than we know (data/migrating.py)
  - Unlockable      the lake's folder cannot be written (data/locks.py)
  - Busy            another process is at work on the lake or a market (data/locks.py)
  - ArchiveError    a page cannot be kept, read again or deleted (data/archive.py)
  - ScrapeError     a page could not be had or read (scrapers/_errors.py draws the rest)
  - RulesError      a rules file says something we cannot act on (reports/rules/)
  - SettingsError   a setting has a value we cannot use (data/settings.py)
  - BackupError     a backup cannot be written or restored (flows/backing.py)
  - ReportError     a report cannot be made or does not verify (reports/writing/)
  - NotifyError     somebody who asked for it could not be told (flows/telling.py)
  - ServeError      the schedule cannot be served (flows/serving.py)

The command catches UnmetError once, at the edge, and prints its one line.
"""


class UnmetError(Exception):
    """Something went wrong that a person can act on: the message says what, where, and what to do next."""
