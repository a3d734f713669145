"""Gaps -> pages: the report as a document (JSON), as Markdown, on disk, and recomputed."""
