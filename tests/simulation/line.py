"""The way from a connector to a sandbox without a socket: what requests would send reaches the application directly."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, unquote, urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter
from starlette.types import ASGIApp

from connectors.connection import Exchange
from tests.simulation import faults
from tests.simulation.faults import PROMPT, Fault
from tests.simulation.points import Asked, Points

if TYPE_CHECKING:
    from tests.simulation.places.place import Place

_PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n"
_NEXT = ("page", "offset", "cursor", "pageNumber", "skip", "start")
"""Parameters by which a request asks for more of a list."""
Answered = tuple[int, dict[str, str], bytes]


class Quiet(BaseAdapter):
    """Carries requests of which nobody takes notice."""

    def __init__(self, app: ASGIApp, points: Points) -> None:
        super().__init__()
        self._app = app
        self._points = points
        self._exchange: Exchange | None = None

    def carrying(self, exchange: Exchange) -> Self:
        """This, for the requests of one transport."""
        self._exchange = exchange
        return self

    def send(self, request, **_options) -> requests.Response:
        """One request (of requests)."""
        return self._response(request, "", *called(self._app, request))

    def close(self) -> None:
        """Nothing to let go of."""

    def _response(
        self,
        request: requests.PreparedRequest,
        side: str,
        status: int,
        headers: dict[str, str],
        body: bytes,
        length: int | None = None,
    ) -> requests.Response:
        told = {**headers, "Content-Length": str(len(body) if length is None else length)}
        told["Date"] = format_datetime(self._points.server_time(side).replace(microsecond=0), usegmt=True)
        response = requests.Response()
        response.status_code = status
        response.raw = urllib3.HTTPResponse(
            io.BytesIO(body), headers=told, status=status, preload_content=False, request_method=request.method
        )
        response.headers = requests.structures.CaseInsensitiveDict(told)
        response.url = str(request.url)
        response.request = request
        return response


class Line(Quiet):
    """Carries the requests of one side. Nothing of an answer gets lost unless a fault says so."""

    def __init__(self, place: Place, points: Points) -> None:
        super().__init__(place.app, points)
        self._place = place
        self._side = place.name
        self._stuck: dict[str, Answered] = {}  # by path: what is told for each page

    def send(self, request, **_options) -> requests.Response:
        """One request (of requests)."""
        asked = self._asked(request)
        fault = self._points.send(self._side, asked)
        if fault is Fault.REFUSED:
            raise requests.ConnectionError(ConnectionRefusedError(111, "Connection refused"))
        assert self._exchange is not None
        self._exchange.sent = True
        if fault is Fault.RESET_BEFORE:
            raise ConnectionResetError(104, "Connection reset by peer")
        if fault in PROMPT:
            return self._response(request, self._side, *self._refusal(fault))
        if fault is Fault.REVOKED:
            self._place.revoke()
        if fault is Fault.SLOW:
            self._points.baton.sleep(12.0)
        with self._points.applying(self._side, changing=asked.changing):
            answered = self._called(request, asked, fault)
        shown = self._points.applied(self._side, asked)
        told = self._spoilt(fault, *answered)
        if fault is not Fault.SHORT and told[0] == 200 and len(told) == len(answered):
            refs = faults.refs_in(answered[2] if fault in faults.OF_MEMBERS else told[2])
            self._points.told(self._side, asked, shown, refs, fault=fault)
        if asked.changing and fault in {None, Fault.SLOW}:
            self._points.ledger.arrivals.was_answered(self._side)
        if asked.changing and fault is Fault.EMPTY:
            self._points.ledger.arrivals.was_answered_with_nothing(self._side)
        return self._response(request, self._side, *told)

    def _asked(self, request: requests.PreparedRequest) -> Asked:
        parts = urlsplit(str(request.url))
        return self._place.asked(str(request.method), parts.path, parts.query).as_sent(f"{request.method} {parts.path}")

    def _called(self, request: requests.PreparedRequest, asked: Asked, fault: Fault | None) -> Answered:
        """The application's answer; where a list is stuck, that for the page before."""
        parts = urlsplit(str(request.url))
        more = asked.listing and any(name in parse_qs(parts.query) for name in _NEXT)
        if fault is Fault.REPEATED or (more and parts.path in self._stuck):
            self._stuck.setdefault(parts.path, called(self._app, request))
            return self._stuck[parts.path]
        return called(self._app, request)

    def _refusal(self, fault: Fault) -> Answered:
        """An answer by which nothing is carried out."""
        if fault is Fault.DATED:
            later = self._points.server_time(self._side).replace(microsecond=0) + timedelta(seconds=20)
            return 429, {"Retry-After": format_datetime(later, usegmt=True)}, b""
        return _REFUSALS[fault]

    def _spoilt(self, fault: Fault | None, status: int, headers: dict[str, str], body: bytes) -> tuple:
        """An answer as a fault leaves it."""
        if fault is Fault.LATE:
            self._points.baton.sleep(30.0)
            raise requests.ReadTimeout("the read timed out")
        if fault is Fault.RESET_AFTER:
            raise ConnectionResetError(104, "Connection reset by peer")
        if fault in _FAILED:
            return _FAILED[fault], {}, b""
        if fault is Fault.EMPTY:
            return status, headers, b""  # not 200: whoever is told that what was refused is done can not know better
        if fault is Fault.OTHER_TYPE:
            return status, {**headers, "Content-Type": "application/octet-stream"}, body
        if fault is Fault.TRUNCATED:
            return status, headers, body[: len(body) // 2], max(2, len(body))
        return status, headers, faults.spoilt(fault, body) if fault is not None else body


_FAILED = {Fault.FAILED_AFTER: 500, Fault.TIMED_OUT_AFTER: 504}
_REFUSALS: dict[Fault, Answered] = {
    Fault.UNAUTHORIZED: (401, {"WWW-Authenticate": "Basic"}, b""),
    Fault.FORBIDDEN: (403, {}, b""),
    Fault.MISSING: (404, {}, b""),
    Fault.SLOW_DOWN: (429, {"Retry-After": "7"}, b""),
    Fault.SLOWER: (429, {"Retry-After": "45"}, b""),
    Fault.CLOSED: (429, {"Retry-After": "3600"}, b""),
    Fault.FAILED: (500, {}, b""),
    Fault.BAD_GATEWAY: (502, {}, b""),
    Fault.BUSY: (503, {"Retry-After": "2"}, b""),
    Fault.TIMED_OUT: (504, {}, b""),
    Fault.ELSEWHERE: (302, {"Location": "https://elsewhere.example.com/"}, b""),
    Fault.PLAIN: (301, {"Location": "http://localhost/"}, b""),
    Fault.PAGE: (200, {"Content-Type": "text/html; charset=utf-8"}, _PAGE),
}


def called(app: ASGIApp, request: requests.PreparedRequest) -> Answered:
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
