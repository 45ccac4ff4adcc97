"""The service: groups on their schedule, until it is told to stop. The main thread only waits and tends."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from enum import Enum, auto
from pathlib import Path
from queue import Empty
from threading import Event
from typing import Final, Protocol

from connectors.contract import Clock
from connectors.errors import ConnectorError
from sync.app import App
from sync.config import Config, SideConfig
from sync.events import Log, bound
from sync.heartbeat import SILENCE, Heartbeat
from sync.keeping import Keeper
from sync.memory import Memory
from sync.observing import Observer, Observers, Phase
from sync.pacing import Pace, staggered
from sync.report import GroupReport
from sync.schedule import Schedule, Timers
from sync.store import StoreError
from sync.telling import Teller
from sync.watching import Watch

log = Log(__name__)

TICK: Final = 1.0
"""Seconds between looks for requests of other processes."""
GRACE: Final = 8.0
"""Seconds that the work has to end in once the service is told to stop: within ten it has stopped."""
TRIES: Final = 6
"""How many times the longest timeout of a group's sides its work may be silent: a whole body may take four."""
DAY: Final = 86_400.0
TIDY: Final = 5.0
"""Seconds between two times that memory is given back: it costs a tenth of one."""


class Told(Enum):
    """What the service is told by signals."""

    STOP = auto()
    RELOAD = auto()
    NOW = auto()


class Orders(Protocol):
    """What the service is told, as a :class:`queue.SimpleQueue` gives it."""

    def get(self, *, timeout: float) -> Told:
        """The next. Raises ``queue.Empty`` when nothing was told for so many seconds."""
        ...


