"""A side's rate budget kept: what may be sent now, and how long to wait if nothing may.

A request counts from the moment it is sent until its window has passed *after its answer came*: what the vendor
counts is the arrival, which lies somewhere between the two. Counting it at the moment of sending lets too many arrive
together.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from connectors.budget import RateBudget, Window
from connectors.contract import Clock
from connectors.errors import RateLimited

POLL: Final = 0.05
"""Seconds between looks while the budget is taken up by requests that are still open: nobody knows when they end."""


class Limiter(Protocol):
    """Whoever may send asks first. May be used by several threads."""

    def acquire(self, cost: int, *, longest_wait: float) -> AbstractContextManager[None]:
        """Wait for the budget; the request is open until the context ends.

        Raises ``RateLimited`` at once, before anything is sent, if it would take more than ``longest_wait`` seconds.
        """
        ...

    def block_until(self, moment: datetime) -> None:
        """Send nothing before this moment: the vendor asked for a pause. A shorter one never cuts a longer one."""
        ...


@dataclass(slots=True)
class Slot:
    """One request of the log: its cost, and when its answer came (None: still open), in monotonic seconds."""

    cost: int
    done: float | None = None


def window_wait(slots: Iterable[Slot], window: Window, cost: int, now: float) -> float | None:
    """Seconds until a window has room for ``cost``; 0 is now; None: not before a request that is open has ended."""
    counted = [slot for slot in slots if slot.done is None or slot.done > now - window.per]
    # A request that costs more than the window holds is let through alone: otherwise it could never be sent.
    excess = sum(slot.cost for slot in counted) + min(cost, window.limit) - window.limit
    if excess <= 0:
        return 0.0
    for done, freed in sorted((slot.done, slot.cost) for slot in counted if slot.done is not None):
        excess -= freed
        if excess <= 0:
            return max(0.0, done + window.per - now)
    return None


def spacing_wait(due: float, budget: RateBudget, now: float) -> float:
    """Seconds until the spacing allows a request that is ``due`` at the mean distance; a burst may run ahead."""
    return max(0.0, due - (max(1, budget.burst) - 1) * budget.spacing - now)


def next_due(due: float, budget: RateBudget, cost: int, now: float) -> float:
    """When the request after this one is due."""
    return max(due, now) + budget.spacing * cost


class LocalLimiter:
    """A budget of this process alone: a sliding log for the windows, a mean distance, the vendor's pauses."""

    def __init__(self, budget: RateBudget, clock: Clock) -> None:
        self._budget = budget
        self._clock = clock
        self._lock = threading.Lock()
        self._slots: list[Slot] = []
        self._due = -math.inf
        self._blocked = -math.inf

    @contextmanager
    def acquire(self, cost: int, *, longest_wait: float) -> Iterator[None]:
        """See :meth:`Limiter.acquire`."""
        slot = self._admit(cost, longest_wait)
        try:
            yield
        finally:
            with self._lock:
                slot.done = self._clock.monotonic()

    def block_until(self, moment: datetime) -> None:
        """See :meth:`Limiter.block_until`."""
        seconds = (moment - self._clock.now()).total_seconds()
        with self._lock:
            # Kept in seconds that never go back: a wall clock that is set anew must not lengthen the pause.
            self._blocked = max(self._blocked, self._clock.monotonic() + seconds)

    def _admit(self, cost: int, longest_wait: float) -> Slot:
        end = self._clock.monotonic() + longest_wait
        while True:
            with self._lock:
                now = self._clock.monotonic()
                wait = self._wait(cost, now)
                if wait == 0.0:
                    return self._enter(cost, now)
            if now + (wait or POLL) > end:
                raise self._spent(wait)
            self._clock.sleep(wait or POLL)

    def _wait(self, cost: int, now: float) -> float | None:
        """Seconds until the next look is worth it; 0: go; None: not before an open request has ended."""
        windows = [window_wait(self._slots, window, cost, now) for window in self._budget.windows]
        known = [wait for wait in windows if wait is not None]
        longest = max([0.0, self._blocked - now, spacing_wait(self._due, self._budget, now), *known])
        return None if longest == 0.0 and len(known) < len(windows) else longest

    def _enter(self, cost: int, now: float) -> Slot:
        longest = max((window.per for window in self._budget.windows), default=0.0)
        self._slots = [slot for slot in self._slots if slot.done is None or slot.done > now - longest]
        slot = Slot(cost)
        self._slots.append(slot)
        self._due = next_due(self._due, self._budget, cost, now)
        return slot

    def _spent(self, wait: float | None) -> RateLimited:
        windows = ", ".join(f"{window.limit} requests per {window.per:g} s" for window in self._budget.windows)
        budget = f"the rate budget of this side ({windows})" if windows else "the rate budget of this side"
        if wait is None:
            message = f"{budget} is taken up by requests that have no answer yet"
            return RateLimited(message, hint="run it again later")
        message = f"{budget} is spent for another {math.ceil(wait)} s"
        return RateLimited(message, retry_after=wait, hint="run it again later")
