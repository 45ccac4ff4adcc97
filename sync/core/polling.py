"""Whose turn it is to be looked at, on a side without a list (rule 17).

Open tasks and completed ones stand in a ring each, in the order of their numbers. A cycle goes on where the last one
ended, so those come first that were not looked at longest; a completed task has a tenth of an open one's turns.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from connectors.budget import RateBudget
from connectors.task import Field, Status
from sync.core.model import Link, Task, TaskId

RESERVE: Final = 0.25
"""The part of the rate that is kept for writes."""

SELDOM: Final = 10
"""A completed task is looked at so many times less often than an open one."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rings stand: the last task of each that had its turn, and what the completed ones have saved up."""

    doing: TaskId = 0
    done: TaskId = 0
    saved: float = 0.0

    @classmethod
    def of(cls, cursor: str) -> Place:
        """The place that a cursor names; the beginning, if it names none."""
        try:
            doing, done, saved = cursor.split(":")
            return cls(int(doing), int(done), float(saved))
        except ValueError:
            return cls()


@dataclass(frozen=True, slots=True)
class Turn:
    """The links to look at now, in this order: those that are awaited, open ones, completed ones."""

    place: Place
    first: tuple[Link, ...]
    doing: tuple[Link, ...] = ()
    done: tuple[Link, ...] = ()

    @property
    def links(self) -> tuple[Link, ...]:
        """All of them."""
        return (*self.first, *self.doing, *self.done)

    def cursor(self, asked: int) -> str:
        """Where the next turn begins, when so many of these were asked for."""
        doing = self.doing[: max(0, asked - len(self.first))]
        done = self.done[: max(0, asked - len(self.first) - len(self.doing))]
        last, last_done = (*doing[-1:],), (*done[-1:],)
        to = last[0].task if last else self.place.doing
        to_done = last_done[0].task if last_done else self.place.done
        return f"{to}:{to_done}:{max(0.0, self.place.saved - len(done)):.6f}"


def allowance(budget: RateBudget, interval: timedelta, sharers: int = 1) -> int | None:
    """How many tasks a rate lets be looked at in an interval, less the reserve; at least 1. None: as many as there are.

    A rate that holds for a longer time than the interval counts with the interval's share of it, and one that several
    sides share with an equal part for each of these ``sharers``.
    """
    rates = [window.limit / window.per for window in budget.windows]
    if budget.spacing > 0:
        rates.append(1 / budget.spacing)
    return max(1, int(min(rates) * interval.total_seconds() * (1 - RESERVE) / sharers)) if rates else None


def turn(links: Iterable[Link], tasks: Mapping[TaskId, Task], *, poll: int | None, cursor: str) -> Turn:
    """The live links to look at: all of them without a limit, else ``poll`` of them.

    First come those about which something is to be found out: what was not there the last time, and what a write left
    unconfirmed.
    """
    live = sorted((link for link in links if link.live), key=lambda link: link.task)
    place = Place.of(cursor)
    if poll is None:
        return Turn(place, tuple(live))
    first = [link for link in live if _is_awaited(link)][:poll]
    asked = {link.task for link in first}
    doing = [link for link in live if link.task not in asked and not is_completed(tasks[link.task])]
    done = [link for link in live if link.task not in asked and is_completed(tasks[link.task])]
    left = poll - len(first)
    saved = min(place.saved + _share(len(doing), len(done), left) * len(done) / SELDOM, len(done) + 1.0)
    seldom = min(int(saved + _TINY), len(done), left)
    return Turn(
        Place(place.doing, place.done, saved),
        tuple(first),
        tuple(_after(doing, place.doing, left - seldom)),
        tuple(_after(done, place.done, seldom)),
    )


_TINY: Final = 1e-6
"""What is lost when tenths are added up."""


def bound(doing: int, done: int, *, poll: int | None, interval: timedelta) -> timedelta:
    """The time within which every one of so many open and completed tasks is looked at, while nothing goes wrong."""
    if poll is None:
        return interval
    share = _share(doing, done, poll)
    cycles = [1.0]
    if doing and share < 1.0:
        cycles.append((doing + 1) / (share * doing))
    if done:
        cycles.append(SELDOM * (done + 1) / (share * done))
    return interval * math.ceil(max(cycles) - _TINY)


def is_completed(task: Task) -> bool:
    """Whether nothing is left to do, so that it is looked at seldom."""
    status = task.values.get(Field.STATUS)
    return isinstance(status, Status) and status.closed


def _share(doing: int, done: int, poll: int) -> float:
    """The part of the open tasks that has its turn in one cycle."""
    wanted = doing + done / SELDOM
    return min(1.0, poll / wanted) if wanted else 1.0


def _after(ring: Sequence[Link], task: TaskId, count: int) -> list[Link]:
    """So many of a ring, from the one after a task on."""
    start = next((place for place, link in enumerate(ring) if link.task > task), 0)
    return [*ring[start:], *ring[:start]][:count]


def _is_awaited(link: Link) -> bool:
    return bool(link.gone or link.misses or not link.raw_hash) or any(not one.confirmed for one in link.pairs.values())