class Service:
    """Runs groups of a configuration (none named: all of it, as it is at each reload).

    ``stop`` is the event that ends the clock's waits. ``reloaded`` is called with each new configuration before it is
    used, and may refuse it by what it raises. ``scheduler`` is one that has not been started; None: a thread's own.
    """

    def __init__(  # noqa: PLR0913 - what the outside decides
        self,
        app: App,
        groups: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        clock: Clock,
        stop: Event,
        heartbeat: Heartbeat,
        observers: Sequence[Observer] = (),
        reloaded: Callable[[App], None] = lambda _: None,
        memory: Memory | None = None,
        scheduler: Timers | None = None,
    ) -> None:
        self._app = app
        self._wanted = tuple(groups)
        self._env = env
        self._cwd = cwd
        self._clock = clock
        self._stop = stop
        self._heartbeat = heartbeat
        self._teller = Teller()
        self._observer = Observers([self._teller, *observers])
        self._reloaded = reloaded
        self._keepers: dict[str, Keeper] = {}
        self._unasked = False
        self._forgot = -DAY
        self._memory = memory or Memory()
        self._tidied = -TIDY
        self._schedule = Schedule(
            self._work,
            clock=clock,
            heartbeat=heartbeat,
            observer=self._observer,
            chance=random.SystemRandom().random,
            scheduler=scheduler,
        )

    def run(self, told: Orders) -> bool:
        """Run until told to stop. Whether all work has ended then; else the process is to end without waiting for it.

        Raises ``StoreError`` where the store can not even be begun with, ``UnknownName`` for a group that is not there.
        """
        self._observer.phase_changed(Phase.STARTING)
        self._app.store.enrol(list(self._app.config.groups))
        self._put(self._app.groups(self._wanted))
        self._schedule.start()
        self._observer.phase_changed(Phase.READY)
        while (what := self._next(told)) is not Told.STOP:
            if what is Told.RELOAD:
                self._reload()
            elif what is Told.NOW:
                self._now(self._schedule.groups)
            self._tick()
        return self._end()

    def _next(self, told: Orders) -> Told | None:
        try:
            return told.get(timeout=TICK)
        except Empty:
            return None

    def _end(self) -> bool:
        self._observer.phase_changed(Phase.STOPPING)
        self._stop.set()
        self._schedule.stop()
        until = self._clock.monotonic() + GRACE
        ended = self._schedule.wait(GRACE)
        for keeper in list(self._keepers.values()):
            ended &= keeper.reads.finished(max(0.0, until - self._clock.monotonic()))
        return ended

    def _put(self, groups: Sequence[str]) -> None:
        """Have these groups on the schedule, from now on, staggered."""
        config = self._app.config
        shortest = min((config.groups[name].interval.total_seconds() for name in groups), default=1.0)
        for place, name in enumerate(groups):
            longest = max(config.sides[side].timeout.total_seconds() for side in config.groups[name].sides)
            silence = max(SILENCE, TRIES * longest)
            watch = Watch(
                group=name,
                observer=self._observer,
                heartbeat=self._heartbeat,
                clock=self._clock,
                silence=silence,
                stop=self._stop.is_set,
            )
            interval = config.groups[name].interval.total_seconds()
            self._keepers[name] = Keeper(watch, interval, self._clock)
            delay = staggered(place, len(groups), shortest)
            self._schedule.put(name, Pace(interval), delay=delay, silence=silence)

    def _work(self, group: str) -> bool:
        """One cycle; whether something moved. What goes wrong is told, and the next cycle tries again."""
        keeper = self._keepers.get(group)
        if keeper is None or self._stop.is_set():
            return False
        with bound(group=group):
            self._observer.cycle_started(group)
            try:
                report = self._app.run_group(group, keeper)
            except (StoreError, ConnectorError) as error:
                log.error("cycle.failed", why=str(error))  # noqa: TRY400 - foreseen: no traceback
                self._observer.cycle_failed(group, str(error))
            except Exception as error:
                log.exception("cycle.failed", why=f"{type(error).__name__}: {error}")
                self._observer.cycle_failed(group, type(error).__name__)
            else:
                self._observer.cycle_finished(group, report)
                return moved(report)
            finally:
                self._memory.used()
            return False

    def _tidy(self) -> None:
        now = self._clock.monotonic()
        if now - self._tidied >= TIDY:
            self._tidied = now
            self._memory.give_back()

    def _now(self, groups: Sequence[str]) -> None:
        for group in groups:
            if group in self._keepers:
                self._keepers[group].breakers.forgive()
                self._schedule.now(group)

    def _tick(self) -> None:
        """What is done now and then: requests of other processes, clocks that were set, history that is too old."""
        self._heartbeat.beat("service")
        self._schedule.tend()
        self._tidy()
        try:
            for asked in self._app.store.asked(self._schedule.groups):
                if self._app.store.take(asked.id):
                    self._now([asked.group])
            self._forget()
        except StoreError as error:
            if not self._unasked:
                log.warning("store.unreachable", why=str(error))
            self._unasked = True
        else:
            self._unasked = False

    def _forget(self) -> None:
        now = self._clock.monotonic()
        if now - self._forgot < DAY:
            return
        self._forgot = now
        rows = self._app.store.forget(self._clock.now() - self._app.config.history.keep)
        log.debug("history.forgotten", rows=rows)

    def _reload(self) -> None:
        """The configuration as it is now; a bad one is refused, and the one in use goes on."""
        self._observer.phase_changed(Phase.RELOADING)
        try:
            app = self._app.reloaded(env=self._env, cwd=self._cwd)
            groups = app.groups(self._wanted)
            app.store.enrol(list(app.config.groups))
            self._reloaded(app)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the one in use goes on
            problems = [str(problem) for problem in getattr(error, "problems", ())] or [str(error)]
            log.error("config.refused", problems=problems, hint="the configuration in use goes on")  # noqa: TRY400
            self._observer.phase_changed(Phase.READY, "the new configuration was refused: " + "; ".join(problems))
            return
        before, self._app = self._app, app
        same = {name for name in groups if name in self._keepers and is_same(before.config, app.config, name)}
        gone = [name for name in self._keepers if name not in groups]
        for name in gone:
            self._schedule.remove(name)
        for name in [name for name in self._keepers if name not in same]:
            self._keepers.pop(name).let_go()
        self._put([name for name in groups if name not in same])
        for name in same:
            self._keepers[name].breakers.forgive(lambda state: state == "paused")
        log.info("config.loaded", groups=len(groups), changed=len(groups) - len(same), removed=len(gone))
        self._observer.phase_changed(Phase.READY)


def moved(report: GroupReport) -> bool:
    """Whether anything was found changed in a cycle, or written."""
    return bool(report.created or report.updated or report.deleted or report.adopted or report.conflicts)


def shallow(side: SideConfig) -> dict[str, object]:
    """What stands in a side's table, member by member."""
    return {one.name: getattr(side, one.name) for one in fields(side)}


def is_same(old: Config, new: Config, group: str) -> bool:
    """Whether nothing that concerns a group differs."""

    def parts(config: Config) -> object:
        found = config.groups.get(group)
        if found is None:
            return None
        # A settings object may remember what was worked out from it: only what was configured counts.
        sides = [{**shallow(config.sides[side]), "settings": dict(config.sides[side].settings)} for side in found.sides]
        return found, sides, config.people

    return parts(old) == parts(new)
