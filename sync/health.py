"""The service's answers over HTTP: is it alive, is it ready, and its figures.

=============  ===================================================================================================
``/healthz``   200 while all work moves, else 503: a restart would help
``/readyz``    200 while it is started, its store answers and no group's last cycle is too old, else 503
``/metrics``   the figures, as Prometheus reads them
=============  ===================================================================================================

It tells names of the configuration and no secret; nothing can be changed by it. By default only this machine can ask.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Lock, Thread
from typing import Final

from connectors.contract import Clock
from connectors.task import JsonValue
from sync.events import Log
from sync.heartbeat import Heartbeat
from sync.observing import Observer, Phase
from sync.report import GroupReport

log = Log(__name__)

INTERVALS: Final = 3
"""How many intervals old a group's last cycle may be: one runs, one was merged into it, one is late."""
SHORTEST: Final = 60.0
"""Seconds that a group with a short interval has in any case: reads alone may take that long."""
PATIENCE: Final = 5.0  # seconds that whoever asks has to ask
ASKING: Final = 16  # who may ask at once
JSON: Final = "application/json"


class CannotListen(Exception):
    """The address of health and metrics cannot be had: ``message`` says why, ``hint`` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: a status, a body, and of what type it is."""

    status: HTTPStatus
    body: bytes
    type: str = JSON


@dataclass(slots=True)
class Health(Observer):
    """Knows how the service stands. ``interval``: of a group, in seconds; ``probe`` raises where the store fails."""

    clock: Clock
    heartbeat: Heartbeat
    interval: Callable[[str], float]
    probe: Callable[[], object]
    _phase: Phase = Phase.STARTING
    _heard: dict[str, datetime] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def phase_changed(self, phase: Phase, why: str = "") -> None:
        """See :class:`Observer`."""
        del why
        self._phase = phase

    def group_scheduled(self, group: str, due: datetime) -> None:
        """See :class:`Observer`. A group that is new has its time from now on."""
        del due
        with self._lock:
            self._heard.setdefault(group, self.clock.now())

    def group_removed(self, group: str) -> None:
        """See :class:`Observer`."""
        with self._lock:
            self._heard.pop(group, None)

    def cycle_finished(self, group: str, report: GroupReport) -> None:
        """See :class:`Observer`."""
        del report
        with self._lock:
            self._heard[group] = self.clock.now()

    def alive(self) -> Answer:
        """Whether all work moves."""
        hung = {work: round(seconds, 1) for work, seconds in self.heartbeat.overdue().items()}
        return _answer(not hung, {"alive": not hung, "hung": {name: hung[name] for name in sorted(hung)}})

    def ready(self) -> Answer:
        """Whether it does what it is for."""
        why = [*self._not_started(), *self._no_store(), *self._too_old()]
        return _answer(not why, {"ready": not why, "why": list[JsonValue](why)})

    def _not_started(self) -> list[str]:
        return [] if self._phase in {Phase.READY, Phase.RELOADING} else [f"the service is {self._phase.value}"]

    def _no_store(self) -> list[str]:
        try:
            self.probe()
        except Exception as error:  # noqa: BLE001 - whatever it is, the store does not answer
            log.warning("health.store_failed", why=str(error))
            return ["the store does not answer: see the log"]
        return []

    def _too_old(self) -> list[str]:
        now = self.clock.now()
        with self._lock:
            heard = dict(self._heard)
        ages = {group: (now - last).total_seconds() for group, last in heard.items()}
        return [
            f"the last cycle of {group} ended {round(age)} s ago"
            for group, age in sorted(ages.items())
            if age > max(SHORTEST, INTERVALS * self.interval(group))
        ]


def _answer(good: bool, document: dict[str, JsonValue]) -> Answer:  # noqa: FBT001 - the one thing that it is about
    status = HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
    return Answer(status, json.dumps(document, ensure_ascii=False).encode() + b"\n")


@contextmanager
def answering(
    host: str, port: int, health: Health, figures: Callable[[], bytes], *, figures_type: str
) -> Iterator[str]:
    """Within, all questions are answered; gives the address, ``http://HOST:PORT``. Raises ``CannotListen``."""
    pages: dict[str, Callable[[], Answer]] = {
        "/healthz": health.alive,
        "/readyz": health.ready,
        "/metrics": lambda: Answer(HTTPStatus.OK, figures(), figures_type),
    }
    server = _bound(host, port, pages)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, name="health", daemon=True)
    thread.start()
    log.info("health.listening", address=address)
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _bound(host: str, port: int, pages: dict[str, Callable[[], Answer]]) -> _Server:
    try:
        (family, _, _, _, _), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return _Server(host, port, family, pages)
    except OSError as error:
        why = error.strerror or str(error)
        raise CannotListen(
            f"health and metrics can not be served at {host} port {port}: {why}",
            'write another address in [service] listen, or "" for none',
        ) from error


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(
        self, host: str, port: int, family: socket.AddressFamily, pages: dict[str, Callable[[], Answer]]
    ) -> None:
        self.address_family = family
        self.pages = pages
        self.room = BoundedSemaphore(ASKING)
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Without asking for the host's name, which may take long."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = PATIENCE
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """One question."""
        if not self.server.room.acquire(blocking=False):
            self._send(Answer(HTTPStatus.SERVICE_UNAVAILABLE, b"busy\n", "text/plain"))
            return
        try:
            page = self.server.pages.get(self.path.partition("?")[0])
            self._send(page() if page is not None else Answer(HTTPStatus.NOT_FOUND, b"not here\n", "text/plain"))
        finally:
            self.server.room.release()

    def do_HEAD(self) -> None:
        """The same without the body."""
        self.do_GET()

    def _send(self, answer: Answer) -> None:
        self.close_connection = True
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def version_string(self) -> str:
        """No versions to strangers."""
        return "tasksync"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that is overridden
        """Each question, at level debug."""
        log.debug("health.asked", what=format % args)


def main(arguments: list[str]) -> int:
    """Ask an address: 0 for a good answer, 1 for another, or none. ``python -m sync.health URL``, for containers."""
    from urllib.error import URLError
    from urllib.request import urlopen

    address = arguments[0] if arguments else "http://127.0.0.1:9464/healthz"
    if not address.startswith("http://"):
        return 1
    try:
        with urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310 - http, as was just seen
            return 0 if answer.status == HTTPStatus.OK else 1
    except (URLError, OSError):
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
