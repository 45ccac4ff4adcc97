"""Memory sides for tests: a vault, and a connector to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connectors.contract import Record, SideSettings
from connectors.memory import MANIFEST
from connectors.memory.connector import MemoryConnector
from connectors.memory.settings import MemorySettings
from connectors.memory.vault import Vault
from connectors.memory.wire import raw_hash


class StillClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = datetime(2024, 5, 6, 7, 8, 9, 500_000, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def settings(**traits: object) -> MemorySettings:
    """Settings of a vault with some traits."""
    return MemorySettings.model_validate({"vault": "v", **traits})


def side(own: MemorySettings, **more: object) -> SideSettings:
    """A side with these settings."""
    return SideSettings(**{"name": "here", "own": own, "base_url": "memory:", "timezone": UTC, **more})


def connected(clock: StillClock | None = None, **traits: object) -> tuple[MemoryConnector, Vault]:
    """A connector and its vault."""
    clock = clock or StillClock()
    own = settings(**traits)
    connector = MANIFEST.factory(side(own), clock, None)
    return connector, Vault.of(own, clock.now)


def read(connector: MemoryConnector) -> dict:
    """All entries that a complete read lists, by ref."""
    records = [record for page in connector.changes(None) for record in page.records]
    return {record.ref: connector.normalise(record) for record in records}


def record(native: dict) -> Record:
    """A record as the connector makes one."""
    return Record(ref=str(native.get("id", "m1")), raw_hash=raw_hash(native), native=native)
