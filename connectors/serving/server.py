"""Applications served on loopback: real HTTP on real ports, in one background thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Final, Protocol, Self

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from connectors.serving.journal import Counter, Seen
from connectors.serving.middleware import TRANSPORT

START: Final = 30.0
"""Seconds that starting may take. It takes some hundredths of one; a machine under load gets time."""
_POLL: Final = 0.005
_LAST: Final = 1.0
"""Seconds in which a request may still end when its server does."""
_DATE: Final = 1.0
"""Seconds between two readings of the clock, for the ``Date`` of answers; it has whole seconds."""


class Sandbox(Protocol):
    """A vendor's sandbox: a faithful server of its documented API, with its state in memory.

    Two attributes are optional: ``place``, the path that ``base_url`` has on the server where it is not its root; and
    ``missing()``, what is to be done before it can be served here, empty when it can.
    """

    @property
    def app(self) -> ASGIApp:
        """The application to serve."""
        ...

    def describe(self) -> Mapping[str, str | Mapping[str, str]]:
        """The keys of a side's configuration that reach it, without ``base_url``; a table such as ``fields`` too."""
        ...


class _Protocol(H11Protocol):
    """uvicorn's HTTP/1.1, which also tells an application its connection, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        # asyncio does this only for sockets that it made itself; without it, each answer waits 40 ms.
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        app = self.app

        async def connected(scope: Scope, receive: Receive, send: Send) -> None:
            extensions = {**(scope.get("extensions") or {}), TRANSPORT: {"transport": transport}}
            await app({**scope, "extensions": extensions}, receive, send)

        self.app = connected


class _Server(uvicorn.Server):
    """uvicorn's server, which ends as soon as it is told to: its own looks ten times a second, and sleeps meanwhile."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    def end(self) -> None:
        """Serve nobody any more."""
        self.should_exit = True
        self._told.set()

    async def main_loop(self) -> None:
        """Until the end; the clock is read meanwhile."""
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), _DATE)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close all. A request that hangs would hold its server: whoever still waits for an answer gets none."""
        for server in self.servers:
            server.close()
        for bound in sockets or ():
            bound.close()
        for connection in list(self.server_state.connections):
            if (transport := getattr(connection, "transport", None)) is not None:
                transport.abort()
        if self.server_state.tasks:
            _, late = await asyncio.wait(self.server_state.tasks, timeout=_LAST)
            for task in late:
                task.cancel()
        for server in self.servers:
            await server.wait_closed()


class Serving:
    """Servers that run until the end of the context. Every application has a port and a log of requests of its own."""

    def __init__(self, apps: Mapping[str, ASGIApp], *, host: str, ports: Mapping[str, int]) -> None:
        self._counters = {name: Counter(app) for name, app in apps.items()}
        self._host = host
        self._ports = ports
        self._sockets: dict[str, socket.socket] = {}
        self._addresses: dict[str, str] = {}
        self._servers: list[_Server] = []
        self._thread = threading.Thread(target=self._run, name="serving", daemon=True)
        self._end: Callable[[], object] = lambda: None
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        try:
            for name in self._counters:
                self._bind(name)
            self._servers = [self._server(name) for name in self._counters]
            self._start()
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self._thread.join()
        self._release()

    def url(self, name: str) -> str:
        """The address of an application: scheme, host and port."""
        return self._addresses[name]

    def requests(self, name: str) -> tuple[Seen, ...]:
        """The requests that an application got, in order of arrival."""
        return self._counters[name].requests()

    def forget(self, name: str) -> None:
        """Start an application's log of requests anew."""
        self._counters[name].clear()

    def _bind(self, name: str) -> None:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        wanted = self._ports.get(name, 0)
        try:
            bound = socket.create_server((self._host, wanted), family=family)
        except OSError as error:
            message = f"{name} can not listen on {self._host} port {wanted}: {error.strerror or error}"
            raise OSError(error.errno, message) from None
        self._sockets[name] = bound
        host = f"[{self._host}]" if family == socket.AF_INET6 else self._host
        self._addresses[name] = f"http://{host}:{bound.getsockname()[1]}"

    def _server(self, name: str) -> _Server:
        config = uvicorn.Config(
            self._counters[name],
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
        )
        return _Server(config)

    def _start(self) -> None:
        self._thread.start()
        waited = threading.Event()
        for _ in range(int(START / _POLL)):
            if all(server.started for server in self._servers):
                return
            if self._failure is not None:
                raise self._failure
            waited.wait(_POLL)
        raise TimeoutError(f"the servers did not start within {START:g} s")

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - told to whoever waits for the start
            self._failure = error

    async def _serve(self) -> None:
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        self._end = lambda: loop.call_soon_threadsafe(end.set)
        pairs = zip(self._servers, self._sockets.values(), strict=True)
        running = [asyncio.create_task(server.serve(sockets=[bound])) for server, bound in pairs]
        waiting = asyncio.create_task(end.wait())
        await asyncio.wait([waiting, *running], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        for server in self._servers:
            server.end()
        await asyncio.gather(*running)

    def _release(self) -> None:
        for bound in self._sockets.values():
            bound.close()


def serve(apps: Mapping[str, ASGIApp], *, host: str = "127.0.0.1", ports: Mapping[str, int] | None = None) -> Serving:
    """Serve applications by name until the end of a ``with``; those without a port in ``ports`` get a free one.

    Entering raises ``OSError`` for a port that is taken.
    """
    return Serving(apps, host=host, ports=ports or {})
