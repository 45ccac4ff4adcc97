"""The memory connector's bench: its faults come from the vault's hook."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from connectors.conformance import RETRY_AFTER, Sent, Trouble
from connectors.contract import Capabilities, Connector, SideSettings
from connectors.errors import Applied, ConnectorError, RateLimited, Transient
from connectors.memory import MANIFEST
from connectors.memory.connector import MemoryConnector
from connectors.memory.settings import MemorySettings
from connectors.memory.vault import WRITES, Vault
from connectors.task import Ref


class TickingClock:
    """A clock that moves by a second each time it is asked."""

    def __init__(self) -> None:
        self._now = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)

    def now(self) -> datetime:
        """A second later than the last time."""
        self._now += timedelta(seconds=1)
        return self._now

    def monotonic(self) -> float:
        """The same in seconds."""
        return self.now().timestamp()

    def sleep(self, seconds: float) -> None:
        """The time passes at once."""
        self._now += timedelta(seconds=seconds)


Spoil = Callable[[MemoryConnector, Vault], None]
"""Makes a connector or its vault worse than it says it is, to see whether the suite notices."""


class VaultHarness:
    """A vault and a connector to it; what goes wrong is raised by the vault's hook."""

    def __init__(self, side: SideSettings, spoil: Spoil) -> None:
        self._side = side
        self._spoil = spoil
        self._trouble: dict[bool, Trouble] = {}
        self._sent: list[Sent] = []
        self.begin()

    def begin(self) -> None:
        own = self._side.own
        assert isinstance(own, MemorySettings)
        clock = TickingClock()
        self.vault = own.shared = Vault(own.manners(), now=clock.now)
        self.connector = MANIFEST.factory(self._side, clock, None)
        self.connector.check()
        self._spoil(self.connector, self.vault)
        self._trouble.clear()
        self._sent.clear()
        self.vault.hook = self._meddle

    def disturb(self, trouble: Trouble, *, changing: bool) -> None:
        self._trouble[changing] = trouble

    def calm(self) -> None:
        self._trouble.clear()

    def forget(self) -> None:
        self._sent.clear()

    def sent(self) -> Sequence[Sent]:
        return self._sent

    def plant(self, title: str) -> Ref:
        return self.vault.add({"title": title})

    def stranger(self) -> Connector:
        raise NotImplementedError("a vault has no credentials")

    def _meddle(self, verb: str, phase: str) -> None:
        changing = verb in WRITES
        if phase == "before":
            self._sent.append(Sent(changing, verb))
        trouble = self._trouble.get(changing)
        if trouble is not None and phase == ("after" if trouble is Trouble.LOST_AFTER else "before"):
            raise _error(trouble, changing)


def _error(trouble: Trouble, changing: bool) -> ConnectorError:
    applied = Applied.UNKNOWN if changing else Applied.NO
    if trouble is Trouble.RATE_LIMITED:
        return RateLimited("too many requests", retry_after=RETRY_AFTER)
    return Transient(f"the vault: {trouble}", applied=applied)


class VaultBench:
    """A memory side with some traits; ``spoil`` is for the tests of the suite itself."""

    troubles = frozenset({Trouble.RATE_LIMITED, Trouble.SERVER_ERROR, Trouble.LOST_BEFORE, Trouble.LOST_AFTER})
    has_credentials = False
    plants = True
    share = 4

    def __init__(self, zone: str = "UTC", **traits: object) -> None:
        own = MemorySettings.model_validate({"vault": "v", **traits})
        self._side = SideSettings(name="side", own=own, base_url="memory:", timezone=ZoneInfo(zone))
        self.spoil: Spoil = lambda _connector, _vault: None

    @cached_property
    def capabilities(self) -> Capabilities:
        return MANIFEST.capabilities(self._side)

    @contextmanager
    def open(self) -> Iterator[VaultHarness]:
        yield VaultHarness(self._side, self.spoil)
