"""A sandbox behind real HTTP with a connector to it, for one test."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from connectors.contract import Clock, Entry, Record, SideSettings, Stored
from connectors.opus2.connector import Opus2Connector
from connectors.opus2.sandbox import Reading, Sandbox
from connectors.opus2.settings import Opus2Settings
from connectors.redact import Redactor
from connectors.serving import Fault, FaultMiddleware, Faults, Kind, Seen, Serving, serve
from connectors.task import Field, Fields, Patch, Ref, Status
from connectors.transport import Http

LONDON = ZoneInfo("Europe/London")
NOT_DRAWN = {"paging": {"cut"}, "access": {"read"}, "rate": {"50"}, "after": {"uploads"}, "clear": {"ignored"}}
"""What keeps a side from working, or from working as people want it: tried by itself."""


def drawn(seed: int) -> str:
    """A way to read the article, each switch at random; as many seeds in a row as it has values see them all."""
    switches: list[str] = []
    for name, values in Reading.choices().items():
        usable = [one for one in values if one not in NOT_DRAWN.get(name, ())]
        random.Random(f"{name} {seed // len(usable)}").shuffle(usable)
        switches.append(f"{name}={usable[seed % len(usable)]}")
    return ",".join(switches)


class Unhurried(Clock):
    """A clock on which waiting takes no time: it jumps."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._ahead)

    def monotonic(self) -> float:
        return monotonic() + self._ahead

    def sleep(self, seconds: float) -> None:
        self._ahead += seconds


def side(
    sandbox: Sandbox,
    statuses: Mapping[str, Status] | None = None,
    fields: Mapping[Field, bool | str] | None = None,
    **own: object,
) -> SideSettings:
    """A side's settings that fit a sandbox; None takes one of its keys away."""
    told = {**sandbox.describe(), **own}
    named = told.pop("fields")
    return SideSettings(
        name="matter",
        own=Opus2Settings.model_validate({key: value for key, value in told.items() if value is not None}),
        base_url="https://tenant.example.com",
        timezone=LONDON,
        statuses=statuses,
        fields={Field(key): name for key, name in named.items()} if fields is None else fields,
    )


class Bench:
    """One sandbox being served, its faults, and connectors to it."""

    def __init__(self, sandbox: Sandbox, faults: Faults, serving: Serving) -> None:
        self.sandbox = sandbox
        self.faults = faults
        self._serving = serving
        self.clock = Unhurried()
        self.https: list[Http] = []
        self.connector = self.connect()

    def connect(self, settings: SideSettings | None = None, base_url: str | None = None) -> Opus2Connector:
        """Another connector to the same server, as another process has it."""
        settings = settings or side(self.sandbox)
        http = Http(
            side=settings.name,
            base_url=base_url or self.url,
            clock=self.clock,
            limiter=None,
            timeout=5.0,
            secrets=Redactor(),
        )
        self.https.append(http)
        return Opus2Connector(settings, self.clock, http)

    @property
    def url(self) -> str:
        """Where the sandbox is."""
        return self._serving.url("opus2")

    def seen(self) -> list[str]:
        """The requests that reached the server, as "METHOD path?query"."""
        return [f"{one.method} {one.path}{f'?{one.query}' if one.query else ''}" for one in self.requests()]

    def requests(self) -> tuple[Seen, ...]:
        """The requests that reached the server."""
        return self._serving.requests("opus2")

    def forget(self) -> None:
        """Start the log of requests anew."""
        self._serving.forget("opus2")

    def fail(self, kind: Kind, method: str, *, times: int | None = None, path: str = "", **how: object) -> None:
        """From now on requests of a method fail, so many times, or until :meth:`heal`."""
        self.faults.add(Fault(kind, match=lambda asked, at: asked == method and path in at, times=times, **how))

    def heal(self) -> None:
        """Nothing fails any more."""
        self.faults.clear()

    def records(self, connector: Opus2Connector | None = None) -> list[Record]:
        """One complete read."""
        return [record for page in (connector or self.connector).changes(None) for record in page.records]

    def entries(self, connector: Opus2Connector | None = None) -> dict[Ref, Entry]:
        """One complete read, normalised."""
        reader = connector or self.connector
        return {record.ref: reader.normalise(record) for record in self.records(reader)}

    def planted(self, title: str, **values: object) -> Entry:
        """A document that a person makes, as it is listed."""
        ref = self.sandbox.add(title, values)
        return self.entries()[ref]

    def make(self, fields: Fields, marker: str = "tasksync-work-1") -> Stored:
        """A create with all its steps."""
        first, *rest = self.connector.split(Patch(fields), creating=True)
        stored = self.connector.create(first.fields, marker)
        for step in rest:
            stored = self.connector.update(stored.entry, step)
        return stored

    def names(self) -> list[str]:
        """The names of the documents in the tasks' folder."""
        return sorted(one.name for one in self.sandbox.documents())


@contextmanager
def running(reading: str = "") -> Iterator[Bench]:
    """A sandbox that reads the article in some way, served until the end of the context."""
    sandbox, faults = Sandbox(Reading.parse(reading)), Faults()
    with serve({"opus2": FaultMiddleware(sandbox.app, faults)}) as serving:
        bench = Bench(sandbox, faults, serving)
        try:
            yield bench
        finally:
            for http in bench.https:
                http.close()
