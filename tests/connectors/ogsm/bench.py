"""A sandbox behind real HTTP with a connector to it, for one test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from connectors.contract import Entry, SideSettings
from connectors.ogsm.connector import OgsmConnector
from connectors.ogsm.sandbox import Reading, Sandbox
from connectors.ogsm.settings import OgsmSettings
from connectors.serving import Fault, Kind
from connectors.task import Field, Ref, Status
from tests.connectors import bench

BERLIN = ZoneInfo("Europe/Berlin")


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


class Bench(bench.Bench[Sandbox, OgsmConnector]):
    """One sandbox being served, its faults, and connectors to it."""

    def connect(self, settings: SideSettings | None = None, base_url: str | None = None) -> OgsmConnector:
        """Another connector to the same server."""
        settings = settings or side(canvas=self.sandbox.canvas)
        http = self.http(settings, base_url, [settings.own.password.get_secret_value()])
        return OgsmConnector(settings, self.clock, http)

    def seen(self) -> list[str]:
        """The requests that reached the server, as "METHOD path"."""
        return [f"{seen.method} {seen.path}" for seen in self.requests()]

    def fail(self, kind: Kind, method: str, **how: object) -> None:
        """From now on requests of a method fail, until :meth:`heal`."""
        self.faults.add(Fault(kind, match=lambda asked, _: asked == method, times=None, **how))

    def entry(self, ref: Ref | int) -> Entry:
        """One action as it is listed now."""
        return self.entries()[str(ref)]


@contextmanager
def running(reading: str = "") -> Iterator[Bench]:
    """A sandbox that reads the document in some way, served until the end of the context."""
    with bench.served(Bench, Sandbox(Reading.parse(reading)), "ogsm") as made:
        yield made
