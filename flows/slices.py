"""Tasks that workers of a cluster run: `flows/cluster.py` sends them. A worker needs this checkout and its packages."""

# Annotations stay real objects here, as Prefect looks at them.

import zlib

import polars as pl
from prefect import task
from prefect.cache_policies import NO_CACHE

from data.errors import UnmetError
from reports.reading.read import Read
from reports.reading.worker import code, read_packed


class OtherCode(UnmetError):
    """A worker has other code than who asks it, and might read otherwise."""


@task(name="read", cache_policy=NO_CACHE, persist_result=False)
def read_slice(mark: str, rules: bytes, reviews: pl.DataFrame, key: str) -> Read:
    """Reads a slice by packed and compressed rules; raises OtherCode where this worker's code is not `mark`."""
    if code() != mark:
        raise OtherCode(f"a worker has other code or packages ({code()}) than are here ({mark})")
    return read_packed(zlib.decompress(rules), reviews, key)
