"""For every test: no network beyond this machine, no settings of whoever runs them, and the folder of real data."""

from __future__ import annotations

import os
import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from data.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "::1"})
NAMED_LOOPBACK = LOOPBACK | {"localhost"}
"""What may be looked up; where it leads is looked at again when it is connected to."""
OWN = frozenset({"UNMET_SHARED", "UNMET_GOLDEN"})
"""Variables that speak to the tests rather than to the product."""


def _guarded(real: Any) -> Any:
    def connect(sock: socket.socket, address: Any) -> Any:
        if sock.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}; tests stay on 127.0.0.1")
        return real(sock, address)

    return connect


def _is_number(host: str) -> bool:
    """Whether a host is an address in any spelling, which nobody is asked about."""
    for family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError, ValueError):
            socket.inet_pton(family, host.partition("%")[0])
            return True
    try:
        socket.inet_aton(host)
    except (OSError, ValueError):
        return False
    return True


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Ends with an AssertionError what would leave this machine, name lookups included."""
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and name not in NAMED_LOOPBACK and not _is_number(name):
            raise AssertionError(f"a test tried to look up {name}; tests stay on 127.0.0.1")
        return look_up(host, *args, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex))
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_settings() -> Iterator[None]:
    """Defaults only: neither the environment nor the checkout's unmet.toml has a say."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("UNMET_") and n not in OWN]:
            patch.delenv(name)
        patch.setitem(Settings.model_config, "toml_file", None)
        yield


@pytest.fixture
def full_disk() -> Callable[[int], AbstractContextManager[None]]:
    """Within the block no file grows beyond so many bytes, as if the disk were full then."""

    @contextmanager
    def full(size: int) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return full


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the checkout."""
    folder = Path(os.environ.get("UNMET_SHARED") or Path(__file__).parents[2] / "shared")
    if not folder.is_dir():
        pytest.skip("no shared data beside the checkout")
    return folder
