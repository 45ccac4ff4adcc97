"""The composition root: a configuration into sides, a store and cycles.

The only place that asks the registry for a vendor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel

from connectors import registry
from connectors.contract import Capabilities, Clock, Manifest
from connectors.errors import BadSettings
from connectors.redact import Redactor
from sync.account import PERSON
from sync.adopting import Adopter
from sync.byhand import ByHand
from sync.checking import Checker
from sync.choices import UnknownName
from sync.config import Config, ConfigError, Problem, load, load_unfinished
from sync.core.model import Held, SideName
from sync.core.undo import Undo
from sync.cycle import Cycle, Wishes
from sync.discovering import Discoverer
from sync.keeping import Keeper
from sync.making import Making
from sync.notifying import Tell, beside, notify_with
from sync.progress import Progress, Silent
from sync.report import CheckReport, GroupReport, GroupStatus, PlanReport, RunReport
from sync.running import Make, Runner
from sync.sharing import Sharing
from sync.sides import SideMaker, remembering, secrets_of, settings_of, sharers_of
from sync.statuses import Statuses
from sync.store import Budgets, Store

if TYPE_CHECKING:
    from sync.looking import Looking


class Manifests(Mapping[str, type[BaseModel]]):
    """The settings classes of the connectors, each loaded when it is used: a broken plug-in stops its users only."""

    def __init__(self) -> None:
        self._loaded: dict[str, Manifest] = {}

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return registry.known()

    def manifest(self, name: str) -> Manifest:
        """A connector's manifest. Raises ``UnknownConnector``, ``BrokenConnector``."""
        if name not in self._loaded:
            self._loaded[name] = registry.load(name)
        return self._loaded[name]

    def __getitem__(self, name: str) -> type[BaseModel]:
        if name not in self:
            raise KeyError(name)
        settings = self.manifest(name).settings
        if not issubclass(settings, BaseModel):
            raise BadSettings(f"the settings of the connector {name} are no pydantic model", hint="ask its author")
        return settings

    def __contains__(self, name: object) -> bool:
        return name in registry.BUILT_IN or name in self._names  # without loading it

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class App:
    """A configuration, opened. Use as a context manager; every method raises ``StoreError`` for an unusable store."""

    def __init__(
        self,
        config: Config,
        manifests: Mapping[SideName, Manifest],
        store: Store,
        clock: Clock,
        *,
        read_only: bool = False,
        sharing: Sharing | None = None,
    ) -> None:
        self.config = config
        self._manifests = manifests
        self._store = store
        self._clock = clock
        self._redactor = Redactor(secrets_of(config.sides.values(), config.store))
        self._sharing = sharing or Sharing(Budgets(config.store.url, clock), clock, lenient=read_only)
        maker = SideMaker(
            clock=clock,
            redactor=self._redactor,
            sharing=self._sharing,
            people=config.people,
            sharers=sharers_of(config.sides),
        )
        self._making = Making(config=config, manifests=manifests, store=store, clock=clock, maker=maker)
        self._stack = ExitStack()
        if sharing is None:  # else what is open is somebody else's
            self._stack.callback(self._sharing.close)
            self._stack.callback(store.close)

    @classmethod
    def open(cls, *, config: Path | None, env: Mapping[str, str], cwd: Path, clock: Clock, read_only: bool) -> App:
        """Load the configuration and open the store. Raises ``ConfigError``, ``StoreError``."""
        manifests = Manifests()
        loaded = load(config, env=env, cwd=cwd, connectors=manifests)
        store = Store.open(loaded.store.url, clock=clock, read_only=read_only)
        needed = {side.name: manifests.manifest(side.connector) for side in loaded.sides.values()}
        return cls(loaded, needed, store, clock, read_only=read_only)

    def reloaded(self, *, env: Mapping[str, str], cwd: Path) -> App:
        """The same file as it is now, over the same open store, which stays this object's. Raises ``ConfigError``."""
        manifests = Manifests()
        loaded = load(self.config.path, env=env, cwd=cwd, connectors=manifests)
        if loaded.store != self.config.store:
            message, hint = "the store can not be changed while the service runs", "restart the service"
            raise ConfigError([Problem(file=str(loaded.path), line=0, key="store.url", message=message, hint=hint)])
        needed = {side.name: manifests.manifest(side.connector) for side in loaded.sides.values()}
        return App(remembering(loaded, self.config), needed, self._store, self._clock, sharing=self._sharing)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
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
        names = self.groups(groups)
        runner = self._runner(
            lambda name, stack, may_change: self._making.cycle(
                name, wishes, stop=stop.is_set, progress=progress, stack=stack, may_change=may_change
            ),
            told=notify_with(self._redactor.mask),
        )
        if plan is not None:
            runner.run_plan(report, plan, names)
        else:
            for name in names:
                runner.run(report, [name])
        codes = [group.code for group in report.groups.values()]
        report.exit = PERSON if report.refused else max(codes, default=0)
        return report

    def run_group(self, name: str, keeper: Keeper) -> GroupReport:
        """One cycle of a group in the service. Raises ``StoreError``."""
        report = RunReport()
        runner = self._runner(
            lambda name, stack, may_change: self._making.lasting(
                name, keeper, progress=Silent(), stack=stack, may_change=may_change
            ),
            told=beside(notify_with(self._redactor.mask)),
        )
        try:
            runner.run(report, [name])
        finally:
            self._store.unload(name)  # twenty groups that wait need not stay in memory
        return report.groups[name]

    def _runner(self, make: Make, told: Tell) -> Runner:
        commands = {name: group.on_held for name, group in self.config.groups.items()}
        return Runner(store=self._store, clock=self._clock, sides=self._sides, make=make, on_held=commands, told=told)

    @property
    def store(self) -> Store:
        """The open store."""
        return self._store

    def plan(self, groups: Sequence[str], *, undo: Undo | None = None, progress: Progress) -> PlanReport:
        """What a run would do, or an undo; the store stays as it was."""
        report = PlanReport(now=self._clock.now())
        names = self.groups(groups)
        self._store.enrol(list(self.config.groups))
        for name in names:
            with ExitStack() as stack:
                cycle = self._making.cycle(name, Wishes(undo=undo), progress=progress, stack=stack)
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
        from sync.looking import Looking

        return Looking(store=self._store, groups=self._sides, make=self._bare)

    @property
    def _sides(self) -> dict[str, Sequence[SideName]]:
        return {name: group.sides for name, group in self.config.groups.items()}

    def _bare(self, name: str, stack: ExitStack) -> Cycle:
        return self._making.cycle(name, Wishes(), progress=Silent(), stack=stack)

    def check(self, *, progress: Progress) -> CheckReport:
        """Reach every side that is in a group; and how each holds each field."""
        checker = Checker(
            store=self._store,
            sides=self.config.sides,
            groups=self.config.groups,
            make=self._making.made,
            mask=self._redactor.mask,
            progress=progress,
        )
        return checker.check()

    def status(self, groups: Sequence[str]) -> list[GroupStatus]:
        """What the store knows of each group; asks no vendor."""
        statuses = Statuses(
            config=self.config,
            store=self._store,
            sharing=self._sharing,
            clock=self._clock,
            mask=self._redactor.mask,
            capabilities=self._capabilities,
            sharers=self._making.maker.sharers,
            make=self._bare,
        )
        return [statuses.of(name) for name in self.groups(groups)]

    def _capabilities(self, name: SideName) -> Capabilities:
        return self._manifests[name].capabilities(settings_of(self.config.sides[name]))

    def held(self, groups: Sequence[str]) -> list[tuple[str, Held]]:
        """What waits for a person."""
        return [row for name in self.groups(groups) for row in self._store.held(name) if not row[1].decision]

    def adopt(self, side: SideName, ids: Sequence[str], *, forget: bool = False) -> list[str]:
        """Register tasks of a side without a list; gives the sentences to print. Raises ``UnknownName``."""
        if side not in self.config.sides:
            raise _unknown("side", side, self.config.sides)
        found = self.config.sides[side]
        group = self.config.groups[found.group]
        adopter = Adopter(store=self._store, side=found, group=group, capabilities=self._capabilities(side))
        return adopter.forget(ids) if forget else adopter.adopt(ids)

    def groups(self, wanted: Sequence[str]) -> list[str]:
        """Groups by name, all without one, in the order of the file. Raises ``UnknownName``."""
        for name in set(wanted) - self.config.groups.keys():
            raise _unknown("group", name, self.config.groups)
        return [name for name in self.config.groups if not wanted or name in wanted]


def _unknown(what: str, name: str, known: Iterable[str]) -> UnknownName:
    return UnknownName(f"there is no {what} {name}", hint=f"the configuration has: {', '.join(sorted(known))}")


def unfinished(config: Path | None, *, env: Mapping[str, str], cwd: Path, clock: Clock) -> Discoverer:
    """A configuration that is still being written. Raises ``ConfigError`` where there is none, or it is not TOML."""
    manifests = Manifests()
    loaded = load_unfinished(config, env=env, cwd=cwd, connectors=manifests)
    return Discoverer(loaded, manifests.manifest, clock)


def sandbox_names() -> tuple[str, ...]:
    """The connectors that have a sandbox."""
    return registry.sandboxes()


def sandbox(name: str) -> type:
    """A connector's sandbox. Raises ``UnknownConnector``."""
    return registry.sandbox(name)
