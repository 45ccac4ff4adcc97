"""A small vendor on loopback that fails on demand, a server of raw bytes, and ways to reach them."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.redact import Redactor
from connectors.serving import FaultMiddleware, Faults, Serving, serve
from connectors.transport import Http
from tests.connectors.kit.clock import FakeClock

SECRET = "s3cret-key/+"


class Site:
    """Tasks of a vendor: a GET lists them, a POST adds one. ``applied`` counts the POSTs that were carried out."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.applied = 0
        self.ports: list[int] = []
        self.answer: Callable[[Request], Response] | None = None
        self.app = FaultMiddleware(
            Starlette(routes=[Route("/{path:path}", self._any, methods=["GET", "POST", "PUT", "DELETE", "HEAD"])]),
            self.faults,
        )
        self.serving: Serving

    async def _any(self, request: Request) -> Response:
        self.ports.append(request.client.port)
        if request.method not in {"GET", "HEAD"}:
            self.applied += 1
        if self.answer is not None:
            return self.answer(request)
        return JSONResponse({"tasks": [{"id": 1, "title": "a title that is long enough to be cut in half"}]})

    @property
    def url(self) -> str:
        return self.serving.url("site")

    @property
    def count(self) -> int:
        return len(self.serving.requests("site"))

    def begin(self) -> None:
        """Everything as new."""
        self.faults.clear()
        self.applied = 0
        self.ports.clear()
        self.answer = None
        self.serving.forget("site")


@contextmanager
def open_site() -> Iterator[Site]:
    site = Site()
    with serve({"site": site.app}) as site.serving:
        yield site


def http(base_url: str, clock=None, **options: object) -> Http:
    """A way to a server that sleeps on a fake clock, tries thrice, and knows one secret."""
    defaults = {"limiter": None, "timeout": 5.0, "secrets": Redactor([SECRET]), "jitter": lambda: 1.0}
    return Http(side="outline", base_url=base_url, clock=clock or FakeClock(), **(defaults | options))


def get(way: Http, path: str = "/tasks", **options: object):
    return way.send("GET", path, changing=False, what="list 7", **options)


def post(way: Http, path: str = "/tasks", **options: object):
    return way.send("POST", path, json={"title": "x"}, changing=True, what='task "x"', **options)


def nobody() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@contextmanager
def raw_server(talk: Callable[[socket.socket], None], *, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that does with each connection what ``talk`` says; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    open_now: list[socket.socket] = []

    def one(connection: socket.socket) -> None:
        with (
            contextlib.suppress(OSError),
            connection,
            tls.wrap_socket(connection, server_side=True) if tls else connection as way,
        ):
            talk(way)

    def run() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                open_now.append(connection)
                threading.Thread(target=one, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in open_now:
            connection.close()
        thread.join()


def read_request(connection: socket.socket) -> bytes:
    """The bytes of one request, head and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return data
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def reply(value: object, *extra: str, status: str = "200 OK") -> bytes:
    """A complete JSON answer in bytes."""
    body = json.dumps(value).encode()
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *extra, "", ""]
    return "\r\n".join(lines).encode() + body
