"""The composition root: a configuration into sides, a store and cycles.

The only place that asks the registry for a vendor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from connectors import registry
from connectors.contract import Clock, Manifest
from connectors.errors import BadSettings
from connectors.redact import Redactor
from sync.byhand import ByHand
from sync.checking import check_side, unknown_lines
from sync.choices import UnknownName
from sync.config import Config, GroupConfig, load
from sync.config.model import MatchPolicy
from sync.core.model import Held, SideName, State, TaskLife
from sync.core.policy import GroupPolicy, SideSpec
from sync.core.undo import Undo
from sync.cycle import PERSON, Cycle, Side, Wishes
from sync.looking import Looking
from sync.outstanding import open_in
from sync.progress import Progress, Silent
from sync.report import (
    CheckReport,
    GroupStatus,
    PlanReport,
    RunReport,
    SideStatus,
)
from sync.running import Runner
from sync.sides import SideMaker
from sync.store import Store


class Manifests(Mapping[str, type[BaseModel]]):
    """The settings classes of the connectors, each loaded when it is used: a broken plug-in stops its users only."""

    def __init__(self) -> None:
        self._names = registry.known()

    def manifest(self, name: str) -> Manifest:
        """A connector's manifest. Raises ``UnknownConnector``, ``BrokenConnector``."""
        return registry.load(name)

    def __getitem__(self, name: str) -> type[BaseModel]:
        if name not in self._names:
            raise KeyError(name)
        settings = self.manifest(name).settings
        if not issubclass(settings, BaseModel):
            raise BadSettings(f"the settings of the connector {name} are no pydantic model", hint="ask its author")
        return settings

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class App:
    """A configuration, opened. Use as a context manager; every method raises ``StoreError`` for an unusable store."""

    def __init__(self, config: Config, manifests: Mapping[SideName, Manifest], store: Store, clock: Clock) -> None:
        self.config = config
        self._manifests = manifests
        self._store = store
        self._clock = clock
        self._redactor = Redactor(_secrets(config))
        self._maker = SideMaker(clock=clock, redactor=self._redactor)
        self._stack = ExitStack()
        self._stack.callback(store.close)

    @classmethod
    def open(cls, *, config: Path | None, env: Mapping[str, str], cwd: Path, clock: Clock, read_only: bool) -> App:
        """Load the configuration and open the store. Raises ``ConfigError``, ``StoreError``."""
        manifests = Manifests()
        loaded = load(config, env=env, cwd=cwd, connectors=manifests)
        store = Store.open(loaded.store.url, clock=clock, read_only=read_only)
        return cls(
            loaded, {side.name: manifests.manifest(side.connector) for side in loaded.sides.values()}, store, clock
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def redactor(self) -> Redactor:
        """Masks this configuration's secrets in any text."""
        return self._redactor

    def run_once(  # noqa: PLR0913 - what a person can wish for
        self,
        groups: Sequence[str],
        *,
        sweep: bool = False,
        allow: frozenset[str] = frozenset(),
        plan: str | None = None,
        limit: int | None = None,
        undo: Undo | None = None,
        stop: Event,
        progress: Progress,
    ) -> RunReport:
        """One cycle of each group.

        With ``plan`` (a hash) all groups are decided first, and nothing is written unless it is that plan.
        """
        wishes = Wishes(sweep=sweep, allow=allow, limit=limit, undo=undo)
        self._store.enrol(list(self.config.groups))
        report = RunReport()
        names = self._groups(groups)
        runner = Runner(
            store=self._store,
            clock=self._clock,
            sides=self._sides,
            make=lambda name, stack, may_change: self._cycle(
                name, wishes, stop=stop, progress=progress, stack=stack, may_change=may_change
            ),
        )
        if plan is not None:
            runner.run_plan(report, plan, names)
        else:
            for name in names:
                runner.run(report, [name])
        codes = [group.code for group in report.groups.values()]
        report.exit = PERSON if report.refused else max(codes, default=0)
        return report

    def plan(self, groups: Sequence[str], *, undo: Undo | None = None, progress: Progress) -> PlanReport:
        """What a run would do, or an undo; the store stays as it was."""
        report = PlanReport(now=self._clock.now())
        names = self._groups(groups)
        self._store.enrol(list(self.config.groups))
        for name in names:
            with ExitStack() as stack:
                cycle = self._cycle(name, Wishes(undo=undo), stop=Event(), progress=progress, stack=stack)
                cycle.prepare(number=None)
                report.groups[name] = cycle.as_plan()
        report.exit = max((group.code for group in report.groups.values()), default=0)
        return report

    @property
    def by_hand(self) -> ByHand:
        """What people do to ties, and the way back."""
        return ByHand(store=self._store, clock=self._clock, groups=self._sides, make=self._bare)

    @property
    def looking(self) -> Looking:
        """What people look at."""
        return Looking(store=self._store, groups=self._sides, make=self._bare)

    @property
    def _sides(self) -> dict[str, Sequence[SideName]]:
        return {name: group.sides for name, group in self.config.groups.items()}

    def _bare(self, name: str, stack: ExitStack) -> Cycle:
        return self._cycle(name, Wishes(), stop=Event(), progress=Silent(), stack=stack)

    def check(self, *, progress: Progress) -> CheckReport:
        """Reach every side that is in a group; and how each holds each field."""
        report = CheckReport()
        for name, group in self.config.groups.items():
            state = self._store.load(name, group.sides)
            for side_name in group.sides:
                progress.start(side_name, "checking", None)
                with ExitStack() as stack:
                    side, spec = self._maker.make(self.config.sides[side_name], self._manifests[side_name], stack)
                    report.sides[side_name] = check_side(side.connector, spec, state, mask=self._redactor.mask)
                progress.stop(side_name)
        report.exit = 4 if any(side.state != "ok" for side in report.sides.values()) else 0
        return report

    def status(self, groups: Sequence[str]) -> list[GroupStatus]:
        """What the store knows of each group; asks no vendor."""
        return [self._status(name) for name in self._groups(groups)]

    def _status(self, name: str) -> GroupStatus:
        with ExitStack() as stack:
            cycle = self._bare(name, stack)
            state = self._store.load(name, self.config.groups[name].sides)
            owed, undeliverable, waiting = open_in(state, cycle.policy, self._clock.now())
        last = self._store.cycles(name, limit=1)
        return GroupStatus(
            name=name,
            tasks=sum(1 for task in state.tasks.values() if task.life is TaskLife.ALIVE),
            last_cycle=last[0].started if last else None,
            last_result=last[0].result if last else "",
            sides=[self._side_status(side, state) for side in self.config.groups[name].sides],
            owed=owed,
            waiting=waiting,
            undeliverable=undeliverable,
            held=[held for held in state.held if not held.decision],
        )

    def _side_status(self, name: SideName, state: State) -> SideStatus:
        side = state.sides.get(name)
        return SideStatus(
            name=name,
            connector=self.config.sides[name].connector,
            state=side.state if side is not None else "ok",
            why=side.why if side is not None else "",
            links=sum(1 for link in state.of_side(name) if link.live),
            last_complete=side.last_complete if side is not None else None,
            unknown=tuple(map(self._redactor.mask, unknown_lines(state, name))),
        )

    def held(self, groups: Sequence[str]) -> list[tuple[str, Held]]:
        """What waits for a person."""
        return [row for name in self._groups(groups) for row in self._store.held(name) if not row[1].decision]

    def _cycle(
        self,
        name: str,
        wishes: Wishes,
        *,
        stop: Event,
        progress: Progress,
        stack: ExitStack,
        may_change: Callable[[], bool] = lambda: False,
    ) -> Cycle:
        group = self.config.groups[name]
        sides: dict[SideName, Side] = {}
        specs: list[SideSpec] = []
        for side_name in group.sides:
            config, manifest = self.config.sides[side_name], self._manifests[side_name]
            side, spec = self._maker.make(config, manifest, stack, may_change=may_change)
            sides[side_name] = side
            specs.append(spec)
        return Cycle(
            name=name,
            policy=self._policy(group, specs),
            sides=sides,
            store=self._store,
            clock=self._clock,
            wishes=wishes,
            stop=stop.is_set,
            progress=progress,
            sweep=group.sweep,
        )

    def _policy(self, group: GroupConfig, specs: Sequence[SideSpec]) -> GroupPolicy:
        return GroupPolicy(
            sides=tuple(specs),
            conflict=group.conflict,
            conflict_by_field=group.conflict_by_field,
            deletes=group.deletes,
            match_titles=group.match is MatchPolicy.TITLE,
            completed=group.completed if isinstance(group.completed, timedelta) else None,
            completed_none=group.completed == "none",
            guards=group.guards,
            evidence=group.evidence,
            people=self.config.people,
        )

    def _groups(self, wanted: Sequence[str]) -> list[str]:
        for name in wanted:
            if name not in self.config.groups:
                known = ", ".join(sorted(self.config.groups))
                raise UnknownName(f"there is no group {name}", hint=f"the configuration has: {known}")
        return [name for name in self.config.groups if not wanted or name in wanted]


def _secrets(config: Config) -> list[str]:
    """Every secret of a configuration: those of the sides, and the password of the store."""
    settings = [value for side in config.sides.values() for value in dict(side.settings).values()]
    found = [value.get_secret_value() for value in settings if isinstance(value, SecretStr)]
    password = urlsplit(config.store.url).password
    return [secret for secret in (*found, password) if secret]


def sandbox_names() -> tuple[str, ...]:
    """The connectors that have a sandbox."""
    return registry.sandboxes()


def sandbox(name: str) -> type:
    """A connector's sandbox. Raises ``UnknownConnector``."""
    return registry.sandbox(name)
