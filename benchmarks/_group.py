"""A group of three sides, with a store, for the benchmark of the engine; and what its cycles cost.

The sides hold nothing (see `_made`), so the memory is that of the whole process. What they do as servers, making and
finding what is listed, is not the engine's work: its time is taken apart.
"""

from __future__ import annotations

import gc
import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from benchmarks._made import Ready
from connectors.contract import Connector, SideSettings
from connectors.memory import MANIFEST
from connectors.memory.settings import MemorySettings
from sync.core.policy import GroupPolicy, SideSpec
from sync.cycle import Cycle, Side, Wishes
from sync.progress import Silent
from sync.store import Owner, Store

GROUP = "work"
SIDES = ("a", "b", "c")
PAGE = 1_000


class Clock:
    """The real clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a cycle cost: seconds, the most memory that the process ever had in megabytes, rows; and how it ended."""

    wall: float
    cpu: float
    peak: float
    rows: int
    result: str


class Group:
    """Three sides and a store in a folder. ``count``: so many tasks, the same ones, are on each side."""

    def __init__(self, folder: Path, count: int = 0) -> None:
        self.url = f"sqlite:///{folder / 'tasksync.db'}"
        self.clock = Clock()
        self.vaults: dict[str, Ready] = {}
        self.connectors: dict[str, Connector] = {}
        for name in SIDES:
            own = MemorySettings(vault=name, incremental=True, page_size=PAGE)
            own.shared = self.vaults[name] = Ready(own.manners(), now=self.clock.now, name=name)
            settings = SideSettings(name=name, own=own, base_url="memory:", timezone=UTC, statuses=None)
            self.connectors[name] = MANIFEST.factory(settings, self.clock, None)  # type: ignore[arg-type]  # no HTTP
        self.fill(count)

    def fill(self, count: int) -> None:
        """Have so many tasks on each side, as they were made."""
        for vault in self.vaults.values():
            vault.fill(count)

    def edit(self, side: str, count: int, of: int) -> None:
        """People change the titles of so many tasks of a side that has ``of`` of them, here and there among all."""
        for number in range(0, of, max(of // count, 1))[:count]:
            self.vaults[side].edit(f"m{number}", {"title": f"Changed: {number}"})

    def cycle(self, *, sweep: bool = False) -> Cost:
        """One cycle, as ``run --once`` does it with the store opened."""
        store = Store.open(self.url, clock=self.clock)
        try:
            with _Watch(self.vaults.values()) as watch:
                lease = store.acquire(GROUP, owner=Owner.here())
                cycle = self._cycle(store, Wishes(sweep=sweep, allow=frozenset({"creates", "changed"})))
                with store.keep(lease):
                    cycle.prepare(number=store.begin_cycle(GROUP, self.clock.now()))
                    report = cycle.carry_out(lease)
                store.release(lease)
            return watch.cost(store.rows_written, report.result.value)
        finally:
            store.close()

    def policy(self) -> GroupPolicy:
        """How the group is configured."""
        specs = [
            SideSpec(name=name, capabilities=one.capabilities, mapping="1", fingerprint=name)
            for name, one in self.connectors.items()
        ]
        return GroupPolicy(sides=tuple(specs))

    def _cycle(self, store: Store, wishes: Wishes) -> Cycle:
        sides = {
            name: Side(connector=one, mapping="1", requests=self.vaults[name].requests.total)
            for name, one in self.connectors.items()
        }
        return Cycle(
            name=GROUP,
            policy=self.policy(),
            sides=sides,
            store=store,
            clock=self.clock,
            wishes=wishes,
            stop=lambda: False,
            progress=Silent(),
        )


class _Watch:
    """Time and memory of a block: the processor's time less that of the sides, memory with all that was before."""

    def __init__(self, vaults: Iterable[Ready]) -> None:
        self._vaults = list(vaults)

    def __enter__(self) -> Self:
        gc.collect()
        self._side = self._sides()
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self._wall, self._cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        self._side = self._sides() - self._side
        self._peak = peak()

    def _sides(self) -> float:
        return sum(vault.seconds for vault in self._vaults)

    def cost(self, rows: int, result: str) -> Cost:
        """What was seen, with what is told besides."""
        own = self._cpu - self._side
        return Cost(wall=self._wall - self._side, cpu=own, peak=self._peak, rows=rows, result=result)


def peak() -> float:
    """The most memory that this process ever had, in megabytes: ``ru_maxrss`` is in kilobytes (getrusage(2))."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
