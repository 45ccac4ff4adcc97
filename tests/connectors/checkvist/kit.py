"""A sandbox on loopback, faults in front of it, and connectors to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.checkvist import MANIFEST
from connectors.checkvist.capabilities import held, words
from connectors.checkvist.connector import CheckvistConnector
from connectors.checkvist.mapping import Translator
from connectors.checkvist.sandbox import Reading, Sandbox
from connectors.checkvist.settings import CheckvistSettings
from connectors.contract import Entry, Record, SideSettings, Stored
from connectors.redact import Redactor
from connectors.serving import Fault, FaultMiddleware, Faults, Kind, Serving, serve
from connectors.task import Fields, Patch
from connectors.transport import Http

BERLIN = ZoneInfo("Europe/Berlin")


class Clock:
    """A clock that moves when somebody waits, or when a test says so."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)  # the server's Date header is the real time: what a test compares must be near it

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def settings(**more: object) -> CheckvistSettings:
    """The settings that fit a sandbox."""
    known = {"checklist": Sandbox.checklist, "username": Sandbox.username, "remote_key": Sandbox.remote_key}
    told = {name: value for name, value in {**known, **more}.items() if value is not None}
    return CheckvistSettings.model_validate(told)


def side(own: CheckvistSettings | None = None, url: str = "http://127.0.0.1", **more: object) -> SideSettings:
    """A side with these settings."""
    return SideSettings(**{"name": "outline", "own": own or settings(), "base_url": url, "timezone": BERLIN, **more})


@dataclass
class Bench:
    """A server, and what was asked of it."""

    sandbox: Sandbox
    serving: Serving
    faults: Faults
    clock: Clock = field(default_factory=Clock)
    secrets: Redactor = field(default_factory=Redactor)
    http: list[Http] = field(default_factory=list)

    def connected(self, own: CheckvistSettings | None = None, **more: object) -> CheckvistConnector:
        """A new connector, as a new process has it."""
        url = self.serving.url("it")
        http = Http(side="outline", base_url=url, clock=self.clock, limiter=None, timeout=20.0, secrets=self.secrets)
        self.http.append(http)
        return MANIFEST.factory(side(own, url, **more), self.clock, http)

    def asked(self) -> list[str]:
        """The requests since the last call, log-ins included."""
        seen = [f"{one.method} {one.path.removeprefix('/checklists/774411')}" for one in self.serving.requests("it")]
        self.serving.forget("it")
        return seen

    def fail(self, kind: Kind, method: str, **more: object) -> None:
        """The next data request of this method meets a fault."""
        self.faults.add(Fault(kind, match=lambda verb, path: verb == method and "/auth/" not in path, **more))


class Server:
    """One server for all tests of a process: each test gives it an application of its own."""

    def __init__(self, serving: Serving, switch: Switch) -> None:
        self._serving = serving
        self._switch = switch

    @contextmanager
    def __call__(self, reading: str = "", app: ASGIApp | None = None) -> Iterator[Bench]:
        """A sandbox that reads the documents in some way, or another application in its place."""
        clock, faults = Clock(), Faults()
        clock.sleep(-3600)  # the lists were made an hour ago
        sandbox = Sandbox(Reading.parse(reading), now=clock.now)
        clock.sleep(3600)
        self._switch.app = FaultMiddleware(app or sandbox.app, faults)
        self._serving.forget("it")
        made = Bench(sandbox, self._serving, faults, clock)
        try:
            yield made
        finally:
            for http in made.http:
                http.close()


class Switch:
    """An application that is another one for each test."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@contextmanager
def server() -> Iterator[Server]:
    """A server on a free port, until the end of the context."""
    switch = Switch()
    with serve({"it": switch}) as serving:
        yield Server(serving, switch)


def entries(connector: CheckvistConnector) -> dict[str, Entry]:
    """What a whole read lists."""
    (page,) = connector.changes(None)
    return {record.ref: connector.normalise(record) for record in page.records}


def created(connector: CheckvistConnector, fields: Fields) -> Stored:
    """A task made in as many steps as it takes; the last answer."""
    first, *rest = connector.split(Patch(fields), creating=True)
    stored = connector.create(first.fields, "marker")
    for step in rest:
        stored = connector.update(stored.entry, step)
    return stored


def updated(connector: CheckvistConnector, entry: Entry, fields: Fields) -> Stored:
    """A task changed in as many steps as it takes; the last answer."""
    stored = Stored(entry=entry)
    for step in connector.split(Patch(fields), creating=False):
        stored = connector.update(stored.entry, step)
    return stored


def native(**members: object) -> Mapping[str, object]:
    """An item as the document has it."""
    return {
        "id": 5,
        "checklist_id": Sandbox.checklist,
        "parent_id": 0,
        "position": 1,
        "content": "Title",
        "status": 0,
        "tasks": [],
        "tags": {},
        "due": None,
        "priority": 0,
        "assignee_ids": [],
        "updated_at": "",
        **members,
    }


def translator(**more: object) -> Translator:
    """What a side with these settings makes of its items."""
    one = side(**more)
    return Translator(held=held(one), words=words(one), checklist=774411)


def entry(partial: bool = False, /, **members: object) -> Entry:
    """An item with these members, read."""
    return translator().entry(Record(ref="5", raw_hash="h", native=native(**members)), partial=partial)
