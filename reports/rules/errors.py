"""What is wrong with the rules."""

from __future__ import annotations

from data.errors import UnmetError


class RulesError(UnmetError):
    """A rules file says something we cannot act on."""
