"""Faults carried out: an application between the server and the vendor's application."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterable
from itertools import count, repeat
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.serving.bodies import Reply, answer, replied, whole
from connectors.serving.faults import Fault, Faults, Kind

TRANSPORT: Final = "tasksync.transport"
"""The extension of a request's scope under which the server gives the connection's transport."""
_PAGE: Final = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n"
_NOW: Final = struct.pack("ii", 1, 0)
"""Linger for no time at all: closing then tells the other end "connection reset" instead of "that was all"."""
_FIRST: Final = frozenset({Kind.RESET_AFTER, Kind.TRUNCATED, Kind.CUT_JSON, Kind.WRONG_TYPE, Kind.EMPTY, Kind.DRIP})
"""Kinds that let the application run first."""
_BLANKS: Final = b" " * (1 << 16)
_LENGTH: Final = b"content-length"
_TYPE: Final = b"content-type"


class FaultMiddleware:
    """An application that asks a script of faults about each request. Serve it by :func:`connectors.serving.serve`."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request passed on, or what strikes it."""
        fault = self._faults.take(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, send)
            return
        _, again = await whole(receive)
        if fault.kind is Kind.SLOW:
            if not await _left(receive, fault.seconds):
                await self._app(scope, again, send)
            return
        first = fault.kind in _FIRST or fault.applied
        reply = await replied(self._app, scope, again) if first else Reply()
        await _strike(fault, reply, scope, receive, send)


async def _strike(fault: Fault, reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    match fault.kind:
        case Kind.STATUS:
            headers = [
                (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in fault.headers.items()
            ]
            await answer(send, fault.status, headers, fault.body)
        case Kind.HTML:
            await answer(send, 200, [(_TYPE, b"text/html; charset=utf-8")], _PAGE)
        case Kind.EMPTY:
            await answer(send, 200, reply.without(_LENGTH), b"")
        case Kind.WRONG_TYPE:
            headers = [*reply.without(_LENGTH, _TYPE), (_TYPE, b"application/octet-stream")]
            await answer(send, reply.status, headers, reply.body)
        case Kind.CUT_JSON:
            await answer(send, reply.status, reply.without(_LENGTH), reply.body[: len(reply.body) // 2])
        case Kind.TRUNCATED:
            length = max(2, len(reply.body))
            await answer(send, reply.status, reply.without(_LENGTH), reply.body[: length // 2], length=length)
            _transport(scope).close()
            await _left(receive, None)
        case Kind.HANG:
            await _left(receive, None)
        case Kind.DRIP:
            await _begin(send, reply.status, reply.without(_LENGTH), len(reply.body))
            await _poured(send, receive, (reply.body[place : place + 1] for place in count()), fault.seconds)
        case Kind.ENDLESS:
            await _begin(send, 200, [(_TYPE, b"application/json")], fault.size)
            await _poured(send, receive, repeat(_BLANKS, fault.size // len(_BLANKS)), 0.0)
        case _:
            _reset(scope)
            await _left(receive, None)


async def _begin(send: Send, status: int, headers: list[tuple[bytes, bytes]], length: int) -> None:
    start = [*headers, (_LENGTH, str(length).encode())]
    await send({"type": "http.response.start", "status": status, "headers": start})


async def _poured(send: Send, receive: Receive, parts: Iterable[bytes], seconds: float) -> None:
    """Send parts, each after a pause, until there are no more or nobody listens."""
    for part in parts:
        if not part or await _left(receive, seconds):
            break
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _transport(scope: Scope) -> asyncio.Transport:
    extensions = scope.get("extensions") or {}
    if TRANSPORT not in extensions:
        raise RuntimeError("this server does not give its connections to applications: use connectors.serving.serve")
    transport: asyncio.Transport = extensions[TRANSPORT]["transport"]
    return transport


def _reset(scope: Scope) -> None:
    transport = _transport(scope)
    sock: socket.socket = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NOW)
    transport.abort()


async def _left(receive: Receive, seconds: float | None) -> bool:
    """Wait until the connection is gone, at most so many seconds; whether it is."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True
