"""A small HTTP server that the vendors' servers of these tests stand on: plain ``http.server``, none of our own code.

They are written from the vendors' documents alone, by another hand than the sandboxes. What the documents leave open is
a reading, drawn from a seed, so that a campaign sees many. People's edits are plain calls of methods.
"""

from __future__ import annotations

import json
import random
import re
import socket
import struct
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Literal, Self, TypeAlias, get_args, get_type_hints
from urllib.parse import parse_qsl, urlsplit

Json: TypeAlias = Any
JSON = {"Content-Type": "application/json; charset=utf-8"}
RESET: Literal["reset"] = "reset"
READS = {"GET", "PROPFIND", "REPORT"}


class Refuse(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, body: Json = None, **headers: str) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = {name.replace("_", "-"): text for name, text in headers.items()}


def changes(method: str, path: str) -> bool:
    """Whether a request changes something. A log-in does not."""
    return method not in READS and "auth/" not in path


@dataclass(frozen=True, slots=True)
class Call:
    """A request as the server sees it."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    headers: Message

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return changes(self.method, self.path)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers, a body; ``stream`` gives it piece by piece instead."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = tuple(JSON.items())
    stream: Callable[[], Iterator[bytes]] | None = None


Fault: TypeAlias = Callable[[str, Call], Answer | Literal["reset"] | None]
"""Asked twice for each request, ``before`` and ``after`` it is applied: an answer in place of the API's, a connection
that is reset, or None for no fault."""


class Reading:
    """What a vendor's documents leave open, as frozen dataclasses of ``Literal`` members."""

    @classmethod
    def choices(cls) -> dict[str, tuple[Json, ...]]:
        """The members and their values."""
        hints = get_type_hints(cls)
        return {one.name: get_args(hints[one.name]) for one in fields(cls)}  # type: ignore[arg-type]

    @classmethod
    def drawn(cls, seed: int, **fixed: Json) -> Self:
        """One reading, with ``fixed`` members. Seeds in a row go through the values of every other member in turn."""
        draw = random.Random(f"{cls.__name__} of these tests")
        found = {name: values[(draw.randrange(60) + seed) % len(values)] for name, values in cls.choices().items()}
        return cls(**found | fixed)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    disable_nagle_algorithm = True  # else each answer, sent in two parts, waits 40 ms for the first to be acknowledged
    stranger: ClassVar[Stranger]

    def _any(self) -> None:
        self.stranger.serve(self)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815 - the names that the library calls
    do_PROPFIND = do_REPORT = _any  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that was killed, or whose connection we reset, is no error; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError | ValueError | OSError):
            super().handle_error(*_)


class Stranger:
    """A vendor's server on loopback. ``log`` holds every request; ``fault`` may answer in place of the API."""

    def __init__(self, seed: int = 0) -> None:
        self.draw = random.Random(seed)
        self.lock = threading.RLock()
        self.log: list[tuple[str, str]] = []
        self.fault: Fault | None = None
        self.broken: list[str] = []
        self._http = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"stranger": self}))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        """Serve nobody any more; the address is free."""
        self._http.shutdown()
        self.close()

    def close(self) -> None:
        """Give the address back, where nothing was served."""
        self._http.server_close()

    def __exit__(self, *_: object) -> None:
        self.stop()
        assert self.broken == [], self.broken

    def answer(self, call: Call) -> tuple[int, Json]:
        """The API: a status and what is encoded as JSON (None: an empty body). Raises ``Refuse``."""
        raise NotImplementedError

    def headers(self, call: Call) -> dict[str, str]:  # noqa: ARG002 - for those who send any
        """What a success says beside its body."""
        return {}

    @property
    def url(self) -> str:
        """Scheme, host, port."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def writes(self) -> int:
        """Requests so far that change something."""
        return sum(1 for method, path in self.log if changes(method, path))

    @property
    def counts(self) -> Counter[str]:
        """Requests so far: method and last part of the path."""
        return Counter(f"{method} {re.sub(r'[0-9]+', 'N', path)}" for method, path in self.log)

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        announced = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(announced)
        if len(body) < announced:
            _reset(handler)  # its sender died in the middle of it: nothing is applied
            return
        split = urlsplit(handler.path)
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        call = Call(handler.command, split.path, query, body, handler.headers)
        with self.lock:
            self.log.append((call.method, call.path))
        answer: Answer | Literal["reset"] | None = self.fault("before", call) if self.fault is not None else None
        if answer is None:
            answer = self._applied(call)
            answer = (self.fault("after", call) if self.fault is not None else None) or answer
        if isinstance(answer, Answer):
            self._send(handler, answer)
        else:
            _reset(handler)

    def _applied(self, call: Call) -> Answer:
        try:
            with self.lock:
                status, found = self.answer(call)
                headers = {**JSON, **self.headers(call)}
        except Refuse as refused:
            status, found, headers = refused.status, refused.body, JSON | refused.headers
        except Exception as error:
            self.broken.append(f"{call.method} {call.path}: {error!r}")
            raise
        raw = b"" if found is None else json.dumps(found).encode()
        return Answer(status, raw, tuple(headers.items()))

    @staticmethod
    def _send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        handler.send_response(answer.status)
        headers = dict(answer.headers)
        headers.setdefault("Content-Length", str(len(answer.body)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        for piece in answer.stream() if answer.stream is not None else (answer.body,):
            handler.wfile.write(piece)
        if int(headers["Content-Length"]) != len(answer.body):
            handler.close_connection = True


def _reset(handler: BaseHTTPRequestHandler) -> None:
    """End a connection as a crash does: not with a goodbye, but with a reset."""
    handler.close_connection = True
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.shutdown(socket.SHUT_RD)
    handler.connection.close()


def nested(pairs: list[tuple[str, str]]) -> dict[str, Json]:
    """``task[content]=x`` as ``{"task": {"content": "x"}}``, ``task[ids][]=1`` as a list."""
    found: dict[str, Json] = {}
    for name, value in pairs:
        keys = re.findall(r"[^\[\]]+", name)
        at = found
        for key in keys[:-1]:
            at = at.setdefault(key, {})
        if name.endswith("[]"):
            at.setdefault(keys[-1], []).append(value)
        else:
            at[keys[-1]] = value
    return found
