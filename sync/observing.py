"""What the running service tells those who watch it: health, metrics, and whoever else wants to know.

An observer overrides what it cares for. It is called from many threads at once, on the way of the work: it returns
quickly and takes no lock that is held for long. What it raises is logged and stops nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sync.core.model import SideName
from sync.events import Log
from sync.report import GroupReport

log = Log(__name__)

NO_ANSWER: Final = 0
"""Stands for the status of a request that got none."""


class Phase(StrEnum):
    """Where the service is in its life; each change is told once."""

    STARTING = "starting"
    READY = "ready"
    RELOADING = "reloading"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """One request that left: ``method`` is HTTP's, ``status`` the answer's (``NO_ANSWER``: there was none)."""

    group: str
    side: SideName
    method: str
    status: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """A request that waited for its budget: ``rank`` is write, poll or sweep; ``granted`` is whether it might go then.

    Every request is told, those too that waited for no time at all.
    """

    group: str
    side: SideName
    rank: str
    seconds: float
    granted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A changing request whose outcome is known: ``do`` as in a plan, ``outcome`` in words ("done", "not applied: …").

    ``lag`` is how many seconds passed between the person's edit elsewhere and its arrival here, None where nobody knows
    when the edit was made.
    """

    group: str
    cycle: int
    side: SideName
    do: str
    outcome: str
    lag: float | None = None


class Observer:
    """Is told what happens. Does nothing of its own."""

    def phase_changed(self, phase: Phase, why: str = "") -> None:
        """The service is ``phase`` now. READY after RELOADING comes with ``why`` where the new config was refused."""

    def group_scheduled(self, group: str, due: datetime) -> None:
        """The next cycle of a group is to start by then (aware, UTC)."""

    def group_removed(self, group: str) -> None:
        """The group left the configuration."""

    def cycle_started(self, group: str) -> None:
        """A cycle begins: its lease is asked for next."""

    def cycle_finished(self, group: str, report: GroupReport) -> None:
        """A cycle ended, well or not; a lease that others have is an ending too (result ``owed``, read ``none``)."""

    def cycle_failed(self, group: str, why: str) -> None:
        """A cycle was cut short by a fault of the program or of the store."""

    def requested(self, request: Requested) -> None:
        """A request left, and its answer came or will not come."""

    def waited(self, wait: Waited) -> None:
        """A request has waited for its budget."""

    def written(self, write: Written) -> None:
        """A changing request was settled."""


class Observers(Observer):
    """Tells all of them. One that raises is logged, and the rest is told all the same."""

    def __init__(self, observers: Sequence[Observer] = ()) -> None:
        self._observers = tuple(observers)

    def phase_changed(self, phase: Phase, why: str = "") -> None:
        """See :class:`Observer`."""
        self._tell(lambda one: one.phase_changed(phase, why))

    def group_scheduled(self, group: str, due: datetime) -> None:
        """See :class:`Observer`."""
        self._tell(lambda one: one.group_scheduled(group, due))

    def group_removed(self, group: str) -> None:
        """See :class:`Observer`."""
        self._tell(lambda one: one.group_removed(group))

    def cycle_started(self, group: str) -> None:
        """See :class:`Observer`."""
        self._tell(lambda one: one.cycle_started(group))

    def cycle_finished(self, group: str, report: GroupReport) -> None:
        """See :class:`Observer`."""
        self._tell(lambda one: one.cycle_finished(group, report))

    def cycle_failed(self, group: str, why: str) -> None:
        """See :class:`Observer`."""
        self._tell(lambda one: one.cycle_failed(group, why))

    def requested(self, request: Requested) -> None:
        """See :class:`Observer`."""
        self._tell(lambda one: one.requested(request))

    def waited(self, wait: Waited) -> None:
        """See :class:`Observer`."""
        self._tell(lambda one: one.waited(wait))

    def written(self, write: Written) -> None:
        """See :class:`Observer`."""
        self._tell(lambda one: one.written(write))

    def _tell(self, told: Callable[[Observer], None]) -> None:
        for one in self._observers:
            try:
                told(one)
            except Exception:
                log.exception("observer.failed", observer=type(one).__name__)


UNWATCHED: Final = Observers()
"""Nobody watches."""
