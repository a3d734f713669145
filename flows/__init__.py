"""Prefect flows and the `unmet` command: the only place that knows Prefect, and the edge where errors are caught."""

import os

from flows import quiet

# Polars' allocator keeps what it was given back for a second, and a market of a million reviews then needs a fifth more
# memory; set before Polars is loaded, and overridable.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:50,muzzy_decay_ms:0")

# a flow runs in this process, in one of `unmet serve` or in a worker's: each imports this first
quiet.follow()
