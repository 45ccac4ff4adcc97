"""Connections that know what requests does not tell: whether a byte of the request left, and when time is up.

Whether a byte left decides if a changing request can have been applied. The end matters because the time limit of a
socket starts anew with each byte: a server that drips would hold a side for ever.
"""

from __future__ import annotations

import http.client
import io
import socket
import threading
from collections.abc import Callable
from typing import Final, cast

from requests import Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from connectors.answers import Subject
from connectors.errors import ContractBroken

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a decoded body that are taken: some 60,000 tasks of 1 KiB in one list. More is no list but a fault."""
_CHUNK: Final = 64 * 1024
POOL: Final = 8
"""Connections kept open to one server: a side's reads, and the writes that are under way at once."""


class Exchange(threading.local):
    """The exchange that this thread has under way: whether a byte of it was handed over, and when it must be over."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._patience = 0.0
        self._end = 0.0
        self.sent = False

    def begin(self, seconds: float) -> None:
        """A new request; its answer must begin within this time once the connection stands."""
        self._patience = seconds
        self.connected()

    def connected(self) -> None:
        """Nothing of the request was sent yet; the time runs from here."""
        self.sent = False
        self.extend(self._patience)

    def extend(self, seconds: float) -> None:
        """From now on this much time is left."""
        self._end = self._monotonic() + seconds

    def left(self) -> float:
        """Seconds that the next byte may take. Raises ``TimeoutError`` when the time for the whole is up."""
        left = self._end - self._monotonic()
        if left <= 0:
            raise TimeoutError("the time for this answer is up")
        return min(left, self._patience)


class _Bounded(io.RawIOBase):
    """The bytes of a socket, none waited for longer than is left; ``ended`` once the other end has no more."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, exchange: Exchange) -> None:
        self._raw = raw
        self._sock = sock
        self._exchange = exchange
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int | None:  # type: ignore[override]  # RawIOBase says: any buffer
        self._sock.settimeout(self._exchange.left())
        size = self._raw.readinto(buffer)
        self.ended = size == 0
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """An answer whose head must be complete: http.client takes one that breaks off for one without further headers."""

    source: _Bounded

    def begin(self) -> None:
        super().begin()
        if self.source.ended:
            raise http.client.RemoteDisconnected("the head of the answer breaks off")


class _Watched:
    """What a connection of ours adds to urllib3's."""

    exchange: Exchange

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc]  # of the connection that this is mixed into
        finally:
            # What a proxy was sent to open a tunnel is no byte of the request.
            self.exchange.connected()

    def send(self, data: object) -> None:
        connection = cast("HTTPConnection", self)
        if connection.sock is None:
            connection.connect()
        self.exchange.sent = True
        super().send(data)  # type: ignore[misc]

    def response_class(self, sock: socket.socket, *args: object, **options: object) -> http.client.HTTPResponse:
        response = _Response(sock, *args, **options)  # type: ignore[arg-type]
        response.source = _Bounded(response.fp.detach(), sock, self.exchange)
        response.fp = io.BufferedReader(response.source)
        return response


class _Plain(_Watched, HTTPConnection):  # type: ignore[misc]  # response_class is a method here, an attribute there
    pass


class _Secure(_Watched, HTTPSConnection):  # type: ignore[misc]
    pass


class Adapter(HTTPAdapter):
    """The adapter of requests with our connections in its pools, which fill in ``exchange``.

    It is used without a session: that would read the body of a redirect without bounds, keep cookies, and take
    credentials out of the environment.
    """

    def __init__(self, exchange: Exchange) -> None:
        plain = type("_ExchangePlain", (_Plain,), {"exchange": exchange})
        secure = type("_ExchangeSecure", (_Secure,), {"exchange": exchange})
        self._pools = {
            "http": type("_PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("_SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
        super().__init__(pool_connections=1, pool_maxsize=POOL, max_retries=0)

    def init_poolmanager(  # noqa: D102 - of requests
        self,
        connections: int,
        maxsize: int,
        block: bool = False,  # noqa: FBT001, FBT002 - of requests
        **options: object,
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: object) -> ProxyManager:  # noqa: D102 - of requests
        manager: ProxyManager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


def body_of(response: Response, subject: Subject) -> bytes:
    """The whole body, decoded. Never holds more than ``LARGEST`` and one chunk, whatever the server packed into it."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        message = f"{subject}: the answer is packed as {encoding[:40]!r}, which was not asked for"
        raise ContractBroken(message, applied=subject.lost)
    parts: list[bytes] = []
    size = 0
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        parts.append(chunk)
        size += len(chunk)
        if size > LARGEST:
            message = f"{subject}: the answer is larger than {LARGEST >> 20} MiB"
            raise ContractBroken(message, hint="is it the right list?", applied=subject.lost)
    return b"".join(parts)
