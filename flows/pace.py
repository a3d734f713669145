"""One pace at a host over all processes and machines that collect by one Prefect server.

Each host has a global concurrency limit of one slot, named `unmet HOST`. A slot is held while a request is made and
through the pause after it. Limits with slot decay would count the pause from when a slot was granted, and not from the
end of the request; nor would they wait as long as a busy site asks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from data.settings import SettingsError
from scrapers._errors import Unreachable
from scrapers._pace import Shared

LEASE_SECONDS = 60
"""A slot is free again so long after its process died; a process that lives renews it."""


def check() -> None:
    """Raises SettingsError where no server is named: each process would start its own, and keep its own pace."""
    if not os.environ.get("PREFECT_API_URL"):
        raise SettingsError(
            "UNMET_SHARED_PACE: one Prefect server has to hold the pace; start one, and set PREFECT_API_URL to it"
        )


def shared() -> Shared:
    """How a turn at a host is one among all; raises SettingsError where no server is named."""
    check()
    known: set[str] = set()

    @contextmanager
    def turn(host: str) -> Iterator[None]:
        from prefect.client.orchestration import get_client
        from prefect.concurrency.sync import concurrency
        from prefect.exceptions import ObjectAlreadyExists

        name = f"unmet {host.rpartition('@')[2].lower()}"
        try:
            if name not in known:
                with get_client(sync_client=True) as client, suppress(ObjectAlreadyExists):  # another was first
                    client.upsert_global_concurrency_limit_by_name(name, 1)
                known.add(name)
            # strict: without its limit, a host would be asked at any pace
            with concurrency(name, lease_duration=LEASE_SECONDS, strict=True, raise_on_lease_renewal_failure=False):
                yield
        except Exception as e:  # whatever Prefect raises of a server that is away: nothing was asked of the host
            raise Unreachable(f"{host}: the Prefect server does not say whose turn it is ({type(e).__name__})") from e

    return turn
