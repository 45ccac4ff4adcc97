"""A collection on a real server, behind real HTTP with faults, and connectors to it."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from connectors.caldav import MANIFEST
from connectors.caldav.connector import CaldavConnector
from connectors.caldav.sandbox import Sandbox
from connectors.caldav.settings import CaldavSettings
from connectors.contract import Cursor, Entry, SideSettings
from connectors.serving import Faults, Serving
from tests.connectors import bench

BERLIN = ZoneInfo("Europe/Berlin")


class Bench(bench.Bench[Sandbox, CaldavConnector]):
    """What a person does on the server, and what the connector reads and asks."""

    def __init__(
        self, sandbox: Sandbox, faults: Faults, serving: Serving, name: str, clock: bench.Unhurried, more: Mapping
    ) -> None:
        self.more = more
        super().__init__(sandbox, faults, serving, name, clock)

    def connect(self, settings: SideSettings | None = None, base_url: str | None = None) -> CaldavConnector:
        url = base_url or self.url + self.sandbox.place
        side = settings or self.side(url)
        return MANIFEST.factory(side, self.clock, self.http(side, url))

    def side(self, url: str, **more: object) -> SideSettings:
        own = CaldavSettings.model_validate({**self.sandbox.describe(), **self.more})
        return SideSettings(**{"name": "phone", "own": own, "base_url": url, "timezone": BERLIN, **more})

    def read(self, since: Cursor | None = None) -> tuple[dict[str, Entry], Cursor]:
        """One read: its entries, and where the next one starts."""
        pages = list(self.connector.changes(since))
        assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
        self.coverage = pages[-1].coverage.value
        records = [record for page in pages for record in page.records]
        cursor = pages[-1].cursor
        assert cursor is not None
        return {record.ref: self.connector.normalise(record) for record in records}, cursor

    def asked(self) -> list[str]:
        """The methods of the requests since the last call."""
        seen = [one.method for one in self.requests()]
        self.forget()
        return seen
