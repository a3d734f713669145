"""Prefect flows and the `unmet` command: the only place that knows Prefect, and the edge where errors are caught."""
