"""What the benches of the vendors share: a sandbox behind real HTTP, its faults, and a clock on which nobody waits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Generic, Protocol, TypeVar

from connectors.contract import Changes, Clock, Entry, Record, SideSettings
from connectors.redact import Redactor
from connectors.serving import FaultMiddleware, Faults, Seen, Serving, serve
from connectors.task import Fields, Ref
from connectors.transport import Http


class Unhurried(Clock):
    """A clock on which waiting takes no time: it jumps."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def monotonic(self) -> float:
        return monotonic() + self.ahead

    def sleep(self, seconds: float) -> None:
        self.ahead += seconds


class Served(Protocol):
    """A sandbox."""

    app: object


Sandbox = TypeVar("Sandbox", bound=Served)
Spoken = TypeVar("Spoken", bound=Changes)


class Bench(ABC, Generic[Sandbox, Spoken]):
    """One sandbox being served, its faults, and connectors to it."""

    def __init__(self, sandbox: Sandbox, faults: Faults, serving: Serving, name: str, clock: Unhurried) -> None:
        self.sandbox = sandbox
        self.faults = faults
        self.serving = serving
        self.clock = clock
        self.https: list[Http] = []
        self._name = name
        self.connector = self.connect()

    @abstractmethod
    def connect(self, settings: SideSettings | None = None, base_url: str | None = None) -> Spoken:
        """Another connector to the same server, as another process has it."""

    def http(self, settings: SideSettings, base_url: str | None = None, secrets: Iterable[str] = ()) -> Http:
        """A way to the server, which ends with the bench."""
        made = Http(
            side=settings.name,
            base_url=base_url or self.url,
            clock=self.clock,
            limiter=None,
            timeout=5.0,
            secrets=Redactor(secrets),
        )
        self.https.append(made)
        return made

    @property
    def url(self) -> str:
        """Where the sandbox is."""
        return self.serving.url(self._name)

    def requests(self) -> tuple[Seen, ...]:
        """The requests that reached the server."""
        return self.serving.requests(self._name)

    def forget(self) -> None:
        """Start the log of requests anew."""
        self.serving.forget(self._name)

    def heal(self) -> None:
        """Nothing fails any more."""
        self.faults.clear()

    def records(self, connector: Spoken | None = None) -> list[Record]:
        """One complete read."""
        return [record for page in (connector or self.connector).changes(None) for record in page.records]

    def entries(self, connector: Spoken | None = None) -> dict[Ref, Entry]:
        """One complete read, normalised."""
        reader = connector or self.connector
        return {record.ref: reader.normalise(record) for record in self.records(reader)}

    def view(self, fields: Fields) -> Fields:
        """What the side shows of canonical values."""
        return {field: self.connector.capabilities.of(field).view.view(value) for field, value in fields.items()}

    def close(self) -> None:
        """No connection stays open."""
        for http in self.https:
            http.close()


Made = TypeVar("Made", bound=Bench)


@contextmanager
def served(make: type[Made], sandbox: object, name: str) -> Iterator[Made]:
    """A bench with a sandbox, served until the end of the context."""
    faults = Faults()
    with serve({name: FaultMiddleware(sandbox.app, faults)}) as serving:
        bench = make(sandbox, faults, serving, name, Unhurried())
        try:
            yield bench
        finally:
            bench.close()
