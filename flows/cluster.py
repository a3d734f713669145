"""Reading on a Dask cluster: slices of the reviews go to its workers, each as a Prefect task on a `DaskTaskRunner`."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl

from data.errors import UnmetError
from data.settings import SettingsError

if TYPE_CHECKING:
    from prefect_dask.task_runners import DaskTaskRunner, PrefectDaskFuture

    from reports.reading.read import Read

CONNECT_SECONDS = 15
LOOK_SECONDS = 5.0
"""How often it is looked whether there are any workers left, while a slice is awaited."""


class ClusterError(UnmetError):
    """The cluster cannot read."""


def check() -> None:
    """Raises SettingsError where no Prefect server is named: every worker would start one that nobody looks at."""
    if not os.environ.get("PREFECT_API_URL"):
        raise SettingsError("UNMET_DASK: workers report to a Prefect server; start one, and set PREFECT_API_URL to it")


@contextmanager
def readers(address: str) -> Iterator[Cluster | None]:
    """The workers of the scheduler at an address, as who reads; None without an address.

    Raises SettingsError where something is missing here, ClusterError where no cluster answers.
    """
    if not address:
        yield None
        return
    check()
    try:
        import dask
        from prefect_dask.task_runners import DaskTaskRunner
    except ModuleNotFoundError as e:
        raise SettingsError(f"UNMET_DASK: {e.name} is not installed; install the project with its extra `dask`") from e
    with (
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"}),  # slices are what there is
        DaskTaskRunner(address=address, client_kwargs={"timeout": CONNECT_SECONDS}) as runner,
    ):
        yield Cluster(runner, address)


class Cluster:
    """The workers of a cluster; `reports.reading.parallel.Elsewhere` says what is asked of them."""

    def __init__(self, runner: DaskTaskRunner, address: str) -> None:
        """Raises ClusterError where no scheduler answers, has no workers, or they do not fit."""
        self._runner = runner
        self._address = address
        try:
            runner.client.get_versions(check=True)
        except (OSError, ValueError) as e:  # nobody there; or another Python, Dask or pickle format
            raise ClusterError(f"{address}: {' '.join(str(e).split())}; mend the cluster, or unset UNMET_DASK") from e
        if not self._threads():
            raise ClusterError(f"{address}: has no workers; start some (`dask worker {address} --nthreads 1`)")

    def _threads(self) -> int:
        return sum(self._runner.client.nthreads().values())  # type: ignore[no-untyped-call]

    @property
    def processes(self) -> int:
        """How many slices are read at once: the threads of all workers there are now."""
        return max(1, self._threads())

    def read(self, rules: bytes, slices: Sequence[pl.DataFrame], key: str) -> Iterator[Read | None]:
        """What each slice says, in their order; None for one whose workers were lost, or where none is left.

        Raises ClusterError where a worker cannot read, or might read otherwise than this machine.
        """
        from flows.slices import read_slice
        from reports.reading.worker import code

        # with each slice: as a result on the cluster that slices hang on, they would draw all slices to the worker that
        # has them, and their small task would pass for the time that a slice takes
        sent = zlib.compress(rules, 1)
        due = [
            self._runner.submit(read_slice, {"mark": code(), "rules": sent, "reviews": each, "key": key})
            for each in reversed(slices)
        ]
        while due:
            yield self._result(due.pop())  # and its memory on the cluster is free

    def _result(self, future: PrefectDaskFuture[Read]) -> Read | None:
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        while True:
            try:
                return future.result(timeout=LOOK_SECONDS)
            except TimeoutError:
                if not self._threads():
                    return None
            except (KilledWorker, FutureCancelledError, OSError):  # workers died over it, or the scheduler is gone
                return None
            except Exception as e:  # whatever a task raised there is told here in one line
                why = " ".join(str(e).split()) or type(e).__name__
                raise ClusterError(f"{self._address}: {why}; bring its workers to the state of this machine") from e
