"""A report's gaps and coverage as rows for Prefect's table artifacts, whose history its pages show under one key."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
Rows = list[dict[str, Any]]


def gaps(document: Document) -> Rows:
    """One row a gap, in the report's order; shares and scores as the report has them."""
    names = {c["slug"]: c["name"] for c in document["competitors"]}
    return [
        {
            "place": gap["place"],
            "customers need to": gap["need"],
            "fails at": ", ".join(names.get(slug, slug) for slug in gap["failing"]),
            "complaints": gap["complaints"],
            "wishes": gap["wishes"],
            "opportunity": gap["opportunity"]["score"],
            "low": gap["opportunity"]["low"],
            "high": gap["opportunity"]["high"],
            "trend": gap["momentum"]["verdict"] if gap["momentum"] else "",
            "evidence": gap["grade"],
            "kind": gap["kind"],
        }
        for gap in document["gaps"]
    ]


def coverage(document: Document) -> Rows:
    """One row a listing: what is held of it, and how its last visit went."""
    names = {c["slug"]: c["name"] for c in document["competitors"]}
    return [
        {
            "competitor": names.get(row["competitor"], row["competitor"]),
            "listing": row["listing"],
            "held": row["held"],
            "in window": row["in_window"],
            "read": row["read"],
            "oldest": row["oldest"] or "",
            "newest": row["newest"] or "",
            "visited": row["visit"]["date"] if row["visit"] else "never",
            "outcome": row["visit"]["outcome"] if row["visit"] else "",
            "whole": bool(row["visit"] and row["visit"]["complete"]),
            "detail": (row["visit"]["detail"] or "") if row["visit"] else "",
        }
        for row in document["coverage"]
    ]
