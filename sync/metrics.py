"""What the service counts, for Prometheus. Names and labels are an interface: dashboards and alerts are built on them.

Labels are names of the configuration and words of fixed tables: none grows with what vendors answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

import sync
from connectors.contract import Clock
from sync.heartbeat import Heartbeat
from sync.observing import NO_ANSWER, Observer, Requested, Waited, Written
from sync.report import GroupReport

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
STATES: Final = ("ok", "down", "paused", "dormant")
OUTCOMES: Final = ("done", "refused", "dropped", "not applied", "unknown")
"""How a write ended, by the first words of its outcome; anything else is "other"."""
_REQUEST: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_CYCLE: Final = (0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
_WAIT: Final = (0.01, 0.1, 1, 5, 15, 60, 300, 900)
_LAG: Final = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 21600, 86400)
_SIDE: Final = ("group", "side")
_OPEN: Final = ("held", "owed", "waiting", "undeliverable")
_DONE: Final = ("created", "updated", "deleted", "adopted")

Figure = TypeVar("Figure", Counter, Gauge, Histogram)


class _Maker:
    """Makes figures in a registry of their own, and remembers those that a group has."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self.by_group: list[Counter | Gauge | Histogram] = []

    def counter(self, name: str, told: str, *labels: str) -> Counter:
        made = Counter(f"tasksync_{name}", told, labels, registry=self.registry)
        return self._kept(made, labels)

    def gauge(self, name: str, told: str, *labels: str) -> Gauge:
        made = Gauge(f"tasksync_{name}", told, labels, registry=self.registry)
        return self._kept(made, labels)

    def histogram(self, name: str, told: str, buckets: Sequence[float], *labels: str) -> Histogram:
        made = Histogram(f"tasksync_{name}", told, labels, buckets=buckets, registry=self.registry)
        return self._kept(made, labels)

    def _kept(self, made: Figure, labels: Sequence[str]) -> Figure:
        if "group" in labels:
            self.by_group.append(made)
        return made


class Metrics(Observer):
    """Counts what it is told. ``interval`` gives a group's interval in seconds."""

    def __init__(self, clock: Clock, heartbeat: Heartbeat, interval: Callable[[str], float]) -> None:
        self._clock = clock
        self._interval = interval
        self._lock = Lock()
        self._due: dict[str, datetime] = {}
        self._running: set[str] = set()
        self._maker = make = _Maker()
        self._cycles = make.counter("cycles", "Cycles that ended.", "group", "result")
        self._failures = make.counter("cycle_failures", "Cycles cut short by a fault.", "group")
        self._seconds = make.histogram("cycle_seconds", "How long a cycle took.", _CYCLE, "group")
        self._last = make.gauge("cycle_last_timestamp_seconds", "When the last cycle ended.", "group")
        self._pace = make.gauge("group_interval_seconds", "The configured interval.", "group")
        self._open = {name: make.gauge(name, f"What is {name} now.", "group") for name in _OPEN}
        self._conflicts = make.counter("conflicts", "Fields that were decided or held.", "group")
        self._tasks = make.counter("tasks", "Tasks on sides, by what was done.", "group", "do")
        self._state = make.gauge("side_state", "1 for the state of a side.", *_SIDE, "state")
        self._requests = make.counter("requests", "Requests that were sent.", *_SIDE, "verb", "status")
        self._answer = make.histogram("request_seconds", "From request to answer.", _REQUEST, *_SIDE, "verb")
        self._waits = make.histogram("budget_wait_seconds", "Waits for a budget.", _WAIT, *_SIDE, "rank")
        self._denied = make.counter("budget_refusals", "Waits that would have been too long.", *_SIDE, "rank")
        self._writes = make.counter("writes", "Changing requests.", *_SIDE, "do", "outcome")
        self._lag = make.histogram("lag_seconds", "From a person's edit to its arrival elsewhere.", _LAG, *_SIDE)
        self._of_the_process(heartbeat)

    def _of_the_process(self, heartbeat: Heartbeat) -> None:
        make = self._maker
        ProcessCollector(registry=make.registry)
        make.gauge("build_info", "1; the version is a label.", "version").labels(sync.__version__).set(1)
        queue = make.gauge("queue", "Groups whose cycle is due and has not begun.")
        queue.set_function(lambda: len(self._late()))
        late = make.gauge("queue_seconds", "How long the longest of them has been due.")
        late.set_function(lambda: max(self._late().values(), default=0.0))
        make.gauge("heartbeat_age_seconds", "How long work has hung; 0: all moves.").set_function(heartbeat.age)

    def text(self) -> bytes:
        """All figures, as Prometheus reads them (text format 0.0.4)."""
        return generate_latest(self._maker.registry)

    def group_scheduled(self, group: str, due: datetime) -> None:
        """See :class:`Observer`."""
        with self._lock:
            self._due[group] = due
        self._pace.labels(group).set(self._interval(group))
        self._failures.labels(group)

    def group_removed(self, group: str) -> None:
        """See :class:`Observer`. Its figures end with it."""
        with self._lock:
            self._due.pop(group, None)
            self._running.discard(group)
        for metric in self._maker.by_group:
            metric.remove_by_labels({"group": group})

    def cycle_started(self, group: str) -> None:
        """See :class:`Observer`."""
        with self._lock:
            self._running.add(group)
            self._due.pop(group, None)

    def cycle_finished(self, group: str, report: GroupReport) -> None:
        """See :class:`Observer`."""
        self._ended(group)
        self._cycles.labels(group, report.result.value).inc()
        self._seconds.labels(group).observe(report.seconds)
        for name, gauge in self._open.items():
            gauge.labels(group).set(getattr(report, name))
        self._conflicts.labels(group).inc(report.conflicts)
        for do in _DONE:
            self._tasks.labels(group, do).inc(getattr(report, do))
        for side, told in report.sides.items():
            for state in STATES:
                self._state.labels(group, side, state).set(told.state == state)

    def cycle_failed(self, group: str, why: str) -> None:
        """See :class:`Observer`."""
        del why  # the log has it
        self._ended(group)
        self._failures.labels(group).inc()

    def requested(self, request: Requested) -> None:
        """See :class:`Observer`."""
        status = "none" if request.status == NO_ANSWER else str(request.status)
        self._requests.labels(request.group, request.side, request.method, status).inc()
        self._answer.labels(request.group, request.side, request.method).observe(request.seconds)

    def waited(self, wait: Waited) -> None:
        """See :class:`Observer`."""
        self._waits.labels(wait.group, wait.side, wait.rank).observe(wait.seconds)
        if not wait.granted:
            self._denied.labels(wait.group, wait.side, wait.rank).inc()

    def written(self, write: Written) -> None:
        """See :class:`Observer`."""
        outcome = next((word for word in OUTCOMES if write.outcome.startswith(word)), "other")
        self._writes.labels(write.group, write.side, write.do, outcome).inc()
        if write.lag is not None:
            self._lag.labels(write.group, write.side).observe(max(0.0, write.lag))

    def _ended(self, group: str) -> None:
        with self._lock:
            self._running.discard(group)
        self._last.labels(group).set(self._clock.now().timestamp())

    def _late(self) -> Mapping[str, float]:
        now = self._clock.now()
        with self._lock:
            return {
                group: (now - due).total_seconds()
                for group, due in self._due.items()
                if due <= now and group not in self._running
            }
