"""What the sides of one run share, and each side's journal: intents before requests, outcomes after them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors.contract import Clock, Entry
from connectors.errors import Applied, ConnectorError, RateLimited, SideDown, Unanswered
from connectors.task import Ref
from sync.breaker import Breakers
from sync.core.codec import encode_fields
from sync.core.facts import Acted
from sync.core.lens import Lenses
from sync.core.model import Do, Intent, IntentState, Link, SideName, State, TaskId
from sync.events import Log
from sync.observing import UNWATCHED, Observer, Written
from sync.progress import Progress
from sync.rest import Rest
from sync.store import Lease, Store

log = Log(__name__)

PATIENCE: Final = 3
"""Requests that may fail one after the other before a side is given up for this cycle.

Two are bad luck, three are an outage.
"""


class GiveUp(Exception):
    """Nothing more is sent to this side in this cycle."""


@dataclass(slots=True)
class Outcome:
    """What was acknowledged: tasks per side; and the sides that were given up, with their state and the reason."""

    created: set[tuple[TaskId, SideName]] = field(default_factory=set)
    updated: set[tuple[TaskId, SideName]] = field(default_factory=set)
    deleted: set[tuple[TaskId, SideName]] = field(default_factory=set)
    down: dict[SideName, tuple[str, str]] = field(default_factory=dict)
    failures: dict[SideName, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Run:
    """What all sides share. ``lock`` is held around changes of the state, never around a request or a commit.

    ``read_at`` is the monotonic time at which each side was read; where only some of its entries were looked
    at then, ``looked`` has those. ``breakers`` are asked whether a side may be written, and told of one that hangs.
    """

    state: State
    lenses: Lenses
    store: Store
    lease: Lease
    clock: Clock
    cycle: int
    stop: Callable[[], bool]
    progress: Progress
    read_at: dict[SideName, float]
    looked: dict[SideName, frozenset[str]] = field(default_factory=dict)
    observer: Observer = UNWATCHED
    breakers: Breakers | None = None
    rest: Rest | None = None  # the tasks that are not loaded; None: all are
    outcome: Outcome = field(default_factory=Outcome)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def bring(self, side: SideName, refs: Iterable[Ref]) -> None:
        """Load what an answer names that was left in the store: somebody has put it where it is after we read."""
        with self.lock:
            missing = [ref for ref in refs if (side, ref) not in self.lenses.refs]
            if self.rest is not None and missing:
                for link in self.rest.bring(side, missing):
                    self.lenses.tie(link)


@dataclass(slots=True)
class Journal:
    """One side's intents and outcomes."""

    run: Run
    side: SideName
    lanes: int = 1
    failed_in_a_row: int = 0
    lapsed: dict[int, int] = field(default_factory=dict)  # what is sent again, by its number: its reads before that

    def open(self, intent: Intent) -> Intent:
        """Commit an intent, a new one or one that lapsed; after this its request may be sent."""
        again = intent.state is IntentState.LAPSED
        if again:
            self.lapsed[intent.id] = intent.reads
            intent.state, intent.reads = IntentState.OPEN, 0
        intent.cycle = self.run.cycle
        intent.opened = self.run.clock.now()
        self.run.store.open_intent(intent, self.run.lease)
        with self.run.lock:
            if not again:
                self.run.state.intents.append(intent)
        return intent

    def close(self, intent: Intent, outcome: str, links: Sequence[Link], *, image: Entry | None = None) -> None:
        """Commit what an answer proved. ``image`` is the entry before a delete."""
        self._close(intent, outcome, links, image)
        with self.run.lock:
            self.failed_in_a_row = 0
        if self.run.breakers is not None:
            self.run.breakers.answered(self.side)

    def _close(self, intent: Intent, outcome: str, links: Sequence[Link], image: Entry | None = None) -> None:
        with self.run.lock:
            if intent.state is not IntentState.LAPSED:
                self.run.state.intents.remove(intent)
        acted = Acted(
            do=intent.do,
            task=intent.task,
            side=self.side,
            ref=links[0].ref if links and intent.do is Do.CREATE else intent.ref,
            outcome=outcome,
            fields=encode_fields(intent.patch),
            image=image.native if image is not None else {},
        )
        self._settle(intent, outcome, links, acted)
        self._tell(intent, outcome)

    def _tell(self, intent: Intent, outcome: str) -> None:
        run, lag = self.run, self._lag(intent)
        event = "write.acknowledged" if outcome == "done" else "write.settled"
        log.debug(event, do=intent.do.value, ref=intent.ref, outcome=outcome)
        told = Written(
            group=run.state.group, cycle=run.cycle, side=self.side, do=intent.do.value, outcome=outcome, lag=lag
        )
        run.observer.written(told)

    def _lag(self, intent: Intent) -> float | None:
        """Seconds from a person's edit that this cycle has found to its arrival here; None where no time was told."""
        task = self.run.state.tasks.get(intent.task)
        versions = [task.version(name) for name in intent.patch] if task is not None else []
        edited = [one.at for one in versions if one.at is not None and one.cycle == self.run.cycle]
        return max(0.0, (self.run.clock.now() - max(edited)).total_seconds()) if edited else None

    def save(self, links: Sequence[Link], *acted: Acted) -> None:
        """Commit links that changed without a request."""
        self._settle(None, "", links, *acted)

    def fail(self, intent: Intent, error: ConnectorError) -> None:
        """No proof. Not applied: it is owed. Unknown: the intent stays open, and the next cycle finds out.

        What was sent once before may turn up still, though it was not applied now. Raises ``GiveUp`` when the side's
        turn is over.
        """
        log.info("write.failed", do=intent.do.value, applied=error.applied.value, why=error.message)
        if error.applied is Applied.NO:
            if intent.id in self.lapsed:
                intent.state, intent.reads = IntentState.LAPSED, self.lapsed[intent.id]
            self._close(intent, f"not applied: {error.message}", [])
        else:
            intent.state = IntentState.UNKNOWN
            self._settle(intent, "unknown", [])
        self.give_up_if_hopeless(error)

    def give_up_if_hopeless(self, error: ConnectorError) -> None:
        """End the side's turn when it is down, asks for a long pause, or failed several times in a row."""
        hung = isinstance(error, Unanswered)
        with self.run.lock:
            # What can not have been applied was tried as often already as may fail in a row.
            self.failed_in_a_row += PATIENCE if hung and error.applied is Applied.NO else 1
            outcome = self.run.outcome
            outcome.failures[self.side] = outcome.failures.get(self.side, 0) + 1
            # What is under way at once fails at once: that is one piece of bad luck.
            hopeless = self.failed_in_a_row >= PATIENCE + self.lanes - 1
            if isinstance(error, SideDown):
                outcome.down[self.side] = (error.state, str(error))
            elif hopeless or isinstance(error, RateLimited):
                outcome.down[self.side] = ("down", str(error))
                if hung and self.run.breakers is not None:
                    self.run.breakers.hung(self.side, str(error))
            else:
                return
        raise GiveUp

    def _settle(self, intent: Intent | None, outcome: str, links: Sequence[Link], *acted: Acted) -> None:
        run = self.run
        run.store.settle(
            run.state,
            intent=intent,
            outcome=outcome,
            links=links,
            tasks=(),
            acted=acted,
            lease=run.lease,
            guard=run.lock,
        )
