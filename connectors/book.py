"""What is remembered of one credential's requests, and who may send next: data, and decisions without IO.

A request counts from the moment it is sent until its window has passed *after its answer came*: what the vendor
counts is the arrival, which lies somewhere between the two. Counting it at the moment of sending lets too many arrive
together. All times are in seconds of one clock that everybody who shares the book reads.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from connectors.budget import Rank, RateBudget, Slot, Window, next_due, spacing_wait, window_wait
from connectors.quota import Told

NEVER: Final = -1e15
"""A time that has always passed; as a number that JSON knows."""
OPEN_FOR: Final = 600.0
"""Seconds after which a request without an end counts as ended, where nobody can see whether its process lives.

No request takes as long: at 30 s of patience, some six times that.
"""
NEAR: Final = 0.05
"""Seconds: whoever comes first and looks again within this time is waited for; for anybody later nothing lies idle."""
GRACE: Final = 0.5
"""Seconds that somebody may be late for a look. Later, the process is stopped or gone, and its place is lost."""
POLICY_FOR: Final = 86_400.0
"""Seconds, a day, after which windows that a vendor named hold no more: it names them no longer."""
UNTOLD: Final = 1.0
"""Seconds of pause after a refusal without a time, doubled with each further one."""
LONGEST_UNTOLD: Final = 60.0
POLL: Final = 0.05
"""Seconds between looks while the budget is taken up by requests that are still open: nobody knows when they end."""
SOONEST: Final = 0.25
LATEST: Final = 2.0
"""Seconds: somebody who is not the first looks again after half the time that is left, between these."""
_MOMENT: Final = 1e-5
"""Seconds that are none: what sums of fractions are out by."""
_MANY: Final = 1000
"""Ended requests that are kept one by one; of more, neighbours are put together."""


class Wait(NamedTuple):
    """How long it takes in seconds (None: nobody knows), and after how many of them the next look is worth it."""

    seconds: float | None
    look: float


@dataclass(slots=True, kw_only=True)
class Ticket:
    """Somebody who waits: for what, and when the next look is. ``number`` 0: not waiting yet."""

    cost: int
    rank: Rank
    group: str
    owner: str = ""
    number: int = 0
    look: float = 0.0


@dataclass(slots=True, kw_only=True)
class Book:
    """The log of one credential: what was sent, who waits, and what the vendor said.

    ``due`` is when the next request is due at the mean distance, ``blocked`` the end of a pause that the vendor asked
    for. ``left`` requests may be sent until ``until``, as its headers say; ``policy`` has the windows that they name,
    last at ``named``.
    ``strikes`` counts refusals in a row that told no time.
    """

    slots: list[Slot] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    number: int = 0
    due: float = NEVER
    blocked: float = NEVER
    left: int = 0
    until: float = NEVER
    policy: tuple[Window, ...] = ()
    named: float = NEVER
    strikes: int = 0

    def ask(self, budget: RateBudget, ticket: Ticket, now: float) -> Wait | None:
        """How long it takes. None: go."""
        others = [one for one in self.tickets if one.number != ticket.number and one.look + GRACE >= now]
        first = self._before(ticket, others, budget) if others else []
        near = sum(one.cost for one in first if one.look <= now + NEAR)
        if self.wait(budget, ticket.cost, now, ahead=near) == 0.0:
            return None
        seconds = self.wait(budget, ticket.cost, now, ahead=sum(one.cost for one in first))
        if seconds is None:
            return Wait(None, POLL)
        # Alone it can only take longer; with others before it, they may give up.
        look = min(seconds, max(SOONEST, min(seconds / 2, LATEST))) if first else seconds
        return Wait(seconds, max(look, _MOMENT))

    def wait(self, budget: RateBudget, cost: int, now: float, *, ahead: int = 0) -> float | None:
        """Seconds until there is room after what is ``ahead``; 0: now; None: not before an open request has ended."""
        held = [window.kept for window in (*budget.windows, *self.policy)]
        windows = [window_wait(self.slots, window, cost, now, ahead=ahead) for window in held]
        known = [wait for wait in windows if wait is not None]
        told = self.until - now if now < self.until and self.left < cost + ahead else 0.0
        due = next_due(self.due, budget, ahead, now) if ahead else self.due
        longest = max([told, self.blocked - now, spacing_wait(due, budget, now), *known])
        longest = 0.0 if longest < _MOMENT else longest
        return None if longest == 0.0 and len(known) < len(windows) else longest

    def _before(self, ticket: Ticket, others: Iterable[Ticket], budget: RateBudget) -> list[Ticket]:
        """Those who come first.

        Groups that had less than their share; then writes, polls, sweeps; then who had least; then who came first. The
        share goes before all else because a group that has much to write would keep the others from reading.
        """
        used = self._used(budget)
        groups = {*used, ticket.group, *(one.group for one in others)}
        longest = max(budget.windows, key=lambda window: window.per, default=None)
        share = (longest.limit if longest is not None else math.inf) / len(groups)

        def place(one: Ticket) -> tuple[bool, Rank, int, float]:
            mine = used.get(one.group, 0)
            return mine >= share, one.rank, mine, one.number or math.inf

        return [one for one in others if place(one) < place(ticket)]

    def _used(self, budget: RateBudget) -> dict[str, int]:
        """What each group has used of the windows that are remembered."""
        used: dict[str, int] = {}
        for slot in self.slots if budget.windows else ():
            used[slot.group] = used.get(slot.group, 0) + slot.cost
        return used

    def enter(self, budget: RateBudget, ticket: Ticket, now: float) -> Slot:
        """Count a request that goes out now."""
        self.leave(ticket)
        self.prune(budget, now)
        self.number += 1
        slot = Slot(ticket.cost, None, now, ticket.group, ticket.owner, self.number)
        if budget.windows or self.policy:
            self.slots.append(slot)
        self.due = next_due(self.due, budget, ticket.cost, now)
        self.left = max(0, self.left - ticket.cost)
        return slot

    def stand(self, ticket: Ticket, look: float) -> None:
        """Take a place among those who wait, or keep it; the next look is at ``look``."""
        ticket.look = look
        if not ticket.number:
            self.number += 1
            ticket.number = self.number
        self.leave(ticket)
        self.tickets.append(replace(ticket))

    def leave(self, ticket: Ticket) -> None:
        """Give the place up."""
        self.tickets = [one for one in self.tickets if one.number != ticket.number]

    def close(self, number: int, told: Told | None, now: float, *, learns: bool) -> None:
        """The answer came, or will not come; and what the vendor told with it."""
        for slot in self.slots:
            if slot.number == number:
                slot.done, slot.owner = now, ""
        if told is not None and learns:
            self._learn(told, now)

    def block(self, seconds: float, now: float) -> None:
        """Send nothing for so long. A shorter pause never cuts a longer one."""
        self.blocked = max(self.blocked, now + seconds)

    def _learn(self, told: Told, now: float) -> None:
        """Only ever downwards: what the vendor grants holds beside our own budget."""
        self.strikes = self.strikes + 1 if told.refused else 0
        if told.refused:
            self.block(min(UNTOLD * 2.0 ** (self.strikes - 1), LONGEST_UNTOLD), now)
        if told.windows:
            self.policy, self.named = told.windows, now
        if told.remaining is None or told.reset is None:
            return
        # Requests that are open now may be counted there already or not.
        left = max(0, told.remaining - sum(slot.cost for slot in self.slots if slot.done is None))
        again = now < self.until and now + told.reset <= self.until + 1.0  # whole seconds: the same end, told anew
        self.left, self.until = (min(self.left, left), self.until) if again else (left, now + told.reset)

    def prune(self, budget: RateBudget, now: float) -> None:
        """Forget what no window counts any more, and who waits no more."""
        longest = max((window.kept.per for window in (*budget.windows, *self.policy)), default=0.0)
        for slot in self.slots:
            if slot.done is None and slot.opened + OPEN_FOR < now:
                slot.done = slot.opened + OPEN_FOR
        self.slots = [slot for slot in self.slots if slot.done is None or slot.done > now - longest]
        if self.named + POLICY_FOR < now:
            self.policy = ()
        self.tickets = [one for one in self.tickets if one.look + GRACE >= now]
        if len(self.slots) > _MANY:
            self.slots = _together(self.slots, longest / _MANY)

    def shift(self, seconds: float) -> None:
        """Move every time: the clock that they were noted by has begun anew."""
        for slot in self.slots:
            slot.opened += seconds
            slot.done = None if slot.done is None else slot.done + seconds
        for ticket in self.tickets:
            ticket.look += seconds
        self.due += seconds
        self.named += seconds
        self.blocked += seconds
        self.until += seconds


def _together(slots: Iterable[Slot], distance: float) -> list[Slot]:
    """Ended requests of a group that ended within a distance as one, which ended when the last of them did."""
    open_now = [slot for slot in slots if slot.done is None]
    kept: dict[tuple[str, int], Slot] = {}
    for slot in slots:
        if slot.done is None:
            continue
        place = slot.group, math.floor(slot.done / distance)
        before = kept.get(place)
        if before is None:
            kept[place] = replace(slot)
        else:
            before.cost += slot.cost
            before.done = max(before.done or 0.0, slot.done)
    return [*kept.values(), *open_now]
