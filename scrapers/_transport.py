"""The sockets under the client, with a deadline for each whole request, and to public hosts only.

A timeout is for one wait, and a site that sends a byte of its headers every few seconds never lets one pass. Here every
wait of a request, from connecting to the last byte of its answer, ends at the request's deadline as well.

A host is looked up once, here: the address that was judged (`_public.py`) is the address that is connected to, while
TLS and the Host header go on naming the host. Proxies of the environment are not used, so nobody else looks it up anew.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping

import httpcore
import httpx

from scrapers._public import Resolver, addresses, resolve

FAILURES = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)
"""What may go wrong between two machines; a deadline that has passed is a timeout too."""
NO_ADDRESS = (httpx.InvalidURL, httpcore.UnsupportedProtocol, UnicodeError)
"""What comes of an address that cannot be asked."""


class Transport(httpx.BaseTransport):
    """Sends requests as httpx's own transport does; a request may have its deadline, in seconds of the monotonic clock,
    among its extensions.

    `connect_to` names hosts (host -> address:port) that are asked elsewhere, over plain HTTP, with the Host header they
    had: wherever whoever set it wants, inside a network too. All other hosts must be public unless `allow_private`.
    Requests on different threads do not mind each other's deadlines.
    """

    def __init__(
        self,
        connect_to: Mapping[str, str] | None = None,
        *,
        allow_private: bool = False,
        verify: bool = True,
        resolver: Resolver = resolve,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._connect_to = connect_to or {}
        self._until = _Until()
        context = context or httpx.create_ssl_context(verify=verify)

        def pool(resolver: Resolver | None) -> httpcore.ConnectionPool:
            return httpcore.ConnectionPool(
                ssl_context=context,
                max_connections=100,
                max_keepalive_connections=20,
                keepalive_expiry=5.0,
                network_backend=_Backend(self._until, resolver),
            )

        # two, so that no connection made for a host of `connect_to` is ever used for an address in a page
        self._named = pool(None)
        self._pool = self._named if allow_private else pool(resolver)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, of which only the headers are there yet; raises NotPublic or one of FAILURES or NO_ADDRESS."""
        scheme, host, port = request.url.raw_scheme, request.url.raw_host, request.url.port
        pool = self._pool
        target = self._connect_to.get(request.url.host)
        if target:
            pool = self._named
            name, _, number = target.rpartition(":")
            scheme, host, port = b"http", name.strip("[]").encode("ascii"), int(number)
        self._until.moment = request.extensions.get("deadline")
        answer = pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=scheme, host=host, port=port, target=request.url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        """Closes the connections."""
        self._named.close()
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """An answer's body in the form that httpx wants."""

    def __init__(self, stream: object) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        if not isinstance(self._stream, Iterable):
            raise AssertionError("httpcore's answers to a client that does not await are iterable")
        yield from self._stream

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()


class _Until(threading.local):
    """When the request of this thread has to be done; one thread does one request at a time."""

    moment: float | None = None

    def left(self, timeout: float | None) -> float | None:
        """How long the next wait may be, of at most `timeout` seconds; raises a timeout when there is no time left."""
        if self.moment is None:
            return timeout
        left = self.moment - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline has passed")
        return left if timeout is None else min(left, timeout)


class _Backend(httpcore.NetworkBackend):
    """Connects, to public hosts only where it has a resolver, and hands out streams that know of the deadline."""

    def __init__(self, until: _Until, resolver: Resolver | None) -> None:
        self._inner = httpcore.SyncBackend()
        self._until = until
        self._resolver = resolver

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            where = [host] if self._resolver is None else addresses(host, port, self._resolver)
        except OSError as e:
            raise httpcore.ConnectError(str(e)) from e
        for left, address in zip(reversed(range(len(where))), where, strict=True):
            try:
                wait = self._until.left(timeout)
                stream = self._inner.connect_tcp(address, port, wait, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not left:
                    raise
            else:
                return _Stream(stream, self._until)
        raise AssertionError("a host without an address was refused")


class _Stream(httpcore.NetworkStream):
    """A connection, each wait on which ends at the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, until: _Until) -> None:
        self._inner = inner
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._until.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._until.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._until.left(timeout))
        return _Stream(inner, self._until)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)
