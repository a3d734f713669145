"""Nouns at rest: reviews, markets, visits, the lake and the page archive. Imports nothing of ours."""
