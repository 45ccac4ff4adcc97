"""The way from a connector to a sandbox without a socket: what requests would send reaches the application directly."""

from __future__ import annotations

import io
from collections.abc import Callable
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import orjson
import requests
import urllib3
from requests.adapters import BaseAdapter
from starlette.types import ASGIApp

from connectors.connection import Exchange
from tests.simulation.steps import Fault, Points

_PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n"


class Line(BaseAdapter):
    """Carries the requests of one side. Nothing of an answer gets lost unless a fault says so."""

    def __init__(self, exchange: Exchange, app: ASGIApp, side: str, points: Points) -> None:
        super().__init__()
        self._exchange = exchange
        self._app = app
        self._side = side
        self._points = points

    def send(self, request, **_options) -> requests.Response:
        """One request (of requests)."""
        listing = request.method == "GET" and self._is_listing(request)
        changing = request.method != "GET" and "/auth/" not in request.url
        path = urlsplit(request.url).path
        fault = self._points.send(self._side, f"{request.method} {path}", changing=changing, listing=listing)
        if fault is Fault.REFUSED:
            raise requests.ConnectionError(ConnectionRefusedError(111, "Connection refused"))
        self._exchange.sent = True
        if fault is Fault.RESET_BEFORE:
            raise ConnectionResetError(104, "Connection reset by peer")
        if fault is not None and (early := _REFUSALS.get(fault)):
            return self._response(request, *early)
        with self._points.applying(self._side, changing=changing):
            status, headers, body = called(self._app, request)
        fault = self._points.applied(self._side, f"{status}", fault, changing=changing, listing=listing)
        return self._response(request, *_spoilt(fault, status, headers, body))

    def close(self) -> None:
        """Nothing to let go of."""

    def _is_listing(self, request: requests.PreparedRequest) -> bool:
        path = urlsplit(request.url).path
        return str(path).endswith(("/tasks.json", "/actions.json"))

    def _response(
        self,
        request: requests.PreparedRequest,
        status: int,
        headers: dict[str, str],
        body: bytes,
        length: int | None = None,
    ) -> requests.Response:
        told = {**headers, "Content-Length": str(len(body) if length is None else length)}
        told["Date"] = format_datetime(self._points.server_time(self._side).replace(microsecond=0), usegmt=True)
        response = requests.Response()
        response.status_code = status
        response.raw = urllib3.HTTPResponse(
            io.BytesIO(body), headers=told, status=status, preload_content=False, request_method=request.method
        )
        response.headers = requests.structures.CaseInsensitiveDict(told)
        response.url = str(request.url)
        response.request = request
        return response


_REFUSALS: dict[Fault, tuple[int, dict[str, str], bytes]] = {
    Fault.SLOW_DOWN: (429, {"Retry-After": "7"}, b""),
    Fault.SLOWER: (429, {"Retry-After": "45"}, b""),
    Fault.CLOSED: (429, {"Retry-After": "3600"}, b""),
    Fault.FAILED: (500, {}, b""),
    Fault.BAD_GATEWAY: (502, {}, b""),
    Fault.BUSY: (503, {"Retry-After": "2"}, b""),
    Fault.PAGE: (200, {"Content-Type": "text/html; charset=utf-8"}, _PAGE),
}


def _spoilt(fault: Fault | None, status: int, headers: dict[str, str], body: bytes) -> tuple:
    """An answer as a fault leaves it."""
    match fault:
        case Fault.RESET_AFTER:
            raise ConnectionResetError(104, "Connection reset by peer")
        case Fault.FAILED_AFTER:
            return 500, {}, b""
        case Fault.TRUNCATED:
            return status, headers, body[: len(body) // 2], max(2, len(body))
        case Fault.EMPTY:
            return 200, headers, b""
        case Fault.HALF:
            return status, headers, _cut(body, keep=0.5)
        case Fault.NOTHING:
            return status, headers, _cut(body, keep=0.0)
        case _:
            return status, headers, body


def _cut(body: bytes, *, keep: float) -> bytes:
    """A listing that lacks some of what there is."""
    told = orjson.loads(body)
    if isinstance(told, dict):
        return orjson.dumps({name: part[: int(len(part) * keep)] for name, part in told.items()})
    return orjson.dumps(told[: int(len(told) * keep)])


def called(app: ASGIApp, request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
    """What an application answers. It waits for nothing, so that it needs no loop."""
    parts = urlsplit(str(request.url))
    body = request.body if isinstance(request.body, bytes) else (request.body or "").encode()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "root_path": "",
        "query_string": parts.query.encode(),
        "headers": [(b"host", parts.netloc.encode()), *_pairs(request.headers)],
        "client": ("127.0.0.1", 1),
        "server": (parts.hostname, 80),
    }
    start: dict = {}
    answered: list[bytes] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            answered.append(message.get("body", b""))

    _run(lambda: app(scope, receive, send))
    headers = {name.decode().title(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, b"".join(answered)


def _pairs(headers) -> list[tuple[bytes, bytes]]:
    return [(str(name).lower().encode(), str(value).encode("latin-1")) for name, value in headers.items()]


def _run(make: Callable) -> None:
    coroutine = make()
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("this application waits for something: it can not be called without a loop")
