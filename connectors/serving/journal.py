"""A log of the requests that reached a server, for tests and for whoever watches a sandbox."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.serving.bodies import whole

KEPT: Final = 10_000
"""Requests that are kept, the newest: a sandbox may run for days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request as it arrived: ``query`` as sent, header names in small letters, ``at`` in monotonic seconds."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    at: float


class Counter:
    """An application that notes each request, complete with its body, before the application behind it runs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._seen: deque[Seen] = deque(maxlen=KEPT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request noted, and passed on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, again = await whole(receive)
        seen = Seen(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            body=body,
            at=asyncio.get_running_loop().time(),
        )
        with self._lock:
            self._seen.append(seen)
        await self._app(scope, again, send)

    def requests(self) -> tuple[Seen, ...]:
        """The requests so far, in order of arrival."""
        with self._lock:
            return tuple(self._seen)

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._seen.clear()
