"""A side's rate budget kept: whoever may send asks first, and waits for room and for those who come first.

What was sent is in a book (:mod:`connectors.book`) that has a home: this process alone, or a place that processes
share. The rules are the same.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from connectors.book import Book, Ticket, Wait
from connectors.budget import MARGIN, Rank, RateBudget, Slot
from connectors.contract import Clock
from connectors.errors import RateLimited
from connectors.quota import Told

LATE: Final = 0.1
"""The part of the longest wait that a wait, once begun, may take longer: others may be quicker to take a place."""

_RANK: Final[ContextVar[Rank]] = ContextVar("rank", default=Rank.POLL)


@contextmanager
def ranked(rank: Rank) -> Iterator[None]:
    """What the requests of this thread are for, until the end of the context."""
    before = _RANK.set(rank)
    try:
        yield
    finally:
        _RANK.reset(before)


def rank() -> Rank:
    """What the requests of this thread are for."""
    return _RANK.get()


@dataclass(slots=True)
class Permit:
    """The leave to send one request; ``told`` is what the vendor said of its limits with the answer."""

    told: Told | None = None


class Limiter(Protocol):
    """Whoever may send asks first. May be used by several threads."""

    def acquire(self, cost: int, *, longest_wait: float) -> AbstractContextManager[Permit]:
        """Wait for the budget; the request is open until the context ends.

        Raises ``RateLimited`` at once, before anything is sent, if it would take more than ``longest_wait`` seconds.
        """
        ...

    def block_until(self, moment: datetime) -> None:
        """Send nothing before this moment: the vendor asked for a pause. A shorter one never cuts a longer one."""
        ...


class Home(Protocol):
    """Where a credential's book is kept."""

    @property
    def owner(self) -> str:
        """Who uses it here: a name that no other process has."""
        ...

    @property
    def troubles(self) -> tuple[type[Exception], ...]:
        """What is raised where the book can not be kept."""
        ...

    def book(self) -> AbstractContextManager[tuple[Book, float]]:
        """The book and the time of its clock. Nobody else has it until the context ends; changes are kept then."""
        ...


class OwnHome:
    """A book of this process alone."""

    owner = "here"
    troubles: tuple[type[Exception], ...] = ()

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._book = Book()

    @contextmanager
    def book(self) -> Iterator[tuple[Book, float]]:
        """See :meth:`Home.book`."""
        with self._lock:
            yield self._book, self._clock.monotonic()


class BookLimiter:
    """Keeps a budget: a sliding log for its windows, a mean distance, the vendor's pauses and quotas.

    An empty budget lets everything through but for pauses, and learns nothing else.
    """

    def __init__(self, budget: RateBudget, clock: Clock, home: Home | None = None, *, group: str = "") -> None:
        self._budget = budget
        self._clock = clock
        self._home = home if home is not None else OwnHome(clock)
        self._group = group

    @contextmanager
    def acquire(self, cost: int, *, longest_wait: float) -> Iterator[Permit]:
        """See :meth:`Limiter.acquire`."""
        slot = self._admit(cost, longest_wait)
        permit = Permit()
        try:
            yield permit
        finally:
            # What came back is worth more than the note of it: a request without an end is taken for open.
            with suppress(*self._home.troubles), self._home.book() as (book, now):
                book.close(slot.number, permit.told, now, learns=not self._budget.empty)

    def block_until(self, moment: datetime) -> None:
        """See :meth:`Limiter.block_until`."""
        seconds = (moment - self._clock.now()).total_seconds()
        with self._home.book() as (book, now):
            # Kept in seconds that never go back: a wall clock that is set anew must not lengthen the pause.
            book.block(seconds, now)

    def _admit(self, cost: int, longest_wait: float) -> Slot:
        ticket = Ticket(cost=cost, rank=_RANK.get(), group=self._group, owner=self._home.owner)
        slack = self._slack(longest_wait)
        began = self._clock.monotonic()
        patience = longest_wait + slack
        try:
            while True:
                wait = self.look(ticket)
                if isinstance(wait, Slot):
                    return wait
                self._give_up_after(patience - (self._clock.monotonic() - began), wait)
                patience = longest_wait * (1 + LATE) + slack
                self._clock.sleep(wait.look)
        except BaseException:
            if ticket.number:
                with suppress(*self._home.troubles), self._home.book() as (book, _):
                    book.leave(ticket)
            raise

    def look(self, ticket: Ticket) -> Slot | Wait:
        """Go, if it may be; else stand in line."""
        with self._home.book() as (book, now):
            wait = book.ask(self._budget, ticket, now)
            if wait is None:
                return book.enter(self._budget, ticket, now)
            book.stand(ticket, now + wait.look)
            return wait

    def _slack(self, longest_wait: float) -> float:
        """A window of sixty seconds is waited for where sixty are the longest wait: the margin is not counted."""
        windows = [window.per for window in self._budget.windows if window.per <= longest_wait]
        return max(windows, default=0.0) * MARGIN

    def _give_up_after(self, left: float, wait: Wait) -> None:
        if (wait.look if wait.seconds is None else wait.seconds) > left:
            raise self._spent(wait.seconds)

    def _spent(self, wait: float | None) -> RateLimited:
        windows = ", ".join(f"{window.limit} requests per {window.per:g} s" for window in self._budget.windows)
        budget = f"the rate budget of this side ({windows})" if windows else "the rate budget of this side"
        if wait is None:
            message = f"{budget} is taken up by requests that have no answer yet"
            return RateLimited(message, hint="run it again later")
        message = f"{budget} is spent for another {math.ceil(wait)} s"
        return RateLimited(message, retry_after=wait, hint="run it again later")
