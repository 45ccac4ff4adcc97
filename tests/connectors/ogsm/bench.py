"""A sandbox behind real HTTP with a connector to it, for one test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from connectors.contract import Clock, Entry, Record, SideSettings
from connectors.ogsm.connector import OgsmConnector
from connectors.ogsm.sandbox import Reading, Sandbox
from connectors.ogsm.settings import OgsmSettings
from connectors.redact import Redactor
from connectors.serving import Fault, FaultMiddleware, Faults, Kind, Seen, Serving, serve
from connectors.task import Field, Fields, Ref, Status
from connectors.transport import Http

BERLIN = ZoneInfo("Europe/Berlin")


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
    statuses: Mapping[str, Status] | None = None, fields: Mapping[Field, bool | str] | None = None, **own: object
) -> SideSettings:
    """A side's settings, with the connector's own ones by name."""
    settings = OgsmSettings.model_validate({"username": Sandbox.username, "password": Sandbox.password, **own})
    return SideSettings(
        name="strategy",
        own=settings,
        base_url="https://acme.example.com",
        timezone=BERLIN,
        statuses=statuses,
        fields=fields or {},
    )


class Bench:
    """One sandbox being served, its faults, and connectors to it."""

    def __init__(self, sandbox: Sandbox, faults: Faults, serving: Serving) -> None:
        self.sandbox = sandbox
        self.faults = faults
        self._serving = serving
        self.clock = Unhurried()
        self.connector = self.connect(side(canvas=sandbox.canvas))

    def connect(self, settings: SideSettings, base_url: str | None = None) -> OgsmConnector:
        """Another connector to the same server."""
        password = settings.own.password.get_secret_value()
        http = Http(
            side=settings.name,
            base_url=base_url or self._serving.url("ogsm"),
            clock=self.clock,
            limiter=None,
            timeout=5.0,
            secrets=Redactor([password]),
        )
        return OgsmConnector(settings, self.clock, http)

    @property
    def url(self) -> str:
        """Where the sandbox is."""
        return self._serving.url("ogsm")

    def seen(self) -> list[str]:
        """The requests that reached the server, as "METHOD path"."""
        return [f"{seen.method} {seen.path}" for seen in self.requests()]

    def requests(self) -> tuple[Seen, ...]:
        """The requests that reached the server."""
        return self._serving.requests("ogsm")

    def forget(self) -> None:
        """Start the log of requests anew."""
        self._serving.forget("ogsm")

    def fail(self, kind: Kind, method: str, **how: object) -> None:
        """From now on requests of a method fail, until :meth:`heal`."""
        self.faults.add(Fault(kind, match=lambda asked, _: asked == method, times=None, **how))

    def heal(self) -> None:
        """Nothing fails any more."""
        self.faults.clear()

    def records(self, connector: OgsmConnector | None = None) -> list[Record]:
        """One complete read."""
        return [record for page in (connector or self.connector).changes(None) for record in page.records]

    def entries(self, connector: OgsmConnector | None = None) -> dict[Ref, Entry]:
        """One complete read, normalised."""
        reader = connector or self.connector
        return {record.ref: reader.normalise(record) for record in self.records(reader)}

    def entry(self, ref: Ref | int) -> Entry:
        """One action as it is listed now."""
        return self.entries()[str(ref)]

    def view(self, fields: Fields) -> Fields:
        """What the side shows of canonical values."""
        return {field: self.connector.capabilities.of(field).view.view(value) for field, value in fields.items()}


@contextmanager
def running(reading: str = "") -> Iterator[Bench]:
    """A sandbox that reads the document in some way, served until the end of the context."""
    sandbox, faults = Sandbox(Reading.parse(reading)), Faults()
    with serve({"ogsm": FaultMiddleware(sandbox.app, faults)}) as serving:
        bench = Bench(sandbox, faults, serving)
        try:
            yield bench
        finally:
            bench.connector.close()
