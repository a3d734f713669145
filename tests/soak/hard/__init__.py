"""Nights that go wrong: runs that are killed, sites that misbehave, two at once, and a hundred nights on end."""
