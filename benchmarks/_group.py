"""A group of three sides in memory, with a store, for the benchmark of the engine; and what its cycles cost.

The sides are vaults. What they do as servers (finding and copying what is listed) is not the engine's work: its time is
taken apart, and what they hold is there before the memory is looked at.
"""

from __future__ import annotations

import gc
import pickle
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, overload

from connectors.contract import SideSettings
from connectors.memory import MANIFEST
from connectors.memory.settings import MemorySettings
from connectors.memory.storage import Contents
from connectors.memory.vault import Vault
from connectors.memory.wire import BLANK, Members
from sync.core.policy import GroupPolicy, SideSpec
from sync.cycle import Cycle, Side, Wishes
from sync.progress import Silent
from sync.store import Owner, Store

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


class Copies(Sequence[Members]):
    """Tasks that are copied when a page of them is asked for, as a server writes one answer after the other."""

    def __init__(self, vault: Ready, tasks: Sequence[Members]) -> None:
        self._vault = vault
        self._tasks = tasks

    def __len__(self) -> int:
        return len(self._tasks)

    @overload
    def __getitem__(self, index: int) -> Members: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Members]: ...
    def __getitem__(self, index: int | slice) -> Members | Sequence[Members]:
        began = time.thread_time()
        found = dict(self._tasks[index]) if isinstance(index, int) else [dict(task) for task in self._tasks[index]]
        self._vault.seconds += time.thread_time() - began
        return found


class Ready(Vault):
    """A vault whose contents were made before. ``seconds``: its own processor time for listings."""

    seconds = 0.0

    def fill(self, contents: Contents) -> None:
        """Take contents over."""
        self._own = contents

    def listed(self) -> Sequence[Members]:  # type: ignore[override]  # the connector takes any sequence
        began = time.thread_time()
        with self._opened() as contents:
            tasks = list(contents.tasks.values())
        self.seconds += time.thread_time() - began
        return Copies(self, tasks)

    def listed_since(self, revision: int) -> list[Members]:
        began = time.thread_time()
        try:
            return super().listed_since(revision)
        finally:
            self.seconds += time.thread_time() - began


def contents(count: int, *, first: int = 0) -> Contents:
    """Tasks of ordinary size, about 400 bytes of text each; equal on every side that gets them."""
    made = Contents(revision=count, next_id=count + 1)
    for number in range(first, count):
        ref = f"m{number}"
        made.tasks[ref] = {
            **BLANK,
            "id": ref,
            "title": f"Task {number}: call the supplier about the delivery",
            "description": "The second pallet was damaged. Ask for a replacement, and for the invoice. " * 3,
            "status": "needs_action",
            "due": f"2026-{1 + number % 12:02}-{1 + number % 28:02}",
            "start": f"2026-01-{1 + number % 28:02}T09:30:00+00:00",
            "priority": number % 10,
            "labels": ["delivery", "supplier"],
            "modified": "2026-01-01T00:00:00+00:00",
            "revision": number,
        }
    return made


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a cycle cost: seconds, megabytes above what the sides held before, rows; and how it ended."""

    wall: float
    cpu: float
    peak: float
    rows: int
    result: str


class Group:
    """Three sides and a store in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.vaults: dict[str, Ready] = {}
        self._settings: dict[str, SideSettings] = {}
        for name in SIDES:
            own = MemorySettings(vault=name, incremental=True, page_size=PAGE)
            own.shared = vault = Ready(own.manners(), now=self.clock.now, name=name)
            self.vaults[name] = vault
            self._settings[name] = SideSettings(name=name, own=own, base_url="memory:", timezone=UTC, statuses=None)

    def keep(self) -> None:
        """Write down what the sides hold."""
        for name, vault in self.vaults.items():
            with vault._opened() as held, (self.folder / name).open("wb") as file:
                pickle.dump(asdict(held), file)

    def take(self) -> None:
        """Let the sides hold what was written down."""
        for name, vault in self.vaults.items():
            with (self.folder / name).open("rb") as file:
                vault.fill(Contents(**pickle.load(file)))

    def edit(self, side: str, count: int, of: int) -> None:
        """People change the titles of so many tasks of a side that has ``of`` of them, here and there among all."""
        for number in range(0, of, max(of // count, 1))[:count]:
            self.vaults[side].edit(f"m{number}", {"title": f"Changed: {number}"})

    def cycle(self, *, sweep: bool = False) -> Cost:
        """One cycle, as ``run --once`` does it with the store opened."""
        store = Store.open(f"sqlite:///{self.folder / 'tasksync.db'}", clock=self.clock)
        try:
            with _Watch(self.vaults.values()) as watch:
                lease = store.acquire("work", owner=Owner.here())
                cycle = self._cycle(store, Wishes(sweep=sweep, allow=frozenset({"creates", "changed"})))
                cycle.prepare(number=store.begin_cycle("work", self.clock.now()))
                report = cycle.carry_out(lease)
                store.release(lease)
            return watch.cost(store.rows_written, report.result.value)
        finally:
            store.close()

    def _cycle(self, store: Store, wishes: Wishes) -> Cycle:
        sides: dict[str, Side] = {}
        specs = []
        for name, settings in self._settings.items():
            connector = MANIFEST.factory(settings, self.clock, None)  # type: ignore[arg-type]  # a vault needs no HTTP
            vault = self.vaults[name]
            sides[name] = Side(connector=connector, mapping="1", requests=vault.requests.total)
            specs.append(SideSpec(name=name, capabilities=connector.capabilities, mapping="1", fingerprint=name))
        return Cycle(
            name="work",
            policy=GroupPolicy(sides=tuple(specs)),
            sides=sides,
            store=store,
            clock=self.clock,
            wishes=wishes,
            stop=lambda: False,
            progress=Silent(),
        )


class _Watch:
    """Time and memory of a block: the processor's time less that of the sides, memory above what there was."""

    def __init__(self, vaults: Iterable[Ready]) -> None:
        self._vaults = list(vaults)

    def __enter__(self) -> Self:
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak is counted from now on (proc(5))
        self._memory, self._side = _memory("VmRSS"), self._sides()
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self._wall, self._cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        self._side = self._sides() - self._side
        self._peak = _memory("VmHWM") - self._memory

    def _sides(self) -> float:
        return sum(vault.seconds for vault in self._vaults)

    def cost(self, rows: int, result: str) -> Cost:
        """What was seen, with what is told besides."""
        own = self._cpu - self._side
        return Cost(wall=self._wall - self._side, cpu=own, peak=self._peak, rows=rows, result=result)


def _memory(name: str) -> float:
    """A figure of this process in megabytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))
