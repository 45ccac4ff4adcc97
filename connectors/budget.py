"""A side's rate budget, as data, and what it lets through: arithmetic without IO. Times are in seconds of one clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

MARGIN: Final = 0.005
"""The part by which a window is taken for longer than it is.

The vendor's clock is not ours: one that is being set right may run up to 0.05 % fast or slow (adjtime, NTP), and a
request that was given up may still arrive. Ten times the former; it costs half a percent of the budget.
"""


class Rank(IntEnum):
    """What a request is for, the most urgent first."""

    WRITE = 0
    POLL = 1
    SWEEP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """At most ``limit`` requests in any ``per`` seconds."""

    limit: int
    per: float

    @property
    def kept(self) -> Window:
        """The window that we keep: with the margin."""
        return replace(self, per=self.per * (1 + MARGIN))


@dataclass(frozen=True, slots=True, kw_only=True)
class RateBudget:
    """The windows that hold at once, and where the figures come from (source, date).

    ``spacing`` is the mean distance of requests in seconds after a burst of ``burst``; 0: none.
    """

    windows: tuple[Window, ...] = ()
    spacing: float = 0.0
    burst: int = 1
    source: str = ""

    @property
    def empty(self) -> bool:
        """Whether it lets everything through."""
        return not self.windows and not self.spacing


@dataclass(slots=True)
class Slot:
    """One request of a log: its cost, and when its answer came (None: still open).

    ``opened`` is when it was sent, by which group, and by whom while it is open; ``number`` tells it from the others.
    """

    cost: int
    done: float | None = None
    opened: float = 0.0
    group: str = ""
    owner: str = ""
    number: int = 0


def window_wait(slots: Iterable[Slot], window: Window, cost: int, now: float, *, ahead: int = 0) -> float | None:
    """Seconds until a window has room for ``cost`` after what is ``ahead``; 0: now; None: when an open request ends."""
    counted = [slot for slot in slots if slot.done is None or slot.done > now - window.per]
    # A request that costs more than the window holds is let through alone: otherwise it could never be sent.
    excess = sum(slot.cost for slot in counted) + ahead + min(cost, window.limit) - window.limit
    if excess <= 0:
        return 0.0
    ended = sorted((slot.done, slot.cost) for slot in counted if slot.done is not None)
    for done, freed in ended:
        excess -= freed
        if excess <= 0:
            return max(0.0, done + window.per - now)
    if len(ended) < len(counted):
        return None
    # Only when some of those ahead have come and gone: a window after the last that is counted now.
    return window.per + (ended[-1][0] + window.per - now if ended else 0.0)


def window_used(slots: Iterable[Slot], window: Window, now: float) -> int:
    """What a window counts now."""
    return sum(slot.cost for slot in slots if slot.done is None or slot.done > now - window.per)


def spacing_wait(due: float, budget: RateBudget, now: float) -> float:
    """Seconds until the spacing allows a request that is ``due`` at the mean distance; a burst may run ahead."""
    return max(0.0, due - (max(1, budget.burst) - 1) * budget.spacing - now)


def next_due(due: float, budget: RateBudget, cost: int, now: float) -> float:
    """When the request after this one is due."""
    return max(due, now) + budget.spacing * cost
