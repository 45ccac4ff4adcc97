"""When groups have their cycles: a timer for each, none twice at once, what was missed merged into one.

The timers are APScheduler's, which go by the wall clock; :meth:`Schedule.tend` puts them right when that is set, or
when the machine slept. How long a group waits is in :mod:`sync.pacing`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Condition, Thread
from typing import Final, TypeAlias

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MAX_INSTANCES, JobEvent
from apscheduler.executors.base import BaseExecutor, run_job
from apscheduler.job import Job
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.base import BaseTrigger

from connectors.contract import Clock
from sync.events import Log
from sync.heartbeat import SILENCE, Heartbeat
from sync.observing import Observer
from sync.pacing import AT_REST, LEAST, Pace, after

log = Log(__name__)

Timers: TypeAlias = BaseScheduler

LATE: Final = 60.0
"""Seconds that a timer may be late before the group counts as hung: a machine may be busy, or waking up."""
OUT: Final = 1.0
"""Seconds that a timer may be out before it is set anew."""


class Spaced(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """A group's timer: the next run by its pace; of runs that were missed, one, and the next a gap after now."""

    def __init__(self, pace: Pace, chance: Callable[[], float]) -> None:
        self._pace = pace
        self._chance = chance

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """When to run next (:class:`apscheduler.triggers.base.BaseTrigger`)."""
        if previous is None:
            return now
        gap = timedelta(seconds=self._pace.gap(self._chance()))
        return previous + gap if previous + gap > now else now + gap


class Threads(BaseExecutor):  # type: ignore[misc]
    """A thread for each cycle: a group that hangs holds up no other, nor the end of the program."""

    def _do_submit_job(self, job: Job, run_times: list[datetime]) -> None:
        def run() -> None:
            try:
                events = run_job(job, job._jobstore_alias, run_times, self._logger.name)  # noqa: SLF001 - as its own executors do
            except BaseException:  # noqa: BLE001 - whatever it is, the job has ended
                self._run_job_error(job.id, *sys.exc_info()[1:])
            else:
                self._run_job_success(job.id, events)

        Thread(target=run, name=f"group {job.id}", daemon=True).start()


@dataclass(slots=True)
class _Turn:
    """A group's place: ``due`` and ``started`` are monotonic; ``again``: it was asked for while it ran."""

    pace: Pace
    silence: float
    due: float
    started: float = -LEAST
    step: int = AT_REST
    moved: bool = False
    again: bool = False


class Schedule:
    """Runs ``work`` of each group when it is due. ``work`` says whether something moved; it may not raise.

    ``chance`` gives numbers in 0 … 1. ``scheduler`` is one that has not been started.
    """

    def __init__(
        self,
        work: Callable[[str], bool],
        *,
        clock: Clock,
        heartbeat: Heartbeat,
        observer: Observer,
        chance: Callable[[], float],
        scheduler: Timers | None = None,
    ) -> None:
        self._work = work
        self._clock = clock
        self._heartbeat = heartbeat
        self._observer = observer
        self._chance = chance
        self._turns: dict[str, _Turn] = {}
        self._running: set[str] = set()
        self._changed = Condition()
        self._scheduler = scheduler if scheduler is not None else BackgroundScheduler(timezone=UTC)
        self._scheduler.configure(
            timezone=UTC,
            executors={"default": Threads()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(self._ended, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        self._scheduler.add_listener(self._merged, EVENT_JOB_MAX_INSTANCES)

    def start(self) -> None:
        """Let the timers run."""
        self._scheduler.start()

    def stop(self) -> None:
        """Start no more cycles; those that run go on."""
        self._scheduler.shutdown(wait=False)

    def put(self, group: str, pace: Pace, *, delay: float = 0.0, silence: float = SILENCE) -> None:
        """Have cycles of a group from now on: the first after ``delay`` seconds, or one gap after the last of it.

        ``silence`` is how many seconds a cycle may be silent before it counts as hung.
        """
        now = self._clock.monotonic()
        with self._changed:
            turn = self._turns.get(group)
            if turn is None:
                turn = self._turns[group] = _Turn(pace, silence, now + delay)
            else:
                turn.pace, turn.silence, turn.due = pace, silence, max(now + delay, turn.started + LEAST)
        self._scheduler.add_job(
            self._run, Spaced(pace, self._chance), args=[group], id=group, name=group, replace_existing=True
        )
        self._set(group, turn)

    def remove(self, group: str) -> None:
        """Have no more cycles of a group; one that runs goes on to its end."""
        with self._changed:
            if self._turns.pop(group, None) is None:
                return
        self._scheduler.remove_job(group)
        self._heartbeat.end(_beat(group))
        self._observer.group_removed(group)

    def now(self, group: str) -> bool:
        """Start a cycle of a group at once, or as soon as the one that runs has ended. Whether there is that group."""
        with self._changed:
            turn = self._turns.get(group)
            if turn is None:
                return False
            turn.again = group in self._running
            turn.due = max(self._clock.monotonic(), turn.started + LEAST)
        if not turn.again:
            self._set(group, turn)
        return True

    @property
    def groups(self) -> tuple[str, ...]:
        """All groups that have cycles."""
        with self._changed:
            return tuple(self._turns)

    def tend(self) -> None:
        """Put timers right that are out: somebody set the clock, or the machine slept. To be called now and then."""
        now, wall = self._clock.monotonic(), self._clock.now()
        with self._changed:
            waiting = [(group, turn) for group, turn in self._turns.items() if group not in self._running]
        for group, turn in waiting:
            job = self._scheduler.get_job(group)
            if job is not None and abs((job.next_run_time - wall).total_seconds() - max(0.0, turn.due - now)) > OUT:
                self._set(group, turn)

    def wait(self, seconds: float) -> bool:
        """Wait until no cycle runs; whether that is so."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, seconds)

    def _run(self, group: str) -> None:
        with self._changed:
            turn = self._turns.get(group)
            if turn is None:
                return
            self._running.add(group)
            turn.again, turn.started = False, self._clock.monotonic()
        self._heartbeat.beat(_beat(group), turn.silence)
        turn.moved = self._work(group)

    def _ended(self, event: JobEvent) -> None:
        """The next one is due a gap after the start of this one; at once where that has passed, or it was asked for."""
        now = self._clock.monotonic()
        with self._changed:
            self._running.discard(event.job_id)
            self._changed.notify_all()
            turn = self._turns.get(event.job_id)
            if turn is None:
                return
            turn.step = after(turn.step, moved=turn.moved)
            gap = LEAST if turn.again else turn.pace.gap(self._chance(), turn.step)
            turn.due = max(now, turn.started + gap)
            turn.moved = turn.again = False
        self._set(event.job_id, turn)

    def _merged(self, event: JobEvent) -> None:
        log.debug("cycle.merged", group=event.job_id, why="the cycle before it still runs")

    def _set(self, group: str, turn: _Turn) -> None:
        left = max(0.0, turn.due - self._clock.monotonic())
        due = self._clock.now() + timedelta(seconds=left)
        if self._scheduler.get_job(group) is None:
            return
        self._scheduler.modify_job(group, next_run_time=due)
        if group not in self._running:
            self._heartbeat.beat(_beat(group), left + LATE)
        self._observer.group_scheduled(group, due)


def _beat(group: str) -> str:
    return f"group {group}"
