"""A small world for the engine.

Vaults that people edit, real connectors to them, a real store, and a clock of our own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.contract import SideSettings
from connectors.memory import MANIFEST
from connectors.memory.settings import MemorySettings
from connectors.memory.vault import Vault
from connectors.task import Field, JsonValue, Native, Status
from sync.core.model import Held, Link, State, Task
from sync.core.policy import EvidencePolicy, GroupPolicy, SideSpec
from sync.cycle import Cycle, Side, Wishes
from sync.portions import PORTION
from sync.progress import Silent
from sync.report import GroupPlan, GroupReport
from sync.store import ActedRow, MovedRow, Owner, Store
from tests.scenarios.clock import FakeClock

BERLIN = ZoneInfo("Europe/Berlin")
QUICK = EvidencePolicy(misses=2, miss_gap=timedelta(seconds=1))


@dataclass
class World:
    """A group over memory sides. ``traits`` maps a side to its settings; the order is the priority."""

    folder: Path
    traits: Mapping[str, Mapping[str, object]]
    policy: GroupPolicy = field(default_factory=lambda: GroupPolicy(sides=(), evidence=QUICK))
    statuses: Mapping[str, Mapping[str, Status]] = field(default_factory=dict)
    zone: tzinfo = BERLIN
    access: Mapping[str, str] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)
    servers: Mapping[str, type[Vault]] = field(default_factory=dict)  # a side whose vault has manners of its own
    ambiguous: set[str] = field(default_factory=set)  # sides on which a task that vanished may only be archived
    clock: FakeClock = field(default_factory=FakeClock)
    vaults: dict[str, Vault] = field(default_factory=dict)
    settings: dict[str, SideSettings] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    poll: dict[str, int] = field(default_factory=dict)  # sides without a list: how many tasks a cycle looks at
    adopt: dict[str, tuple[str, ...]] = field(default_factory=dict)
    portion: int = PORTION
    keeps: bool = False  # one store for cycle after cycle, as a service has it
    store: Store | None = None

    def __post_init__(self) -> None:
        for name, traits in self.traits.items():
            self.add_side(name, traits)

    def add_side(self, name: str, traits: Mapping[str, object]) -> None:
        """A side with its vault. A later one under the same name is another container."""
        own = MemorySettings(vault=f"{name}-{len(self.vaults)}", **traits)  # type: ignore[arg-type]
        self.settings[name] = SideSettings(
            name=name, own=own, base_url="memory:", timezone=self.zone, statuses=self.statuses.get(name)
        )
        server = self.servers.get(name, Vault)
        file = Path(own.file) if own.file is not None else None
        vault = server(own.manners(), now=self.clock.now, name=f"vault {own.vault}", file=file)
        own.shared = vault
        self.vaults[name] = vault

    def respell(self, name: str, statuses: Mapping[str, Status]) -> None:
        """The configuration gets another table of words: another mapping."""
        self.settings[name] = replace(self.settings[name], statuses=statuses)
        self.mapping[name] = self.mapping.get(name, "1") + "'"

    def rezone(self, name: str, zone: tzinfo) -> None:
        """The configuration gives a side another time zone: another mapping."""
        self.settings[name] = replace(self.settings[name], timezone=zone)
        self.mapping[name] = self.mapping.get(name, "1") + "z"

    def unsync(self, name: str, member: Field) -> None:
        """The configuration takes a field of a side out: another mapping."""
        self.settings[name] = replace(self.settings[name], fields={member: False})
        self.mapping[name] = self.mapping.get(name, "1") + "f"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'world.db'}"

    def _cycle(self, store: Store, wishes: Wishes) -> Cycle:
        sides: dict[str, Side] = {}
        specs = []
        for name, settings in self.settings.items():
            if name in self.absent:
                continue
            connector = MANIFEST.factory(settings, self.clock, None)  # type: ignore[arg-type]
            vault = self.vaults[name]
            mapping = self.mapping.get(name, "1")
            requests = lambda vault=vault: sum(vault.requests.values())  # noqa: E731
            sides[name] = Side(connector=connector, mapping=mapping, requests=requests, poll=self.poll.get(name))
            spec = SideSpec(
                name=name,
                capabilities=replace(connector.capabilities, absence_is_ambiguous=name in self.ambiguous),
                mapping=mapping,
                fingerprint=settings.own.container("memory:"),
                adopt=self.adopt.get(name, ()),
            )
            specs.append(replace(spec, access=type(spec.access)(self.access.get(name, "two-way"))))
        policy = replace(self.policy, sides=tuple(specs))
        return Cycle(
            name="work",
            policy=policy,
            sides=sides,
            store=store,
            clock=self.clock,
            wishes=wishes,
            stop=lambda: False,
            progress=Silent(),
            portion=self.portion,
        )

    def run(self, **wishes: object) -> GroupReport:
        """One cycle, as ``run --once`` does it: the store is opened and closed."""
        self.clock.pass_(60)
        with self.opened() as store:
            lease = store.acquire("work", owner=Owner.here())
            number = store.begin_cycle("work", self.clock.now())
            cycle = self._cycle(store, Wishes(**wishes))  # type: ignore[arg-type]
            cycle.prepare(number=number)
            report = cycle.carry_out(lease)
            store.release(lease)
            return report

    def plan(self) -> GroupPlan:
        """What a cycle would do."""
        store = Store.open(self.url, clock=self.clock, read_only=True)
        try:
            store.enrol(("work",))
            cycle = self._cycle(store, Wishes())
            cycle.prepare(number=None)
            return cycle.as_plan()
        finally:
            store.close()

    def settle(self, most: int = 12) -> list[GroupReport]:
        """Run until a cycle is quiet, or as often as ``most``."""
        reports = []
        for _ in range(most):
            reports.append(self.run())
            if reports[-1].result.value == "quiet":
                break
        return reports

    def resolve(self, held: Held, choice: str) -> None:
        with self.opened() as store:
            store.resolve(held.id, choice)

    def state(self) -> State:
        """What the store holds."""
        with self.opened(read_only=True) as store:
            return store.load("work", list(self.settings))

    @contextmanager
    def opened(self, *, read_only: bool = False) -> Iterator[Store]:
        """The store, opened and closed; in a world that keeps it, opened once and closed by whatever dies in it."""
        store = self.store or Store.open(self.url, clock=self.clock, read_only=read_only and not self.keeps)
        self.store = store if self.keeps else None
        died = True
        try:
            yield store
            died = False
        finally:
            if died or not self.keeps:
                self.store = None
                store.close()

    def close(self) -> None:
        """Close the store that was kept."""
        if self.store is not None:
            self.store.close()
            self.store = None

    def held(self) -> list[Held]:
        return [held for held in self.state().held if not held.decision]

    def task(self, title: str) -> Task:
        found = [task for task in self.state().tasks.values() if task.title == title]
        assert len(found) == 1, f"{len(found)} tasks are called {title!r}"
        return found[0]

    def link(self, title: str, side: str) -> Link:
        return self.state().links[self.task(title).id, side]

    def add(self, side: str, title: str, **members: JsonValue) -> str:
        return self.vaults[side].add({"title": title, **members})

    def edit(self, side: str, ref: str, **members: JsonValue) -> None:
        self.clock.pass_(30)
        self.vaults[side].edit(ref, members)

    def titles(self, side: str) -> list[str]:
        return sorted(str(task["title"]) for task in self.vaults[side].tasks())

    def on(self, side: str, title: str) -> Native:
        """The one task on a side with this title."""
        found = [task for task in self.vaults[side].tasks() if task["title"] == title]
        assert len(found) == 1, f"{len(found)} tasks on {side} are called {title!r}"
        return found[0]

    def ref(self, side: str, title: str) -> str:
        return str(self.on(side, title)["id"])

    def values(self, side: str, member: str) -> dict[str, JsonValue]:
        return {str(task["title"]): task[member] for task in self.vaults[side].tasks()}

    def writes(self) -> int:
        return sum(vault.writes for vault in self.vaults.values())

    def history(self) -> list[MovedRow | ActedRow]:
        """What happened, the oldest first."""
        with self.opened(read_only=True) as store:
            return store.history()

    def lost(self, field: str) -> list[JsonValue]:
        """The values of a field that lost and are kept."""
        return [row.old for row in self.history() if isinstance(row, MovedRow) and row.lost and row.field == field]


__all__ = ["QUICK", "FakeClock", "Field", "World"]
