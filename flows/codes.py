"""Exit codes of the command."""

DONE = 0
PARTLY = 1
"""Done, but a source failed, and the report says so."""
USAGE = 2
"""Wrong usage or configuration; nothing was begun."""
NOTHING = 3
"""Nothing could be done, or a report does not hold."""
STOPPED = 130
"""Stopped from the keyboard."""
