"""The object store that a lake may lie on: an address `s3://bucket/prefix`, of any store that speaks S3's protocol.

Who asks and where stands in the environment alone, in the names that AWS's own tools use: AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION; for a store that is not AWS's, AWS_ENDPOINT_URL, and
AWS_ALLOW_HTTP=true where that one begins with http. The store has to know conditional writes (`If-None-Match`), by
which a commit of two writers goes to one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from obstore.store import S3Store

    from data.errors import UnmetError

SCHEME = "s3://"
MEND = "check the bucket and the AWS_ variables, then run again"


def is_remote(root: str) -> bool:
    """Whether a lake's address is one of an object store."""
    return root.startswith(SCHEME)


def store(address: str) -> S3Store:
    """The objects below an address."""
    from obstore.store import S3Store

    return S3Store.from_url(address)


@contextmanager
def typed(kind: type[UnmetError | OSError], place: str, what: str) -> Iterator[None]:
    """Makes an error of the store one of ours, of one line."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, OSError) as e:  # one that is not there is a FileNotFoundError
        why = next(iter(str(e).strip().splitlines()), type(e).__name__)
        raise kind(f"{place}: {what} ({why}); {MEND}") from e
