"""What runs are called in Prefect's pages: by what they do and to which market, not by a path of this machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath


def of_market(verb: str) -> Callable[[], str]:
    """A flow run's name, `mine notes`, out of its parameter `market`: text from a form, a path from a flow."""

    def named() -> str:
        from prefect.runtime import flow_run

        return f"{verb} {PurePath(str(flow_run.parameters['market'])).stem}"

    return named


def of_markets(verb: str) -> Callable[[], str]:
    """The same out of `markets`: `nightly notes, tasks`, or `nightly` for all of them."""

    def named() -> str:
        from prefect.runtime import flow_run

        markets = [PurePath(str(m)).stem for m in flow_run.parameters.get("markets") or ()]
        return " ".join([verb, ", ".join(markets)]).strip()

    return named
