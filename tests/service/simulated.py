"""The service on a clock that the test moves: a day passes in a minute, and everything else is real.

The service is the whole one, with its store, its connectors, HTTP to a sandbox, and threads; only waits take no time.
Time stands still while anybody works. It goes on to the next timer when all cycles have ended, and to the end of the
next wait when those that run do nothing but wait.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from queue import Empty
from typing import Protocol

from apscheduler.schedulers.base import BaseScheduler
from freezegun import freeze_time

from sync.app import App
from sync.heartbeat import Heartbeat
from sync.observing import Observer
from sync.service import Service, Told
from tests.service.running import Running

BEGIN = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
"""Half a day before the clocks of Europe change."""
STEP = 60.0
"""Simulated seconds after which the service looks around at the latest; by the real clock it is one."""
QUIET = 0.02
"""Real seconds without a new wait after which nobody but those who wait is taken to be at work."""
REAL = (
    *("asyncio", "http", "queue", "socket", "sqlite3", "threading"),
    *("requests", "sqlalchemy", "urllib3", "uvicorn"),
    *("connectors", "sync", "tests"),
)
"""Modules, and those in them, that do not ask the system for the time, or wait for what takes real time."""
STUCK = 60.0
"""Real seconds after which a cycle that neither ends nor waits is a failure."""


class Frozen(Protocol):
    """What stands for the system's time meanwhile."""

    def tick(self, delta: timedelta) -> object:
        """Let it pass."""
        ...


class Driven(BaseScheduler):
    """A scheduler whose loop is the test's."""

    def start(self) -> None:
        super().start()

    def shutdown(self, wait: bool = True) -> None:
        super().shutdown(wait)

    def wakeup(self) -> None:
        """The test looks by itself."""

    def look(self) -> float | None:
        """Start what is due; seconds until something is."""
        return self._process_jobs()


class Passing:
    """A clock (:class:`connectors.contract.Clock`) whose time passes when it is told to; waits end by it."""

    def __init__(self, frozen: Frozen) -> None:
        self.stop = threading.Event()
        self.begun = 0
        self._frozen = frozen
        self._changed = threading.Condition()
        self._ticks = 0.0
        self._waits: dict[int, float] = {}

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self._ticks)

    def monotonic(self) -> float:
        return self._ticks

    def sleep(self, seconds: float) -> None:
        with self._changed:
            end = self._waits[threading.get_ident()] = self._ticks + max(0.0, seconds)
            self.begun += 1
            while self._ticks < end and not self.stop.is_set():
                self._changed.wait(1.0)
            del self._waits[threading.get_ident()]

    def passes(self, seconds: float) -> None:
        """Let time pass, by both clocks."""
        with self._changed:
            self._frozen.tick(timedelta(seconds=seconds))
            self._ticks += seconds
            self._changed.notify_all()

    def left(self) -> float | None:
        """Seconds until the next wait ends; None where nobody waits."""
        with self._changed:
            return min((max(0.0, end - self._ticks) for end in self._waits.values()), default=None)


class Days:
    """What the service is told, and when: it asks now and then, and each time the clock is moved on.

    ``live`` is called before that; when it says so, the service stops.
    """

    def __init__(self, clock: Passing, scheduler: Driven, live: Callable[[float], bool]) -> None:
        self._clock = clock
        self._scheduler = scheduler
        self._live = live

    def get(self, timeout: float) -> Told:
        """As of a queue. Raises ``Empty``: nothing was told meanwhile."""
        del timeout
        if self._live(self._clock.monotonic()):
            return Told.STOP
        left = self._scheduler.look()
        if at_work():
            self._wait()
            left = self._scheduler.look()
        if not at_work():
            self._clock.passes(min(STEP, max(0.01, left if left is not None else STEP)))
        raise Empty

    def _wait(self) -> None:
        """Until the cycles have ended, or do nothing but wait: then until the first of those waits is over."""
        begun, since = -1, time.monotonic()
        while at_work():
            time.sleep(QUIET / 10)
            now = time.monotonic()
            assert now - since < STUCK, "a cycle neither ends nor waits"
            left = self._clock.left()
            if left is None or self._clock.begun != begun:
                begun, since = self._clock.begun, now if left is not None else since
            elif now - since > QUIET:
                self._clock.passes(left)
                return


def at_work() -> bool:
    """Whether a cycle runs."""
    return any(thread.name.startswith("group ") for thread in threading.enumerate())


@contextmanager
def simulated() -> Iterator[Passing]:
    """The scheduler's library has the clock's time; who is handed a clock asks that, all others have the real one."""
    with freeze_time(BEGIN, real_asyncio=True, ignore=list(REAL)) as frozen:
        yield Passing(frozen)


def live(place: Running, clock: Passing, observer: Observer, step: Callable[[float], bool]) -> bool:
    """Run the service until ``step``, which is told the seconds since the beginning, says that it is over.

    Whether all its work had ended when it was told to stop.
    """
    scheduler, heart = Driven(), Heartbeat(clock)

    def lives(ticks: float) -> bool:
        assert heart.age() == 0.0, heart.overdue()
        return step(ticks)

    with App.open(config=place.config, env=os.environ, cwd=place.folder, clock=clock, read_only=False) as app:
        service = Service(
            app,
            (),
            env=os.environ,
            cwd=place.folder,
            clock=clock,
            stop=clock.stop,
            heartbeat=heart,
            observers=[observer],
            scheduler=scheduler,
        )
        return service.run(Days(clock, scheduler, lives))
